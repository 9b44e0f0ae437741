"""What dbt's manifest of a run says of the tables it has built."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Manifest:
    """By `schema.table`."""

    keys: Mapping[str, str]
    """The column that a test of the project says is unique."""
    classes: Mapping[str, Mapping[str, str]]
    """Column → classification; what has none is personal."""
    rows: Mapping[str, str]
    """The classification of a row's being there, where the YAML says one (`meta: {rows: shared}`)."""
    materialized: Mapping[str, tuple[str, str]]
    """By dbt's name of the node: the table, and how it is materialized."""


def label_of(node: Mapping[str, Any]) -> str:
    """`schema.table` of a model, a seed or a snapshot."""
    return f"{node['schema']}.{node.get('alias') or node['name']}"


def read_manifest(target: Path) -> Manifest:
    """The manifest in dbt's target folder."""
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    labels = {
        name: label_of(node)
        for name, node in nodes.items()
        if node.get("resource_type") in ("model", "seed", "snapshot")
    }
    keys: dict[str, str] = {}
    for test in nodes.values():
        label = labels.get(test.get("attached_node") or "")
        column = test.get("column_name")
        if (test.get("test_metadata") or {}).get("name") == "unique" and label and column:
            keys[label] = min(column, keys.get(label, column))
    classes = {
        label: {
            column: ((said.get("config") or {}).get("meta") or {}).get("classification") or "personal"
            for column, said in nodes[name].get("columns", {}).items()
        }
        for name, label in labels.items()
    }
    rows = {
        label: said
        for name, label in labels.items()
        if (said := ((nodes[name].get("config") or {}).get("meta") or {}).get("rows"))
    }
    materialized = {
        name: (label, (nodes[name].get("config") or {}).get("materialized") or "")
        for name, label in labels.items()
    }
    return Manifest(keys, classes, rows, materialized)
