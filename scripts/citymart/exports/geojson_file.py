"""GeoJSON by RFC 7946."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from ..errors import CityMartError
from ..hashing import quoted
from .csv_file import BATCH
from .market import Product
from .shapes import Place, Shape

# Seven digits of a degree are a centimetre, finer than any source.
DIGITS = 7


def write_geojson(
    con: duckdb.DuckDBPyConnection, product: Product, shapes: Sequence[Shape], place: Place, path: Path
) -> list[float]:
    """WGS84 degrees, longitude first; a feature a row, also without a place; outer rings anticlockwise.

    Returns the bounds: west, south, east, north; empty where no row has a place.
    """
    hidden = {shape.column for shape in shapes}
    names = [column.name for column in product.columns if column.name not in hidden]
    properties = ", ".join(f"{quoted(name)} := {quoted(name)}" for name in names)
    found = con.execute(
        f"select to_json(struct_pack({properties}))::varchar, st_asgeojson({place.degrees})::varchar"
        f" from {product.sql}"
    )
    bounds: list[float] = []
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        told = f'{{"type": "FeatureCollection",\n"name": {json.dumps(product.name)},\n"features": ['
        file.write(told)
        separator = "\n"
        while batch := found.fetchmany(BATCH):
            for values, shape in batch:
                geometry = _rounded(json.loads(shape)) if shape else None
                if geometry:
                    bounds = _widened(bounds, geometry["coordinates"])
                told = json.dumps(geometry, separators=(",", ":"))
                file.write(f'{separator}{{"type":"Feature","geometry":{told},"properties":{values}}}')
                separator = ",\n"
        file.write("\n]")
        if bounds:
            file.write(f',\n"bbox": {json.dumps(bounds)}')
        file.write("}\n")
    return bounds


def bounds_of(geometries: Iterable[dict[str, Any] | None]) -> list[float]:
    """West, south, east, north of geometries of GeoJSON; empty where there is none."""
    bounds: list[float] = []
    for geometry in geometries:
        if geometry:
            bounds = _widened(bounds, geometry["coordinates"])
    return bounds


def _rounded(geometry: dict[str, Any]) -> dict[str, Any]:
    kind, coordinates = geometry["type"], geometry.get("coordinates")
    if kind == "Polygon":
        coordinates = _rings(coordinates)
    elif kind == "MultiPolygon":
        coordinates = [_rings(polygon) for polygon in coordinates]
    elif kind == "GeometryCollection":
        raise CityMartError("a collection of shapes has no place in GeoJSON exports: export it as Parquet")
    else:
        coordinates = _round(coordinates)
    return {"type": kind, "coordinates": coordinates}


def _round(coordinates: Any) -> Any:
    if isinstance(coordinates, (int, float)):
        return round(coordinates, DIGITS)
    return [_round(part) for part in coordinates]


def _rings(rings: list[list[list[float]]]) -> list[list[list[float]]]:
    """The right-hand rule of RFC 7946: the outer ring anticlockwise, holes clockwise."""
    turned = []
    for number, ring in enumerate(rings):
        points = [[round(point[0], DIGITS), round(point[1], DIGITS)] for point in ring]
        area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(points))
        turned.append(points if (area > 0) == (number == 0) else points[::-1])
    return turned


def _widened(bounds: list[float], coordinates: Any) -> list[float]:
    if coordinates and isinstance(coordinates[0], (int, float)):
        x, y = coordinates[:2]
        if not bounds:
            return [x, y, x, y]
        return [min(bounds[0], x), min(bounds[1], y), max(bounds[2], x), max(bounds[3], y)]
    for part in coordinates:
        bounds = _widened(bounds, part)
    return bounds
