"""Reads the sample without the loader: what a file holds, counted by other code than the code under test."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import openpyxl

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "sample"
SEEDS = ROOT / "seeds"
DELIVERY = re.compile(r"^([a-z_]+)/([a-z_]+)/(\d{4}-\d{2}-\d{2})(-[a-z0-9-]+)?((?:\.[a-z]+){1,2})$")


@dataclass(frozen=True)
class Table:
    """A file's header and its records, as text; blank records, titles and total lines are left out."""

    header: list[str]
    records: list[list[str]]


def deliveries() -> list[str]:
    """Every extract of the sample, as its path below `sample/`."""
    below = sorted(path for path in SAMPLE.rglob("*") if path.is_file() and path.parent != SAMPLE)
    return [path.relative_to(SAMPLE).as_posix() for path in below]


def seed(name: str) -> list[dict[str, str]]:
    """The rows of a seed, named by its path below `seeds/` without the ending."""
    with open(SEEDS / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def expected(name: str = "expected") -> list[dict[str, str]]:
    """The rows of `sample/expected.csv`, or of another list beside it."""
    with open(SAMPLE / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def name_key(name: str) -> str:
    """A column's name as layouts compare it."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def read(delivery: str) -> Table:
    """The header and the records of one delivery, whatever its format."""
    path = SAMPLE / delivery
    data = path.read_bytes()
    name = path.name
    if name.endswith(".gz"):
        data, name = gzip.decompress(data), name.removesuffix(".gz")
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            (name,) = archive.namelist()
            data = archive.read(name)
    match name.rsplit(".", 1)[1]:
        case "xlsx":
            return tabular(_sheet_rows(data))
        case "ndjson":
            return _objects([json.loads(line) for line in data.decode().splitlines()])
        case "json":
            return _objects(json.loads(data))
        case "geojson":
            return _objects([feature["properties"] for feature in json.loads(data)["features"]])
        case "xml":
            cases = ElementTree.fromstring(data).findall("./Applications/Application")
            return _objects([{child.tag: child.text for child in case} for case in cases])
        case _:
            return tabular(_delimited_rows(_decode(data)))


def tabular(rows: Iterator[list[str]]) -> Table:
    """The table in a sheet: the header is the first row with three cells filled, a title has fewer."""
    filled = [row for row in rows if any(re.search(r"[A-Za-z0-9]", cell) for cell in row)]
    at = next(i for i, row in enumerate(filled) if sum(bool(cell.strip()) for cell in row) >= 3)
    records = [row for row in filled[at + 1 :] if not row[0].startswith("Total")]
    return Table(filled[at], records)


def amount(text: str) -> Decimal | None:
    """Pounds, by the rules that the sample's README names; None when nobody could read it."""
    plain = re.sub(r"[£Â\s]", "", text)
    sign = 1
    for pattern in (r"\((.+)\)", r"-(.+)", r"(.+)-", r"(.+)CR"):
        if found := re.fullmatch(pattern, plain):
            plain, sign = found[1], -1
            break
    if not re.fullmatch(r"(\d{1,3}(,\d{3})+|\d+)(\.\d*)?", plain):
        return None
    return sign * Decimal(plain.replace(",", "")).quantize(Decimal("0.01"))


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def _delimited_rows(text: str) -> Iterator[list[str]]:
    delimiter = max(",\t|", key=text.split("\n", 1)[0].count)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _sheet_rows(data: bytes) -> Iterator[list[str]]:
    sheet = openpyxl.load_workbook(io.BytesIO(data), data_only=True).worksheets[-1]
    for row in sheet.iter_rows(values_only=True):
        yield ["" if cell is None else str(cell) for cell in row]


def _objects(objects: list[dict]) -> Table:
    header = list(dict.fromkeys(key for item in objects for key in item))
    return Table(
        header, [["" if item.get(key) is None else str(item[key]) for key in header] for item in objects]
    )
