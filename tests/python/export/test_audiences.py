"""An export is of one audience's file, and of the public's where nobody is named."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from citymart.errors import CityMartError, UsageError
from citymart.exports.export import export


def columns(folder: Path) -> list[str]:
    with (folder / "payments.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def test_without_a_name_it_is_the_open_file(home):
    written = export(home, formats=["csv"])
    assert written.audience == "open"
    assert written.folder == home.exports / "R1" / "open"
    assert "cost_centre" not in columns(written.folder)
    assert "cost_centre" not in (written.folder / "datapackage.json").read_text()


def test_the_operators_file_has_all_columns(home, tmp_path):
    assert "cost_centre" in columns(
        export(home, audience="operator", formats=["csv"], to=tmp_path / "o").folder
    )


def test_a_locked_file_is_opened_with_the_key_that_it_was_locked_with(home, keys, tmp_path, monkeypatch):
    monkeypatch.setenv("CITYMART_KEYS", str(keys))
    assert "cost_centre" in columns(export(home, audience="city", formats=["csv"], to=tmp_path / "c").folder)


def test_a_locked_file_without_keys_is_an_error_that_says_what_to_do(home, tmp_path, monkeypatch):
    monkeypatch.delenv("CITYMART_KEYS", raising=False)
    with pytest.raises(CityMartError, match="city is locked: name the file of keys in CITYMART_KEYS"):
        export(home, audience="city", to=tmp_path / "c")
    assert list(tmp_path.iterdir()) == []


def test_an_audience_without_a_file_is_told_with_those_that_there_are(home, tmp_path):
    with pytest.raises(UsageError, match="for the audience 'press'; there are open, city, operator"):
        export(home, audience="press", to=tmp_path / "p")
    assert list(tmp_path.iterdir()) == []
