"""Where the rows of a product lie: its columns of shapes, or of coordinates, as SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from ..hashing import quoted
from .market import Product
from .types import is_shape

DEGREES = "OGC:CRS84"
GRID = "EPSG:27700"


@dataclass(frozen=True)
class Shape:
    """A column of shapes: its SQL as a GEOMETRY in its own coordinates."""

    column: str
    own: str
    is_degrees: bool

    @property
    def crs(self) -> str:
        return DEGREES if self.is_degrees else GRID

    @property
    def degrees(self) -> str:
        return self.own if self.is_degrees else _transformed(self.own, GRID, "EPSG:4326")

    @property
    def grid(self) -> str:
        return _transformed(self.own, "EPSG:4326", GRID) if self.is_degrees else self.own


@dataclass(frozen=True)
class Place:
    """The shape that stands for a row: its SQL in WGS84 degrees and on the British National Grid."""

    degrees: str
    grid: str


def shapes_of(con: duckdb.DuckDBPyConnection, product: Product) -> list[Shape]:
    """The columns that hold shapes: GEOMETRY, or bytes of WKB. Their numbers tell degrees from metres."""
    found = []
    for column in product.columns:
        if not is_shape(column.kind):
            continue
        name = quoted(column.name)
        own = name if column.kind != "BLOB" else f"st_geomfromwkb({name})"
        try:
            reach = con.execute(
                f"select max(greatest(abs(st_xmin({own})), abs(st_xmax({own})))),"
                f" max(greatest(abs(st_ymin({own})), abs(st_ymax({own})))) from {product.sql}"
            ).fetchone()
        except duckdb.Error:
            continue  # bytes of another kind
        found.append(Shape(column.name, own, (reach[0] or 0) <= 180 and (reach[1] or 0) <= 90))
    return found


def place_of(product: Product, shapes: Sequence[Shape]) -> Place | None:
    """The place of a row, from what is there rather than by a transformation; None where it has none."""
    if shapes:
        degrees = next((shape for shape in shapes if shape.is_degrees), shapes[0])
        grid = next((shape for shape in shapes if not shape.is_degrees), shapes[0])
        return Place(degrees.degrees, grid.grid)
    names = {column.name for column in product.columns}
    has_degrees, has_grid = {"longitude", "latitude"} <= names, {"easting", "northing"} <= names
    if not has_degrees and not has_grid:
        return None
    degrees, grid = _point("longitude", "latitude"), _point("easting", "northing")
    return Place(
        degrees if has_degrees else _transformed(grid, GRID, "EPSG:4326"),
        grid if has_grid else _transformed(degrees, "EPSG:4326", GRID),
    )


def _point(x: str, y: str) -> str:
    return f"case when {x} is not null and {y} is not null then st_point({x}, {y}) end"


def _transformed(shape: str, source: str, target: str) -> str:
    return f"st_transform({shape}, '{source}', '{target}', always_xy := true)"
