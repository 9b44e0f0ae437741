"""Every kind of bad file gets one clear line, and costs nothing that had landed before."""

from __future__ import annotations

import gzip
import io
import os
import zipfile

import openpyxl
import pytest
from citymart import load as loader

HEADER = b"Supplier Name,Amount,Department\n"

GOOD = HEADER + b"Acme Ltd,10.00,Housing\nBeta Ltd,20.00,Parks\n"


def test_an_empty_file_is_refused(land):
    outcome = land(b"")
    assert outcome.status == "refused"
    assert "empty" in outcome.message


def test_a_header_with_no_records_is_refused(land):
    outcome = land(HEADER)
    assert outcome.status == "refused"
    assert "no records" in outcome.message


def test_a_refusal_keeps_a_receipt_and_no_records(land):
    outcome = land(HEADER)
    receipt = land.receipt(outcome)
    assert (receipt["outcome"], receipt["landed_rows"]) == ("refused", 0)
    assert receipt["reason"] == outcome.message
    assert not list(land.place.glob("*.parquet"))


def test_a_truncated_last_line_is_rejected_and_the_rest_lands(land):
    outcome = land(GOOD + b"Gamma Lt")
    assert (outcome.landed, outcome.rejected) == (2, 1)
    assert land.rejects(outcome) == [(4, "too_few_cells", "Gamma Lt")]


def test_a_last_line_without_a_line_end_lands_when_it_is_complete(land):
    assert land(GOOD + b"Gamma Ltd,30.00,Parks").landed == 3


def test_an_unclosed_quote_costs_only_the_record_in_which_it_opens(land):
    rows = b"".join(b"Supplier %d,1.00,Parks\n" % number for number in range(500))
    outcome = land(HEADER + b'"Acme Ltd,10.00,Housing\n' + rows)
    assert (outcome.landed, outcome.rejected) == (500, 1)
    assert land.rejects(outcome) == [(2, "unclosed_quote", '"Acme Ltd,10.00,Housing')]
    assert land.lines(outcome)[0] == 3


def test_an_unclosed_quote_that_a_later_quote_seems_to_close_costs_only_its_record(land):
    outcome = land(HEADER + b'A,"1.00,Parks\nB,2.00,Parks\nC,3.00,"Parks, open"\nD,4.00,Parks\n')
    assert [(line, reason) for line, reason, _ in land.rejects(outcome)] == [(2, "unclosed_quote")]
    assert [cells[0] for cells in land.cells(outcome)] == ["B", "C", "D"]


def test_a_zero_byte_costs_its_record(land):
    outcome = land(GOOD + b"Gam\0ma,30.00,Parks\nDelta,40.00,Parks\n")
    assert [(line, reason) for line, reason, _ in land.rejects(outcome)] == [(4, "nul_byte")]
    assert outcome.landed == 3


def test_mixed_encodings_are_read_line_by_line_and_noted(land):
    outcome = land(HEADER + "Café,1.00,A\n".encode() + "Café,2.00,£\n".encode("cp1252") + b"Plain,3.00,A\n")
    assert [cells[0] for cells in land.cells(outcome)] == ["Café", "Café", "Plain"]
    note = land.receipt(outcome)["notes"][0]
    assert "1 lines" in note and "line 2" in note and "line 3" in note


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_utf_16_lands_with_and_without_a_mark(land, encoding, mark):
    outcome = land((mark + GOOD.decode().replace("Acme", "Café £")).encode(encoding))
    assert land.cells(outcome)[0] == ["Café £ Ltd", "10.00", "Housing"]
    assert land.receipt(outcome)["encoding"] == encoding
    assert land.receipt(outcome)["header"][0]["name"] == "Supplier Name"


def test_utf_16_that_breaks_off_is_refused(land):
    outcome = land(("\ufeff" + GOOD.decode()).encode("utf-16-le")[:-1])
    assert outcome.status == "refused"
    assert "utf-16-le" in outcome.message


def test_a_web_page_named_csv_is_refused(land):
    outcome = land(b"<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>")
    assert outcome.status == "refused"
    assert "web page" in outcome.message


def test_a_workbook_named_csv_is_read_as_what_it_is(land):
    book = openpyxl.Workbook()
    book.active.append(["Supplier Name", "Amount"])
    book.active.append(["Acme Ltd", 10])
    buffer = io.BytesIO()
    book.save(buffer)
    outcome = land(buffer.getvalue())
    assert land.receipt(outcome)["format"] == "xlsx"
    assert land.cells(outcome)[0][0] == "Acme Ltd"


def test_a_line_over_the_limit_costs_its_record_and_is_not_read_whole(land):
    outcome = land(GOOD + b"x" * 50_000 + b"\nDelta,40.00,Parks\n", longest_line=10_000)
    assert [(line, reason, len(raw)) for line, reason, raw in land.rejects(outcome)] == [
        (4, "line_too_long", 1_000)
    ]
    assert [cells[0] for cells in land.cells(outcome)] == ["Acme Ltd", "Beta Ltd", "Delta"]


def test_a_file_that_is_one_endless_line_is_refused(land):
    outcome = land(b"x," * 2_000_000, longest_line=1 << 20)
    assert outcome.status == "refused"
    assert "a line of more than 1 MiB" in outcome.message


def test_a_file_that_grows_while_it_is_read_is_refused(land, monkeypatch):
    path = land.folder / "2024-03-31.csv"
    path.write_bytes(GOOD)
    read_text = loader.read_text

    def and_someone_writes_on(source, scratch, **options):
        text = read_text(source, scratch, **options)
        with path.open("ab") as file:
            file.write(b"Gamma Ltd,30.00,Parks\n")
        return text

    monkeypatch.setattr(loader, "read_text", and_someone_writes_on)
    outcome = land.load(land.delivery(path))[0]
    assert outcome.status == "refused"
    assert "still being written" in outcome.message
    assert not list(land.place.glob("*"))


def test_a_column_twice_in_the_header_lands_and_keeps_both_names(land):
    outcome = land(b"Supplier Name,Amount,Amount\nAcme,1.00,2.00\n")
    names = [column["name"] for column in land.receipt(outcome)["header"]]
    assert names == ["Supplier Name", "Amount", "Amount"]
    assert land.cells(outcome) == [["Acme", "1.00", "2.00"]]


def test_a_file_without_read_permission_is_one_line(land, monkeypatch):
    path = land.folder / "2024-03-31.csv"
    path.write_bytes(GOOD)
    path.chmod(0)
    if os.access(path, os.R_OK):  # the superuser may read anything

        def refuse(source):
            raise PermissionError(13, "Permission denied", str(source))

        monkeypatch.setattr(loader, "detect", refuse)
    outcome = land.load(land.delivery(path))[0]
    assert not outcome.good
    assert "can't be read" in outcome.message and "Permission denied" in outcome.message


def test_an_archive_with_a_name_that_points_outside_is_refused_and_writes_nothing(land):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../escaped.csv", GOOD)
    outcome = land(buffer.getvalue(), "2024-03-31.zip")
    assert outcome.status == "refused"
    assert "outside" in outcome.message
    assert land.receipt(outcome)["outcome"] == "refused"
    assert not list(land.folder.parent.rglob("escaped.csv"))


def test_an_archive_bomb_is_refused(land):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as member:
        for _ in range(120):
            member.write(b"\0" * (1 << 20))
    outcome = land(buffer.getvalue(), "2024-03-31.zip")
    assert outcome.status == "refused"
    assert "bomb" in outcome.message


def test_each_member_of_an_archive_is_an_extract(land):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("north.csv", GOOD)
        archive.writestr("south.csv", GOOD.replace(b"Acme", b"Omega"))
    outcomes = land.all(buffer.getvalue(), "2024-03-31.zip")
    assert [(outcome.member, outcome.landed) for outcome in outcomes] == [("north.csv", 2), ("south.csv", 2)]


def test_a_file_under_another_layout_says_what_came_nearest_and_what_to_do(land):
    outcome = land(b"Site,Easting,Northing\nA,1,2\n")
    assert outcome.status == "refused"
    assert "line 1" in outcome.message and "citymart layout suggest" in outcome.message


def test_records_of_every_width_are_not_a_table(land):
    rows = b"".join(b",".join([b"x"] * (4 + number % 5)) + b"\n" for number in range(30))
    outcome = land(HEADER + rows)
    assert outcome.status == "refused"
    assert "not a table" in outcome.message


def test_required_columns_blank_in_most_records_are_not_a_table(land):
    outcome = land(GOOD + b",,Parks\n" * 10)
    assert outcome.status == "refused"
    assert "supplier_name, net_amount" in outcome.message


def test_one_bad_file_does_not_keep_the_others_from_landing(land):
    (land.folder / "bad.csv").write_bytes(b"")
    (land.folder / "good.csv").write_bytes(GOOD)
    outcomes = land.load(*(land.delivery(land.folder / name) for name in ("bad.csv", "good.csv")))
    assert [outcome.status for outcome in outcomes] == ["refused", "landed"]


def test_a_refused_file_is_tried_again_and_what_landed_before_stays(land):
    first = land(GOOD)
    land(b"")
    assert land(GOOD).status == "already landed"
    assert land.receipt(first)["outcome"] == "landed"


def test_a_pipe_or_a_dead_link_among_the_files_is_told_and_does_not_block(land):
    os.mkfifo(land.folder / "pipe.csv")
    (land.folder / "link.csv").symlink_to(land.folder / "gone.csv")
    outcomes = land.load(*(land.delivery(land.folder / name) for name in ("pipe.csv", "link.csv")))
    assert ["not a regular file" in outcomes[0].message, "can't be read" in outcomes[1].message] == [
        True,
        True,
    ]


def test_a_message_begins_with_the_file_once(land):
    assert land(b"%PDF-1.7").message.startswith("it is a PDF")


def test_a_name_with_brackets_is_read_and_not_the_file_that_it_would_match(land):
    (land.folder / "2024-03-31 spend 1.csv").write_bytes(GOOD)
    outcome = land(GOOD.replace(b"Acme", b"Zeta"), "2024-03-31 spend [1].csv", fast_from=0)
    assert land.cells(outcome)[0][0] == "Zeta Ltd"


def test_a_fault_of_the_program_costs_one_file_and_leaves_its_story(land, monkeypatch):
    (land.folder / "bad.csv").write_bytes(GOOD.replace(b"Acme", b"Omega"))
    (land.folder / "good.csv").write_bytes(GOOD)
    detect = loader.detect

    def broken(path):
        if path.name == "bad.csv":
            raise AttributeError("nothing\nthere")
        return detect(path)

    monkeypatch.setattr(loader, "detect", broken)
    bad, good = land.load(*(land.delivery(land.folder / name) for name in ("bad.csv", "good.csv")))
    assert (bad.status, good.status) == ("failed", "landed")
    assert bad.message.startswith("internal error: AttributeError: nothing there; the whole story is in ")
    (log,) = (land.home.root / "logs").iterdir()
    assert "Traceback" in log.read_text() and str(log) in bad.message


def test_a_name_that_is_no_utf_8_lands_and_is_told_with_its_bytes(land):
    path = land.folder / os.fsdecode(b"2024-03-31 caf\xe9.csv")
    path.write_bytes(GOOD)
    outcome = land.load(land.delivery(path))[0]
    assert outcome.status == "landed"
    assert land.receipt(outcome)["source_file"] == outcome.file == "2024-03-31 caf\\xe9.csv"
    path.write_bytes(b"")
    outcome = land.load(land.delivery(path))[0]
    assert outcome.status == "refused"
    (outcome.name + outcome.message).encode()


def test_a_broken_member_of_an_archive_does_not_hide_those_after_it(land):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.csv", GOOD * 200)
        archive.writestr("b.csv", GOOD)
    packed = bytearray(buffer.getvalue())
    packed[60:90] = bytes(byte ^ 0xFF for byte in packed[60:90])
    broken, whole = land.all(bytes(packed), "2024-03-31.zip")
    assert (broken.member, broken.status) == ("a.csv", "refused")
    assert "cut off or broken" in broken.message
    assert (whole.member, whole.landed) == ("b.csv", 2)


def test_what_stands_beside_the_data_in_an_archive_is_passed_over_and_noted(land):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("README.txt", "Two files.\nSee them.\n")
        archive.writestr("data/a.csv", GOOD)
        archive.writestr("data/map.png", b"\x89PNG\r\n")
    outcomes = land.all(buffer.getvalue(), "2024-03-31.zip")
    assert [(outcome.member, outcome.status) for outcome in outcomes] == [("data/a.csv", "landed")]
    assert "README.txt, data/map.png" in land.receipt(outcomes[0])["notes"][-1]


def test_an_archive_of_a_read_me_alone_is_refused(land):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("README.txt", "Nothing here.\n")
    assert [outcome.status for outcome in land.all(buffer.getvalue(), "2024-03-31.zip")] == ["refused"]


def test_a_disk_that_fills_up_while_unpacking_is_not_the_fault_of_the_file(land, monkeypatch):
    import errno

    from citymart import containers

    def full(*_args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(containers, "unpack", full)
    outcome = land(gzip.compress(GOOD), "2024-03-31.csv.gz")
    assert (outcome.status, "is full" in outcome.message) == ("failed", True)
