"""XLSX, XLS and ODS: the rows of one sheet, every cell as a person would write it.

A sheet has no header of its own: merged titles and notes above the table are rows like any other, and
the header is found among the rows later, as in a CSV file.

python-calamine reads all three quickly but holds the whole sheet, as a full rectangle, and shows an
error cell (`#N/A`) as an empty one. A large XLSX sheet, or one with error cells, is therefore read by
openpyxl row by row, which is slower.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring, iterparse
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from ..errors import Refused
from ..headers import normalise
from ..rows import Rows

# A cell held by calamine costs some 80 bytes with its text: this many stay under 700 MB.
CELLS_IN_MEMORY = 8_000_000
UNPACKED_BYTES = 8 << 30
SHARED_TEXT_BYTES = 300 << 20
RATIO, RATIO_FROM_BYTES = 200, 100 << 20
CHUNK_BYTES = 4 << 20
FULLEST = "Took the fullest sheet"
UNLIKE = "it is not as such files are"
# Where a header may stand.
WITHIN = 50
# A sheet most of whose rows stand on another is a copy or an extract of it.
SHARED = 0.9

CELL = re.compile(rb'<(?:\w+:)?c [^>]*?\br="([A-Z]{1,3})\d+"[^>/]*>')
ROW = re.compile(rb'<(?:\w+:)?row [^>]*?\br="(\d+)"[^>/]*>')
ERROR_CELL = re.compile(rb'<(?:\w+:)?c [^>]*?\bt="e"')
NO_RESULT = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^>]*/>)\s*(?:</(?:\w+:)?c>|<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</)"
)
VALUE = re.compile(rb"</(?:\w+:)?(?:v|is)>")
RELATIONSHIP = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"

BROKEN = (
    CalamineError,
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    ParseError,
    DefusedXmlException,
    OSError,
    ValueError,
    KeyError,
    EOFError,
)


@dataclass
class Extent:
    """How much of a sheet is filled: number of filled cells, last row and last column, from 1."""

    filled: int = 0
    height: int = 0
    width: int = 0
    has_errors: bool = False
    has_no_results: bool = False


SheetRows = Iterator[tuple[int, list[str | None]]]


def read(path: Path, format: str, settings: Mapping[str, str]) -> Rows:
    """The rows of one sheet: the one that `sheet` names (or counts, from 1), else the fullest that shows,
    with the other sheets of the same header, one after another in the order of the workbook.

    Row numbers are the sheet's own, and so are the columns: an empty column A is an empty first cell.
    Raises `Refused` for a workbook that is protected, broken, empty or too large to be read safely.
    """
    try:
        return open_sheet(path, format, settings.get("sheet"))
    except Refused:
        raise
    except BROKEN as error:
        if isinstance(error, PasswordError) or is_encrypted_office(path):
            raise Refused(
                f"{path.name} is protected by a password; save it without one and send it again."
            ) from None
        what = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        raise Refused(
            f"{path.name} can't be read as a workbook ({what}); open it, save it as XLSX and send it again."
        ) from None


def open_sheet(path: Path, format: str, wanted: str | None) -> Rows:
    extents = zip_extents(path, format) if zipfile.is_zipfile(path) else {}
    if format == "ods":
        # Reading one sheet holds them all.
        guard_area(path.name, sum(extent.height * extent.width for extent in extents.values()))
    if format == "xls":
        try_apart(path)
    with path.open("rb") as file, calm():
        workbook = CalamineWorkbook.from_filelike(file)
    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    hidden = {sheet.name for sheet in sheets if sheet.visible != SheetVisibleEnum.Visible}
    names = [sheet.name for sheet in sheets]
    if not extents:
        extents = {name: calamine_extent(workbook, name) for name in names}
    chosen, notes = choose_sheet(path.name, names, hidden, extents, wanted)

    def extent_of(name: str) -> Extent:
        extent = extents[name]
        if extent.filled and not (extent.height and extent.width):
            # Some writers leave out where a cell stands, which is allowed: then it follows the one before.
            extent = extents[name] = calamine_extent(workbook, name)
        return extent

    if not extent_of(chosen).filled:
        raise Refused(f"{path.name}, sheet {chosen}, is empty; ask for it to be sent again.")
    can_stream = format == "xlsx" and has_member(path, "xl/workbook.xml")

    def rows_of(name: str) -> SheetRows:
        extent = extent_of(name)
        if can_stream and (extent.has_errors or extent.height * extent.width > CELLS_IN_MEMORY):
            return guarded(path.name, name, streamed_rows(path, name, extent.width))
        return guarded(path.name, name, held_rows(workbook, name))

    parts = [Part(chosen)]
    if not wanted:
        filled = [name for name in names if extent_of(name).filled]
        heads = {name: head(rows_of(name)) for name in filled} if len(filled) > 1 else {chosen: []}
        shown = {name: heads[name] for name in filled if name not in hidden or name == chosen}
        parts, copies = same_table(chosen, shown, rows_of, notes)
        settled = {part.name for part in parts} | set(copies)
        if tables := [name for name in filled if name not in settled and is_table(heads[name])]:
            notes.append(
                f"The {listed(tables)} {'looks' if len(tables) == 1 else 'look'} like a table too: to land "
                "another sheet, name it with the setting sheet in seeds/layouts/readers.csv."
            )
    for part in parts:
        part.height = extent_of(part.name).height
        if can_stream and extents[part.name].has_no_results:
            notes += guard_results(path, part.name)
    return Rows(
        format=format,
        rows=one_after_another(parts, rows_of),
        total_lines=sum(part.height for part in parts),
        sheet=", ".join(part.name for part in parts),
        notes=notes,
    )


# -- Several sheets that are one table ------------------------------------------------------------


@dataclass
class Part:
    """A sheet of the table, and the row of its header where that stands on an earlier sheet already."""

    name: str
    header_row: int = 0
    height: int = 0


def head(rows: SheetRows) -> list[tuple[int, list[str | None]]]:
    """The first rows; none of a sheet that can't be read, which matters only when it is the one to land."""
    try:
        return list(islice(rows, WITHIN))
    except Refused:
        return []


def same_table(
    chosen: str,
    heads: Mapping[str, list[tuple[int, list[str | None]]]],
    rows_of: Callable[[str], SheetRows],
    notes: list[str],
) -> tuple[list[Part], list[str]]:
    """The sheets that have the header of `chosen`, in the order of the workbook; and those of the same header
    whose rows stand on them already, as on a sheet of all months.
    """
    headers = {name: header_rows(rows) for name, rows in heads.items()}
    # The fullest row of names that any two sheets share: a title above it is shorter, and so are its records.
    common = [key for key in headers[chosen] if any(key in headers[name] for name in heads if name != chosen)]
    if not common:
        return [Part(chosen)], []
    header = max(common, key=lambda key: sum(map(bool, key)))
    alike = [name for name in heads if header in headers[name]]
    taken, copies = {chosen}, []
    seen = set(records_below(rows_of(chosen), headers[chosen][header]))
    for name in alike:
        if name == chosen:
            continue
        records = list(records_below(rows_of(name), headers[name][header]))
        if sum(record in seen for record in records) >= SHARED * len(records):
            copies.append(name)
            continue
        seen.update(records)
        taken.add(name)
    if copies:
        notes.append(f"The rows of the {listed(copies)} stand on the sheets taken already.")
    parts = [Part(name, headers[name][header]) for name in alike if name in taken]
    parts[0].header_row = 0
    if len(parts) > 1:
        notes[:] = [note for note in notes if not note.startswith(FULLEST)]
        left = [name for name in heads if name not in taken]
        notes.append(
            f"Took the {listed([part.name for part in parts])}, which have one header, as one table; "
            "their rows are numbered on from sheet to sheet"
            + (f"; passed over {', '.join(left)}." if left else ".")
        )
    return parts, copies


def listed(names: list[str]) -> str:
    """`sheet April`, `sheets April, May, June`."""
    return f"sheet{'s' if len(names) > 1 else ''} {', '.join(names)}"


def header_rows(rows: Iterable[tuple[int, list[str | None]]]) -> dict[tuple[str, ...], int]:
    """What may be a header, by the names in their places → its row: two or more different names in words."""
    found: dict[tuple[str, ...], int] = {}
    for number, cells in rows:
        filled = [cell for cell in cells if cell and cell.strip()]
        in_words = all(re.search(r"[^\W\d_]", cell) for cell in filled)
        if len(filled) < 2 or not in_words or len(set(filled)) < len(filled):
            continue
        # What has no Latin letter is compared as it is.
        names = [normalise(cell or "") or (cell or "").strip() for cell in cells]
        while not names[-1]:
            names.pop()
        found.setdefault(tuple(names), number)
    return found


def is_table(rows: list[tuple[int, list[str | None]]]) -> bool:
    """Whether a row of names has a row below it that is filled at least half as far."""
    for names, at in header_rows(rows).items():
        width = sum(map(bool, names))
        return any(number > at and width <= 2 * sum(map(bool, cells)) for number, cells in rows)
    return False


def records_below(rows: SheetRows, header_row: int) -> Iterator[int]:
    """What tells the filled rows below the header apart."""
    for number, cells in rows:
        if number > header_row and any(cells):
            while not cells[-1]:
                cells.pop()
            yield hash(tuple(cells))


def one_after_another(parts: list[Part], rows_of: Callable[[str], SheetRows]) -> SheetRows:
    before = 0
    for part in parts:
        for number, cells in rows_of(part.name):
            if number > part.header_row:
                yield before + number, cells
        before += part.height


# -- Formulas that nobody has calculated ----------------------------------------------------------


def guard_results(path: Path, sheet: str) -> list[str]:
    """Raises `Refused` where a column is mostly formulas without results; a note where some cells are."""
    with zipfile.ZipFile(path) as archive, archive.open(sheet_members(archive)[sheet]) as content:
        filled, without = formula_columns(content)
    worst = [column for column, count in without.items() if count >= filled[column]]
    told = "as a program writes that does not calculate; open it in a spreadsheet program and save it again"
    if worst:
        raise Refused(
            f"{path.name} has formulas without results in column {', '.join(worst)} of the sheet {sheet}, "
            f"{told}."
        )
    count = sum(without.values())
    cells = "1 cell holds a formula" if count == 1 else f"{count:,} cells hold formulas"
    return [f"In the sheet {sheet}, {cells} without a result, {told}."] if count else []


def formula_columns(content: BinaryIO) -> tuple[Counter[str], Counter[str]]:
    """Column → cells with a value, and column → formulas without one. The empty text is a result."""
    filled: Counter[str] = Counter()
    without: Counter[str] = Counter()
    for _, element in iterparse(content, events=("end",), forbid_entities=True):
        name = element.tag.rpartition("}")[2]
        if name == "c":
            parts = {part.tag.rpartition("}")[2]: part for part in element}
            column = element.get("r", "").rstrip("0123456789")
            if "is" in parts or ("v" in parts and parts["v"].text):
                filled[column] += 1
            elif "f" in parts and element.get("t") != "str":
                without[column] += 1
        elif name == "row":
            element.clear()
    return filled, without


# -- Before anything is unpacked ------------------------------------------------------------------


def guard_area(file: str, cells: int) -> None:
    if cells > CELLS_IN_MEMORY:
        raise Refused(f"{file} spans {cells:,} cells, too many to be read safely; send the table as CSV.")


def guard_zip(path: Path) -> None:
    """Raises `Refused` before anything is unpacked where the workbook's own directory announces a bomb."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    if unpacked > UNPACKED_BYTES or (unpacked > RATIO_FROM_BYTES and unpacked > RATIO * packed):
        raise Refused(
            f"{path.name} would unpack {packed:,} bytes to {unpacked:,}, as an archive bomb does; "
            "send the table as CSV."
        )
    if is_encrypted_ods(path):
        raise PasswordError
    if any(m.filename.endswith("sharedStrings.xml") and m.file_size > SHARED_TEXT_BYTES for m in members):
        raise Refused(
            f"{path.name} holds too much text for a workbook to be read safely; send the table as CSV."
        )


def is_encrypted_ods(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        manifest = "META-INF/manifest.xml"
        return manifest in archive.namelist() and b"encryption-data" in archive.read(manifest)


def is_encrypted_office(path: Path) -> bool:
    """Whether an OLE2 container holds an encrypted workbook (MS-OFFCRYPTO, section 2.3.4.4)."""
    stream = "EncryptedPackage".encode("utf-16-le")
    with path.open("rb") as file:
        before = b""
        while chunk := file.read(CHUNK_BYTES):
            if stream in before + chunk:
                return True
            before = chunk[-len(stream) :]
    return False


def has_member(path: Path, name: str) -> bool:
    with zipfile.ZipFile(path) as archive:
        return name in archive.namelist()


def choose_sheet(
    file: str, names: list[str], hidden: set[str], extents: Mapping[str, Extent], wanted: str | None
) -> tuple[str, list[str]]:
    """The sheet to read, and what a person should know about the choice."""
    if not names:
        raise Refused(f"{file} has no sheet with cells; ask for the table itself.")
    if wanted:
        by_name = {name.strip().casefold(): name for name in reversed(names)}
        if wanted.strip().casefold() in by_name:
            return by_name[wanted.strip().casefold()], []
        if wanted.isdigit() and 1 <= int(wanted) <= len(names):
            return names[int(wanted) - 1], []
        raise Refused(f"{file} has no sheet {wanted}; it has {', '.join(names)}.")
    filled = [name for name in names if extents[name].filled]
    if not filled:
        raise Refused(f"{file} has nothing in its sheets; ask for it to be sent again.")
    name = max(filled, key=lambda each: (each not in hidden, extents[each].filled))
    others = [each + (" (hidden)" if each in hidden else "") for each in filled if each != name]
    notes = [f"{FULLEST}, {name}; passed over {', '.join(others)}."] if others else []
    if name in hidden:
        notes.append(f"The sheet {name} is hidden; it is the only one with anything in it.")
    return name, notes


def try_apart(path: Path) -> None:
    """A broken XLS may say that it needs more memory than there is, at which calamine ends the process that
    it is in: that must not be the one that loads the other files, too.

    Raises `ValueError` for such a file.
    """
    trial = "import sys, python_calamine as c; c.CalamineWorkbook.from_filelike(open(sys.argv[1], 'rb'))"
    done = subprocess.run([sys.executable, "-I", "-c", trial, path], capture_output=True, check=False)
    if done.returncode < 0:
        raise ValueError(UNLIKE)


@contextmanager
def calm() -> Iterator[None]:
    """Where calamine panics at a broken workbook it writes its story to the terminal, and raises what is no
    `Exception`: the one is not shown, the other is a `ValueError`.
    """
    sys.stderr.flush()
    terminal = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise ValueError(UNLIKE) from None
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)


def calamine_extent(workbook: CalamineWorkbook, name: str) -> Extent:
    with calm():
        sheet = workbook.get_sheet_by_name(name)
    if sheet.end is None:
        return Extent()
    filled = sum(1 for row in sheet.iter_rows() for cell in row if cell != "")
    return Extent(filled, sheet.end[0] + 1, sheet.end[1] + 1)


def zip_extents(path: Path, format: str) -> dict[str, Extent]:
    """Sheet → extent, from the members' XML, before anything holds a sheet in memory. Empty for XLSB."""
    guard_zip(path)
    with zipfile.ZipFile(path) as archive:
        if format == "ods":
            with archive.open("content.xml") as content:
                return ods_extents(content)
        if "xl/workbook.xml" not in archive.namelist():
            return {}
        extents = {}
        for name, member in sheet_members(archive).items():
            with archive.open(member) as content:
                extents[name] = xlsx_extent(content)
        return extents


def sheet_members(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet's name → its member of an XLSX (ECMA-376, part 1, sections 9 and 18.2.19)."""
    targets = {}
    for relation in fromstring(archive.read("xl/_rels/workbook.xml.rels")):
        target = relation.get("Target", "")
        targets[relation.get("Id")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    members = {}
    for element in fromstring(archive.read("xl/workbook.xml")).iter():
        if element.tag.rpartition("}")[2] == "sheet":
            relation = next(
                (value for key, value in element.attrib.items() if key.endswith("relationships}id")), None
            )
            member = targets.get(relation, "")
            if "chartsheet" not in member:
                members[element.get("name", "")] = member
    return members


def xlsx_extent(content: BinaryIO) -> Extent:
    """Counts by pattern instead of by parsing: a tenth of the time, and a cell's tag has one form."""
    extent = Extent()
    columns: set[bytes] = set()
    rest = b""
    while chunk := content.read(CHUNK_BYTES):
        piece, _, last = (rest + chunk).rpartition(b"<")
        rest = b"<" + last if piece or last else b""
        extent.filled += len(VALUE.findall(piece))
        columns.update(CELL.findall(piece))
        if rows := ROW.findall(piece):
            extent.height = max(extent.height, int(rows[-1]))
        extent.has_errors = extent.has_errors or ERROR_CELL.search(piece) is not None
        extent.has_no_results = extent.has_no_results or NO_RESULT.search(piece) is not None
        if len(rest) > CHUNK_BYTES * 8:
            raise ValueError("a cell without end")
    extent.width = max((column_number(column.decode()) for column in columns), default=0)
    return extent


def column_number(letters: str) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def ods_extents(content: BinaryIO) -> dict[str, Extent]:
    """Walks the tables; a cell or row stands for as many as its `repeated` attribute says."""
    extents: dict[str, Extent] = {}
    extent, row, column, row_filled, repeat = Extent(), 0, 0, 0, 1
    for event, element in iterparse(content, events=("start", "end"), forbid_entities=True):
        name = element.tag
        if event == "start":
            if name == f"{TABLE}table":
                extent = extents[element.get(f"{TABLE}name", "")] = Extent()
                row = 0
            elif name == f"{TABLE}table-row":
                repeat = int(element.get(f"{TABLE}number-rows-repeated", "1"))
                column, row_filled = 0, 0
        elif name in (f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
            cells = int(element.get(f"{TABLE}number-columns-repeated", "1"))
            column += cells
            if element.get(f"{OFFICE}value-type") or len(element):
                row_filled += cells
                extent.width = max(extent.width, column)
        elif name == f"{TABLE}table-row":
            row += repeat
            if row_filled:
                extent.filled += row_filled * repeat
                extent.height = row
            element.clear()
    return extents


def held_rows(workbook: CalamineWorkbook, name: str) -> Iterator[tuple[int, list[str | None]]]:
    """The rows as calamine holds them; it leaves out empty columns at the left, which are put back."""
    with calm():
        sheet = workbook.get_sheet_by_name(name)
    left = [""] * (sheet.start[1] if sheet.start else 0)
    for number, row in enumerate(sheet.iter_rows(), start=1):
        yield number, left + [as_text(cell) for cell in row]


def streamed_rows(path: Path, name: str, width: int) -> Iterator[tuple[int, list[str | None]]]:
    with warnings.catch_warnings():
        # It warns of every extension that it leaves out (validation, conditional formats): no data.
        warnings.simplefilter("ignore")
        workbook = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    try:
        sheet = workbook[name]
        # The extent that the file states is often wrong; forgotten, every row is read.
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            cells = [as_text(cell) for cell in row]
            # Cells that have a style and nothing else may reach far to the right.
            while len(cells) > width and not cells[-1]:
                cells.pop()
            yield number, cells + [""] * (width - len(cells))
    finally:
        workbook.close()


def guarded(
    file: str, sheet: str, rows: Iterator[tuple[int, list[str | None]]]
) -> Iterator[tuple[int, list[str | None]]]:
    number = 0
    try:
        for number, cells in rows:
            yield number, cells
    except BROKEN as error:
        raise Refused(
            f"{file}, sheet {sheet}, is broken after row {number:,} ({error}); save it again."
        ) from None


def as_text(value: Any) -> str:
    """A cell as a person would write it: `100012345678`, `0.1`, `2024-01-02`, `true`; `''` for nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_as_text(value)
    if isinstance(value, datetime):
        return datetime_as_text(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration_as_text(value)
    return str(value)


def number_as_text(value: float) -> str:
    """The shortest digits that give the number back, without an exponent where a person would write none."""
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    text = repr(value)
    return format(Decimal(text), "f") if "e-" in text and abs(value) > 1e-15 else text


def datetime_as_text(value: datetime) -> str:
    """ISO, to the millisecond: a sheet keeps a moment as a fraction of a day, which is off by microseconds.

    It knows no dates but moments, so midnight is a date.
    """
    value += timedelta(microseconds=500)
    value = value.replace(microsecond=value.microsecond // 1000 * 1000)
    if value.time() == time():
        return value.date().isoformat()
    return value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")


def duration_as_text(value: timedelta) -> str:
    """Hours, minutes and seconds as a sheet shows a duration: `30:00:00`."""
    seconds = round(value.total_seconds())
    sign = "-" if seconds < 0 else ""
    hours, rest = divmod(abs(seconds), 3600)
    return f"{sign}{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"
