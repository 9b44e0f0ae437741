"""What an export knows: the catalogue tables of the file that it is made of, and the files it has written.

All metadata is written from this one description, so that no two of them can differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from ..catalogue.tables import EXACT
from ..errors import CityMartError
from ..hashing import file_sha256, quoted

MEDIA_TYPES = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "geoparquet": "application/vnd.apache.parquet",
    "geojson": "application/geo+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gpkg": "application/geopackage+sqlite3",
}
"""By IANA's registry of media types."""
ENDINGS = {"geoparquet": "geo.parquet"}
TITLES = {
    "csv": "CSV",
    "parquet": "Parquet",
    "geoparquet": "GeoParquet, British National Grid",
    "geojson": "GeoJSON, WGS84",
    "xlsx": "Excel",
    "gpkg": "GeoPackage, British National Grid",
}


@dataclass(frozen=True)
class Column:
    """A column of a product, as `market.product_columns` has it."""

    name: str
    kind: str
    """Its type in DuckDB."""
    description: str
    unit: str | None
    classification: str
    code_list: str | None
    is_key: bool
    """No two rows have the same value, and each has one."""


@dataclass(frozen=True)
class Product:
    """A product, as `market.products` has it. An empty text is None."""

    schema: str
    name: str
    title: str
    description: str
    theme: str
    grain: str
    publisher: str
    contact: str
    licence: str
    licence_title: str
    licence_url: str | None
    attribution: str | None
    sharing_level: str
    agreements: Sequence[str]
    keywords: Sequence[str]
    limits: str | None
    update_rhythm: str | None
    days_between_deliveries: int | None
    providers: Sequence[str]
    data_from: date | None
    data_to: date | None
    rows: int
    version: str
    released_on: date
    columns: Sequence[Column]
    inputs: Sequence[str]
    """The tables of the build that it is made of directly."""

    @property
    def sql(self) -> str:
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def key(self) -> str | None:
        """The column that is unique and has a value in every row of this file."""
        return next((each.name for each in self.columns if each.is_key), None)


@dataclass(frozen=True)
class File:
    """A file of a product."""

    product: str
    format: str
    name: str
    bytes: int
    sha256: str

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.format]

    @property
    def title(self) -> str:
        return TITLES[self.format]


@dataclass
class Market:
    """What is exported: products of one audience's file of one release, and the files of them."""

    release_id: str
    created_at: str
    code_version: str
    audience: str
    base: str
    """In front of each file's name where the folder's address is known: `https://…/`; else empty."""
    products: Sequence[Product]
    files: list[File] = field(default_factory=list)
    bounds: dict[str, Sequence[float]] = field(default_factory=dict)
    """West, south, east, north in degrees, of the products that have places."""

    def files_of(self, product: Product) -> list[File]:
        return [each for each in self.files if each.product == product.name]

    def file_of(self, product: Product, format: str) -> File | None:
        return next((each for each in self.files_of(product) if each.format == format), None)

    def add(self, product: Product, format: str, path: Path) -> File:
        file = File(product.name, format, path.name, path.stat().st_size, file_sha256(path))
        self.files.append(file)
        return file


def file_name(product: str, format: str) -> str:
    return f"{product}.{ENDINGS.get(format, format)}"


def read_products(con: duckdb.DuckDBPyConnection) -> list[Product]:
    """The products of an open release.

    Raises `CityMartError` for a release from before there was a catalogue.
    """
    try:
        products = _rows(con, "select * from market.products order by product")
        columns = _rows(con, "select * from market.product_columns order by product, position")
        lineage = con.execute("select to_node, from_node from market.lineage order by all").fetchall()
    except duckdb.CatalogException:
        raise CityMartError(
            "the release says nothing of its products (market.products): run `citymart publish` again"
        ) from None
    found = []
    for row in products:
        label = row["product"]
        schema, _, name = label.partition(".")
        inputs = [above for node, above in lineage if node == label]
        of_it = [_column(each, row["rows"]) for each in columns if each["product"] == label]
        names = Product.__dataclass_fields__.keys() & row.keys() - {"columns"}
        said = {each: row[each] for each in names}
        found.append(Product(schema=schema, name=name, columns=of_it, inputs=inputs, **said))
    return found


def _column(row: dict[str, Any], rows: int) -> Column:
    # The share is rounded: the different values tell exactly whether each row has one, as far as they are
    # counted and not estimated.
    is_filled = rows == 0 or row["filled_share"] == 1
    is_unique = row["distinct_values"] == rows or rows > EXACT
    return Column(
        name=row["column_name"],
        kind=row["data_type"],
        description=row["description"] or "",
        unit=row["unit"],
        classification=row["classification"],
        code_list=row["code_list"],
        is_key=bool(row["is_key"]) and is_filled and is_unique,
    )


def _rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    found = con.execute(sql)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
