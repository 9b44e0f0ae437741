"""`citymart keys`: the file with the audiences' keys and the operator's."""

from __future__ import annotations

import os
from pathlib import Path

import click

from citymart.cli import Settings


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--operator", is_flag=True, help="Also the operator's key, with which the mart's folder is encrypted."
)
@click.pass_context
def keys(ctx: click.Context, file: Path, operator: bool) -> None:
    """Make random keys for the audiences that have none in FILE.

    \b
    FILE must lie outside the project and the mart's folder, and only its owner
    may read it. No key that is there is changed. Lose it, and no file that was
    handed out can be opened; the next publish makes new ones.

    \b
    Audiences are those of seeds/market, a borough for each provider that is one.

    \b
    With --operator FILE gets a key of the operator, too, and what the mart's
    folder keeps is encrypted with it: what has landed, what is known of people;
    builds go, and the next one is encrypted. From then on every command needs
    CITYMART_KEYS=FILE. Lose that key, and what has landed is lost with it. There
    is no way back but to load the files anew. Can be run again after a kill.

    \b
    Examples:
      ./citymart keys ~/city-keys.csv
      ./citymart keys --operator ~/city-keys.csv
      export CITYMART_KEYS=~/city-keys.csv

    Exit status: 0 done, 1 FILE can't be read or has another key than the mart's
    folder is encrypted with, 2 FILE lies where it must not.
    """
    from citymart.home import Home
    from citymart.sharing.keys import OPERATOR, VARIABLE, add_missing
    from citymart.sharing.terms import encrypted_audiences

    settings: Settings = ctx.obj
    # Not `settings.home`: it is this command that makes a home and its key fit.
    home = Home.at(settings.folder)
    file = file.expanduser().absolute()
    names = encrypted_audiences()
    if operator:
        from citymart.encrypting import fits

        fits(home, file)
        names.append(OPERATOR)
    new = add_missing(file, names, home)
    made = f"made keys for {len(new)} audiences" if new else "every audience has its keys"
    if OPERATOR in new:
        made = f"made keys for {len(new) - 1} audiences and the operator"
    document = {"file": str(file), "audiences": [name for name in new if name != OPERATOR]}
    lines = [f"{made}: {file}"]
    if operator:
        from citymart.encrypting import encrypt

        os.environ[VARIABLE] = str(file)
        done = encrypt(home, note=settings.note)
        document |= {"operator": OPERATOR in new, "encrypted_files": done.files}
        lines.append(
            f"{home.root} is encrypted ({done.files} files now); every command needs {VARIABLE}={file}"
        )
    settings.answer(document, "\n".join(lines))
