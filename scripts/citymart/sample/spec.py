"""What a subject looks like in each system that holds it: the files `subjects/<subject>.yml`, read and
checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import yaml

from ..errors import CityMartError

FOLDER = Path(__file__).parent / "subjects"
FREQUENCIES = ("monthly", "once", "changes", "append")
EXTENSIONS = ("csv", "txt", "tsv", "xlsx", "json", "ndjson", "xml", "parquet", "dtf")
DELIMITED = ("csv", "txt", "tsv")
ENCODINGS = ("utf-8", "utf-8-sig", "windows-1252", "utf-16")
ROLES = (
    *("reference", "uprn", "address", "postcode", "date", "timestamp", "money", "integer", "decimal", "code"),
    *("person_name", "first_name", "surname", "nino", "nhs_number", "phone", "email", "text", "coordinate"),
)
EACH_BOROUGH = "borough"
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_TABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class _Texts(yaml.SafeLoader):
    """Everything is the text that it looks like: `No: null` names a column and an SQL expression. Only
    `<<` merges.
    """

    yaml_implicit_resolvers = {"<": [("tag:yaml.org,2002:merge", re.compile("<<"))]}  # noqa: RUF012


class SpecError(CityMartError):
    """A subject's file says something that it can't mean. Names the file and the key."""


@dataclass(frozen=True)
class Records:
    """One kind of record of a subject: what the truth knows, before any system has touched it."""

    name: str
    sql: str
    key: str
    usable: str = "true"
    fact: str | None = None
    fact_columns: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """One table that a system exports; `name` is `_` where it is the only one and the file needs no name."""

    name: str
    records: str
    columns: Mapping[str, str]
    where: str | None = None
    order: str | None = None


@dataclass(frozen=True)
class System:
    """How one product prints a subject."""

    name: str
    extension: str
    tables: tuple[Table, ...]
    delimiter: str = ","
    encoding: str = "utf-8"
    quoting: str = "minimal"
    header: bool = True
    preamble: tuple[str, ...] = ()
    line_end: str = "lf"
    frequency: str | None = None
    sheet: str = "Sheet1"
    xml: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_delimited(self) -> bool:
        return self.extension in DELIMITED


@dataclass(frozen=True)
class Subject:
    name: str
    frequency: str
    provider: str
    records: Mapping[str, Records]
    systems: Mapping[str, System]
    truth: str = ""
    as_of: date | None = None
    skip_with: str | None = None
    needs: tuple[str, ...] = ()

    @property
    def is_of_boroughs(self) -> bool:
        return self.provider == EACH_BOROUGH

    def frequency_of(self, system: System) -> str:
        return system.frequency or self.frequency


def read_subjects(folder: Path = FOLDER) -> dict[str, Subject]:
    """Every subject of the folder, by name in alphabetical order."""
    found = {path.stem: read_subject(path) for path in sorted(folder.glob("*.yml"))}
    for subject in found.values():
        for need in subject.needs:
            if need not in found:
                raise SpecError(f"{subject.name}.yml: needs names {need}, which has no file in {folder}.")
    return found


def read_subject(path: Path) -> Subject:
    """The subject that a file describes. Raises `SpecError` for anything that is missing, unknown or odd."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _Texts)
    except yaml.YAMLError as error:
        raise SpecError(f"{path.name} is not valid YAML: {' '.join(str(error).split())}.") from None
    top = _Node(path.name, "", content)
    top.known(
        ["subject", "frequency", "provider", "truth", "records", "systems", "as_of", "skip_with", "needs"]
    )
    if top.text("subject") != path.stem:
        top.fail("subject", f"is {top.text('subject')!r}, but the file is named {path.name}")
    records = {name: _records(node) for name, node in top.children("records")}
    systems = {name: _system(node, records) for name, node in top.children("systems")}
    return Subject(
        name=path.stem,
        frequency=top.one_of("frequency", FREQUENCIES),
        provider=top.text("provider", EACH_BOROUGH),
        records=records,
        systems=systems,
        truth=top.text("truth", ""),
        as_of=top.day("as_of"),
        skip_with=top.one_of("skip_with", ("boundaries",), None),
        needs=tuple(top.strings("needs")),
    )


def _records(node: _Node) -> Records:
    node.known(["key", "usable", "fact", "fact_columns", "sql", "roles"])
    roles = node.mapping("roles")
    for column, role in roles.items():
        if role not in ROLES:
            node.fail(f"roles.{column}", f"is {role!r}; a role is one of {', '.join(ROLES)}")
    return Records(
        name=node.own_name(_NAME),
        sql=node.text("sql").strip().rstrip(";"),
        key=node.text("key"),
        usable=node.text("usable", "true"),
        fact=node.text("fact", None),
        fact_columns=node.mapping("fact_columns"),
        roles=roles,
    )


def _system(node: _Node, records: Mapping[str, Records]) -> System:
    node.known(
        [
            "extension",
            "delimiter",
            "encoding",
            "quoting",
            "header",
            "preamble",
            "tables",
            "line_end",
            "frequency",
            "sheet",
            "xml",
            "json",
        ]
    )
    extension = node.one_of("extension", EXTENSIONS)
    tables = tuple(_table(table, records, extension) for _, table in node.children("tables"))
    if extension == "xml" and not {"root", "record"} <= set(node.mapping("xml")):
        node.fail("xml", "must say root and record, the names of the elements")
    if "_" in {table.name for table in tables} and len(tables) > 1:
        node.fail("tables", "has a table called _ beside others; give each of them a name")
    delimiter = node.text("delimiter", "\t" if extension == "tsv" else ",")
    return System(
        name=node.own_name(_NAME),
        extension=extension,
        tables=tables,
        delimiter={"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter),
        encoding=node.one_of("encoding", ENCODINGS, "utf-8"),
        quoting=node.one_of("quoting", ("minimal", "all"), "minimal"),
        header=node.flag("header", True),
        preamble=tuple(node.strings("preamble")),
        line_end=node.one_of("line_end", ("lf", "crlf"), "lf"),
        frequency=node.one_of("frequency", FREQUENCIES, None),
        sheet=node.text("sheet", "Sheet1"),
        xml=node.mapping("xml"),
        json=node.mapping("json"),
    )


def _table(node: _Node, records: Mapping[str, Records], extension: str) -> Table:
    node.known(["records", "columns", "where", "order"])
    columns = node.mapping("columns")
    if not columns:
        node.fail("columns", "is empty; name each printed column and its SQL expression")
    return Table(
        name=node.own_name(re.compile(r"\d\d") if extension == "dtf" else _TABLE),
        records=node.one_of("records", tuple(records)),
        columns=columns,
        where=node.text("where", None),
        order=node.text("order", None),
    )


_MISSING: Any = object()


class _Node:
    """A mapping of the file, which knows where it stands."""

    def __init__(self, file: str, path: str, content: Any) -> None:
        self.file, self.path, self.content = file, path, content
        if not isinstance(content, dict):
            raise SpecError(f"{file}: {path or 'the file'} must be a mapping of keys to values.")

    def fail(self, key: str, what: str) -> NoReturn:
        raise SpecError(f"{self.file}: {self._of(key)} {what}.")

    def _of(self, key: object) -> str:
        return f"{self.path}.{key}" if self.path else str(key)

    def known(self, keys: Iterable[str]) -> None:
        keys = list(keys)
        for key in self.content:
            if key not in keys:
                self.fail(str(key), f"is not known here; known are {', '.join(keys)}")

    def text(self, key: str, default: Any = _MISSING) -> Any:
        value = self.content.get(key)
        if value in (None, "", "null"):
            if default is _MISSING:
                self.fail(key, "is missing")
            return default
        if not isinstance(value, str):
            self.fail(key, "must be a text")
        return value

    def one_of(self, key: str, choices: tuple[str, ...], default: Any = _MISSING) -> Any:
        value = self.text(key, default)
        if value is not default and value not in choices:
            self.fail(key, f"is {value!r}; it must be one of {', '.join(choices)}")
        return value

    def flag(self, key: str, default: bool) -> bool:
        return self.one_of(key, ("true", "false"), str(default).lower()) == "true"

    def day(self, key: str) -> date | None:
        value = self.text(key, None)
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            return self.fail(key, f"is {value!r}; it must be a date such as 2021-03-21")

    def strings(self, key: str) -> list[str]:
        value = self.content.get(key) or []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fail(key, "must be a list of texts")
        return value

    def mapping(self, key: str) -> dict[str, str]:
        value = self.content.get(key) or {}
        if not isinstance(value, dict):
            self.fail(key, "must be a mapping")
        for name, item in value.items():
            if not isinstance(item, str):
                self.fail(f"{key}.{name}", "must be a text")
        return value

    def children(self, key: str) -> list[tuple[str, _Node]]:
        value = self.content.get(key)
        if not isinstance(value, dict) or not value:
            self.fail(key, "must be a mapping with at least one entry")
        return [
            (str(name), _Node(self.file, self._of(f"{key}.{name}"), item)) for name, item in value.items()
        ]

    def own_name(self, pattern: re.Pattern[str]) -> str:
        name = self.path.rpartition(".")[2]
        if not pattern.fullmatch(name):
            raise SpecError(f"{self.file}: {self.path}: the name {name!r} must look like {pattern.pattern}.")
        return name
