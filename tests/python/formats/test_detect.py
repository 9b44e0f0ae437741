"""What a file is shows in its content, whatever its name says."""

import json

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from citymart.errors import Refused
from citymart.formats import detect
from written_by_hand import write_ods, write_xls

TEXTS = [
    ("a,b\n1,2\n", "csv"),
    ("{id},name\n1,2\n", "csv"),
    ("[Ref],[Name]\n1,2\n", "csv"),
    ("[1],[2]\n3,4\n", "csv"),
    ('{"a":1},x\n', "csv"),
    ("<none>,name\n1,2\n", "csv"),
    ("<b>Name</b>,<b>Age</b>\nx,1\n", "csv"),
    ("n < 5,name\n1,2\n", "csv"),
    ('[{"a": 1}]', "json"),
    ('{"result": {"records": [{"a": 1}]}}', "json"),
    ('\n\n  [\n {"a": 1}, \n', "json"),
    ("[]", "json"),
    ('{"a": 1}\n{"a": 2}\n', "ndjson"),
    ('{"type": "FeatureCollection", "features": []}', "geojson"),
    ('{"features": [], "type" : "FeatureCollection"}', "geojson"),
    ('<?xml version="1.0"?><r><a/></r>', "xml"),
    ("<r><a>1</a><a>2</a></r>", "xml"),
    ("<!-- made by hand --><r><a>1</a></r>", "xml"),
    ("prose without any table in it", "csv"),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_text_is_told_apart_by_its_beginning(tmp_path, text, expected):
    file = tmp_path / "delivery.dat"
    file.write_text(text)
    assert detect(file) == expected


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize(("text", "expected"), [("a,b\n£1,2\n" * 20, "csv"), ('[{"a": "£1"}]', "json")])
def test_a_wide_or_marked_encoding_is_still_text(tmp_path, encoding, text, expected):
    file = tmp_path / "delivery.csv"
    file.write_bytes(text.encode(encoding))
    assert detect(file) == expected


def test_a_few_nul_bytes_and_code_page_letters_leave_a_text_file_text(tmp_path):
    file = tmp_path / "delivery.csv"
    file.write_bytes(b"name,amount\n" + b"Caf\xe9 Ltd,\xa312.50\n" * 50 + b"Br\x00ken,1\n")
    assert detect(file) == "csv"


def test_a_workbook_saved_as_csv_is_a_workbook(tmp_path):
    file = tmp_path / "delivery.csv"
    book = openpyxl.Workbook()
    book.save(file)
    assert detect(file) == "xlsx"


def test_other_containers_are_known_by_their_content(tmp_path):
    file = tmp_path / "delivery.csv"
    assert detect(write_xls(file, "Data", {(0, 0): "a"})) == "xls"
    assert detect(write_ods(file, {"Data": ""})) == "ods"
    pq.write_table(pa.table({"a": [1]}), file)
    assert detect(file) == "parquet"


HTML = [
    b"<!DOCTYPE html><html><body>404",
    b"\xef\xbb\xbf\r\n<HTML>\n<head>",
    b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x">\n<html xmlns="http://www.w3.org/1999/xhtml">',
    b"<!-- cached -->\n<html lang=en>",
    "<html><body>Log in".encode("utf-16"),
]


@pytest.mark.parametrize("content", HTML)
def test_a_web_page_is_refused_as_one(tmp_path, content):
    file = tmp_path / "spending.csv"
    file.write_bytes(content)
    with pytest.raises(Refused, match=r"spending\.csv is a web page"):
        detect(file)


REFUSED = [
    (b"", "is empty"),
    (b" \r\n\n ", "white space"),
    (b"\x00" * 5000, "NUL bytes"),
    (b"%PDF-1.7\n", "a PDF document"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a JPEG image"),
    (b"7z\xbc\xaf\x27\x1c\x00", "7-Zip"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"{\\rtf1\\ansi", "Rich Text"),
    (b"\x7fELF" + bytes(range(256)) * 4, "binary"),
    (b"PK\x03\x04 cut off", "cut off or broken"),
    (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "Excel 2003"),
]


@pytest.mark.parametrize(("content", "reason"), REFUSED)
def test_what_cannot_be_a_table_is_refused_by_name_and_reason(tmp_path, content, reason):
    file = tmp_path / "spending.csv"
    file.write_bytes(content)
    with pytest.raises(Refused, match=reason) as refusal:
        detect(file)
    assert "spending.csv" in str(refusal.value)


def test_a_missing_file_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(Refused, match=r"nothing\.csv can't be read"):
        detect(tmp_path / "nothing.csv")


def test_looking_at_a_huge_file_reads_only_its_head(tmp_path):
    file = tmp_path / "huge.json"
    with file.open("wb") as out:
        out.write(json.dumps([{"a": 1}] * 10_000).encode())
        out.truncate(10 << 30)
    assert detect(file) == "json"
