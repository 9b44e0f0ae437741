"""A clean file of every subject, and who sends it: what the faults of the catalogue are done to.

`clean/` was made by `citymart sample --no-dirt` and cut to 24 records; where that makes no CSV it was
printed as one. Nobody in it exists.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path

from citymart.layouts import Layout, Seeds

FOLDER = Path(__file__).parent / "clean"
AS_OF = "2026-10-01"
EVERY = bool(os.environ.get("FAULTS"))
EACH_DAY = 3
SENDERS = {
    "area_indicators": "gla",
    "council_tax": "camden",
    "electoral_register": "camden",
    "energy_certificates": "mhclg",
    "food_ratings": "fsa",
    "gazetteer": "camden",
    "geography": "demo",
    "housing_benefit": "camden",
    "library_members": "camden",
    "postcode_directory": "ons",
    "property_sales": "hmlr",
    "service_requests": "camden",
}
"""Where it is another than Islington, whose systems print the others."""


@dataclass(frozen=True)
class Clean:
    """A file as it should be: its header and its records."""

    subject: str
    provider: str
    header: list[str]
    rows: list[list[str]]
    layout: Layout = field(repr=False)

    def text(self, delimiter: str = ",", line_end: str = "\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
        file = io.StringIO()
        writer = csv.writer(file, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
        writer.writerows([self.header, *self.rows])
        return file.getvalue()

    @property
    def lines(self) -> list[str]:
        return self.text().splitlines()

    def of(self, header: list[str] | None = None, rows: list[list[str]] | None = None) -> Clean:
        return replace(self, header=header or self.header, rows=self.rows if rows is None else rows)

    def with_cell(self, row: int, column: int, value: str) -> Clean:
        rows = [list(each) for each in self.rows]
        rows[row][column] = value
        return self.of(rows=rows)

    @property
    def required(self) -> dict[str, int]:
        """Required field → the position of its column."""
        found = self.layout.required_positions(self.header)
        return {name: at[0] for name, at in found.items() if len(at) == 1}

    def column(self, name: str) -> int | None:
        """The position of the column that feeds a field."""
        return next(
            (at for at, each in enumerate(self.header) if self.layout.feeds(at + 1, each) == name), None
        )


@cache
def clean(subject: str) -> Clean:
    wanted = "a new subject has a clean file in tests/python/faults/clean and its lines in fields.csv"
    assert (FOLDER / f"{subject}.csv").exists(), f"{subject}: {wanted} (docs/add-a-subject.md)"
    with (FOLDER / f"{subject}.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    provider = SENDERS.get(subject, "islington")
    return Clean(subject, provider, header, rows, Seeds().layout(provider, subject))


def subjects() -> list[str]:
    return Seeds().subjects


def pairs(faults: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Fault and subject: each with each in `make test-faults`; in `make test` with a few, others each day."""
    names = subjects()
    today = date.today().toordinal()
    for number, name in enumerate(faults):
        of_today = [names[(number * 5 + today * EACH_DAY + step) % len(names)] for step in range(EACH_DAY)]
        for subject in names if EVERY else of_today:
            yield name, subject
