"""The scorecard of each real delivery, worked out a second time from what landed, in plain Python."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

DIMENSIONS = {"completeness", "uniqueness", "consistency", "timeliness", "validity", "accuracy"}
BLANK = {"", "n/a", "na", "#n/a", "null", "none", "-", "--", ".", "?", "tbc", "tba", "no data"}
Fraction = tuple[int, int] | None


@dataclass(frozen=True)
class Landed:
    """A file as its receipt and its Parquet file have it."""

    receipt: dict
    records: list[list[str | None]]


@pytest.fixture(scope="module")
def landed(real_home: Path) -> dict[tuple[str, str], list[Landed]]:
    """(provider, subject) → its files, refused ones without a record."""
    found: dict[tuple[str, str], list[Landed]] = {}
    for path in sorted((real_home / "landing").glob("*/*/*.json")):
        receipt = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(receipt, dict):
            continue  # the rejected records of a file
        records = []
        if receipt["outcome"] == "landed":
            cells = duckdb.sql(f"select cells from read_parquet('{path.with_suffix('.parquet')}')").fetchall()
            records = [row for (row,) in cells]
        found.setdefault((receipt["provider_code"], receipt["subject"]), []).append(Landed(receipt, records))
    return found


@pytest.fixture(scope="module")
def scores(real_home: Path, query) -> dict[tuple[str, str], dict[str, tuple]]:
    """(provider, subject) → dimension → (numerator, denominator, score)."""
    found: dict[tuple[str, str], dict[str, tuple]] = {}
    for provider, subject, dimension, *told in query(
        real_home,
        "select provider_code, subject, dimension, numerator, denominator, score from market.quality_scores",
    ):
        found.setdefault((provider, subject), {})[dimension] = tuple(told)
    return found


def rows(project: Path, seed: str) -> Iterator[dict[str, str]]:
    with (project / "seeds" / seed).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def field_of(column: dict, provider: str, layout: list[dict[str, str]]) -> str | None:
    """The field that a column feeds: by the provider's own rows, else by those for anybody."""
    names = {key(column["name"]), f"#{column['position']}"} - {""}
    for whose in (provider, "*"):
        for row in layout:
            said = row["source_column"]
            if row["provider_code"] == whose and (said if said[0] == "#" else key(said)) in names:
                return row["field"]
    return None


def completeness(project: Path, subject: str, provider: str, files: list[Landed]) -> Fraction:
    """Required values that are there, of those that there should be."""
    required = {
        row["field"]
        for row in rows(project, "layouts/subject_fields.csv")
        if row["subject"] == subject and row["is_required"] == "true"
    }
    layout = list(rows(project, f"layouts/layout_{subject}.csv"))
    filled = wanted = 0
    for file in files:
        wanted += len(file.records) * len(required)
        fed: dict[str, int] = {}
        for column in file.receipt["header"]:
            at = column["position"] - 1
            field = field_of(column, provider, layout)
            if field in required:
                there = sum(
                    at < len(record) and (record[at] or "").strip().lower() not in BLANK
                    for record in file.records
                )
                fed[field] = max(there, fed.get(field, 0))
        filled += sum(fed.values())
    return (filled, wanted) if wanted else None


def timeliness(project: Path, subject: str, files: list[Landed]) -> Fraction:
    """Periods whose file came in time, of those that were due. All of it landed in one go: of what came then
    only the newest period is judged."""
    rhythms = {row["subject"]: row["days_between_deliveries"] for row in rows(project, "market/subjects.csv")}
    days = rhythms[subject]
    if not days:
        return None
    days, today = int(days), max(date.fromisoformat(file.receipt["landed_at"][:10]) for file in files)
    months = 1 if days <= 31 else 3 if days <= 92 else 12

    def period(day: date) -> int:
        return (day.year * 12 + day.month - 1) // months

    def due(number: int) -> date:
        after = (number + 1) * months
        return date(after // 12, after % 12 + 1, 1) + timedelta(days=days // 2 - 1)

    sent = {period(date.fromisoformat(file.receipt["as_of_date"])) for file in files}
    came = {
        period(date.fromisoformat(file.receipt["as_of_date"]))
        for file in files
        if file.receipt["outcome"] == "landed"
    }
    in_time = {each for each in came if each != max(came) or due(each) >= today}
    judged = {each for each in range(min(sent), period(today) + 1) if each in sent or due(each) < today}
    return (len(in_time), len(judged)) if judged else None


def test_every_real_delivery_has_a_scorecard_that_is_so(
    real, real_home, project, landed, scores, query
) -> None:
    with (real / "deliveries.csv").open(newline="") as file:
        sent = {(row["provider"], row["subject"]) for row in csv.DictReader(file)}
    assert sent == set(landed) and len(sent) > 15
    issues: dict[tuple[str, str, str], set[tuple]] = {}
    for provider, subject, dimension, *record in query(
        real_home,
        "select provider_code, subject, quality_dimension, extract_id, row_number, line_number"
        " from market.data_issues where is_current and who_can_mend = 'provider'",
    ):
        if record[1:] != [None, None]:
            issues.setdefault((provider, subject, dimension), set()).add(tuple(record))
    wrong = []
    for provider, subject in sorted(sent):
        card, files = scores[provider, subject], landed[provider, subject]
        assert set(card) == DIMENSIONS, (provider, subject)
        kept = [file for file in files if file.receipt["outcome"] == "landed"]
        records = sum(file.receipt["source_records"] for file in kept)
        expected: dict[str, Fraction] = {
            dimension: (records - len(issues.get((provider, subject, dimension), ())), records)
            if records
            else None
            for dimension in ("uniqueness", "consistency", "validity", "accuracy")
        }
        expected["completeness"] = completeness(project, subject, provider, kept)
        expected["timeliness"] = timeliness(project, subject, files)
        for dimension, told in expected.items():
            numerator, denominator, score = card[dimension]
            if dimension == "accuracy" and numerator is None:
                # Nothing was held against it, and so nothing can have been found.
                assert (provider, subject, dimension) not in issues
                continue
            found = None if numerator is None else (numerator, denominator)
            if found != told or (told and float(score) != 1000 * told[0] // told[1] / 10):
                wrong.append((provider, subject, dimension, card[dimension], told))
    assert wrong == []
