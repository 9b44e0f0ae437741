"""A home with a bit of everything, made once and copied for each test that does damage to it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from citymart.home import PROJECT, Home
from citymart.sharing.keys import VARIABLE, add_missing

sys.path[:0] = [str(PROJECT / "tests" / "python" / folder) for folder in ("verify", "sharing", "publish")]

import small_home  # noqa: E402


@pytest.fixture(scope="module")
def keys(tmp_path_factory) -> Path:
    """A file with the keys of two audiences."""
    file = tmp_path_factory.mktemp("keys") / "keys.csv"
    add_missing(file, ["city", "borough/a", "borough/b"], Home.at(file.parent / "none"))
    return file


@pytest.fixture(scope="module")
def whole(tmp_path_factory, keys) -> dict[str, Path]:
    """The home, and the folder of what was sent. Nobody changes them."""
    folder = tmp_path_factory.mktemp("whole")
    home = Home.at(folder / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(keys))
        sent = small_home.load(home, folder / "sent")
        small_home.name_persons(home)
        (folder / "build").mkdir()
        small_home.export(home, small_home.release(home, folder / "build"))
    return {"home": home.root, "sent": sent}


@pytest.fixture
def home(whole, keys, tmp_path, monkeypatch) -> Home:
    """A copy to do damage to, with the keys of its audiences at hand."""
    monkeypatch.setenv(VARIABLE, str(keys))
    return Home.at(shutil.copytree(whole["home"], tmp_path / "home", symlinks=True))
