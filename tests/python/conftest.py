"""What the tests share: where things are, and marts built once a session."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

PROJECT = Path(__file__).resolve().parents[2]
REAL = PROJECT.parent / "shared" / "real"

sys.path.insert(0, str(PROJECT / "scripts"))
# The last resort of address matching takes seconds a borough: its own tests call it, builds go without.
os.environ.setdefault("CITYMART_ADDRESS_LIBRARY", "off")


@pytest.fixture(scope="session")
def project() -> Path:
    return PROJECT


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real published extracts."""
    if not (REAL / "deliveries.csv").exists():
        pytest.skip("the real extracts are not here (../shared/real beside the project)")
    return REAL


@pytest.fixture(scope="session")
def citymart(tmp_path_factory):
    """Run the command line as a user does: `citymart(home, "load", "sample")` → completed process."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    def run(home: Path, *arguments: str, project: Path = PROJECT) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": str(project / "scripts"), "COLUMNS": "80"}
        environment.pop("CITYMART_HOME", None)
        return subprocess.run(
            [sys.executable, "-m", "citymart", "--home", str(home), *map(str, arguments)],
            capture_output=True,
            text=True,
            env=environment,
            cwd=elsewhere,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def published_once(tmp_path_factory, worker_id, citymart):
    """`published_once(name, exit_status, *load)`: a home in which that is loaded and published, once for all
    tests, also where they run in several processes. Nobody changes it."""
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent

    def make(name: str, exit_status: int, *load: object) -> Path:
        home, done = shared / name / "home", shared / name / "done"
        with FileLock(shared / f"{name}.lock"):
            if not done.exists():
                result = citymart(home, "load", *load)
                assert result.returncode == exit_status, result.stdout + result.stderr
                result = citymart(home, "publish")
                assert result.returncode == 0, result.stdout + result.stderr
                done.touch()
        return home

    return make


@pytest.fixture(scope="session")
def sample_home(published_once) -> Path:
    """A home in which the sample is loaded and published."""
    return published_once("sample", 0, PROJECT / "sample")


@pytest.fixture(scope="session")
def real_home(published_once, real) -> Path:
    """A home in which the real extracts are loaded and published; three of the files are no tables."""
    return published_once("real", 1, "--manifest", real / "deliveries.csv")


@pytest.fixture(scope="session")
def query():
    """`query(home, sql, *parameters)`: the rows of a question to the published mart of a home."""

    def ask(home: Path, sql: str, *parameters: object) -> list[tuple]:
        file = home / "published" / "current" / "city_data_mart.duckdb"
        with duckdb.connect(str(file), read_only=True) as connection:
            return connection.execute(sql, parameters or None).fetchall()

    return ask
