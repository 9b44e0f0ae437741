"""What the metadata of several standards have in common."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..market import Product


def without_empty(said: dict[str, Any]) -> dict[str, Any]:
    """Only what is said: no null, no empty text, no empty list."""
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def write_json(path: Path, said: Any) -> Path:
    path.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def data_period(product: Product) -> str | None:
    """The days that the data is of, by ISO 8601: a start and an end; a day where it has only one."""
    if product.data_to is None:
        return None
    end = product.data_to.isoformat()
    return f"{product.data_from.isoformat()}/{end}" if product.data_from else end


FREQUENCIES = {
    1: ("daily", "R/P1D"),
    7: ("weekly", "R/P1W"),
    14: ("biweekly", "R/P2W"),
    31: ("monthly", "R/P1M"),
    92: ("quarterly", "R/P3M"),
    366: ("annual", "R/P1Y"),
}
"""Days between deliveries → the term of the Dublin Core Collection Description Frequency Vocabulary, and the
repeating interval of ISO 8601."""


def frequency(product: Product) -> str | None:
    """The term of the frequency vocabulary, or None where nothing is delivered."""
    days = product.days_between_deliveries
    return FREQUENCIES.get(days, ("irregular", ""))[0] if days else None


def interval(product: Product) -> str | None:
    """The repeating interval of ISO 8601 between deliveries."""
    days = product.days_between_deliveries
    return FREQUENCIES.get(days, ("", f"R/P{days}D"))[1] if days else None
