"""What is handed to the public has the columns of the open file, product by product, and nothing more."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest
import yaml
from citymart.dbt_plugin import spatial_extension

SHAPES = {"areas": ["boundary", "boundary_grid"]}
"""They are the geometry of a map, and no column beside it; a sheet has none."""


@pytest.fixture(scope="module")
def columns(home) -> dict[str, list[str]]:
    """Product → the columns that the open file has of it, by the database itself."""
    found: dict[str, list[str]] = {}
    file = home.published / "current" / "audiences" / "open.duckdb"
    with duckdb.connect(str(file), read_only=True) as con:
        told = con.execute("select product from market.products").fetchall()
        for schema, table, column in con.execute(
            "select schema_name, table_name, column_name from duckdb_columns() order by column_index"
        ).fetchall():
            if (f"{schema}.{table}",) in told:
                found.setdefault(table, []).append(column)
    return found


def plain(columns: dict[str, list[str]], product: str) -> list[str]:
    return [each for each in columns[product] if each not in SHAPES.get(product, ())]


def told(folder: Path, ending: str) -> Iterator[tuple[str, Path]]:
    """(product, file) of all files of a format."""
    for path in sorted(folder.glob(f"*.{ending}")):
        name, _, rest = path.name.partition(".")
        if rest == ending:
            yield name, path


def test_the_open_file_lacks_a_column_that_the_operators_has(home, columns) -> None:
    with duckdb.connect(str(home.published / "current" / "city_data_mart.duckdb"), read_only=True) as con:
        operators = [name for name, *_ in con.execute("describe marts.payments").fetchall()]
    assert set(operators) - set(columns["payments"]) == {"cost_centre"}


def test_csv_and_parquet_have_exactly_these(exported, columns) -> None:
    found = {}
    for product, path in told(exported, "csv"):
        with path.open(encoding="utf-8", newline="") as file:
            found[product] = next(csv.reader(file))
    assert found == columns
    parquet = {product: pq.read_schema(path).names for product, path in told(exported, "parquet")}
    assert parquet == columns


def test_a_sheet_has_them_without_shapes(exported, columns) -> None:
    found = {}
    for product, path in told(exported, "xlsx"):
        sheet = openpyxl.load_workbook(path, read_only=True)[product]
        found[product] = [cell.value for cell in next(sheet.iter_rows(max_row=1))]
    assert found == {product: plain(columns, product) for product in found}
    assert {"payments", "areas"} <= set(found)


def test_a_map_has_them_and_its_geometry(exported, columns) -> None:
    seen = set()
    for product, path in told(exported, "geojson"):
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        names = {name for feature in features for name in feature["properties"]}
        assert names == set(plain(columns, product)), product
        assert {key for feature in features for key in feature} <= {"type", "id", "geometry", "properties"}
        seen.add(product)
    with duckdb.connect() as con:
        con.execute(f"load '{spatial_extension()}'")
        for ending, source in (("geo.parquet", "read_parquet"), ("gpkg", "st_read")):
            for product, path in told(exported, ending):
                names = [name for name, *_ in con.execute(f"describe from {source}('{path}')").fetchall()]
                extra = set(names) - set(columns[product])
                assert extra <= {"geometry", "geom", "fid", "OGC_FID", "bbox"}, (path.name, extra)
                assert set(plain(columns, product)) <= set(names), path.name
    assert seen == {"areas", "sites"}


def test_the_metadata_speaks_of_no_other_column(exported, columns) -> None:
    package = json.loads((exported / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        fields = [field["name"] for field in resource.get("schema", {}).get("fields", [])]
        product = resource["path"].split(".")[0]
        assert set(fields) <= {*columns[product], "geometry"}, resource["name"]
    for product, path in told(exported, "csv-metadata.json"):
        schema = json.loads(path.read_text(encoding="utf-8"))["tableSchema"]
        assert [column["name"] for column in schema["columns"]] == columns[product]
    for product, path in told(exported, "odcs.yaml"):
        (table,) = yaml.safe_load(path.read_text(encoding="utf-8"))["schema"]
        assert [each["name"] for each in table["properties"]] == columns[product]
    for path in exported.iterdir():
        assert b"cost_centre" not in path.read_bytes(), path.name
