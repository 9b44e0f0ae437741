"""The seeds that say who sends what under which names, as the loader reads them."""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from .errors import UsageError
from .headers import normalise
from .home import PROJECT

ANYONE = "*"
IGNORED = "-"
ONLY = "record"  # the table of a subject that has but one
# What a proposed row asks where nobody can tell: whoever pastes it has to answer.
ASKED = "?"
COLUMNS = ("provider_code", "source_column", "field", "format", "note")
FORMATS = ("dmy", "mdy", "ymd", "excel_serial", "epoch_ms")


@dataclass(frozen=True)
class Repair:
    """Records of `cells` cells that match `pattern` (cells joined by `|`) are landed for staging to mend."""

    cells: int
    pattern: re.Pattern[str] | None

    def fits(self, cells: list[str | None]) -> bool:
        if len(cells) != self.cells:
            return False
        # An expression that only RE2 understands is left to staging: the number of cells decides.
        return self.pattern is None or bool(self.pattern.search(joined(cells)))


def joined(cells: list[str | None]) -> str:
    """A record as repairs see it: cells joined by `|`, a `|` inside a cell as U+001F."""
    return "|".join((cell or "").replace("|", "\x1f") for cell in cells)


@dataclass
class SubjectTable:
    """One of the tables in which systems send a subject: the fields that it always and that it never has."""

    always: list[str] = field(default_factory=list)
    never: list[str] = field(default_factory=list)
    name: str = ONLY


@dataclass
class Layout:
    """What is known of the columns that one provider sends for one subject."""

    fields: dict[str, str]
    positions: dict[int, str]
    patterns: list[re.Pattern[str]]
    tables: list[SubjectTable]
    settings: dict[str, str]
    repairs: list[Repair] = field(default_factory=list)
    shared_positions: dict[int, str] = field(default_factory=dict)

    @property
    def required(self) -> list[str]:
        """The fields that some table of the subject requires."""
        return list(dict.fromkeys(name for table in self.tables for name in table.always))

    def is_known(self, name: str) -> bool:
        return normalise(name) in self.fields or any(p.search(name.strip()) for p in self.patterns)

    def is_required(self, name: str) -> bool:
        return self.fields.get(normalise(name)) in self.required

    def feeds(self, position: int, name: str) -> str | None:
        """The field that the column at `position` (from 1) feeds. A position that any provider may use counts
        for a column without a name alone: with a header, its columns may stand in another order.
        """
        return (
            self.positions.get(position)
            or self.fields.get(normalise(name))
            or (None if normalise(name) else self.shared_positions.get(position))
        )

    def required_positions(self, header: list[str]) -> dict[str, list[int]]:
        """Required field → the positions (from 0) of the columns that feed it."""
        fed: dict[str, list[int]] = {}
        for position, name in enumerate(header):
            target = self.feeds(position + 1, name)
            if target:
                fed.setdefault(target, []).append(position)
        return {name: fed.get(name, []) for name in self.table(fed).always}

    def table(self, fed: Collection[str]) -> SubjectTable:
        """The table that an extract with the fields `fed` is: the one of which it lacks the fewest required
        fields, and of several that it has whole the fullest; none that never has one of them.
        """
        return min(
            self.tables,
            key=lambda table: (
                any(name in fed for name in table.never),
                sum(name not in fed for name in table.always),
                -sum(name in fed for name in table.always),
            ),
            default=SubjectTable(),
        )

    def missing(self, header: list[str]) -> list[str]:
        return [name for name, at in self.required_positions(header).items() if not at]

    def unknown(self, header: list[str]) -> list[str]:
        return [
            name.strip()
            for position, name in enumerate(header, 1)
            if name.strip() and position not in self.positions and not self.is_known(name)
        ]


@dataclass
class Seeds:
    """The folder `seeds/`, read when first asked for."""

    folder: Path = PROJECT / "seeds"
    _read: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict, repr=False)

    @cached_property
    def providers(self) -> list[str]:
        return [row["provider_code"] for row in self.rows("market/providers.csv")]

    @cached_property
    def deliveries(self) -> dict[str, str]:
        """Subject → how it is delivered: snapshot, append or delta."""
        return {row["subject"]: row.get("delivery", "") for row in self.rows("market/subjects.csv")}

    @property
    def subjects(self) -> list[str]:
        return list(self.deliveries)

    def check(self, provider: str, subject: str) -> None:
        """Raises `UsageError`, with the nearest known names, for a provider or subject that does not
        exist.
        """
        _known("provider", provider, self.providers, "seeds/market/providers.csv")
        _known("subject", subject, self.subjects, "seeds/market/subjects.csv")

    def check_layouts(self, subjects: Collection[str] | None = None) -> None:
        """Raises `UsageError` for a layout row, of these subjects or of all, that names what does not exist:
        its column would feed nothing, and nobody would hear of it.
        """
        for subject in sorted(subjects or self.subjects):
            name = f"layouts/layout_{subject}.csv"
            rows = self._numbered(name)
            if rows and (lacking := [column for column in COLUMNS if column not in rows[0][1]]):
                raise UsageError(
                    f"seeds/{name}, line 1: it has no column {', '.join(lacking)}; "
                    f"its first line is {','.join(COLUMNS)}."
                )
            wrong = [(line, problem) for line, row in rows if (problem := self._problem(row, subject))]
            if wrong:
                further = ", ".join(str(line) for line, _ in wrong[1:])
                more = f" Look at line {further} of it too." if further else ""
                raise UsageError(f"seeds/{name}, line {wrong[0][0]}: {wrong[0][1]}{more}")

    def _problem(self, row: dict[str, str], subject: str) -> str | None:
        """What is wrong with a layout row, and what to write instead."""
        fields = self._fields_of(subject)
        if row["field"] == ASKED:
            return (
                f"the field of {row['source_column']!r} is still {ASKED}; write which field of {subject} "
                f"it is (seeds/layouts/subject_fields.csv lists them), or {IGNORED} to ignore the column."
            )
        if row["field"] != IGNORED and row["field"] not in fields:
            way_out = f"seeds/layouts/subject_fields.csv lists them, and {IGNORED} ignores a column."
            return f"{subject} has no field {row['field']!r};{_nearest(row['field'], fields)} {way_out}"
        if row["format"] and row["format"] not in FORMATS:
            near = _nearest(row["format"], FORMATS)
            return f"there is no format {row['format']!r};{near} it is blank or one of {', '.join(FORMATS)}."
        if row["provider_code"] not in (ANYONE, *self.providers):
            near = _nearest(row["provider_code"], self.providers)
            way_out = f"seeds/market/providers.csv lists them, and {ANYONE} stands for any."
            return f"there is no provider {row['provider_code']!r};{near} {way_out}"
        return None

    def _fields_of(self, subject: str) -> list[str]:
        return [r["field"] for r in self.rows("layouts/subject_fields.csv") if r["subject"] == subject]

    def layout(self, provider: str, subject: str) -> Layout:
        mine = (ANYONE, provider)
        rows = [r for r in self.rows(f"layouts/layout_{subject}.csv") if r["provider_code"] in mine]
        rows.sort(key=lambda r: r["provider_code"] != ANYONE)  # the provider's own rows win
        fields, positions, shared_positions = {}, {}, {}
        for row in rows:
            column = row["source_column"].strip()
            if re.fullmatch(r"#\d+", column):
                known = shared_positions if row["provider_code"] == ANYONE else positions
                known[int(column[1:])] = row["field"]
            else:
                fields[normalise(column)] = row["field"]
        of_subject = [r for r in self.rows("layouts/subject_fields.csv") if r["subject"] == subject]
        patterns = []
        if any(r["field"] == "indicator" for r in of_subject):
            # Wide files name a measure and a year in each column: a pattern knows them, not a list.
            patterns = [
                re.compile(r["column_pattern"])
                for r in self.rows("layouts/indicator_columns.csv")
                if r["provider_code"] in mine
            ]
        return Layout(
            fields=fields,
            positions=positions,
            shared_positions=shared_positions,
            patterns=patterns,
            tables=self._tables(subject, of_subject),
            settings={
                r["setting"]: r["value"]
                for r in sorted(self.rows("layouts/readers.csv"), key=lambda r: r["provider_code"] != ANYONE)
                if r["provider_code"] in mine and r["subject"] in (ANYONE, subject)
            },
            repairs=[
                Repair(int(r["cells"]), _compiled(r["pattern"]))
                for r in self.rows("layouts/repairs.csv")
                if r["provider_code"] in mine and r["subject"] == subject
            ],
        )

    def _tables(self, subject: str, of_subject: list[dict[str, str]]) -> list[SubjectTable]:
        tables: dict[str, SubjectTable] = {}
        for row in self.rows("layouts/subject_tables.csv"):
            if row["subject"] == subject:
                table = tables.setdefault(row["table_name"], SubjectTable(name=row["table_name"]))
                (table.never if row["presence"] == "never" else table.always).append(row["field"])
        if not tables:
            return [SubjectTable([r["field"] for r in of_subject if r["is_required"].lower() == "true"])]
        return [tables[name] for name in sorted(tables)]

    def rows(self, name: str) -> list[dict[str, str]]:
        return [row for _, row in self._numbered(name)]

    def _numbered(self, name: str) -> list[tuple[int, dict[str, str]]]:
        """The rows of a seed, each with its line. Raises `UsageError` for one with too few or many cells."""
        path = self.folder / name
        if not path.exists():
            return []
        if name not in self._read:
            self._read[name] = _read_seed(path, f"seeds/{name}")
        return self._read[name]


def _read_seed(path: Path, name: str) -> list[tuple[int, dict[str, str]]]:
    rows = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            columns = next(reader, [])
            line = reader.line_num + 1
            for cells in reader:
                if cells and len(cells) != len(columns):
                    raise UsageError(
                        f"{name}, line {line}: it has {len(cells)} cells and should have {len(columns)}: "
                        f"{','.join(columns)}. A blank cell has its comma too, and a cell with a comma in it "
                        'stands in "quotes".'
                    )
                if cells:
                    rows.append((line, dict(zip(columns, cells, strict=True))))
                line = reader.line_num + 1
    except UnicodeDecodeError:
        raise UsageError(f"{name} is not UTF-8; save it as CSV UTF-8.") from None
    except csv.Error as error:
        raise UsageError(f"{name}, line {reader.line_num}: it can't be read as CSV ({error}).") from None
    return rows


def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _known(kind: str, name: str, known: list[str], seed: str) -> None:
    if name in known:
        return
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or sorted(known)[:6]
    told = _nearest(name, known) or f" known are, for example, {', '.join(near)}."
    raise UsageError(f"There is no {kind} {name!r};{told} A new one is one more line in {seed}.")


def _nearest(name: str, known: Collection[str]) -> str:
    """` did you mean …?`, or nothing where no known name is near."""
    near = difflib.get_close_matches(name.strip().lower(), known, n=1, cutoff=0.7)
    return f" did you mean {near[0]!r}?" if near else ""
