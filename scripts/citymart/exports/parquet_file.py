"""Parquet, and GeoParquet 1.1."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import duckdb

from ..hashing import literal, quoted
from .market import Column, Product
from .shapes import GRID, Place, Shape

# One size on every machine: the bytes must not depend on the number of threads.
ROW_GROUP = 100_000


def write_parquet(
    con: duckdb.DuckDBPyConnection, product: Product, shapes: Sequence[Shape], path: Path, release_id: str
) -> None:
    """zstd; columns of shapes as GeoParquet, each in its own coordinates."""
    by_name = {shape.column: f"{shape.own}::geometry('{shape.crs}')" for shape in shapes}
    columns = [
        f"{by_name[column.name]} as {quoted(column.name)}" if column.name in by_name else _sql(column)
        for column in product.columns
    ]
    _copy(con, product, ", ".join(columns), path, release_id)


def write_geoparquet(
    con: duckdb.DuckDBPyConnection,
    product: Product,
    shapes: Sequence[Shape],
    place: Place,
    path: Path,
    release_id: str,
) -> None:
    """The columns that are no shapes, and `geometry` on the British National Grid (EPSG:27700)."""
    hidden = {shape.column for shape in shapes}
    names = [_sql(column) for column in product.columns if column.name not in hidden]
    columns = ", ".join([*names, f"({place.grid})::geometry('{GRID}') as geometry"])
    _copy(con, product, columns, path, release_id)


def _sql(column: Column) -> str:
    """Parquet has no whole numbers beyond 64 bits: DuckDB would write them as floats."""
    name = quoted(column.name)
    return f"{name}::bigint as {name}" if column.kind in ("HUGEINT", "UBIGINT", "UHUGEINT") else name


def _copy(
    con: duckdb.DuckDBPyConnection, product: Product, columns: str, path: Path, release_id: str
) -> None:
    said = ", ".join(f"{name}: {literal(text)}" for name, text in _said(product, release_id).items())
    con.execute(
        f"copy (select {columns} from {product.sql}) to {literal(path)}"
        f" (format parquet, compression zstd, row_group_size {ROW_GROUP}, kv_metadata {{{said}}})"
    )


def _said(product: Product, release_id: str) -> dict[str, str]:
    """The key-value metadata of the file: what it is, when it is found without the others."""
    told = {
        "title": product.title,
        "description": product.description,
        "publisher": product.publisher,
        "licence": product.licence,
        "licence_url": product.licence_url,
        "attribution": product.attribution,
        "version": product.version,
        "release": release_id,
        "contract": f"{product.name}.odcs.yaml",
        "columns": json.dumps(
            {column.name: column.description for column in product.columns}, ensure_ascii=False
        ),
    }
    return {name: text for name, text in told.items() if text}
