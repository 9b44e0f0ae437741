"""What the generator says that it printed, beside what the mart made of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml

PROJECT = Path(__file__).resolve().parents[3]
SUBJECTS = PROJECT / "scripts/citymart/sample/subjects"


# What an issue is about → the columns of the generator's records that say it, where those have other names.
TOLD_BY = {
    "coordinate": ("easting", "northing", "longitude", "latitude"),
    "date_of_birth": ("birth_date", "attainer_birth_date"),
    "forename": ("full_name", "register_name", "name"),
    "franchise": ("letter",),
    "from_date": ("claim_from_date",),
    "genus": ("botanical_name", "common_name"),
    "inspection_due_date": ("inspected_date",),
    "liable_from_date": ("liable_from",),
    "liable_to_date": ("liable_to",),
    "licence_status": ("status_printed",),
    "rateable_value_date": ("rateable_value_from",),
    "occupied_from_date": ("occupied_from",),
    "received_date": ("received_at",),
    "status": ("outcome",),
    "surname": ("full_name", "register_name", "name", "forename"),
    "to_date": ("claim_to_date",),
    "vacated_date": ("vacated",),
}

OF_PEOPLE = ("fct_electors", "fct_service_episodes")
"""Facts that name people, and so are in no release."""


@dataclass(frozen=True)
class Shown:
    """Records of a subject that a fact shows: which columns of the two are the same."""

    subject: str
    records: str
    fact: str
    columns: dict[str, str]
    snapshots: tuple[str, ...]
    """The systems of which each delivery holds everything, so that the newest replaces the others."""

    @property
    def table(self) -> str:
        return f"{'restricted' if self.fact in OF_PEOPLE else 'marts'}.{self.fact}"


def shown() -> list[Shown]:
    """Every kind of record that a fact shows, by the subjects' own files."""
    found = []
    for path in sorted(SUBJECTS.glob("*.yml")):
        spec = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, record in spec["records"].items():
            if record.get("fact"):
                snapshots = tuple(
                    system
                    for system, how in spec["systems"].items()
                    if how.get("frequency", spec["frequency"]) in ("monthly", "once")
                )
                columns = record.get("fact_columns") or {}
                found.append(Shown(spec["subject"], name, record["fact"], columns, snapshots))
    return found


def opened(database: Path, truth: Path) -> duckdb.DuckDBPyConnection:
    """The mart read-only, and beside it the truth: `printed`, `dirt`, `faults`, `files`, `properties`,
    `stays`, and `clean_<subject>_<records>`. The two know each other by a record's place in its file.
    """
    con = duckdb.connect()
    con.execute(f"attach '{database}' as mart (read_only)")
    con.execute("use mart")
    for name in ("printed", "dirt"):
        con.execute(
            f"create temp table {name} as"
            f" from read_parquet('{truth}/{name}/*/*/*.parquet', union_by_name = true)"
        )
    con.execute(f"create temp table files as from '{truth}/files.parquet'")
    for name in ("properties", "alternative_addresses"):
        con.execute(f"create temp table {name} as from read_parquet('{truth}/{name}/*.parquet')")
    for kind in shown():
        if clean := sorted((truth / "records" / kind.subject / kind.records).glob("**/*.parquet")):
            con.execute(
                f"create temp table clean_{kind.subject}_{kind.records} as"
                f" from read_parquet({[str(file) for file in clean]}, union_by_name = true)"
            )
    # Who had to pay for which property when, whichever records the systems print of it.
    con.execute(
        f"""
        create temp table stays as
        select distinct provider_code as provider, as_of_date::date as as_of_date, property_reference,
            account_reference, occupied_from, coalesce(vacated, date '9999-12-31') as vacated
        from read_parquet('{truth}/records/council_tax/*/*/*.parquet', union_by_name = true)
        where account_reference is not null and occupied_from is not null
        """
    )
    con.execute(
        "create temp table told_by as select unnest($1) as field, unnest($2) as told_by",
        [
            [field for field, columns in TOLD_BY.items() for _ in columns],
            [column for columns in TOLD_BY.values() for column in columns],
        ],
    )
    # What is wrong in a record, by each name that an issue may give to it.
    con.execute(
        """
        create temp table faults as
        select provider, subject, file, row_number, field, kind, expected from dirt
        union
        select provider, subject, file, row_number, told_by.field, kind, expected
        from dirt inner join told_by on dirt.field = told_by.told_by
        """
    )
    # In a transfer file (DTF 7.3) each kind of record is a table of its own: its place is the line.
    con.execute(
        """
        create temp macro place(source_member, row_number, line_number) as
            case when source_member is null then row_number else line_number - 2 end
        """
    )
    con.execute(
        """
        create temp table extracts as
        select extract_id, provider_code as provider, subject, source_file as file, source_member, as_of_date
        from landing.extracts where is_landed
        """
    )
    return con


def countable(con: duckdb.DuckDBPyConnection, kind: Shown) -> None:
    """Tables `countable`, the records that must count, and `counted`, those that the fact holds: there of all
    kinds of record that are the same things, as another system prints them.
    """
    alike = [each.records for each in shown() if (each.subject, each.fact) == (kind.subject, kind.fact)]
    con.execute(
        """
        create or replace temp table countable as
        with delivered as (
            select extracts.*, files.system
            from extracts inner join (select distinct provider, subject, file, system from files) as files
                using (provider, subject, file)
            where subject = $1
        ),
        newest as (
            select * from delivered
            qualify not list_contains($3, system)
                or as_of_date = max(as_of_date) over (partition by provider)
        )
        select distinct printed.provider, printed.record_id
        from printed inner join newest using (provider, subject, file)
        where printed.records = $2 and printed.is_usable and printed.row_number is not null
        """,
        [kind.subject, kind.records, list(kind.snapshots)],
    )
    con.execute(
        f"""
        create or replace temp table counted as
        select extracts.provider, extracts.extract_id, extracts.file, printed.row_number,
            fact.row_number as landed_as, printed.record_id, printed.records
        from {kind.table} as fact
        inner join extracts on fact.extract_id = extracts.extract_id and extracts.subject = $1
        inner join printed on printed.provider = extracts.provider and printed.subject = extracts.subject
            and printed.file = extracts.file
            and printed.row_number = place(extracts.source_member, fact.row_number, fact.line_number)
        where list_contains($2, printed.records)
        """,
        [kind.subject, alike],
    )


def rows(con: duckdb.DuckDBPyConnection, sql: str, *parameters: Any) -> list[tuple]:
    return con.execute(sql, parameters or None).fetchall()
