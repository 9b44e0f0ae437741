"""What a check borrows of the real home, and that it can't touch it."""

from __future__ import annotations

import json

import pytest
from citymart.checking import Checked, Finding, _scratch_home, in_words
from citymart.home import Home
from citymart.landing import loading
from citymart.placeholders import ensure_landing


def land(home: Home, extract_id: str, *, outcome: str = "landed") -> None:
    folder = home.landing / "geography" / "ons"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{extract_id}.parquet").write_bytes(b"records")
    receipt = {"extract_id": extract_id, "outcome": outcome, "landing_bytes": 7}
    (folder / f"{extract_id}.json").write_text(json.dumps(receipt))


def files(home: Home) -> dict[str, bytes]:
    return {
        str(path.relative_to(home.landing)): path.read_bytes()
        for path in home.landing.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def home(tmp_path) -> Home:
    home = Home.at(tmp_path / "home")
    land(home, "whole")
    (home.landing / "geography" / "ons" / "whole@withdrawn.json").write_text("{}")
    land(home, "refused", outcome="refused")
    (home.landing / "geography" / "ons" / "begun.parquet").write_bytes(b"another load is at this")
    (home.landing / "geography" / "ons" / ".begun.json.1.tmp").write_bytes(b"and at this")
    return home


def test_a_check_neither_writes_nor_removes_anything_in_the_real_landing(home):
    before = files(home)
    with _scratch_home(home, borrow=True) as scratch, loading(scratch):
        ensure_landing(scratch, ["geography"])
        for path in files(scratch):
            (scratch.landing / path).unlink()
    assert files(home) == before


def test_a_check_borrows_what_has_landed_whole_and_nothing_else(home):
    with _scratch_home(home, borrow=True) as scratch:
        lent = {path.rpartition("/")[2] for path in files(scratch)}
    assert lent == {"whole.parquet", "whole.json", "whole@withdrawn.json"}


@pytest.mark.parametrize(
    ("severity", "last_line"),
    [
        ("error", "not good: see what is to be mended"),
        ("warning", "nothing has to be mended; 7 warnings to look at"),
        ("repaired", "good: nothing has to be mended"),
    ],
)
def test_the_last_line_calls_nothing_good_that_should_be_looked_at(severity, last_line):
    found = Finding(severity, "value_missing", "uprn", 7, "The value is missing", "provider", [])
    checked = Checked("a.csv", "anybody", "tenancies", "2026-03-31", landed_rows=9, findings=[found])
    assert in_words(checked).splitlines()[-1] == last_line
