"""XLSX, XLS and ODS: one sheet's rows, every cell as a person would write it."""

import re
import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
from citymart.errors import Refused
from citymart.formats import detect, open_rows, sheets
from written_by_hand import write_ods, write_xls


def book(path, **content):
    """A workbook with a sheet of rows for each keyword; a name that begins with `hidden` is hidden."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in content.items():
        sheet = workbook.create_sheet(name)
        sheet.sheet_state = "hidden" if name.startswith("hidden") else "visible"
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return path


def rewrite(path, member, change):
    """Changes one member of a workbook."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[member] = change(members[member])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@pytest.fixture(params=["held", "streamed"])
def both_ways(request, monkeypatch):
    """A small sheet is read at once and a large one row by row; the rows must be the same."""
    if request.param == "streamed":
        monkeypatch.setattr(sheets, "CELLS_IN_MEMORY", 0)


VALUES = [
    (100012345678, "100012345678"),
    (1.0, "1"),
    (-12.5, "-12.5"),
    (0.1, "0.1"),
    (0.00001234, "0.00001234"),
    (12345678901234, "12345678901234"),
    ("00123", "00123"),
    (" padded ", " padded "),
    ("1.0", "1.0"),
    (True, "true"),
    (False, "false"),
    (date(2024, 1, 2), "2024-01-02"),
    (datetime(2024, 1, 2), "2024-01-02"),
    (datetime(2024, 1, 2, 13, 4, 5), "2024-01-02T13:04:05"),
    (time(13, 4), "13:04:00"),
    (timedelta(hours=30), "30:00:00"),
]


@pytest.mark.usefixtures("both_ways")
@pytest.mark.parametrize(("value", "expected"), VALUES)
def test_a_cell_is_text_as_a_person_would_write_it(tmp_path, value, expected):
    file = book(
        tmp_path / "delivery.xlsx", Data=[["name", "value", None], ["x", value, None], [None, None, "y"]]
    )
    found = open_rows(file, "xlsx")
    assert found.header is None
    assert list(found.rows) == [(1, ["name", "value", ""]), (2, ["x", expected, ""]), (3, ["", "", "y"])]


@pytest.mark.usefixtures("both_ways")
def test_rows_and_columns_keep_their_places_in_the_sheet(tmp_path):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet["B3"] = "Payments over £500"
    sheet.merge_cells("B3:C3")
    sheet["B5"], sheet["C5"], sheet["B7"] = "Supplier", "Amount", "A Ltd"
    workbook.save(tmp_path / "delivery.xlsx")
    found = open_rows(tmp_path / "delivery.xlsx", "xlsx")
    assert list(found.rows) == [
        (1, ["", "", ""]),
        (2, ["", "", ""]),
        (3, ["", "Payments over £500", ""]),
        (4, ["", "", ""]),
        (5, ["", "Supplier", "Amount"]),
        (6, ["", "", ""]),
        (7, ["", "A Ltd", ""]),
    ]
    assert found.total_lines == 7


def test_an_error_cell_keeps_its_text(tmp_path):
    file = book(tmp_path / "delivery.xlsx", Data=[["a", "b"], ["#N/A", 1]])
    assert [row for _, row in open_rows(file, "xlsx").rows] == [["a", "b"], ["#N/A", "1"]]


def test_the_fullest_sheet_that_shows_is_taken_and_noted(tmp_path):
    rows = [["a", "b"], [1, 2]]
    file = book(tmp_path / "d.xlsx", Notes=[["see"]], Data=rows, hidden=rows * 5, Empty=[])
    found = open_rows(file, "xlsx")
    assert found.sheet == "Data"
    assert found.notes == [
        "Took the fullest sheet, Data; passed over Notes, hidden (hidden).",
        "The sheet hidden looks like a table too: to land another sheet, "
        "name it with the setting sheet in seeds/layouts/readers.csv.",
    ]


HEADER = ["Supplier", "Amount"]
APRIL = [["A", 1], ["B", 2]]
MAY = [["A", 3], ["C", 4], ["D", 5]]


@pytest.mark.usefixtures("both_ways")
def test_sheets_of_one_header_are_one_table_in_the_order_of_the_workbook(tmp_path):
    april = [["Payments of April"], HEADER, *APRIL]
    may = [["Payments"], ["of May"], ["supplier ", "AMOUNT"], *MAY]
    file = book(tmp_path / "d.xlsx", Notes=[["see"]], April=april, May=may)
    found = open_rows(file, "xlsx")
    assert (found.sheet, found.total_lines) == ("April, May", 10)
    assert [(number, row[0]) for number, row in found.rows] == [
        (1, "Payments of April"),
        (2, "Supplier"),
        (3, "A"),
        (4, "B"),
        (8, "A"),
        (9, "C"),
        (10, "D"),
    ]
    assert found.notes == [
        "Took the sheets April, May, which have one header, as one table; their rows are numbered on "
        "from sheet to sheet; passed over Notes."
    ]


def test_sheets_that_repeat_the_rows_of_the_fullest_are_not_landed_twice(tmp_path):
    file = book(tmp_path / "d.xlsx", April=[HEADER, *APRIL], All=[HEADER, *APRIL, *MAY], May=[HEADER, *MAY])
    found = open_rows(file, "xlsx")
    assert found.sheet == "All"
    assert len(list(found.rows)) == 6
    assert found.notes[1:] == ["The rows of the sheets April, May stand on the sheets taken already."]


def test_a_table_of_another_header_is_passed_over_with_the_setting_that_takes_it(tmp_path):
    file = book(tmp_path / "d.xlsx", Spend=[HEADER, *MAY], Cards=[["Card", "Limit"], ["x", 1], ["y", 2]])
    found = open_rows(file, "xlsx")
    assert found.sheet == "Spend"
    assert any("The sheet Cards looks like a table too" in note for note in found.notes)


def test_a_sheet_with_one_record_more_of_the_same_header_is_not_lost(tmp_path):
    file = book(tmp_path / "d.xlsx", April=[HEADER, ["A", 1]], May=[HEADER, ["A", 1], ["B", 2]])
    assert open_rows(file, "xlsx").sheet == "May", "April's only record is on May"
    file = book(tmp_path / "e.xlsx", April=[HEADER, ["Z", 1]], May=[HEADER, ["A", 1], ["B", 2]])
    assert open_rows(file, "xlsx").sheet == "April, May"


def test_a_column_of_formulas_that_nobody_has_calculated_is_refused(tmp_path):
    rows = [["Title", None], HEADER, ["A", "=1+0"], ["B", "=1+1"]]
    with pytest.raises(Refused, match=r"formulas without results in column B.*save it again"):
        open_rows(book(tmp_path / "d.xlsx", Data=rows), "xlsx")


def test_a_single_formula_that_nobody_has_calculated_is_noted(tmp_path):
    rows = [HEADER, ["A", 1], ["B", 2], ["Total", "=SUM(B2:B3)"]]
    found = open_rows(book(tmp_path / "d.xlsx", Data=rows), "xlsx")
    assert [row for _, row in found.rows][-1] == ["Total", ""]
    assert "1 cell holds a formula without a result" in found.notes[0]


def test_a_formula_whose_result_is_the_empty_text_is_read_without_a_word(tmp_path):
    file = book(tmp_path / "d.xlsx", Data=[HEADER, ["A", "=B9"], ["B", "=B9"]])
    blank = rb'<c t="str" \1><f>B9</f><v></v></c>'
    rewrite(
        file,
        "xl/worksheets/sheet1.xml",
        lambda content: re.sub(rb'<c (r="B\d")[^>]*><f>B9</f><v ?/?>(?:</v>)?</c>', blank, content),
    )
    assert open_rows(file, "xlsx").notes == []


def test_a_hidden_sheet_is_taken_when_nothing_else_has_content(tmp_path):
    found = open_rows(book(tmp_path / "d.xlsx", hidden=[["a"]], Cover=[]), "xlsx")
    assert found.sheet == "hidden"
    assert "is hidden" in found.notes[0]


@pytest.mark.parametrize("wanted", ["Notes", " notes", "1"])
def test_a_sheet_is_declared_by_name_or_position(tmp_path, wanted):
    file = book(tmp_path / "d.xlsx", Notes=[["see"]], Data=[["a", "b"]])
    found = open_rows(file, "xlsx", {"sheet": wanted})
    assert (found.sheet, found.notes) == ("Notes", [])


def test_a_declared_sheet_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    file = book(tmp_path / "d.xlsx", Notes=[["see"]], Data=[["a"]])
    with pytest.raises(Refused, match=r"d\.xlsx has no sheet Payments; it has Notes, Data\."):
        open_rows(file, "xlsx", {"sheet": "Payments"})


def test_an_empty_workbook_is_refused(tmp_path):
    with pytest.raises(Refused, match="nothing in its sheets"):
        open_rows(book(tmp_path / "d.xlsx", Data=[]), "xlsx")
    with pytest.raises(Refused, match="sheet Cover, is empty"):
        open_rows(book(tmp_path / "d.xlsx", Data=[["a"]], Cover=[]), "xlsx", {"sheet": "Cover"})


def test_one_cell_in_the_last_corner_does_not_fill_the_memory(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "a"
    workbook.active["XFD1048576"] = "far away"
    workbook.save(tmp_path / "d.xlsx")
    found = open_rows(tmp_path / "d.xlsx", "xlsx")
    assert next(found.rows)[1][0] == "a"


def test_a_workbook_named_otherwise_is_read_by_its_content(tmp_path):
    file = book(tmp_path / "delivery.csv", Data=[["a"], [1]])
    assert [row for _, row in open_rows(file, detect(file)).rows] == [["a"], ["1"]]


def test_an_xls_is_read(tmp_path):
    file = write_xls(
        tmp_path / "d.xls", "Pay", {(1, 1): "UPRN", (1, 2): "Amount", (3, 1): 100012345678.0, (3, 2): 12.5}
    )
    found = open_rows(file, detect(file))
    assert found.sheet == "Pay"
    assert list(found.rows) == [
        (1, ["", "", ""]),
        (2, ["", "UPRN", "Amount"]),
        (3, ["", "", ""]),
        (4, ["", "100012345678", "12.5"]),
    ]


TEXT = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
NUMBER = (
    '<table:table-cell office:value-type="float" office:value="{0}"><text:p>{0}</text:p></table:table-cell>'
)
DATE = '<table:table-cell office:value-type="date" office:date-value="{}"/>'
EMPTY = '<table:table-cell table:number-columns-repeated="{}"/>'


def ods_row(*cells, repeated=1):
    return f'<table:table-row table:number-rows-repeated="{repeated}">{"".join(cells)}</table:table-row>'


def test_an_ods_is_read_and_its_repeated_cells_and_rows_count(tmp_path):
    rows = (
        ods_row(EMPTY.format(3), repeated=2)
        + ods_row(EMPTY.format(1), TEXT.format("UPRN"), TEXT.format("Date"))
        + ods_row(EMPTY.format(1), NUMBER.format("100012345678"), DATE.format("2024-01-02"), repeated=2)
        + ods_row(EMPTY.format(16384), repeated=1_000_000)
    )
    file = write_ods(tmp_path / "d.ods", {"Cover": ods_row(TEXT.format("see")), "Data": rows})
    found = open_rows(file, detect(file))
    assert (found.sheet, found.total_lines) == ("Data", 5)
    assert list(found.rows) == [
        (1, ["", "", ""]),
        (2, ["", "", ""]),
        (3, ["", "UPRN", "Date"]),
        (4, ["", "100012345678", "2024-01-02"]),
        (5, ["", "100012345678", "2024-01-02"]),
    ]


def test_an_ods_that_repeats_itself_without_measure_is_refused(tmp_path):
    cell = NUMBER.format("1").replace(
        "table:table-cell ", 'table:table-cell table:number-columns-repeated="16384" ', 1
    )
    file = write_ods(tmp_path / "d.ods", {"Data": ods_row(cell, repeated=1_000_000)})
    with pytest.raises(Refused, match=r"d\.ods spans 16,384,000,000 cells"):
        open_rows(file, "ods")


def test_a_protected_workbook_is_refused_as_one(tmp_path):
    file = tmp_path / "d.xlsx"
    file.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000) + "EncryptedPackage".encode("utf-16-le")
    )
    with pytest.raises(Refused, match=r"d\.xlsx is protected by a password"):
        open_rows(file, detect(file))


ENTITY = b'?><!DOCTYPE x [<!ENTITY a "b">]>'


def test_entities_in_an_ods_are_refused(tmp_path):
    file = write_ods(tmp_path / "d.ods", {"Data": ods_row(TEXT.format("a"))})
    rewrite(file, "content.xml", lambda content: content.replace(b"?>", ENTITY, 1))
    with pytest.raises(Refused, match=r"d\.ods can't be read as a workbook"):
        open_rows(file, "ods")


def test_a_workbook_that_is_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    file = tmp_path / "d.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as member:
            for _ in range(120):
                member.write(bytes(1 << 20))
    with pytest.raises(Refused, match="archive bomb"):
        open_rows(file, "xlsx")


def test_a_sheet_that_does_not_say_where_its_cells_stand_is_read(tmp_path):
    file = book(tmp_path / "d.xlsx", Data=[["a", "b"], [1, 2]])
    rewrite(file, "xl/worksheets/sheet1.xml", lambda content: re.sub(rb' r="\w+"', b"", content))
    assert list(open_rows(file, "xlsx").rows) == [(1, ["a", "b"]), (2, ["1", "2"])]


def test_a_broken_workbook_is_refused_in_one_sentence(tmp_path):
    file = book(tmp_path / "d.xlsx", Data=[["a"]])
    rewrite(file, "xl/worksheets/sheet1.xml", lambda content: content[:300])
    with pytest.raises(Refused, match=r"d\.xlsx"):
        list(open_rows(file, "xlsx").rows)
    (tmp_path / "d.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    with pytest.raises(Refused, match=r"d\.xls can't be read as a workbook"):
        open_rows(tmp_path / "d.xls", "xls")
