"""One score a product, in the way of Toronto's open data portal: five dimensions, weighted 35, 35, 15, 10, 5.

After "Towards a data quality score in open data", City of Toronto, 2020, its dimensions measured by what is
known here. The rule has a version: scores of two versions do not compare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

RULE = "1"
WEIGHTS = {"freshness": 35, "metadata": 35, "accessibility": 15, "completeness": 10, "usability": 5}
GRADES = ((80, "gold"), (60, "silver"), (0, "bronze"))
NUMBERS = ("DECIMAL", "DOUBLE", "FLOAT")


def graded(
    product: Mapping[str, Any], columns: Sequence[Mapping[str, Any]], day: date, *, is_open: bool
) -> dict[str, Any]:
    """The five dimensions (0 to 100), the score and the grade of a row of `market.products` with its columns.

    freshness      100 within the rhythm of its deliveries, 0 when three of them are missed, in between by
                   the day; 100 for what is made of nothing that is delivered
    metadata       share of: a description, keywords, limits, a contact, a licence, a version, a description
                   of each column, a unit of each amount
    accessibility  a third each for: a file that needs no key, a key column, a licence that is open
    completeness   share of cells that have a value
    usability      share of columns that say something: neither empty nor always the same
    """
    said = [
        *(
            bool(product[name])
            for name in ("description", "keywords", "limits", "contact", "licence", "version")
        ),
        *(bool(each["description"]) for each in columns),
        *(bool(each["unit"]) for each in columns if each["data_type"].startswith(NUMBERS)),
    ]
    reached = [is_open, product["key_column"] is not None, product["licence_url"] is not None]
    filled = [each["filled_share"] for each in columns if each["filled_share"] is not None]
    telling = [each["distinct_values"] is None or each["distinct_values"] > 1 for each in columns]
    figures = {
        "freshness": _freshness(product["data_to"], product["days_between_deliveries"], day),
        "metadata": _percent(said),
        "accessibility": _percent(reached),
        "completeness": _percent(filled),
        "usability": _percent(telling),
    }
    score = round(sum(figures[name] * weight for name, weight in WEIGHTS.items()) / 100, 1)
    grade = next(name for least, name in GRADES if score >= least)
    return {"rule_version": RULE, **figures, "score": score, "grade": grade}


def _freshness(newest: date | None, days: int | None, day: date) -> float:
    if days is None or newest is None:
        return 100.0
    late = max(0, (day - newest).days - days)
    return round(max(0.0, 100 - 100 * late / (3 * days)), 1)


def _percent(values: Sequence[float | bool]) -> float:
    return round(100 * sum(values) / len(values), 1) if values else 0.0
