"""One vocabulary of issues: each type is graded, said in plain words, and provoked by an example."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

GRADES = {
    "severity": {"error", "warning", "repaired"},
    "who_can_mend": {"provider", "operator"},
    "quality_dimension": {"completeness", "uniqueness", "consistency", "timeliness", "validity", "accuracy"},
}


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def issue_types(project: Path) -> list[dict[str, str]]:
    return rows(project / "seeds/codes/issue_types.csv")


def words(expected: Any) -> Iterator[str]:
    """Every text in what a unit test expects, also in lists of issues, CSV and SQL."""
    if isinstance(expected, dict):
        for value in expected.values():
            yield from words(value)
    elif isinstance(expected, list):
        for value in expected:
            yield from words(value)
    elif isinstance(expected, str):
        yield from re.findall(r"\w+", expected)


def provoked(project: Path) -> dict[str, set[str]]:
    """What some example shows to come out → where: the sample, a unit test's name, a table of cases."""
    found: dict[str, set[str]] = {}
    for row in rows(project / "sample/expected_issues.csv"):
        found.setdefault(row["issue_type"], set()).add("sample")
    for path in project.glob("models/**/*.yml"):
        for test in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("unit_tests") or []:
            for word in words(test["expect"]):
                found.setdefault(word, set()).add(test["name"])
    for path in project.glob("tests/parse/*_issue.csv"):
        for row in rows(path):
            found.setdefault(row["expected"], set()).add(path.name)
    return found


def test_there_are_types_for_all_that_goes_wrong(issue_types: list[dict[str, str]]) -> None:
    names = [row["issue_type"] for row in issue_types]
    assert len(names) == len(set(names)) >= 41


def test_every_type_is_graded_and_said_in_plain_words(issue_types: list[dict[str, str]]) -> None:
    for row in issue_types:
        for column, words_of_it in GRADES.items():
            assert row[column] in words_of_it, (row["issue_type"], column)
        assert len(row["message"].split()) >= 4 and row["message"][0].isupper(), row["issue_type"]
        assert not row["message"].endswith("."), row["issue_type"]
    messages = [row["message"] for row in issue_types]
    assert sorted(messages) == sorted(set(messages)), "two types in the same words are one type"


def test_every_type_is_provoked_by_an_example(project: Path, issue_types: list[dict[str, str]]) -> None:
    shown = provoked(project)
    without = [row["issue_type"] for row in issue_types if row["issue_type"] not in shown]
    assert without == [], "a unit test, a line of the sample or a case of a parser is wanted"


def test_every_dimension_has_a_type_and_a_rule(project: Path, issue_types: list[dict[str, str]]) -> None:
    dimensions = {row["dimension"] for row in rows(project / "seeds/market/quality_dimensions.csv")}
    assert dimensions == GRADES["quality_dimension"]
    assert {row["quality_dimension"] for row in issue_types} == dimensions
