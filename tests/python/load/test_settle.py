"""Totals, footers, headers again: which records under a header are none, and which only look like it."""

from __future__ import annotations

import io

import openpyxl
import pytest

H = "Supplier,Amount,Date,Department\n"
ROWS = "Acme,10.50,01/03/2024,Parks\nBeta,20.25,02/03/2024,Housing\n"
ROADS = pytest.mark.parametrize("fast_from", [0, 1 << 60], ids=["fast", "careful"])


def counted(land, text: str, **limits):
    outcome = land(text.encode(), **limits)
    receipt = land.receipt(outcome)
    return (
        receipt["landed_rows"],
        receipt["rejected_rows"],
        receipt["blank_records"],
        receipt["total_records"],
    )


@ROADS
@pytest.mark.parametrize(
    "total",
    [
        "Total,30.75,,",
        "Totals,1000.00,,",
        "TOTAL PAYMENTS,1000.00,,",
        'Grand Total:,"1,000.00",,',
        ",1000.00,,Total",
        "Total for March 2024,1000.00,,",
        "Total: 1000.00",
        "Total,£1000.00 CR,,",
        ",30.75,,",
        "Sub Total,1000.00,,",
        "Net Total,1000,,",
        "Report Total,1000,,",
        "total\u00a0:,1000,,",
    ],
)
def test_a_total_is_known_by_its_words_or_by_its_sum(land, total, fast_from):
    outcome = land((H + ROWS + total + "\n").encode(), fast_from=fast_from)
    receipt = land.receipt(outcome)
    assert (receipt["landed_rows"], receipt["rejected_rows"], receipt["total_records"]) == (2, 0, 1)
    (control,) = receipt["control_totals"]
    assert (control["line"], control["value"].strip("£ CR").replace(",", "")[:2]) in ((4, "10"), (4, "30"))


@ROADS
@pytest.mark.parametrize(
    "payment",
    [
        "Total,125.00,31/03/2024,",
        "TOTAL,250.00,,Fuel",
        "Total Gas & Power,250.00,,",
        "Gesamt,1000,,",
        ",1000.00,,",
        "Source: Oracle,5.00,,",
    ],
)
def test_what_only_looks_like_a_total_lands_also_as_the_last_record(land, payment, fast_from):
    assert counted(land, H + ROWS + payment + "\n", fast_from=fast_from) == (3, 0, 0, 0)


@ROADS
def test_a_supplier_called_total_lands_among_the_others(land, fast_from):
    rows = "Acme,1.00,01/03/2024\nTotal,125.00,31/03/2024\nTOTAL,250.00,31/03/2024\nBeta,2.00,01/03/2024\n"
    assert counted(land, "Supplier,Amount,Date\n" + rows, fast_from=fast_from) == (4, 0, 0, 0)


@ROADS
def test_totals_that_close_a_file_of_two_columns_are_all_totals(land, fast_from):
    text = "Supplier,Amount\nAcme,1.00\nBeta,2.00\nTotal,3.00\n,\nGrand total,3.00\nPage 1 of 1,\n"
    assert counted(land, text, fast_from=fast_from) == (2, 0, 2, 2)


def test_a_number_alone_is_the_total_of_a_sheet_when_it_is_the_sum(land):
    for last, landed in ((30.75, 2), (30.76, 3)):
        book = openpyxl.Workbook()
        for row in (["Supplier", "Amount", "Date"], ["Acme", 10.5, "x"], ["Beta", 20.25, "x"], [None, last]):
            book.active.append(row)
        buffer = io.BytesIO()
        book.save(buffer)
        assert land(buffer.getvalue(), "2024-03-31.xlsx").landed == landed


@ROADS
def test_a_header_that_comes_again_is_skipped_and_noted(land, fast_from):
    outcome = land((H + ROWS + H + ROWS).encode(), fast_from=fast_from)
    receipt = land.receipt(outcome)
    assert (receipt["landed_rows"], receipt["rejected_rows"], receipt["blank_records"]) == (4, 0, 1)
    assert receipt["notes"] == ["Skipped records that repeat the header (line 4)."]


@ROADS
@pytest.mark.parametrize(
    "row", ["1,2,3,4", "text,£,dd/mm/yyyy,text", "Mandatory,Mandatory,Optional,Optional", "(1),(2),(3),(4)"]
)
def test_a_row_about_the_columns_is_skipped_directly_below_the_header_only(land, row, fast_from):
    assert counted(land, H + row + "\n" + ROWS, fast_from=fast_from) == (2, 0, 1, 0)
    assert counted(land, H + ROWS + row + "\n", fast_from=fast_from) == (3, 0, 0, 0)


@ROADS
def test_footers_are_skipped_noted_and_not_held_against_the_table(land, fast_from):
    footers = "Source: council\nReport generated on 1/1/2024\nPage 1 of 1\nContact us\n"
    outcome = land((H + "Acme,10.50,01/03/2024,Parks\n" + footers).encode(), fast_from=fast_from)
    receipt = land.receipt(outcome)
    assert (receipt["landed_rows"], receipt["rejected_rows"], receipt["blank_records"]) == (1, 0, 4)
    assert receipt["notes"][0].startswith("Skipped 4 footers from line 3 on: Source: council; Report")


@ROADS
def test_a_footer_is_known_in_a_rectangle_too_and_not_above_a_record(land, fast_from):
    assert counted(land, H + ROWS + "© Crown copyright,,,\n", fast_from=fast_from) == (2, 0, 1, 0)
    assert counted(land, H + "© Crown copyright,,,\n" + ROWS, fast_from=fast_from) == (3, 0, 0, 0)


def test_in_two_columns_a_supplier_without_an_amount_is_no_footer(land):
    assert counted(land, "Supplier,Amount\nAcme,1.00\nContact,\n") == (2, 0, 0, 0)


def test_a_first_table_of_fewer_columns_keeps_its_records(land):
    first = "Supplier,Amount,Date\n" + "".join(f"Acme {n},{n}.0,01/03/2024\n" for n in range(20))
    outcome = land((first + "\n" + H + ROWS).encode())
    receipt = land.receipt(outcome)
    assert (receipt["header_line"], receipt["landed_rows"], receipt["rejected_rows"]) == (1, 20, 3)
    assert "second header stands on line 23" in receipt["notes"][0]


def test_a_summary_above_the_table_is_not_the_table(land):
    receipt = land.receipt(land(("Department,Amount\nParks,30.75\nHousing,1.00\n\n" + H + ROWS).encode()))
    assert (receipt["header_line"], receipt["landed_rows"]) == (5, 2)


@ROADS
@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xc3\xaf\xc2\xbb\xc2\xbf"])
def test_a_mark_before_a_quoted_first_name_with_a_comma_is_cut_off(land, mark, fast_from):
    text = '"Date, paid","Supplier","Amount"\r\n"01/03/2024","Acme","1.00"\r\n'
    outcome = land(mark + text.encode(), fast_from=fast_from)
    receipt = land.receipt(outcome)
    assert [column["name"] for column in receipt["header"]] == ["Date, paid", "Supplier", "Amount"]
    assert land.cells(outcome) == [["01/03/2024", "Acme", "1.00"]]
    assert "byte-order mark" in receipt["notes"][0]


def test_samples_do_not_grow_with_the_records():
    from citymart.csv_rows import Record, held

    records = (Record(line, ["x" * (1 << 20)]) for line in range(100))
    assert len(held(records, 100)) == 8
    assert len(held((Record(line, [""] * 5_000) for line in range(1_000)), 1_000)) < 300
