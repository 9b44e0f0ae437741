"""Exporting: a folder that appears whole, the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from ..errors import UsageError
from ..folders import SUMS, clear_half_written, may_replace, write_sums, written_whole
from ..home import Home
from ..releases import Release, need_release
from . import xlsx_file
from .audience import OPEN, opened
from .csv_file import write_csv
from .geojson_file import write_geojson
from .gpkg_file import write_gpkg
from .market import Market, Product, file_name, read_products
from .metadata import write_metadata
from .parquet_file import write_geoparquet, write_parquet
from .shapes import place_of, shapes_of

DEFAULT = ("csv", "parquet", "geoparquet", "geojson", "xlsx")
FORMATS = (*DEFAULT, "gpkg")


@dataclass(frozen=True)
class Exported:
    """The folder that was written, and its files with their rows (None for what is about the others)."""

    folder: Path
    release_id: str
    audience: str
    files: list[tuple[str, int | None]]
    left_out: list[tuple[str, str]] = field(default_factory=list)
    """Files that were not written, and why."""


def export(
    home: Home,
    *,
    audience: str = OPEN,
    to: Path | None = None,
    formats: Sequence[str] = DEFAULT,
    wanted: Sequence[str] = (),
    base: str = "",
) -> Exported:
    """Write products of an audience's file of the current release into a folder that appears by a rename.

    `wanted` are names of products (`fct_payments` or `marts.fct_payments`); none means all. `base` is the
    address at which the folder will lie, for the metadata. An earlier export in the same place gives way.

    Raises `UsageError` for an audience or a product that is not there or a folder that holds anything else,
    and `CityMartError` before the first release or where the audience's key is missing.
    """
    release = need_release(home)
    folder = (to or home.exports / release.id / audience).absolute()
    may_replace(folder)
    clear_half_written(home.exports)
    with opened(release, audience) as con:
        market = _market(con, release, audience, base, wanted)
        with written_whole(folder) as temporary:
            left_out = [
                left
                for product in market.products
                for left in _write(con, market, product, temporary, formats)
            ]
            files: list[tuple[str, int | None]] = [
                (file.name, product.rows) for product in market.products for file in market.files_of(product)
            ]
            files += [(path.name, None) for path in write_metadata(market, temporary)]
            write_sums(temporary, [name for name, _ in files])
            files.append((SUMS, None))
    return Exported(folder, release.id, audience, files, left_out)


def _market(
    con: duckdb.DuckDBPyConnection, release: Release, audience: str, base: str, wanted: Sequence[str]
) -> Market:
    products = read_products(con)
    for name in wanted:
        if not any(name in (each.name, each.label) for each in products):
            names = ", ".join(each.name for each in products)
            raise UsageError(f"there is no table {name!r} in the release; there are {names}")
    chosen = [each for each in products if not wanted or {each.name, each.label} & {*wanted}]
    code = release.manifest.get("code", {}).get("version", "unknown")
    base = base if not base or base.endswith("/") else f"{base}/"
    return Market(release.id, release.manifest["created_at"], code, audience, base, chosen)


def _write(
    con: duckdb.DuckDBPyConnection,
    market: Market,
    product: Product,
    folder: Path,
    formats: Sequence[str],
) -> Iterator[tuple[str, str]]:
    """Write the files of a product; yields what can't be written, and why."""
    shapes = shapes_of(con, product)
    place = place_of(product, shapes)
    created = datetime.fromisoformat(market.created_at)
    for format in (each for each in FORMATS if each in formats):
        path = folder / file_name(product.name, format)
        match format:
            case "csv":
                write_csv(con, product, shapes, path)
            case "parquet":
                write_parquet(con, product, shapes, path, market.release_id)
            case "xlsx" if why := xlsx_file.why_not(con, product, shapes):
                yield path.name, why
                continue
            case "xlsx":
                xlsx_file.write_xlsx(con, product, shapes, path, market.release_id, created)
            case _ if place is None:
                continue
            case "geoparquet":
                write_geoparquet(con, product, shapes, place, path, market.release_id)
            case "geojson":
                bounds = write_geojson(con, product, shapes, place, path)
                if bounds:
                    market.bounds[product.name] = bounds
            case "gpkg":
                write_gpkg(con, product, shapes, place, path, created)
        market.add(product, format, path)
