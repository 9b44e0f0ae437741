"""Which subjects there are: the lines of seeds/market/subjects.csv."""

from __future__ import annotations

import csv
from pathlib import Path

from citymart.home import PROJECT


def subjects(project: Path = PROJECT) -> list[str]:
    """The subjects' names, in the order of the seed."""
    with open(project / "seeds" / "market" / "subjects.csv", newline="", encoding="utf-8") as file:
        return [row["subject"] for row in csv.DictReader(file)]
