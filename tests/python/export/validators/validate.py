"""Run by the Python of .venv-validators, as `validate.py FOLDER=frictionless,csvw …`: what these find in each
folder, as JSON: {folder: {validator: [fault, …]}}. Without names, all are asked."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ["DATACONTRACT_TELEMETRY_DISABLED"] = "1"

SHAPES = Path(__file__).with_name("dcat.shacl.ttl")


def frictionless(folder: Path) -> list[str]:
    """The package, and each table by its schema: header, types, keys, bytes, hash and rows."""
    from frictionless import Checklist, FrictionlessException, Package, checks

    try:
        package = Package(str(folder / "datapackage.json"))
    except FrictionlessException as error:
        return [str(error)]
    found = []
    for resource in package.resources:
        if resource.type != "table" or not str(resource.path).endswith(".csv"):
            continue
        said = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["resources"]
        rows = next(each["rows"] for each in said if each["path"] == resource.path)
        checked = resource.validate(Checklist(checks=[checks.table_dimensions(num_rows=rows)]))
        found += [f"{resource.path}: {error.message}" for task in checked.tasks for error in task.errors]
    return found


def data_package_profile(folder: Path) -> list[str]:
    """What Data Package v2 makes mandatory of a package and of its resources, as JSON Schema."""
    import jsonschema

    text = {"type": "string", "minLength": 1}
    licences = {
        "type": "array",
        "minItems": 1,
        "items": {"anyOf": [{"required": ["name"]}, {"required": ["path"]}]},
    }
    resource = {
        "required": ["name", "path", "title", "licenses", "bytes", "hash"],
        "properties": {"name": text, "path": text, "title": text, "licenses": licences},
    }
    schema = {
        "required": ["$schema", "resources", "licenses"],
        "properties": {
            "resources": {"type": "array", "minItems": 1, "items": resource},
            "licenses": licences,
        },
    }
    try:
        said = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    except ValueError as error:
        return [str(error)]
    return [each.message for each in jsonschema.Draft202012Validator(schema).iter_errors(said)]


def csvw(folder: Path) -> list[str]:
    """Each CSV by its metadata file."""
    import warnings

    from csvw import CSVW

    found = []
    for path in sorted(folder.glob("*.csv-metadata.json")):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            try:
                checked = CSVW(str(path), validate=True)
                if not checked.is_valid:
                    told_of_it = [str(each.message) for each in checked.warnings] or ["it is not valid"]
                    found += [f"{path.name}: {each}" for each in told_of_it]
            except Exception as error:
                found.append(f"{path.name}: {error or type(error).__name__}")
        del told
    return found


def shacl(folder: Path) -> list[str]:
    """DCAT in both forms by the shapes, and whether they are one graph."""
    import pyshacl
    from rdflib import Graph
    from rdflib.compare import isomorphic

    base = "https://example.org/data/"
    graphs, found = [], []
    for name, form in (("dcat.ttl", "turtle"), ("dcat.jsonld", "json-ld")):
        try:
            graph = Graph().parse(
                data=(folder / name).read_text(encoding="utf-8"), format=form, publicID=base
            )
        except Exception as error:
            found.append(f"{name}: {error}")
            continue
        graphs.append(graph)
        conforms, _, told = pyshacl.validate(graph, shacl_graph=str(SHAPES))
        if not conforms:
            found.append(f"{name}: {told}")
    if len(graphs) == 2 and not isomorphic(*graphs):
        found.append("dcat.ttl and dcat.jsonld do not say the same")
    return found


def datacontract(folder: Path) -> list[str]:
    """Each contract by the schema of its standard."""
    from datacontract.data_contract import DataContract

    found = []
    for path in sorted(folder.glob("*.odcs.yaml")):
        run = DataContract(data_contract_file=str(path)).lint()
        if run.result != "passed":
            found += [f"{path.name}: {check.reason}" for check in run.checks if check.result != "passed"]
    return found


if __name__ == "__main__":
    known = (frictionless, data_package_profile, csvw, shacl, datacontract)
    validators = {each.__name__: each for each in known}
    told = {}
    for argument in sys.argv[1:]:
        folder, _, names = argument.partition("=")
        os.chdir(folder)
        chosen = names.split(",") if names else validators
        told[folder] = {name: validators[name](Path(folder)) for name in chosen}
    print(json.dumps(told))
