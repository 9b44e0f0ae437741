"""A home with a small release: a file of the public, one of analysts that is locked, and the operator's."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import small_release
from citymart.catalogue.tables import write_catalogue
from citymart.dbt_plugin import spatial_extension
from citymart.exports.export import FORMATS, export
from citymart.home import Home
from citymart.sharing.files import attach
from citymart.sharing.keys import Key

KEY = Key("city", 1, "e" * 40, "h" * 40)


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Home:
    home = Home.at(tmp_path_factory.mktemp("home"))
    folder = home.published / "releases" / "R1"
    (folder / "audiences").mkdir(parents=True)
    files = {
        "operator": (folder / "city_data_mart.duckdb", None),
        "open": (folder / "audiences" / "open.duckdb", None),
        "city": (folder / "audiences" / "city.duckdb", KEY),
    }
    for audience, (path, key) in files.items():
        with duckdb.connect() as con:
            con.execute(f"load '{spatial_extension()}'")
            attach(con, path, "release", key)
            con.execute("use release")
            con.execute(small_release.SQL)
            if audience == "open":
                con.execute("alter table marts.payments drop column cost_centre")
            catalogue = small_release.CATALOGUE
            day, is_open = date(2024, 4, 1), audience == "open"
            write_catalogue(con, "release", catalogue, {}, day, release_id="R1", is_open=is_open)
            con.execute("use memory")
            con.execute("detach release")
    audiences = [
        {"audience": name, "file": path.relative_to(folder).as_posix(), "is_encrypted": key is not None}
        | {"key_version": key.version if key else None}
        for name, (path, key) in files.items()
        if name != "operator"
    ]
    manifest = {
        "release_id": "R1",
        "data_hash": "0",
        "created_at": "2024-04-01T00:00:00+00:00",
        "code": {"version": "0.1.0"},
        "tables": [],
        "audiences": audiences,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (home.published / "current").symlink_to("releases/R1")
    return home


@pytest.fixture(scope="session")
def keys(tmp_path_factory) -> Path:
    """The file of keys that opens the analysts' file."""
    path = tmp_path_factory.mktemp("keys") / "keys.csv"
    path.touch(mode=0o600)
    path.write_text(
        "audience,version,encryption_key,hash_key\n"
        f"city,1,{KEY.encryption_key},{KEY.hash_key}\ncity,2,{'n' * 40},{'m' * 40}\n"
    )
    return path


@pytest.fixture(scope="session")
def exported(home, tmp_path_factory) -> Path:
    """The public's file in all formats."""
    return export(home, formats=FORMATS, to=tmp_path_factory.mktemp("exported") / "open").folder
