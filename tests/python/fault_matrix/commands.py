"""What a command of the matrix runs: `citymart` as a user types it, on a small project where one is given."""

from __future__ import annotations

import functools
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import citymart.commands.build
import citymart.commands.export
import citymart.commands.forget
import citymart.commands.load
import citymart.commands.publish
import citymart.exports.export
import citymart.people.forgetting  # noqa: F401
from citymart import dbt_run, load, publishing
from citymart.cli import main
from citymart.dbt_run import DbtRun
from citymart.home import Home


def prepare(project: str | None = None, **_: Any) -> None:
    """Import what a command will import, once for all: dbt takes seconds."""
    if project:
        import dbt.adapters.duckdb.impl
        import dbt.cli.main

        assert dbt


def run(
    arguments: list[str], project: str | None = None, candidate: str | None = None, clock: float = 0
) -> int:
    """The exit status of `citymart ARGUMENTS`. `project` is that of dbt; a `candidate` that was built before
    stands for what dbt would build; the clock is so many seconds off.
    """
    if candidate:
        publishing.run_dbt = functools.partial(_take, Path(candidate))
    if project:
        dbt_run.run_dbt = functools.partial(dbt_run.run_dbt, project=Path(project))
        publishing.publish = functools.partial(publishing.publish, project=Path(project))
    if clock:
        for module in (publishing, load):
            module.datetime = _shifted(timedelta(seconds=clock))
    return main(arguments)


def _take(candidate: Path, _home: Home, _arguments: list[str], *, database: Path, **_: Any) -> DbtRun:
    shutil.copyfile(candidate / "mart.duckdb", database)
    return DbtRun(target=candidate / "target", models=1)


def _shifted(by: timedelta) -> type[datetime]:
    class Shifted(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz or UTC) + by

    return Shifted
