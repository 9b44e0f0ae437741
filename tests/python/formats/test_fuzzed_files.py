"""Spoilt files of every format against the loader: each lands or is refused in one sentence, and of what
lands no record is lost.

`FUZZ=N` tries N files. What was found that way is kept in `test_what_was_found_is_refused`.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from citymart.deliveries import Delivery
from citymart.home import Home
from citymart.load import ALREADY, LANDED, REFUSED, Limits, Outcome, load_files
from mutations import INPUTS, spoilt_bytes
from written_by_hand import write_ods, write_xls

FILES = INPUTS or 240
AT_ONCE = 120
NAMES = ("Supplier Name", "Amount", "Department", "Date")
ROWS = [
    (f"Supplier “{n}”", f"{n * 7}.50", "Parks, open" if n % 3 else 'He said "no"', f"{n:02d}/06/2024")
    for n in range(1, 20)
]
RECORDS = [dict(zip(NAMES, row, strict=True)) for row in ROWS]


def _csv(delimiter: str = ",", end: str = "\n") -> str:
    quoted = (
        delimiter.join('"{}"'.format(cell.replace('"', '""')) for cell in row) for row in (NAMES, *ROWS)
    )
    return end.join(("Payments of June", "", *quoted, delimiter.join(("Total", "1,330.00", "", "")), ""))


def _xml() -> str:
    def element(record: dict[str, str]) -> str:
        return "".join(
            f"<{name.replace(' ', '_')}>{value}</{name.replace(' ', '_')}>" for name, value in record.items()
        )

    return (
        '<?xml version="1.0"?><payments>'
        + "".join(f"<payment>{element(r)}</payment>" for r in RECORDS)
        + "</payments>"
    )


def _workbook(path: Path) -> bytes:
    book = openpyxl.Workbook()
    for row in (NAMES, *ROWS):
        book.active.append(row)
    book.save(path)
    return path.read_bytes()


def _table() -> str:
    def row(line: tuple[str, ...]) -> str:
        cells = (f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in line)
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    return "".join(map(row, (NAMES, *ROWS)))


def _features() -> str:
    point = {"type": "Point", "coordinates": [-0.1, 51.5]}
    found = [{"type": "Feature", "properties": record, "geometry": point} for record in RECORDS]
    return json.dumps({"type": "FeatureCollection", "features": found})


def whole_files(folder: Path) -> dict[str, bytes]:
    """A file of each format, by the ending of its name."""
    cells = {
        (row, column): cell for row, line in enumerate((NAMES, *ROWS)) for column, cell in enumerate(line)
    }
    parquet = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(RECORDS), parquet)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("june/payments.csv", _csv(";"))
    files = {
        "csv": _csv(),
        "tsv": _csv("\t", "\r\n"),
        "txt": _csv("|", "\r"),
        "json": json.dumps(RECORDS),
        "jsonl": "\n".join(map(json.dumps, RECORDS)),
        "geojson": _features(),
        "xml": _xml(),
    }
    return {name: text.encode() for name, text in files.items()} | {
        "utf16.csv": _csv().encode("utf-16"),
        "cp1252.csv": _csv().encode("cp1252"),
        "xlsx": _workbook(folder / "whole.xlsx"),
        "xls": write_xls(
            folder / "whole.xls",
            "June",
            {at: cell.encode("ascii", "replace").decode() for at, cell in cells.items()},
        ).read_bytes(),
        "ods": write_ods(folder / "whole.ods", {"June": _table()}).read_bytes(),
        "parquet": parquet.getvalue(),
        "zip": archive.getvalue(),
        "csv.gz": gzip.compress(_csv("|").encode()),
    }


def spoilt(r: random.Random, content: bytes, other: bytes) -> bytes:
    """The bytes spoilt; of an archive as often one of its members, so that not only its wrapping is tried."""
    if content[:2] == b"PK" and r.random() < 0.7:
        with zipfile.ZipFile(io.BytesIO(content)) as whole:
            members = {name: whole.read(name) for name in whole.namelist()}
        chosen = r.choice(sorted(members))
        members[chosen] = spoilt_bytes(r, members[chosen], other)
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name, inside in members.items():
                zipped.writestr(name, inside)
        return made.getvalue()
    if content[:2] == b"\x1f\x8b" and r.random() < 0.7:
        return gzip.compress(spoilt_bytes(r, gzip.decompress(content), other))
    return spoilt_bytes(r, content, other)


def loaded(contents: list[tuple[str, bytes]], folder: Path, home: Home) -> list[Outcome]:
    deliveries = []
    for number, (name, content) in enumerate(contents):
        path = folder / f"{number:05d}.{name}"
        path.write_bytes(content)
        deliveries.append(Delivery(path, "camden", "spending", date(2024, 6, 30)))
    return load_files(deliveries, home, limits=Limits(longest_line=100_000)).outcomes


def wrong_with(contents: list[tuple[str, bytes]], folder: Path, home: Home) -> list[str]:
    """What went wrong when these files were loaded; nothing of which has any right to."""
    outcomes = loaded(contents, folder, home)
    wrong, place = [], home.landing / "spending" / "camden"
    if len({outcome.file for outcome in outcomes}) != len(contents):
        wrong.append("not every file has an answer")
    for outcome in outcomes:
        said = outcome.message or ""
        if outcome.status not in (LANDED, ALREADY, REFUSED) or "Traceback" in said or "\n" in said:
            wrong.append(f"{outcome.name}: {outcome.status}: {said}")
        elif outcome.status == REFUSED and len(said) < 15:
            wrong.append(f"{outcome.name}: refused, and why is not said: {said!r}")
        elif outcome.status == LANDED:
            receipt = json.loads((place / f"{outcome.extract_id}.json").read_text("utf-8"))
            landed = pq.read_metadata(place / f"{outcome.extract_id}.parquet").num_rows
            if (
                receipt["source_records"] != landed + receipt["rejected_rows"]
                or landed != receipt["landed_rows"]
            ):
                wrong.append(f"{outcome.name}: records are lost: {receipt}")
    return wrong


def test_a_spoilt_file_lands_or_is_refused_in_a_sentence_and_no_record_is_lost(tmp_path):
    whole = whole_files(tmp_path)
    home, folder = Home.at(tmp_path / "home"), tmp_path / "sent"
    folder.mkdir()
    assert wrong_with(list(whole.items()), folder, home) == []
    assert len(list((home.landing / "spending" / "camden").glob("*.json"))) == len(whole)
    r, names = random.Random(f"files {FILES}"), sorted(whole)
    for start in range(0, FILES, AT_ONCE):
        contents = []
        for _ in range(min(AT_ONCE, FILES - start)):
            name = r.choice(names)
            contents.append((name, spoilt(r, whole[name], whole[r.choice(names)])))
        if wrong := wrong_with(contents, folder, home):
            kept = tmp_path / "kept"
            kept.mkdir()
            for number, (name, content) in enumerate(contents):
                (kept / f"{number:05d}.{name}").write_bytes(content)
            pytest.fail(
                f"{len(wrong)} of the files {start} to {start + len(contents)} (in {kept}): "
                + "\n".join(wrong[:5])
            )
        for path in (*folder.glob("*"), *(home.landing / "spending" / "camden").glob("*.*")):
            path.unlink()


def _patched(content: bytes, at: int, piece: bytes) -> bytes:
    return content[:at] + piece + content[at + len(piece) :]


def test_what_was_found_is_refused(tmp_path, capfd):
    whole = whole_files(tmp_path)
    directory = whole["zip"].rindex(b"PK\x05\x06") + 16
    found = {
        "calamine panics where the sectors of an XLS are cut off": ("xls", whole["xls"][:513]),
        "calamine ends the process where an XLS asks for all memory": (
            "xls",
            _patched(whole["xls"], 3047, b"\x3b\x32\xda\xc6"),
        ),
        "a ZIP whose members begin before its beginning": (
            "zip",
            _patched(whole["zip"], directory, b"\xff\xff\x00\x00"),
        ),
        "a name of a column in a Parquet file that is no UTF-8": (
            "parquet",
            whole["parquet"].replace(b"Department", b"\xc4epartment"),
        ),
    }
    (tmp_path / "sent").mkdir()
    outcomes = loaded(list(found.values()), tmp_path / "sent", Home.at(tmp_path / "home"))
    said = {why: (outcome.status, outcome.message) for why, outcome in zip(found, outcomes, strict=True)}
    assert all(status == REFUSED and "again" in message for status, message in said.values()), said
    assert capfd.readouterr().err == ""
