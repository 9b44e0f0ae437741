"""`citymart load`: land what providers sent."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from getpass import getuser
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from ..cli import as_json, printable
from ..deliveries import Declared, Delivery, find_deliveries, why_passed_over
from ..errors import CityMartError, UsageError
from ..load import (
    ALREADY,
    FAILED,
    HELD,
    LANDED,
    REDELIVERED,
    REFUSED,
    LoadSummary,
    Outcome,
    Watcher,
    load_files,
)

FEW = 20


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE|FOLDER]...")
@click.option(
    "--manifest",
    type=click.Path(path_type=Path),
    metavar="CSV",
    help="A list of deliveries: file (relative to it), provider, subject, as_of, period_from, period_to.",
)
@click.option("--provider", metavar="CODE", help="Who sent it, as in seeds/market/providers.csv.")
@click.option("--subject", metavar="NAME", help="What it is of, as in seeds/market/subjects.csv.")
@click.option("--as-of", metavar="DATE", help="The day it shows: 2024-03-31, 2024-03, 2024 or 20240331.")
@click.option("--period", metavar="PERIOD", help="What it covers: 2012-06, or 2012-06-01..2012-06-30.")
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    metavar="EXTRACT|FILE",
    help="Let a held delivery count: its id, or the file, which is loaded if it is not landed yet.",
)
@click.option("--reason", "--why", "reason", metavar="TEXT", help="Why it is right, for those who ask later.")
@click.option("--by", metavar="NAME", help="Who says so (default: the name of your account).")
@click.option("--each", is_flag=True, help="Say what became of each file, also where there are many.")
@click.pass_context
def load(
    ctx: click.Context,
    paths: tuple[Path, ...],
    manifest: Path | None,
    provider: str | None,
    subject: str | None,
    as_of: str | None,
    period: str | None,
    accepted: tuple[str, ...],
    reason: str | None,
    by: str | None,
    each: bool,
) -> None:
    """Land what providers sent, verbatim and with a receipt.

    Takes files and folders: CSV (any separator and encoding), XLSX, XLS, ODS, JSON, NDJSON, GeoJSON, XML and
    Parquet, also inside .gz and .zip. Which delivery a file is follows from its path,
    <provider>/<subject>/<as of>*.<ext>, or from --provider, --subject and --as-of, or from --manifest.

    \b
    Examples:
      citymart load extracts/
      citymart load extracts/northborough/spending/2012-06.csv
      citymart load june.xlsx --provider northborough --subject spending \\
        --as-of 2024-06
      citymart load --manifest deliveries.csv
      citymart load --accept 1f0c9a2b --reason "half the stock was sold"

    Of more than 20 files only those are named that a person should look at; --each names all, with notes
    on what was passed over.

    A delivery with far fewer records than the one whose place it takes, or with dates outside the period
    it is declared for, lands and is held: what was there before stands, until --accept lets it count or
    `citymart withdraw` takes it back.

    The same bytes land once, so a load can be repeated at any time. Exit status: 0 everything is landed,
    1 some file is held, was refused or failed (the others still land), 2 wrong usage.
    """
    declared = Declared(provider, subject, as_of, period)
    if accepted:
        if paths or manifest is not None:
            raise UsageError("--accept stands alone: load the other files by themselves.")
        _accept(ctx, accepted, declared, reason, by)
        return
    if reason is not None or by is not None:
        raise UsageError("--reason and --by belong to --accept, which says what is accepted.")
    if not paths and manifest is None:
        raise UsageError(
            "Say what to load: files, folders or --manifest; `citymart load --help` has examples."
        )
    deliveries, passed_over = find_deliveries(paths, manifest=manifest, declared=declared)
    why = why_passed_over(passed_over, declared)
    if not deliveries:
        nothing = "There is nothing to load: no file lies under <provider>/<subject>/."
        raise UsageError(" ".join([nothing, *why[:1]]))
    if ctx.obj.json:
        summary = load_files(deliveries, ctx.obj.home)
        click.echo(as_json(_document(summary, passed_over)))
    else:
        for sentence in why:
            click.echo(printable(sentence))
        summary = _load_and_tell(deliveries, ctx.obj.home, each=each or len(deliveries) <= FEW)
    if not summary.ok:
        ctx.exit(1)


def _account() -> str:
    try:
        return getuser()
    except (KeyError, OSError):
        raise UsageError("Your account has no name here: say with --by who accepts it.") from None


def _accept(
    ctx: click.Context, names: tuple[str, ...], declared: Declared, reason: str | None, by: str | None
) -> None:
    from ..receipts import accept

    if not (reason or "").strip():
        raise UsageError("Say why it is right: --reason 'half the stock was sold'.")
    home, receipts = ctx.obj.home, []
    for name in names:
        found = [name]
        if Path(name).is_file():
            deliveries, _ = find_deliveries([name], declared=declared)
            loaded = load_files(deliveries, home).outcomes
            if bad := [outcome for outcome in loaded if not outcome.good and outcome.status != HELD]:
                raise CityMartError(f"{bad[0].name}: {bad[0].status}: {bad[0].message}")
            found = [outcome.extract_id for outcome in loaded if outcome.status == HELD]
            if not found:
                raise UsageError(f"{name} is landed and not held: there is nothing to accept.")
        for each in found:
            # Files of one delivery are accepted together.
            if each not in [receipt["extract_id"] for receipt in receipts]:
                receipts += accept(home, each, reason.strip(), by or _account(), note=ctx.obj.note)
    told = [
        f"accepted {r['extract_id']}: {printable(r['source_file'])}, {r['landed_rows']:,} records of "
        f"{r['provider_code']}, {r['subject']}; it counts from the next `citymart publish` on"
        for r in receipts
    ]
    ctx.obj.answer({"accepted": receipts}, "\n".join(told))


def _load_and_tell(deliveries: list[Delivery], home, *, each: bool) -> LoadSummary:
    def tell(outcome: Outcome, say: Callable[[str], None]) -> None:
        if each or not outcome.good or outcome.rejected or outcome.hints:
            say(_line(outcome, with_notes=each))

    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
    if not console.is_terminal:
        watcher = Watcher(done=lambda outcome: tell(outcome, click.echo), say=click.echo)
        summary = load_files(deliveries, home, watcher=watcher)
    else:
        with Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            console=console,
            transient=True,
        ) as bar:
            task = bar.add_task("Loading", total=len(deliveries))
            finished = [0]

            def say(message: str) -> None:
                bar.console.print(message, markup=False, highlight=False)

            def start(delivery: Delivery, _size: int) -> None:
                bar.update(task, completed=finished[0], description=printable(delivery.name)[:40])
                finished[0] += 1

            watcher = Watcher(
                start=start,
                progress=lambda share: bar.update(task, completed=finished[0] - 1 + min(share, 1.0)),
                done=lambda outcome: tell(outcome, say),
                say=say,
            )
            summary = load_files(deliveries, home, watcher=watcher)
    _print_summary(console, summary)
    return summary


def _line(outcome: Outcome, *, with_notes: bool) -> str:
    """What became of a file, in a line or two."""
    who = f"{outcome.provider} {outcome.subject}"
    if outcome.status == LANDED:
        text = f"{outcome.name} ({who}): {outcome.landed:,} landed"
        if outcome.rejected:
            why = ", ".join(reason.replace("_", " ") for reason in outcome.reasons)
            text += f", {outcome.rejected:,} rejected ({why})"
        text += f", {outcome.skipped:,} skipped" if outcome.skipped else ""
    elif outcome.good:
        text = f"{outcome.name} ({who}): {outcome.status} ({outcome.message})"
    else:
        text = f"{outcome.name} ({who}): {outcome.status.upper()}: {outcome.message}"
    further = [f"  note: {note}" for note in outcome.notes] if with_notes else []
    further += [f"  hint: {hint}" for hint in outcome.hints]
    return "\n".join(map(printable, [text, *further]))


def _print_summary(console: Console, summary: LoadSummary) -> None:
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("")
    for name in ("files", "landed", "rejected", "skipped", "MB/s"):
        table.add_column(name, justify="right")
    for status in (LANDED, REDELIVERED, ALREADY, HELD, REFUSED, FAILED):
        of = [outcome for outcome in summary.outcomes if outcome.status == status]
        if not of:
            continue
        seconds = sum(outcome.seconds for outcome in of)
        rate = sum(outcome.bytes or 0 for outcome in of) / 1e6 / seconds if seconds else 0
        numbers = [
            sum(getattr(outcome, name) for outcome in of) for name in ("landed", "rejected", "skipped")
        ]
        shown = [f"{number:,}" for number in numbers] if status in (LANDED, HELD) else ["", "", ""]
        table.add_row(status, f"{len(of):,}", *shown, f"{rate:.1f}" if status == LANDED else "")
    console.print()
    console.print(table)


def _document(summary: LoadSummary, passed_over: list[Path]) -> dict:
    return {
        "ok": summary.ok,
        "files": len(summary.outcomes),
        "landed": summary.total("landed"),
        "rejected": summary.total("rejected"),
        "skipped": summary.total("skipped"),
        "seconds": round(summary.seconds, 3),
        "outcomes": [asdict(outcome) for outcome in summary.outcomes],
        "passed_over": [str(path) for path in passed_over],
    }
