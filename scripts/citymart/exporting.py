"""The current release in open formats: a file a table and format, the same bytes every time."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from citymart.disk import fsync_file, fsync_folder
from citymart.errors import CityMartError, UsageError
from citymart.hashing import Table, file_sha256, quoted, tables
from citymart.home import Home
from citymart.releases import Release, need_release, remove

FORMATS = ("csv", "parquet", "geojson")
SUMS = "SHA256SUMS"
PACKAGE = "datapackage.json"
BATCH = 5_000
# Seven digits of a degree are a centimetre, finer than any source.
DIGITS = 7
FRICTIONLESS = {
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "number",
    "FLOAT": "number",
    "TIMESTAMP": "datetime",
    "TIMESTAMP WITH TIME ZONE": "datetime",
}


@dataclass(frozen=True)
class Exported:
    """The folder that was written, and its files with their rows (None for what is about the others)."""

    folder: Path
    release_id: str
    files: list[tuple[str, int | None]]


@dataclass(frozen=True)
class Shape:
    """A column of shapes: its SQL as a GEOMETRY in its own coordinates, and as one in degrees."""

    column: str
    own: str
    degrees: str
    is_degrees: bool

    @property
    def crs(self) -> str:
        return "OGC:CRS84" if self.is_degrees else "EPSG:27700"


def export(
    home: Home,
    *,
    to: Path | None = None,
    formats: Sequence[str] = FORMATS,
    wanted: Sequence[str] = (),
) -> Exported:
    """Write tables of the current release into a folder that appears whole, by a rename.

    `wanted` are names of tables (`fct_payments` or `marts.fct_payments`); none means all of `marts`.
    An earlier export in the same place gives way.

    Raises `UsageError` for a table that is not there or a folder that holds anything else, and
    `CityMartError` before the first release.
    """
    release = need_release(home)
    folder = (to or home.exports / release.id).absolute()
    _may_replace(folder)
    temporary = folder.with_name(f".{folder.name}.tmp")
    remove(temporary)
    temporary.mkdir(parents=True)
    try:
        with _opened(release) as con:
            chosen = _chosen(con, release, wanted)
            files = [written for table in chosen for written in _write_table(con, table, temporary, formats)]
            _write_package(temporary / PACKAGE, release, chosen, [name for name, _ in files])
        files.append((PACKAGE, None))
        _write_sums(temporary, [name for name, _ in files])
        files.append((SUMS, None))
        for path in temporary.iterdir():
            fsync_file(path)
        fsync_folder(temporary)
        _put(temporary, folder)
    except BaseException:
        remove(temporary)
        raise
    return Exported(folder, release.id, files)


def _may_replace(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file: name a folder with --to")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / SUMS).exists():
        raise UsageError(
            f"{folder} holds something else than an export: name an empty or a new folder with --to"
        )


def _put(temporary: Path, folder: Path) -> None:
    old = folder.with_name(f".{folder.name}.old")
    remove(old)
    if folder.exists():
        folder.replace(old)
    temporary.replace(folder)
    fsync_folder(folder.parent)
    remove(old)


@contextmanager
def _opened(release: Release) -> Iterator[duckdb.DuckDBPyConnection]:
    from citymart.dbt_plugin import spatial_extension

    with duckdb.connect(str(release.database), read_only=True) as con:
        con.execute(f"load '{spatial_extension()}'")
        con.execute("set TimeZone = 'UTC'")
        yield con


def _chosen(con: duckdb.DuckDBPyConnection, release: Release, wanted: Sequence[str]) -> list[Table]:
    known = tables(con, release.database.stem, ("marts", "market"))
    if not wanted:
        return [table for table in known if table.schema == "marts"]
    chosen = []
    for name in dict.fromkeys(wanted):
        found = [table for table in known if name in (table.name, table.label)]
        if not found:
            names = ", ".join(table.name for table in known)
            raise UsageError(f"there is no table {name!r} in the release; there are {names}")
        chosen += found
    return chosen


def _write_table(
    con: duckdb.DuckDBPyConnection, table: Table, folder: Path, formats: Sequence[str]
) -> Iterator[tuple[str, int]]:
    shapes = _shapes(con, table)
    rows = con.execute(f"select count(*) from {table.sql}").fetchone()[0]
    if "csv" in formats:
        _write_csv(con, table, shapes, folder / f"{table.name}.csv")
        yield f"{table.name}.csv", rows
    if "parquet" in formats:
        _write_parquet(con, table, shapes, folder / f"{table.name}.parquet")
        yield f"{table.name}.parquet", rows
    place = _place(table, shapes)
    if "geojson" in formats and place:
        _write_geojson(con, table, shapes, place, folder / f"{table.name}.geojson")
        yield f"{table.name}.geojson", rows


def _shapes(con: duckdb.DuckDBPyConnection, table: Table) -> list[Shape]:
    """The columns that hold shapes: GEOMETRY, or bytes of WKB. Their numbers tell degrees from metres."""
    found = []
    for column, kind in table.columns:
        if not (kind == "BLOB" or kind.startswith("GEOMETRY")):
            continue
        own = quoted(column) if kind != "BLOB" else f"st_geomfromwkb({quoted(column)})"
        try:
            reach = con.execute(
                f"select max(greatest(abs(st_xmin({own})), abs(st_xmax({own})))),"
                f" max(greatest(abs(st_ymin({own})), abs(st_ymax({own})))) from {table.sql}"
            ).fetchone()
        except duckdb.Error:
            continue  # bytes of another kind
        is_degrees = (reach[0] or 0) <= 180 and (reach[1] or 0) <= 90
        degrees = own if is_degrees else f"st_transform({own}, 'EPSG:27700', 'EPSG:4326', always_xy := true)"
        found.append(Shape(column, own, degrees, is_degrees))
    return found


def _place(table: Table, shapes: Sequence[Shape]) -> str | None:
    """SQL of the shape in degrees that stands for a row, or None for a table without a place."""
    if shapes:
        best = next((shape for shape in shapes if shape.is_degrees), shapes[0])
        return best.degrees
    names = {name for name, _ in table.columns}
    if {"longitude", "latitude"} <= names:
        return (
            "case when longitude is not null and latitude is not null then st_point(longitude, latitude) end"
        )
    return None


# -- CSV ------------------------------------------------------------------------------------------


def _write_csv(con: duckdb.DuckDBPyConnection, table: Table, shapes: Sequence[Shape], path: Path) -> None:
    """RFC 4180: UTF-8, a header, comma, CRLF, quotes where needed; ISO dates, UTC times, shapes as WKT."""
    geometry = {shape.column: f"st_astext({shape.own})" for shape in shapes}
    columns = ", ".join(geometry.get(name) or _as_text(name, kind) for name, kind in table.columns)
    found = con.execute(f"select {columns} from {table.sql}")
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([name for name, _ in table.columns])
        while batch := found.fetchmany(BATCH):
            writer.writerows(batch)


def _as_text(name: str, kind: str) -> str:
    column = quoted(name)
    if kind == "VARCHAR":
        return _harmless(column)
    if kind.startswith("TIMESTAMP"):
        return f"strftime({column}, '%Y-%m-%dT%H:%M:%SZ')"
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP")):
        return f"to_json({column})::varchar"
    return f"{column}::varchar"


def _harmless(column: str) -> str:
    """A text that a spreadsheet would run gets an apostrophe in front; a number stays a number."""
    return (
        f"case when regexp_matches({column}, '^[=+@\\-\\t\\r]') and try_cast({column} as double) is null"
        f" then '''' || {column} else {column} end"
    )


# -- Parquet --------------------------------------------------------------------------------------


def _write_parquet(con: duckdb.DuckDBPyConnection, table: Table, shapes: Sequence[Shape], path: Path) -> None:
    """zstd; shapes as GeoParquet, those in metres as British National Grid."""
    replaced = ", ".join(
        f"{shape.own}::geometry('{shape.crs}') as {quoted(shape.column)}" for shape in shapes
    )
    columns = f"* replace ({replaced})" if replaced else "*"
    target = str(path).replace("'", "''")
    con.execute(
        f"copy (select {columns} from {table.sql}) to '{target}'"
        " (format parquet, compression zstd, row_group_size 100000)"
    )


# -- GeoJSON --------------------------------------------------------------------------------------


def _write_geojson(
    con: duckdb.DuckDBPyConnection, table: Table, shapes: Sequence[Shape], place: str, path: Path
) -> None:
    """RFC 7946: WGS84 degrees, a feature a row, also for rows without a place; outer rings anticlockwise."""
    hidden = {shape.column for shape in shapes}
    names = [name for name, _ in table.columns if name not in hidden]
    properties = ", ".join(f"{quoted(name)} := {quoted(name)}" for name in names)
    found = con.execute(
        f"select to_json(struct_pack({properties}))::varchar, st_asgeojson({place})::varchar from {table.sql}"
    )
    bounds: list[float] = []
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write('{"type": "FeatureCollection",\n"name": ' + json.dumps(table.name) + ',\n"features": [')
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


# -- What is about the files ----------------------------------------------------------------------


def _write_package(path: Path, release: Release, chosen: Sequence[Table], names: Iterable[str]) -> None:
    """A Frictionless data package: what each file is and what its columns mean, from the mart's comments."""
    by_name = {table.name: table for table in chosen}
    resources = []
    for name in names:
        table = by_name[name.rpartition(".")[0]]
        resource = {"name": name.replace(".", "-").replace("_", "-"), "path": name}
        if table.comment:
            resource["description"] = table.comment
        if name.endswith(".csv"):
            resource |= {
                "profile": "tabular-data-resource",
                "encoding": "utf-8",
                "schema": {"fields": [_described(*column) for column in _columns(table)]},
            }
        resources.append(resource)
    package = {
        "name": "city-data-mart",
        "version": release.id,
        "created": release.manifest["created_at"],
        "resources": resources,
    }
    path.write_text(json.dumps(package, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _columns(table: Table) -> Iterator[tuple[str, str, str | None]]:
    for (name, kind), comment in zip(table.columns, table.column_comments, strict=True):
        yield name, kind, comment


def _described(name: str, kind: str, comment: str | None) -> dict[str, str]:
    field = {"name": name, "type": _frictionless(kind)}
    if comment:
        field["description"] = comment
    return field


def _frictionless(kind: str) -> str:
    if kind.startswith("DECIMAL"):
        return "number"
    if kind.endswith(("INT", "INTEGER")):
        return "integer"
    return FRICTIONLESS.get(kind, "string")


def _write_sums(folder: Path, names: Iterable[str]) -> None:
    lines = [f"{file_sha256(folder / name)}  {name}\n" for name in sorted(names)]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
