"""`citymart subject`: the files of a new subject."""

from __future__ import annotations

import click

from citymart.home import PROJECT
from citymart.scaffold import add_subject


@click.command()
@click.argument("name")
@click.pass_context
def subject(ctx: click.Context, name: str) -> None:
    """Write the files of a new subject NAME from a template.

    It builds at once, on no data. What to fill in, and in which order, is in docs/add-a-subject.md.

    \b
    Example:
      ./citymart subject licences
    """
    files = [str(file.relative_to(PROJECT)) for file in add_subject(name, PROJECT)]
    ctx.obj.answer(
        {"subject": name, "files": files},
        "\n".join(["Written or changed:", *(f"  {file}" for file in files), "Next: docs/add-a-subject.md"]),
    )
