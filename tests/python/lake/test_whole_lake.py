"""The sample, published from a lake and built in another, beside the default engine: `make test-lake`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import duckdb
import pytest
from citymart.hashing import table_digest, tables
from citymart.home import PROJECT, Home
from citymart.lake import CATALOGUE, DATA, SNAPSHOT, Lake, pointed, pointer
from citymart.releases import Release, current_release
from compare import differences

pytestmark = pytest.mark.skipif(
    not os.environ.get("LAKE"), reason="minutes of builds: `make test-lake` runs it (LAKE=1)"
)


@pytest.fixture(scope="module")
def run(citymart):
    """`run(home, words)`: a command that has to end well."""

    def command(home: Home, *words: object) -> None:
        done = citymart(home.root, *words)
        assert done.returncode == 0, done.stdout + done.stderr

    return command


@pytest.fixture(scope="module")
def home(tmp_path_factory, run) -> Home:
    """A home with the sample."""
    home = Home.at(tmp_path_factory.mktemp("whole") / "home")
    run(home, "load", PROJECT / "sample")
    return home


@pytest.fixture(scope="module")
def by_default(home: Home, run) -> Path:
    """The default engine's build."""
    run(home, "build", "--no-tests")
    return home.build / "dev" / "mart.duckdb"


@pytest.fixture(scope="module")
def in_postgres(home: Home, by_default: Path, run, new_database) -> tuple[Lake, Release]:
    """A lake with its catalogue in PostgreSQL, and what was published from it."""
    assert by_default.exists(), "first, for the random keys of persons are made by the first build"
    lake = Lake(new_database("whole"), str(home.root.parent / "data"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CATALOGUE, lake.catalogue)
        patch.setenv(DATA, lake.data)
        run(home, "publish", "--target", "lake")
    return lake, current_release(home)


def test_the_release_published_from_a_lake_is_that_of_the_default_engine(
    by_default: Path, in_postgres
) -> None:
    _, release = in_postgres
    with duckdb.connect(str(by_default), read_only=True) as con:
        found = tables(con, "mart", ("marts", "market"))
        digests = {table.label: table_digest(con, table)[1] for table in found}
    assert digests == {
        f"{each['schema']}.{each['table']}": each["hash"] for each in release.manifest["tables"]
    }


def test_every_table_of_a_lake_in_postgresql_is_the_default_engines_row_by_row(
    by_default: Path, in_postgres, tmp_path: Path
) -> None:
    lake, release = in_postgres
    built = tmp_path / "mart.lake"
    said = {"catalogue": lake.catalogue, "data": lake.data, "snapshot": release.manifest[SNAPSHOT]}
    built.write_text(json.dumps(said), encoding="utf-8")
    compared_and_equal(by_default, built)


def test_every_table_of_a_lake_in_a_file_is_the_default_engines_row_by_row(
    home: Home, by_default: Path, run
) -> None:
    run(home, "build", "--no-tests", "--target", "lake")
    assert pointed(pointer(home))[0].catalogue.endswith("catalogue.ducklake")
    compared_and_equal(by_default, pointer(home))


def compared_and_equal(one: Path, other: Path) -> None:
    count, rows, told = differences(one, other)
    assert told == []
    assert count > 300
    assert rows > 50_000
