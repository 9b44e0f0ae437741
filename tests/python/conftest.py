"""What the tests share: where things are, and marts built once a session."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

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
def sample_home(tmp_path_factory, citymart) -> Path:
    """A home in which the sample is loaded and published, once for all tests. Nobody changes it."""
    home = tmp_path_factory.mktemp("sample") / "home"
    for arguments in (("load", PROJECT / "sample"), ("publish",)):
        result = citymart(home, *arguments)
        assert result.returncode == 0, result.stdout + result.stderr
    return home


@pytest.fixture(scope="session")
def real_home(tmp_path_factory, citymart, real) -> Path:
    """A home in which the real extracts are loaded and published, once for all tests. Nobody changes it."""
    home = tmp_path_factory.mktemp("real") / "home"
    result = citymart(home, "load", "--manifest", real / "deliveries.csv")
    assert result.returncode == 1, "three of the files are no tables"
    result = citymart(home, "publish")
    assert result.returncode == 0, result.stdout + result.stderr
    return home


@pytest.fixture(scope="session")
def query():
    """`query(home, sql, *parameters)`: the rows of a question to the published mart of a home."""

    def ask(home: Path, sql: str, *parameters: object) -> list[tuple]:
        file = home / "published" / "current" / "city_data_mart.duckdb"
        with duckdb.connect(str(file), read_only=True) as connection:
            return connection.execute(sql, parameters or None).fetchall()

    return ask
