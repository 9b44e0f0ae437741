"""What one provider sends of one subject, month by month, and the truth of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from . import cells
from .cells import Printed, Sheet
from .chance import chance
from .dirt import Dirt
from .dirty import Dirty, Dirtying
from .plan import Plan, Sending
from .printing import MOST_IN_WORKBOOK, DtfWriter, Noise, Writer, open_writer, rows_of
from .records import Clean, Month, in_month, make_changes, make_clean
from .spec import Records, Subject, System, Table
from .sql import literal, name

WEB_PAGE = """<!DOCTYPE html>
<html><head><title>Session expired</title></head>
<body><h1>Your session has expired</h1><p>Please log in again to download this report.</p></body></html>
"""
# What a file may have beside its records, by format.
_NOISE_OF_SHEETS = ("title_lines", "header_restyled", "units_row", "footer_line")


@dataclass
class Sent:
    """A file that was made, or, with `file` null, one that was left out on purpose."""

    file: str | None
    provider: str
    subject: str
    system: str | None
    table: str | None
    as_of: date
    what: str
    replaces: str | None = None
    records: int = 0
    bytes: int = 0


@dataclass
class Folders:
    out: Path
    truth: Path


@dataclass
class _Open:
    """A file for all boroughs that is still being written."""

    writer: Writer
    path: Path
    sent: Sent
    landed: int = 0


@dataclass
class Office:
    """Writes the deliveries of a run. `provider_names` are the names of providers by code."""

    folders: Folders
    plan: Plan
    dirt: Dirt
    seed: int
    months: list[Month]
    provider_names: dict[str, tuple[str, str]]
    sent: list[Sent] = field(default_factory=list)
    _open: dict[tuple[str, str, str], _Open] = field(default_factory=dict)

    # -- one borough and subject ----------------------------------------------------------------

    def derive(self, con: duckdb.DuckDBPyConnection, subject: Subject, borough: str) -> None:
        """The truth of the subject's own, kept beside the core truth."""
        if not subject.truth:
            return
        before = _tables(con)
        con.execute(in_month(subject.truth, self.months[-1], borough))
        for table in sorted(_tables(con) - before):
            path = self.folders.truth / table / f"{borough}.parquet"
            _copy(con, f"select * from {name(table)} order by all", path)

    def deliver(self, con: duckdb.DuckDBPyConnection, subject: Subject, borough: str) -> None:
        provider = borough if subject.is_of_boroughs else subject.provider
        sending = self.plan.of(provider, subject.name)
        if sending.what == "nothing":
            self._leave_out(provider, subject, self.months[-1].as_of, "nothing")
            return
        previous: dict[str, Clean] = {}
        system_before: System | None = None
        for month in self._months_of(subject, sending):
            if sending.what == "late" and month.is_last:
                self._leave_out(provider, subject, month.as_of, "late")
                break
            system = sending.system_in(month.at, month.of)
            if system_before is not None and system.name != system_before.name:
                previous_sent: dict[str, Clean] = {}
            else:
                previous_sent = previous
            previous = self._month(
                con, subject, borough, provider, sending, system, month, previous, previous_sent
            )
            system_before = system
        _drop_temporary(con, keep="printed_properties")

    def _months_of(self, subject: Subject, sending: Sending) -> list[Month]:
        if subject.frequency_of(sending.system) == "once":
            last = self.months[-1]
            return [replace(last, as_of=subject.as_of or last.as_of)]
        return self.months

    def _month(
        self,
        con: duckdb.DuckDBPyConnection,
        subject: Subject,
        borough: str,
        provider: str,
        sending: Sending,
        system: System,
        month: Month,
        previous: dict[str, Clean],
        previous_sent: dict[str, Clean],
    ) -> dict[str, Clean]:
        frequency = subject.frequency_of(system)
        now: dict[str, Clean] = {}
        dirty: dict[str, Dirty] = {}
        delta: dict[str, Clean] = {}
        for records in _needed(subject, system):
            clean = make_clean(con, subject, records, month, borough, frequency)
            now[records.name] = clean
            self._keep_clean(con, subject, records, clean, provider, borough, month)
            sent = clean
            if frequency == "changes":
                sent = make_changes(con, clean, previous_sent.get(records.name), records)
            delta[records.name] = sent
            printed = [
                sql
                for table in system.tables
                if table.records == records.name
                for sql in (*table.columns.values(), table.where or "", table.order or "")
            ]
            before = previous.get(records.name) if frequency == "monthly" else None
            dirty[records.name] = Dirtying(
                con, subject, records, sent, before, borough, month, self.dirt, printed
            ).run()
        job = _Job(self, con, subject, borough, provider, sending, system, month, dirty, delta)
        job.run()
        for clean in previous.values():
            con.execute(f"drop table if exists {name(clean.table)}")
        return now

    def _keep_clean(
        self,
        con: duckdb.DuckDBPyConnection,
        subject: Subject,
        records: Records,
        clean: Clean,
        provider: str,
        borough: str,
        month: Month,
    ) -> None:
        suffix = "" if subject.is_of_boroughs else f"-{borough}"
        path = (
            self.folders.truth
            / "records"
            / subject.name
            / records.name
            / provider
            / f"{month.as_of}{suffix}.parquet"
        )
        front = {
            "record_id": "_record_id",
            "is_usable": "_is_usable",
            "provider_code": literal(provider),
            "as_of_date": f"date '{month.as_of}'",
        }
        columns = {column: sql for column, sql in front.items() if column not in clean.columns}
        selected = ", ".join(
            [*(f"{sql} as {column}" for column, sql in columns.items()), *map(name, clean.columns)]
        )
        _copy(con, f"select {selected} from {name(clean.table)} order by _record_id", path)

    def _leave_out(self, provider: str, subject: Subject, as_of: date, what: str) -> None:
        self.sent.append(Sent(None, provider, subject.name, None, None, as_of, what))

    # -- the whole run --------------------------------------------------------------------------

    def close(self) -> None:
        """Ends the files for all boroughs, and writes what was sent."""
        for each in self._open.values():
            each.writer.close()
            if each.sent.records:
                each.sent.bytes = each.path.stat().st_size
            else:
                # A month in which nothing happened anywhere: no file.
                each.path.unlink()
                each.sent.file, each.sent.bytes, each.sent.what = None, 0, "empty"
        self._open.clear()
        self.sent.sort(key=lambda sent: (sent.provider, sent.subject, sent.as_of, sent.file or ""))
        _write_files(self.sent, self.folders.truth / "files.parquet")

    def noise(self, provider: str, subject: Subject, system: System, table: Table, as_of: date) -> Noise:
        """What a system's files have beside their records: the same every month."""
        if not subject.is_of_boroughs or not system.header:
            return Noise()
        of_format = {kind.kind for kind in self.dirt.of("file", "file")}
        if system.extension == "xlsx":
            of_format &= set(_NOISE_OF_SHEETS)
        elif not system.is_delimited:
            return Noise()
        if any(not column.strip() for column in table.columns):
            # Columns without a name are known by their place.
            of_format -= {"index_column", "trailing_delimiters"}
        if system.encoding != "utf-8":
            of_format -= {"byte_order_mark"}
        who = f"{provider}|{subject.name}|{table.name}"
        kinds = {kind for kind in of_format if chance(f"{self.seed}|file {kind}", who) < self.dirt.rate(kind)}
        titles = ()
        if "title_lines" in kinds:
            titles = (
                f"{self.provider_names.get(provider, (provider, ''))[0]}",
                f"{subject.name.replace('_', ' ').title()} extract",
                "",
            )
        footer = f"Report generated on {as_of:%d/%m/%Y}" if "footer_line" in kinds else ""
        style = int(chance(f"{self.seed}|header style", who) * 4)
        return Noise(frozenset(kinds), titles, footer, style)


def _needed(subject: Subject, system: System) -> list[Records]:
    return [subject.records[each] for each in dict.fromkeys(table.records for table in system.tables)]


@dataclass
class _Job:
    """The files of one month."""

    office: Office
    con: duckdb.DuckDBPyConnection
    subject: Subject
    borough: str
    provider: str
    sending: Sending
    system: System
    month: Month
    dirty: dict[str, Dirty]
    clean: dict[str, Clean]

    def run(self) -> None:
        write = self._dtf if self.system.extension == "dtf" else self._tables
        what = self.sending.what
        if what == "changed_layout":
            what = what if self.system.name == self.sending.next_system.name else None
        elif not self._is_the_month():
            what = None
        if what == "corrected":
            faulty = write("", "broken", is_faulty=True)
            write("-corrected", "corrected", replaces=faulty)
        elif what == "web_page":
            pages = self._web_pages()
            write("-corrected", "corrected", replaces=pages)
        else:
            names = write("", what if what == "changed_layout" else "normal")
            if what == "again":
                self._again(names)

    def _is_the_month(self) -> bool:
        """Things happen once: in a month of the provider's and the subject's own."""
        if self.month.of == 1 or self.subject.frequency_of(self.system) == "once":
            return True
        which = int(chance("plan month", f"{self.provider}|{self.subject.name}") * self.month.of)
        return self.month.at == which

    # -- names ----------------------------------------------------------------------------------

    def _path(self, table: str, suffix: str, extension: str) -> Path:
        table = "" if table == "_" else f"-{table}"
        folder = self.office.folders.out / self.provider / self.subject.name
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{self.month.as_of}{table}{suffix}.{extension}"

    def _said(self, path: Path, table: str, what: str, replaces: str | None, records: int) -> Sent:
        sent = Sent(
            path.name,
            self.provider,
            self.subject.name,
            self.system.name,
            table,
            self.month.as_of,
            what,
            replaces,
            records,
            path.stat().st_size if path.exists() else 0,
        )
        self.office.sent.append(sent)
        return sent

    def _nothing_to_send(self, table: str) -> None:
        """No records, no file: nothing has changed, or there is no such thing in the borough."""
        self.office.sent.append(
            Sent(None, self.provider, self.subject.name, self.system.name, table, self.month.as_of, "empty")
        )

    # -- files ----------------------------------------------------------------------------------

    def _tables(
        self, suffix: str, what: str, *, is_faulty: bool = False, replaces: dict[str, str] | None = None
    ) -> dict[str, str]:
        """Table → file name."""
        written: dict[str, str] = {}
        for table in self.system.tables:
            dirty = self.dirty[table.records]
            system = self._system_for(dirty)
            noise = self.office.noise(self.provider, self.subject, system, table, self.month.as_of)
            path = self._path(table.name, suffix, system.extension)
            sheet = Sheet(
                self.borough, self.subject, system, table, self.month, is_faulty,
                may_break=not noise.has("trailing_delimiters"),
            )  # fmt: skip
            if self.subject.is_of_boroughs:
                printed = cells.print_cells(self.con, sheet, dirty, self.office.dirt)
                records = rows_of(self.con, printed)[0]
                if not records:
                    self._nothing_to_send(table.name)
                    continue
                writer = open_writer(path, system, printed.columns, noise)
                writer.add(self.con, printed)
                writer.close()
                replaced = (replaces or {}).get(table.name)
                self._said(path, table.name, what, replaced, records)
            else:
                printed = self._append(path, sheet, dirty, noise)
            self._keep(printed, table, path, of_file=noise.kinds)
            written[table.name] = path.name
        return written

    def _append(self, path: Path, sheet: Sheet, dirty: Dirty, noise: Noise) -> Printed:
        key = (self.subject.name, str(self.month.as_of), sheet.table.name)
        already = self.office._open.get(key)
        printed = cells.print_cells(
            self.con, sheet, dirty, self.office.dirt, already.landed if already else 0
        )
        if already is None:
            writer = open_writer(path, sheet.system, printed.columns, noise)
            sent = self._said(path, sheet.table.name, "normal", None, 0)
            already = self.office._open[key] = _Open(writer, path, sent)
        already.writer.add(self.con, printed)
        records, landed = rows_of(self.con, printed)
        already.sent.records += records
        already.landed += landed
        return printed

    def _system_for(self, dirty: Dirty) -> System:
        if self.system.extension != "xlsx":
            return self.system
        count = self.con.execute(f"select count(*) from {name(dirty.table)}").fetchone()[0]
        if count <= MOST_IN_WORKBOOK and self.subject.is_of_boroughs:
            return self.system
        return replace(self.system, extension="csv", encoding="utf-8", delimiter=",")

    def _dtf(
        self, suffix: str, what: str, *, is_faulty: bool = False, replaces: dict[str, str] | None = None
    ) -> dict[str, str]:
        path = self._path("_", suffix, "csv")
        of_name, code = self.office.provider_names.get(self.provider, (self.provider, "9999"))
        is_full = self.month.is_first or self.subject.frequency_of(self.system) != "changes"
        writer = DtfWriter(path, of_name, code, self.month.as_of, is_full, self.month.at + 1)
        for table in self.system.tables:
            sheet = Sheet(
                self.borough, self.subject, self.system, table, self.month, is_faulty, may_break=False
            )
            printed = cells.print_cells(
                self.con, sheet, self.dirty[table.records], self.office.dirt, writer.count
            )
            writer.add_type(self.con, printed, table.name)
            self._keep(printed, table, path, f"-{table.name}")
        writer.close()
        if not writer.count:
            path.unlink()
            self._nothing_to_send("_")
            return {}
        self._said(path, "_", what, (replaces or {}).get("_"), writer.count)
        return {"_": path.name}

    def _web_pages(self) -> dict[str, str]:
        tables = ["_"] if self.system.extension == "dtf" else [table.name for table in self.system.tables]
        written = {}
        for table in tables:
            extension = "csv" if self.system.extension in ("dtf", "xlsx") else self.system.extension
            path = self._path(table, "", extension)
            path.write_text(WEB_PAGE, encoding="utf-8")
            self._said(path, table, "broken", None, 0)
            written[table] = path.name
        return written

    def _again(self, names: dict[str, str]) -> None:
        for table, file in names.items():
            path = self.office.folders.out / self.provider / self.subject.name / file
            copy = path.with_name(f"{path.stem}-again{path.suffix}")
            shutil.copyfile(path, copy)
            self._said(copy, table, "again", file, 0)

    # -- truth ----------------------------------------------------------------------------------

    def _keep(
        self,
        printed: Printed,
        table: Table,
        path: Path,
        part: str = "",
        of_file: Collection[str] = (),
    ) -> None:
        if not self.subject.is_of_boroughs:
            part += f"-{self.borough}"
        whose = f"{literal(self.provider)} as provider, {literal(self.subject.name)} as subject"
        clean = self.clean[table.records].table
        for truth, sql in (
            ("printed", cells.truth_of_printed(printed, table.records, path.name)),
            ("dirt", cells.truth_of_dirt(self.con, printed, clean, path.name, self.office.dirt, of_file)),
        ):
            target = (
                self.office.folders.truth
                / truth
                / self.provider
                / self.subject.name
                / f"{path.name}{part}.parquet"
            )
            _copy(self.con, f"select {whose}, * from ({sql})", target)


def _tables(con: duckdb.DuckDBPyConnection) -> set[str]:
    return {
        row[0] for row in con.execute("select table_name from duckdb_tables() where not temporary").fetchall()
    }


def _drop_temporary(con: duckdb.DuckDBPyConnection, keep: str) -> None:
    for (table,) in con.execute("select table_name from duckdb_tables() where temporary").fetchall():
        if table != keep:
            con.execute(f"drop table {name(table)}")


def _copy(con: duckdb.DuckDBPyConnection, sql: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    con.execute(f"copy ({sql}) to {literal(str(path))} (format parquet, compression zstd)")


def _write_files(sent: list[Sent], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, Callable[[Sent], Any]] = {
        each: (lambda one, each=each: getattr(one, each))
        for each in ("file", "provider", "subject", "system", "table", "as_of", "what", "replaces", "records")
    }
    types = {"as_of": pa.date32(), "records": pa.int64()}
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(
        pa.table(
            {
                column: pa.array([get(one) for one in sent], types.get(column, pa.string()))
                for column, get in columns.items()
            }
        ),
        path,
        compression="zstd",
    )
