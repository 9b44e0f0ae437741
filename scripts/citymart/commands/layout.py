"""`citymart layout`: help with the seeds that say what a column is."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, astuple
from pathlib import Path

import click

from citymart.cli import Settings


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
    column the field that it is likeliest to be (`-` where nothing resembles
    it: it is ignored), the format that its dates show, and as the note the
    known name it is like and three of its values. Read it before you paste it.

    \b
    Examples:
      ./citymart layout suggest extracts/northborough/spending/2024-03.csv
      ./citymart layout suggest new.xlsx --subject spending

    Exit status: 0 proposed, or every column is known; 1 the file can't be read
    as a table; 2 no such file, provider or subject.
    """
    from citymart.suggest import COLUMNS
    from citymart.suggest import suggest as propose

    settings: Settings = ctx.obj
    found = propose(file, provider=provider, subject=subject)
    if settings.json:
        settings.answer({"tables": [asdict(suggestion) for suggestion in found]})
        return
    for suggestion in found:
        guessed = " (a guess: say --subject if it is another)" if suggestion.is_guess else ""
        known, unknown = len(suggestion.known), len(suggestion.rows)
        settings.note(
            f"{suggestion.file}: {suggestion.subject}{guessed}; {known} columns are known, {unknown} are not"
        )
        if suggestion.missing:
            settings.note(f"required and still without a column: {', '.join(suggestion.missing)}")
        if suggestion.rows:
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(astuple(row) for row in suggestion.rows)
            click.echo(text.getvalue(), nl=False)
            settings.note(f"→ seeds/layouts/layout_{suggestion.subject}.csv")
