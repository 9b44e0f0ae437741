"""`citymart layout`: help with the seeds that say what a column is."""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import asdict, astuple
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import click

from citymart.cli import Settings, printable

if TYPE_CHECKING:
    from citymart.suggest import Suggestion


@click.group()
def layout() -> None:
    """Propose layout rows for columns that no layout knows.

    \b
    Example:
      ./citymart layout suggest extracts/northborough/spending/2024-03.csv
    """


@layout.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--provider", metavar="CODE", help="Whose it is (else from the path; else the rows are for all)."
)
@click.option("--subject", metavar="NAME", help="What it is about (else from the path; else it is guessed).")
@click.pass_context
def suggest(ctx: click.Context, file: Path, provider: str | None, subject: str | None) -> None:
    """Propose layout rows for the columns of FILE that no layout row knows.

    \b
    Prints CSV to paste into seeds/layouts/layout_SUBJECT.csv: for each unknown
    column the field that it is likeliest to be, by its name, or else by its
    values (UPRNs, postcodes, dates, known codes, ...), the format that its
    dates show, and as the note why, and the shape of its values. `-` ignores
    a column: it is empty, or others ignore it. `?` asks you: write the field,
    or `-`; the mart takes no row with a `?`. Read the rows before you paste
    them.

    \b
    They hold no value of the file: 31/12/2025 is shown as 99/99/9999, Jane
    Hill as Aaaa Aaaa. Values are shown beside them, on a terminal alone, and
    the line that was taken for the header is told.

    \b
    Examples:
      ./citymart layout suggest extracts/northborough/spending/2024-03.csv
      ./citymart layout suggest new.xlsx --subject spending

    Exit status: 0 proposed, or every column is known; 1 the file can't be read
    as a table; 2 no such file, provider or subject.
    """
    from citymart.layouts import ASKED, COLUMNS, IGNORED
    from citymart.suggest import suggest as propose

    settings: Settings = ctx.obj
    found = propose(file, provider=provider, subject=subject)
    if settings.json:
        settings.answer({"tables": [_without_values(suggestion) for suggestion in found]})
        return
    for suggestion in found:
        guessed = " (a guess: say --subject if it is another)" if suggestion.is_guess else ""
        known, unknown = len(suggestion.known), len(suggestion.rows)
        settings.note(
            f"{suggestion.file}: {suggestion.subject}{guessed}; columns known: {known}, not known: {unknown}"
        )
        if suggestion.header_line:
            doubt = "" if known else "; no name in it is known: is it the header?"
            settings.note(f"line {suggestion.header_line} was taken for the header{doubt}")
        if not suggestion.has_header:
            settings.note("no line looks like a header: columns are known by position (#1, #2, …);")
            settings.note("if there is none, seeds/layouts/readers.csv needs a row: header, none")
        if suggestion.missing:
            missing = f"required and still without a column: {', '.join(suggestion.missing)}"
            settings.note(fill(missing, 80, subsequent_indent="  "))
        if suggestion.rows:
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(astuple(row) for row in suggestion.rows)
            click.echo(text.getvalue(), nl=False)
            settings.note(f"→ seeds/layouts/layout_{suggestion.subject}.csv")
            if asked := sum(row.field == ASKED for row in suggestion.rows):
                settings.note(
                    f"rows that ask (?): {asked}; write the field of each, or {IGNORED} to ignore it"
                )
            _show_values(suggestion, settings)


def _without_values(suggestion: Suggestion) -> dict:
    document = asdict(suggestion)
    del document["samples"]
    return document


def _show_values(suggestion: Suggestion, settings: Settings) -> None:
    """To the eyes of who asks, and to no file: what the columns hold may be people's names."""
    if not sys.stderr.isatty():
        return
    settings.note("what these columns hold, for you to decide by; shown here alone:")
    for column, values in suggestion.samples.items():
        settings.note(printable(f"  {column}: {' | '.join(values) or '(empty)'}"))
