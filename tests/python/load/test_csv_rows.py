"""Records and their lines out of delimited text, by both roads."""

from __future__ import annotations

import csv
import io

import pytest
from citymart import load as loader
from citymart.csv_rows import Dialect, read_records
from citymart.text import read_text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HEADER = b"Supplier Name,Amount,Department\n"
ALWAYS_FAST, NEVER_FAST = {"fast_from": 0}, {"fast_from": 1 << 60}


def records(tmp_path, content: bytes, width: int = 3, quote: str | None = '"', **options):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    text = read_text(path, tmp_path / "scratch")
    found = read_records(text, Dialect(",", quote), width={width}.__contains__, **options)
    return [(r.line, r.cells if r.reason is None else r.reason) for r in found]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        (b"a,b,c", ["a", "b", "c"]),
        (b",,", ["", "", ""]),
        (b'"a, b",,c', ["a, b", "", "c"]),
        (b'"say ""hi""",b,c', ['say "hi"', "b", "c"]),
        (b'a 5" pipe,b,c', ['a 5" pipe', "b", "c"]),
        (b'"The "Old" Mill",b,c', ['The "Old" Mill', "b", "c"]),
        (b'"12" High Street,b,c', ['"12" High Street', "b", "c"]),
        (b'a, "b, b" ,c', ["a", "b, b", "c"]),
        (b'"a",b,"c', "unclosed_quote"),
        (b'a\rb,"c\rd",e', ["a\rb", "c\rd", "e"]),
        (b"a\x01,\x1fb,c", ["a\x01", "\x1fb", "c"]),
        (b" a , b ,c ", [" a ", " b ", "c "]),
        (b"a\\n,b\\,c", ["a\\n", "b\\", "c"]),
    ],
)
def test_a_line_is_cut_as_its_sender_meant_it(tmp_path, line, cells):
    assert records(tmp_path, b"x,y,z\n" + line + b"\nx,y,z\n")[1] == (2, cells)


def test_a_record_over_several_lines_has_the_line_on_which_it_starts(tmp_path):
    found = records(tmp_path, b'a,"b\nb\n\nb",c\nd,e,f\n')
    assert found == [(1, ["a", "b\nb\n\nb", "c"]), (5, ["d", "e", "f"])]


def test_line_ends_of_every_system_are_line_ends(tmp_path):
    for end in (b"\n", b"\r\n", b"\r"):
        found = records(tmp_path, end.join([b"a,b,c", b'd,"e' + end + b'e",f', b"g,h,i"]))
        assert [line for line, _ in found] == [1, 2, 4], end
        assert found[1][1][1] == f"e{end.decode()}e"


def test_without_quoting_a_quote_is_a_letter(tmp_path):
    assert records(tmp_path, b'"a,b,c\n', quote=None) == [(1, ['"a', "b", "c"])]


def test_five_hundred_unclosed_quotes_cost_five_hundred_records(tmp_path):
    lines = [b'a,"b,%d' % n if n % 10 == 0 else b"a,b,%d" % n for n in range(5_000)]
    found = records(tmp_path, b"\n".join(lines) + b"\n")
    assert len(found) == 5_000
    assert sum(1 for _, cells in found if cells == "unclosed_quote") == 500


cell = st.text(st.sampled_from('ab£é,"\n\r |;\t'), max_size=6)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(cell, min_size=3, max_size=3), min_size=1, max_size=8),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_csv_writes_is_read_back(tmp_path, rows, end):
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    found = records(tmp_path, buffer.getvalue().encode())
    assert [cells for _, cells in found] == rows


TRICKY = {
    "plain": b"Acme,1.00,Parks\nBeta,2.00,\n",
    "quoted": b'"Acme, Ltd",1.00,"Parks ""A"""\n"","2.00",""\nX,3,Y\n',
    "over lines": b'Acme,1.00,"Parks\nand\n\nHousing"\nBeta,2.00,Parks\n"A\nB",3.00,Parks\n',
    "CRLF": b'Acme,1.00,"Parks\r\nHousing"\r\nBeta,2.00,Parks\r\n',
    "a total and blanks at the end": b"Acme,1.00,Parks\nBeta,2.00,\n,,\nTotal:,3.00,\n\n,,\n",
    "blanks in the middle": b"Acme,1.00,Parks\n\n,,\n - ,,\nBeta,2.00,Parks\n",
    "totals in the middle": b"Acme,1.00,Parks\nSub-total,1.00,\nTotal Gas,9.00,Fuel\ntotal,1.00,GBP\n",
    "letters beyond ASCII first": "Éclair,1.00,Ü\nΔ,2.00,\n½,,\n".encode(),
    "ragged": b"Acme,1.00,Parks\nBeta,2.00\nGamma,3.00,Parks,,\nDelta,4.00,Parks,x\n",
    "an unclosed quote": b'Acme,1.00,Parks\n"Beta,2.00,Parks\nGamma,3.00,Parks\n',
    "blanks beside quotes": b'Acme, "1.00",Parks\nBeta,"2.00" ,Parks\n',
    "a zero byte": b"Acme,1.00,Parks\nBe\0ta,2.00,Parks\n",
    "a bare return": b"Acme,1.00,Parks\nBe\rta,2.00,Parks\n",
    "no last line end": b"Acme,1.00,Parks\nBeta,2.00,Parks",
    "words that DuckDB takes for null": b"NULL,1.00,null\nNA,2.00,\\N\n",
}


@pytest.mark.parametrize("body", TRICKY.values(), ids=TRICKY)
def test_both_roads_land_the_same(land, body):
    slow = land(HEADER + body, **NEVER_FAST)
    careful = (land.cells(slow), land.lines(slow), land.rejects(slow), _counts(land.receipt(slow)))
    (land.place / f"{slow.extract_id}.json").unlink()
    fast = land(HEADER + body, **ALWAYS_FAST)
    assert (land.cells(fast), land.lines(fast), land.rejects(fast), _counts(land.receipt(fast))) == careful


def _counts(receipt):
    vary = {"landed_at", "landing_bytes", "landing_sha256"}
    return {key: value for key, value in receipt.items() if key not in vary}


@pytest.mark.parametrize("body", ["plain", "quoted", "over lines", "CRLF", "a total and blanks at the end"])
def test_well_formed_files_take_the_fast_road(land, monkeypatch, body):
    monkeypatch.setattr(loader, "SAMPLE", 1)
    taken = []
    copy_fast = loader.copy_fast
    monkeypatch.setattr(loader, "copy_fast", lambda *a, **k: taken.append(copy_fast(*a, **k)) or taken[-1])
    header = HEADER.replace(b"\n", b"\r\n") if body == "CRLF" else HEADER
    land(header + TRICKY[body], **ALWAYS_FAST)
    assert taken[0] is not None


def test_a_header_over_lines_below_a_preamble_does_not_bar_the_fast_road(land, monkeypatch):
    taken = []
    copy_fast = loader.copy_fast
    monkeypatch.setattr(loader, "copy_fast", lambda *a, **k: taken.append(copy_fast(*a, **k)) or taken[-1])
    outcome = land(b'Report\n\n"Supplier\nName",Amount\nAcme,1.00\nBeta,2.00\n', **ALWAYS_FAST)
    assert taken[0] is not None
    assert (land.cells(outcome)[0], land.lines(outcome)) == (["Acme", "1.00"], [5, 6])


def test_trouble_after_the_sample_is_found_on_the_fast_road_too(land, monkeypatch):
    monkeypatch.setattr(loader, "SAMPLE", 2)
    good = b"".join(b"Supplier %d,1.00,Parks\n" % n for n in range(5_000))
    for trouble in (
        b"Acme,1.00\n",
        b'"Acme,1.00,Parks\n',
        b"\n",
        b",,\n",
        b'A,1.00,"x\ny"\n',
        b"Total,1.00,\n",
    ):
        outcome = land(HEADER + good + trouble + good, **ALWAYS_FAST)
        receipt = land.receipt(outcome)
        seen = (
            receipt["landed_rows"]
            + receipt["rejected_rows"]
            + receipt["blank_records"]
            + receipt["total_records"]
        )
        assert seen == 10_001, trouble
        assert land.lines(outcome)[-1] == receipt["total_lines"], trouble
