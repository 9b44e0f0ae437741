"""What a file is, by its content. A name is a claim; many an XLSX arrives as .csv."""

from __future__ import annotations

import codecs
import json
import re
import zipfile
from pathlib import Path
from xml.parsers import expat

from ..errors import Refused

HEAD_BYTES = 64 * 1024

# Longer marks first: the UTF-32 mark begins with the UTF-16 one.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# Signatures that no text file begins with, and what a person calls such a file.
SIGNATURES = (
    (b"%PDF-", "a PDF document; ask for the table as CSV or XLSX"),
    (b"\x89PNG\r\n", "a PNG image; ask for the table as CSV or XLSX"),
    (b"\xff\xd8\xff", "a JPEG image; ask for the table as CSV or XLSX"),
    (b"GIF87a", "a GIF image; ask for the table as CSV or XLSX"),
    (b"GIF89a", "a GIF image; ask for the table as CSV or XLSX"),
    (b"II*\x00", "a TIFF image; ask for the table as CSV or XLSX"),
    (b"MM\x00*", "a TIFF image; ask for the table as CSV or XLSX"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; send it unpacked, or as .zip or .gz"),
    (b"Rar!\x1a\x07", "a RAR archive; send it unpacked, or as .zip or .gz"),
    (b"BZh", "a bzip2 archive; send it unpacked, or as .zip or .gz"),
    (b"\xfd7zXZ\x00", "an xz archive; send it unpacked, or as .zip or .gz"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive; send it unpacked, or as .zip or .gz"),
    (b"\x1f\x8b", "a gzip archive inside another archive; send it packed once"),
    (b"SQLite format 3\x00", "an SQLite database; export the table as CSV"),
    (b"{\\rtf", "a Rich Text document; save the table as CSV or XLSX"),
    (b"ARROW1", "an Arrow file; save it as Parquet or CSV"),
)
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# BIFF2 to BIFF5 workbooks may stand alone, without an OLE2 container: the BOF record.
BARE_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00")

HTML_NAMES = "html|head|body|script|style|meta|title|center"
HTML = re.compile(
    rf"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|(?:{HTML_NAMES})[\s>])", re.I | re.S
)
XML_ELEMENT = re.compile(r"<(?:[^\W\d][\w.:-]*[\s/>]|!--|!DOCTYPE\s)")
JSON_KEY = r'"(?:[^"\\]|\\.)*"\s*:'
JSON_OBJECT = re.compile(rf"\{{\s*(?:{JSON_KEY}|\}}\s*(?:\n|\Z))", re.S)
JSON_ARRAY = re.compile(rf"\[\s*(?:\{{\s*(?:{JSON_KEY}|\}})|[\[\]\"0-9tfn-])", re.S)
EXCEL_2003_XML = "urn:schemas-microsoft-com:office:spreadsheet"

# NUL and the control characters that text files have no use for. Form feed, Ctrl-Z at the end of a DOS
# file and the separators 0x1c to 0x1f do occur in real extracts.
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x19\x1b]")
CONTROL_SHARE = 0.02


def detect(path: Path) -> str:
    """The format of `path`: xlsx, ods, xls, parquet, geojson, json, ndjson, xml, or csv for other text.

    Reads no more than the first 64 KiB, and the directory of a zip. Raises `Refused` for a file that
    can't be a table: empty, a web page, a PDF, an image, an unknown binary.
    """
    head = read_head(path)
    if not head:
        raise Refused(f"{path.name} is empty; ask for it to be sent again.")
    if not head.strip(b"\x00"):
        raise Refused(f"{path.name} begins with nothing but NUL bytes, as a broken copy does; send it again.")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return zip_format(path)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(OLE2):
        return "xls"
    for signature, what in SIGNATURES:
        if head.startswith(signature):
            raise Refused(f"{path.name} is {what}.")
    if head.startswith(BARE_BIFF):
        return "xls"
    encoding = text_encoding(head)
    if encoding is None:
        raise Refused(
            f"{path.name} is a binary file of an unknown kind; send it as CSV, XLSX, JSON, XML or Parquet."
        )
    return text_format(path.name, head.decode(encoding, errors="replace"), whole=len(head) < HEAD_BYTES)


def read_head(path: Path, size: int = HEAD_BYTES) -> bytes:
    """The first `size` bytes of `path`. Raises `Refused` where it can't be read."""
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise Refused(
            f"{path.name} can't be read: {error.strerror}; check that it exists and may be read."
        ) from None


def text_encoding(head: bytes) -> str | None:
    """An encoding that shows the structure of the text, or None when `head` is not text.

    Eight-bit text comes back as latin-1: enough to tell formats apart, whatever the code page.
    """
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding
    if looks_utf16(head, low_byte=0):
        return "utf-16-le"
    if looks_utf16(head, low_byte=1):
        return "utf-16-be"
    if len(CONTROL.findall(head)) > CONTROL_SHARE * len(head) + 1:
        return None
    return "latin-1"


def looks_utf16(head: bytes, *, low_byte: int) -> bool:
    """Whether every second byte is mostly NUL and the others hardly ever: Western text without a mark."""
    low, high = head[low_byte::2], head[1 - low_byte :: 2]
    if len(head) < 4:
        return False
    return high.count(0) > 0.7 * len(high) and len(CONTROL.findall(low)) <= CONTROL_SHARE * len(low) + 1


def zip_format(path: Path) -> str:
    """xlsx or ods, by the members of the zip. Raises `Refused` for any other zip."""
    names = zip_names(path)
    if spreadsheet := spreadsheet_kind(names):
        return spreadsheet
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise Refused(f"{path.name} is a document or a presentation; send the table in it as CSV or XLSX.")
    raise Refused(f"{path.name} is a zip archive inside another archive; send it packed once.")


def zip_names(path: Path) -> list[str]:
    """The names in the zip's directory. Raises `Refused` when it is cut off or broken."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except zipfile.BadZipFile:
        raise broken_zip(path.name) from None
    except (ValueError, OSError, NotImplementedError) as error:
        raise Refused(
            f"{path.name} is a zip or XLSX file that is cut off or broken ({error}); send it again."
        ) from None


def broken_zip(name: str) -> Refused:
    """A zip whose directory, at its end, is not there."""
    return Refused(
        f"{name} is cut off or broken: it begins like a workbook (XLSX) or a zip archive and does not end "
        "like one; copy or download it again, or open it, save it as XLSX and send that."
    )


def spreadsheet_kind(names: list[str]) -> str | None:
    """`xlsx` or `ods` when a zip with these members is one."""
    members = {name.lower() for name in names}
    if members & {"xl/workbook.xml", "xl/workbook.bin", "xl/workbook2.xml"}:
        return "xlsx"
    if {"mimetype", "content.xml"} <= members:
        return "ods"
    return None


def text_format(name: str, text: str, *, whole: bool) -> str:
    """The format of the text that begins with `text`; `whole` says that nothing follows it."""
    text = text.lstrip("\ufeff\x00ï»¿ \t\r\n\x0b\x0c")
    if not text:
        if whole:
            raise Refused(f"{name} has nothing but white space in it; ask for it to be sent again.")
        return "csv"
    if HTML.match(text[:4096]):
        raise Refused(
            f"{name} is a web page (HTML), perhaps an error page, instead of data; download it again."
        )
    if text[0] == "<" and is_xml(text, whole=whole):
        return xml_format(name, text)
    if text[0] in "{[":
        return json_format(text) or "csv"
    return "csv"


def is_xml(text: str, *, whole: bool) -> bool:
    """Whether `text` begins an XML document, and not a CSV whose first cell looks like a tag."""
    if text.startswith("<?xml"):
        return True
    if not XML_ELEMENT.match(text):
        return False
    elements = 0

    def count(_name: str, _attributes: object) -> None:
        nonlocal elements
        elements += 1

    parser = expat.ParserCreate()
    parser.StartElementHandler = count
    try:
        parser.Parse(text.encode("utf-8", errors="replace"), whole)
    except expat.ExpatError:
        # A document that breaks after its first records is broken XML, and is told so by its reader.
        return elements > 3
    return elements > 1 or whole


def xml_format(name: str, text: str) -> str:
    if EXCEL_2003_XML in text[:4096]:
        raise Refused(
            f"{name} is a workbook in the XML form of Excel 2003; open it and save it as XLSX or CSV."
        )
    return "xml"


def json_format(text: str) -> str | None:
    """json, ndjson or geojson; None for text that only begins like JSON."""
    if not (JSON_OBJECT if text[0] == "{" else JSON_ARRAY).match(text):
        return None
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return "geojson" if is_feature_collection(text) else "json"
    rest_of_line, _, rest = text[end:].partition("\n")
    if rest_of_line.strip():
        # Values one after another on a line are for the JSON reader; anything else is a cell of a CSV.
        return "ndjson" if rest_of_line.lstrip().startswith("{") else None
    if text[0] == "{" and rest.lstrip().startswith("{"):
        return "ndjson"
    return "geojson" if is_feature_collection(text) else "json"


def is_feature_collection(text: str) -> bool:
    return text[0] == "{" and re.search(r'"type"\s*:\s*"FeatureCollection"', text) is not None
