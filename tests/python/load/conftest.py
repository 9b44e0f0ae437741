"""What the tests of the loader share: a home of their own, and one file landed from bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from citymart.deliveries import Delivery
from citymart.home import Home
from citymart.load import Limits, Outcome, load_files


@dataclass
class Lander:
    """Lands bytes as a delivery of Camden's payments, and reads back what came of it."""

    home: Home
    folder: Path

    def __call__(
        self, content: bytes, name: str = "2024-03-31.csv", *, as_of: str = "2024-03-31", **limits
    ) -> Outcome:
        return self.all(content, name, as_of=as_of, **limits)[0]

    def all(self, content: bytes, name: str, *, as_of: str = "2024-03-31", **limits) -> list[Outcome]:
        path = self.folder / name
        path.write_bytes(content)
        return self.load(self.delivery(path, as_of), **limits)

    def delivery(self, path: Path, as_of: str = "2024-03-31") -> Delivery:
        return Delivery(path, "camden", "spending", date.fromisoformat(as_of))

    def load(self, *deliveries: Delivery, **limits) -> list[Outcome]:
        return load_files(deliveries, self.home, limits=Limits(**limits)).outcomes

    @property
    def place(self) -> Path:
        return self.home.landing / "spending" / "camden"

    def receipt(self, outcome: Outcome) -> dict[str, Any]:
        return json.loads((self.place / f"{outcome.extract_id}.json").read_text(encoding="utf-8"))

    def cells(self, outcome: Outcome) -> list[list[str | None]]:
        return self._read(self.place / f"{outcome.extract_id}.parquet")["cells"].to_pylist()

    def lines(self, outcome: Outcome) -> list[int]:
        """The line of each record, as dbt computes it."""
        first = self.receipt(outcome)["first_record_line"]
        numbers = self._read(self.place / f"{outcome.extract_id}.parquet")["line_number"].to_pylist()
        return [first + row if number is None else number for row, number in enumerate(numbers)]

    def rejects(self, outcome: Outcome) -> list[tuple[int, str, str]]:
        path = self.place / "rejects" / f"{outcome.extract_id}.parquet"
        if not path.exists():
            return []
        rows = self._read(path).to_pylist()
        return [(row["line_number"], row["reason"], row["raw_text"]) for row in rows]

    def _read(self, path: Path):
        with path.open("rb") as file:
            return pq.read_table(file)


@pytest.fixture
def land(tmp_path: Path) -> Lander:
    folder = tmp_path / "sent"
    folder.mkdir()
    return Lander(Home.at(tmp_path / "home"), folder)
