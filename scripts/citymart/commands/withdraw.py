"""`citymart withdraw`: a landed file no longer counts."""

from __future__ import annotations

import click

from citymart.cli import Settings
from citymart.errors import UsageError


@click.command()
@click.argument("extract")
@click.option("--why", required=True, metavar="TEXT", help="The reason, for those who ask later.")
@click.pass_context
def withdraw(ctx: click.Context, extract: str, why: str) -> None:
    """Take a landed file out of the mart, with a reason.

    \b
    EXTRACT is the id that `citymart status --extracts` shows (or its first
    digits), or the name of the file. Nothing is deleted: a receipt says that
    the file no longer counts, from the next build on. Remove the receipt
    (ID@withdrawn.json in the landing) to take it back; a file that is sent
    again for a later date counts again.

    \b
    Example:
      ./citymart withdraw 1f0c9a2b --why "sent by mistake: holds names"
      ./citymart publish

    Exit status: 0 withdrawn, 2 no such extract, or it does not count anyway.
    """
    from citymart.receipts import withdraw as write

    if not why.strip():
        raise UsageError("say why: --why 'sent by mistake'")
    settings: Settings = ctx.obj
    receipt = write(settings.home, extract, why.strip())
    settings.answer(
        {"withdrawn": receipt},
        f"withdrawn {receipt['extract_id']}: {receipt['source_file']}, {receipt['landed_rows']:,} records of"
        f" {receipt['provider_code']}, {receipt['subject']}; it is out from the next `citymart publish` on",
    )
