"""The description of the products: dbt's manifest says what models mean, `seeds/market` all else."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from .. import at_rest
from ..dbt_manifest import label_of, read_manifest
from ..errors import CityMartError
from ..hashing import table_digest, tables
from ..home import PROJECT
from ..sharing.terms import rows_of
from .lineage.steps import Steps, column_steps

SEEDS = ("catalogue", "licences", "release_notes", "subjects", "retention")
PUBLISHED = ("marts", "market", "restricted")
VERSION = re.compile(r"\d+\.\d+\.\d+")


@dataclass(frozen=True)
class Column:
    """A column as its model's YAML has it."""

    description: str
    classification: str
    unit: str | None
    code_list: str | None
    """The list of `market.code_lists` that its values are of."""


@dataclass(frozen=True)
class Note:
    """What a version of a product has brought."""

    version: str
    released_on: date
    note: str


@dataclass(frozen=True)
class Product:
    """A table of a release that somebody may have."""

    name: str
    title: str
    description: str
    theme: str
    licence: str
    licence_title: str
    licence_url: str | None
    attribution: str | None
    keywords: tuple[str, ...]
    limits: str | None
    notes: tuple[Note, ...]
    """Newest first."""
    key: str | None
    subjects: tuple[str, ...]
    """The deliveries that its rows are of; where none are named, all that comes to it by lineage."""
    days_between_deliveries: int | None
    """Of the subject that comes most often."""
    newest: date | None
    """The newest day as of which something was delivered of these."""
    columns: Mapping[str, Column]
    ancestors: frozenset[str]

    @property
    def version(self) -> str:
        return self.notes[0].version

    @property
    def grain(self) -> str:
        """One row a …: the first sentence of the description."""
        return re.split(r"[.:;](?:\s|$)", self.description, maxsplit=1)[0]


@dataclass(frozen=True)
class Catalogue:
    """All products of a build, by the name of their table, and how they hang together."""

    publisher: str
    contact: str
    products: Mapping[str, Product]
    lineage: Sequence[tuple[str, str, str, str]]
    """(from, its kind, to, its kind): providers, subjects, and tables (`conformed.int_properties`)."""
    mapping_hash: str
    """Of layouts and code maps: which column is which field, which code which of the city's."""
    retention: Mapping[str, int] = field(default_factory=dict)
    """Subject → for how many days its rows are handed out."""
    columns: Steps = field(default_factory=dict)
    """The same as `lineage`, column by column."""

    @property
    def fingerprint(self) -> str:
        """Another description, another release."""
        said = {name: asdict(product) | {"ancestors": None} for name, product in self.products.items()}
        by_column = sorted(self.columns.items())
        all_of_it = [self.publisher, self.contact, said, self.lineage, by_column, self.retention]
        told = json.dumps(all_of_it, default=str, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()


def read_catalogue(candidate: Path, target: Path) -> Catalogue | None:
    """The catalogue of a build and of dbt's target folder; None for a project without the catalogue's seeds.

    Raises `CityMartError`, which names file and line, for a product without title, licence or version, or
    for a line of a product that is not there.
    """
    from .lineage.project import ProjectColumns  # half a second, which is a publish's alone

    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    with at_rest.opened(candidate) as con:
        seeds = _seeds(con, candidate.stem)
        if seeds is None:
            return None
        sent = con.execute(
            f'select provider_code, subject, max(as_of_date) from "{candidate.stem}".landing.extracts'
            " where is_landed group by all order by all"
        ).fetchall()
        headers = con.execute(
            "select distinct provider_code, subject, source_column, field"
            f" from \"{candidate.stem}\".landing.extract_columns where status = 'mapped' order by all"
        ).fetchall()
        mapping_hash = _mapping_hash(con, candidate.stem)
    nodes = {
        name: node
        for name, node in manifest["nodes"].items()
        if node.get("resource_type") in ("model", "seed")
    }
    tables = {
        node.get("alias") or node["name"]: node
        for node in nodes.values()
        if node["resource_type"] == "model" and node["schema"] in PUBLISHED
    }
    _check(seeds, tables)
    owner = _owner(manifest)
    days = {row["subject"]: row["days_between_deliveries"] for row in seeds["subjects"]}
    retention = {row["subject"]: row["days"] for row in seeds["retention"]}
    keys, code_lists = read_manifest(target).keys, _code_lists(manifest)
    licences = {row["licence"]: row for row in seeds["licences"]}
    products = {}
    for row in seeds["catalogue"]:
        name, licence = row["product"], licences[row["licence"]]
        node = tables[name]
        above = _ancestors(node["unique_id"], nodes)
        said = [subject for subject in (row["subjects"] or "").split(";") if subject]
        bases = {nodes[each]["name"] for each in above}
        subjects = sorted(said or (subject for subject in days if f"base_{subject}" in bases))
        products[name] = Product(
            name=name,
            title=row["title"],
            description=node["description"].strip(),
            theme=row["theme"],
            licence=row["licence"],
            licence_title=licence["title"],
            licence_url=licence["url"],
            attribution=row["attribution"],
            keywords=tuple(word for word in (row["keywords"] or "").split(";") if word),
            limits=row["limits"],
            notes=_notes(name, seeds["release_notes"]),
            key=keys.get(label_of(node)),
            subjects=tuple(subjects),
            days_between_deliveries=min((days[each] for each in subjects if days[each]), default=None),
            newest=max((day for _, subject, day in sent if subject in subjects and day), default=None),
            columns={
                column: _column(said, code_lists.get((node["unique_id"], column)))
                for column, said in node["columns"].items()
            },
            ancestors=frozenset(label_of(nodes[each]) for each in above) | {label_of(node)},
        )
    edges = {
        *_edges(nodes),
        *((provider, "provider", subject, "subject") for provider, subject, _ in sent),
        *((subject, "subject", f"staging.base_{subject}", "staging") for _, subject, _ in sent),
    }
    columns = column_steps(ProjectColumns(manifest), [tables[name]["name"] for name in products], headers)
    return Catalogue(owner["name"], owner["email"], products, sorted(edges), mapping_hash, retention, columns)


def _seeds(con: duckdb.DuckDBPyConnection, catalog: str) -> dict[str, list[dict[str, Any]]] | None:
    there = {
        name
        for (name,) in con.execute(
            "select table_name from duckdb_tables() where database_name = ? and schema_name = 'seeds'",
            [catalog],
        ).fetchall()
    }
    if not there.issuperset(SEEDS):
        return None
    return {seed: rows_of(con, f'"{catalog}".seeds."{seed}"') for seed in SEEDS}


def _mapping_hash(con: duckdb.DuckDBPyConnection, catalog: str) -> str:
    digests = [
        (table.name, *table_digest(con, table))
        for table in tables(con, catalog, ["seeds"])
        if table.name.startswith(("layout_", "code_map_"))
    ]
    return hashlib.sha256(json.dumps(digests).encode()).hexdigest()


def _check(seeds: Mapping[str, list[dict[str, Any]]], tables: Mapping[str, dict[str, Any]]) -> None:
    licences = {row["licence"] for row in seeds["licences"]}
    subjects = {row["subject"] for row in seeds["subjects"]}
    noted = {row["product"] for row in seeds["release_notes"]}
    listed = {row["product"] for row in seeds["catalogue"]}
    for row in seeds["licences"]:
        if row["url"] and not re.match(r"https?://[^\s\"'<>]+$", row["url"]):
            raise _wrong("licences", row["licence"], f"{row['url']!r} is no address of the web")
    for row in seeds["catalogue"]:
        name = row["product"]
        if name not in tables:
            raise _wrong("catalogue", name, "there is no such table in marts, market or restricted")
        if not row["title"] or not row["theme"]:
            raise _wrong("catalogue", name, "title and theme must be said")
        if row["licence"] not in licences:
            raise _wrong("catalogue", name, f"{row['licence']!r} is no licence of licences.csv")
        if unknown := {*filter(None, (row["subjects"] or "").split(";"))} - subjects:
            raise _wrong("catalogue", name, f"{', '.join(sorted(unknown))} is no subject of subjects.csv")
        if name not in noted:
            raise _wrong("catalogue", name, "release_notes.csv has no version of it")
        node = tables[name]
        bare = [column for column, said in node["columns"].items() if not said.get("description")]
        if not node["description"].strip() or bare:
            what = f"the columns {', '.join(bare)}" if bare else "it"
            raise CityMartError(f"{_yaml(node)}: {name}: say what {what} means (description)")
    for row in seeds["release_notes"]:
        if row["product"] not in listed:
            raise _wrong("release_notes", row["product"], "catalogue.csv has no such product")
        if not VERSION.fullmatch(row["version"] or "") or not row["released_on"] or not row["note"]:
            raise _wrong(
                "release_notes", row["product"], "version (as in 1.2.0), released_on and note must be said"
            )
    for name, node in tables.items():
        if node["schema"] != "restricted" and name not in listed:
            raise CityMartError(
                f"{_yaml(node)}: the table {name} is published, and seeds/market/catalogue.csv has no line"
                " of it: say its title, theme and licence there"
            )


def _wrong(seed: str, product: str, why: str) -> CityMartError:
    """An error with the line of the seed, where the project has it."""
    file = PROJECT / "seeds" / "market" / f"{seed}.csv"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    at = next((n for n, line in enumerate(lines, 1) if line.split(",")[0].strip('"') == product), None)
    where = f", line {at}" if at else ""
    return CityMartError(f"seeds/market/{seed}.csv{where}: {product}: {why}")


def _yaml(node: Mapping[str, Any]) -> str:
    return (node.get("patch_path") or node["original_file_path"]).rsplit("://", 1)[-1]


def _owner(manifest: Mapping[str, Any]) -> Mapping[str, str]:
    """Who answers for the market: the owner of the exposure of what is published."""
    for exposure in manifest.get("exposures", {}).values():
        owner = exposure.get("owner") or {}
        if owner.get("name") and owner.get("email"):
            return owner
    raise CityMartError(
        "models/market/exposures.yml: say who answers for what is published (owner: name, email)"
    )


def _notes(name: str, rows: Sequence[Mapping[str, Any]]) -> tuple[Note, ...]:
    of_it = [Note(row["version"], row["released_on"], row["note"]) for row in rows if row["product"] == name]
    return tuple(
        sorted(of_it, key=lambda note: tuple(int(part) for part in note.version.split(".")), reverse=True)
    )


def _code_lists(manifest: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """(model, column) → the code list that a test of dbt holds it against."""
    lists: dict[tuple[str, str], str] = {}
    for test in manifest["nodes"].values():
        what, of, column = test.get("test_metadata") or {}, test.get("attached_node"), test.get("column_name")
        if of and column and what.get("name") == "relationships" and what["kwargs"].get("field") == "code":
            lists[of, column] = re.sub(r"^ref\(['\"]|['\"]\)$", "", what["kwargs"]["to"].strip())
    return lists


def _column(said: Mapping[str, Any], code_list: str | None) -> Column:
    meta = (said.get("config") or {}).get("meta") or {}
    return Column(
        said.get("description", "").strip(),
        meta.get("classification") or "personal",
        meta.get("unit"),
        code_list,
    )


def _parents(node: Mapping[str, Any], nodes: Mapping[str, Any]) -> list[str]:
    return [each for each in (node.get("depends_on") or {}).get("nodes", []) if each in nodes]


def _ancestors(name: str, nodes: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    waiting = _parents(nodes[name], nodes)
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += _parents(nodes[each], nodes)
    return found


def _edges(nodes: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for node in nodes.values():
        for parent in _parents(node, nodes):
            above = nodes[parent]
            yield label_of(above), above["schema"], label_of(node), node["schema"]
