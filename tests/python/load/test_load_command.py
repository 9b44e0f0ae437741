"""`citymart load` as a person and a machine meet it."""

from __future__ import annotations

import json

import pytest
from citymart.cli import main

GOOD = "Supplier Name,Amount,Department\nAcme Ltd,10.00,Housing\n"


@pytest.fixture
def extracts(tmp_path):
    folder = tmp_path / "extracts" / "camden" / "spending"
    folder.mkdir(parents=True)
    (folder / "2024-03.csv").write_text(GOOD)
    return tmp_path / "extracts"


@pytest.fixture
def home(tmp_path):
    return str(tmp_path / "home")


def test_everything_landed_is_status_0_and_a_line_a_file(extracts, home, capsys):
    assert main(["load", str(extracts), "--home", home]) == 0
    out = capsys.readouterr().out
    assert "2024-03.csv (camden spending): 1 landed" in out
    assert all(len(line) <= 80 for line in out.splitlines())


def test_a_refused_file_is_status_1_and_the_others_land(extracts, home, capsys):
    (extracts / "camden" / "spending" / "2024-04.csv").write_text("")
    assert main(["load", str(extracts), "--home", home]) == 1
    out = capsys.readouterr().out
    assert "REFUSED" in out and "1 landed" in out


@pytest.mark.parametrize(
    "arguments",
    [
        ["load"],
        ["load", "/nowhere"],
        ["load", "--manifest", "/nowhere.csv"],
        ["load", "{}", "--as-of", "yesterday"],
        ["load", "{}", "--period", "June"],
        ["load", "{}", "--provider", "atlantis"],
        ["load", "{}", "--no-such-option"],
    ],
)
def test_wrong_usage_is_status_2_and_one_line(extracts, home, capsys, arguments):
    filled = [argument.format(extracts) for argument in arguments]
    assert main([*filled, "--home", home]) == 2
    error = capsys.readouterr().err.strip()
    assert error and "\n" not in error and "Traceback" not in error


def test_a_machine_gets_one_json_document(extracts, home, capsys):
    assert main(["load", str(extracts), "--home", home, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["ok"], document["landed"]) == (True, 1)
    assert document["outcomes"][0]["status"] == "landed"


def test_columns_that_no_layout_knows_give_a_hint(extracts, home, capsys):
    (extracts / "camden" / "spending" / "2024-04.csv").write_text("Supplier Name,Amount,Shoe Size\nA,1,2\n")
    assert main(["load", str(extracts), "--home", home]) == 0
    assert "hint: No layout knows 'Shoe Size'" in capsys.readouterr().out
