"""`citymart lake`: where the lake is, what it holds, how one reads it."""

from __future__ import annotations

import click

from citymart.cli import Settings
from citymart.errors import CityMartError


@click.command()
@click.pass_context
def lake(ctx: click.Context) -> None:
    """Tell where the lake is, which releases it holds, and how to read one.

    \b
    A lake is built by `citymart build --target lake` and released by
    `citymart publish --target lake`. It is HOME/lake, or where CITYMART_LAKE
    and CITYMART_LAKE_DATA say.

    \b
    Examples:
      ./citymart lake

    Exit status: 0 told, 1 there is no lake.
    """
    from citymart.lake import there
    from citymart.lake_releases import held

    settings: Settings = ctx.obj
    found = there(settings.home)
    if found is None:
        raise CityMartError(
            f"{settings.home.root} has no lake yet: `citymart build --target lake` makes one (docs/lake.md)"
        )
    holds = held(found)
    current = next((each for each in holds.releases if each["is_current"]), None)
    lines = [
        f"catalogue  {found.catalogue}",
        f"data       {found.data}: {holds.files:,} files, {holds.bytes / 1e6:,.1f} MB",
        f"snapshots  {holds.snapshots:,}",
        *(
            f"release    {each['release_id']}  snapshot {each['snapshot_id']}"
            + "  (current)" * each["is_current"]
            for each in holds.releases
        ),
    ]
    if current:
        sql = [f"{found.attach_sql('mart', snapshot=current['snapshot_id'])};", "from mart.market.products;"]
        lines += ["", "to read the current release, with the extension ducklake loaded:", "", *sql]
    settings.answer(
        {
            "catalogue": found.catalogue,
            "data": found.data,
            "files": holds.files,
            "bytes": holds.bytes,
            "snapshots": holds.snapshots,
            "releases": holds.releases,
        },
        "\n".join(lines),
    )
