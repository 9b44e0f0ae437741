"""Data Transfer Format 7.3 of BS 7666: a file of several tables without a header line.

Each line is a record, and its first field says of which type: 10 is the header, 99 the trailer with the
number of records between the two, and each of the others a table. A file is taken apart by type, so that
each table lands as an extract of its own under the format's field names (`dtf_7_3.csv`), with the lines on
which its records stand.
"""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from ..errors import Refused
from ..text import Text, read_text
from .detect import MARKS, read_head, text_encoding

HEADER, TRAILER = "10", "99"
UNKNOWN_TYPE = "record_type_unknown"
FLUSH_BYTES = 4 << 20
_BEGINNINGS = (b"1", b"2", b"3", b'"', *(mark for mark, _ in MARKS))

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}|\d{8}|\d{2}/\d{2}/\d{4}").fullmatch
# How a record begins: two digits in a field of their own, with or without quotes.
_TYPE = re.compile(rb'"?(\d\d)"?,').match
_RECORD = re.compile(r'"?(?:11|15|2[1-4]|3[0-2])"?,"?[IUD]"?,"?\d+"?,').match


@dataclass(frozen=True)
class Table:
    """The records of one type, as UTF-8 text.

    `lines` are the lines of the file, one a line of the text; `strangers` are lines of no known type, (line,
    text), which stay with the header; `notes` are of the file. `is_of_changes` where the header says that the
    file holds what has changed since the supply before, and not all there is.
    """

    record_type: str
    names: list[str]
    text: Text
    lines: array[int]
    total_lines: int
    blank_lines: int = 0
    strangers: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    is_of_changes: bool = False

    @property
    def follow_each_other(self) -> bool:
        return self.lines[-1] - self.lines[0] == len(self.lines) - 1


@cache
def record_types() -> dict[str, list[str]]:
    """The names of the fields of each record type, in order."""
    with (Path(__file__).parent / "dtf_7_3.csv").open(encoding="utf-8", newline="") as file:
        return {row["record_type"]: row["fields"].split() for row in csv.DictReader(file)}


def is_dtf(path: Path) -> bool:
    """Whether the file begins with the header of a DTF file, or with another record where that is gone."""
    head = read_head(path, 4096)
    if not head.startswith(_BEGINNINGS):
        return False
    encoding = text_encoding(head)
    if encoding is None:
        return False
    first = head.decode(encoding, errors="replace").lstrip("\ufeff").partition("\n")[0].rstrip("\r")
    return _is_header(first) or _RECORD(first) is not None


def _is_header(line: str) -> bool:
    """`10`, then as many fields as the format has, and days where it has them."""
    if not line.startswith(("10,", '"10",')):
        return False
    names = record_types()[HEADER]
    cells = next(csv.reader([line]))
    if len(cells) != len(names):
        return False
    return all(_DAY(cells[names.index(name)].strip()) for name in ("PROCESS_DATE", "ENTRY_DATE"))


def split(path: Path, scratch: Path) -> list[Table]:
    """The tables of a DTF file, the header first, their texts in the folder `scratch`.

    Raises `Refused` where the header is not the first record or the trailer not the last, or where the
    trailer counts other records than there are: such a file was cut off, or put together from several.
    """
    text = read_text(path, scratch / "dtf-text")
    try:
        return _split(text, scratch)
    finally:
        (scratch / "dtf-text").unlink(missing_ok=True)


def _split(text: Text, scratch: Path) -> list[Table]:
    known = {name.encode(): name for name in record_types()}
    parts: dict[bytes, _Part] = {}
    strangers: list[tuple[int, str]] = []
    blank = records = last = 0
    unclosed: _Part | None = None
    is_of_changes = False
    trailer: tuple[int, bytes] | None = None
    try:
        for number, line in enumerate(_lines(text), 1):
            found = _TYPE(line)
            kind = found[1] if found else None
            if unclosed:
                # A text in quotes may go on in the next line; where a record begins, the quote was a slip.
                if kind is None:
                    unclosed.add(number, line)
                    unclosed = None if line.count(b'"') % 2 else unclosed
                    continue
                unclosed = None
            if trailer and line.strip():
                raise Refused(
                    f"its trailer (99) is on line {trailer[0]:,}, and more follows on line {number:,}; "
                    "send each file of a supply by itself"
                )
            if kind is None and not line.strip():
                blank += 1
                continue
            if not parts and kind != b"10":
                shown = kind.decode() if kind else line[:20].decode("utf-8", "replace")
                raise Refused(
                    f"its first record is {shown!r} and not the header (10), so its beginning is missing; "
                    "ask for the whole file"
                )
            last = number
            if kind == b"99":
                trailer = number, line
            elif kind == b"10" and parts:
                raise Refused(
                    f"a second header (10) is on line {number:,}; send each file of a supply by itself"
                )
            elif kind in known:
                if kind not in parts:
                    parts[kind] = _Part(scratch / f"dtf-{known[kind]}")
                parts[kind].add(number, line)
                is_of_changes = is_of_changes or (kind == b"10" and _file_type(line) == "C")
                unclosed = parts[kind] if line.count(b'"') % 2 else None
                records += kind != b"10"
            else:
                # What a line break without quotes has torn off is no record, and is not counted as one.
                records += kind is not None
                strangers.append((number, line.decode("utf-8", "replace").rstrip("\r\n")))
        _check_trailer(trailer, records, last)
        for part in parts.values():
            part.close()
    except BaseException:
        for part in parts.values():
            part.path.unlink(missing_ok=True)
        raise
    return [
        Table(
            known[kind],
            record_types()[known[kind]],
            _text_of(text, part),
            part.lines,
            text.lines,
            blank_lines=blank if kind == b"10" else 0,
            strangers=strangers if kind == b"10" else [],
            notes=list(text.notes) if kind == b"10" else [],
            is_of_changes=is_of_changes,
        )
        for kind, part in parts.items()
    ]


def _lines(text: Text) -> Iterator[bytes]:
    with text.path.open("rb") as file:
        file.seek(text.mark_bytes)
        if text.line_end == "\n":
            yield from file
        else:
            yield from (line + b"\n" for line in file.read().split(b"\r"))


def _file_type(header: bytes) -> str:
    cells = next(csv.reader([header.decode("utf-8", "replace").rstrip("\r\n")]), [])
    return dict(zip(record_types()["10"], cells, strict=False)).get("FILE_TYPE", "").strip()


def _check_trailer(trailer: tuple[int, bytes] | None, records: int, last: int) -> None:
    """Raises `Refused` where the file does not end with a trailer that counts its records."""
    if trailer is None:
        raise Refused(
            f"it ends on line {last:,} without a trailer (99), so it was cut off; ask for it to be sent again"
        )
    number, line = trailer
    cells = next(csv.reader([line.decode("utf-8", "replace").rstrip("\r\n")]))
    counted = cells[2].strip() if len(cells) > 2 else ""
    if not counted.isdecimal():
        raise Refused(f"its trailer on line {number:,} counts no records; ask for it to be sent again")
    if int(counted) != records:
        raise Refused(
            f"its trailer counts {int(counted):,} records and there are {records:,}, so some were lost or "
            "added on the way; ask for it to be sent again"
        )


class _Part:
    """The records of one type on their way into a file of their own."""

    def __init__(self, path: Path):
        self.path = path
        self.lines: array[int] = array("q")
        self.bytes = self.longest = 0
        self.has_returns = self.has_quotes = self.has_zero_bytes = False
        self._held: list[bytes] = []
        self._held_bytes = 0
        path.unlink(missing_ok=True)

    def add(self, number: int, line: bytes) -> None:
        self.lines.append(number)
        self._held.append(line if line.endswith(b"\n") else line + b"\n")
        self._held_bytes += len(line)
        self.longest = max(self.longest, len(line))
        if self._held_bytes > FLUSH_BYTES:
            self.close()

    def close(self) -> None:
        joined = b"".join(self._held)
        self.bytes += len(joined)
        self.has_returns = self.has_returns or b"\r" in joined
        self.has_quotes = self.has_quotes or b'"' in joined
        self.has_zero_bytes = self.has_zero_bytes or b"\0" in joined
        self._held, self._held_bytes = [], 0
        with self.path.open("ab") as file:
            file.write(joined)


def _text_of(whole: Text, part: _Part) -> Text:
    return replace(
        whole,
        path=part.path,
        source_bytes=part.bytes,
        lines=len(part.lines),
        line_end="\n",
        has_returns=part.has_returns,
        has_quotes=part.has_quotes,
        has_zero_bytes=part.has_zero_bytes,
        longest_line=part.longest,
        mark_bytes=0,
        notes=[],
    )
