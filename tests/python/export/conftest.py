"""A home with a small release: a file of the public, one of analysts that is locked, and the operator's."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import small_release
from citymart.exports.export import FORMATS, export
from citymart.home import Home
from citymart.sharing.keys import Key

KEY = Key("city", 1, "e" * 40, "h" * 40)


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Home:
    home = Home.at(tmp_path_factory.mktemp("home"))
    small_release.write_release(home, KEY)
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
