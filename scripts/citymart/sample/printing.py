"""Cells into files: each format's lines are composed in SQL and written as they come, many at a time."""

from __future__ import annotations

import codecs
import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from .cells import BROKEN, Column, Printed, numbered
from .chance import spread
from .spec import System
from .sql import literal, name

BATCH = 20_000
# Beyond this an office sends CSV: a workbook would be too large to open.
MOST_IN_WORKBOOK = 5_000
_EPOCH = (1980, 1, 1, 0, 0, 0)
UNITS = {"date": "dd/mm/yyyy", "money": "£", "integer": "number", "decimal": "number"}


@dataclass
class Noise:
    """What stands in a file beside its records. The kinds of dirt of the stage `file` that it has."""

    kinds: frozenset[str] = frozenset()
    titles: tuple[str, ...] = ()
    footer: str = ""
    style: int = 0
    """How the header is restyled."""

    def has(self, kind: str) -> bool:
        return kind in self.kinds


class Writer(Protocol):
    """One file that is being written. `add` may be called several times, once a borough."""

    def add(self, con: duckdb.DuckDBPyConnection, printed: Printed) -> None: ...

    def close(self) -> None: ...


def open_writer(path: Path, system: System, columns: Sequence[Column], noise: Noise) -> Writer:
    match system.extension:
        case "parquet":
            return ParquetWriter(path, columns)
        case "xlsx":
            return WorkbookWriter(path, system, columns, noise)
        case "json" | "ndjson":
            return JsonWriter(path, system, columns)
        case "xml":
            return XmlWriter(path, system, columns)
        case _:
            return DelimitedWriter(path, system, columns, noise)


class TextFile:
    """Text in the encoding of a system."""

    def __init__(self, path: Path, encoding: str, line_end: str = "\n") -> None:
        self.file: BinaryIO = path.open("wb")
        self.is_utf8 = encoding.startswith("utf-8")
        self.line_end = line_end
        self.encoder = codecs.getincrementalencoder("utf-8" if self.is_utf8 else encoding)(errors="replace")
        if encoding == "utf-8-sig":
            self.file.write(codecs.BOM_UTF8)

    def line(self, text: str) -> None:
        self.text(text + self.line_end)

    def text(self, text: str) -> None:
        self.file.write(self.encoder.encode(text))

    def lines(self, con: duckdb.DuckDBPyConnection, sql: str, skip: int = 0) -> None:
        """The texts of a query of one column, line ends and all; the first `skip` bytes are left out."""
        for batch in con.execute(sql).to_arrow_reader(BATCH):
            (column,) = batch.columns
            written = _bytes_of(column)[skip:]
            skip = 0
            self.file.write(written if self.is_utf8 else self.encoder.encode(bytes(written).decode()))

    def close(self) -> None:
        self.file.close()


def _bytes_of(column: pa.Array) -> memoryview:
    """The texts of a column without a null, one after the other, as they lie in memory."""
    wide = pa.types.is_large_string(column.type)
    if not wide and not pa.types.is_string(column.type):
        column, wide = column.cast(pa.large_string()), True
    _, offsets, data = column.buffers()
    if not len(column) or data is None:
        return memoryview(b"")
    at = memoryview(offsets).cast("q" if wide else "i")
    return memoryview(data)[at[column.offset] : at[column.offset + len(column)]]


def in_file(printed: Printed) -> str:
    """The records in the order of the file, which is that of the table."""
    return f"{name(printed.table)} where _kind is null or _kind <> 'missing_record'"


class DelimitedWriter:
    """CSV and its like, with a header or without, and with whatever else reports have above and below."""

    def __init__(self, path: Path, system: System, columns: Sequence[Column], noise: Noise) -> None:
        self.system, self.columns, self.noise = system, columns, noise
        encoding = (
            "utf-8-sig" if noise.has("byte_order_mark") and system.encoding == "utf-8" else system.encoding
        )
        self.end = "\r\n" if system.line_end == "crlf" else "\n"
        self.file = TextFile(path, encoding, self.end)
        self.rows = 0
        self.sums: dict[int, Decimal] = {
            column.at: Decimal(0) for column in columns if column.role == "money"
        }
        for line in (*system.preamble, *noise.titles):
            self.file.line(self._one_cell(line))
        if system.header:
            self._row([restyled(column.name, noise) for column in columns], first="Unnamed: 0")
            if noise.has("units_row"):
                self._row([UNITS.get(column.role or "", "text") for column in columns])
            if noise.has("numbers_row"):
                width = len(columns) + noise.has("index_column") + noise.has("trailing_delimiters")
                self.file.line(self.system.delimiter.join(self.quoted(str(at)) for at in range(1, width + 1)))

    def quoted(self, text: str) -> str:
        must = any(each in text for each in (self.system.delimiter, '"', "\n", "\r"))
        return '"' + text.replace('"', '""') + '"' if must or self.system.quoting == "all" else text

    def _one_cell(self, text: str) -> str:
        return self.quoted(text) if text else ""

    def _row(self, cells: Sequence[str], first: str = "") -> None:
        cells = [*([first] if self.noise.has("index_column") else []), *cells]
        cells += [""] if self.noise.has("trailing_delimiters") else []
        self.file.line(self.system.delimiter.join(map(self.quoted, cells)))

    def add(self, con: duckdb.DuckDBPyConnection, printed: Printed) -> None:
        self.file.lines(con, self._sql(printed))
        sums = "".join(f", sum(try_cast({c.x} as decimal(18, 2)))" for c in self.columns if c.at in self.sums)
        rows, *found = con.execute(f"select count(*){sums} from {in_file(printed)}").fetchone()
        self.rows += rows
        for at, amount in zip(self.sums, found, strict=True):
            self.sums[at] += amount or 0

    def _cell(self, text: str) -> str:
        if self.system.quoting == "all":
            return f"'\"' || replace(coalesce({text}, ''), '\"', '\"\"') || '\"'"
        special = literal('["\\n\\r' + re.escape(self.system.delimiter) + "]")
        return (
            f"case when {text} is null then '' when regexp_matches({text}, {special}) "
            f"then '\"' || replace({text}, '\"', '\"\"') || '\"' else {text} end"
        )

    def _sql(self, printed: Printed) -> str:
        cells = [self._cell(column.p) for column in self.columns]
        delimiter, end = literal(self.system.delimiter), literal(self.end)
        if self.noise.has("index_column"):
            cells.insert(0, "cast(rowid as varchar)")
        line = f"concat_ws({delimiter}, {', '.join(cells)})"
        if self.noise.has("trailing_delimiters"):
            line = f"{line} || {delimiter}"
        broken = self._broken(cells)
        if broken:
            line = f"case when _kind in ({', '.join(map(literal, BROKEN))}) then {broken} else {line} end"
        above = "''"
        if self.noise.has("blank_rows"):
            blank = self.system.delimiter * (len(cells) - 1)
            u = spread("_h", "blank row")
            commas, nothing = literal(blank + self.end), end
            above = f"case when {u} < 0.001 then {commas} when {u} < 0.002 then {nothing} else '' end"
        return f"select {above} || {line} || {end} as line from {in_file(printed)}"

    def _broken(self, cells: list[str]) -> str:
        """The line of a record with another number of cells than the header."""
        if len(cells) < 4 or self.noise.has("trailing_delimiters") or not self.system.header:
            return ""
        delimiter, end = literal(self.system.delimiter), literal(self.end)

        def joined(pieces: Sequence[str]) -> str:
            return f"concat_ws({delimiter}, {', '.join(pieces)})"

        # In the middle of the record, where the text falls apart at a blank or not at all.
        at = len(cells) // 2
        text = self.columns[at - self.noise.has("index_column")].p
        left = self._cell(f"regexp_extract({text}, '^(.*?)(?: .*)?$', 1, 's')")
        right = self._cell(f"regexp_extract({text}, '^.*? (.*)$', 1, 's')")
        return (
            f"case _kind when 'too_few_cells' then {joined(cells[:-1])} "
            f"when 'too_many_cells' then {joined([*cells, self._cell(literal('1'))])} "
            f"when 'shifted_cells' then {joined([*cells[:at], left, right, *cells[at + 1 :]])} "
            f"else {joined([*cells[:at], left])} || {end} || {joined([right, *cells[at + 1 :]])} end"
        )

    def close(self) -> None:
        if self.noise.has("total_line") and self.rows:
            first = self.columns[0].at
            if self.sums and first not in self.sums:
                row = [
                    "Total",
                    *(f"{self.sums[c.at]:.2f}" if c.at in self.sums else "" for c in self.columns[1:]),
                ]
            else:
                row = [f"Total: {self.rows}", *("" for _ in self.columns[1:])]
            self._row(row)
        if self.noise.footer:
            self.file.line(self._one_cell(self.noise.footer))
        self.file.close()


def restyled(text: str, noise: Noise) -> str:
    """A column name as another version of a system writes it; the same name to whoever reads it."""
    if not noise.has("header_restyled"):
        return text
    return (text.upper, lambda: text.replace("_", " "), lambda: f" {text} ", lambda: text.lower())[
        noise.style
    ]()


class JsonWriter:
    """JSON, as a list or as a list inside objects, and one object a line."""

    def __init__(self, path: Path, system: System, columns: Sequence[Column]) -> None:
        self.columns, self.is_list = columns, system.extension == "json"
        self.file = TextFile(path, "utf-8")
        self.path = [step for step in system.json.get("path", "").split(".") if step]
        self.any = False
        if self.is_list:
            self.file.text("".join(f'{{"{step}": ' for step in self.path) + "[\n")

    def add(self, con: duckdb.DuckDBPyConnection, printed: Printed) -> None:
        tree = _tree(
            [column.name for column in self.columns], [self._value(column) for column in self.columns]
        )
        line = f"{_json_object(tree)}"
        line = f"',\n' || {line}" if self.is_list else f"{line} || '\n'"
        first = 2 if self.is_list and not self.any else 0
        self.file.lines(con, f"select {line} as line from {in_file(printed)}", skip=first)
        self.any = self.any or con.execute(f"select exists (select 1 from {in_file(printed)})").fetchone()[0]

    def _value(self, column: Column) -> str:
        as_text = f"coalesce(cast(to_json({column.p}) as varchar), 'null')"
        if column.is_number or column.type == "BOOLEAN":
            return (
                f"case when {column.t} is null and {column.p} is not null then {column.p} else {as_text} end"
            )
        return as_text

    def close(self) -> None:
        if self.is_list:
            self.file.text("\n]" + "}" * len(self.path) + "\n")
        self.file.close()


def _tree(names: Sequence[str], values: Sequence[str]) -> dict[str, Any]:
    """Dotted names as nested mappings, in order of first appearance."""
    tree: dict[str, Any] = {}
    for column, value in zip(names, values, strict=True):
        *above, last = column.split(".")
        at = tree
        for step in above:
            at = at.setdefault(step, {})
        at[last] = value
    return tree


def _json_object(tree: dict[str, Any]) -> str:
    parts, before = [], "{"
    for key, value in tree.items():
        inner = _json_object(value) if isinstance(value, dict) else value
        escaped = key.replace("\\", "\\\\").replace('"', '\\"')
        parts.append(literal(f'{before}"{escaped}":') + f" || {inner}")
        before = ","
    return " || ".join([*parts, "'}'"])


class XmlWriter:
    """XML: a list of elements. Names with a dot nest, `@name` is an attribute, and no value is an empty
    element.
    """

    def __init__(self, path: Path, system: System, columns: Sequence[Column]) -> None:
        self.columns = columns
        self.root, self.record = system.xml["root"].strip("/").split("/"), system.xml["record"]
        self.file = TextFile(path, "utf-8")
        self.file.line('<?xml version="1.0" encoding="utf-8"?>')
        self.file.line("".join(f"<{step}>" for step in self.root))

    def add(self, con: duckdb.DuckDBPyConnection, printed: Printed) -> None:
        tree = _tree(
            [column.name for column in self.columns], [_xml_text(column.p) for column in self.columns]
        )
        line = _xml_element(self.record, tree)
        self.file.lines(con, f"select {line} || '\n' as line from {in_file(printed)}")

    def close(self) -> None:
        self.file.line("".join(f"</{step}>" for step in reversed(self.root)))
        self.file.close()


def _xml_text(text: str) -> str:
    escaped = f"coalesce({text}, '')"
    for letter, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        escaped = f"replace({escaped}, '{letter}', '{entity}')"
    return escaped


def _xml_element(tag: str, content: Any) -> str:
    if not isinstance(content, dict):
        return f"'<{tag}>' || {content} || '</{tag}>'"
    attributes = [(key[1:], value) for key, value in content.items() if key.startswith("@")]
    opening = " || ".join(
        [f"'<{tag}'", *(f"' {key}=\"' || {value} || '\"'" for key, value in attributes), "'>'"]
    )
    inner = [_xml_element(key, value) for key, value in content.items() if not key.startswith("@")]
    return " || ".join([opening, *inner, f"'</{tag}>'"])


class ParquetWriter:
    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        self.path, self.columns = path, columns
        self.writer: pq.ParquetWriter | None = None

    def add(self, con: duckdb.DuckDBPyConnection, printed: Printed) -> None:
        # A column has one type for all: where the type is no text, its cells have no dirt of their own.
        selected = ", ".join(f"{c.p if c.is_text else c.x} as {name(c.name)}" for c in self.columns)
        reader = con.execute(f"select {selected} from {in_file(printed)}").to_arrow_reader(BATCH)
        if self.writer is None:
            self.writer = pq.ParquetWriter(self.path, reader.schema, compression="zstd")
        for batch in reader:
            self.writer.write_batch(batch)

    def close(self) -> None:
        if self.writer:
            self.writer.close()


class WorkbookWriter:
    """A small workbook of one sheet. Numbers are numbers and dates dates, unless dirt has made texts of
    them.
    """

    def __init__(self, path: Path, system: System, columns: Sequence[Column], noise: Noise) -> None:
        self.path, self.columns, self.noise = path, columns, noise
        self.book = openpyxl.Workbook(write_only=True)
        self.sheet = self.book.create_sheet(system.sheet)
        for line in (*system.preamble, *noise.titles):
            self.sheet.append([line] if line else [])
        if system.header:
            self.sheet.append([restyled(column.name, noise) for column in columns])
            if noise.has("units_row"):
                self.sheet.append([UNITS.get(column.role or "", "text") for column in columns])

    def add(self, con: duckdb.DuckDBPyConnection, printed: Printed) -> None:
        cells = ", ".join(f"{c.p if c.is_text else c.x}, {c.p}, {c.t}" for c in self.columns)
        for row in con.execute(f"select {cells} from {in_file(printed)}").fetchall():
            thirds = zip(row[0::3], row[1::3], row[2::3], strict=True)
            self.sheet.append([_cell(text if kind else value) for value, text, kind in thirds])

    def close(self) -> None:
        if self.noise.footer:
            self.sheet.append([self.noise.footer])
        made = io.BytesIO()
        self.book.save(made)
        self.path.write_bytes(_without_clock(made))


def _cell(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, bool, Decimal, dt.date, type(None))) else str(value)


def _without_clock(made: io.BytesIO) -> bytes:
    """The workbook without the time at which it was saved, so that the same records give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.namelist():
            content = source.read(member)
            if member == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:\w+ [^>]*>)[^<]*", rb"\g<1>1980-01-01T00:00:00Z", content)
            target.writestr(zipfile.ZipInfo(member, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


@dataclass
class DtfWriter:
    """BS 7666 DTF 7.3: header record 10, records of each type, trailer 99; no header line.

    Source: Data Entry Conventions and Best Practice, data transfer format 7.3.
    """

    path: Path
    provider_name: str
    provider_code: str
    as_of: dt.date
    is_full: bool
    volume: int = 1
    count: int = 0
    file: TextFile = field(init=False)

    def __post_init__(self) -> None:
        self.file = TextFile(self.path, "utf-8", "\r\n")
        day, kind = self.as_of.isoformat(), "F" if self.is_full else "C"
        name = self.provider_name.replace('"', '""')
        self.file.line(f'10,"{name}",{self.provider_code},{day},{self.volume},{day},000000,"7.3","{kind}"')

    def add_type(self, con: duckdb.DuckDBPyConnection, printed: Printed, record_type: str) -> None:
        cells = [f"'{record_type}'", "'\"' || _change_type || '\"'", "cast(_row_number + 1 as varchar)"]
        for column in printed.columns:
            if column.is_number or column.type in ("DATE", "BOOLEAN"):
                cells.append(f"coalesce({column.p}, '')")
            else:
                cells.append(
                    f"case when coalesce({column.p}, '') = '' then '' "
                    f"else '\"' || replace({column.p}, '\"', '\"\"') || '\"' end"
                )
        line = f"concat_ws(',', {', '.join(cells)}) || '\r\n'"
        self.file.lines(
            con,
            f"select {line} as line from {numbered(printed)} order by _at",
        )
        self.count += rows_of(con, printed)[0]

    def close(self) -> None:
        self.file.line(f"99,{self.volume + 1},{self.count},{self.as_of.isoformat()},000000")
        self.file.close()


def rows_of(con: duckdb.DuckDBPyConnection, printed: Printed) -> tuple[int, int]:
    """How many records the file shows, and how many of them can be read as such."""
    return con.execute(f"select count(*), count(_row_number) from {numbered(printed)}").fetchone()
