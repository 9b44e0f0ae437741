"""Which columns each column of a compiled project derives from, in the order of the build."""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot.errors import SqlglotError

from ...disk import written_anew
from ...home import PROJECT
from .query import Lineage
from .values import NOTHING, Relation, Source, Value, as_json, named, of_json

HERE = Path(__file__).parent
REMEMBERED = PROJECT / "target" / "column_lineage.json"
"""Where the lineage of each query is kept under a hash of it: to read the SQL of a whole project takes some
twenty seconds, and most of it is that of the last time."""

KEPT = 2000
"""Queries that are remembered, those that were asked for last."""


class ProjectColumns:
    """The columns of a compiled project (dbt's manifest), each with what it derives from by value.

    A `base_` model is where lineage begins: its cells are read by position, and layouts say whose they are.
    A Python model has no SQL: a column derives from those of the same name in what it reads, and from what
    its YAML says (`meta: {derives_from: [model.column]}`). `problems` says, after `outputs`, what was not
    found: of that nothing is known.
    """

    def __init__(self, manifest: Mapping[str, Any], remembered: Path | None = REMEMBERED) -> None:
        nodes = {**manifest["sources"], **manifest["nodes"]}
        self.nodes = {
            key: node for key, node in nodes.items() if node["resource_type"] in ("source", "seed", "model")
        }
        self.by_name = {node["name"]: node for node in self.nodes.values()}
        self.problems: list[str] = []
        self._remembered = remembered

    @cached_property
    def outputs(self) -> dict[str, Relation]:
        """Each relation's columns with what they derive from: name → column → value."""
        known: dict[str, Relation] = {}
        outputs: dict[str, Relation] = {}
        inputs = {key: self.inputs(node) for key, node in self.nodes.items()}
        queries = _Queries(self._remembered)
        for key in TopologicalSorter(inputs).static_order():
            node = self.nodes[key]
            output = outputs[node["name"]] = self._output(node, inputs[key], known, outputs, queries)
            known[_relation(node)] = named(node["name"], output)
        queries.remember()
        return outputs

    def inputs(self, node: Mapping[str, Any]) -> list[str]:
        return [key for key in node.get("depends_on", {}).get("nodes", []) if key in self.nodes]

    def meta(self, name: str, column: str) -> Mapping[str, Any]:
        """What the YAML says of a column; a seed may say it of all of them at once."""
        node = self.by_name[name]
        whole = {
            key: value for key, value in node["config"].get("meta", {}).items() if key == "classification"
        }
        return {**whole, **node["columns"].get(column, {"config": {"meta": {}}})["config"]["meta"]}

    def value(self, source: Source) -> Value:
        """What a column, or a field in it, derives from."""
        name, column, field = source
        value = self.outputs[name].get(column, NOTHING)
        return value if field is None else value.field(field)

    def _output(
        self,
        node: Mapping[str, Any],
        inputs: list[str],
        known: Mapping[str, Relation],
        outputs: Mapping[str, Relation],
        queries: _Queries,
    ) -> Relation:
        name = node["name"]
        if node["resource_type"] != "model" or name.startswith("base_"):
            return dict.fromkeys((column.lower() for column in node["columns"]), NOTHING)
        names = [self.nodes[key]["name"] for key in inputs]
        if node["language"] == "python":
            return {
                column: self._of_python(name, column, names, outputs)
                for column in map(str.lower, node["columns"])
            }
        opened: Relation = {}
        for source in (self.nodes[key] for key in inputs if self.nodes[key]["resource_type"] == "source"):
            for column, value in named(source["name"], outputs[source["name"]]).items():
                opened[column] = Value(opened.get(column, NOTHING).sources | value.sources)
        reads = {relation: known[relation] for relation in map(_relation, map(self.nodes.get, inputs))}
        output, unresolved = queries.outputs(node["compiled_code"], reads, opened)
        self.problems += [f"{name}: {what} was not found" for what in unresolved]
        self.problems += [
            f"{name}.{column}: is in YAML alone" for column in node["columns"].keys() - output.keys()
        ]
        return output

    def _of_python(
        self, model: str, column: str, inputs: list[str], outputs: Mapping[str, Relation]
    ) -> Value:
        said = self.meta(model, column).get("derives_from")
        sources = {(name, column, None) for name in inputs if column in outputs[name]}
        for name, _, of in (each.partition(".") for each in said or []):
            if of not in outputs.get(name, {}):
                self.problems.append(f"{model}.{column}: derives_from {name}.{of}, which is not there")
            sources.add((name, of, None))
        if not sources and said is None:
            self.problems.append(
                f"{model}.{column}: a Python model says what it derives_from, [] for nothing"
            )
        return Value(frozenset(sources))


def _relation(node: Mapping[str, Any]) -> str:
    return (node.get("relation_name") or "").replace('"', "").lower()


@contextmanager
def _no_collection() -> Iterator[None]:
    """A tree of SQL is thousands of small objects and none of them garbage: to look for it takes a third."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Queries:
    """The lineage of queries, remembered in a file; one that can't be read or written is as none.

    A query is known by its text, by the columns of what it reads, and by the code that reads it.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._known: dict[str, Any] = {}
        self._used: dict[str, Any] = {}
        code = [path.read_bytes() for path in sorted(HERE.glob("*.py"))]
        self._code = hashlib.sha256(b"".join([sqlglot.__version__.encode(), *code])).hexdigest()
        with suppress(OSError, ValueError, TypeError):
            self._known = dict(json.loads(file.read_text(encoding="utf-8"))) if file else {}

    def outputs(
        self, sql: str, reads: Mapping[str, Relation], opened: Relation
    ) -> tuple[Relation, list[str]]:
        """The columns of a query, and what was not found in it."""
        said = [self._code, sql, {name: as_json(each) for name, each in reads.items()}, as_json(opened)]
        key = hashlib.sha256(json.dumps(said).encode()).hexdigest()
        found = self._known.get(key)
        if found is None:
            lineage = Lineage(reads, opened)
            output: Relation = {}
            with _no_collection():
                try:
                    output = lineage.outputs(sql)
                except SqlglotError as error:
                    # A publish does not fail for it: of this query nothing is known.
                    lineage.unresolved.append(str(error).splitlines()[0])
            found = [as_json(output), sorted(set(lineage.unresolved))]
        self._used[key] = found
        return of_json(found[0]), found[1]

    def remember(self) -> None:
        """Write down the queries of this time, where any is new."""
        if self._file is None or self._used.keys() <= self._known.keys():
            return
        others = {key: found for key, found in self._known.items() if key not in self._used}
        kept = [*others.items(), *self._used.items()][-KEPT:]
        with suppress(OSError), written_anew(self._file) as fresh:
            fresh.write_text(json.dumps(dict(kept)), encoding="utf-8")
