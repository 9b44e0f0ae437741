"""Candidates from `uk-address-matcher` for addresses that the rest of the matcher has no answer to."""

from __future__ import annotations

import logging
import warnings

import duckdb
import pyarrow as pa

from .. import at_rest

CANDIDATES = 5
"""An address is proposed at most so many properties."""

_AREAS_OF = """
    create or replace temp table areas_of as
    select id, area from addresses where area is not null
    union
    select id, postcode_areas.area
    from addresses inner join postcode_areas on addresses.found_postcode = postcode_areas.postcode
"""
# The library can't do without letters.
_MESSY = """
    select
        id as unique_id,
        without_postcode(address) as address_concat,
        coalesce(found_postcode, '') as postcode
    from addresses
    where regexp_matches(without_postcode(address), '[A-Za-z]{3}')
    order by 1
"""
# Only doors whose number the address has can be meant, so that a whole city is looked through in one go.
_CANONICAL = """
    with numbers as (
        select distinct areas_of.area, unnest(regexp_extract_all(address, '[0-9]+'))::varchar as number
        from addresses inner join areas_of on addresses.id = areas_of.id
    )
    select distinct
        concat_ws('|', area, uprn) as unique_id,
        concat_ws(
            ', ',
            nullif(concat_ws(' ', sao_text, numbered(sao_start_number, sao_start_suffix, sao_end_number,
            sao_end_suffix)), ''),
            pao_text,
            concat_ws(
                ' ', numbered(pao_start_number, pao_start_suffix, pao_end_number, pao_end_suffix),
                street_descriptor
            ),
            locality,
            town_name
        ) as address_concat,
        coalesce(postcode, '') as postcode
    from every_gazetteer
    where area in (select area from areas_of)
        and (
            (area, pao_start_number::varchar) in (select (area, number) from numbers)
            or (area, pao_end_number::varchar) in (select (area, number) from numbers)
            or pao_start_number is null
        )
        and coalesce(status_rank, 0) = 0 and street_descriptor is not null
    order by 1, 2
"""


def suggest(con: duckdb.DuckDBPyConnection, addresses: str) -> None:
    """Makes `likely (id, area, uprn, weight)`, at most `CANDIDATES` an address of the query `addresses` (`id,
    area, address, found_postcode`). One call for all: most of its time is the same for one and for thousands.
    """
    con.execute("create or replace temp table likely (id varchar, area varchar, uprn bigint, weight double)")
    con.execute(f"create or replace temp table addresses as {addresses}")
    con.execute(_AREAS_OF)
    messy, canonical = con.execute(_MESSY).to_arrow_table(), con.execute(_CANONICAL).to_arrow_table()
    if not messy.num_rows or not canonical.num_rows:
        return
    found = _matched(con, messy, canonical)
    if found is not None:
        con.register("found", found)
        con.execute(
            f"""
            insert into likely
            select areas_of.id, areas_of.area, cast(split_part(found.uprn, '|', 2) as bigint), found.weight
            from found
            inner join areas_of on found.id = areas_of.id and split_part(found.uprn, '|', 1) = areas_of.area
            qualify row_number() over (partition by areas_of.id order by found.weight desc, found.uprn)
                <= {CANDIDATES}
            """
        )
        con.unregister("found")


def _matched(con: duckdb.DuckDBPyConnection, messy: pa.Table, canonical: pa.Table) -> pa.Table | None:
    with _quiet():
        from uk_address_matcher import AddressMatcher, SplinkStage

        own = at_rest.connect()
        try:
            own.execute("set threads = ?", [con.execute("select current_setting('threads')").fetchone()[0]])
            own.register("canonical", canonical)
            own.register("messy", messy)
            stage = SplinkStage(final_match_weight_threshold=-20.0, final_distinguishability_threshold=None)
            AddressMatcher(
                canonical_addresses=own.table("canonical"),
                addresses_to_match=own.table("messy"),
                con=own,
                stages=[stage],
                show_progress="off",
            ).match()
            if stage.best_matches_table is None:
                return None
            return own.execute(
                f"""
                select
                    cast(unique_id_r as varchar) as id,
                    cast(unique_id_l as varchar) as uprn,
                    max(match_weight) as weight
                from {stage.best_matches_table}
                where unique_id_l is not null
                group by all order by all
                """
            ).to_arrow_table()
        finally:
            own.close()


class _quiet:
    """The library and Splink report on what they do; here only what goes wrong matters."""

    def __enter__(self) -> None:
        self._levels = {name: logging.getLogger(name).level for name in ("splink", "uk_address_matcher")}
        for name in self._levels:
            logging.getLogger(name).setLevel(logging.ERROR)
        self._warnings = warnings.catch_warnings()
        self._warnings.__enter__()
        warnings.simplefilter("ignore")

    def __exit__(self, *problem: object) -> None:
        self._warnings.__exit__(None, None, None)
        for name, level in self._levels.items():
            logging.getLogger(name).setLevel(level)
