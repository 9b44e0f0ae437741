"""`citymart restore`: a home from a backup."""

from __future__ import annotations

from pathlib import Path

import click

from citymart.cli import FAILED, Settings, printable


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--tombstones",
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A home, a backup or a folder `people` that knows who was forgotten since.",
)
@click.option("--partial", is_flag=True, help="Also from a backup that was not finished.")
@click.pass_context
def restore(ctx: click.Context, folder: Path, tombstones: Path | None, partial: bool) -> None:
    """Fill an empty home from a backup, each file by its hash.

    \b
    FOLDER is what `citymart backup` wrote; --home names the home, which must be
    empty. A file that is not what SHA256SUMS says is named and left out, and
    with it the receipts that vouch for it. When it is killed, run it again.
    `citymart publish` then makes the mart as it was.

    \b
    A backup still has people who were forgotten after it. --tombstones takes
    them out, by the tombstones of the home that was lost or of a newer backup;
    without these, forget them again (docs/forget.md).

    \b
    Examples:
      ./citymart restore /mnt/backup/mart --home /srv/mart
      ./citymart restore /mnt/old --tombstones /mnt/new --home /srv/mart
      ./citymart publish --home /srv/mart

    Exit status: 0 restored; 1 some files could not be, or the backup was not
    finished; 2 the home is not empty, or FOLDER is no backup.
    """
    from citymart.backups.restore import restore as fill

    settings: Settings = ctx.obj
    done = fill(folder, settings.home, partial=partial, stones=tombstones, note=settings.note)
    lines = [
        f"{done.files:,} files, {done.bytes / 1e6:,.1f} MB, {done.extracts:,} extracts in {done.home}, as of"
        f" {done.made_at or 'a backup that was not finished'}"
    ]
    if done.emptied or done.forgotten_keys:
        lines.append(
            f"{done.emptied:,} records of people who are forgotten were emptied, {done.forgotten_keys:,} are"
            " without a key of a person now"
        )
    lines += [f"note: {printable(note)}" for note in done.notes]
    lines.append("`citymart publish` makes the mart")
    settings.answer(
        {
            "home": done.home,
            "made_at": done.made_at,
            "files": done.files,
            "bytes": done.bytes,
            "extracts": done.extracts,
            "emptied_rows": done.emptied,
            "forgotten_keys": done.forgotten_keys,
            "faults": done.faults,
            "notes": done.notes,
        },
        "\n".join(lines),
    )
    for fault in done.faults:
        click.echo(f"citymart: {printable(fault)}", err=True)
    if done.faults:
        ctx.exit(FAILED)
