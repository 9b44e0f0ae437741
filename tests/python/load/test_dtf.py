"""A file in the Data Transfer Format of BS 7666: one file, a table a record type, whole or not at all."""

from __future__ import annotations

import gzip
import io
import random
import zipfile

import pytest
from citymart.containers import members
from citymart.formats.dtf import is_dtf, record_types
from citymart.load import FAILED, LANDED, REFUSED
from citymart.suggest import read_tables

HEADER = '10,"Anywhere Council",5990,2026-09-01,9,2026-09-01,101010,7.3,"F"'
STREET = '15,"I",1,20400001,"Church Lane","","London","Anywhere","ENG"'


def blpu(order: int, uprn: int) -> str:
    return (
        f'21,"I",{order},{uprn},1,2,2010-01-01,"RD06",,530000.00,180000.00,2,5990,2010-01-01,,'
        '2020-02-02,2010-01-01,"","E05000123","",5990,,""'
    )


def trailer(records: int) -> str:
    return f"99,0,{records},2026-09-01,101010"


def dtf(*records: str, count: int | None = None) -> bytes:
    lines = [HEADER, *records, trailer(len(records) if count is None else count)]
    return ("\r\n".join(lines) + "\r\n").encode()


def by_member(outcomes):
    return {outcome.member: outcome for outcome in outcomes}


def test_each_record_type_lands_as_a_table_of_its_own_with_the_lines_of_the_file(land):
    found = by_member(land.all(dtf(blpu(1, 11), STREET, blpu(3, 12)), "2026-09-01.csv"))
    assert {name: outcome.landed for name, outcome in found.items()} == {"10": 1, "21": 2, "15": 1}
    receipt = land.receipt(found["21"])
    assert [column["name"] for column in receipt["header"]] == record_types()["21"]
    assert (receipt["format"], receipt["source_member"], receipt["total_lines"]) == ("dtf", "21", 5)
    assert land.lines(found["21"]) == [2, 4]
    assert [cells[3] for cells in land.cells(found["21"])] == ["11", "12"]
    assert land.cells(found["15"])[0][4:6] == ["Church Lane", ""]


@pytest.mark.parametrize("mixed", [False, True], ids=["in blocks", "mixed"])
def test_a_large_file_lands_the_same_on_the_quick_road(land, mixed):
    lpis = [f'32,"U",{at},{at},"5990C{at}","RD06","a, b",1.0,2010-01-01,,,2010-01-01' for at in range(4000)]
    records = [*(blpu(at, at) for at in range(4000)), *lpis]
    if mixed:
        random.Random(7).shuffle(records)
    content = dtf(*records)
    quick = by_member(land.all(content, "quick.csv", fast_from=0))
    quick = {name: (land.cells(each), land.lines(each)) for name, each in quick.items()}
    for path in land.place.glob("*.*"):
        path.unlink()
    careful = by_member(land.all(content, "careful.csv"))
    assert {name: (land.cells(each), land.lines(each)) for name, each in careful.items()} == quick
    lines = content.decode().split("\r\n")
    assert all(
        lines[line - 1].startswith(",".join(cells[:1]))
        and f",{cells[3]}," in lines[line - 1].replace('"', "")
        for cells, line in zip(*quick["32"], strict=True)
    )


def test_a_file_that_was_cut_off_is_refused_whole(land):
    cut = dtf(blpu(1, 11), blpu(2, 12)).split(b"99,")[0]
    (outcome,) = land.all(cut, "2026-09-01.csv")
    assert outcome.status == REFUSED
    assert "trailer (99)" in outcome.message and "line 3" in outcome.message
    assert not list(land.place.glob("*.parquet"))
    assert land.receipt(outcome)["outcome"] == "refused"


def test_a_trailer_that_counts_other_records_refuses_the_file(land):
    (outcome,) = land.all(dtf(blpu(1, 11), count=2), "2026-09-01.csv")
    assert outcome.status == REFUSED
    assert "counts 2 records and there are 1" in outcome.message


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (dtf(blpu(1, 11)).split(b"\r\n", 1)[1], "its beginning is missing"),
        (dtf(blpu(1, 11)) + dtf(blpu(1, 12)), "more follows on line 4"),
        (dtf(blpu(1, 11), HEADER), "second header"),
        (dtf(blpu(1, 11)).replace(b"99,0,1,", b"99,0,,"), "counts no records"),
    ],
    ids=["no header", "two files in one", "two headers", "no count"],
)
def test_a_file_that_is_not_one_whole_supply_is_refused(land, content, told):
    (outcome,) = land.all(content, "2026-09-01.csv")
    assert outcome.status == REFUSED
    assert told in outcome.message


def test_a_record_with_a_field_too_few_is_rejected_with_its_line_and_text(land):
    broken = blpu(2, 12).replace(',""', "", 1)
    found = by_member(land.all(dtf(blpu(1, 11), broken, blpu(3, 13)), "2026-09-01.csv"))
    assert (found["21"].landed, found["21"].rejected) == (2, 1)
    assert land.rejects(found["21"]) == [(3, "too_few_cells", land.rejects(found["21"])[0][2])]
    assert "12" in land.rejects(found["21"])[0][2]
    assert land.lines(found["21"]) == [2, 4]


def test_lines_of_no_known_type_are_rejected_with_the_header(land):
    found = by_member(land.all(dtf(blpu(1, 11), '77,"I",2,1', blpu(3, 12)), "2026-09-01.csv"))
    assert land.rejects(found["10"]) == [(3, "record_type_unknown", '77,"I",2,1')]
    assert found["21"].landed == 2


def test_a_text_in_quotes_may_go_over_lines(land):
    broken = STREET.replace("Church Lane", "Church\r\nLane")
    found = by_member(land.all(dtf(blpu(1, 11), broken, STREET, count=3), "2026-09-01.csv", fast_from=0))
    assert (found["15"].landed, found["15"].rejected, found["10"].rejected) == (2, 0, 0)
    assert [cells[4].split() for cells in land.cells(found["15"])] == [["Church", "Lane"]] * 2
    assert land.lines(found["15"]) == [3, 5]


def test_a_line_break_or_quote_out_of_place_costs_its_record_alone(land):
    unquoted = STREET.replace('"Church Lane"', "Church\r\nLane")
    unclosed = STREET.replace('"Church Lane"', '"Church Lane')
    content = dtf(blpu(1, 11), unquoted, unclosed, STREET, blpu(5, 12), count=5)
    found = by_member(land.all(content, "2026-09-01.csv"))
    assert (found["15"].landed, found["15"].rejected, found["10"].rejected) == (1, 2, 1)
    assert [line for line, _, _ in land.rejects(found["15"])] == [3, 5]
    assert land.rejects(found["10"])[0][0] == 4
    assert (land.lines(found["15"]), found["21"].landed) == ([6], 2)


def test_every_record_is_landed_or_rejected(land):
    outcomes = land.all(dtf(blpu(1, 1), STREET + ",", "77,1", blpu(4, 2), STREET), "2026-09-01.csv")
    receipts = [land.receipt(outcome) for outcome in outcomes]
    assert all(r["source_records"] == r["landed_rows"] + r["rejected_rows"] for r in receipts)
    assert sum(r["source_records"] for r in receipts) == 1 + 5


def test_a_table_of_which_no_record_can_be_read_is_refused_and_the_others_land(land):
    found = by_member(land.all(dtf(blpu(1, 11), '32,"I",2,11'), "2026-09-01.csv"))
    assert (found["21"].status, found["32"].status) == (LANDED, REFUSED)


def test_a_table_that_is_the_same_next_month_is_an_extract_of_its_own(land):
    first = by_member(land.all(dtf(STREET, blpu(2, 11)), "2026-09-01.csv", as_of="2026-09-01"))
    second = by_member(land.all(dtf(STREET, blpu(2, 12)), "2026-10-01.csv", as_of="2026-10-01"))
    assert first["15"].extract_id != second["15"].extract_id
    again = by_member(land.all(dtf(STREET, blpu(2, 12)), "again.csv", as_of="2026-10-01"))
    assert {each.status for each in again.values()} == {"already landed"}


def test_a_zipped_or_oddly_encoded_file_is_known_by_its_content(land):
    content = dtf(STREET.replace("Church", "Café"), blpu(2, 11))
    assert {o.member for o in land.all(gzip.compress(content), "2026-09-01.csv.gz")} == {
        f"2026-09-01.csv/{kind}" for kind in ("10", "15", "21")
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("full.csv", content.decode().encode("utf-16"))
        archive.writestr("cut.csv", content[:-40])
    outcomes = by_member(land.all(packed.getvalue(), "2026-09-01.zip"))
    assert outcomes["full.csv/15"].landed == 1
    assert land.cells(outcomes["full.csv/15"])[0][4] == "Café Lane"
    assert outcomes["cut.csv"].status in (REFUSED, FAILED)


@pytest.mark.parametrize(
    "content",
    [b"10,20,30\n1,2,3\n", b"Supplier,Amount\nA,1\n", b"21 Jump Street,1\n", b"10,a,b,c,d,e,f,g,h\n"],
)
def test_other_files_that_begin_with_numbers_are_none(tmp_path, content):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    assert not is_dtf(path)
    assert [member.table for member in members(path, tmp_path)] == [None]


def test_suggestions_are_made_for_each_table(tmp_path):
    path = tmp_path / "2026-09-01.csv"
    path.write_bytes(dtf(STREET, blpu(2, 11)))
    tables = {table.member: table for table in read_tables(path, lambda _: False)}
    assert tables["21"].header[3] == "UPRN"
    assert tables["21"].values(3) == ["11"]
