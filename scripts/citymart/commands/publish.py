"""`citymart publish`: a tested candidate becomes the current release."""

from __future__ import annotations

import click

from citymart.cli import FAILED, Settings
from citymart.dbt_run import sentences


@click.command()
@click.option("--keep", type=click.IntRange(min=1), default=5, show_default=True, help="Releases to keep.")
@click.option(
    "--target",
    type=click.Choice(["file", "lake"]),
    default="file",
    show_default=True,
    help="What the candidate is built in: see docs/lake.md.",
)
@click.option("--full-refresh", is_flag=True, help="Make everything anew, also what has not changed.")
@click.option("--rollback", is_flag=True, help="Build nothing: go back to the release before.")
@click.pass_context
def publish(ctx: click.Context, keep: int, target: str, full_refresh: bool, rollback: bool) -> None:
    """Build and test a candidate, and make it the current release.

    \b
    The candidate is built in a file of its own, from all that has landed. It is
    kept for the next publish, which makes again only what has changed since.
    Only if every test passes is it written, read back and switched in, in one
    step: whoever reads the old release goes on undisturbed. If the data is the
    same as that of the current release, nothing new is published.

    \b
    The release is HOME/published/current/city_data_mart.duckdb, and beside it
    manifest.json: what it holds, with a hash of each table. The hash does not
    depend on the order of rows, on the machine, or on when the files landed.

    \b
    That file is the operator's. What is handed out lies in audiences/ beside
    it: a file an audience, with what the agreements of seeds/market give it on
    the day. All but open.duckdb are encrypted; the variable CITYMART_KEYS names
    the file with the keys (see `citymart keys`).

    \b
    With --target lake the candidate is a snapshot of the home's lake, where
    what is new is added to what was there. The release is the same.

    \b
    --rollback makes the release before the current one current, in one step,
    and again the one before that. What was wrong has to be mended (or taken
    out, see `citymart withdraw`) before the next publish has it again.

    \b
    Examples:
      ./citymart publish
      ./citymart publish --home /srv/mart --keep 12
      ./citymart publish --rollback

    Exit status: 0 published, or nothing was new; 1 a test failed (the candidate
    is kept in HOME/build/failed for a look), another build is running, or there
    is no release to go back to.
    """
    from citymart import publishing
    from citymart.questions import questions

    settings: Settings = ctx.obj
    if rollback:
        left, release = publishing.roll_back(settings.home)
        settings.answer(
            {"left": left, "release": release.manifest},
            f"went back from {left} to {release.id}, published {release.manifest['created_at']}",
        )
        return
    outcome = publishing.publish(
        settings.home, keep=keep, note=settings.note, in_lake=target == "lake", anew=full_refresh
    )
    if outcome.release is None:
        _tell_failures(ctx, outcome)
        return
    release = outcome.release
    database = settings.home.published / "current" / release.database.name
    asked = questions(release.database, shown_as=database)
    settings.answer(
        {
            "published": outcome.new,
            "release": release.manifest,
            "database": database,
            "models": outcome.run.models,
            "unchanged": outcome.run.unchanged,
            "tests": outcome.run.tests,
            "warnings": outcome.warnings,
            "removed_releases": outcome.removed,
            "questions": asked,
        },
        _story(outcome, database, asked),
    )


def _tell_failures(ctx: click.Context, outcome) -> None:
    from citymart.candidates import failed_candidate

    settings: Settings = ctx.obj
    candidate = failed_candidate(settings.home)
    count = len(outcome.failures)
    skipped = f", {outcome.run.skipped} more not run because of it" if outcome.run.skipped else ""
    settings.answer(
        {
            "error": f"{count} of the candidate's models and tests failed{skipped}; nothing was published",
            "published": False,
            "failures": outcome.failures,
            "skipped": outcome.run.skipped,
            "candidate": candidate,
        }
    )
    lines = sentences(outcome.failures, "citymart")
    lines.append(
        f"citymart: {count} failed{skipped}; nothing was published and the current release stays."
        f" The candidate is kept for a look: {candidate}"
    )
    click.echo("\n".join(lines), err=True)
    ctx.exit(FAILED)


def _several(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:2])} and {len(names) - 2} more"


def _story(outcome, database, asked: list[dict[str, str]]) -> str:
    release = outcome.release
    lines = sentences(outcome.warnings, "warning")
    if outcome.new:
        rows = sum(table["rows"] for table in release.manifest["tables"])
        lines.append(f"published {release.id}: {len(release.manifest['tables'])} tables, {rows:,} rows")
    else:
        lines.append(f"nothing new: the data is that of {release.id}, which stays current")
    lines.append(f"the mart is {database}")
    audiences = release.manifest.get("audiences", [])
    if audiences:
        lines.append(f"files for {len(audiences)} audiences: {database.parent / 'audiences'}")
    if without := release.manifest.get("audiences_without_file"):
        lines.append(
            f"no file for {_several(without)}: they need keys, and CITYMART_KEYS names no file with any"
            " (docs/sharing.md)"
        )
    for number, question in enumerate(asked if outcome.new else [], 1):
        lines += ["", f"{number}. {question['question']}", "", question["command"]]
    return "\n".join(lines)
