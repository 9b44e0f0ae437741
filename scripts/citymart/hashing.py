"""What a table holds, as one short text: the same for the same rows, whatever their order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

# When a file landed says nothing of what is in it: a mart loaded anew from the same files is the same mart.
NOT_CONTENT = frozenset({"landed_at"})


@dataclass(frozen=True)
class Table:
    """A table of an open database, with what its readers see of its shape."""

    schema: str
    name: str
    columns: tuple[tuple[str, str], ...]
    comment: str | None
    column_comments: tuple[str | None, ...]

    @property
    def sql(self) -> str:
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.name}"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"


def copy_comments(con: duckdb.DuckDBPyConnection, table: Table, target: str) -> None:
    """Give the table `target` (SQL) the comments of `table`, and those of the columns that both have."""
    there = {name for name, *_ in con.execute(f"describe {target}").fetchall()}
    if table.comment:
        con.execute(f"comment on table {target} is {literal(table.comment)}")
    for (column, _), comment in zip(table.columns, table.column_comments, strict=True):
        if comment and column in there:
            con.execute(f"comment on column {target}.{quoted(column)} is {literal(comment)}")


def tables(con: duckdb.DuckDBPyConnection, database: str, schemas: Iterable[str]) -> list[Table]:
    """The tables of the schemas, in the order of the schemas and then of their names."""
    found = []
    for schema in schemas:
        rows = con.execute(
            "select table_name, comment from duckdb_tables()"
            " where database_name = ? and schema_name = ? order by table_name",
            [database, schema],
        ).fetchall()
        # One question a schema: a lake reads its whole catalogue for each.
        columns: dict[str, list[tuple[str, str, str | None]]] = {name: [] for name, _ in rows}
        for name, *column in con.execute(
            "select table_name, column_name, data_type, comment from duckdb_columns()"
            " where database_name = ? and schema_name = ? order by table_name, column_index",
            [database, schema],
        ).fetchall():
            if name in columns:
                columns[name].append(tuple(column))
        for name, comment in rows:
            found.append(
                Table(
                    schema,
                    name,
                    tuple((column, kind) for column, kind, _ in columns[name]),
                    comment,
                    tuple(comment for _, _, comment in columns[name]),
                )
            )
    return found


def table_digest(con: duckdb.DuckDBPyConnection, table: Table, database: str = "") -> tuple[int, str]:
    """The number of rows, and a SHA-256 over the table's shape, comments and rows in any order.

    Reads every value. Each row counts by the MD5 of its JSON, and the rows by the sum of those, which no
    order and no number of threads changes. Floats count to 12 significant digits, because a sum of floats
    depends on the order of its terms.
    """
    values = ", ".join(value_json(name, kind) for name, kind in table.columns if name not in NOT_CONTENT)
    prefix = f"{quoted(database)}." if database else ""
    con.execute("set TimeZone = 'UTC'")
    rows, low, high = con.execute(
        f"""
        select
            count(*),
            sum(md5_number_lower(row_text)::hugeint),
            sum(md5_number_upper(row_text)::hugeint)
        from (select to_json([{values}])::varchar as row_text from {prefix}{table.sql})
        """
    ).fetchone()
    shape = [table.label, table.columns, table.comment, table.column_comments]
    return rows, hashlib.sha256(repr([shape, rows, low, high]).encode()).hexdigest()


def value_json(name: str, kind: str) -> str:
    """SQL of a column's value as JSON, a float to 12 significant digits."""
    if kind in ("DOUBLE", "FLOAT"):
        return f"to_json(format('{{:.12g}}', {quoted(name)}::double))"
    return f"to_json({quoted(name)})"


def file_sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
