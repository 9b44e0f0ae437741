"""`citymart check`: what would the mart say to a file?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from citymart.cli import FAILED, Settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--provider", metavar="CODE", help="Whose it is (else from the path).")
@click.option("--subject", metavar="NAME", help="What it is about (else from the path).")
@click.option("--as-of", metavar="DATE", help="Of when it is (else from its name; else today).")
@click.pass_context
def check(
    ctx: click.Context, file: Path, provider: str | None, subject: str | None, as_of: str | None
) -> None:
    """Try one file: what would the mart say to it?

    \b
    Loads FILE into a scratch folder, applies the same rules as the mart, and
    tells what would land, which columns are not known, and which values could
    not be read: how many, of which kind, with the lines of three of them and
    what to do. Nothing of the file is kept.

    \b
    It looks at the file alone, beside it only at the boundaries that your mart
    has: which rules need more (is the UPRN in the borough's gazetteer?), and
    were not tried, it tells at the end.

    \b
    Examples:
      ./citymart check extracts/northborough/spending/2024-03.csv
      ./citymart check march.xlsx --provider northborough --subject spending

    Exit status: 0 nothing has to be mended, 1 something has, 2 wrong usage.
    """
    from citymart import checking

    settings: Settings = ctx.obj
    found = checking.check(
        settings.home, file, provider=provider, subject=subject, as_of=as_of, note=settings.note
    )
    is_good = all(checked.is_good for checked in found)
    settings.answer(
        {"good": is_good, "files": [asdict(checked) | {"good": checked.is_good} for checked in found]},
        "\n\n".join(checking.in_words(checked) for checked in found),
    )
    if not is_good:
        ctx.exit(FAILED)
