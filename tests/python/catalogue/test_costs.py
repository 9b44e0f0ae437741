"""What a build costs is written down model by model, and what has grown is told."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from citymart.catalogue.costs import LEAST, write_costs
from citymart.dbt_manifest import read_manifest
from citymart.dbt_run import UNCHANGED


def costs(con, database: str, target: Path, before: str | None) -> list[str]:
    return write_costs(con, database, "built", read_manifest(target), target, before)


def artefacts(target: Path, seconds: dict[str, float]) -> Path:
    target.mkdir(exist_ok=True)
    nodes = {
        f"model.city.{name}": {
            "name": name,
            "schema": "marts",
            "resource_type": "model",
            "config": {"materialized": "view" if name == "seen" else "table"},
        }
        for name in seconds
    } | {"test.city.a": {"name": "a", "schema": "tests", "resource_type": "test", "config": {}}}
    results = [{"unique_id": f"model.city.{name}", "execution_time": time} for name, time in seconds.items()]
    results.append({"unique_id": "test.city.a", "execution_time": 5.0})
    (target / "manifest.json").write_text(json.dumps({"nodes": nodes}))
    (target / "run_results.json").write_text(json.dumps({"results": results}))
    return target


@pytest.fixture
def con(tmp_path):
    with duckdb.connect() as con:
        for name in ("built", "first", "second"):
            con.execute(f"attach {str(tmp_path / f'{name}.duckdb')!r} as {name}")
        con.execute(
            "create schema built.marts;"
            "create table built.marts.payments as select range as x from range(200000);"
            "create table built.marts.few as select 1 as x; create view built.marts.seen as select 1 as x;"
            "checkpoint built"
        )
        yield con


def test_rows_and_bytes_stand_beside_the_seconds_of_each_model(con, tmp_path):
    told = costs(con, "first", artefacts(tmp_path, {"payments": 2.0, "few": 0.1, "seen": 0.1}), None)
    assert told == []
    found = con.execute(
        "select model, materialized, seconds, rows, bytes, is_flagged from first.market.build_costs"
    )
    by_model = {row[0]: row[1:] for row in found.fetchall()}
    assert by_model["marts.seen"] == ("view", 0.1, None, None, False)
    assert by_model["marts.few"][:3] == ("table", 0.1, 1)
    kind, seconds, rows, size, flagged = by_model["marts.payments"]
    assert (kind, seconds, rows, flagged) == ("table", 2.0, 200_000, False)
    assert 0 < size <= (tmp_path / "built.duckdb").stat().st_size
    assert "tests.a" not in by_model


def test_what_takes_more_than_half_as_long_again_is_told_and_the_noise_of_milliseconds_is_not(con, tmp_path):
    costs(con, "first", artefacts(tmp_path, {"payments": 2.0, "few": 0.1}), None)
    con.execute("insert into built.marts.payments select range from range(100000)")
    later = artefacts(tmp_path, {"payments": 2.0 * 1.5 + LEAST, "few": 0.5, "seen": 9.0})
    told = costs(con, "second", later, "first")
    assert told == [
        "marts.payments took 4.0 s, and 2.0 s in the release before (rows: 200,000 before, 300,000 now)"
    ]
    flagged = con.execute("select model from second.market.build_costs where is_flagged").fetchall()
    assert flagged == [("marts.payments",)]


def test_a_release_from_before_costs_were_counted_is_no_obstacle(con, tmp_path):
    assert costs(con, "second", artefacts(tmp_path, {"payments": 9.0}), "first") == []


def test_a_model_that_was_not_made_again_has_the_cost_of_when_it_was(con, tmp_path):
    costs(con, "first", artefacts(tmp_path, {"payments": 2.0, "few": 0.1}), None)
    later = artefacts(tmp_path, {"payments": 0.01, "few": 0.2})
    results = json.loads((later / "run_results.json").read_text())
    results["results"][0]["adapter_response"] = {"_message": UNCHANGED}
    (later / "run_results.json").write_text(json.dumps(results))
    assert costs(con, "second", later, "first") == []
    seconds = "select seconds from second.market.build_costs where model = 'marts.payments'"
    assert con.execute(seconds).fetchall() == [(2.0,)]
