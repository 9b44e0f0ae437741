"""The truth of a borough: its ground, its properties, and who lives in them.

Chance is a hash of the seed, a purpose and an id: nothing depends on threads, on the order of rows, or on
which other boroughs are made.
"""

from __future__ import annotations

import csv
import difflib
from datetime import date
from functools import cache
from pathlib import Path

import duckdb

from ..dbt_plugin import spatial_extension
from ..errors import UsageError
from .geography import Borough, make_areas

PROPERTIES = 3_800_000
HISTORY_YEARS = 6
TABLES = (
    *("areas", "streets", "postcodes", "properties", "alternative_addresses", "landlords", "people"),
    *("occupations", "residences", "hmos", "businesses"),
)
_DATA = Path(__file__).parent / "data"
_SQL = Path(__file__).parent / "truth_sql"
# Parts of London's people, by where their names come from.
_COMMUNITIES = {"english": 0.55, "south_asian": 0.18, "african": 0.14, "european": 0.1, "chinese": 0.03}


@cache
def _all() -> tuple[Borough, ...]:
    with (_DATA / "boroughs.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Borough(
                row["provider_code"],
                row["gss_code"],
                int(row["number"]),
                row["name"],
                float(row["share"]),
                (float(row["easting"]), float(row["northing"])),
                row["post_town"],
                row["postcode_area"],
                int(row["first_district"]),
                row["is_pilot"] == "true",
            )
            for row in csv.DictReader(file)
        )


def boroughs(names: list[str] | str | None = None) -> list[Borough]:
    """The boroughs of these provider codes, in the order of the list; all of them for None or `all`, those of
    the pilot for `pilot`.

    Raises `UsageError` with the nearest names for one that does not exist.
    """
    if names in (None, "all", ["all"]):
        return list(_all())
    if names in ("pilot", ["pilot"]):
        return [borough for borough in _all() if borough.is_pilot]
    wanted = [names] if isinstance(names, str) else list(names)
    known = {borough.provider_code: borough for borough in _all()}
    for name in wanted:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or list(known)[:6]
            raise UsageError(f"There is no borough {name!r}. Known are, for example, {', '.join(near)}.")
    return [borough for borough in _all() if borough.provider_code in wanted]


def register_macros(con: duckdb.DuckDBPyConnection, seed: int) -> None:
    """The SQL macros `u(purpose, id)`, uniform in [0, 1); `n(purpose, id, k)`, a whole number below k;
    `pick(purpose, id, list)`, one of a list; `nhs(base)`, base with the check digit of an NHS number or null.
    """
    con.execute(
        f"create or replace macro u(purpose, id) as"
        f" (md5_number_lower('{int(seed)}|' || purpose || '|' || id) >> 11)::double / 9007199254740992.0"
    )
    con.execute("create or replace macro n(purpose, id, k) as floor(u(purpose, id) * k)::bigint")
    con.execute(
        "create or replace macro pick(purpose, id, choices) as choices[1 + n(purpose, id, len(choices))]"
    )
    total, cases = 0.0, []
    for name, share in _COMMUNITIES.items():
        total += share
        cases.append(f"when x < {total} then '{name}'")
    con.execute(
        "create or replace macro pick_community(purpose, id) as"
        f" list_transform([u(purpose || '_community', id)],"
        f" lambda x: case {' '.join(cases)} else 'english' end)[1]"
    )
    # NHS Data Dictionary, Modulus 11: weights 10 to 2, 11 less the remainder; 11 is 0, and 10 is no number.
    weighted = " + ".join(f"(t[{at}]::int) * {11 - at}" for at in range(1, 10))
    con.execute(
        "create or replace macro nhs(base) as list_transform(['9' || printf('%08d', base)], lambda t:"
        f" list_transform([11 - ({weighted}) % 11],"
        " lambda c: case when c <> 10 then t || (c % 11)::text end)[1])[1]"
    )


def build_truth(
    con: duckdb.DuckDBPyConnection,
    borough: Borough,
    *,
    scale: float,
    seed: int,
    as_of: date,
    months: int,  # noqa: ARG001 - the history reaches further back than any number of months that is asked for
    boundaries: Path | None = None,
) -> None:
    """Create the tables of `TABLES` for one borough in `con`. `scale` 1.0 is London's 3.8 million properties.

    Raises `UsageError` when `boundaries` has no area of the borough.
    """
    con.execute(f"load '{spatial_extension()}'")
    register_macros(con, seed)
    share = borough.share / sum(each.share for each in _all())
    properties = max(60, round(PROPERTIES * share * scale))
    for name, value in {
        "seed": seed,
        "scale": scale,
        "properties": properties,
        "borough_number": borough.number,
        "borough_code": borough.gss_code,
        "provider_code": borough.provider_code,
        "post_town": borough.post_town,
        "postcode_area": borough.postcode_area,
        "first_district": borough.first_district,
        "as_of": as_of,
        "history_from": as_of.replace(year=as_of.year - HISTORY_YEARS, day=1),
    }.items():
        con.execute(f"set variable {name} = $value", {"value": value})
    _lists(con)
    make_areas(con, borough, list(_all()), properties, boundaries)
    for name in ("streets", "properties", "dwellings", "people", "services"):
        con.execute((_SQL / f"{name}.sql").read_text(encoding="utf-8"))


def _lists(con: duckdb.DuckDBPyConnection) -> None:
    def read(name: str) -> str:
        return f"read_csv('{_DATA / name}.csv', header = true, all_varchar = true)"

    con.execute(
        f"""
        create or replace table names_of_streets as select street_name from {read("street_names")};
        create or replace table names_of_streets_numbered as
            select street_name, row_number() over (order by street_name) - 1 as name_number
            from names_of_streets;
        create or replace table types_of_streets as select street_type from {read("street_types")};
        create or replace table names_of_houses as
            select house_name, row_number() over (order by house_name) - 1 as house_number
            from {read("house_names")};
        create or replace table forenames as
            select *, row_number() over (partition by community, sex order by first_name) - 1 as name_number
            from {read("first_names")};
        create or replace table last_names as
            select *, row_number() over (partition by community order by surname) - 1 as name_number
            from {read("surnames")};
        create or replace table business_endings as
            select *, row_number() over (partition by kind order by ending) - 1 as ending_number
            from {read("business_names")};
        create or replace table borough_shares as
            select number, coalesce(sum(share) over earlier, 0) / sum(share) over () as share_below
            from (select number::int as number, share::double as share from {read("boroughs")})
            window earlier as (order by number rows between unbounded preceding and 1 preceding);
        """
    )
    # How many there are to choose from, as constants: a join then finds the chosen one by its number.
    for macro, keys, table in (
        ("surname_count", "community", "last_names"),
        ("forename_count", "community || sex", "forenames"),
        ("ending_count", "kind", "business_endings"),
    ):
        found = con.execute(
            f"select {keys} as key, count(*) from {table} group by key order by key"
        ).fetchall()
        cases = " ".join(f"when '{key}' then {count}" for key, count in found)
        arguments = keys.replace(" || ", ", ")
        con.execute(f"create or replace macro {macro}({arguments}) as case {keys} {cases} end")


def write_truth(con: duckdb.DuckDBPyConnection, folder: Path, provider_code: str) -> None:
    """Write each table to `<folder>/<table>/<provider_code>.parquet`."""
    for table in TABLES:
        target = folder / table / f"{provider_code}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        con.execute(
            f"copy (select * from {table} order by all) to '{target}' (format parquet, compression zstd)"
        )
