"""The files, opened by other libraries than those that wrote them."""

from __future__ import annotations

import json
from datetime import datetime

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest
from citymart.dbt_plugin import spatial_extension
from citymart.exports import xlsx_file
from citymart.exports.export import export


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as con:
        con.execute(f"load '{spatial_extension()}'")
        yield con


def test_a_workbook_says_what_it_is_and_what_its_columns_mean(exported):
    book = openpyxl.load_workbook(exported / "payments.xlsx")
    assert book.sheetnames == ["About", "payments"]
    assert book.properties.created == datetime(2024, 4, 1)
    about = {row[0]: row[1] for row in book["About"].iter_rows(values_only=True) if row[0]}
    assert about["Title"] == "The payments"
    assert about["Licence"] == "Open Government Licence v3.0"
    assert about["Attribution"] == "Contains OS data"
    assert about["Version"] == "1.2.0"
    assert about["amount"] == "What amount means."


def test_a_workbook_has_typed_cells_and_no_formula(exported):
    sheet = openpyxl.load_workbook(exported / "payments.xlsx")["payments"]
    header, *rows = sheet.iter_rows()
    names = [cell.value for cell in header]
    first = dict(zip(names, rows[0], strict=True))
    assert {cell.data_type for row in rows for cell in row} <= {"s", "n", "d", "b", "inlineStr"}
    assert first["note"].value == "=1+1" and first["note"].data_type != "f"
    assert first["amount"].value == 1.5 and first["is_first"].value is True
    assert first["paid_at"].value == datetime(2024, 3, 31, 11)
    assert first["paid_date"].value == datetime(2024, 3, 31)
    assert first["founded_at"].value == "1850-01-01 00:00:00"
    assert len(rows) == 4


def test_a_shape_is_not_in_the_workbook_and_the_cover_says_so(exported):
    book = openpyxl.load_workbook(exported / "areas.xlsx")
    assert [cell.value for cell in next(book["areas"].iter_rows())] == ["key"]
    about = {row[0]: row[1] for row in book["About"].iter_rows(values_only=True)}
    assert "in the other formats, not in this sheet" in about["boundary"]


def test_more_rows_than_a_sheet_holds_are_not_cut_off_but_told(home, tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx_file, "ROWS", 4)
    written = export(home, to=tmp_path / "short", wanted=["payments"])
    assert written.left_out == [
        ("payments.xlsx", "4 rows are more than a sheet of Excel holds (3)"),
    ]
    assert not (written.folder / "payments.xlsx").exists()
    monkeypatch.setattr(xlsx_file, "ROWS", 5)
    assert export(home, to=tmp_path / "fits", wanted=["payments"]).left_out == []


def test_parquet_says_title_licence_and_version_itself(exported):
    for name in ("payments.parquet", "areas.geo.parquet"):
        said = {
            key.decode(): value.decode() for key, value in pq.read_schema(exported / name).metadata.items()
        }
        table = name.split(".")[0]
        assert said["title"] == f"The {table}"
        assert said["licence"] == "OGL-UK-3.0"
        assert said["version"] == "1.2.0"
        assert said["contract"] == f"{table}.odcs.yaml"
        assert json.loads(said["columns"])["key"] == "What key means."


@pytest.mark.parametrize(("table", "rows"), [("areas", 300), ("sites", 2)])
def test_geoparquet_and_geopackage_are_on_the_national_grid(exported, con, table, rows):
    shape = json.loads(pq.read_schema(exported / f"{table}.geo.parquet").metadata[b"geo"])
    assert shape["primary_column"] == "geometry"
    assert shape["columns"]["geometry"]["crs"]["id"] == {"authority": "EPSG", "code": 27700}
    found = con.execute(
        "select count(*), min(st_xmin(geometry)), max(st_ymax(geometry))"
        f" from '{exported}/{table}.geo.parquet'"
    ).fetchone()
    assert found[0] == rows
    assert 530_000 <= found[1] <= 531_000 and 180_000 < found[2] < 181_000
    package = f"{exported}/{table}.gpkg"
    (layer,) = con.execute(f"select layers[1] from st_read_meta('{package}')").fetchone()
    assert layer["geometry_fields"][0]["crs"]["auth_code"] == "27700"
    same = con.execute(f"select count(*), min(st_xmin(geom)), max(st_ymax(geom)) from st_read('{package}')")
    assert same.fetchone() == found
