"""A generated city's built mart and its truth, opened side by side for `citymart evaluate`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from . import at_rest
from .errors import CityMartError, UsageError


@contextmanager
def opened(database: Path, truth: Path, tables: Mapping[str, str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that uses the mart, with a temporary table of each of the truth's files (name → pattern
    below `truth`, without `.parquet`).

    Raises `UsageError` where there is no truth in the folder, a table of it is missing, or no mart is built.
    """
    if not (truth / "printed").is_dir():
        raise UsageError(f"{truth} holds no truth: `citymart sample OUT` writes it beside OUT, to OUT-truth.")
    if not database.is_file():
        raise UsageError(f"There is no {database}: load the city and run `citymart build` first.")
    with at_rest.connect() as con:
        at_rest.attach(con, database, "mart")
        con.execute("use mart")
        for name, files in tables.items():
            pattern = f"{files}.parquet"
            if next(truth.glob(pattern), None) is None:
                raise UsageError(f"{truth} has no {pattern}: the city was made without what this compares.")
            con.execute(
                f"create temp table {name} as from read_parquet('{truth}/{pattern}', union_by_name = true)"
            )
        yield con


def expect_some(con: duckdb.DuckDBPyConnection, file: Path, database: Path, truth: Path) -> None:
    """Raises `CityMartError` where `file`, which was made of the two, is empty: they are of two cities."""
    if not con.execute(f"select count(*) from '{file}'").fetchone()[0]:
        raise CityMartError(f"no record of {database} is one of the city of {truth}: is it another one?")
