"""Which record is the header, and which records under it say something."""

from __future__ import annotations

from datetime import date

import pytest
from citymart.deliveries import Delivery
from citymart.headers import NoHeader, find_header, normalise
from citymart.home import Home
from citymart.layouts import Seeds
from citymart.load import load_files

KNOWN = {"suppliername", "amount", "date"}


def find(*rows, **options):
    return find_header(
        [(line, row) for line, row in enumerate(rows, 1)],
        lambda name: normalise(name) in KNOWN,
        lambda name: normalise(name) == "amount",
        **options,
    )


def test_names_are_the_same_whatever_their_case_marks_and_signs():
    assert normalise("\ufeffSupplier  Name ") == normalise("ï»¿supplier_name") == "suppliername"


def test_the_header_is_the_row_with_the_most_known_names():
    match = find(
        ["Payments over 500"], ["Amount", "Date"], ["Supplier Name", "Amount", "Date"], ["A", "1", "2"]
    )
    assert (match.line, match.known) == (3, 3)


def test_a_row_that_names_no_required_column_is_no_header():
    with pytest.raises(NoHeader):
        find(["Supplier Name", "Date"], ["A", "1"])


def test_what_came_nearest_is_told_best_first():
    with pytest.raises(NoHeader) as refused:
        find(["a"], ["Amount", "x"], ["b"], ["c"])
    assert [candidate.line for candidate in refused.value.candidates] == [2, 1, 3]
    assert "line 2" in str(refused.value)


def test_no_more_records_are_looked_at_than_told():
    endless = ((line, ["x"]) for line in range(10**9))
    with pytest.raises(NoHeader):
        find_header(endless, lambda _: False, within=5)


@pytest.mark.parametrize("delimiter", [",", "\t", "|", ";"])
def test_the_delimiter_is_found_by_looking(land, delimiter):
    content = "Supplier Name,Amount,Department\nAcme; Sons | Co,1.00,Parks\n".replace(",", delimiter)
    if delimiter in ";|":
        content = content.replace("Acme; Sons | Co", '"Acme; Sons | Co"')
    outcome = land(content.encode())
    assert land.receipt(outcome)["delimiter"] == delimiter
    assert land.cells(outcome) == [["Acme; Sons | Co", "1.00", "Parks"]]


def test_apostrophes_as_quotes_are_found_by_looking(land):
    outcome = land(b"'Supplier Name','Amount'\n'Acme, Sons','1.00'\n'Beta, Sons','2.00'\n")
    assert land.cells(outcome)[0] == ["Acme, Sons", "1.00"]


def test_a_header_over_two_lines_inside_quotes_is_one_header(land):
    outcome = land(b'Report\n\n"Supplier\nName",Amount\nAcme,1.00\n')
    receipt = land.receipt(outcome)
    assert receipt["header_line"] == 3
    assert receipt["header"][0] == {"position": 1, "name": "Supplier\nName"}
    assert (receipt["preamble_lines"], receipt["first_record_line"]) == (2, 5)
    assert "Report" in receipt["notes"][0]


def test_a_total_is_skipped_and_kept_as_what_the_file_says_of_itself(land):
    outcome = land(b"Supplier Name,Department,Amount\nAcme,Parks,10.00\n,,\nGrand Total:,,10.00\n,,\n")
    receipt = land.receipt(outcome)
    assert (receipt["landed_rows"], receipt["blank_records"], receipt["total_records"]) == (1, 2, 1)
    assert receipt["control_totals"] == [
        {"line": 4, "label": "Grand Total:", "position": 3, "value": "10.00"}
    ]


def test_in_two_columns_total_may_be_a_supplier(land):
    outcome = land(b"Supplier Name,Amount\nAcme,1.00\nTotal,2.00\nZeta,3.00\n,\nTotal,6.00\n\n")
    receipt = land.receipt(outcome)
    assert land.cells(outcome) == [["Acme", "1.00"], ["Total", "2.00"], ["Zeta", "3.00"]]
    assert [total["line"] for total in receipt["control_totals"]] == [6]


def test_a_supplier_called_total_lands_where_other_words_follow(land):
    assert land(b"Supplier Name,Department,Amount\nTotal,Fuel,10.00\n").landed == 1


def test_surplus_cells_land_only_when_they_are_empty(land):
    outcome = land(b"Supplier Name,Amount\nAcme,1.00,,\nBeta,2.00,x\nGamma,3.00\n")
    assert land.cells(outcome) == [["Acme", "1.00", "", ""], ["Gamma", "3.00"]]
    assert land.rejects(outcome) == [(3, "too_many_cells", "Beta,2.00,x")]
    assert land.lines(outcome) == [2, 4]


def test_cells_that_a_spreadsheet_dropped_under_unnamed_columns_are_not_missed(land):
    outcome = land(b"Supplier Name,Amount,,\nAcme,1.00,,\nBeta,2.00\nGamma\n")
    assert (outcome.landed, outcome.rejected) == (2, 1)


def test_a_declared_repair_lands_as_it_was_sent(tmp_path, project, land):
    import shutil
    from dataclasses import replace

    from citymart.load import load_files

    seeds = tmp_path / "seeds"
    shutil.copytree(project / "seeds", seeds)
    with (seeds / "layouts" / "repairs.csv").open("a") as file:
        file.write(
            r"camden,spending,run_together,2,^([^|]*)\|([A-Z]+)([\d.]+)$,\1|\2|\3,Two columns touch" + "\n"
        )
    path = land.folder / "2024-03-31.csv"
    path.write_bytes(b"Supplier Name,Department,Amount\nAcme,Parks,1.00\nBeta,PARKS2.00\nGamma,3.00\n")
    outcome = load_files([replace(land.delivery(path))], land.home, seeds=Seeds(seeds)).outcomes[0]
    assert land.cells(outcome) == [["Acme", "Parks", "1.00"], ["Beta", "PARKS2.00"]]
    assert [line for line, *_ in land.rejects(outcome)] == [4]


@pytest.mark.parametrize(
    ("setting", "value", "content"),
    [
        ("delimiter", "^", b"Supplier Name^Amount\nAcme^1.00\n"),
        ("encoding", "cp437", b"Supplier Name,Amount\nAcme,1.00\n"),
        ("quote", "none", b"Supplier Name,Amount\nAcme,1.00\n"),
        ("header", "2", b"x,y\nWho,How much\nAcme,1.00\n"),
        ("header", "none", b"Acme,1.00\n"),
    ],
)
def test_a_declared_setting_is_taken_at_its_word(tmp_path, project, land, setting, value, content):
    import shutil

    from citymart.load import load_files

    seeds = tmp_path / "seeds"
    shutil.copytree(project / "seeds", seeds)
    with (seeds / "layouts" / "readers.csv").open("a") as file:
        file.write(f"camden,spending,{setting},{value},\n")
    if setting == "header":
        with (seeds / "layouts" / "layout_spending.csv").open("a") as file:
            file.write("camden,#1,supplier_name,,\n")
    path = land.folder / "2024-03-31.csv"
    path.write_bytes(content)
    outcome = load_files([land.delivery(path)], land.home, seeds=Seeds(seeds)).outcomes[0]
    assert outcome.status == "landed", outcome.message
    assert land.cells(outcome) == [["Acme", "1.00"]]


def test_a_landed_file_with_unknown_and_missing_columns_gives_hints(land):
    outcome = land(b"Supplier Name,Department,Shoe Size\nAcme,Parks,9\n")
    assert any("net_amount" in hint for hint in outcome.hints)
    assert any("Shoe Size" in hint for hint in outcome.hints)


def _with_seeds(tmp_path, project, land, content: bytes, **rows: str):
    import shutil

    from citymart.load import load_files

    seeds = tmp_path / "seeds"
    shutil.copytree(project / "seeds", seeds)
    for name, row in rows.items():
        with (seeds / "layouts" / f"{name}.csv").open("a") as file:
            file.write(row + "\n")
    path = land.folder / "2024-03-31.csv"
    path.write_bytes(content)
    return load_files([land.delivery(path)], land.home, seeds=Seeds(seeds)).outcomes[0]


def test_under_a_declared_header_line_the_delimiter_is_still_found_by_looking(tmp_path, project, land):
    content = b"x;y\nSupplier Name;Amount\nAcme;1,00\n"
    outcome = _with_seeds(tmp_path, project, land, content, readers="camden,spending,header,2,")
    assert land.receipt(outcome)["delimiter"] == ";"
    assert land.cells(outcome) == [["Acme", "1,00"]]


def test_a_declared_header_that_feeds_no_required_field_is_refused(tmp_path, project, land):
    content = b"Supplier Name,Amount\nWho,How much\nAcme,1.00\n"
    outcome = _with_seeds(tmp_path, project, land, content, readers="camden,spending,header,2,")
    assert outcome.status == "refused"
    assert "supplier_name, net_amount" in outcome.message and "readers.csv" in outcome.message


@pytest.mark.parametrize(("name", "status"), [("area_code", "landed"), ("period", "refused")])
def test_one_column_is_a_table_when_it_is_the_required_one_in_every_format(land, name, status):
    import io
    from dataclasses import replace

    import openpyxl

    book = openpyxl.Workbook()
    book.active.append([name])
    book.active.append(["E01000001"])
    buffer = io.BytesIO()
    book.save(buffer)
    for file, content in (("2024.csv", f"{name}\nE01000001\n".encode()), ("2024.xlsx", buffer.getvalue())):
        path = land.folder / file
        path.write_bytes(content)
        delivery = replace(land.delivery(path), provider="gla", subject="area_indicators")
        assert land.load(delivery)[0].status == status, file


def sale_file(tmp_path, content: bytes):
    file = tmp_path / "2026-09-30.csv"
    file.write_bytes(content)
    delivery = Delivery(file, "hmlr", "property_sales", date(2026, 9, 30))
    return load_files([delivery], Home.at(tmp_path / "home")).outcomes[0]


SALE = (
    b'"{AB-1}","525000","2026-08-14 00:00","SW2 3DH","F","N","L","12","FLAT 1","HIGH ROAD","","LONDON",'
    b'"LAMBETH","GREATER LONDON","A","A"\n'
)
NAMES = (
    b"Transaction unique identifier,Price,Date of Transfer,Postcode,Property Type,Old/New,Duration,PAON,SAON,"
    b"Street,Locality,Town/City,District,County,PPD Category Type,Record Status\n"
)


@pytest.mark.parametrize("header", [b"", NAMES])
def test_where_a_header_is_optional_the_file_may_have_one_or_none(tmp_path, header):
    outcome = sale_file(tmp_path, header + SALE * 3)
    assert (outcome.good, outcome.landed, outcome.rejected) == (True, 3, 0), outcome.message


def test_a_file_with_another_header_is_not_taken_for_one_without(tmp_path):
    outcome = sale_file(tmp_path, b"Supplier,Sum\nAcorn,1.00\nOak,2.00\n")
    assert not outcome.good
    assert "header" in outcome.message


def test_a_shared_position_speaks_only_for_columns_without_a_name():
    layout = Seeds().layout("hmlr", "property_sales")
    assert layout.feeds(8, "") == "paon"
    assert layout.feeds(8, "saon") == "saon"
    assert layout.feeds(16, "linked_data_uri") == "-"
    assert layout.feeds(16, "who knows") is None


def test_a_refused_file_shows_the_likeliest_header_first_where_no_name_is_known(land):
    outcome = land(
        b"Report of the housing team\nFor April,,\n\nWhose,How much,Since when\nAcme,1.00,01/04/2026\n"
    )
    assert outcome.status == "refused"
    assert "the nearest are line 4: 'Whose | How much | Since when'" in outcome.message
