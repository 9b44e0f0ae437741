"""What must be true of places, asked of a database built from the real extracts."""

from __future__ import annotations

import duckdb
import pytest
from real_checks import CHECKS

PLACES = ["int_record_locations", "int_area_changes", "fct_area_indicators", "dim_area", "dim_borough"]


@pytest.fixture(scope="module")
def built(real_home, citymart):
    """The development database of the real extracts with the layers up to places in it."""
    select = [word for model in PLACES for word in ("--select", f"+{model}")]
    result = citymart(real_home, "build", *select)
    assert result.returncode == 0, result.stdout + result.stderr
    with duckdb.connect(str(real_home / "build/dev/mart.duckdb"), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize(("sentence", "sql"), CHECKS, ids=[sentence for sentence, _ in CHECKS])
def test_of_the_real_places_it_holds_that(built, sentence: str, sql: str) -> None:
    assert built.execute(sql).fetchall() == [], sentence
