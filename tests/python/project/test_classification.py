"""Each column has a class, none lower than what it derives from but by a method (docs/classification.md)."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from citymart.catalogue.lineage.project import ProjectColumns
from citymart.catalogue.lineage.query import Lineage
from citymart.catalogue.lineage.values import NOTHING, Source, Value

LEVELS = ("open", "shared", "restricted", "personal")

METHODS = {
    "keyed_hash": "restricted",
    "band": "restricted",
    "count": "restricted",
    "aggregate": "restricted",
    "flag": "restricted",
    "match": "restricted",
    "redacted": "restricted",
    "area": "open",
    "code": "open",
    "subset": "open",
}
"""What lets a column be lower than what it derives from, and how low it can be where that is personal."""


class Classified(ProjectColumns):
    """The columns of a compiled project: what is declared of each, beside what each derives from."""

    def __init__(self, manifest: Mapping[str, Any], **options: Any) -> None:
        super().__init__(manifest, **options)
        self._levels: dict[Source, str] = {}

    def level(self, source: Source) -> str:
        """The class of a column (or of a field in it): as declared, else that of what it derives from."""
        if source not in self._levels:
            name, column, field = source
            declared = self.meta(name, column).get("classification")
            value = self.outputs[name].get(column, NOTHING)
            if field is None:
                self._levels[source] = declared or self.highest(value)
            else:
                inferred = self.highest(value.field(field))
                self._levels[source] = min(inferred, declared or inferred, key=LEVELS.index)
        return self._levels[source]

    def highest(self, value: Value) -> str:
        return max(map(self.level, value.sources), key=LEVELS.index, default="open")

    def too_low(self) -> Iterator[tuple[str, str, Mapping[str, Any], list[Source]]]:
        """Columns that are lower than what they derive from, with what is higher."""
        for name, output in self.outputs.items():
            for column, value in output.items():
                if level := self.meta(name, column).get("classification"):
                    higher = [s for s in value.sources if LEVELS.index(self.level(s)) > LEVELS.index(level)]
                    if higher:
                        yield name, column, self.meta(name, column), sorted(higher, key=str)


@pytest.fixture(scope="module")
def manifest(project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The manifest of the project as compiled, which needs no data."""
    home = tmp_path_factory.mktemp("compiled")
    arguments = ["-q", "--log-level-file", "none", "compile", "--no-partial-parse"]
    arguments += ["--project-dir", project, "--profiles-dir", project, "--target-path", home / "target"]
    result = subprocess.run(
        [sys.executable, "-c", "from dbt.cli.main import cli; cli()", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=os.environ
        | {
            "CITYMART_HOME": str(home),
            "PYTHONPATH": str(project / "scripts"),
            "DO_NOT_TRACK": "1",
        },
        cwd=home,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return json.loads((home / "target/manifest.json").read_text())


@pytest.fixture(scope="module")
def classified(manifest: dict[str, Any]) -> Classified:
    return Classified(manifest)


def test_every_field_of_a_source_a_seed_a_contract_and_a_mart_is_classified(classified: Classified) -> None:
    missing = [
        f"{name}.{column or '(no column)'}"
        for name, node in classified.by_name.items()
        if node["resource_type"] != "model"
        or name.startswith("base_")
        or node["fqn"][1] in ("landing", "marts", "market")
        for column in list(classified.outputs[name]) or [""]
        if "classification" not in classified.meta(name, column)
    ]
    assert missing == [], "config: {meta: {classification: …}} is wanted (docs/classification.md)"


def test_a_classification_and_a_method_are_words_that_the_docs_explain(
    classified: Classified, project: Path
) -> None:
    docs = (project / "docs/classification.md").read_text()
    assert set(re.findall(r"^\| `(\w+)` \|", docs, re.MULTILINE)) == {*LEVELS, *METHODS}
    for name, node in classified.by_name.items():
        for column in node["columns"]:
            meta = classified.meta(name, column)
            assert meta.get("classification", "open") in LEVELS, f"{name}.{column}"
            assert meta.get("method", "count") in METHODS, f"{name}.{column}"


def test_what_every_column_derives_from_is_found(classified: Classified) -> None:
    assert classified.outputs
    assert classified.problems == []


def test_no_column_is_lower_than_what_it_derives_from_without_a_method(classified: Classified) -> None:
    found, methods = [], set()
    for name, column, meta, higher in classified.too_low():
        method, level = meta.get("method"), meta["classification"]
        methods.add((name, column))
        told = f"{name}.{column} is {level}, and derives from " + ", ".join(
            f"{'.'.join(filter(None, source))} ({classified.level(source)})" for source in higher[:5]
        )
        if not method:
            found.append(((name, column), told))
        elif classified.highest(classified.outputs[name][column]) == "personal" and LEVELS.index(
            level
        ) < LEVELS.index(METHODS[method]):
            found.append(
                ((name, column), f"{told}: with the method {method} no lower than {METHODS[method]}")
            )
    assert [told for _, told in found] == []
    declared = {
        (name, column)
        for name, node in classified.by_name.items()
        for column in node["columns"]
        if "method" in classified.meta(name, column)
    }
    assert declared - methods == set(), "a method where nothing is higher says what is not so"


# The lineage itself, and the rule, on examples.


def derived(sql: str) -> dict[str, set[str]]:
    """Each column of a query on `people` and `places` with the columns that it derives from."""
    columns = {
        "people": ["id", "name", "born", "uprn", "issues"],
        "places": ["uprn", "street"],
    }
    relations = {
        table: {each: Value(frozenset([(table, each, None)])) for each in of} for table, of in columns.items()
    }
    issue = {field: Value(frozenset([("people", "issues", field)])) for field in ("field", "sent")}
    relations["people"]["issues"] = Value(frozenset([("people", "issues", None)]), issue)
    lineage = Lineage(relations)
    output = lineage.outputs(sql)
    assert lineage.unresolved == []
    return {
        name: {f"{column}.{field}" if field else column for _, column, field in value.sources}
        for name, value in output.items()
    }


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "select * exclude (issues, uprn, name) replace (year(born) as id) from people",
            {"id": {"born"}, "born": {"born"}},
        ),
        (
            "select p.name, l.* from people as p join places as l using (uprn)",
            {"name": {"name"}, "uprn": {"uprn"}, "street": {"street"}},
        ),
        (
            "select id as a, name as b from people union all by name select uprn as b, street as "
            "a from places",
            {"a": {"id", "street"}, "b": {"name", "uprn"}},
        ),
        (
            "select id, name from people union all select uprn, street from places",
            {"id": {"id", "uprn"}, "name": {"name", "street"}},
        ),
        (
            "select unnest(issues).field as f, p.issues[1].sent as s from people as p",
            {"f": {"issues.field"}, "s": {"issues.sent"}},
        ),
        (
            "with x as (select [struct_pack(a := name, b := 'word')] as s from people) select "
            "unnest(s).b as b, s[1].a as a from x",
            {"b": set(), "a": {"name"}},
        ),
        (
            "select list_transform([name], lambda id: id || street)[1] as t from people, places",
            {"t": {"name", "street"}},
        ),
        (
            "select list_filter([name], lambda n: n <> street) as t from people, places",
            {"t": {"name"}},
        ),
        (
            "select upper(name) as n, n || '!' as m from people",
            {"n": {"name"}, "m": {"name"}},
        ),
        (
            "select case when born > '2008-01-01' then 'child' end as c from people",
            {"c": {"born"}},
        ),
        (
            "select count(*) filter (where born is null) as n, max(id) filter (where name = 'x') "
            "as m from people group by uprn",
            {"n": {"born"}, "m": {"id"}},
        ),
        (
            "select arg_max(id, born) as i, row_number() over (order by name) as r, lag(uprn) "
            "over (order by name) as u from people where name <> ''",
            {"i": {"id"}, "r": set(), "u": {"uprn"}},
        ),
        (
            "select (select max(name) from people as p where p.uprn = l.uprn) as n from places as l",
            {"n": {"name"}},
        ),
        (
            "with whole as (select p as person from people as p) select person.name as n from whole",
            {"n": {"name"}},
        ),
        (
            "select columns('^(id|name)$') from people",
            {"id": {"id"}, "name": {"name"}},
        ),
        (
            "select u.n from people as p, unnest([p.name]) as u (n) qualify row_number() over "
            "(partition by p.id) = 1",
            {"n": {"name"}},
        ),
    ],
)
def test_a_column_derives_from_what_stands_in_its_expression(sql: str, expected: dict[str, set[str]]) -> None:
    assert derived(sql) == expected


def test_a_name_that_is_nowhere_is_told() -> None:
    lineage = Lineage({"people": {"id": NOTHING}})
    lineage.outputs("select id, nme from people")
    assert lineage.unresolved == ["nme"]


def small_project(level: str, method: str | None = None) -> Classified:
    """People, a view of them whose column nobody classified, and a mart with the first letter of a name."""

    def node(name: str, kind: str, sql: str, columns: dict[str, Any], inputs: list[str]) -> dict[str, Any]:
        return {
            "name": name,
            "resource_type": kind,
            "language": "sql",
            "relation_name": f'"{name}"',
            "compiled_code": sql,
            "config": {},
            "columns": {column: {"config": {"meta": meta}} for column, meta in columns.items()},
            "depends_on": {"nodes": inputs},
        }

    meta = {"classification": level} | ({"method": method} if method else {})
    return Classified(
        {
            "sources": {"p": node("people", "source", "", {"name": {"classification": "personal"}}, [])},
            "nodes": {
                "v": node("viewed", "model", "select trim(name) as said from people", {}, ["p"]),
                "m": node(
                    "mart", "model", "select left(said, 1) as letter from viewed", {"letter": meta}, ["v"]
                ),
            },
        },
        remembered=None,
    )


def test_a_column_made_of_a_personal_one_is_found_unless_it_is_personal_too() -> None:
    assert [found[:2] for found in small_project("restricted").too_low()] == [("mart", "letter")]
    assert list(small_project("personal").too_low()) == []
    ((_, _, meta, higher),) = small_project("open", "count").too_low()
    assert (meta["method"], higher) == ("count", [("viewed", "said", None)])
