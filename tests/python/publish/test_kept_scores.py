"""Scores of earlier releases stand in each release that builds on them, through rebuilds and roll-backs."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
import tiny
from citymart.home import Home
from citymart.publishing import publish, roll_back

SCORED = """\
select
    'camden' as provider_code, 'spending' as subject, 'completeness' as dimension, count(*)::double as score
from {{ ref('payments') }}
"""


@pytest.fixture
def project(tmp_path: Path, home: Home) -> Path:
    """A project whose one provider scores as many points as it has payments."""
    folder = tiny.write_catalogued(tmp_path / "scored")
    (folder / "models/market/quality_scores.sql").write_text(SCORED)
    said = "".join(
        f"      - {{name: {name}, description: What it says.}}\n"
        for name in ("provider_code", "subject", "dimension", "score")
    )
    models = folder / "models/_models.yml"
    model = f"  - name: quality_scores\n    description: One row a score.\n    columns:\n{said}exposures:"
    models.write_text(models.read_text().replace("exposures:", model))
    for seed, line in (
        ("catalogue", "quality_scores,Scores,market,,OGL,,,"),
        ("release_notes", "quality_scores,1.0.0,2024-01-01,First"),
    ):
        with (folder / f"seeds/{seed}.csv").open("a") as file:
            file.write(f"{line}\n")
    shutil.rmtree(home.build / "target", ignore_errors=True)
    return folder


def released(home: Home, project: Path, payments: int) -> str:
    tiny.write_payments(home, [f"{n},Ada Ltd,{n}" for n in range(payments)])
    published = publish(home, project=project)
    assert published.new, published.failures
    return published.release.id


def told(home: Home, what: str) -> list[tuple]:
    with duckdb.connect(str(home.published / "current" / "city_data_mart.duckdb"), read_only=True) as con:
        return con.execute(
            f"select release_id, score from market.score_history where {what} order by release_id"
        ).fetchall()


def test_a_release_after_a_roll_back_has_the_history_of_the_one_it_builds_on(
    home: Home, project: Path
) -> None:
    completeness = "provider_code = 'camden'"
    usability = "product = 'marts.payments' and dimension = 'usability'"
    first = released(home, project, 3)
    assert told(home, completeness) == [(first, 3)]
    second = released(home, project, 1)
    assert told(home, completeness) == [(first, 3), (second, 1)]
    # Of three payments to one supplier half the columns say something, of one payment none.
    assert told(home, usability) == [(first, 50), (second, 0)]
    assert not publish(home, project=project).new
    assert roll_back(home)[1].id == first
    assert told(home, completeness) == [(first, 3)]
    third = released(home, project, 4)
    assert told(home, completeness) == [(first, 3), (third, 4)]
    assert told(home, usability) == [(first, 50)], "it is what it was, and no row says so again"
