"""`citymart build`: the development database."""

from __future__ import annotations

import click

from citymart.cli import FAILED, Settings
from citymart.errors import UsageError


@click.command()
@click.option(
    "--select", metavar="SELECTOR", multiple=True, help="dbt's selection of nodes, such as +fct_payments."
)
@click.option(
    "--target",
    type=click.Choice(["file", "lake"]),
    default="file",
    show_default=True,
    help="Where to: see docs/lake.md.",
)
@click.option(
    "--provider",
    "providers",
    metavar="CODE",
    multiple=True,
    help="With --target lake: stage this one's extracts, and no more.",
)
@click.option("--full-refresh", is_flag=True, help="Make everything anew, also what has not changed.")
@click.option("--no-unit-tests", is_flag=True, help="Leave out the tests of the code; those of the data run.")
@click.option("--no-tests", is_flag=True, help="Leave out all tests: for a look at models in the making.")
@click.pass_context
def build(
    ctx: click.Context,
    select: tuple[str, ...],
    target: str,
    providers: tuple[str, ...],
    full_refresh: bool,
    no_unit_tests: bool,
    no_tests: bool,
) -> None:
    """Build the development database, and run the tests of what is built.

    \b
    It is HOME/build/dev/mart.duckdb, yours to open and to break; what is
    published stays as it is. `dbt build` in the project does the same. What has
    not changed since the last build is not made again: neither its code, nor a
    row of what it reads.

    \b
    With --target lake it is the home's lake, for all who read it. There
    several builders, each with providers of its own, stage at once what came
    of them; one build of the whole then makes the rest.

    \b
    Examples:
      ./citymart build
      ./citymart build --select +fct_payments
      ./citymart build --target lake --provider northborough

    Exit status: 0 built and tested, 1 a model or a test failed.
    """
    from citymart.dbt_run import run_dbt, sentences, with_examples
    from citymart.lake import pointer
    from citymart.lake_build import stage_providers
    from citymart.lock import build_lock

    settings: Settings = ctx.obj
    home = settings.home
    in_lake = target == "lake"
    database = pointer(home) if in_lake else home.build / "dev" / "mart.duckdb"
    if providers and not in_lake:
        raise UsageError("--provider goes with --target lake: a file has one builder, who builds it whole")
    if providers and full_refresh:
        raise UsageError("--provider stages what is new of a provider: leave out --full-refresh")
    arguments = ["build"]
    for selector in select:
        arguments += ["--select", selector]
    if select:
        # A test that also reads what is not selected would fail for want of it in a new database.
        arguments += ["--indirect-selection", "cautious"]
    if full_refresh:
        arguments.append("--full-refresh")
    if no_unit_tests or no_tests:
        arguments += ["--exclude-resource-type", "unit_test"]
    if no_tests:
        arguments += ["--exclude-resource-type", "test"]
    if providers:
        run = stage_providers(home, providers, select, note=settings.note)
    else:
        with build_lock(home, "build"):
            database.parent.mkdir(parents=True, exist_ok=True)
            use = target if in_lake else "dev"
            run = run_dbt(home, arguments, database=database, use=use, note=settings.note)
    failures, warnings = (with_examples(home, database, found) for found in (run.failures, run.warnings))
    told = [f"{run.story()}, in {database}", *sentences(warnings, "warning")]
    settings.answer(
        {
            "database": database,
            "passed": run.passed,
            "models": run.models,
            "unchanged": run.unchanged,
            "tests": run.tests,
            "failures": failures,
            "warnings": warnings,
            "skipped": run.skipped,
        },
        "\n".join(told),
    )
    if not run.passed:
        click.echo("\n".join(sentences(failures, "citymart")), err=True)
        ctx.exit(FAILED)
