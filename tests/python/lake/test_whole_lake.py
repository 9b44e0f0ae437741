"""The whole sample in lakes, against the default engine: minutes, so by `make test-lake`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from citymart import at_rest
from citymart.hashing import table_digest, tables
from citymart.home import PROJECT, Home
from citymart.lake import CATALOGUE, DATA, SNAPSHOT, Lake, pointed, pointer
from citymart.releases import Release, current_release
from compare import differences

pytestmark = pytest.mark.skipif(
    not os.environ.get("LAKE"), reason="minutes of builds: `make test-lake` runs it (LAKE=1)"
)

BUILDERS = ("camden", "lambeth")
"""The two boroughs that two processes build at once."""
READERS = 3


@dataclass(frozen=True)
class Whole:
    """What the tests of this file are about: builds are too long to make them twice."""

    home: Home
    lake: Lake
    release: Release
    before: int
    """The snapshot before the two boroughs came."""
    seen: list[dict]
    """What each of the readers has seen while they were built and published."""


@pytest.fixture(scope="module")
def run(citymart):
    """`run(home, words)`: a command that has to end well; prints how long it took (`pytest -s`)."""

    def command(home: Home, *words: object) -> None:
        begun = time.monotonic()
        done = citymart(home.root, *words)
        print(f"{time.monotonic() - begun:7.1f} s  citymart {' '.join(map(str, words))[:60]}", flush=True)
        assert done.returncode == 0, done.stdout + done.stderr

    return command


@pytest.fixture(scope="module")
def whole(tmp_path_factory, new_database, run) -> Whole:
    """The sample but for two boroughs, built in a lake with its catalogue in PostgreSQL; then the two, by a
    process each and at once; then all of it, published. Three processes read meanwhile."""
    folder = tmp_path_factory.mktemp("whole")
    home, lake = Home.at(folder / "home"), Lake(new_database("whole"), str(folder / "data"))
    others = [path for path in (PROJECT / "sample").iterdir() if path.is_dir() and path.name not in BUILDERS]
    stop, results = folder / "stop", [folder / f"reader{number}.json" for number in range(READERS)]
    reader = [Path(__file__).with_name("reader.py"), lake.catalogue, lake.data, stop]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CATALOGUE, lake.catalogue)
        patch.setenv(DATA, lake.data)
        run(home, "load", *sorted(others))
        run(home, "build", "--target", "lake", "--no-tests")
        _, before = pointed(pointer(home))
        run(home, "load", *(PROJECT / "sample" / borough for borough in BUILDERS))
        readers = [started(*reader, result, before) for result in results]
        try:
            build = ("-m", "citymart", "--home", home.root, "build", "--target", "lake", "--provider")
            builders = [started(*build, borough) for borough in BUILDERS]
            for builder in builders:
                said, _ = builder.communicate()
                assert builder.returncode == 0, said
            with at_rest.opened(pointer(home)) as con:
                staged = con.execute("select distinct provider_code from staging.stg_spending").fetchall()
            assert {*BUILDERS} <= {provider for (provider,) in staged}
            run(home, "publish", "--target", "lake")
            time.sleep(10)
        finally:
            stop.touch()
            outputs = [process.communicate()[0] for process in readers]
    assert [process.returncode for process in readers] == [0] * READERS, outputs
    seen = [json.loads(result.read_text(encoding="utf-8")) for result in results]
    return Whole(home, lake, current_release(home), before, seen)


def started(*words: object) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, *map(str, words)],
        env=os.environ | {"PYTHONPATH": str(PROJECT / "scripts"), "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def digests(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    found = tables(con, "mart", ("marts", "market"))
    return {table.label: table_digest(con, table)[1] for table in found}


def of_the_manifest(release: Release) -> dict[str, str]:
    return {f"{each['schema']}.{each['table']}": each["hash"] for each in release.manifest["tables"]}


def test_nobody_who_read_while_two_boroughs_were_built_at_once_saw_half_or_wrong(whole: Whole) -> None:
    with duckdb.connect() as con:
        whole.lake.attach(con, "mart", snapshot=whole.before)
        con.execute("use mart")
        true = {"none": digests(con), whole.release.id: of_the_manifest(whole.release)}
    assert {release for each in whole.seen for release in each["released"]} == {*true}
    for each in whole.seen:
        for release, read in each["released"].items():
            assert read == {label: [true[release][label]] for label in read}, release
        halves = {name: rows for name, rows in each["staged"].items() if len(rows) > 1}
        assert each["staged"]
        assert not halves, "an extract is staged whole or not at all"


@pytest.fixture(scope="module")
def by_default(whole: Whole, run) -> Path:
    """The default engine's build of the same records."""
    run(whole.home, "build", "--no-tests")
    return whole.home.build / "dev" / "mart.duckdb"


def test_the_release_published_from_the_lake_is_that_of_the_default_engine(
    whole: Whole, by_default: Path
) -> None:
    with duckdb.connect(str(by_default), read_only=True) as con:
        assert digests(con) == of_the_manifest(whole.release)


def test_every_table_of_a_lake_in_postgresql_is_the_default_engines_row_by_row(
    whole: Whole, by_default: Path, tmp_path: Path
) -> None:
    released = {"catalogue": whole.lake.catalogue, "data": whole.lake.data}
    built = tmp_path / "mart.lake"
    built.write_text(json.dumps(released | {"snapshot": whole.release.manifest[SNAPSHOT]}), encoding="utf-8")
    compared_and_equal(by_default, built)


def test_every_table_of_a_lake_in_a_file_is_the_default_engines_row_by_row(
    whole: Whole, by_default: Path, run
) -> None:
    run(whole.home, "build", "--no-tests", "--target", "lake")
    assert pointed(pointer(whole.home))[0].catalogue.endswith("catalogue.ducklake")
    compared_and_equal(by_default, pointer(whole.home))


def compared_and_equal(one: Path, other: Path) -> None:
    count, rows, told = differences(one, other)
    print(f"{count} tables, {rows:,} rows compared", flush=True)
    assert (count > 200, rows > 10_000, told) == (True, True, [])
