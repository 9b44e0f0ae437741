"""GeoPackage (OGC 12-128), by GDAL in DuckDB's spatial extension."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ..hashing import literal, quoted
from .market import Column, Product
from .shapes import GRID, Place, Shape
from .types import is_list, is_record


def write_gpkg(
    con: duckdb.DuckDBPyConnection,
    product: Product,
    shapes: Sequence[Shape],
    place: Place,
    path: Path,
    created: datetime,
) -> None:
    """A layer of the product's name on the British National Grid, dated by the release."""
    hidden = {shape.column for shape in shapes}
    names = [_sql(column) for column in product.columns if column.name not in hidden]
    columns = ", ".join([*names, f"{place.grid} as geom"])
    about = f"{product.description} Licence: {product.licence_title}. Version {product.version}."
    options = [f"IDENTIFIER={product.title}", f"DESCRIPTION={about}", "GEOMETRY_NAME=geom"]
    with _dated(created):
        con.execute(
            f"copy (select {columns} from {product.sql}) to {literal(path)} (format gdal, driver 'GPKG',"
            f" srs '{GRID}', layer_name {literal(product.name)},"
            f" layer_creation_options ({', '.join(map(literal, options))}))"
        )


def _sql(column: Column) -> str:
    """GDAL knows no decimals, no whole numbers beyond 64 bits and no lists of texts in a GeoPackage."""
    name = quoted(column.name)
    if column.kind.startswith("DECIMAL"):
        return f"{name}::double as {name}"
    if column.kind in ("HUGEINT", "UBIGINT", "UHUGEINT"):
        return f"{name}::bigint as {name}"
    if is_list(column.kind) or is_record(column.kind):
        return f"to_json({name})::varchar as {name}"
    if column.kind.endswith("TIME ZONE"):
        return f"({name} at time zone 'UTC') as {name}"
    return name


@contextmanager
def _dated(created: datetime) -> Iterator[None]:
    """GDAL writes the time of day into the file, unless this variable of its own says another."""
    before = os.environ.get("OGR_CURRENT_DATE")
    os.environ["OGR_CURRENT_DATE"] = created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    try:
        yield
    finally:
        if before is None:
            del os.environ["OGR_CURRENT_DATE"]
        else:
            os.environ["OGR_CURRENT_DATE"] = before
