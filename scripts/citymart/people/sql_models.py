"""The project's SQL models over tables of a private connection, so that people of any file are linked by the
very SQL that links the mart's.
"""

from __future__ import annotations

import functools

import duckdb
import jinja2

from ..home import PROJECT


@functools.cache
def _macros() -> str:
    folders = ("parse", "people")
    files = [path for folder in folders for path in sorted((PROJECT / "macros" / folder).glob("*.sql"))]
    return "\n".join(path.read_text("utf-8") for path in files)


@functools.cache
def macros():
    """All macros as functions from SQL expressions to SQL."""
    return jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(_macros()).module


def run_model(con: duckdb.DuckDBPyConnection, model: str) -> None:
    """Makes the table of a model of `models/conformed/people`; what it refers to are tables of that name."""
    source = (PROJECT / "models" / "conformed" / "people" / f"{model}.sql").read_text("utf-8")
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    sql = environment.from_string(_macros() + source).render(ref=lambda name: name)
    con.execute(f"create or replace table {model} as {sql}")
