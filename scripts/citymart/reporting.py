"""The report that goes back to a provider: what came, what was wrong line by line, and how it compares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

from .disk import fsync_file, fsync_folder, written_anew
from .errors import UsageError
from .home import Home
from .releases import Release, need_release

SHEET = 1_048_575
"""Rows that a sheet of Excel has below its header."""
WORST = 15
"""Types of issues that the page names; the workbook has all."""
LINES = 12
"""Lines of a file that the page names of a type; the workbook has all."""


@dataclass(frozen=True)
class Part:
    """A table of the report: a sheet of the workbook; `query` asks for `$provider`."""

    title: str
    about: str
    query: str


PARTS = (
    Part(
        "What came",
        "Each file, and what became of it.",
        """
        select subject, as_of_date, source_file, outcome, is_current, reason, source_records, landed_rows,
            rejected_rows, unknown_columns, missing_fields
        from market.extracts where provider_code = $provider order by subject, as_of_date, source_file
        """,
    ),
    Part(
        "What is due",
        "Each subject that is expected of you: what has come, when the next is due, what it is fit for.",
        """
        select subject, state, newest_as_of_date, next_due_date, due_periods, received_periods,
            quality_step_name as fit_for, next_step, errors, warnings, repairs
        from market.coverage where provider_code = $provider order by subject
        """,
    ),
    Part(
        "Issues",
        "Each issue of what counts now, down to the line and the value as you sent it.",
        """
        select subject, source_file, line_number, field, value_as_sent, issue_type, severity, who_can_mend,
            message, as_of_date
        from market.data_issues where provider_code = $provider and is_current
        order by case severity when 'error' then 1 when 'warning' then 2 else 3 end, subject, source_file,
            line_number, field, issue_type
        """,
    ),
    Part(
        "By month",
        "Share of your records with each type of issue, and that of the month before.",
        """
        select subject, month, issue_type, severity, records, total_records, share_of_records, share_before
        from market.issue_summary where provider_code = $provider and (issues > 0 or share_before > 0)
        order by subject, issue_type, month
        """,
    ),
    Part(
        "Compared",
        "Your points of 100 beside those of the other authorities that send the subject.",
        """
        select own.subject, own.dimension, own.score, median(others.score) as median_of_others,
            count(others.score) as others, 1 + count(*) filter (others.score > own.score) as place,
            own.most_lacking, own.rule
        from market.quality_scores as own
        left join market.quality_scores as others
            on own.subject = others.subject and own.dimension = others.dimension
            and others.provider_code <> $provider and others.score is not null
        where own.provider_code = $provider and own.score is not null
        group by own.subject, own.dimension, own.score, own.most_lacking, own.rule
        order by own.subject, own.dimension
        """,
    ),
)
NOT_TAKEN = """
    select subject, source_file, outcome, reason from market.extracts
    where provider_code = $provider and outcome <> 'landed' order by subject, source_file, outcome
"""
WORST_ISSUES = """
    with counted as (
        select subject, issue_type, severity, who_can_mend, any_value(message) as message, count(*) as issues,
            list(struct_pack(file := source_file, line := line_number) order by source_file, line_number)
                filter (where line_number is not null) as places
        from market.data_issues where provider_code = $provider and is_current
        group by subject, issue_type, severity, who_can_mend
    )
    select * from counted
    order by case severity when 'error' then 1 when 'warning' then 2 else 3 end, issues desc, subject,
        issue_type
"""


@dataclass(frozen=True)
class Report:
    """The two files, and how many issues they name."""

    workbook: Path
    page: Path
    release_id: str
    issues: int


def report(home: Home, provider: str, *, to: Path | None = None) -> Report:
    """Write the workbook and the page of a provider, from the current release; earlier ones give way.

    They hold the values that the provider sent: they are for the provider alone.

    Raises `UsageError` for a provider that has sent nothing and of which nothing is expected, and
    `CityMartError` before the first release.
    """
    release = need_release(home)
    folder = (to or home.root / "reports" / release.id).absolute()
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file: name a folder with --to")
    with duckdb.connect(str(release.database), read_only=True) as con:
        name = _name(con, provider)
        folder.mkdir(parents=True, exist_ok=True)
        workbook, page = folder / f"{provider}.xlsx", folder / f"{provider}.md"
        with written_anew(workbook) as path:
            issues = _write_workbook(con, path, provider, name, release)
            fsync_file(path)
        with written_anew(page) as path:
            path.write_text(_page(con, provider, name, release), encoding="utf-8")
            fsync_file(path)
        fsync_folder(folder)
    return Report(workbook, page, release.id, issues)


def _name(con: duckdb.DuckDBPyConnection, provider: str) -> str:
    known = dict(
        con.execute(
            "select distinct provider_code, provider_name from market.coverage order by all"
        ).fetchall()
    )
    if provider not in known:
        near = [code for code in known if provider.lower() in f"{code} {known[code]}".lower()]
        told = ", ".join(near or known)
        raise UsageError(f"of {provider!r} nothing has come or is expected; there are {told}")
    return known[provider]


def _asked(con: duckdb.DuckDBPyConnection, query: str, provider: str) -> tuple[list[str], list[tuple]]:
    found = con.execute(query, {"provider": provider})
    return [column[0] for column in found.description], found.fetchall()


# -- the workbook -----------------------------------------------------------------------------------


def _write_workbook(
    con: duckdb.DuckDBPyConnection, path: Path, provider: str, name: str, release: Release
) -> int:
    created = datetime.fromisoformat(release.manifest["created_at"]).astimezone(UTC).replace(tzinfo=None)
    options = {
        "constant_memory": True,
        **dict.fromkeys(("strings_to_formulas", "strings_to_numbers", "strings_to_urls"), False),
    }
    issues = 0
    with xlsxwriter.Workbook(str(path), options) as book:
        # The day of the release, so that the same release gives the same bytes.
        book.set_properties({"title": f"Report to {name}", "created": created})
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        about = book.add_worksheet("About")
        about.set_column(0, 0, 24)
        about.set_column(1, 1, 100)
        lines = [("Report to", name), ("Release", release.id), *((part.title, part.about) for part in PARTS)]
        for at, (head, text) in enumerate(lines):
            about.write_string(at, 0, head, bold)
            about.write_string(at, 1, text)
        for part in PARTS:
            heads, rows = _asked(con, part.query, provider)
            issues = len(rows) if part.title == "Issues" else issues
            sheet = book.add_worksheet(part.title)
            sheet.freeze_panes(1, 0)
            for at, head in enumerate(heads):
                sheet.set_column(at, at, min(40, max(12, len(head) + 2)))
                sheet.write_string(0, at, head.replace("_", " "), bold)
            for line, row in enumerate(rows[:SHEET], 1):
                for at, value in enumerate(row):
                    _write_cell(sheet, line, at, value, day)
            if len(rows) > SHEET:
                about.write_string(len(lines) + 1, 0, "Cut off", bold)
                about.write_string(len(lines) + 1, 1, f"{part.title}: {SHEET:,} of {len(rows):,} rows")
    return issues


def _write_cell(sheet: Any, line: int, at: int, value: Any, day: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, at, value)
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(line, at, float(value))
    elif isinstance(value, date):
        sheet.write_datetime(line, at, datetime(value.year, value.month, value.day), day)
    else:
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        sheet.write_string(line, at, text[:32_767])


# -- the page ---------------------------------------------------------------------------------------


def _page(con: duckdb.DuckDBPyConnection, provider: str, name: str, release: Release) -> str:
    by_title = {part.title: part for part in PARTS}
    lines = [f"# Report to {name}", "", f"Release {release.id}. The workbook beside it has every line.", ""]
    heads, rows = _asked(con, by_title["What is due"].query, provider)
    lines += ["## What is due", "", by_title["What is due"].about, "", *_table(heads, rows)]
    heads, rows = _asked(con, by_title["Compared"].query, provider)
    below = [row[:-1] for row in rows if row[3] is not None and row[2] < row[3]]
    lines += ["## Where others do better", ""]
    if below:
        lines += ["Points of 100; what they are of stands in the workbook.", "", *_table(heads[:-1], below)]
    else:
        lines += ["Nowhere: you are at or above the median of the others in all that was measured.", ""]
    _, rows = _asked(con, NOT_TAKEN, provider)
    if rows:
        lines += ["## What was not taken", ""]
        lines += [
            f"- **{subject}, {_plain(file)}** ({outcome}): {_plain(reason or 'no reason is known')}"
            for subject, file, outcome, reason in rows
        ]
        lines += [""]
    heads, rows = _asked(con, WORST_ISSUES, provider)
    lines += ["## What is wrong", ""]
    if not rows:
        lines += ["Nothing was found in what counts now.", ""]
    for row in rows[:WORST]:
        told = dict(zip(heads, row, strict=True))
        lines += [
            f"- **{told['subject']}, {told['issue_type']}** ({told['severity']}, {told['issues']:,}; to be"
            f" mended by: {told['who_can_mend']}): {_plain(told['message']).rstrip('.')}."
            f"{_places(told['places'] or [])}"
        ]
    if len(rows) > WORST:
        lines += [f"- … and {len(rows) - WORST} more types: see the workbook"]
    return "\n".join(lines).rstrip() + "\n"


def _places(places: Sequence[dict[str, Any]]) -> str:
    """Lines by file, those that follow each other as a range."""
    told: list[str] = []
    files: dict[str, list[int]] = {}
    for place in places:
        files.setdefault(place["file"], []).append(place["line"])
    left = 0
    for file, lines in files.items():
        runs: list[list[int]] = []
        for line in sorted(set(lines)):
            if runs and line == runs[-1][1] + 1:
                runs[-1][1] = line
            else:
                runs.append([line, line])
        room = max(0, LINES - len(told))
        told += [
            f"{_plain(file)} line{'s' if last > first else ''} {first}{f'–{last}' if last > first else ''}"
            for first, last in runs[:room]
        ]
        left += len(runs) - min(room, len(runs))
    if not told:
        return ""
    return f" In {'; '.join(told)}{f'; and {left} more' if left else ''}."


def _table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    lines = [_row(head.replace("_", " ") for head in heads), _row("---" for _ in heads)]
    return [*lines, *(_row("" if value is None else _plain(value) for value in row) for row in rows), ""]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(value: Any) -> str:
    """A value that means nothing to Markdown."""
    text = " ".join(str(value).split())
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|#" else letter for letter in text)
