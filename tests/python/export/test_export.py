"""What an export holds, and that it is the same bytes every time."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from citymart.errors import CityMartError, UsageError
from citymart.exports.export import FORMATS, export
from citymart.home import PROJECT, Home


def records(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_product_is_there_in_each_format_that_fits_with_its_metadata(exported):
    assert sorted(path.name for path in exported.iterdir()) == [
        "SHA256SUMS",
        "areas.csv",
        "areas.csv-metadata.json",
        "areas.geo.parquet",
        "areas.geojson",
        "areas.gpkg",
        "areas.odcs.yaml",
        "areas.parquet",
        "areas.xlsx",
        "coverage.csv",
        "coverage.csv-metadata.json",
        "coverage.odcs.yaml",
        "coverage.parquet",
        "coverage.xlsx",
        "data.json",
        "datapackage.json",
        "dcat.jsonld",
        "dcat.ttl",
        "gcmem.json",
        "openlineage.jsonl",
        "payments.csv",
        "payments.csv-metadata.json",
        "payments.odcs.yaml",
        "payments.parquet",
        "payments.xlsx",
        "schema-org.jsonld",
        "sites.csv",
        "sites.csv-metadata.json",
        "sites.geo.parquet",
        "sites.geojson",
        "sites.gpkg",
        "sites.odcs.yaml",
        "sites.parquet",
        "sites.xlsx",
        "unused.csv",
        "unused.csv-metadata.json",
        "unused.odcs.yaml",
        "unused.parquet",
        "unused.xlsx",
    ]


def test_the_default_leaves_the_geopackages_to_who_asks_for_them(home, tmp_path):
    written = export(home, to=tmp_path / "default", wanted=["sites"])
    endings = {name.partition(".")[2] for name, rows in written.files if rows is not None}
    assert endings == {"csv", "parquet", "geo.parquet", "geojson", "xlsx"}


def test_exporting_twice_gives_the_same_bytes(home, exported, tmp_path):
    """Also in another process, with other hashes of Python, and at another time."""
    again = tmp_path / "again"
    command = [sys.executable, "-m", "citymart", "--home", home.root, "export", "--to", again]
    environment = os.environ | {"PYTHONPATH": str(PROJECT / "scripts"), "PYTHONHASHSEED": "7"}
    subprocess.run(
        [*command, "--format", ",".join(FORMATS)], check=True, capture_output=True, env=environment
    )
    for path in exported.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_the_sums_are_those_of_the_files(exported):
    for line in (exported / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((exported / name).read_bytes()).hexdigest() == digest, name


def test_csv_is_rfc_4180_with_iso_dates(exported):
    raw = (exported / "payments.csv").read_bytes()
    assert raw.count(b"\r\n") == 5
    assert raw.startswith(b"key,supplier,paid_date,amount,paid_at,spellings,note,lines,founded_at,")
    first = records(exported / "payments.csv")[0]
    assert first["supplier"] == 'Ada "A" Ltd, London'
    assert first["paid_date"] == "2024-03-31"
    assert first["paid_at"] == "2024-03-31T11:00:00Z"
    assert first["amount"] == "1.50"
    assert first["founded_at"] == "1850-01-01T00:00:00"
    assert first["lines"] == "1000"
    assert json.loads(first["spellings"]) == ["a", "b"]


def test_what_a_spreadsheet_would_run_gets_an_apostrophe_and_numbers_do_not(exported):
    found = records(exported / "payments.csv")
    assert [row["note"] for row in found] == ["'=1+1", "'+44 20 7946 0000", "two\nlines", "'\tx"]
    assert [row["supplier"] for row in found[1:3]] == ["-5", "'@home"]
    assert found[1]["amount"] == "-5.00"


def test_parquet_holds_the_same_rows_with_zstd_and_says_where_its_shapes_are(exported):
    file = pq.ParquetFile(exported / "payments.parquet")
    assert file.metadata.num_rows == 4
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    columns = json.loads(pq.read_schema(exported / "areas.parquet").metadata[b"geo"])["columns"]
    assert columns["boundary_grid"]["crs"]["name"] == "OSGB36 / British National Grid"
    assert 530_000 <= columns["boundary_grid"]["bbox"][0] <= 560_000


@pytest.mark.parametrize(("table", "features", "kind"), [("areas", 300, "Polygon"), ("sites", 2, "Point")])
def test_geojson_is_a_collection_of_features_in_wgs84_within_the_uk(exported, table, features, kind):
    document = json.loads((exported / f"{table}.geojson").read_text(encoding="utf-8"))
    assert document["type"] == "FeatureCollection"
    assert len(document["features"]) == features
    assert document["features"][0]["geometry"]["type"] == kind
    assert set(document["features"][0]) == {"type", "geometry", "properties"}
    assert document["features"][0]["properties"]["key"] in (0, 1)
    west, south, east, north = document["bbox"]
    assert -9 < west <= east < 2.1 and 49.8 < south <= north < 61


def test_a_row_without_a_place_is_a_feature_without_geometry(exported):
    document = json.loads((exported / "sites.geojson").read_text(encoding="utf-8"))
    assert document["features"][1]["geometry"] is None


def test_outer_rings_run_anticlockwise(exported):
    document = json.loads((exported / "areas.geojson").read_text(encoding="utf-8"))
    for feature in document["features"]:
        ring = feature["geometry"]["coordinates"][0]
        assert sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) > 0


def test_one_table_in_one_format_can_be_had_also_of_the_market(home, tmp_path):
    written = export(home, to=tmp_path / "some", formats=["csv"], wanted=["market.coverage"])
    assert [name for name, rows in written.files if rows is not None] == ["coverage.csv"]
    assert (tmp_path / "some" / "coverage.odcs.yaml").exists()
    assert not (tmp_path / "some" / "sites.odcs.yaml").exists()


def test_an_unknown_table_is_told_with_those_that_there_are(home, tmp_path):
    with pytest.raises(
        UsageError, match="there is no table 'payment' in the release; there are coverage, areas, payments"
    ):
        export(home, to=tmp_path / "none", wanted=["payment"])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_things_is_left_alone(home, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="holds something else than an export"):
        export(home, to=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_before_the_first_release_there_is_nothing_to_export(tmp_path):
    with pytest.raises(CityMartError, match="run `citymart publish` first"):
        export(Home.at(tmp_path / "empty"))
