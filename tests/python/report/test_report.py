"""What goes back to a provider."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import openpyxl
import pytest
from citymart.errors import CityMartError, UsageError
from citymart.home import Home
from citymart.reporting import report


def sheet(workbook: Path, name: str) -> list[dict]:
    book = openpyxl.load_workbook(workbook, read_only=True)
    heads, *rows = book[name].iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in rows]


def test_a_report_has_every_line_and_a_page_the_main_of_it(sample_home: Path, tmp_path: Path, query) -> None:
    written = report(Home.at(sample_home), "bexley", to=tmp_path / "out")
    issues = sheet(written.workbook, "Issues")
    found = query(
        sample_home,
        "select source_file, line_number, field, issue_type, value_as_sent from market.data_issues"
        " where provider_code = 'bexley' and is_current",
    )
    assert len(issues) == len(found) == written.issues > 5

    def key(row):
        return tuple("" if value is None else str(value) for value in row)

    told = [
        key([row[name] for name in ("source file", "line number", "field", "issue type", "value as sent")])
        for row in issues
    ]
    assert sorted(told) == sorted(map(key, found))
    assert {row["outcome"] for row in sheet(written.workbook, "What came")} >= {"landed"}
    compared = sheet(written.workbook, "Compared")
    assert all(0 <= row["score"] <= 100 and row["place"] >= 1 for row in compared) and compared
    assert any(row["most lacking"] for row in compared if row["score"] < 100)
    page = written.page.read_text(encoding="utf-8")
    assert page.startswith("# Report to London Borough of Bexley\n")
    assert re.search(r"spending.*\bline", page)


def changed(sample_home: Path, home: Path, sql: str) -> Home:
    """A home with the release of the sample, in which something is said otherwise."""
    shutil.copytree(sample_home / "published", home / "published", symlinks=True)
    with duckdb.connect(str(home / "published/current/city_data_mart.duckdb")) as con:
        con.execute(sql)
    return Home.at(home)


def test_the_page_names_each_file_that_was_not_taken_and_why(
    sample_home: Path, tmp_path: Path, query
) -> None:
    whose = "provider_code = 'bexley' and subject = 'spending'"
    refused = f"update market.extracts set outcome = 'refused', reason = 'it is a web page' where {whose}"
    home = changed(sample_home, tmp_path / "home", refused)
    files = query(home.root, f"select source_file from market.extracts where {whose}")
    page = report(home, "bexley").page.read_text(encoding="utf-8")
    assert files
    assert all(f"- **spending, {file}** (refused): it is a web page" in page for (file,) in files)


def test_a_value_that_a_spreadsheet_or_a_page_would_run_is_text(sample_home: Path, tmp_path: Path) -> None:
    dangerous = "update market.data_issues set value_as_sent = '=1+1', message = '<b>|`x`'"
    written = report(changed(sample_home, tmp_path / "home", dangerous), "bexley")
    book = openpyxl.load_workbook(written.workbook)
    cells = {row[4].data_type for row in book["Issues"].iter_rows(min_row=2) if row[4].value is not None}
    assert cells == {"s"}
    page = written.page.read_text(encoding="utf-8")
    assert "<b>" not in page.replace("\\<b\\>", "") and "\\|" in page


def test_the_same_release_gives_the_same_bytes(sample_home: Path, tmp_path: Path) -> None:
    first, again = (report(Home.at(sample_home), "bexley", to=tmp_path / name) for name in "ab")
    assert first.workbook.read_bytes() == again.workbook.read_bytes()
    assert first.page.read_bytes() == again.page.read_bytes()


def test_who_is_not_there_is_told_with_who_is(sample_home: Path, tmp_path: Path, citymart) -> None:
    with pytest.raises(UsageError, match=r"of 'bexly' nothing has come or is expected; there are .*bexley"):
        report(Home.at(sample_home), "bexly", to=tmp_path / "out")
    with pytest.raises(CityMartError, match="nothing is published"):
        report(Home.at(tmp_path / "home"), "bexley")
    done = citymart(sample_home, "report", "bexly")
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    done = citymart(sample_home, "report", "bexley", "--to", tmp_path / "told")
    assert done.returncode == 0 and "bexley.xlsx" in done.stdout


def test_the_report_for_lambeth_names_the_records_that_ran_together(real_home: Path, tmp_path: Path) -> None:
    """In June 2012 the payments of 639 records stand in cells that ran together."""
    written = report(Home.at(real_home), "lambeth", to=tmp_path)
    mended = [row for row in sheet(written.workbook, "Issues") if row["issue type"] == "record_mended"]
    assert {(row["subject"], row["source file"]) for row in mended} == {("spending", "2012-06.csv")}
    assert len({row["line number"] for row in mended}) == 639
    assert "639" in written.page.read_text(encoding="utf-8")
