"""`citymart status`: what has landed, and what is wrong with it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from citymart.cli import Settings, printable
from citymart.errors import UsageError

NARROW = 80


@click.command()
@click.option("--extracts", "by_extract", is_flag=True, help="One line a file instead of one a provider.")
@click.pass_context
def status(ctx: click.Context, by_extract: bool) -> None:
    """What has landed, what is unmapped, held, refused or overdue.

    \b
    One line a subject and provider: files, newest as-of date, records landed
    and rejected, and by how much the next delivery is overdue. Below it, by
    name: columns that no layout row knows, required fields that no column
    feeds, files that are held or were refused and why; then the current
    release and the last failed build.
    It reads receipts and seeds only, so it is quick and needs no build.

    \b
    Examples:
      ./citymart status
      ./citymart status --extracts
      ./citymart status --json

    Exit status: 0, whatever there is to tell.
    """
    from citymart import status as state
    from citymart.candidates import last_failure
    from citymart.releases import current_release

    settings: Settings = ctx.obj
    home = settings.home
    if home.root.exists() and not home.root.is_dir():
        raise UsageError(f"{home.root} is a file; --home names a folder.")
    found = state.delivered(home, datetime.now(UTC).date())
    release, failure = current_release(home), last_failure(home)
    files = state.extracts(home) if by_extract else None
    document = {
        "home": home.root,
        "delivered": state.as_document(found),
        "release": release.manifest if release else None,
        "last_failed_build": failure,
    }
    if files is not None:
        document["extracts"] = files
    if settings.json:
        settings.answer(document)
        return
    if files is not None:
        _print_extracts(files)
    else:
        _print_delivered(home, found)
    _print_details(found)
    _print_release(home, release, failure)


def _console():
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else NARROW, highlight=False)


def _print_delivered(home, found) -> None:
    from rich.table import Table

    if not found:
        where = home.root if home.root.exists() else f"{home.root} (there is no such folder)"
        click.echo(f"nothing has landed in {where} yet: `citymart load FOLDER` is the first step")
        return
    table = Table(show_edge=False, pad_edge=False, box=None)
    table.add_column("", no_wrap=True)
    for name in ("files", "newest", "records", "rejected"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    subject = None
    for entry in found:
        if entry.subject != subject:
            subject = entry.subject
            table.add_row(f"[bold]{subject}[/bold]")
        table.add_row(
            f"  {entry.provider}",
            f"{entry.files:,}",
            entry.newest_as_of or "-",
            f"{entry.landed_rows:,}",
            f"{entry.rejected_rows:,}" if entry.rejected_rows else "",
            ", ".join(_flags(entry)),
        )
    _console().print(table)


def _flags(entry) -> list[str]:
    flags = []
    if entry.missing:
        flags.append(f"{len(entry.missing)} missing")
    if entry.unmapped:
        flags.append(f"{len(entry.unmapped)} unmapped")
    if entry.held:
        flags.append(f"{len(entry.held)} held")
    if entry.refused:
        flags.append(f"{len(entry.refused)} refused")
    if entry.overdue_days:
        flags.append(f"{entry.overdue_days:,} days overdue")
    return flags


def _print_extracts(files) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(show_edge=False, pad_edge=False, box=None)
    for name, settings in {
        "extract": {"no_wrap": True},
        "of": {"overflow": "fold"},
        "as of": {"no_wrap": True},
        "file": {"overflow": "fold"},
        "records": {"justify": "right", "no_wrap": True},
    }.items():
        table.add_column(name, **settings)
    for entry in files:
        rows = f"{entry['landed_rows']:,}" if entry["outcome"] == "landed" else entry["outcome"]
        of = f"{entry['provider_code']} {entry['subject']}"
        table.add_row(
            entry["extract_id"] or "", of, entry["as_of_date"] or "-", Text(printable(entry["file"])), rows
        )
    _console().print(table)


def _print_details(found) -> None:
    from citymart.receipts import held_for

    told = {
        "Required fields that no column feeds": [
            (e, f"{name} ({count} of {e.files} files)") for e in found for name, count in e.missing.items()
        ],
        "Columns that no layout row knows (`citymart layout suggest FILE` proposes rows)": [
            (e, ", ".join(e.unmapped)) for e in found if e.unmapped
        ],
        "Held until somebody has looked": [
            (e, f"{r['file']}: {held_for(r['reason'], r['extract_id'])}") for e in found for r in e.held
        ],
        "Refused": [(e, f"{r['file']}: {r['reason']}") for e in found for r in e.refused],
        "Withdrawn": [(e, f"{r['file']}: {r['reason']}") for e in found for r in e.withdrawn],
    }
    from rich.padding import Padding
    from rich.text import Text

    console = _console()
    for heading, lines in told.items():
        if lines:
            console.print()
            console.print(Text(heading, style="bold"))
            for entry, text in lines:
                line = f"{entry.provider}, {entry.subject}: {printable(text)}"
                if console.is_terminal:
                    console.print(Padding(Text(line), (0, 0, 0, 2)))
                else:
                    # One line, so that a command in it can be pasted.
                    click.echo(f"  {line}")


def _print_release(home, release, failure) -> None:
    click.echo()
    if release is None:
        click.echo("nothing is published yet: `citymart publish` builds, tests and publishes")
    else:
        rows = sum(table["rows"] for table in release.manifest["tables"])
        click.echo(f"current release: {release.id}, {len(release.manifest['tables'])} tables, {rows:,} rows")
        click.echo(f"  {home.published / 'current' / release.database.name}")
    if failure:
        click.echo(f"the last publish failed ({failure['failed_at']}):")
        for entry in failure["failures"]:
            click.echo(f"  {entry['sentence']}")
