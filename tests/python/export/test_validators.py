"""The exports before checkers that others wrote, and before our own; and that these see what is wrong."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from citymart.dbt_plugin import spatial_extension
from citymart.exports.verify import faults
from citymart.home import PROJECT

PYTHON = PROJECT / ".venv-validators" / "bin" / "python"
SCRIPT = Path(__file__).parent / "validators" / "validate.py"
Fault = Callable[[Path], None]


def replaced(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_bytes().decode()
    assert old in text, f"{name} has no {old!r}"
    path.write_bytes(text.replace(old, new, 1).encode())


def package(folder: Path, change: Callable[[dict], None]) -> None:
    path = folder / "datapackage.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    (payments,) = [each for each in said["resources"] if each["path"] == "payments.csv"]
    change(payments)
    path.write_text(json.dumps(said, indent=2, ensure_ascii=False), encoding="utf-8")


def geoparquet(folder: Path, columns: str) -> None:
    path = folder / "areas.geo.parquet"
    with duckdb.connect() as con:
        con.execute(f"load '{spatial_extension()}'")
        said = "kv_metadata {title: 'The areas', licence: 'OGL-UK-3.0'}"
        con.execute(
            f"copy (select key, {columns} as geometry from (select * replace"
            f" (st_geomfromwkb(st_aswkb(geometry)) as geometry) from '{path}'))"
            f" to '{path}.new' (format parquet, {said})"
        )
    Path(f"{path}.new").replace(path)


def csv_lines(folder: Path, change: Callable[[str], str]) -> None:
    path = folder / "coverage.csv"
    lines = path.read_bytes().decode().split("\r\n")
    path.write_bytes("\r\n".join(change(line) if line else line for line in lines).encode())


def a_text_in_a_column_of_numbers(folder: Path) -> None:
    replaced(folder, "payments.csv", ",1.50,", ",much,")


def a_date_that_is_none(folder: Path) -> None:
    replaced(folder, "payments.csv", "2024-03-31", "31/03/2024")


def a_column_that_is_missing(folder: Path) -> None:
    csv_lines(folder, lambda line: line.rpartition(",")[0])


def a_column_too_many(folder: Path) -> None:
    csv_lines(folder, lambda line: f"{line},more")


def a_key_that_stands_twice(folder: Path) -> None:
    replaced(folder, "sites.csv", "\r\n2,", "\r\n1,")


def a_key_that_is_empty(folder: Path) -> None:
    replaced(folder, "sites.csv", "\r\n2,", "\r\n,")


def a_row_that_is_missing(folder: Path) -> None:
    path = folder / "areas.csv"
    path.write_bytes(path.read_bytes().rpartition(b"\r\n")[0].rpartition(b"\r\n")[0] + b"\r\n")


def a_row_count_that_is_wrong(folder: Path) -> None:
    package(folder, lambda payments: payments.update(rows=5))


def a_hash_that_is_another(folder: Path) -> None:
    package(folder, lambda payments: payments.update(hash=f"sha256:{'0' * 64}"))


def a_file_that_was_changed_on_the_way(folder: Path) -> None:
    with (folder / "payments.xlsx").open("ab") as file:
        file.write(b"\0")


def a_file_that_is_missing(folder: Path) -> None:
    (folder / "sites.csv").unlink()


def a_licence_that_is_missing(folder: Path) -> None:
    package(folder, lambda payments: payments.pop("licenses"))


def a_licence_that_is_missing_in_dcat(folder: Path) -> None:
    path = folder / "dcat.ttl"
    text = path.read_text(encoding="utf-8")
    changed = re.sub(
        r"(<payments> a dcat:Dataset ;.*?)    dcterms:license <[^>]+> ;\n", r"\1", text, flags=re.S
    )
    assert changed != text
    path.write_text(changed, encoding="utf-8")


def a_title_that_is_missing(folder: Path) -> None:
    package(folder, lambda payments: payments.pop("title"))


def a_title_that_is_another_in_one_place(folder: Path) -> None:
    replaced(folder, "schema-org.jsonld", '"name": "The payments"', '"name": "The payment"')


def a_type_that_is_another_in_one_place(folder: Path) -> None:
    replaced(folder, "payments.csv-metadata.json", '"datatype": "decimal"', '"datatype": "date"')


def a_contract_that_is_of_no_known_kind(folder: Path) -> None:
    replaced(folder, "payments.odcs.yaml", "logicalType: object", "logicalType: thing")


def a_json_that_is_broken(folder: Path) -> None:
    path = folder / "datapackage.json"
    path.write_bytes(path.read_bytes()[:-20])


def a_turtle_that_is_broken(folder: Path) -> None:
    replaced(folder, "dcat.ttl", "a dcat:Catalog ;", "a dcat:Catalog")


def coordinates_the_wrong_way_round(folder: Path) -> None:
    path = folder / "areas.geojson"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"\[(-?[\d.]+),(-?[\d.]+)\]", r"[\2,\1]", text), encoding="utf-8")


def coordinates_and_bounds_the_wrong_way_round(folder: Path) -> None:
    coordinates_the_wrong_way_round(folder)
    path = folder / "areas.geojson"
    said = json.loads(path.read_text(encoding="utf-8"))
    west, south, east, north = said["bbox"]
    path.write_text(json.dumps(said | {"bbox": [south, west, north, east]}), encoding="utf-8")


def coordinates_of_another_system(folder: Path) -> None:
    geoparquet(folder, "geometry::geometry('EPSG:3857')")


def coordinates_that_lie_outside_their_system(folder: Path) -> None:
    moved = "st_transform(geometry, 'EPSG:27700', 'EPSG:3857', always_xy := true)::geometry('EPSG:27700')"
    geoparquet(folder, moved)


CAUGHT_BY: dict[Fault, set[str]] = {
    a_text_in_a_column_of_numbers: {"frictionless", "csvw"},
    a_date_that_is_none: {"frictionless", "csvw"},
    a_column_that_is_missing: {"frictionless", "ours"},
    a_column_too_many: {"frictionless", "csvw", "ours"},
    a_key_that_stands_twice: {"frictionless", "csvw"},
    a_key_that_is_empty: {"frictionless", "csvw"},
    a_row_that_is_missing: {"frictionless", "ours"},
    a_row_count_that_is_wrong: {"frictionless", "ours"},
    a_hash_that_is_another: {"frictionless", "ours"},
    a_file_that_was_changed_on_the_way: {"ours"},
    a_file_that_is_missing: {"frictionless", "csvw", "ours"},
    a_licence_that_is_missing: {"data_package_profile"},
    a_licence_that_is_missing_in_dcat: {"shacl", "ours"},
    a_title_that_is_missing: {"data_package_profile", "ours"},
    a_title_that_is_another_in_one_place: {"ours"},
    a_type_that_is_another_in_one_place: {"csvw", "ours"},
    a_contract_that_is_of_no_known_kind: {"datacontract"},
    a_json_that_is_broken: {"frictionless", "data_package_profile", "ours"},
    a_turtle_that_is_broken: {"shacl", "ours"},
    coordinates_the_wrong_way_round: {"ours"},
    coordinates_and_bounds_the_wrong_way_round: {"ours"},
    coordinates_of_another_system: {"ours"},
    coordinates_that_lie_outside_their_system: {"ours"},
}
"""Each kind of fault, and who must see it at least."""
UNTOLD = {a_file_that_was_changed_on_the_way, a_file_that_is_missing, a_hash_that_is_another}
"""The faults after which hashes are not written anew: the others come from who writes the hashes as well."""


def with_hashes_anew(folder: Path) -> None:
    path = folder / "datapackage.json"
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        said = {"resources": []}
    else:
        for resource in said["resources"]:
            data = (folder / resource["path"]).read_bytes()
            resource |= {"bytes": len(data), "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}
        path.write_text(json.dumps(said), encoding="utf-8")
    files = sorted(each for each in folder.iterdir() if each.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.name}\n" for each in files]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def validated(*folders: str) -> dict[str, dict[str, list[str]]]:
    """What the validators by others find in each folder; `FOLDER=csvw,shacl` names those to ask."""
    if not PYTHON.exists():
        pytest.skip("the validators by others are not here: `make validators` installs them")
    done = subprocess.run([PYTHON, SCRIPT, *folders], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def mutants(exported, tmp_path_factory) -> dict[Fault, Path]:
    """An export a fault, with that fault."""
    parent = tmp_path_factory.mktemp("mutants")
    made = {}
    for fault in CAUGHT_BY:
        made[fault] = shutil.copytree(exported, parent / fault.__name__)
        fault(made[fault])
        if fault not in UNTOLD:
            with_hashes_anew(made[fault])
    return made


@pytest.fixture(scope="module")
def told(exported, mutants) -> dict[str, dict[str, list[str]]]:
    asked = {fault: ",".join(sorted(CAUGHT_BY[fault] - {"ours"})) for fault in mutants}
    named = [f"{folder}={asked[fault]}" for fault, folder in mutants.items() if asked[fault]]
    return validated(str(exported), *named)


def test_title_licence_columns_types_and_rows_agree_in_all_metadata_and_files(exported):
    assert faults(exported) == []


def test_the_validators_by_others_find_nothing_wrong(exported, told):
    of_it = told[str(exported)]
    assert list(of_it) == ["frictionless", "data_package_profile", "csvw", "shacl", "datacontract"]
    assert not any(of_it.values()), of_it


@pytest.mark.parametrize("fault", CAUGHT_BY, ids=lambda fault: fault.__name__)
def test_every_fault_is_seen_by_whom_it_should_be(mutants, fault, request):
    ours = faults(mutants[fault])
    assert ours or "ours" not in CAUGHT_BY[fault], "our own check did not see it"
    if others := CAUGHT_BY[fault] - {"ours"}:
        found = request.getfixturevalue("told")[str(mutants[fault])]
        assert {name for name, said in found.items() if said} >= others, found
