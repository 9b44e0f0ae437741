"""What the loader made of generated files, beside the truth of what was printed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import duckdb
from citymart.deliveries import find_deliveries
from citymart.home import Home
from citymart.load import LoadSummary, load_files


@dataclass(frozen=True)
class Landed:
    """A file as landed: the names of its columns, and its records in order."""

    header: list[str]
    cells: list[list[str | None]]
    rejected: int


def load(out: Path, home: Path) -> tuple[LoadSummary, dict[tuple[str, str], Landed]]:
    """The summary, and (provider, file) → what landed of it."""
    place = Home.at(str(home))
    deliveries, passed_over = find_deliveries([out])
    assert not passed_over
    summary = load_files(deliveries, place)
    found = {}
    for receipt_path in place.landing.glob("*/*/*.json"):
        receipt = json.loads(receipt_path.read_text())
        if receipt and receipt["outcome"] == "landed" and "@" not in receipt_path.name:
            records = receipt_path.with_suffix(".parquet")
            cells = duckdb.sql(
                f"select cells from read_parquet('{records}', file_row_number=true) order by file_row_number"
            ).fetchall()
            header = [column["name"].strip() for column in receipt["header"]]
            found[receipt["provider_code"], receipt["source_file"]] = Landed(
                header, [row[0] for row in cells], receipt["rejected_rows"]
            )
    return summary, found


def truth(folder: Path, what: str) -> duckdb.DuckDBPyRelation:
    return duckdb.sql(f"select * from read_parquet('{folder}/{what}/*/*/*.parquet')")
