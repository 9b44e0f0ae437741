"""`citymart site`: the catalogue of the current release as pages."""

from __future__ import annotations

from pathlib import Path

import click

from citymart.cli import Settings


@click.command()
@click.option("--audience", metavar="NAME", default="open", help="Whose file the pages show (else open).")
@click.option(
    "--to", metavar="DIR", type=click.Path(path_type=Path), help="Folder to write (else HOME/site/RELEASE)."
)
@click.pass_context
def site(ctx: click.Context, audience: str, to: Path | None) -> None:
    """Write the catalogue of the current release as pages that open from disk.

    \b
    A page each for the products, their providers, code lists and questions,
    with search, and the downloads of the open file. They need no server and
    ask nothing of the network. The folder appears whole, an earlier site in
    its place gives way, and the same release gives the same bytes.

    \b
    Pages of a locked audience (its key is found by CITYMART_KEYS) have no
    downloads, no sample rows and no values: pages are not locked.

    \b
    Examples:
      ./citymart site
      ./citymart site --to /tmp/market

    Exit status: 0 written, 1 nothing is published yet, no file or no key for
    the audience, or writing failed, 2 a folder that holds something else.
    """
    from citymart.site.build import build

    settings: Settings = ctx.obj
    built = build(settings.home, audience=audience, to=to)
    settings.answer(
        {
            "folder": built.folder,
            "release_id": built.release_id,
            "pages": built.pages,
            "downloads": built.downloads,
        },
        f"{built.pages} pages and {built.downloads} downloads of {built.release_id}:"
        f" open {built.folder / 'index.html'}",
    )
