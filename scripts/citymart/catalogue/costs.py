"""What each model of a build has cost: seconds, rows and bytes, beside the release before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ..dbt_manifest import Manifest
from ..dbt_run import UNCHANGED
from ..hashing import literal, quoted
from .tables import write_table

NAME = "build_costs"
TABLE = f"market.{NAME}"
GROWTH = 1.5
"""A model that takes so many times as long as in the release before is told, if it is `LEAST` longer, too."""
LEAST = 1.0
"""Seconds: less is the noise of a machine."""
BLOCK = 262_144
"""Bytes of a block of DuckDB: what a table takes is counted in them."""
COMMENT = "One row a model of the build: what it has cost, beside the release before. In no audience's file."
MEANINGS = {
    "model": "The table or view of the build: `schema.table`.",
    "materialized": "table, incremental, view or seed.",
    "seconds": "From start to end, others beside it, of the build for a release that made it last.",
    "rows": "Rows of the table; null for a view.",
    "bytes": "Bytes on the disk, in whole blocks; null for a view, and where the build is in a lake.",
    "seconds_before": "The same in the release before.",
    "rows_before": "The same in the release before.",
    "is_flagged": f"It took more than {GROWTH} times as long as before, and over {LEAST:.0f} s longer.",
}


def write_costs(
    con: duckdb.DuckDBPyConnection,
    database: str,
    built: str,
    manifest: Manifest,
    target: Path,
    before: str | None,
) -> list[str]:
    """Write `market.build_costs` into the attached `database`, of the attached build `built`, of which dbt
    left the `manifest` and more in `target`; `before` is an attached release.

    Returns a sentence for each model that has grown.
    """
    sizes = _sizes(con, built)
    earlier = _earlier(con, before)
    rows = []
    for model, (materialized, seconds) in sorted(_seconds(manifest, target).items()):
        counted, size = sizes.get(model, (None, None))
        was, rows_before = earlier.get(model, (None, None))
        if seconds is None:
            seconds = was
        flagged = seconds is not None and was is not None and seconds > GROWTH * was and seconds - was > LEAST
        rows.append((model, materialized, seconds, counted, size, was, rows_before, flagged))
    kinds = (
        pa.string(),
        pa.string(),
        pa.float64(),
        pa.int64(),
        pa.int64(),
        pa.float64(),
        pa.int64(),
        pa.bool_(),
    )
    schema = pa.schema(list(zip(MEANINGS, kinds, strict=True)))
    table = pa.Table.from_pylist([dict(zip(MEANINGS, row, strict=True)) for row in rows], schema)
    write_table(con, database, NAME, table, COMMENT, MEANINGS)
    return [
        f"{model} took {seconds:.1f} s, and {was:.1f} s in the release before"
        f" (rows: {_said(rows_before)} before, {_said(counted)} now)"
        for model, _, seconds, counted, _, was, rows_before, flagged in rows
        if flagged
    ]


def _said(rows: int | None) -> str:
    return "a view" if rows is None else f"{rows:,}"


def _seconds(manifest: Manifest, target: Path) -> dict[str, tuple[str, float | None]]:
    """By model, None for one that had not changed; none where dbt has left no results: a build that was not
    dbt's has no costs.
    """
    try:
        results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    except FileNotFoundError:
        return {}
    return {
        model: (kind, None if _is_unchanged(result) else round(result["execution_time"], 3))
        for result in results
        for model, kind in [manifest.materialized.get(result["unique_id"], (None, None))]
        if model
    }


def _is_unchanged(result: Mapping[str, Any]) -> bool:
    return (result.get("adapter_response") or {}).get("_message") == UNCHANGED


def _sizes(con: duckdb.DuckDBPyConnection, built: str) -> dict[str, tuple[int, int | None]]:
    """Rows and bytes by table of the build."""
    in_file = con.execute("select type from duckdb_databases() where database_name = ?", [built]).fetchone()
    found: dict[str, tuple[int, int | None]] = {}
    tables = con.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ?", [built]
    ).fetchall()
    for schema, name in tables:
        source = f"{quoted(built)}.{quoted(schema)}.{quoted(name)}"
        rows = con.execute(f"select count(*) from {source}").fetchone()[0]
        size = None
        if in_file and in_file[0] == "duckdb":
            stored = f"pragma_storage_info({literal(source)})"
            blocks = f"select count(distinct block_id) from {stored} where persistent"
            size = con.execute(blocks).fetchone()[0] * BLOCK
        found[f"{schema}.{name}"] = (rows, size)
    return found


def _earlier(
    con: duckdb.DuckDBPyConnection, before: str | None
) -> dict[str, tuple[float | None, int | None]]:
    if before is None:
        return {}
    try:
        found = con.execute(f"select model, seconds, rows from {quoted(before)}.{TABLE}").fetchall()
    except duckdb.CatalogException:
        # A release from before costs were counted.
        return {}
    return {model: (seconds, rows) for model, seconds, rows in found}
