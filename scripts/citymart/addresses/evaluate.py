"""How right the matcher is, on addresses of which somebody knows the property."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from ..errors import CityMartError, UsageError
from . import match as matcher

REQUIRED_OF_GAZETTEER = ("uprn", "street_descriptor", "postcode")
REQUIRED_OF_LABELLED = ("record_id", "address", "truth_uprn")
GROUPS = {"dwelling": "flats and houses", "subject": "subject", "kind": "kind"}
"""What the figures are broken down by: the first by what the truth is, the others where the labelled file
has such a column."""


@dataclass(frozen=True)
class Score:
    """Counts of records: `right` the true property; `wrong` another one; `building`, `street` and `unmatched`
    no property was given, but its building, its street, or nothing.
    """

    records: int
    right: int
    wrong: int
    building: int
    street: int
    unmatched: int

    @property
    def precision(self) -> float | None:
        """Of those that were given a property, the share with the true one."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None

    @property
    def recall(self) -> float | None:
        """Of all, the share with the true one."""
        return self.right / self.records if self.records else None

    def document(self) -> dict[str, Any]:
        return {**self.__dict__, "precision": self.precision, "recall": self.recall}


@dataclass(frozen=True)
class Evaluation:
    """`in_gazetteer`: records whose true property is in the gazetteer and whose text is not another one's;
    `not_in_gazetteer`: those without a true property, where each match of a dwelling is wrong; `ambiguous`:
    the text has several truths.
    """

    records: int
    ambiguous: int
    in_gazetteer: Score
    not_in_gazetteer: Score
    by: dict[str, dict[str, Score]]
    calibration: list[dict[str, Any]] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        known, unknown = self.in_gazetteer, self.not_in_gazetteer
        return {
            "records": self.records,
            "ambiguous": self.ambiguous,
            "precision": known.precision,
            "recall": known.recall,
            "false_match_rate": unknown.wrong / unknown.records if unknown.records else None,
            "right_rate": (known.right + unknown.records - unknown.wrong) / total
            if (total := known.records + unknown.records)
            else None,
            "wrong_rate": (known.wrong + unknown.wrong) / total if total else None,
            "in_gazetteer": known.document(),
            "not_in_gazetteer": unknown.document(),
            "by": {
                name: {key: score.document() for key, score in of.items()} for name, of in self.by.items()
            },
            "calibration": self.calibration,
        }


def evaluate(
    gazetteer: Path, labelled: Path, *, with_library: bool = True, matches: Path | None = None
) -> Evaluation:
    """Matches the addresses of a labelled file to a gazetteer and compares. Both are CSV or Parquet with a
    header.

    `gazetteer`: a row an address, `uprn, street_descriptor, postcode` and what else of BS 7666 there is
    (`parent_uprn, sao_text, sao_start_number, sao_start_suffix, pao_text, pao_start_number,
    pao_start_suffix, pao_end_number, locality, town_name, administrative_area, blpu_class`). `labelled`:
    `record_id, address, postcode, borough, truth_uprn`, the last empty where the property is not in the
    gazetteer; `subject` and `kind` where there are any. `matches` is a file for the answers, row by row.

    Raises `UsageError` for a file that is missing or has not the columns, `CityMartError` for one that
    can't be read.
    """
    with matcher.connection() as con:
        _read(con, "gazetteer_read", gazetteer, REQUIRED_OF_GAZETTEER)
        _read(con, "labelled_read", labelled, REQUIRED_OF_LABELLED)
        _arrange(con)
        matcher.match(con, "labelled_addresses", "gazetteer_given", with_library=with_library)
        _judge(con)
        if matches:
            _write(con, matches)
        return _evaluation(con)


def _read(con: duckdb.DuckDBPyConnection, table: str, file: Path, required: Sequence[str]) -> None:
    if not file.is_file():
        raise UsageError(f"{file} is not a file.")
    reader = {
        ".parquet": "read_parquet(?)",
        ".csv": "read_csv(?, all_varchar = true, header = true, null_padding = false)",
    }.get(file.suffix.lower())
    if reader is None:
        raise UsageError(f"{file} is neither .csv nor .parquet.")
    try:
        con.execute(f"create or replace temp table {table} as select * from {reader}", [str(file)])
    except duckdb.Error as error:
        raise CityMartError(f"{file} can't be read: {str(error).splitlines()[0]}") from None
    there = matcher.columns_of(con, table)
    missing = [column for column in required if column not in there]
    if missing:
        raise UsageError(f"{file} has no column {', '.join(missing)}; it has {', '.join(sorted(there))}.")
    key = required[0]
    (rows, blank, doubled) = con.execute(
        f"select count(*), count(*) filter (trim({key}::varchar) is null or trim({key}::varchar) = ''), "
        f"count(*) - count(distinct {key}) from {table}"
    ).fetchone()
    if not rows:
        raise CityMartError(f"{file} has a header and no rows.")
    if blank:
        raise CityMartError(f"{file}: {blank} rows have no {key}.")
    if doubled and key == "record_id":
        raise CityMartError(f"{file}: {doubled} rows repeat a {key}; each record needs its own.")


_AREA = (
    "regexp_replace(upper(trim({0})), "
    "'^(THE )?(LONDON|ROYAL) BOROUGH OF |^CITY (AND COUNTY )?OF | (LONDON )?BOROUGH$', '')"
)


def _arrange(con: duckdb.DuckDBPyConnection) -> None:
    """Boroughs are written one way; where only one side names them, all is one area."""
    of_gazetteer, of_labelled = (
        matcher.columns_of(con, table) for table in ("gazetteer_read", "labelled_read")
    )
    both = "administrative_area" in of_gazetteer and "borough" in of_labelled
    area = f"coalesce({_AREA.format('administrative_area')}, '')" if both else "''"
    borough = f"nullif({_AREA.format('borough')}, '')" if both else "''"
    con.execute(
        f"create or replace temp table gazetteer_given as select *, {area} as area from gazetteer_read"
    )
    (unreadable,) = con.execute(
        "select count(*) from gazetteer_read where try_cast(uprn as bigint) is null"
    ).fetchone()
    if unreadable:
        raise CityMartError(f"The gazetteer has {unreadable} rows whose uprn is not a number.")
    con.execute(
        f"""
        create or replace temp table labelled_addresses as
        select
            cast(record_id as varchar) as id, address,
            {"postcode" if "postcode" in of_labelled else "null::varchar as postcode"},
            case when known.area is not null then {borough} end as area
        from labelled_read
        left join (select distinct area from gazetteer_given) as known on known.area = {borough}
        """
    )


def _judge(con: duckdb.DuckDBPyConnection) -> None:
    columns = matcher.columns_of(con, "labelled_read")
    groups = ", ".join(
        f"cast({name} as varchar) as {name}" if name in columns else f"null::varchar as {name}"
        for name in ("subject", "kind")
    )
    con.execute(
        f"""
        create or replace temp table judged as
        with truths as (
            select
                cast(record_id as varchar) as id,
                try_cast(nullif(trim(cast(truth_uprn as varchar)), '') as bigint) as truth_uprn,
                {groups}
            from labelled_read
        ),
        doors as (
            select
                uprn,
                bool_or(
                    parent_uprn is not null or coalesce(sao_text, '') <> '' or sao_start_number is not null
                ) as is_flat
            from every_gazetteer group by uprn
        ),
        asked as (
            select
                truths.*, given.address, given.postcode, given.area as asked_area, doors.is_flat,
                doors.uprn is not null as is_known,
                count(distinct truth_uprn) over (
                    partition by given.area, upper(trim(given.address)), upper(given.postcode)
                ) > 1
                    as is_ambiguous
            from truths
            inner join labelled_addresses as given on truths.id = given.id
            left join doors on truths.truth_uprn = doors.uprn
        )
        select asked.*, matches.* exclude (id, near_places),
            case
                when matches.uprn = truth_uprn or (is_known and matches.building_uprn = truth_uprn)
                    then 'right'
                when matches.uprn is not null then 'wrong'
                else replace(matches.level, 'none', 'unmatched')
            end as verdict,
            case when is_known then case when is_flat then 'flats' else 'houses' end end as dwelling
        from asked
        inner join matches on asked.id = matches.id
        """
    )


def _write(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    form = {".parquet": "format parquet", ".csv": "format csv, header"}.get(file.suffix.lower())
    if form is None:
        raise UsageError(f"{file} is neither .csv nor .parquet.")
    try:
        name = str(file).replace("'", "''")
        con.execute(
            "copy (select id as record_id, address, postcode, truth_uprn, uprn, building_uprn, level, "
            f"method, weight, margin, runner_up_uprn, verdict from judged order by id) to '{name}' ({form})"
        )
    except duckdb.Error as error:
        raise CityMartError(f"{file} can't be written: {str(error).splitlines()[0]}") from None


def _scores(con: duckdb.DuckDBPyConnection, where: str, by: str = "''") -> dict[str, Score]:
    rows = con.execute(
        f"""
        select
            {by} as part, count(*),
            count(*) filter (verdict = 'right'), count(*) filter (verdict = 'wrong'),
            count(*) filter (verdict = 'building'), count(*) filter (verdict = 'street'),
            count(*) filter (verdict = 'unmatched')
        from judged where {where} group by part order by part
        """
    ).fetchall()
    return {row[0]: Score(*row[1:]) for row in rows if row[0] is not None}


def _evaluation(con: duckdb.DuckDBPyConnection) -> Evaluation:
    known, unknown = "is_known and not is_ambiguous", "not is_known"
    (records, ambiguous) = con.execute(
        "select count(*), count(*) filter (is_known and is_ambiguous) from judged"
    ).fetchone()
    none = Score(0, 0, 0, 0, 0, 0)
    bands = con.execute(
        f"""
        select method, cast(floor(weight / 4) * 4 as integer) as weight_from, count(*) as matched,
            count(*) filter (verdict = 'right') as right
        from judged where uprn is not null and ({known} or {unknown}) group by all order by all
        """
    ).fetchall()
    return Evaluation(
        records,
        ambiguous,
        _scores(con, known).get("", none),
        _scores(con, unknown).get("", none),
        {
            name: scores
            for name in GROUPS
            if (scores := _scores(con, known if name == "dwelling" else f"({known} or {unknown})", name))
        },
        [
            {
                "method": method,
                "weight_from": weight,
                "matched": matched,
                "right": right,
                "share_right": right / matched,
            }
            for method, weight, matched, right in bands
        ],
    )
