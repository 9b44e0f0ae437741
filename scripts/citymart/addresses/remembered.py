"""Matches that are remembered from build to build, so that an address is matched once.

A match is kept with what it rests on: the rules and words of the matcher, the places there are, the
gazetteer's addresses at its postcode and on the streets that it names. As long as all that is as it was it
holds; else, or where the gazetteer has a new name that the address has in it, it is made anew.

The memory can be deleted at any time: the next build makes it again.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

import duckdb
import pyarrow as pa

from .. import at_rest
from ..disk import written_anew
from . import match as matcher

MANY_NAMES = 500
"""With more new names in an area than this, all its addresses are matched anew."""


def matches(
    addresses: pa.Table, gazetteer: pa.Table, words: pa.Table, folder: Path, *, with_library: bool
) -> pa.Table:
    """The matches of all `addresses` (`address_key, borough_code, address, postcode`) to the `gazetteer` (as
    `int_gazetteer_addresses`), in the columns of `int_address_matches`; what is not remembered in `folder` is
    matched and remembered.
    """
    memory, names = folder / "addresses.parquet", folder / "names.parquet"
    with matcher.connection(words=words) as con:
        con.register("addresses_given", addresses)
        con.register("gazetteer_given", gazetteer)
        con.execute(
            "create temp table asked_addresses as "
            "select address_key as id, borough_code as area, address, postcode from addresses_given"
        )
        of_areas = "(select borough_code as area, * exclude (borough_code) from gazetteer_given)"
        matcher.take(con, "gazetteer_now", of_areas, matcher.GAZETTEER)
        rules = _rules(con, words, with_library)
        _digests(con)
        _recall(con, memory, names, rules)
        con.execute(
            "create temp table new_addresses as "
            "select * from asked_addresses where id not in (select id from known)"
        )
        if con.execute("select 1 from new_addresses limit 1").fetchone():
            matcher.match(con, "new_addresses", "gazetteer_now", with_library=with_library)
            con.execute(
                "insert into known by name select matches.*, digest "
                f"from matches inner join {_rests_on('matches')} using (id)"
            )
            _remember(con, memory, names, rules)
        return con.execute(
            """
            select id as address_key, level as match_level, method as match_method, uprn, building_uprn,
            area as borough_code,
                street as street_descriptor, weight as match_weight, margin as match_margin, runner_up_uprn
            from known order by id
            """
        ).to_arrow_table()


def _rules(con: duckdb.DuckDBPyConnection, words: pa.Table, with_library: bool) -> str:
    """Of what all matches rest on: the matcher, its words, and which towns, localities and postal districts
    there are, for those tell what is elsewhere."""
    digest = hashlib.sha256(f"{duckdb.__version__}|{version('uk-address-matcher')}|{with_library}".encode())
    for file in sorted(matcher.HERE.glob("*.sql")) + sorted(matcher.HERE.glob("*.py")):
        digest.update(file.read_bytes())
    digest.update(repr(words.to_pylist()).encode())
    places = con.execute(
        "select distinct unnest([town_name, locality, split_part(postcode_of(postcode), ' ', 1)]) as place "
        "from gazetteer_now order by place"
    ).fetchall()
    digest.update(repr(places).encode())
    return digest.hexdigest()


def _digests(con: duckdb.DuckDBPyConnection) -> None:
    """`digests`: what the gazetteer has on each street, at each postcode, in each area and in all;
    `names_now`."""
    con.execute(
        "create temp table texts as select text as id, text from ("
        "select coalesce(street_descriptor, '') as text from gazetteer_now "
        "union select coalesce(pao_text, '') from gazetteer_now)"
    )
    matcher.run(con, "tokens.sql")
    con.execute(
        """
        create temp table of_rows as
        select gazetteer_now.area, nullif(postcode_of(postcode), '') as postcode,
            -- DuckDB's hash of a row is linear in its columns: two rows changed alike would change nothing
            md5_number_lower(gazetteer_now::varchar)::hugeint as digest,
            array_to_string(streets.words, ' ') as street, array_to_string(names.words, ' ') as name
        from gazetteer_now
        inner join tokens as streets on coalesce(street_descriptor, '') = streets.id
        inner join tokens as names on coalesce(pao_text, '') = names.id;
        create temp table digests as
        select area || '|street|' || street as place, sum(digest) as digest from of_rows group by all
        union all
        select '|postcode|' || postcode, sum(digest) from of_rows where postcode is not null group by all
        union all
        select area || '|', sum(digest) from of_rows group by all
        union all
        select '*', sum(digest) from of_rows;
        create temp table names_now as
        select distinct area, street as name from of_rows where street <> ''
        union select distinct area, name from of_rows where name <> ''
        """
    )


def _recall(con: duckdb.DuckDBPyConnection, memory: Path, names: Path, rules: str) -> None:
    """`known`: what is remembered and still holds."""
    con.execute(
        """
        create temp table known (
            id varchar, level varchar, method varchar, uprn bigint, building_uprn bigint, area varchar,
            street varchar,
            weight double, margin double, runner_up_uprn bigint, near_places varchar[], words varchar,
            digest ubigint
        )
        """
    )
    if not (memory.exists() and names.exists()):
        return
    try:
        con.execute(
            f"create temp table remembered as select * from {at_rest.parquet()} where rules = ?",
            [str(memory), rules],
        )
        con.execute(f"create temp table names_before as select * from {at_rest.parquet()}", [str(names)])
    except duckdb.Error:
        # A memory that can't be read is none.
        return
    con.execute(
        f"""
        create temp table names_new as
        select names_now.* from names_now anti join names_before using (area, name);
        create temp table renamed as
        select area from names_new group by area having count(*) > {MANY_NAMES};
        create temp table held as
        select remembered.* from remembered
        inner join {_rests_on("remembered")} using (id, digest);
        create temp table named_anew as
        select held.id from held
        inner join asked_addresses on held.id = asked_addresses.id
        inner join names_new on coalesce(held.area, asked_addresses.area, names_new.area) = names_new.area
            and contains(replace(held.words, ' ', ''), replace(names_new.name, ' ', ''))
        left join renamed on names_new.area = renamed.area
        where renamed.area is null
        union
        select held.id from held
        inner join asked_addresses on held.id = asked_addresses.id
        where coalesce(held.area, asked_addresses.area) in (select area from renamed);
        insert into known by name
        select held.* exclude (rules) from held
        where id in (select id from asked_addresses) and id not in (select id from named_anew)
        """
    )


def _rests_on(table: str) -> str:
    """A query in brackets: for each `id` of the table the digest of what its `near_places` are now."""
    return f"""(
        select
            id,
            md5_number_lower(string_agg(coalesce(digests.digest, 0)::varchar, ' ' order by place)) as digest
        from (select id, unnest(near_places) as place from {table}) as rested
        left join digests using (place)
        where place is not null
        group by id
    ) as now"""


def _remember(con: duckdb.DuckDBPyConnection, memory: Path, names: Path, rules: str) -> None:
    for query, file in (
        (f"select *, '{rules}' as rules from known order by id", memory),
        ("select * from names_now order by all", names),
    ):
        with written_anew(file) as fresh:
            con.execute(f"copy ({query}) to '{fresh!s}' {at_rest.as_parquet()}")
