"""A lake of a small project, and a PostgreSQL server of its own where the package is installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "publish"))

import tiny
from citymart.home import PROJECT, Home
from citymart.lake import CATALOGUE, DATA


@pytest.fixture(scope="session")
def lake_project(tmp_path_factory) -> Path:
    """The small project with the profiles and the macros of the real one, and a view."""
    project = tiny.write_project(tmp_path_factory.mktemp("tiny"))
    profiles = (PROJECT / "profiles.yml").read_text(encoding="utf-8")
    (project / "profiles.yml").write_text(profiles.replace("\ncitymart:\n", "\ntiny:\n"), encoding="utf-8")
    shutil.copy(PROJECT / "macros/persist_docs.sql", project / "macros")
    view = "{{ config(materialized='view') }}\nselect * from {{ ref('names') }}\n"
    (project / "models/staging/seen.sql").write_text(view, encoding="utf-8")
    described = "\n  - name: seen\n    columns: [{name: supplier, description: A name.}]\n"
    with open(project / "models/_models.yml", "a", encoding="utf-8") as models:
        models.write(described)
    return project


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """How libpq finds a server of PostgreSQL that runs while the tests do, as a user who is not root."""
    if (binaries := postgres_binaries()) is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    user = (
        next((name for name in ("postgres", "nobody") if has_user(name)), None) if os.getuid() == 0 else None
    )
    if os.getuid() == 0 and user is None:
        pytest.skip("PostgreSQL does not run as root, and there is no user `postgres` or `nobody`")
    # Not in pytest's folder: that is root's alone, and too long a name for a socket.
    folder = Path(tempfile.mkdtemp(prefix="citymart-pg-"))
    if user:
        shutil.chown(folder, user)

    def run(name: str, *arguments: object) -> None:
        command = [str(binaries / name), *map(str, arguments)]
        done = subprocess.run(
            command, user=user, cwd=folder, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr

    run("initdb", "-D", folder / "data", "-U", "citymart", "-A", "trust", "--no-sync")
    settings = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    run("pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", settings, "start")
    try:
        yield f"host={folder} user=citymart"
    finally:
        run("pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def postgres_binaries() -> Path | None:
    """The newest that Debian's packages have installed, or what the path has."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    found = debian[-1] if debian else Path(shutil.which("initdb") or "/nowhere/initdb")
    return found.parent if (found.parent / "pg_ctl").exists() else None


def has_user(name: str) -> bool:
    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False


@pytest.fixture(scope="session")
def new_database(postgres):
    """`new_database(name)`: a database of its own, as CITYMART_LAKE names it."""
    import duckdb
    from citymart.lake import prepare

    def make(name: str) -> str:
        with duckdb.connect() as con:
            prepare(con)
            con.execute(f"attach '{postgres} dbname=postgres' as server (type postgres)")
            con.execute(
                f"call postgres_execute('server', 'create database {name}', use_transaction => false)"
            )
        return f"postgres:dbname={name} {postgres}"

    return make


@pytest.fixture(params=["file", "postgres"])
def home(request, tmp_path, monkeypatch) -> Home:
    """A home with three payments, with its catalogue in a file and in PostgreSQL."""
    home = Home.at(tmp_path / "home")
    tiny.write_payments(home, tiny.ROWS)
    if request.param == "postgres":
        new_database = request.getfixturevalue("new_database")
        monkeypatch.setenv(CATALOGUE, new_database(f"lake_{abs(hash(str(tmp_path)))}"))
        monkeypatch.setenv(DATA, str(tmp_path / "data"))
    return home
