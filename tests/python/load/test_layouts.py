"""A layout row that can't be right is told by its line, before anything is done with it."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest
from citymart.errors import UsageError
from citymart.layouts import FORMATS, Seeds

WRONG = {
    "hackney,Who,suplier_name,,": "spending has no field 'suplier_name'; did you mean 'supplier_name'?",
    "hackney,Who,zzz,,": "spending has no field 'zzz'; seeds/layouts/subject_fields.csv lists them",
    "hackney,When,paid_date,DMY,": "there is no format 'DMY'; did you mean 'dmy'?",
    "hackny,Who,supplier_name,,": "there is no provider 'hackny'; did you mean 'hackney'?",
    "hackney,Who,supplier_name": "it has 3 cells and should have 5",
    "hackney,Who,supplier_name,,Smith, and others": "it has 6 cells and should have 5",
    "hackney,Who,?,,": "the field of 'Who' is still ?; write which field of spending it is",
}


@pytest.fixture
def seeds(tmp_path, project) -> Path:
    folder = tmp_path / "project" / "seeds"
    shutil.copytree(project / "seeds", folder)
    return folder


def add_row(seeds: Path, row: str) -> int:
    """Append it to the layout of payments; returns its line."""
    path = seeds / "layouts" / "layout_spending.csv"
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + f"\n{row}\n", encoding="utf-8")
    return len(path.read_text(encoding="utf-8").splitlines())


def test_the_layouts_of_the_project_are_right(project):
    Seeds(project / "seeds").check_layouts()


@pytest.mark.parametrize("row", WRONG)
def test_a_wrong_layout_row_is_told_by_its_line_with_the_way_out(seeds, row):
    line = add_row(seeds, row)
    with pytest.raises(UsageError) as told:
        Seeds(seeds).check_layouts()
    assert str(told.value).startswith(f"seeds/layouts/layout_spending.csv, line {line}: {WRONG[row]}")


def test_further_wrong_rows_are_told_in_the_same_breath(seeds):
    first = add_row(seeds, "hackney,Who,?,,")
    add_row(seeds, 'hackney,"Two\nlines",supplier_name,,fine')
    add_row(seeds, "hackney,What,?,,")
    with pytest.raises(UsageError, match=f"line {first}: .* Look at line {first + 3} of it too[.]$"):
        Seeds(seeds).check_layouts()


def test_a_wrong_row_of_another_subject_stops_no_load(seeds):
    add_row(seeds, "hackney,Who,?,,")
    Seeds(seeds).check_layouts(["tenancies"])


def test_a_layout_saved_with_semicolons_is_told(seeds):
    path = seeds / "layouts" / "layout_spending.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    with pytest.raises(UsageError, match=r"layout_spending.csv, line \d+: it "):
        Seeds(seeds).check_layouts()


def test_load_check_suggest_and_build_say_it_in_one_line(citymart, project, seeds, tmp_path):
    shutil.copytree(project / "scripts", seeds.parent / "scripts")
    line = add_row(seeds, "hackney,Who,suplier_name,,")
    file = tmp_path / "hackney" / "spending" / "2026-03.csv"
    file.parent.mkdir(parents=True)
    file.write_text("Who,Amount\nAcme,1.00\n", encoding="utf-8")
    for asked in (("load", file), ("check", file), ("layout", "suggest", file), ("build",)):
        done = citymart(tmp_path / "home", *asked, project=seeds.parent)
        told = rf"citymart: seeds/layouts/layout_spending.csv, line {line}: [^\n]*'supplier_name'[^\n]*\n"
        assert (done.returncode, done.stdout) == (2, ""), asked
        assert re.fullmatch(rf"(?:loading it …\n)?{told}", done.stderr), asked


def test_the_test_of_the_seeds_knows_the_same_formats(project):
    test = (project / "tests" / "assert_layout_rows_name_what_exists.sql").read_text(encoding="utf-8")
    named = re.findall(r"format not in \(([^)]+)\)", test)
    assert named
    for formats in named:
        assert tuple(next(csv.reader([formats], quotechar="'", skipinitialspace=True))) == FORMATS
