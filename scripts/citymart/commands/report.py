"""`citymart report`: what goes back to a provider."""

from __future__ import annotations

from pathlib import Path

import click

from citymart.cli import Settings


@click.command()
@click.argument("provider")
@click.option(
    "--to",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder to write (else HOME/reports/RELEASE).",
)
@click.pass_context
def report(ctx: click.Context, provider: str, to: Path | None) -> None:
    """Write the report that goes back to PROVIDER, of the current release.

    \b
    A workbook (PROVIDER.xlsx) with each file that came, each issue down to
    the line and the value as it was sent, the months side by side and a
    comparison with the other authorities; and a page (PROVIDER.md) with the
    main of it. Both are for the provider alone.

    \b
    Example:
      ./citymart report PROVIDER --to out/

    Exit status: 0 written, 1 nothing is published yet, 2 no such provider.
    """
    from citymart.reporting import report as write

    settings: Settings = ctx.obj
    written = write(settings.home, provider, to=to)
    settings.answer(
        {
            "workbook": written.workbook,
            "page": written.page,
            "release_id": written.release_id,
            "issues": written.issues,
        },
        f"{written.issues:,} issues of what counts now, in {written.workbook}\nin short: {written.page}",
    )
