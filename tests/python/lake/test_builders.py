"""Two builders of two boroughs at once in a lake, three who read meanwhile: minutes, by `make test-lake`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from citymart.home import PROJECT, Home
from citymart.lake import CATALOGUE, DATA, Lake, pointed, pointer
from compare import differences

pytestmark = pytest.mark.skipif(
    not os.environ.get("LAKE"), reason="minutes of builds: `make test-lake` runs it (LAKE=1)"
)

BUILDERS = ("camden", "lambeth")
SUBJECTS = ("spending", "council_tax", "service_requests")
STAGED = [word for subject in SUBJECTS for word in ("--select", f"stg_{subject}")]
READERS = 3


def started(*words: object) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, *map(str, words)],
        env=os.environ | {"PYTHONPATH": str(PROJECT / "scripts"), "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def counted(lake: Lake, snapshot: int | None = None) -> dict[str, int]:
    """Rows of each extract that is staged."""
    with duckdb.connect() as con:
        lake.attach(con, "mart", snapshot=snapshot)
        return {
            f"stg_{subject} {extract}": rows
            for subject in SUBJECTS
            for extract, rows in con.execute(
                f"select extract_id, count(*) from mart.staging.stg_{subject} group by all"
            ).fetchall()
        }


def test_two_boroughs_are_built_at_once_while_three_read_and_nobody_sees_half(
    tmp_path: Path, new_database, citymart, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, lake = Home.at(tmp_path / "home"), Lake(new_database("builders"), str(tmp_path / "data"))
    monkeypatch.setenv(CATALOGUE, lake.catalogue)
    monkeypatch.setenv(DATA, lake.data)

    def run(*words: object) -> None:
        done = citymart(home.root, *words)
        assert done.returncode == 0, done.stdout + done.stderr

    others = [path for path in (PROJECT / "sample").iterdir() if path.is_dir() and path.name not in BUILDERS]
    run("load", *sorted(others))
    first = [word for subject in SUBJECTS for word in ("--select", f"+stg_{subject}")]
    run("build", "--target", "lake", "--no-tests", *first)
    _, before = pointed(pointer(home))
    there = counted(lake)
    run("load", *(PROJECT / "sample" / borough for borough in BUILDERS))

    stop, results = tmp_path / "stop", [tmp_path / f"reader{number}.json" for number in range(READERS)]
    reader = Path(__file__).with_name("reader.py")
    readers = [started(reader, lake.catalogue, lake.data, stop, result, before) for result in results]
    try:
        build = ("-m", "citymart", "--home", home.root, "build", "--target", "lake", *STAGED, "--provider")
        builders = [started(*build, borough) for borough in BUILDERS]
        for builder in builders:
            said, _ = builder.communicate()
            assert builder.returncode == 0, said
    finally:
        stop.touch()
        outputs = [process.communicate()[0] for process in readers]
    assert [process.returncode for process in readers] == [0] * READERS, outputs

    after = counted(lake)
    assert there.items() < after.items(), "what was there stays; the boroughs' extracts came"
    assert counted(lake, before) == there, "and the snapshot of before is what it was"
    for result in results:
        seen = json.loads(result.read_text(encoding="utf-8"))
        assert seen["reads"] > 1
        assert {name: [after[name]] for name in seen["staged"]} == seen["staged"], "whole, or not there yet"
        pinned = seen["released"]["none"]
        assert {len(digests) for digests in pinned.values()} == {1}, "a snapshot is as it was, whoever builds"

    in_lake = pointer(home)
    run("build", "--no-tests", *first)
    count, rows, told = differences(home.build / "dev" / "mart.duckdb", in_lake, ("staging",))
    assert (count, told) == (2 * len(SUBJECTS), []), (
        "as one builder makes it in a file, with the list of extracts"
    )
    assert rows == sum(after.values()) + len(after)
