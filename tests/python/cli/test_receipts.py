"""What is told of receipts, and how a landed file is taken out and brought back."""

from __future__ import annotations

import fcntl
import json
from datetime import date
from pathlib import Path

import pytest
from citymart import status
from citymart.cli import main
from citymart.home import Home
from citymart.receipts import newest_receipts

GOOD = "Supplier Name,Amount,Department\nAcme Ltd,10.00,Housing\n"


@pytest.fixture
def home(tmp_path) -> Home:
    return Home.at(tmp_path / "home")


def load(tmp_path: Path, home: Home, name: str, text: str) -> None:
    file = tmp_path / "sent" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    assert main(["load", str(file), "--home", str(home.root)]) == 0


def test_a_withdrawn_file_can_be_brought_back(tmp_path, home, capsys):
    load(tmp_path, home, "camden/spending/2024-03.csv", GOOD)
    before = newest_receipts(home)
    assert main(["withdraw", "2024-03.csv", "--why", "a test", "--home", str(home.root)]) == 0
    assert [receipt["outcome"] for receipt in newest_receipts(home)] == ["withdrawn"]
    assert main(["withdraw", "2024-03.csv", "--undo", "--home", str(home.root)]) == 0
    assert "brought back" in capsys.readouterr().out
    assert newest_receipts(home) == before
    assert main(["withdraw", "2024-03.csv", "--undo", "--home", str(home.root)]) == 2
    assert "no withdrawal to undo" in capsys.readouterr().err


def test_a_withdrawal_waits_for_a_load_that_is_going_on(tmp_path, home, monkeypatch):
    load(tmp_path, home, "camden/spending/2024-03.csv", GOOD)
    taken = []
    flock = fcntl.flock
    monkeypatch.setattr(fcntl, "flock", lambda lock, how: (taken.append(how), flock(lock, how)))
    assert main(["withdraw", "2024-03.csv", "--why", "a test", "--home", str(home.root)]) == 0
    assert taken[0] & fcntl.LOCK_EX


@pytest.mark.parametrize(
    ("name", "unmapped"),
    [("2024-01-01 foo.csv", ["2019"]), ("2024-01-01 Burglary.csv", []), ("2024-01-01 ARSON.csv", [])],
)
def test_a_pattern_of_columns_holds_only_in_the_files_that_it_is_declared_for(home, name, unmapped):
    folder = home.landing / "area_indicators" / "mps"
    folder.mkdir(parents=True)
    receipt = {
        "extract_id": "0123456789abcdef",
        "subject": "area_indicators",
        "provider_code": "mps",
        "outcome": "landed",
        "as_of_date": "2024-01-01",
        "landed_rows": 1,
        "rejected_rows": 0,
        "source_file": "2024-01-01.zip",
        "source_member": name,
        "header": [{"position": 1, "name": "2019"}],
    }
    (folder / "0123456789abcdef.json").write_text(json.dumps(receipt))
    (found,) = status.delivered(home, date(2024, 1, 2))
    assert list(found.unmapped) == unmapped
