"""A release built again from what it was made of; and a mart that a restored home makes."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path

import landed_mart
import pytest
import small_home
from citymart.backups.backup import back_up
from citymart.backups.restore import restore
from citymart.cli import main
from citymart.errors import CityMartError
from citymart.home import Home
from citymart.people.keys import registered
from citymart.publishing import publish
from citymart.receipts import bring_back, newest_receipts, withdraw
from citymart.verifying import rebuild as rebuilding
from citymart.verifying.rebuild import rebuild


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    return landed_mart.write_project(tmp_path_factory.mktemp("landed"))


@pytest.fixture(scope="module")
def published(tmp_path_factory, project) -> Path:
    """A home of which all but one delivery counts is published. Nobody changes it."""
    home = Home.at(tmp_path_factory.mktemp("published") / "home")
    small_home.load(home, home.root.parent / "sent")
    withdraw(home, newest_receipts(home)[0]["extract_id"], "a test")
    assert publish(home, project=project).new
    return home.root


@pytest.fixture
def home(published, tmp_path) -> Home:
    return Home.at(shutil.copytree(published, tmp_path / "home", symlinks=True))


def test_a_release_comes_out_the_same_whatever_has_landed_or_was_brought_back_since(home, project, tmp_path):
    later = {("hackney", "2024-05-31"): small_home.SENT["camden", "2024-03-31"]}
    small_home.load(home, tmp_path / "sent", later)
    bring_back(home, next(r for r in newest_receipts(home) if r["outcome"] == "withdrawn")["extract_id"])
    before = {str(path) for path in home.root.rglob("*") if "target" not in path.parts}
    done = rebuild(home, project=project)
    assert done.is_same, done
    assert (done.extracts, done.same, done.why) == (3, 3, [])
    assert {str(path) for path in home.root.rglob("*") if "target" not in path.parts} <= before | {
        str(home.root / ".load.lock")
    }


def test_what_differs_is_named_with_what_may_be_why(home, project, tmp_path, capsys, monkeypatch):
    other = Path(shutil.copytree(project, tmp_path / "project"))
    model = other / "models/marts/payments.sql"
    model.write_text(model.read_text().replace("cells[3]::double", "cells[3]::double + 1"), encoding="utf-8")
    gone = next(r for r in newest_receipts(home) if r["outcome"] == "landed")
    (home.landing / "spending" / gone["provider_code"] / f"{gone['extract_id']}.json").unlink()
    monkeypatch.setattr(rebuilding, "rebuild", partial(rebuild, project=other))
    assert main(["verify", "--rebuild", "--json", "--home", str(home.root)]) == 1
    said = json.loads(capsys.readouterr().out)
    differ = {each["table"]: each["what"] for each in said["differ"]}
    assert {"marts.payments", "market.extracts"} <= differ.keys()
    assert "rows only then" in differ["marts.payments"]
    assert any("models" in why for why in said["why"])
    assert any(gone["extract_id"] in why for why in said["why"])


def test_without_a_release_there_is_nothing_to_build_again(tmp_path):
    with pytest.raises(CityMartError, match="nothing is published"):
        rebuild(Home.at(tmp_path / "none"))


def test_a_mart_from_a_restored_home_is_the_mart_and_persons_keep_their_keys(home, project, tmp_path):
    back_up(home, tmp_path / "backup")
    restored = Home.at(tmp_path / "restored")
    restore(tmp_path / "backup", restored)
    made = publish(restored, project=project)
    assert (
        made.release.data_hash
        == json.loads((home.published / "current" / "manifest.json").read_text(encoding="utf-8"))["data_hash"]
    )
    keys = registered(restored.root / "people")
    assert keys and keys == registered(home.root / "people")
