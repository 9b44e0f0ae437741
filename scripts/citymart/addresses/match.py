"""Matches addresses as people write them to the properties of a gazetteer, on a DuckDB connection of its own.

First by what tells one door from the next: street, number, building and door are read from the address and
looked for in the gazetteer, each door with all the ways in which it may be written (`gazetteer.sql`,
`candidates.sql`). What then has no answer is looked for under streets that are spelt almost so
(`misspelt.sql`), and last by `uk-address-matcher`, whose candidates count only where number and
door agree.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from .. import at_rest

HERE = Path(__file__).parent
WORDS = HERE.parents[2] / "seeds" / "addresses" / "address_words.csv"
GAZETTEER = {
    "area": "varchar", "uprn": "bigint", "parent_uprn": "bigint",
    "sao_text": "varchar", "sao_start_number": "integer", "sao_start_suffix": "varchar",
    "sao_end_number": "integer", "sao_end_suffix": "varchar",
    "pao_text": "varchar", "pao_start_number": "integer", "pao_start_suffix": "varchar",
    "pao_end_number": "integer", "pao_end_suffix": "varchar",
    "street_descriptor": "varchar", "locality": "varchar", "town_name": "varchar", "postcode": "varchar",
    "blpu_class": "varchar", "status_rank": "integer",
}  # fmt: skip
"""The columns of a gazetteer (BS 7666), one row an address of a property: `area` is where it is looked for,
`status_rank` nought for the approved address, more for alternative and historic ones. Columns that are
missing are null.
"""
ADDRESSES = {"id": "varchar", "area": "varchar", "address": "varchar", "postcode": "varchar"}
AT_ONCE = 200_000
"""Areas are gone through together up to so many addresses of gazetteer and records, as most of what a small
one costs is the number of statements.
"""
SAME_TEXT = 16.0
"""Weight of an address that says what the gazetteer says; each thing to be read into it takes two."""


@contextmanager
def connection(words: pa.Table | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A private connection with the words (`written, means, kind`; else those of the seed) and the macros."""
    con = at_rest.connect()
    try:
        if words is None:
            with WORDS.open(encoding="utf-8", newline="") as file:
                words = pa.Table.from_pylist(list(csv.DictReader(file)))
        con.register("words_read", words)
        con.execute(
            "create temp table address_words as "
            "select written, coalesce(means, '') as means, kind from words_read"
        )
        run(con, "macros.sql")
        yield con
    finally:
        con.close()


def run(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """A file of statements; where it says `-- tokens`, the texts that it has just made are taken apart."""
    first, *rest = (HERE / name).read_text(encoding="utf-8").split("-- tokens\n")
    con.execute(first)
    for part in rest:
        run(con, "tokens.sql")
        con.execute(part)


def take(con: duckdb.DuckDBPyConnection, table: str, source: str, columns: dict[str, str]) -> None:
    """`source`, a table or query at hand, as the temporary `table` with the columns of those types."""
    there = columns_of(con, source)
    picked = ", ".join(
        f"try_cast({name} as {kind}) as {name}" if name in there else f"cast(null as {kind}) as {name}"
        for name, kind in columns.items()
    )
    con.execute(f"create or replace temp table {table} as select {picked} from {source}")


def columns_of(con: duckdb.DuckDBPyConnection, source: str) -> set[str]:
    """The names of the columns of a table or query, in small letters, as SQL compares them."""
    return {row[0].lower() for row in con.execute(f"describe select * from {source}").fetchall()}


def match(
    con: duckdb.DuckDBPyConnection, addresses: str, gazetteer: str, *, with_library: bool = True
) -> None:
    """Makes `matches` of two tables or queries at hand (see `ADDRESSES` and `GAZETTEER`): `id, level, method,
    uprn, building_uprn, area, street, weight, margin, runner_up_uprn`, a row an address; `near_places` and
    `words` say what in the gazetteer the answer rests on.

    `level` is `dwelling` (the very door, also a shop's), `building`, `street` or `none`. Each address is
    answered by itself: what else is asked changes nothing. It is looked for in its own `area`, and at its
    postcode wherever that lies; one without area and known postcode, in all. Goes area by area, or through
    several small ones at once, so that memory is that of the largest or of `AT_ONCE` rows.
    """
    take(con, "every_gazetteer", gazetteer, GAZETTEER)
    take(con, "every_address", addresses, ADDRESSES)
    con.execute(
        """
        create or replace temp table every_outcome (
            id varchar, level varchar, uprn bigint, building_uprn bigint, area varchar, street varchar,
            penalty double,
            margin double, runner_up_uprn bigint, near_places varchar[], words varchar, method varchar
        );
        update every_gazetteer set postcode = coalesce(nullif(postcode_of(postcode), ''), upper(postcode));
        create or replace temp table parents as
        select distinct area, parent_uprn as uprn from every_gazetteer where parent_uprn is not null;
        create or replace temp table postcode_areas as
        select distinct postcode, area from every_gazetteer where postcode <> '';
        create or replace temp table outward_codes as
        select distinct split_part(postcode, ' ', 1) as outward from postcode_areas;
        create or replace temp table texts as
        select distinct name as id, name as text
        from (select unnest([town_name, locality]) as name from every_gazetteer) as places
        where name is not null;
        create or replace temp table sorted_addresses as
        with found as (
            select *, coalesce(nullif(postcode_of(postcode), ''), postcode_of(address)) as found_postcode
            from every_address
        )
        select found.*, coalesce(
            case when found.area in (select area from every_gazetteer) then found.area end,
            first_areas.area, case when found.area is null then '*' end, '-'
        ) as place
        from found
        left join (select postcode, min(area) as area from postcode_areas group by postcode) as first_areas
            on found.found_postcode = first_areas.postcode
        """
    )
    run(con, "tokens.sql")
    con.execute(
        "set variable place_words = (select coalesce(list(distinct word), []) "
        "from (select unnest(words) as word from tokens) where len(word) >= 3)"
    )
    for places in _together(con, "sorted_addresses"):
        _answer(con, places)
    if _any(con, "select 1 from sorted_addresses where place = '*'"):
        _answer(con, ["*"])
    if with_library:
        _last_resort(con)
    con.execute(
        f"""
        create or replace temp table matches as
        select
            sorted_addresses.id, coalesce(level, 'none') as level,
            case when level in ('dwelling', 'building') then method end as method,
            uprn, building_uprn, every_outcome.area, street,
            cast({SAME_TEXT} - 2 * penalty as double) as weight,
            cast(2 * margin as double) as margin,
            runner_up_uprn,
            -- where nothing was looked through: what would have to come
            coalesce(near_places, [sorted_addresses.area || '|', '|postcode|' || found_postcode]) as
            near_places,
            coalesce(words, '') as words
        from sorted_addresses
        left join every_outcome on sorted_addresses.id = every_outcome.id
        order by sorted_addresses.id
        """
    )


_GAZETTEER = """
    create or replace temp table gazetteer as
    select every_gazetteer.*, parents.uprn is not null as has_children
    from every_gazetteer
    left join parents on every_gazetteer.area = parents.area and every_gazetteer.uprn = parents.uprn
"""


def _together(con: duckdb.DuckDBPyConnection, addresses: str) -> Iterator[list[str]]:
    """The places of the addresses, in lists of as many as are gone through together."""
    together, rows = [], 0
    for place, more in con.execute(
        f"""
        select place, asked + coalesce(known, 0)
        from (select place, count(*) as asked from {addresses} where place not in ('*', '-') group by place)
        left join (select area as place, count(*) as known from every_gazetteer group by area) using (place)
        order by place
        """
    ).fetchall():
        if together and rows + more > AT_ONCE:
            yield together
            together, rows = [], 0
        together.append(place)
        rows += more
    if together:
        yield together


def _ask(con: duckdb.DuckDBPyConnection, addresses: str, places: list[str]) -> None:
    """`asked`, those of the addresses that are looked for at the places, and what the gazetteer has there."""
    con.execute(
        "create or replace temp table asked as select id, coalesce(area, nullif(place, '*')) as area, "
        f"address, postcode, found_postcode from {addresses} where list_contains(?, place)",
        [places],
    )
    if places == ["*"]:
        _gazetteer_of_named_streets(con)
    else:
        con.execute(
            f"{_GAZETTEER} where list_contains(?, every_gazetteer.area) "
            "or every_gazetteer.postcode in (select found_postcode from asked)",
            [places],
        )
    run(con, "gazetteer.sql")


def _gazetteer_of_named_streets(con: duckdb.DuckDBPyConnection) -> None:
    """Of all areas, the streets that the addresses name as they are spelt there."""
    con.execute(
        "create or replace temp table texts as select distinct 'a' || id as id, address as text from asked "
        "union all select distinct 's' || street_descriptor, street_descriptor from every_gazetteer"
    )
    run(con, "tokens.sql")
    con.execute(
        f"""
        create or replace temp table named_streets as
        with grams as (
            select distinct array_to_string(words[i:i + n - 1], ' ') as gram
            from (
                select words, unnest(range(1, least(len(words), 30) + 1)) as i
                from tokens where id[1] = 'a'
            ), (select unnest(range(1, 8)) as n)
        )
        select tokens.id[2:] as street_descriptor
        from tokens inner join grams on array_to_string(tokens.words, ' ') = grams.gram
        where tokens.id[1] = 's';
        {_GAZETTEER} where street_descriptor in (select street_descriptor from named_streets)
        """
    )


def _answer(con: duckdb.DuckDBPyConnection, places: list[str]) -> None:
    """Answers those at the places, in rounds: each takes those that the ones before it left open. Where a
    street may be anywhere, it is only looked for as it is spelt there.
    """
    _ask(con, "sorted_addresses", places)
    _round(con, "select * from asked", None)
    _keep(con, "case penalty when 0 then 'exact' else 'parts' end")
    if places == ["*"]:
        con.execute("update every_outcome set near_places = ['*'] where id in (select id from asked)")
        return
    left = (
        "select * from asked where id not in "
        "(select id from every_outcome where level in ('dwelling', 'building'))"
    )
    if _any(con, left):
        _round(con, left, "misspelt.sql")
        _keep(con, "'parts'")
        # They might be another name's in the whole area.
        everywhere = "list_distinct(list_concat(near_places, [area || '|' for area in areas]))"
        con.execute(
            f"""
            update every_outcome set near_places = {everywhere}
            from (select id, list(area) as areas from address_areas group by id) as of_address
            where every_outcome.id = of_address.id and every_outcome.id in (select id from outcomes)
            """
        )


def _last_resort(con: duckdb.DuckDBPyConnection) -> None:
    """Asks the library for the streets of what is still open, in all areas at once, and answers again."""
    left = (
        "select id, coalesce(area, place) as area, address, postcode, found_postcode, place "
        "from sorted_addresses where place not in ('*', '-') and id not in "
        "(select id from every_outcome where level in ('dwelling', 'building'))"
    )
    if not _any(con, left):
        return
    from .library import suggest

    suggest(con, left)
    con.execute(
        f"create or replace temp table left_open as select * from ({left}) "
        "where id in (select id from likely where weight >= 4)"
    )
    for places in _together(con, "left_open"):
        _ask(con, "left_open", places)
        _round(con, "select * from asked", "likely.sql")
        con.execute(
            "update outcomes set near_places = before.near_places "
            "from every_outcome as before where outcomes.id = before.id"
        )
        _keep(con, "'probabilistic'")


def _any(con: duckdb.DuckDBPyConnection, query: str) -> bool:
    return con.execute(f"select 1 from ({query}) limit 1").fetchone() is not None


def _round(con: duckdb.DuckDBPyConnection, addresses: str, suggestions: str | None) -> None:
    """Answers for some addresses; `suggestions` adds streets and buildings to those that the address
    names."""
    con.execute(f"create or replace temp table addresses as {addresses}")
    con.execute(
        "create or replace temp table suggested_spans as select '' as id, '' as area, '' as kind, "
        "cast(0 as ubigint) as phrase_id, 0::bigint as start, 0::bigint as stop, 0 as penalty limit 0"
    )
    run(con, "spans.sql")
    if suggestions:
        run(con, suggestions)
    run(con, "candidates.sql")
    run(con, "outcomes.sql")


def _keep(con: duckdb.DuckDBPyConnection, method: str) -> None:
    con.execute(
        f"""
        delete from every_outcome where id in (select id from outcomes);
        insert into every_outcome by name select *, {method} as method from outcomes
        """
    )
