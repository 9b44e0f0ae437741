"""`citymart subject`: the files that a new subject begins with."""

from __future__ import annotations

import click

from citymart.cli import Settings
from citymart.home import PROJECT


@click.command()
@click.argument("name")
@click.pass_context
def subject(ctx: click.Context, name: str) -> None:
    """Start a new subject: its staging folder, layout seed and list entries.

    \b
    They are written from a template that builds as it stands, into the
    project: look at them, name its fields, and build.

    \b
    Example:
      ./citymart subject licences

    Exit status: 0 written, 2 the name does not fit or is taken.
    """
    from citymart.scaffold import add_subject

    settings: Settings = ctx.obj
    files = [str(file.relative_to(PROJECT)) for file in add_subject(name, PROJECT)]
    settings.answer({"subject": name, "files": files}, "\n".join([*files, "next: docs/add-a-subject.md"]))
