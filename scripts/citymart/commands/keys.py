"""`citymart keys`: the file with the audiences' keys."""

from __future__ import annotations

from pathlib import Path

import click

from citymart.cli import Settings


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def keys(ctx: click.Context, file: Path) -> None:
    """Make random keys for the audiences that have none in FILE.

    \b
    FILE must lie outside the project and the mart's folder, and only its owner
    may read it. No key that is there is changed. Lose it, and no file that was
    handed out can be opened; the next publish makes new ones.

    \b
    Audiences are those of seeds/market, a borough for each provider that is one.

    \b
    Example:
      ./citymart keys ~/city-keys.csv
      export CITYMART_KEYS=~/city-keys.csv

    Exit status: 0 done, 1 FILE can't be read, 2 FILE lies where it must not.
    """
    from citymart.sharing.keys import add_missing
    from citymart.sharing.terms import encrypted_audiences

    settings: Settings = ctx.obj
    new = add_missing(file, encrypted_audiences(), settings.home)
    made = f"made keys for {len(new)} audiences" if new else "every audience has its keys"
    settings.answer({"file": str(file), "audiences": new}, f"{made}: {file}")
