"""The command: what it says to a person and to a machine, and how it ends on wrong usage."""

from __future__ import annotations

import json
import sys
import types

import pytest
import small_truth
from citymart.cli import main
from citymart.sample import spec


@pytest.fixture
def command(monkeypatch, capsys, tmp_path):
    """`command("--seed", "2", …)`: status, output and complaint. The truth is the small one."""
    truth = types.ModuleType("citymart.sample.truth")
    truth.boroughs = lambda _names: [small_truth.Borough(*each) for each in small_truth.BOROUGHS]
    truth.build_truth, truth.write_truth = small_truth.build, small_truth.write
    truth.register_macros = lambda _con, _seed: None
    monkeypatch.setitem(sys.modules, "citymart.sample.truth", truth)
    monkeypatch.setattr(sys.modules["citymart.sample"], "truth", truth, raising=False)
    kept = [tmp_path / "home"]

    def run(*arguments: object) -> tuple[int, str, str]:
        status = main(["--home", str(kept[0]), "sample", *map(str, arguments)])
        out, err = capsys.readouterr()
        return status, out, err

    return run


def test_it_tells_what_was_made_and_what_comes_next(command, tmp_path):
    status, out, _ = command(
        "--boroughs", "camden,islington", "--subjects", "postcode_directory", tmp_path / "city"
    )
    assert status == 0
    assert "postcode_directory" in out and f"Truth: {tmp_path / 'city-truth'}" in out
    assert f"./citymart load {tmp_path / 'city'}" in out
    assert (tmp_path / "city/ons/postcode_directory").is_dir()


def test_a_machine_gets_one_document(command, tmp_path):
    status, out, _ = command("--subjects", "geography,postcode_directory", tmp_path / "city", "--json")
    made = json.loads(out)
    assert status == 0
    assert made["files"] == 2 and made["boroughs"] == len(small_truth.BOROUGHS)
    assert made["subjects"]["geography"] == {"files": 1, "records": len(small_truth.BOROUGHS)}


def test_real_boundaries_take_the_place_of_invented_ones(command, tmp_path):
    (tmp_path / "boundaries.csv").write_text("x")
    status, out, _ = command(
        "--boroughs",
        "camden",
        "--subjects",
        "geography",
        "--boundaries",
        tmp_path / "boundaries.csv",
        tmp_path / "city",
        "--json",
    )
    assert status == 0
    assert json.loads(out)["not_made"] == ["geography"] and json.loads(out)["files"] == 0


def test_the_invented_areas_are_older_than_any_real_ones(command, tmp_path):
    command("--boroughs", "camden", "--subjects", "geography", tmp_path / "city")
    (file,) = (tmp_path / "city/demo/geography").iterdir()
    header = file.read_text(encoding="utf-8").splitlines()[0]
    assert file.name == "2021-03-21.csv"
    assert header == "LSOA21CD,LSOA21NM,MSOA21CD,MSOA21NM,WD22CD,WD22NM,LAD22CD,LAD22NM,geometry"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--boroughs", "camdem"], "There is no borough 'camdem'; did you mean camden"),
        (["--boroughs", " , "], "Name at least one borough"),
        (["--subjects", "council"], "There is no subject 'council'"),
        (["--as-of", "1/10/2026"], "is not a date; write --as-of as 2026-10-01"),
        (["--as-of", "1066-10-14"], "must be from 2000 to 2100"),
        (["--as-of", "2099-01-01"], "begins after today"),
        (["--scale", "0"], "The scale is 0"),
        (["--scale", "nan"], "The scale is nan"),
        (["--scale", "-1"], "The scale is -1"),
        (["--months", "0"], "The number of months is 0"),
        (
            ["--dirt", "nul_word=0.1"],
            "There is no kind of dirt 'nul_word'; known are, for example, null_word",
        ),
        (["--dirt", "null_word=1.5"], "must be between 0 and 1"),
        (["--dirt", "null_word=nan"], "must be between 0 and 1"),
        (["--boundaries", "/nowhere.csv"], "There is no file '/nowhere.csv'"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_wrong_usage_is_told_in_a_sentence(command, tmp_path, arguments, told):
    status, out, err = command(*arguments, tmp_path / "city")
    assert status == 2 and told in err and out == ""
    assert err.count("\n") == 1
    assert not (tmp_path / "city").exists()


def test_a_folder_with_something_in_it_is_not_touched(command, tmp_path):
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "mine.txt").write_text("mine")
    status, _, err = command("--boroughs", "camden", tmp_path / "city")
    assert status == 2 and "was not made by `citymart sample`" in err
    assert (tmp_path / "city" / "mine.txt").read_text() == "mine"


def test_the_subjects_of_the_project_work_on_any_truth():
    assert all(subject.systems for subject in spec.read_subjects().values())
