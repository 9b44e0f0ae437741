"""`citymart verify`: whether everything is as it was, from what landed to what was handed out."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from citymart.cli import FAILED, Settings, printable
from citymart.errors import UsageError

if TYPE_CHECKING:
    from citymart.verifying import Verified
    from citymart.verifying.rebuild import Rebuilt


@click.command()
@click.option("--release", metavar="NAME", help="Which release: its name, or all (else the current one).")
@click.option(
    "--sources",
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Also look whether files kept there are still those that landed.",
)
@click.option("--rebuild", is_flag=True, help="Build the release again and compare every table.")
@click.pass_context
def verify(ctx: click.Context, release: str | None, sources: Path | None, rebuild: bool) -> None:
    """Work out every hash again, and say what is not as it was.

    \b
    Receipts and the records they vouch for (bytes, SHA-256, rows, lines),
    rejected records, the keys of persons, each release's files and tables, the
    link `current`, the log of what was given to whom, exports and pages; files
    that nobody knows are named. A line a thing that differs, with what to do.
    Locked files are read through with the keys of CITYMART_KEYS; without
    theirs they are hashed. Nothing is changed.

    \b
    --rebuild builds a release once more, in a folder of its own, from what it
    was made of, and compares the content of each table. It takes as long as a
    build.

    \b
    Examples:
      ./citymart verify
      ./citymart verify --release all --sources incoming
      ./citymart verify --rebuild

    Exit status: 0 all is as it was, 1 something differs, 2 no such release.
    """
    settings: Settings = ctx.obj
    if rebuild:
        from citymart.verifying.rebuild import rebuild as built_again

        if release == "all" or sources is not None:
            raise UsageError("--rebuild is of one release: give its name with --release, and no --sources")
        outcome = built_again(settings.home, release, note=settings.note)
        settings.answer(outcome.document(), "\n".join(_rebuilt_told(outcome)))
        ctx.exit(0 if outcome.is_same else FAILED)
    from citymart.verifying import verify as look

    if not settings.home.root.is_dir():
        raise UsageError(f"there is no home {settings.home.root}: --home names the folder")
    began = time.monotonic()
    found = look(settings.home, release, sources=sources, note=settings.note)
    seconds = time.monotonic() - began
    document = {"home": settings.home.root, "seconds": round(seconds, 3), **found.document()}
    settings.answer(document, "\n".join(_told(found, seconds)))
    ctx.exit(FAILED if found.faults else 0)


NOTHING = {"exports": "none of the releases looked at"}


def _told(found: Verified, seconds: float) -> list[str]:
    lines = [printable(str(fault)) for fault in found.faults]
    lines += [f"note: {printable(note)}" for note in found.notes]
    lines += [""] if lines else []
    for name, seen in found.parts.items():
        counts = [_counted(what.replace("_", " "), count) for what, count in seen.counts.items()]
        lines += _folded(
            f"{name:<10}{_size(seen.bytes):>10}  ", counts or [NOTHING.get(name, "nothing there")]
        )
    lines.append(f"{_size(found.bytes)} hashed, and all tables read, in {seconds:.1f} s")
    count = len(found.faults)
    lines.append(
        f"{count:,} thing{'s' * (count != 1)} differ{'s' * (count == 1)}" if count else "all is as it was"
    )
    return lines


def _counted(what: str, count: int) -> str:
    return f"{count:,} {what.removesuffix('s') if count == 1 else what}"


def _folded(start: str, words: list[str], width: int = 80) -> list[str]:
    lines, line = [], start
    for word in words:
        if len(line) + len(word) > width - 1 and line.strip():
            lines.append(line.rstrip())
            line = " " * len(start)
        line += f"{word}, "
    return [*lines, line.rstrip(", ")]


def _size(size: int) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"


def _rebuilt_told(outcome: Rebuilt) -> list[str]:
    lines = [f"{each.table}: {each.what}" for each in outcome.differ]
    if outcome.differ and outcome.why:
        lines += ["", "why that may be:", *(f"  {why}" for why in outcome.why), ""]
    elif outcome.why:
        lines += [f"note: {why}" for why in outcome.why]
    said = f"{outcome.release_id}: {outcome.same:,} of {outcome.same + len(outcome.differ):,} tables came out"
    return [*lines, f"{said} the same, of {outcome.extracts:,} extracts, in {outcome.seconds:.0f} s"]
