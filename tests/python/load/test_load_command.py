"""`citymart load` as a person and a machine meet it."""

from __future__ import annotations

import json
from datetime import date, timedelta

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


@pytest.mark.parametrize(("name", "options"), [("2099-03-31.csv", []), ("2024-04.csv", ["--as-of", "2099"])])
def test_a_day_that_has_not_come_is_refused_before_it_counts_as_the_newest(
    extracts, home, capsys, name, options
):
    file = extracts / "camden" / "spending" / name
    file.write_text("Supplier Name,Amount\nA,1\n")
    assert main(["load", str(file), *options, "--home", home]) == 2
    assert "begins after today" in capsys.readouterr().err
    if not options:
        # Among others of a folder it is one that is refused.
        assert main(["load", str(extracts), "--home", home]) == 1
        assert "REFUSED: the date of its name begins after today" in capsys.readouterr().out


def test_next_months_register_may_come_before_the_month(extracts, home):
    soon = date.today() + timedelta(days=20)
    (extracts / "camden" / "spending" / f"{soon}.csv").write_text("Supplier Name,Amount\nA,1\n")
    assert main(["load", str(extracts), "--home", home]) == 0


def test_a_machine_gets_one_json_document(extracts, home, capsys):
    assert main(["load", str(extracts), "--home", home, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["ok"], document["landed"]) == (True, 1)
    assert document["outcomes"][0]["status"] == "landed"


def test_columns_that_no_layout_knows_give_a_hint(extracts, home, capsys):
    (extracts / "camden" / "spending" / "2024-04.csv").write_text("Supplier Name,Amount,Shoe Size\nA,1,2\n")
    assert main(["load", str(extracts), "--home", home]) == 0
    assert "hint: No layout knows 'Shoe Size'" in capsys.readouterr().out


@pytest.mark.parametrize(
    "name", ["2024-05 new\nline.csv", "2024-05 \x1b[31mred.csv", "2024-05 caf\udce9.csv"]
)
@pytest.mark.parametrize("asked", [[], ["--json"]])
def test_a_strange_name_of_a_file_breaks_no_line_of_the_answer(extracts, home, capsys, name, asked):
    (extracts / "camden" / "spending" / name).write_text("")
    assert main(["load", str(extracts), "--home", home, *asked]) == 1
    told = capsys.readouterr()
    assert not told.err
    if asked:
        assert json.loads(told.out)["files"] == 2
    else:
        (line,) = [line for line in told.out.splitlines() if line.startswith("2024-05")]
        assert "REFUSED" in line and line.isprintable()


def test_what_is_passed_over_is_named_with_the_reason(extracts, home, capsys):
    (extracts / "camdem" / "spending").mkdir(parents=True)
    (extracts / "camdem" / "spending" / "2024-03.csv").write_text(GOOD)
    assert main(["load", str(extracts), "--home", home]) == 0
    out = capsys.readouterr().out
    assert "Passed over 2024-03.csv in" in out and "no provider 'camdem'" in out
    assert main(["load", str(extracts / "camdem"), "--home", home]) == 2
    assert "no provider 'camdem'" in capsys.readouterr().err
