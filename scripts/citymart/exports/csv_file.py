"""CSV by RFC 4180."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import duckdb

from ..hashing import quoted
from .market import Column, Product
from .shapes import Shape
from .types import is_list, is_record

BATCH = 5_000


def write_csv(con: duckdb.DuckDBPyConnection, product: Product, shapes: Sequence[Shape], path: Path) -> None:
    """UTF-8, a header, comma, CRLF, quotes where needed; ISO 8601 dates, UTC times, shapes as WKT."""
    geometry = {shape.column: f"st_astext({shape.own})" for shape in shapes}
    columns = ", ".join(geometry.get(column.name) or _as_text(column) for column in product.columns)
    found = con.execute(f"select {columns} from {product.sql}")
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([column.name for column in product.columns])
        while batch := found.fetchmany(BATCH):
            writer.writerows(batch)


def _as_text(column: Column) -> str:
    name = quoted(column.name)
    if column.kind == "VARCHAR":
        return _harmless(name)
    if column.kind.startswith("TIMESTAMP"):
        zone = "Z" if column.kind.endswith("TIME ZONE") else ""
        return f"strftime({name}, '%Y-%m-%dT%H:%M:%S{zone}')"
    if is_list(column.kind) or is_record(column.kind):
        return f"to_json({name})::varchar"
    return f"{name}::varchar"


def _harmless(column: str) -> str:
    """A text that a spreadsheet would run gets an apostrophe in front; a number stays a number."""
    return (
        f"case when regexp_matches({column}, '^[=+@\\-\\t\\r]') and try_cast({column} as double) is null"
        f" then '''' || {column} else {column} end"
    )
