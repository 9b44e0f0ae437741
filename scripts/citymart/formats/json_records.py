"""JSON, NDJSON and GeoJSON: records as rows, nested objects flattened with dots.

Values land as they were written: `1.10` stays `1.10`, `1e5` stays `1e5`, a long identifier keeps all its
digits. An event parser hands out numbers already turned into decimals, so records are cut out of the
text one at a time here and decoded by the standard library with its number parsing switched off. No
more than one record is in memory.

The file is read twice: for its columns, in order of first appearance, and for its rows.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from ..errors import Refused
from ..rows import Rows
from .detect import read_head, text_encoding

CHUNK_CHARACTERS = 1 << 20
RECORD_CHARACTERS = 64 << 20
COLUMNS = 5_000
TABLES = 200
DEPTH = 8
NESTING = 20
# What publishers call the list of records, beside which lists of fields, links or errors may be longer.
NAMES = ("records", "features", "results", "data", "items", "rows")

SPACE = re.compile(r"[ \t\r\n]*")
SCALAR = re.compile(r"[^\s,\]\}\{\[\"]+")
# A string that does not end in what is at hand has an empty second half, so that its inside isn't searched.
STRUCTURE = re.compile(r'[\[\]{}]|"[^"\\]*(?:\\.[^"\\]*)*(?P<closed>"?)', re.S)


class Number(str):
    """A JSON number as it was written."""


class DoubledKey(Exception):
    """An object that has one key twice; Python's own decoder would drop a value without a word."""


class Text:
    """A window on a text file that moves forward as values are taken off its front.

    Every complaint is a `Refused` that names the file, and the line and column where it stands.
    """

    def __init__(self, path: Path, encoding: str) -> None:
        self.name = path.name
        self.encoding = encoding
        try:
            self.decode = codecs.getincrementaldecoder(encoding)().decode
        except LookupError:
            raise Refused(
                f"{path.name} can't be read: there is no encoding {encoding}; correct the setting."
            ) from None
        self.file = path.open("rb")
        self.buffer = ""
        self.at = 0
        self.ended = False
        self.line, self.column = 1, 1
        self.decoder = json.JSONDecoder(
            parse_float=Number, parse_int=Number, parse_constant=no_constant, object_pairs_hook=unique_keys
        )

    def __enter__(self) -> Text:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def fill(self) -> bool:
        """Reads on, at least doubling what is at hand; False at the end of the file."""
        if self.ended:
            return False
        self.advance(self.at)
        chunk = self.file.read(max(CHUNK_CHARACTERS, len(self.buffer)))
        self.ended = not chunk
        try:
            self.buffer += self.decode(chunk, final=self.ended)
        except UnicodeDecodeError:
            self.advance(len(self.buffer))
            self.refuse(f"isn't all {self.encoding} text", "declare its encoding or send it as UTF-8")
        return True

    def advance(self, to: int) -> None:
        """Drops what was taken, keeping count of lines."""
        taken = self.buffer[:to]
        lines = taken.count("\n")
        self.column = len(taken) - taken.rfind("\n") if lines else self.column + len(taken)
        self.line += lines
        self.buffer = self.buffer[to:]
        self.at = 0

    def refuse(self, what: str, way_out: str, *, at: int | None = None) -> NoReturn:
        self.advance(self.at if at is None else at)
        raise Refused(f"{self.name} {what} at line {self.line:,}, column {self.column:,}; {way_out}.")

    def peek(self) -> str:
        """The next character that is not white space, '' at the end."""
        while True:
            self.at = SPACE.match(self.buffer, self.at).end()
            if self.at < len(self.buffer):
                return self.buffer[self.at]
            if not self.fill():
                return ""

    def take(self, expected: str) -> str:
        """The next character, which must be one of `expected`."""
        character = self.peek()
        if not character:
            self.refuse("is cut off: its JSON ends too early", "send it again")
        if character not in expected:
            wanted = " or ".join(f"'{one}'" for one in expected)
            self.refuse(f"is not valid JSON: {wanted} expected, {character!r} found", "send it again")
        self.at += 1
        return character

    def value(self) -> Any:
        """The next value, decoded; numbers are `Number`."""
        if self.peek() not in '{["':
            return self.scalar()
        while True:
            try:
                found, self.at = self.decoder.raw_decode(self.buffer, self.at)
                return found
            except json.JSONDecodeError as error:
                # Whatever is wrong right at the end of what was read may only be not read yet.
                cut = error.pos > len(self.buffer) - 16 or error.msg.startswith("Unterminated string")
                if not (cut and self.more_of_record()):
                    self.broken(error, cut)
            except RecursionError:
                self.refuse(
                    "holds a value nested too deep to be a table, begun", "send records of plain values"
                )
            except DoubledKey as error:
                self.refuse(
                    f"has the key {error} twice in one object, in the record", "ask which of the two holds"
                )
            except ValueError as error:
                self.refuse(f"is not valid JSON: {error} in the record", "send it again")

    def more_of_record(self) -> bool:
        if len(self.buffer) - self.at > RECORD_CHARACTERS:
            self.refuse(
                f"has a record of more than {RECORD_CHARACTERS >> 20} million characters, begun",
                "send records of a sensible size, or name the list of records with the setting record_path",
            )
        return self.fill()

    def broken(self, error: json.JSONDecodeError, cut: bool) -> NoReturn:
        if cut and (error.msg.startswith("Unterminated string") or not self.buffer[error.pos :].strip()):
            self.refuse("is cut off: its JSON ends too early, in the record begun", "send it again")
        self.refuse(f"is not valid JSON ({error.msg})", "send it again", at=error.pos)

    def scalar(self) -> Any:
        match = SCALAR.match(self.buffer, self.at)
        while (match is None or match.end() == len(self.buffer)) and self.more_of_record():
            match = SCALAR.match(self.buffer, self.at)
        if match is None and self.at == len(self.buffer):
            self.refuse("is cut off: its JSON ends too early", "send it again")
        if match is None:
            self.refuse(
                f"is not valid JSON: a value expected, {self.buffer[self.at]!r} found", "send it again"
            )
        try:
            found, end = self.decoder.raw_decode(self.buffer, self.at)
        except ValueError:
            end = -1
        if end != match.end():
            self.refuse(f"is not valid JSON: {match.group()[:20]!r} found", "send it again")
        self.at = end
        return found

    def skip(self) -> None:
        """Passes over the next value without keeping it, however long or deep it is."""
        if self.peek() not in "{[":
            self.value()
            return
        depth = 0
        while True:
            match = STRUCTURE.search(self.buffer, self.at)
            if match is None or match.group("closed") == "":
                self.at = match.start() if match else len(self.buffer)
                if not self.more_of_record():
                    self.refuse("is cut off: its JSON ends too early", "send it again")
                continue
            self.at = match.end()
            if match.group() in "{[":
                depth += 1
            elif match.group() in "}]":
                depth -= 1
            if depth == 0:
                return

    def elements(self) -> Iterator[None]:
        """Stops before each element of the array that comes next; the caller takes or skips it."""
        self.take("[")
        if self.peek() == "]":
            self.at += 1
            return
        while True:
            yield
            if self.take(",]") == "]":
                return

    def members(self) -> Iterator[str]:
        """The keys of the object that comes next; the caller takes or skips the value of each."""
        self.take("{")
        if self.peek() == "}":
            self.at += 1
            return
        while True:
            if self.peek() != '"':
                self.take('"')
            key = self.value()
            self.take(":")
            yield key
            if self.take(",}") == "}":
                return


def no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise DoubledKey(repr(next(key for key in keys if keys.count(key) > 1)))
    return found


@dataclass
class Table:
    """One list of records: where it stands, how long it is, and its columns in order of appearance."""

    path: tuple[str, ...] | None
    records: int = 0
    others: int = 0
    columns: dict[str, bool] = field(default_factory=dict)
    """Column → whether any record has a value there."""
    more: list[Table] = field(default_factory=list)
    """The lists of the same keys that come after it."""


def read(path: Path, format: str, settings: Mapping[str, str]) -> Rows:
    """The records of a JSON, NDJSON or GeoJSON file.

    A record may stand in a list at the top, or in a list inside an object: the one that `record_path`
    names (`result.records`), else the one that is called as such lists are (`records`, `results`, …), else
    the longest; with it the others that have the same keys, one list after another. A GeoJSON feature gives
    its properties, `geometry` as compact GeoJSON text, and whatever else it carries as `feature.…`.

    Raises `Refused` with line and column for broken JSON, and with what was found instead of a table.
    """
    encoding = settings.get("encoding") or unicode_encoding(path)
    notes: list[str] = []
    with Text(path, encoding) as text:
        if format == "ndjson":
            table = sequence(text)
        else:
            table = choose(text, settings.get("record_path"), notes, features=format == "geojson")
    header = list(column_names(table))
    return Rows(
        format=format,
        rows=rows(path, encoding, table, header, geojson=format == "geojson"),
        header=header,
        total_lines=sum(each.records for each in (table, *table.more)),
        encoding=encoding.removesuffix("-sig"),
        record_path=", ".join(filter(None, (".".join(each.path or ()) for each in (table, *table.more))))
        or None,
        notes=notes,
    )


def unicode_encoding(path: Path) -> str:
    """JSON is Unicode by its standard (RFC 8259): UTF-8, or UTF-16 or UTF-32 by their look."""
    found = text_encoding(read_head(path))
    return "utf-8" if found in (None, "latin-1") else found


def rows(
    path: Path, encoding: str, table: Table, header: list[str], *, geojson: bool
) -> Iterator[tuple[int, list[str | None]]]:
    number = 0
    for each in (table, *table.more):
        feature = geojson and each.path == ("features",)
        with Text(path, encoding) as text:
            for record in records(text, each.path):
                number += 1
                cells = cells_of(path.name, number, record, feature=feature)
                yield number, [cells.get(name) for name in header]


def records(text: Text, path: tuple[str, ...] | None) -> Iterator[dict[str, Any]]:
    """The objects of the list at `path`, in order; one object after another where there is no list."""
    if path is None:
        while text.peek():
            yield text.value()
        return
    for step in path:
        for key in text.members():
            if key == step:
                break
            text.skip()
    for _ in text.elements():
        yield text.value()


def sequence(text: Text) -> Table:
    """The table that one object after another makes."""
    table = Table(None)
    while text.peek():
        if text.peek() != "{":
            text.refuse("is not one JSON object a line: something else stands", "send one object a line")
        take_record(text, table, feature=False)
    return table


def take_record(text: Text, table: Table, *, feature: bool) -> None:
    record = text.value()
    if not isinstance(record, dict):
        table.others += 1
        return
    table.records += 1
    columns = table.columns
    cells = cells_of(text.name, table.records, record, feature=feature)
    for name, value in cells.items():
        if value is not None:
            columns[name] = True
        elif name not in columns:
            columns[name] = False
    if len(columns) > COLUMNS:
        text.refuse(
            f"has more than {COLUMNS:,} columns: its keys are data, not names; the last straw ends",
            "send it as a list of records with fixed keys",
        )


def choose(text: Text, record_path: str | None, notes: list[str], *, features: bool) -> Table:
    """The list of records of the whole document. Raises `Refused` saying what is there instead."""
    wanted = record_path or ""
    survey = Survey(text, notes, features=features)
    survey.look(())
    if text.peek():
        text.refuse("goes on after the end of its JSON", "send one document a file, or one object a line")
    tables = [table for table in survey.tables if table.records]
    if wanted:
        tables = [table for table in tables if ".".join(table.path) == wanted]
        if not tables:
            raise Refused(f"{text.name} has no list of records at {record_path}; {survey.found()}.")
    if not tables:
        raise Refused(
            f"{text.name} is JSON but has no list of records in it: {survey.found()}; send a list of records."
        )
    called = [table for table in tables if table.path and table.path[-1].lower() in NAMES]
    best = max(called or tables, key=lambda table: table.records)
    keys = set(column_names(best))
    alike = [table for table in tables if set(column_names(table)) == keys]
    if [table.path for table in survey.tables].count(best.path) > 1:
        raise Refused(
            f"{text.name} has the key {best.path[-1]!r} twice in one object; ask which of the two holds."
        )
    if not wanted and keyed(best, tables):
        raise Refused(
            f"{text.name} is not a table: {survey.found()}, with lists inside; send one list of records, "
            "or name one with the setting record_path."
        )
    for table in alike:
        if table.others:
            raise Refused(
                f"{text.name} has {table.others:,} values that are no objects among the {table.records:,} "
                f"records{' at ' + '.'.join(table.path) if table.path else ''}; send objects only."
            )
    if len(alike) > 1:
        notes.append(f"Took {counted(alike)}, which have the same keys, as one table, one after another.")
    if len(alike) < len(tables):
        which = "list of records" if called else "longest list of records"
        took = "" if len(alike) > 1 else f"Took the {which}, {counted(alike)}; "
        left = [table for table in tables if table not in alike]
        notes.append(
            f"{took}{'passed' if took else 'Passed'} over {counted(left)}: "
            "to land another, name it with the setting record_path in seeds/layouts/readers.csv."
        )
    alike[0].more = alike[1:]
    return alike[0]


def counted(tables: list[Table]) -> str:
    """`result.records (2), result.fields (1)`."""
    return ", ".join(f"{'.'.join(table.path)} ({table.records:,})" for table in tables)


def keyed(best: Table, tables: list[Table]) -> bool:
    """Whether `best` is one of many alike under differing keys: `1001.visits`, `1002.visits`, …"""
    return len(best.path) > 1 and any(
        table is not best and table.path[:-2] == best.path[:-2] and table.path[-1] == best.path[-1]
        for table in tables
        if len(table.path) == len(best.path)
    )


class Survey:
    """One pass over a document: every list in it that stands in objects only, and what else there is."""

    def __init__(self, text: Text, notes: list[str], *, features: bool) -> None:
        self.text = text
        self.features = features
        self.notes = notes
        self.tables: list[Table] = []
        self.top = ""
        self.members: list[str] = []
        self.objects = 0
        self.count = 0

    def look(self, path: tuple[str, ...]) -> None:
        character = self.text.peek()
        if not path:
            self.top = character
        if character == "[":
            self.list(path)
        elif character == "{" and len(path) < DEPTH:
            self.object(path)
        else:
            self.text.skip()

    def list(self, path: tuple[str, ...]) -> None:
        table = Table(path)
        kept = len(self.tables) < TABLES
        if kept:
            self.tables.append(table)
        feature = self.features and path == ("features",)
        for _ in self.text.elements():
            if kept and self.text.peek() == "{":
                take_record(self.text, table, feature=feature)
            else:
                table.others += 1
                self.text.skip()

    def object(self, path: tuple[str, ...]) -> None:
        for key in self.text.members():
            character = self.text.peek()
            if not path:
                self.count += 1
                self.objects += character == "{"
                if len(self.members) < 3:
                    self.members.append(key)
            if path == () and key == "crs":
                self.notes.append(
                    f"The file names its coordinate reference system: {compact(self.text.value())}."
                )
                continue
            self.look((*path, key))

    def found(self) -> str:
        """What the document is, for a person who expected a table."""
        if self.top == "[":
            return f"there is a list of {self.tables[0].others:,} values that are no objects"
        if self.top != "{":
            return "there is a single value"
        keys = ", ".join(repr(key) for key in self.members) + (
            ", …" if self.count > len(self.members) else ""
        )
        if 1 < self.count == self.objects:
            return f"there is an object of {self.count:,} objects keyed by {keys}"
        lists = [f"{'.'.join(table.path)} ({table.records:,})" for table in self.tables if table.records]
        return f"there is one object with the keys {keys}" + (
            f" and the lists {', '.join(lists)}" if lists else ""
        )


def column_names(table: Table) -> Iterator[str]:
    """The columns, without those that only say that a nested object is null (`site` beside `site.x`)."""
    parents = {name[:dot] for name in table.columns for dot in range(len(name)) if name[dot] == "."}
    return (name for name, filled in table.columns.items() if filled or name not in parents)


def cells_of(file: str, number: int, record: dict[str, Any], *, feature: bool) -> dict[str, str | None]:
    """The record's values by column. Raises `Refused` that names the file and the record."""
    try:
        return flatten(as_feature(record) if feature else record)
    except Refused as error:
        raise Refused(f"{file}, record {number:,}: {error}") from None
    except RecursionError:
        raise Refused(
            f"{file}, record {number:,}: a value is nested too deep to be a table; send plain values."
        ) from None


def as_feature(feature: dict[str, Any]) -> dict[str, Any]:
    """A GeoJSON feature (RFC 7946, section 3.2) as a flat record."""
    cells = dict(feature.get("properties") or {})
    for key, value in feature.items():
        if key not in ("type", "properties", "geometry"):
            cells[f"feature.{key}"] = value
    geometry = feature.get("geometry")
    if "geometry" in cells:
        raise Refused("a property is named geometry, as the feature's own is; rename the property.")
    cells["geometry"] = None if geometry is None else compact(geometry)
    return cells


def flatten(record: dict[str, Any]) -> dict[str, str | None]:
    """The record's values as text by dotted name. Raises `Refused` when two values share a name."""
    cells: dict[str, str | None] = {}
    fill(cells, record, "")
    return cells


def fill(cells: dict[str, str | None], record: dict[str, Any], prefix: str, depth: int = 1) -> None:
    for key, value in record.items():
        name = prefix + storable(key)
        if isinstance(value, dict) and value:
            if depth == NESTING:
                raise Refused(f"objects are nested too deep, more than {NESTING} levels; send plain values.")
            fill(cells, value, f"{name}.", depth + 1)
            continue
        if name in cells:
            raise Refused(
                f"two values share the name {name} (one nested, one with a dot in its key); rename one."
            )
        cells[name] = as_text(value)


def as_text(value: Any) -> str | None:
    if isinstance(value, str):
        return storable(value)
    if value is None or value == {}:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return compact(value)


def storable(text: str) -> str:
    """Half a surrogate pair is legal JSON but not legal UTF-8: it stays as its escape."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return str(text)


def compact(value: Any) -> str:
    """JSON text without white space, every number as it was written."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, str):
        return storable(json.dumps(value, ensure_ascii=False))
    if isinstance(value, list):
        return "[" + ",".join(map(compact, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{compact(str(key))}:{compact(one)}" for key, one in value.items()) + "}"
    return {None: "null", True: "true", False: "false"}[value]
