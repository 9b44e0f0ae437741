"""The whole sample in lakes, against the default engine: minutes, so by `make test-lake`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from citymart.hashing import Table, table_digest, tables
from citymart.home import PROJECT, Home
from citymart.lake import CATALOGUE, DATA, Lake, pointer
from citymart.releases import current_release
from compare import differences

pytestmark = pytest.mark.skipif(
    not os.environ.get("LAKE"), reason="minutes of builds: `make test-lake` runs it (LAKE=1)"
)

BUILDERS = ("camden", "lambeth")
"""The two boroughs that two processes build at once."""
READERS = 3


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("whole")


@pytest.fixture(scope="module")
def home(whole: Path, citymart) -> Home:
    """A home with the sample but for two boroughs."""
    others = [path for path in (PROJECT / "sample").iterdir() if path.is_dir() and path.name not in BUILDERS]
    done = citymart(whole / "home", "load", *sorted(others))
    assert done.returncode == 0, done.stdout + done.stderr
    return Home.at(whole / "home")


@pytest.fixture(scope="module")
def lake(whole: Path, new_database) -> Lake:
    return Lake(new_database("whole"), str(whole / "data"))


@pytest.fixture
def in_postgres(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CATALOGUE, lake.catalogue)
    monkeypatch.setenv(DATA, lake.data)


@pytest.fixture(scope="module")
def told() -> dict[str, object]:
    """What a test leaves for the next one: the builds are too long to make twice."""
    return {}


def started(*words: object) -> subprocess.Popen:
    environment = os.environ | {"PYTHONPATH": f"{PROJECT / 'scripts'}", "COLUMNS": "80"}
    return subprocess.Popen(
        [sys.executable, *map(str, words)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.usefixtures("in_postgres")
def test_two_boroughs_are_built_at_once_while_three_read_and_none_sees_half(
    home: Home, lake: Lake, citymart, told
) -> None:
    def run(*arguments: object) -> str:
        done = citymart(home.root, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("publish", "--target", "lake")
    first = current_release(home)
    run("load", *(PROJECT / "sample" / borough for borough in BUILDERS))
    folder = home.root.parent
    stop, results = folder / "stop", [folder / f"reader{number}.json" for number in range(READERS)]
    reader = Path(__file__).with_name("reader.py")
    readers = [started(reader, lake.catalogue, lake.data, stop, result) for result in results]
    try:
        begun = time.monotonic()
        builders = [
            started("-m", "citymart", "--home", home.root, "build", "--target", "lake", "--provider", borough)
            for borough in BUILDERS
        ]
        for builder in builders:
            said, _ = builder.communicate()
            assert builder.returncode == 0, said
        told["seconds_of_two_builders"] = round(time.monotonic() - begun, 1)
        with duckdb.connect() as con:
            lake.attach(con, "lake")
            staged = con.execute("select distinct provider_code from lake.staging.stg_spending").fetchall()
            assert {*BUILDERS} <= {provider for (provider,) in staged}
        run("publish", "--target", "lake")
        time.sleep(5)
    finally:
        stop.touch()
        outputs = [reader.communicate()[0] for reader in readers]
    assert [reader.returncode for reader in readers] == [0] * READERS, outputs

    second = current_release(home)
    releases = {
        release.id: {f"{each['schema']}.{each['table']}": each["hash"] for each in release.manifest["tables"]}
        for release in (first, second)
    }
    seen = [json.loads(result.read_text(encoding="utf-8")) for result in results]
    assert {name for each in seen for name in each["released"]} == {*releases}, "both were read"
    for each in seen:
        assert each["reads"] > 2
        for release, digests in each["released"].items():
            assert digests == {label: [releases[release][label]] for label in digests}, (
                "of that release, all of it"
            )
        halves = {name: rows for name, rows in each["staged"].items() if len(rows) > 1}
        assert not halves, "an extract is staged whole or not at all"
    told["snapshots"] = {release.id: release.manifest["lake_snapshot"] for release in (first, second)}
    told["first"] = first


@pytest.mark.usefixtures("in_postgres")
def test_every_table_of_the_lakes_is_the_one_of_the_default_engine_row_by_row(
    home: Home, citymart, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = citymart(home.root, "build", "--no-tests")
    assert done.returncode == 0, done.stdout + done.stderr
    by_default = home.build / "dev" / "mart.duckdb"
    done = citymart(home.root, "build", "--no-tests", "--target", "lake")
    assert done.returncode == 0, done.stdout + done.stderr
    count, rows, told = differences(by_default, pointer(home))
    assert (told, count > 200, rows > 10_000) == ([], True, True)

    monkeypatch.delenv(CATALOGUE)
    monkeypatch.delenv(DATA)
    done = citymart(home.root, "build", "--no-tests", "--target", "lake")
    assert done.returncode == 0, done.stdout + done.stderr
    assert Lake.of(home).catalogue.endswith("catalogue.ducklake")
    assert differences(by_default, pointer(home))[2] == []

    release = current_release(home)
    with duckdb.connect(str(by_default), read_only=True) as con:
        for each in release.manifest["tables"]:
            table = _table(con, each["schema"], each["table"])
            assert table_digest(con, table) == (each["rows"], each["hash"]), (
                f"published from the lake: {table.label}"
            )


def _table(con: duckdb.DuckDBPyConnection, schema: str, name: str) -> Table:
    return next(table for table in tables(con, "mart", (schema,)) if table.name == name)


def test_the_lake_gives_the_release_before_the_two_boroughs_came(lake: Lake, told) -> None:
    if "first" not in told:
        pytest.skip("rests on the release that the first test has published")
    release = told["first"]
    with duckdb.connect() as con:
        lake.attach(con, "mart", snapshot=release.manifest["lake_snapshot"])
        con.execute("use mart")
        for each in release.manifest["tables"]:
            table = _table(con, each["schema"], each["table"])
            assert table_digest(con, table) == (each["rows"], each["hash"]), table.label
