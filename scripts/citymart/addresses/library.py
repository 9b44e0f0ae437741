"""Candidates from `uk-address-matcher` for addresses that the rest of the matcher has no answer to."""

from __future__ import annotations

import logging
import warnings

import duckdb

CANDIDATES = 5
"""An address is proposed as many properties as the library compares closely."""

_CANONICAL = """
    select
        cast(uprn as varchar) as unique_id,
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
    from gazetteer
    where area = ? and coalesce(status_rank, 0) = 0 and street_descriptor is not null
    order by uprn
"""


def suggest(con: duckdb.DuckDBPyConnection, addresses: str) -> None:
    """Makes `likely (id, uprn, weight)`, at most `CANDIDATES` an address of the query `addresses`, area by
    area."""
    con.execute("create or replace temp table likely (id varchar, uprn bigint, weight double)")
    con.execute(f"create or replace temp table addresses as {addresses}")
    areas = con.execute(
        "select distinct area from address_areas where id in (select id from addresses) order by area"
    ).fetchall()
    for (area,) in areas:
        found = _of_area(con, area)
        if found is not None:
            con.register("found", found)
            con.execute(
                "insert into likely select cast(id as varchar), cast(uprn as bigint), weight from found"
            )
            con.unregister("found")


def _of_area(con: duckdb.DuckDBPyConnection, area: str):
    messy = con.execute(
        """
        select read_addresses.id as unique_id, address_texts.text as address_concat,
            coalesce(address_texts.postcode, '') as postcode
        from read_addresses
        inner join address_texts on read_addresses.id = address_texts.id
        where read_addresses.id in (select id from addresses)
            and read_addresses.id in (select id from address_areas where area = ?)
            -- the library can't do without letters, and a door that nothing else says is no address
            and regexp_matches(address_texts.text, '[A-Za-z]{3}')
        order by 1
        """,
        [area],
    ).to_arrow_table()
    canonical = con.execute(_CANONICAL, [area]).to_arrow_table()
    if not messy.num_rows or not canonical.num_rows:
        return None
    with _quiet():
        from uk_address_matcher import AddressMatcher, SplinkStage

        own = duckdb.connect()
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
                select unique_id_r as id, unique_id_l as uprn, max(match_weight) as weight
                from {stage.best_matches_table}
                where candidate_rank <= {CANDIDATES} and unique_id_l is not null
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
