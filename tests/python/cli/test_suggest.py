"""Proposed layout rows: which line is the header, and what the rows may hold."""

from __future__ import annotations

import csv
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from citymart.home import PROJECT
from citymart.suggest import read_tables, shape_of

PEOPLE = """\
Council tenants
Produced in April by the housing team

Ref A,Who,Col7,Kind,Since,Remarks
T1,Jane Hill,7 Mill Rd,Status,01/04/2019,Other
T2,John O'Hara,9 Mill Rd,Garage,30/11/2020,none
T3,Zoë Hill,11 Mill Rd,House,02/03/2021,Other
"""


@pytest.fixture
def people(tmp_path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    return path


def header_of(path: Path, *known: str) -> list[str]:
    (table,) = read_tables(path, lambda name: name in known)
    return table.header


def written(folder: Path, text: str) -> Path:
    path = folder / "file.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_header_without_a_known_name_is_told_from_what_stands_above_and_below_it(people):
    assert header_of(people) == ["Ref A", "Who", "Col7", "Kind", "Since", "Remarks"]


def test_values_that_equal_known_names_by_chance_make_no_header_of_a_record(people):
    assert header_of(people, "Status", "Other")[0] == "Ref A"


def test_half_of_a_record_being_known_names_makes_it_the_header(tmp_path):
    path = written(tmp_path, "City,Team,Quarter\nLondon,Parks,Spring\nSupplier,Amount,Why\nAcme,1.00,x\n")
    assert header_of(path, "Supplier", "Amount") == ["Supplier", "Amount", "Why"]


def test_a_header_with_years_for_names_is_found_by_its_known_names(tmp_path):
    path = written(tmp_path, "LSOA Code,LSOA Name,2021,2022\nE01,Barnet,x,y\nE02,Bexley,p,q\n")
    assert header_of(path, "LSOA Code", "LSOA Name")[0] == "LSOA Code"


def test_the_line_that_was_taken_for_the_header_is_told(citymart, tmp_path, people):
    ask = ("layout", "suggest", people, "--provider", "hackney", "--subject", "tenancies")
    told = citymart(tmp_path, *ask)
    assert "line 4 was taken for the header; no name in it is known: is it the header?" in told.stderr
    assert max(map(len, told.stderr.splitlines())) <= 80
    (table,) = json.loads(citymart(tmp_path, *ask, "--json").stdout)["tables"]
    assert table["header_line"] == 4


def test_a_shape_holds_no_letter_or_digit_of_the_value():
    assert shape_of("31/12/2025") == "99/99/9999"
    assert shape_of("Jane  O'Hara") == "Aaaa A'Aaaa"
    assert shape_of("SMITHSON") == "AAA"
    assert shape_of("Zoë ½ 李") == "Aaa 9 a"
    assert shape_of("£1,200.50") == "£9,999.99"


def test_proposed_rows_hold_no_value_of_the_file(citymart, tmp_path, people):
    ask = ("layout", "suggest", people, "--provider", "hackney", "--subject", "tenancies")
    for done in (citymart(tmp_path, *ask), citymart(tmp_path, *ask, "--json")):
        assert done.returncode == 0, done.stderr
        for value in ("Jane", "Hara", "Zoë", "Mill", "2019"):
            assert value not in done.stdout + done.stderr
    rows = {row["source_column"]: row for row in csv.DictReader(citymart(tmp_path, *ask).stdout.splitlines())}
    assert "holds Aaaa Aaaa | Aaaa A'Aaaa" in rows["Who"]["note"]
    assert "holds 99/99/9999" in rows["Since"]["note"]


def test_values_are_shown_on_a_terminal_beside_the_rows(tmp_path, people):
    ours, theirs = pty.openpty()
    ask = ["layout", "suggest", str(people), "--provider", "hackney", "--subject", "tenancies"]
    environment = os.environ | {"PYTHONPATH": str(PROJECT / "scripts"), "CITYMART_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "citymart", *ask],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=environment,
        check=True,
        text=True,
    )
    os.close(theirs)
    shown = b""
    try:
        while some := os.read(ours, 4096):
            shown += some
    except OSError:  # Linux says so that nobody holds the other end
        pass
    os.close(ours)
    assert "Who: Jane Hill | John O'Hara | Zoë Hill" in shown.decode()
    assert "Jane" not in done.stdout
