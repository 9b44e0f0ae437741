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
from citymart.layouts import FORMATS, Seeds
from citymart.looks import FieldsByValue, is_a_value, look_of
from citymart.suggest import read_tables, shape_of, suggest

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


def test_where_no_line_is_a_header_columns_are_known_by_position_and_no_value_is_a_name(citymart, tmp_path):
    path = written(tmp_path, "T1,Jane Hill,E8 1EA\nT2,John Hara,N1 9GU\nT3,Zoë Hill,N16 5TT\n")
    done = citymart(tmp_path, "layout", "suggest", path, "--provider", "hackney", "--subject", "tenancies")
    assert "no line looks like a header" in done.stderr
    assert "Jane" not in done.stdout
    rows = {row["source_column"]: row["field"] for row in csv.DictReader(done.stdout.splitlines())}
    assert rows == {"#1": "?", "#2": "?", "#3": "postcode"}


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


def proposed(folder: Path, subject: str, **columns: list[str]) -> dict[str, tuple[str, str, str]]:
    """Column → field, format and note that are proposed for a table of these columns."""
    path = folder / "file.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    (suggestion,) = suggest(path, provider="hackney", subject=subject)
    return {row.source_column: (row.field, row.format, row.note) for row in suggestion.rows}


def test_columns_whose_names_say_nothing_are_told_by_their_values(tmp_path):
    rows = proposed(
        tmp_path,
        "tenancies",
        Xq1=["100023456789", "100023456790", "10002345679"],
        Xq2=["E8 1EA", "N16 5TT", "e81ea"],
        Xq3=["Secure tenancy", "Introductory", "Secure tenancy"],
        Xq4=["AB123456C", "AB 12 34 57 C", ""],
    )
    assert {column: field for column, (field, _, _) in rows.items()} == {
        "Xq1": "uprn",
        "Xq2": "postcode",
        "Xq3": "tenure",
        "Xq4": "nino",
    }
    assert all("a guess by its values alone" in note for _, _, note in rows.values())
    assert "codes of tenure" in rows["Xq3"][2]


def test_a_column_that_nobody_can_tell_asks_and_names_what_it_may_be(tmp_path):
    rows = proposed(
        tmp_path,
        "tenancies",
        Xq1=["04/13/2019", "11/30/2020"],
        Xq2=["yes", "no"],
        Xq3=["abc", "def"],
        Xq4=["", ""],
        Xq5=["a@b.org", "c@d.org"],
    )
    assert rows["Xq1"][:2] == ("?", "mdy")
    # One slip among many does not turn the column round.
    stray = proposed(tmp_path, "tenancies", Xq1=[f"04/{day}/2019" for day in range(13, 30)] + ["31/12/2020"])
    assert stray["Xq1"][1] == "mdy"
    assert "dates, perhaps tenancy_start_date or tenancy_end_date" in rows["Xq1"][2]
    assert rows["Xq2"][0] == "?" and "perhaps has_notice_to_quit or has_court_order" in rows["Xq2"][2]
    assert rows["Xq3"][0] == "?" and "write the field or - to ignore it" in rows["Xq3"][2]
    assert rows["Xq4"][0] == "-" and "empty" in rows["Xq4"][2]
    assert rows["Xq5"][0] == "?" and "e-mail addresses" in rows["Xq5"][2]


def test_of_dates_and_amounts_only_the_one_that_has_to_be_there_is_proposed(tmp_path):
    rows = proposed(
        tmp_path, "spending", Xq1=["12.50", "£1,300.00"], Xq2=["31/12/2025", "01/02/2026"], Xq3=["Acme", "Co"]
    )
    assert rows["Xq1"][0] == "net_amount"
    assert rows["Xq2"][0] == "?" and rows["Xq2"][1] == "dmy" and "paid_date" in rows["Xq2"][2]


def test_two_columns_that_may_be_the_same_field_both_ask(tmp_path):
    numbers = ["100023456789", "100023456790", "100023456791"]
    rows = proposed(tmp_path, "hmo_licences", Xq1=numbers, Xq2=numbers[::-1])
    assert [field for field, _, _ in rows.values()] == ["?", "?"]
    assert all("perhaps uprn" in note for _, _, note in rows.values())


def test_a_column_that_others_ignore_stays_ignored(tmp_path):
    ignored = next(
        row["source_column"]
        for row in Seeds().rows("layouts/layout_tenancies.csv")
        if row["field"] == "-" and row["provider_code"] == "*" and len(row["source_column"]) > 6
    )
    rows = proposed(tmp_path, "tenancies", **{ignored + "s": ["abc", "def"], "Xq": ["g", "h"]})
    assert rows[ignored + "s"][0] == "-" and "which others ignore" in rows[ignored + "s"][2]


@pytest.mark.parametrize(
    ("values", "reader"),
    [
        (["20240331", "20231201", "20230115"], "date"),
        (["12345678", "12345679", "12345680"], "uprn"),
        (["1001", "1002"], None),
        (["100023456789"] * 6, None),
        (["1,200.00", "(99.10)"], "money"),
        (["12", "13"], None),
        (["Y", "N", "Y"], "boolean"),
        (["1", "0"], None),
        (["SW1A 1AA", "flat"], None),
        ([], None),
    ],
)
def test_a_look_is_what_most_values_have(values, reader):
    look = look_of(values)
    assert (look.reader if look else None) == reader


def test_short_numbers_are_no_sure_uprns():
    assert look_of(["100023456789", "100023456780"]).is_telling
    assert not look_of(["12345678", "12345679"]).is_telling


def test_names_are_no_values():
    assert not any(map(is_a_value, ["WD22NM", "LSOA21CD", "2021", "Y", "", None, "Amount"]))
    assert all(map(is_a_value, ["E8 1EA", "31/12/2025", "£12.50", "100023456789", "a@b.org"]))


def test_every_subject_has_fields_that_are_found_by_value_and_they_exist():
    seeds = Seeds()
    fields = {(row["subject"], row["field"]) for row in seeds.rows("layouts/subject_fields.csv")}
    for subject in seeds.subjects:
        found = FieldsByValue(subject, None, seeds)
        for reader in ("uprn", "postcode", "date", "money", "boolean", "nino"):
            for field in found.by_reader.get(reader, []):
                assert (subject, field) in fields, (subject, reader, field)
        assert {(subject, field) for field in found.codes} <= fields
    assert FieldsByValue("tenancies", None, seeds).codes["tenure"], "no code list was read"


def test_a_format_that_is_proposed_is_one_that_exists(tmp_path):
    for dates in (["31/12/2025"], ["12/31/2025"], ["45000", "45001"]):
        (_, proposal, _) = proposed(tmp_path, "spending", **{"Paid Dates": dates})["Paid Dates"]
        assert proposal in FORMATS


def test_a_column_of_names_is_no_address_however_it_is_called(tmp_path):
    lines = "".join(f"B{n},Ms B Osei,{n} High Street,C\n" for n in range(12))
    path = written(tmp_path, f"Account ref,Chargepayer,House & Street,Band\n{lines}")
    (suggestion,) = suggest(path, provider="hackney", subject="council_tax")
    fields = {row.source_column: row.field for row in suggestion.rows}
    assert fields["Chargepayer"] in ("liable_name", "?"), fields
