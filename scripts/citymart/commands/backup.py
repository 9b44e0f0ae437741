"""`citymart backup`: what can't be made again, put aside."""

from __future__ import annotations

from pathlib import Path

import click

from citymart.cli import FAILED, Settings, printable

SHOWN = 5


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--releases", is_flag=True, help="The releases that are kept, too.")
@click.pass_context
def backup(ctx: click.Context, folder: Path, releases: bool) -> None:
    """Put aside what can't be made again: landing, keys of persons, logs.

    \b
    FOLDER becomes the same tree as the home, with SHA256SUMS and backup.json:
    what has landed with receipts and rejects, the keys of persons and the
    tombstones of who is forgotten, the access log, and the decisions of people
    in seeds/. Run it again and only what is new or another is copied. A load
    that is under way ends first. When it is killed, run it again. An encrypted
    home is copied as it lies; keep the file of keys elsewhere.

    \b
    Examples:
      ./citymart backup /mnt/backup/mart
      ./citymart backup /mnt/backup/mart --releases
      ./citymart verify --home /mnt/backup/mart

    Exit status: 0 done; 1 some files of the home are not what their receipts
    say and were not copied; 2 FOLDER holds something else.
    """
    from citymart.backups.backup import back_up

    settings: Settings = ctx.obj
    done = back_up(settings.home, folder, releases=releases, note=settings.note)
    copied = f"{done.copied:,} copied ({done.copied_bytes / 1e6:,.1f} MB)"
    lines = [f"{done.files:,} files, {done.bytes / 1e6:,.1f} MB, in {done.folder}: {copied}"]
    if done.removed:
        lines.append(f"{done.removed:,} removed that the home has no more")
    if done.gone:
        lines.append(f"gone from the home, and kept: {_some(done.gone)}; `citymart verify` tells what to do")
    settings.answer(
        {
            "folder": done.folder,
            "files": done.files,
            "bytes": done.bytes,
            "copied": done.copied,
            "copied_bytes": done.copied_bytes,
            "removed": done.removed,
            "damaged": done.damaged,
            "gone": done.gone,
        },
        "\n".join(lines),
    )
    if done.damaged:
        click.echo(
            f"citymart: damaged in the home, so not copied: {_some(done.damaged)}; an earlier copy stays:"
            f" bring it back from {done.folder}, see `citymart verify`",
            err=True,
        )
        ctx.exit(FAILED)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return printable(", ".join(names[:SHOWN]) + more)
