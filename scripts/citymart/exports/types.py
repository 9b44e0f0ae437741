"""What a type of DuckDB is called in each of the standards, for a column as the CSV has it."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """The name of a type in Table Schema (Data Package v2), CSV on the Web and the Open Data Contract."""

    table_schema: str
    csvw: str
    contract: str


TEXT = Kind("string", "string", "string")
KINDS = {
    "BOOLEAN": Kind("boolean", "boolean", "boolean"),
    "DATE": Kind("date", "date", "date"),
    "DOUBLE": Kind("number", "number", "number"),
    "FLOAT": Kind("number", "number", "number"),
    "TIMESTAMP": Kind("datetime", "dateTime", "timestamp"),
    "TIMESTAMP WITH TIME ZONE": Kind("datetime", "dateTimeStamp", "timestamp"),
}


def kind_of(duckdb_type: str) -> Kind:
    """The names of a type; what has no name of its own is text: shapes as WKT."""
    if duckdb_type.startswith("DECIMAL"):
        return Kind("number", "decimal", "number")
    if duckdb_type.endswith(("INT", "INTEGER")):
        return Kind("integer", "integer", "integer")
    if is_list(duckdb_type):
        return Kind("array", "json", "array")
    if is_record(duckdb_type):
        return Kind("object", "json", "object")
    return KINDS.get(duckdb_type, TEXT)


def is_list(duckdb_type: str) -> bool:
    return duckdb_type.endswith("]")


def is_record(duckdb_type: str) -> bool:
    return duckdb_type.startswith(("STRUCT", "MAP"))


def is_shape(duckdb_type: str) -> bool:
    return duckdb_type == "BLOB" or duckdb_type.startswith("GEOMETRY")
