"""dbt's unit tests on a build from nothing, where no landed data can help them."""

from __future__ import annotations

from pathlib import Path

from citymart.dbt_run import run_dbt
from citymart.home import Home


def test_every_unit_test_of_the_models_passes_on_a_build_from_nothing(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "home")
    database = home.build / "dev" / "mart.duckdb"
    database.parent.mkdir(parents=True)
    run = run_dbt(home, ["build", "--exclude-resource-type", "test"], database=database, use="unit")
    assert run.passed, [failure.sentence for failure in run.failures]
    assert run.tests > 100
    assert run.skipped == 0
