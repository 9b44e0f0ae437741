"""A data officer's pre-flight: the mart's own rules on one file, of which nothing is kept."""

from __future__ import annotations

import fcntl
import re
import shlex
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from textwrap import fill
from typing import Any

import duckdb

from citymart import at_rest
from citymart.cli import printable
from citymart.dbt_run import run_dbt
from citymart.deliveries import Declared, Delivery, begins_with_a_date, find_deliveries
from citymart.errors import CityMartError, UsageError
from citymart.hashing import literal, quoted
from citymart.holding import would_hold
from citymart.home import Home
from citymart.landing import Place, read_receipt
from citymart.layouts import ANYONE, Seeds
from citymart.load import HELD, Outcome, load_files
from citymart.looks import are_names
from citymart.receipts import accept
from citymart.releases import remove

REFERENCE = "geography"
EXAMPLES = 3
LOOKED_AT = 1_000
"""Records, for what a column looks like."""
SEVERITIES = ("error", "warning", "repaired")


@dataclass(frozen=True)
class Finding:
    """One kind of issue in one field: how many records have it, and up to three of them."""

    severity: str
    issue_type: str
    field: str
    count: int
    message: str
    who_can_mend: str
    examples: list[dict[str, Any]]


@dataclass(frozen=True)
class Untried:
    """Kinds of issue that were not looked for, since no delivery of `reference` is beside the file."""

    reference: str
    issue_types: list[str]


@dataclass
class Checked:
    """What the mart would say to one file, or to one member of an archive."""

    file: str
    provider: str
    subject: str
    as_of: str
    refused: str | None = None
    held: str | None = None
    landed_rows: int = 0
    rejected_rows: int = 0
    skipped: int = 0
    notes: list[str] = field(default_factory=list)
    mapped: int = 0
    ignored: int = 0
    unknown: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    untried: list[Untried] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return (
            self.refused is None
            and self.held is None
            and not any(f.severity == "error" for f in self.findings)
        )


def check(
    home: Home,
    path: Path,
    *,
    provider: str | None = None,
    subject: str | None = None,
    as_of: str | None = None,
    note: Callable[[str], None] = lambda _: None,
) -> list[Checked]:
    """Load the file into a home of its own, run the models that find issues, and tell what they found.

    Points are placed by the boundaries of `home`, which is only read. Without a date, today's is taken.

    Raises `UsageError` when it is not said, by the path or the options, whose file it is and of what.
    """
    delivery = _delivery(path, provider, subject, as_of)
    with _scratch_home(home, borrow=delivery.subject != REFERENCE) as scratch:
        note("loading it …")
        outcomes = load_files([delivery], scratch).outcomes
        checked = [_begun(delivery, outcome, scratch, home) for outcome in outcomes]
        landed = {
            o.extract_id: c for o, c in zip(outcomes, checked, strict=True) if o.extract_id and not c.refused
        }
        if landed:
            note("looking at every value …")
            _look(home, scratch, landed, path)
        return checked


def _delivery(path: Path, provider: str | None, subject: str | None, as_of: str | None) -> Delivery:
    if path.is_dir():
        raise UsageError(f"{path} is a folder: check one file at a time")
    try:
        return find_deliveries([path], declared=Declared(provider, subject, as_of))[0][0]
    except UsageError:
        if as_of or not path.exists() or begins_with_a_date(path.name):
            raise
    today = datetime.now(UTC).date().isoformat()
    return find_deliveries([path], declared=Declared(provider, subject, today))[0][0]


@contextmanager
def _scratch_home(home: Home, *, borrow: bool) -> Iterator[Home]:
    """An empty home beside the build, with the boundaries of the real one; it is gone afterwards.

    It always lies in the same place, so that dbt need not parse the project anew; a second check waits.
    """
    folder = home.build / "check"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        scratch = Home(folder / "home")
        remove(scratch.root)
        scratch.landing.mkdir(parents=True)
        at_rest.begin(scratch)
        try:
            if borrow:
                _borrow(home, scratch)
            yield scratch
        finally:
            remove(scratch.root)


def _borrow(home: Home, scratch: Home) -> None:
    """The finished extracts of the boundaries, file by file.

    Never their folder: the loader clears up and writes in every folder of its home, and would do so in the
    real one without its lock.
    """
    for folder in (home.landing / REFERENCE).glob("*/"):
        theirs = Place(folder)
        mine = Place.of(scratch, folder.name, REFERENCE)
        for path in folder.glob("*.json"):
            extract_id = path.stem
            # Also while a load goes on: an extract is lent only when its receipt vouches for its records.
            if path.name.startswith(".") or not theirs.landed(extract_id):
                continue
            _lend(theirs.records(extract_id), mine.records(extract_id))
            _lend(theirs.rejects(extract_id), mine.rejects(extract_id))
            for receipt in [path, *folder.glob(f"{extract_id}@*.json")]:
                _lend(receipt, mine.folder / receipt.name)


def _lend(theirs: Path, mine: Path) -> None:
    """A second name for the file, which outlives the first; a copy where the disk has no second names."""
    mine.parent.mkdir(parents=True, exist_ok=True)
    try:
        mine.hardlink_to(theirs)
    except FileNotFoundError:
        return
    except OSError:
        shutil.copyfile(theirs, mine)


def _begun(delivery: Delivery, outcome: Outcome, scratch: Home, home: Home) -> Checked:
    checked = Checked(outcome.name, delivery.provider, delivery.subject, str(delivery.as_of))
    if not outcome.good and outcome.status != HELD:
        checked.refused = outcome.message
        return checked
    checked.landed_rows, checked.rejected_rows = outcome.landed, outcome.rejected
    checked.skipped = outcome.skipped
    place = Place.of(scratch, delivery.provider, delivery.subject)
    receipt = read_receipt(place.receipt(outcome.extract_id)) or {}
    checked.notes = list(receipt.get("notes") or [])
    if outcome.status == HELD:
        # Here its values are looked at all the same.
        accept(scratch, outcome.extract_id, "it is checked", "check")
    theirs = Place.of(home, delivery.provider, delivery.subject)
    checked.held = would_hold(theirs, Seeds(), receipt, place.records(outcome.extract_id))
    return checked


def _look(home: Home, scratch: Home, landed: dict[str, Checked], path: Path) -> None:
    database = scratch.build / "mart.duckdb"
    database.parent.mkdir(parents=True, exist_ok=True)
    arguments = ["build", "--select", "+data_issues", "--exclude-resource-type", "test"]
    arguments += ["--exclude-resource-type", "unit_test"]
    run = run_dbt(scratch, arguments, database=database, use="check", target=home.build / "target" / "check")
    if not run.passed:
        raise CityMartError(f"the check could not be finished: {run.failures[0].sentence}")
    with at_rest.opened(database) as con:
        # The views of a build name what has landed from the home on.
        con.execute(f"set file_search_path = {literal(scratch.root)}")
        for extract_id, checked in landed.items():
            _columns(con, extract_id, checked)
            checked.findings = _findings(con, extract_id)
            checked.hints = _hints(con, extract_id, checked, path)
            checked.untried = _untried(con, extract_id, checked.subject, list(landed))


def _columns(con: duckdb.DuckDBPyConnection, extract_id: str, checked: Checked) -> None:
    rows = con.execute(
        "select status, coalesce(source_column, field) from landing.extract_columns"
        " where extract_id = ? order by position",
        [extract_id],
    ).fetchall()
    checked.mapped = sum(status == "mapped" for status, _ in rows)
    checked.ignored = sum(status == "ignored" for status, _ in rows)
    checked.unknown = [name for status, name in rows if status == "unknown"]
    checked.missing = [name for status, name in rows if status == "missing"]


def _findings(con: duckdb.DuckDBPyConnection, extract_id: str) -> list[Finding]:
    rows = con.execute(
        """
        select
            severity, issue_type, field, count(*), any_value(message), any_value(who_can_mend),
            list(
                {'line': line_number, 'value': value_as_sent} order by line_number, value_as_sent
            )[:$examples]
        from market.data_issues
        where extract_id = $extract_id
        group by severity, issue_type, field
        order by list_position($severities, severity), count(*) desc, field, issue_type
        """,
        {"extract_id": extract_id, "examples": EXAMPLES, "severities": list(SEVERITIES)},
    ).fetchall()
    return [Finding(*row) for row in rows]


def _untried(
    con: duckdb.DuckDBPyConnection, extract_id: str, subject: str, files: Sequence[str]
) -> list[Untried]:
    """By the seed that says what the fields of the file would be compared with."""
    mapped = con.execute(
        "select distinct field from landing.extract_columns where extract_id = ? and status = 'mapped'",
        [extract_id],
    ).fetchall()
    beside = con.execute(
        "select distinct subject from landing.extracts where is_landed and not list_contains(?, extract_id)",
        [list(files)],
    ).fetchall()
    found: dict[str, dict[str, None]] = {}
    for row in Seeds().rows("codes/issue_references.csv"):
        is_of_it = row["subject"] == subject or (row["subject"] == ANYONE and row["reference"] != subject)
        if is_of_it and (row["field"],) in mapped and (row["reference"],) not in beside:
            found.setdefault(row["reference"], {})[row["issue_type"]] = None
    return [Untried(reference, list(issue_types)) for reference, issue_types in found.items()]


# -- Hints ----------------------------------------------------------------------------------------


def _hints(con: duckdb.DuckDBPyConnection, extract_id: str, checked: Checked, path: Path) -> list[str]:
    """What to do about it, where looking at the values shows it."""
    seed = f"seeds/layouts/layout_{checked.subject}.csv"
    hints = []
    for finding in checked.findings:
        count = _count(finding.count, "value")
        if finding.issue_type in ("date_looks_month_first", "date_format_differs"):
            # A date that was read in spite of its form tells of the others, which may have been misread.
            look = _look_of(_values(con, extract_id, finding))
            if "mdy" not in look and finding.issue_type == "date_format_differs":
                continue
            hints.append(
                f"{count} of {finding.field} could only be read as month/day/year:"
                f" declare the format mdy for it in {seed}"
            )
        elif finding.issue_type in ("date_unreadable", "amount_unreadable", "number_unreadable"):
            values = _values(con, extract_id, finding)
            hints.append(f"{count} of {finding.field} could not be read{_look_of(values)}")
        elif finding.issue_type == "code_unknown":
            values = dict.fromkeys(_values(con, extract_id, finding))
            shown = ", ".join(repr(value) for value in islice(values, 5))
            hints.append(f"{count} of {finding.field} in no code map, such as {shown}")
    hints += [
        f"what feeds {field} looks like names of people: is that the right column?"
        for field, values in _addresses(con, extract_id, checked.subject).items()
        if are_names(values)
    ]
    if checked.unknown or checked.missing:
        hints.append(
            f"`citymart layout suggest {shlex.quote(str(path))}` proposes layout rows for the columns that"
            " are not known: write those first, for they tell which table the file is of"
        )
    return hints


def _addresses(con: duckdb.DuckDBPyConnection, extract_id: str, subject: str) -> dict[str, list[str]]:
    """Values of the columns that feed an address: to who reads it any text is one."""
    fields = con.execute(
        "select distinct field from landing.extract_columns"
        " where extract_id = ? and status = 'mapped' and regexp_matches(field, '(^|_)address(_[0-9]+)?$')"
        " order by 1",
        [extract_id],
    ).fetchall()
    return {
        field: [
            value
            for (value,) in con.execute(
                f"select {quoted(field)} from staging.{quoted(f'base_{subject}')}"
                " where extract_id = ? limit ?",
                [extract_id, LOOKED_AT],
            ).fetchall()
            if value and value.strip()
        ]
        for (field,) in fields
    }


def _values(con: duckdb.DuckDBPyConnection, extract_id: str, finding: Finding) -> list[str]:
    rows = con.execute(
        "select value_as_sent from market.data_issues"
        " where extract_id = ? and issue_type = ? and field = ? and value_as_sent is not null"
        " order by line_number limit 1000",
        [extract_id, finding.issue_type, finding.field],
    ).fetchall()
    return [value for (value,) in rows]


LOOKS = (
    (r"\d{1,2}[/.\-](1[3-9]|2\d|3[01])[/.\-]\d{2,4}", "month/day/year: declare the format mdy in the layout"),
    (r"[2-5]\d{4}(\.0+)?", "the day numbers of a spreadsheet: declare the format excel_serial in the layout"),
    (r"1[0-9]{12}", "milliseconds since 1970: declare the format epoch_ms in the layout"),
    (r"(19|20)\d{2}", "years without a day: is this the right column?"),
    (r"[A-Za-z]{3,9}[\s\-]+\d{2,4}|\d{1,2}/\d{4}", "months without a day: is this the right column?"),
    (r"#+", "cells too narrow to show their value in the spreadsheet: widen the column and save it again"),
    (r"\d{1,3}(\.\d{3})+,\d+|\d+,\d{1,2}", "numbers with a comma for the decimal point"),
    (r"[^\d]*", "text: are the cells under the right header?"),
)


def _look_of(values: Sequence[str]) -> str:
    """`; they look like …` where at least four in five of the values have one form that is known."""
    for pattern, told in LOOKS:
        alike = sum(bool(re.fullmatch(pattern, value.strip())) for value in values)
        if values and alike * 5 >= len(values) * 4:
            return f"; they look like {told}"
    return ""


def in_words(checked: Checked) -> str:
    """The answer for a person."""
    lines = [f"{printable(checked.file)}: {checked.subject} of {checked.provider}, as of {checked.as_of}"]
    if checked.refused:
        return "\n".join([*lines, f"refused: {checked.refused}"])
    told = f"{_count(checked.landed_rows, 'record')} would land, {checked.rejected_rows:,} rejected"
    lines.append(told + (f", {_count(checked.skipped, 'line')} passed over" if checked.skipped else ""))
    if checked.held:
        lines.append(f"it would be held: {checked.held}")
    lines += [f"  {text}" for text in checked.notes]
    lines.append(f"{_count(checked.mapped, 'column')} mapped, {checked.ignored} ignored")
    if checked.unknown:
        lines.append(f"  not known: {', '.join(repr(name) for name in checked.unknown)}")
    if checked.missing:
        lines.append(f"  required and not there: {', '.join(checked.missing)}")
    headings = {"error": "To be mended", "warning": "To be looked at", "repaired": "Put right on the way"}
    for severity in SEVERITIES:
        found = [finding for finding in checked.findings if finding.severity == severity]
        if found:
            lines += ["", headings[severity]]
        for finding in found:
            lines.append(f"  {finding.count:,} × {finding.field}: {finding.message}")
            for example in finding.examples:
                where = f"line {example['line']:,}: " if example["line"] is not None else ""
                if where or example["value"] not in (None, finding.field):
                    lines.append(f"      {where}{_short(example['value'])}")
    if checked.hints:
        lines += ["", "What to do", *(f"  {hint}" for hint in checked.hints)]
    if checked.untried:
        lines += ["", "Not tried here, for want of the records to compare with; a build does"]
        for untried in checked.untried:
            told = f"without the {untried.reference}: {', '.join(untried.issue_types)}"
            lines.append(fill(told, 80, initial_indent="  ", subsequent_indent="    "))
    warned = sum(finding.count for finding in checked.findings if finding.severity == "warning")
    good = "nothing has to be mended" + (", as far as was tried" if checked.untried else "")
    good = f"{good}; {_count(warned, 'warning')} to look at" if warned else f"good: {good}"
    lines += ["", good if checked.is_good else "not good: see what is to be mended"]
    return "\n".join(lines)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' if number != 1 else ''}"


def _short(value: str | None, width: int = 60) -> str:
    if value is None:
        return "(blank)"
    text = " ".join(value.split()) or "(blank)"
    return text if len(text) <= width else text[: width - 1] + "…"
