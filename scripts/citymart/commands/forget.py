"""`citymart forget`: a person who asks to be erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from citymart.cli import FAILED, Settings
from citymart.errors import UsageError

if TYPE_CHECKING:
    from citymart.people.forgetting import Done, Plan

SHOWN = 12


@click.command()
@click.option("--person", metavar="KEY", required=True, help="person_key of restricted.dim_person.")
@click.option("--why", metavar="TEXT", help="The reason, for those who ask later; without the name.")
@click.option(
    "--record",
    "records",
    metavar="ID",
    multiple=True,
    help="A record_id that is theirs too, though not linked.",
)
@click.option("--releases", is_flag=True, help="Remove every release and export as well.")
@click.option("--yes", is_flag=True, help="Do it. Without, only tell what would go.")
@click.pass_context
def forget(
    ctx: click.Context, person: str, why: str | None, records: tuple[str, ...], releases: bool, yes: bool
) -> None:
    """Take a person out of the mart for good, and search it for them.

    \b
    Tells what would go; with --yes, does it: empties the person's cells in
    every landed file, removes what was built and remembered of them, keeps
    keyed hashes by which the next delivery is known and does not bring them
    back, and searches every file of the home. There is no way back.

    \b
    Examples:
      ./citymart forget --person 1f0c… --why "request 2026-114"
      ./citymart forget --person 1f0c… --why "request 2026-114" --yes
      ./citymart publish

    Exit status: 0 nothing of them is left (or, without --yes: told what would
    go), 1 something is left or could not be searched, 2 wrong usage.
    """
    from citymart.people import forgetting

    settings: Settings = ctx.obj
    if not (why or "").strip():
        raise UsageError("say why: --why 'request 2026-114' (it is kept: no names)")
    if not yes:
        todo = forgetting.plan(settings.home, person.strip(), records)
        settings.answer(_plan_document(todo), "\n".join(_plan_told(todo)))
        return
    done = forgetting.forget(
        settings.home, person.strip(), why.strip(), records, releases=releases, note=settings.note
    )
    settings.answer(_done_document(done), "\n".join(_done_told(done, releases)))
    if done.left:
        for left in done.left:
            click.echo(f"citymart: still there: {left}", err=True)
        click.echo("citymart: a file that was sent, or that somebody put there, is yours to remove", err=True)
        ctx.exit(FAILED)


def _plan_document(todo: Plan) -> dict:
    return {
        "person_key": todo.person,
        "forgotten_before": todo.before is not None,
        "records": len(todo.records),
        "rows": todo.rows,
        "extracts": todo.hits,
        "shared_with": todo.shared_with,
        "not_found": todo.not_found,
    }


def _plan_told(todo: Plan) -> list[str]:
    if not todo.hits:
        lines = [f"nothing of {todo.person} is in what has landed"]
    else:
        lines = [f"{todo.rows} landed records of {todo.person} would be emptied:"]
    for hit in todo.hits:
        rows = ", ".join(map(str, hit["row_numbers"][:SHOWN])) + (
            "…" if len(hit["row_numbers"]) > SHOWN else ""
        )
        lines.append(
            f"  {hit['subject']}, {hit['provider_code']}, as of {hit['as_of_date']}, extract "
            f"{hit['extract_id']}: record {rows}"
        )
    lines += _doubts(todo)
    if todo.hits or todo.records:
        lines.append("Give --yes to do it; it can't be undone.")
    return lines


def _doubts(todo: Plan) -> list[str]:
    lines = [
        f"Person {key} has the same {' and '.join(what)}; their records stay. If it is the same person, give "
        "their records with --record."
        for key, what in sorted(todo.shared_with.items())
    ]
    if todo.not_found:
        lines.append(
            f"{len(todo.not_found)} records of the build name nobody in the landing that is now: build again."
        )
    return lines


def _done_document(done: Done) -> dict:
    return _plan_document(done.plan) | {
        "case_id": done.case,
        "emptied_rows": done.rows,
        "emptied_extracts": done.extracts,
        "removed": done.removed,
        "searched_files": done.search.files,
        "searched_bytes": done.search.bytes,
        "left": done.left,
    }


def _done_told(done: Done, releases: bool) -> list[str]:
    searched = f"searched {done.search.files:,} files, {done.search.bytes / 1e6:,.1f} MB: "
    if done.left:
        searched += f"{len(done.left)} places still name the person"
    elif done.plan.wanted:
        searched += "nothing of the person is left"
    else:
        searched += (
            "nothing that has landed fits the tombstones. Releases, exports and logs were not searched again:"
            " the build knows no more who the person is"
        )
    lines = [
        f"forgotten as case {done.case}: {done.rows} landed records of {done.extracts} extracts emptied",
        f"removed: {', '.join(done.removed)}" if done.removed else "nothing else was there to remove",
        searched,
        *_doubts(done.plan),
    ]
    if not releases and done.plan.wanted:
        lines.append("Releases and exports stay and were searched; --releases removes them all.")
    lines.append("Backups hold the person until the next `citymart backup`; older ones stay: docs/forget.md.")
    lines.append("`citymart publish` makes the mart anew.")
    return lines
