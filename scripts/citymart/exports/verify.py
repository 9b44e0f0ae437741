"""Checking an exported folder: that its files are whole, and say the same of each product as its metadata.

For who receives one, too: nothing is needed but the folder. The reference is the contract of each product.
"""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import rdflib
import yaml
from rdflib.namespace import DCAT, DCTERMS

from ..errors import UsageError
from ..folders import SUMS, sum_faults
from ..hashing import file_sha256, literal
from .geojson_file import bounds_of
from .market import file_name
from .metadata import contract, data_json, datapackage, gcmem, openlineage, schema_org
from .shapes import GRID
from .types import is_shape, kind_of
from .xlsx_file import ABOUT

REACH = (0, 0, 700_000, 1_300_000)
"""Of the British National Grid, in metres."""
NEAR = 0.05
"""Degrees by which the bounds of two files of one product may differ: a sender's easting and longitude are
not always of one point; what is swapped or of another system lies further away."""


@dataclass(frozen=True)
class Said:
    """What is said of a product in one place; None where nothing is said there."""

    title: str | None = None
    licence: str | None = None
    columns: dict[str, str] | None = None
    """Name → type, by the names of Table Schema; an empty type is not said."""
    rows: int | None = None


def faults(folder: Path) -> list[str]:
    """What is wrong with an exported folder, each a sentence that names the file; none where it is whole.

    Raises `UsageError` for a folder that is no export.
    """
    if not (folder / SUMS).is_file():
        raise UsageError(f"{folder} is no export: it has no {SUMS}")
    found = [f"{name} {what}" for name, what in sum_faults(folder)]
    contracts: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob(f"*.{contract.ENDING}")):
        try:
            contracts[path.name.removesuffix(f".{contract.ENDING}")] = yaml.safe_load(
                path.read_text(encoding="utf-8")
            )
        except yaml.YAMLError as error:
            found.append(f"{path.name} can't be read: {_first_line(error)}")
    told = _told(folder, found)
    with duckdb.connect() as con:
        from ..dbt_plugin import spatial_extension

        con.execute(f"load {literal(spatial_extension())}")
        for name, terms in contracts.items():
            found += _product(con, folder, name, terms, told)
    return found


def _told(folder: Path, found: list[str]) -> list[tuple[str, dict[str, Said]]]:
    """(file, product → what it says) of each metadata file of the folder; faults of reading into `found`."""
    told = []
    for name, read in READERS.items():
        try:
            told.append((name, read(folder / name)))
        except FileNotFoundError:
            found.append(f"{name} is missing")
        except Exception as error:  # of whichever parser
            found.append(f"{name} can't be read: {_first_line(error)}")
    return told


def _product(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    name: str,
    terms: dict[str, Any],
    told: Sequence[tuple[str, dict[str, Said]]],
) -> Iterator[str]:
    file = f"{name}.{contract.ENDING}"
    try:
        expected, shapes, licences = _expected(terms)
    except (KeyError, IndexError, TypeError) as error:
        yield f"{file} does not say {error}"
        return
    for where, products in told:
        if name not in products:
            yield f"{where} says nothing of {name}"
        else:
            yield from _compared(f"{where}, {name}", products[name], expected, licences)
    for format, read in FILES.items():
        path = folder / file_name(name, format)
        if not path.exists():
            continue
        try:
            said, wrong = read(con, path)
        except Exception as error:  # of whichever parser
            yield f"{path.name} can't be read: {_first_line(error)}"
            continue
        hidden = set() if format in WHOLE else shapes
        columns = {each: kind for each, kind in (expected.columns or {}).items() if each not in hidden}
        of_it = Said(expected.title, expected.licence, columns, expected.rows)
        yield from _compared(path.name, said, of_it, licences)
        yield from (f"{path.name}: {each}" for each in wrong)
    yield from _places(con, folder, name)


def _expected(terms: dict[str, Any]) -> tuple[Said, set[str], set[str]]:
    """What the contract says; its columns of shapes; and the words by which its licence may go."""
    table = terms["schema"][0]
    own = {each["property"]: each["value"] for each in terms["customProperties"]}
    types = {each["name"]: each["physicalType"] for each in table["properties"]}
    links = [each["url"] for each in terms.get("authoritativeDefinitions", []) if each["type"] == "licence"]
    columns = {column: kind_of(kind).table_schema for column, kind in types.items()}
    rows = next(each["mustBe"] for each in table["quality"] if each.get("metric") == "rowCount")
    shapes = {column for column, kind in types.items() if is_shape(kind)}
    licences = {own["licence"], terms["description"]["usage"], *links, "DATA_SHARE_AGREEMENT"}
    return Said(terms["name"], own["licence"], columns, rows), shapes, licences


def _compared(where: str, said: Said, expected: Said, licences: set[str]) -> Iterator[str]:
    if said.title is not None and said.title != expected.title:
        yield f"{where}: the title is {said.title!r} and not {expected.title!r}"
    if said.licence is not None and said.licence not in licences:
        yield f"{where}: the licence is {said.licence!r} and not {expected.licence!r}"
    if said.rows is not None and said.rows != expected.rows:
        yield f"{where}: {said.rows:,} rows and not {expected.rows:,}"
    if said.columns is None or expected.columns is None:
        return
    for column in expected.columns.keys() - said.columns.keys():
        yield f"{where}: the column {column} is missing"
    for column in said.columns.keys() - expected.columns.keys():
        yield f"{where}: the column {column} is not in the contract"
    for column, kind in said.columns.items():
        wanted = expected.columns.get(column)
        if kind and wanted and kind != wanted:
            yield f"{where}: {column} is of type {kind} and not {wanted}"


# -- What the metadata says -------------------------------------------------------------------------


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _package(path: Path) -> dict[str, Said]:
    found: dict[str, Said] = {}
    for resource in _json(path)["resources"]:
        file = path.parent / resource["path"]
        if file.exists() and (
            resource["bytes"] != file.stat().st_size or resource["hash"] != f"sha256:{file_sha256(file)}"
        ):
            raise ValueError(f"bytes or hash of {file.name} are others")
        fields = resource.get("schema", {}).get("fields")
        columns = {field["name"]: field["type"] for field in fields} if fields else None
        licence = next((each["name"] for each in resource.get("licenses", [])), "")
        name = resource["path"].split(".")[0]
        if name not in found or columns:
            found[name] = Said(resource.get("title", ""), licence, columns, resource.get("rows"))
    return found


def _linked(path: Path) -> dict[str, Said]:
    graph = rdflib.Graph().parse(path, format="turtle" if path.suffix == ".ttl" else "json-ld")
    found = {}
    for node in graph.subjects(rdflib.RDF.type, DCAT.Dataset):
        licence = graph.value(node, DCTERMS.license)
        title = graph.value(licence, DCTERMS.title) if licence else None
        name = str(graph.value(node, DCTERMS.identifier)).rpartition(".")[2]
        found[name] = Said(str(graph.value(node, DCTERMS.title, default="")), str(title or ""))
    return found


def _gcmem(path: Path) -> dict[str, Said]:
    return {
        each["identifier"].rpartition("/")[2]: Said(each.get("title", ""), each.get("licence", ""))
        for each in _json(path)["datasets"]
    }


def _data_json(path: Path) -> dict[str, Said]:
    return {
        each["identifier"].rpartition("/")[2]: Said(
            each.get("title", ""), each.get("license") or each.get("rights", "")
        )
        for each in _json(path)["dataset"]
    }


def _schema_org(path: Path) -> dict[str, Said]:
    return {
        each["alternateName"]: Said(
            each.get("name", ""),
            each.get("license", ""),
            {column["name"]: column["valueReference"] for column in each["variableMeasured"]},
            int(each["size"].split()[0]),
        )
        for each in _json(path)["dataset"]
    }


def _lineage(path: Path) -> dict[str, Said]:
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        output = json.loads(line)["outputs"][0]
        facets = output["facets"]
        columns = {each["name"]: kind_of(each["type"]).table_schema for each in facets["schema"]["fields"]}
        rows = output["outputFacets"]["outputStatistics"]["rowCount"]
        found[output["name"].rpartition(".")[2]] = Said(columns=columns, rows=rows)
    return found


READERS: dict[str, Callable[[Path], dict[str, Said]]] = {
    datapackage.NAME: _package,
    "dcat.ttl": _linked,
    "dcat.jsonld": _linked,
    gcmem.NAME: _gcmem,
    data_json.NAME: _data_json,
    schema_org.NAME: _schema_org,
    openlineage.NAME: _lineage,
}

# -- What the files say -----------------------------------------------------------------------------

WHOLE = ("csv", "csv-metadata.json", "parquet")
"""The formats that have columns of shapes as they are."""
Read = tuple[Said, list[str]]
"""What a file says, and what is wrong with it by itself."""


def _csv(_con: duckdb.DuckDBPyConnection, path: Path) -> Read:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, strict=True)
        header = next(rows)
        wrong, count = [], 0
        for row in rows:
            count += 1
            if len(row) != len(header):
                wrong.append(f"row {count} has {len(row)} cells and not {len(header)}")
    return Said(columns=dict.fromkeys(header, ""), rows=count), wrong[:5]


def _csvw(_con: duckdb.DuckDBPyConnection, path: Path) -> Read:
    said = _json(path)
    same = {"integer": "integer", "decimal": "number", "dateTime": "datetime", "dateTimeStamp": "datetime"}
    licence = said.get("dc:license", "")
    columns = {
        each["name"]: "" if each["datatype"] == "json" else same.get(each["datatype"], each["datatype"])
        for each in said["tableSchema"]["columns"]
    }
    return Said(
        said.get("dc:title", ""),
        licence["@id"] if isinstance(licence, dict) else licence,
        columns,
        int(said["dc:extent"].split()[0]),
    ), []


def _parquet(con: duckdb.DuckDBPyConnection, path: Path) -> Read:
    source = literal(path)
    types = {name: kind for name, kind, *_ in con.execute(f"describe select * from {source}").fetchall()}
    said = {
        bytes(key).decode(): bytes(value).decode()
        for key, value in con.execute(f"select key, value from parquet_kv_metadata({source})").fetchall()
    }
    (rows,) = con.execute(f"select count(*) from {source}").fetchone()
    wrong = []
    if path.name.endswith(".geo.parquet"):
        types.pop("geometry", None)
        shape = json.loads(said["geo"])["columns"]["geometry"]
        crs = ":".join(str(each) for each in (shape.get("crs") or {}).get("id", {}).values())
        if crs != GRID:
            wrong.append(f"the coordinates are said to be of {crs or 'no system'} and not of {GRID}")
        box = con.execute(
            f"select min(st_xmin(geometry)), min(st_ymin(geometry)), max(st_xmax(geometry)),"
            f" max(st_ymax(geometry)) from {source}"
        ).fetchone()
        wrong += _out_of_reach(box)
    columns = {name: kind_of(kind).table_schema for name, kind in types.items()}
    return Said(said.get("title", ""), said.get("licence", ""), columns, rows), wrong


def _geojson(_con: duckdb.DuckDBPyConnection, path: Path) -> Read:
    document = _json(path)
    features, wrong = document["features"], []
    bounds = bounds_of(each["geometry"] for each in features)
    if bounds != document.get("bbox", []):
        wrong.append(f"its places lie in {bounds} and not in {document.get('bbox')}, as it says")
    if bounds and not (
        abs(bounds[0]) <= 180 and abs(bounds[1]) <= 90 and bounds[2] <= 180 and bounds[3] <= 90
    ):
        wrong.append("its places are no degrees")
    names = {name for each in features for name in each["properties"]}
    return Said(columns=dict.fromkeys(names, "") if features else None, rows=len(features)), wrong


def _xlsx(_con: duckdb.DuckDBPyConnection, path: Path) -> Read:
    try:
        book = openpyxl.load_workbook(path, read_only=True)
    except zipfile.BadZipFile:
        return Said(), ["it is no workbook"]
    with closing(book):
        about = dict(row[:2] for row in book[ABOUT].iter_rows(max_col=2, values_only=True) if row[0])
        rows = book.worksheets[1].iter_rows(values_only=True)
        header = next(rows)
        count = sum(1 for _ in rows)
    return Said(about.get("Title", ""), about.get("Licence", ""), dict.fromkeys(header, ""), count), []


def _gpkg(con: duckdb.DuckDBPyConnection, path: Path) -> Read:
    (layer,) = con.execute(f"select layers[1] from st_read_meta({literal(path)})").fetchone()
    shape = layer["geometry_fields"][0]
    wrong = []
    crs = f"{shape['crs']['auth_name']}:{shape['crs']['auth_code']}"
    if crs != GRID:
        wrong.append(f"the coordinates are said to be of {crs} and not of {GRID}")
    names = dict.fromkeys((each["name"] for each in layer["fields"]), "")
    return Said(columns=names, rows=layer["feature_count"]), wrong


FILES: dict[str, Callable[[duckdb.DuckDBPyConnection, Path], Read]] = {
    "csv": _csv,
    "csv-metadata.json": _csvw,
    "parquet": _parquet,
    "geoparquet": _parquet,
    "geojson": _geojson,
    "xlsx": _xlsx,
    "gpkg": _gpkg,
}


def _places(con: duckdb.DuckDBPyConnection, folder: Path, name: str) -> Iterator[str]:
    """Whether the two files of places of a product lie in the same place."""
    grid, degrees = folder / file_name(name, "geoparquet"), folder / file_name(name, "geojson")
    if not grid.exists() or not degrees.exists():
        return
    try:
        said = _json(degrees).get("bbox")
        box = con.execute(
            "select min(st_xmin(g)), min(st_ymin(g)), max(st_xmax(g)), max(st_ymax(g)) from (select"
            " st_transform(geometry, 'EPSG:27700', 'EPSG:4326', always_xy := true) as g"
            f" from {literal(grid)})"
        ).fetchone()
    except (ValueError, duckdb.Error):
        return  # told above
    if said and any(b is None or abs(a - b) > NEAR for a, b in zip(said, box, strict=True)):
        yield f"{degrees.name} and {grid.name} do not lie in the same place"


def _out_of_reach(box: Sequence[float | None]) -> list[str]:
    if box[0] is None:
        return []
    west, south, east, north = REACH
    inside = west <= box[0] and south <= box[1] and box[2] <= east and box[3] <= north
    return [] if inside else ["its places lie outside the British National Grid"]


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
