"""Two builds of the same records, table by table and row by row."""

from __future__ import annotations

from pathlib import Path

import duckdb
from citymart import at_rest
from citymart.hashing import NOT_CONTENT, Table, quoted, tables, value_json

LAYERS = ("seeds", "landing", "staging", "conformed", "marts", "restricted", "market")


def differences(one: Path, other: Path, layers: tuple[str, ...] = LAYERS) -> tuple[int, int, list[str]]:
    """How many tables and rows were compared, and in which tables they are not the same; all columns but
    when a file landed and a hash of the code, in which each engine tells a view in its own way, floats to 12
    digits (a sum of floats depends on the order of its terms)."""
    with at_rest.connect() as con:
        at_rest.attach(con, one, "one")
        at_rest.attach(con, other, "other")
        con.execute("set TimeZone = 'UTC'")
        ones, others = (
            {table.label: table for table in tables(con, name, layers)} for name in ("one", "other")
        )
        told = [f"{label}: only in one of them" for label in sorted({*ones} ^ {*others})]
        rows = 0
        for label in sorted({*ones} & {*others}):
            if ones[label] != others[label]:
                told.append(f"{label}: {_shape(ones[label], others[label])}")
                continue
            count, gone, come = _rows(con, ones[label])
            rows += count
            if gone or come:
                told.append(f"{label}: {gone} rows only in the one, {come} only in the other")
    return len(ones), rows, told


def _rows(con: duckdb.DuckDBPyConnection, table: Table) -> tuple[int, int, int]:
    values = ", ".join(
        f"{value_json(name, kind)} as {quoted(name)}"
        for name, kind in table.columns
        if name not in NOT_CONTENT and not (table.name.endswith("__extracts") and name == "code_hash")
    )
    one, other = (f"select {values} from {name}.{table.sql}" for name in ("one", "other"))
    return con.execute(
        f"select (select count(*) from one.{table.sql}),"
        f" (select count(*) from ({one} except all {other})),"
        f" (select count(*) from ({other} except all {one}))"
    ).fetchone()


def _shape(one: Table, other: Table) -> str:
    return next(
        f"{what} {first!r} and {second!r}"
        for what, firsts, seconds in (
            ("column", one.columns, other.columns),
            ("comment", [one.comment], [other.comment]),
            ("comment of a column", one.column_comments, other.column_comments),
        )
        for first, second in zip(firsts, seconds, strict=False)
        if first != second
    )
