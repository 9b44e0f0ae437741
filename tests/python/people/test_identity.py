"""What a load reads in cells of a person is what the models read of them: one table of cases for both."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from citymart.people import identity

NULL = "∅"


def cases(project: Path, name: str) -> list[dict[str, str]]:
    """The cases of a macro in which it finds something."""
    with open(project / "tests" / "parse" / f"{name}.csv", encoding="utf-8", newline="") as file:
        rows = [
            {name: _unescaped(value) for name, value in row.items()}
            for row in csv.DictReader(file)
            if row["expected"] not in ("", NULL) and row["as_sent"] != NULL
        ]
    assert len(rows) > 5
    return rows


def _unescaped(value: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), value)


@pytest.mark.parametrize(
    ("macro", "read", "form"),
    [
        ("parse_nino", identity.nino_of, lambda expected: expected[:8]),
        ("parse_nhs_number", identity.nhs_of, str),
        ("parse_postcode", identity.postcode_of, lambda expected: expected.replace(" ", "")),
    ],
)
def test_a_number_that_a_macro_reads_is_read_alike(
    project: Path, macro: str, read: Callable[[str], str], form: Callable[[str], str]
) -> None:
    found = {row["as_sent"]: read(row["as_sent"]) for row in cases(project, macro)}
    assert found == {row["as_sent"]: form(row["expected"]) for row in cases(project, macro)}


def test_a_day_that_a_macro_reads_is_read_alike(project: Path) -> None:
    differing = []
    for row in cases(project, "parse_date"):
        day = date.fromisoformat(row["expected"])
        if day > date.today() and re.search(r"\D\d\d$", row["as_sent"]):
            day = day.replace(year=day.year - 100)  # nobody is born in a year to come
        read = identity.birth_of(row["as_sent"], row["format"].replace(NULL, ""))
        if read != day.isoformat():
            differing.append((row["as_sent"], row["format"], row["why"], day.isoformat(), read))
    assert differing == []


@pytest.mark.parametrize(
    "text", ["", "n/a", "2012", "June 2012", "08/06", "13/13/2012", "31/04/2012", "9" * 5000, "T" * 5000]
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert identity.birth_of(text) == ""
