"""`citymart withdraw`: a landed file no longer counts."""

from __future__ import annotations

import click

from citymart.cli import Settings, printable
from citymart.errors import UsageError


@click.command()
@click.argument("extract")
@click.option("--why", metavar="TEXT", help="The reason, for those who ask later.")
@click.option("--undo", is_flag=True, help="Take a withdrawal back: the file counts again.")
@click.pass_context
def withdraw(ctx: click.Context, extract: str, why: str | None, undo: bool) -> None:
    """Take a landed file out of the mart, with a reason; or back in.

    \b
    EXTRACT is the id that `citymart status --extracts` shows (or its first
    digits), or the name of the file. Nothing is deleted: a receipt says that
    the file no longer counts, from the next build on. --undo removes that
    receipt; a file that is sent again for a later date counts again, too.

    \b
    Examples:
      ./citymart withdraw 1f0c9a2b --why "sent by mistake: holds names"
      ./citymart withdraw 1f0c9a2b --undo
      ./citymart publish

    Exit status: 0 withdrawn or brought back, 2 no such extract, or it does not
    count anyway.
    """
    from citymart import receipts

    settings: Settings = ctx.obj
    if undo:
        if why is not None:
            raise UsageError("--undo needs no reason: leave --why out")
        receipt = receipts.bring_back(settings.home, extract, note=settings.note)
        settings.answer(
            {"brought_back": receipt},
            f"brought back {_told(receipt)}; it is in from the next `citymart publish` on",
        )
        return
    if not (why or "").strip():
        raise UsageError("say why: --why 'sent by mistake'")
    receipt = receipts.withdraw(settings.home, extract, why.strip(), note=settings.note)
    settings.answer(
        {"withdrawn": receipt}, f"withdrawn {_told(receipt)}; it is out from the next `citymart publish` on"
    )


def _told(receipt: dict) -> str:
    return (
        f"{receipt['extract_id']}: {printable(receipt['source_file'])}, {receipt['landed_rows']:,} records of"
        f" {receipt['provider_code']}, {receipt['subject']}"
    )
