"""Addresses as people and systems write them, composed from the parts of the property (BS 7666), as SQL.

`prepare` makes the table `printed_properties` once a borough: each property with its address written
properly, and what a mistake would put in its place. The dirt of an address is three draws: how the flat, the
street and the lines are written.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from .dirt import SWAPPED_LETTERS, Drawn
from .sql import literal

LINES = [f"address_{at}" for at in range(1, 6)]
PARTS = [
    *("sao_text", "sao_start_number", "sao_start_suffix", "sao_end_number", "sao_end_suffix"),
    *("pao_text", "pao_start_number", "pao_start_suffix", "pao_end_number", "pao_end_suffix"),
]
# What the engine gives to a record with `true_uprn`, and the role of each.
FIELDS: dict[str, str | None] = {
    "uprn": "uprn",
    "address": "address",
    "address_lines": None,
    **dict.fromkeys(LINES, "address"),
    "postcode": "postcode",
    "organisation": "text",
    **dict.fromkeys(("easting", "northing", "longitude", "latitude"), "coordinate"),
    **dict.fromkeys(("street_name", "locality", "town_name", "house"), "address"),
    **dict.fromkeys(PARTS),
    "usrn": None,
}
# Those that change with the way in which the address is written.
COMPOSED = ("address", "address_lines", *LINES, "street_name")
DRAWS = ("address_flat", "address_street", "address_lines")

_TYPES = {
    "Street": "St", "Road": "Rd", "Avenue": "Ave", "Lane": "La", "Close": "Cl", "Court": "Ct",
    "Gardens": "Gdns",
    "Place": "Pl", "Square": "Sq", "Terrace": "Terr", "Crescent": "Cres", "Drive": "Dr", "Grove": "Gr",
}  # fmt: skip


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        """
        create or replace macro numbered(from_number, from_suffix, to_number, to_suffix) as
            cast(from_number as varchar) || coalesce(from_suffix, '')
            || coalesce('-' || cast(to_number as varchar) || coalesce(to_suffix, ''), '')
        """
    )
    con.execute(
        f"""
        create or replace temp table printed_properties as
        with

        parts as (

            select
                cast(uprn as varchar) as uprn, cast(parent_uprn as varchar) as _parent_uprn,
                cast(usrn as varchar) as usrn, {", ".join(PARTS)},
                street_name, locality, town_name, postcode, organisation, easting, northing, longitude,
                latitude, numbered(sao_start_number, sao_start_suffix, sao_end_number, sao_end_suffix) as
                _flat_number, numbered(pao_start_number, pao_start_suffix, pao_end_number, pao_end_suffix) as
                _number, case when is_commercial then organisation end as _organisation, (select
                min(borough_name) from areas) as _borough_name from properties

        ),

        named as (

            select
                *,
                case
                    when _flat_number is null then sao_text
                    else coalesce(sao_text, 'Flat') || ' ' || _flat_number
                end as _flat,
                coalesce(_number, pao_text) as house,
                lead(uprn) over (order by usrn, uprn) as _next_uprn,
                lead(postcode, 60) over (order by uprn) as _other_postcode
            from parts

        ),

        lined as (

            select
                *,
                list_filter(
                    [
                        _organisation, _flat, pao_text, concat_ws(' ', _number, street_name), locality,
                        town_name
                    ],
                    lambda line: line <> ''
                ) as address_lines
            from named

        )

        select
            *,
            array_to_string(list_append(address_lines, postcode), ', ') as address,
            {", ".join(f"address_lines[{at}] as {line}" for at, line in enumerate(LINES, 1))}
        from lined
        order by uprn
        """
    )


def lines_sql(draws: Mapping[str, Drawn]) -> tuple[str, str]:
    """The lines of an address after the draws of flat and street, and the street. The columns of
    `printed_properties` are at hand as `_p.`, the kinds as `_k_…` and the numbers drawn as `_u_…`.
    """
    street = _street_sql(draws["address_street"])
    flat, lines = "_k_address_flat", "_k_address_lines"
    number = f"""
        case {flat}
            when 'flat_slash' then coalesce(_p._flat_number || '/' || _p._number, _p._number)
            when 'flat_as_suffix' then coalesce(_p._number || {_letter()}, _p._number)
            else _p._number
        end"""
    flat_text = f"""
        case {flat}
            when 'flat_slash' then case when _p._flat_number is null or _p._number is null then _p._flat end
            when 'flat_as_suffix' then case when {_letter()} is null or _p._number is null then _p._flat end
            when 'flat_as_letter' then coalesce('Flat ' || {_letter()}, _p._flat)
            when 'flat_by_floor' then coalesce(
                [
                    'Ground Floor Flat', 'First Floor Flat', 'Second Floor Flat', 'Top Floor Flat'
                ][_p.sao_start_number],
                _p._flat
            )
            when 'flat_by_floor_short' then coalesce(
                ['GFF', 'FFF', 'SFF', 'TFF'][_p.sao_start_number], _p._flat
            )
            when 'flat_short' then coalesce(
                ['F', 'Apt ', 'Unit '][1 + len(_p.uprn || _record_id) % 3] || _p._flat_number, _p._flat
            )
            when 'flat_dropped' then null
            else _p._flat
        end"""
    joined = f"""
        list_filter(
            [
                _p._organisation,
                case
                    when coalesce({flat}, '') not in (
                        'flat_last', 'flat_in_street_line', 'flat_without_comma'
                    )
                        then {flat_text}
                end,
                _p.pao_text,
                case when {lines} = 'number_own_line' then {number} end,
                nullif(trim(
                    case {flat}
                        when 'flat_in_street_line' then coalesce(_p._flat || ', ', '')
                        when 'flat_without_comma' then coalesce(_p._flat || ' ', '')
                        else ''
                    end
                    || case when {lines} = 'number_own_line' then '' else coalesce({number} || ' ', '') end
                    || coalesce({street}, '')
                ), ''),
                case when {flat} = 'flat_last' then _p._flat end,
                case when coalesce({lines}, '') <> 'town_missing' then _p.locality end,
                case when coalesce({lines}, '') <> 'town_missing' then _p.town_name end
            ],
            lambda line: line <> ''
        )"""
    untouched = " and ".join(f"_k_{draw} is null" for draw in DRAWS)
    return f"case when {untouched} then _p.address_lines else {joined} end", street


WRITTEN = """
    case _k_address_lines
        when 'line_holes' then list_concat(_joined[1:1], list_concat([''], _joined[2:]))
        when 'borough_appended' then list_append(_joined[:-2], _joined[-1] || ' ' || upper(_borough_name))
        when 'postcode_in_lines' then list_append(_joined, _own_postcode)
        when 'address_in_capitals' then list_transform(_joined, lambda line: upper(line))
        else _joined
    end"""
"""The lines after the draw of lines, from `_joined`."""


def _letter() -> str:
    """C for flat 3."""
    number = "_p.sao_start_number"
    return f"case when {number} between 1 and 26 then chr(64 + cast({number} as integer)) end"


def _street_sql(draw: Drawn) -> str:
    name = "_p.street_name"
    types = "|".join(_TYPES)
    short = f"map {{{', '.join(f'{literal(long)}: {literal(brief)}' for long, brief in _TYPES.items())}}}"
    does = {
        "street_misspelt": f"case when len({{x}}) > 5 then {SWAPPED_LETTERS} else {{x}} end",
        "street_letter_lost": "case when len({x}) > 5 then {x}[1:2] || {x}[4:] else {x} end",
        "street_abbreviated": (
            f"regexp_extract({{x}}, '^(.*?)(?:{types})?$', 1)"
            f" || coalesce({short}[regexp_extract({{x}}, ' ({types})$', 1)], '')"
        ),
        "street_type_dropped": f"regexp_replace({{x}}, ' (?:{types})$', '')",
    }
    cases = []
    for kind in draw.kinds:
        words = {"x": name, "w": draw.within_sql(kind.kind, "_u_address_street")}
        # A map literal has braces of its own, which `format` would take.
        then = does[kind.kind].replace("{x}", words["x"]).replace("{w}", words["w"])
        cases.append(f"when {literal(kind.kind)} then {then}")
    return f"case _k_address_street {' '.join(cases)} else {name} end" if cases else name
