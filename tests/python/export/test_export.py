"""What an export holds, and that it is the same bytes every time."""

from __future__ import annotations

import csv
import hashlib
import json
from itertools import pairwise
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from citymart.dbt_plugin import spatial_extension
from citymart.errors import CityMartError, UsageError
from citymart.exporting import export
from citymart.home import Home

SQL = """
create schema marts;
create schema market;
create table marts.payments as
select
    key, supplier, date '2024-03-31' as paid_date, amount::decimal(18, 2) as amount,
    timestamptz '2024-03-31 12:00:00+01' as paid_at, ['a', 'b'] as spellings, note
from (values
    (1, 'Ada "A" Ltd, London', 1.5, '=1+1'), (2, '-5', -5, '+44 20 7946 0000'),
    (3, '@home', 0, e'two\\nlines'), (4, null, null, e'\\tx')
) as rows (key, supplier, amount, note);
create table marts.areas as
select
    i as key,
    st_aswkb(st_transform(square, 'EPSG:27700', 'EPSG:4326', always_xy := true)) as boundary,
    st_aswkb(square) as boundary_grid
from (
    select i, st_makeenvelope(530000 + i * 100, 180000, 530090 + i * 100, 180090) as square
    from range(300) as r (i)
);
create table marts.sites as
select * from (values (1, -0.1181, 51.5099), (2, null, null)) as rows (key, longitude, latitude);
create table market.coverage as select 'spending' as subject;
comment on table marts.sites is 'One row a site.';
comment on column marts.sites.key is 'Its number.';
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    """A home with a release of a table of texts, one of polygons and one of points."""
    home = Home.at(tmp_path_factory.mktemp("home"))
    folder = home.published / "releases" / "R1"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "city_data_mart.duckdb")) as con:
        con.execute(f"load '{spatial_extension()}'")
        con.execute(SQL)
    manifest = {"release_id": "R1", "data_hash": "0", "created_at": "2024-04-01T00:00:00+00:00", "tables": []}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (home.published / "current").symlink_to("releases/R1")
    return home


@pytest.fixture(scope="module")
def exported(home) -> Path:
    return export(home).folder


def records(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_table_of_the_marts_is_there_in_each_format_that_fits(exported):
    assert sorted(path.name for path in exported.iterdir()) == [
        "SHA256SUMS",
        "areas.csv",
        "areas.geojson",
        "areas.parquet",
        "datapackage.json",
        "payments.csv",
        "payments.parquet",
        "sites.csv",
        "sites.geojson",
        "sites.parquet",
    ]


def test_exporting_twice_gives_the_same_bytes(home, exported, tmp_path):
    again = export(home, to=tmp_path / "again").folder
    for path in exported.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_the_sums_are_those_of_the_files(exported):
    for line in (exported / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((exported / name).read_bytes()).hexdigest() == digest, name


def test_csv_is_rfc_4180_with_iso_dates(exported):
    raw = (exported / "payments.csv").read_bytes()
    assert raw.count(b"\r\n") == 5
    assert raw.startswith(b"key,supplier,paid_date,amount,paid_at,spellings,note\r\n")
    first = records(exported / "payments.csv")[0]
    assert first["supplier"] == 'Ada "A" Ltd, London'
    assert first["paid_date"] == "2024-03-31"
    assert first["paid_at"] == "2024-03-31T11:00:00Z"
    assert first["amount"] == "1.50"
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


def test_the_package_says_what_the_columns_mean(exported):
    package = json.loads((exported / "datapackage.json").read_text(encoding="utf-8"))
    (sites,) = [resource for resource in package["resources"] if resource["path"] == "sites.csv"]
    assert sites["description"] == "One row a site."
    assert sites["schema"]["fields"][0] == {"name": "key", "type": "integer", "description": "Its number."}


def test_one_table_in_one_format_can_be_had_also_of_the_market(home, tmp_path):
    written = export(home, to=tmp_path / "some", formats=["csv"], wanted=["market.coverage"])
    assert [name for name, _ in written.files] == ["coverage.csv", "datapackage.json", "SHA256SUMS"]


def test_an_unknown_table_is_told_with_those_that_there_are(home, tmp_path):
    with pytest.raises(
        UsageError, match="there is no table 'payment' in the release; there are areas, payments"
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
