"""A small mart, emptied for each test, published where the test wants to begin with a release."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import tiny
from citymart.home import Home
from citymart.publishing import publish
from citymart.releases import remove


@pytest.fixture(scope="session")
def tiny_project(tmp_path_factory) -> Path:
    return tiny.write_project(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    """One place for all tests: dbt parses a project anew for a database elsewhere, which takes seconds."""
    return tmp_path_factory.mktemp("home")


def emptied(folder: Path) -> Home:
    home = Home.at(folder)
    for left in [home.published, *(path for path in home.build.glob("*") if path.name != "target")]:
        remove(left)
    tiny.write_payments(home, tiny.ROWS)
    return home


@pytest.fixture
def home(folder) -> Home:
    """A home with three payments and no release."""
    return emptied(folder)


@pytest.fixture(scope="session")
def first_release(folder, tiny_project, tmp_path_factory) -> Path:
    """The folder `published` of a home with the three payments."""
    home = emptied(folder)
    assert publish(home, project=tiny_project).new
    copy = tmp_path_factory.mktemp("first") / "published"
    return Path(shutil.copytree(home.published, copy, symlinks=True))


@pytest.fixture
def published_home(first_release, home) -> Home:
    """A home with three payments, published."""
    shutil.copytree(first_release, home.published, symlinks=True)
    return home
