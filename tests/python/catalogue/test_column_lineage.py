"""The lineage of columns is read off the SQL once, and is the same when it is remembered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from citymart.catalogue.lineage.project import ProjectColumns
from citymart.catalogue.lineage.steps import column_steps, steps_to
from citymart.catalogue.lineage.values import NOTHING


def manifest(staged: str = "trim(name)") -> dict[str, Any]:
    """A subject of people, staged, and a mart of their initials and rows."""

    def node(name: str, schema: str, columns: str, sql: str = "", *inputs: str) -> dict[str, Any]:
        return {
            "name": name,
            "schema": schema,
            "resource_type": "model",
            "language": "sql",
            "relation_name": f'"mart"."{schema}"."{name}"',
            "compiled_code": sql,
            "config": {},
            "columns": {column: {"config": {"meta": {}}} for column in columns.split()},
            "depends_on": {"nodes": inputs},
        }

    staging = f"select {staged} as name, {{'said': name}} as told from mart.staging.base_people"
    mart = "select left(name, 1) as initial, told.said as said, 1 as one from mart.staging.stg_people"
    return {
        "sources": {},
        "nodes": {
            "base": node("base_people", "staging", "name note"),
            "staged": node("stg_people", "staging", "name told", staging, "base"),
            "mart": node("fct_people", "marts", "initial said one", mart, "staged"),
        },
    }


def test_what_is_remembered_is_what_was_read_and_another_query_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "target" / "remembered.json"
    read = ProjectColumns(manifest(), remembered=None).outputs
    assert read["stg_people"]["name"].sources == {("base_people", "name", None)}
    assert ProjectColumns(manifest(), remembered=file).outputs == read
    written = file.read_text()
    assert ProjectColumns(manifest(), remembered=file).outputs == read
    assert file.read_text() == written
    assert ProjectColumns(manifest("note"), remembered=file).outputs["stg_people"]["name"].sources == {
        ("base_people", "note", None)
    }
    assert ProjectColumns(manifest("1"), remembered=file).outputs["stg_people"]["name"] == NOTHING


def test_of_a_query_that_can_not_be_read_nothing_is_known_and_it_is_told() -> None:
    columns = ProjectColumns(manifest("trim(("), remembered=None)
    assert columns.outputs["stg_people"] == {}
    assert any(problem.startswith("stg_people: ") for problem in columns.problems)


@pytest.mark.parametrize("broken", ["", "{", "[]"])
def test_a_memory_that_can_not_be_read_is_as_none(tmp_path: Path, broken: str) -> None:
    file = tmp_path / "remembered.json"
    file.write_text(broken)
    assert ProjectColumns(manifest(), file).outputs == ProjectColumns(manifest(), None).outputs


def test_a_way_leads_from_the_providers_column_to_the_product() -> None:
    headers = [("camden", "people", "Full Name", "name"), ("camden", "people", "Other", "note")]
    steps = column_steps(ProjectColumns(manifest(), remembered=None), ["fct_people"], headers)
    base = ("staging.base_people", "staging", "name")
    field = ("people", "subject", "name")
    mart = ("marts.fct_people", "marts", "said")
    told = ("staging.stg_people", "staging", "told.said")
    assert set(steps_to(steps, [mart])) == {
        (told, mart),
        (base, told),
        (field, base),
        (("camden", "provider", "Full Name"), field),
    }
    assert not list(steps_to(steps, [("marts.fct_people", "marts", "one")]))
