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
        return {name: fed.get(name, []) for name in self.table(fed)}

    def table(self, fed: Collection[str]) -> list[str]:
        """The required fields of the table that an extract with the fields `fed` is: the one of which it
        lacks the fewest, and of several that it has whole the fullest; none that never has one of them.
        """
        table = min(
            self.tables,
            key=lambda table: (
                any(name in fed for name in table.never),
                sum(name not in fed for name in table.always),
                -sum(name in fed for name in table.always),
            ),
            default=SubjectTable(),
        )
        return table.always

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
                table = tables.setdefault(row["table_name"], SubjectTable())
                (table.never if row["presence"] == "never" else table.always).append(row["field"])
        if not tables:
            return [SubjectTable([r["field"] for r in of_subject if r["is_required"].lower() == "true"])]
        return [tables[name] for name in sorted(tables)]

    def rows(self, name: str) -> list[dict[str, str]]:
        path = self.folder / name
        if not path.exists():
            return []
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [{k: v or "" for k, v in row.items() if k} for row in csv.DictReader(file)]


def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _known(kind: str, name: str, known: list[str], seed: str) -> None:
    if name in known:
        return
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or sorted(known)[:6]
    raise UsageError(
        f"There is no {kind} {name!r}. Known are, for example, {', '.join(near)}; "
        f"a new one is one more line in {seed}."
    )
