"""What a lake costs beside a file, in one run: many small tables, made as a build does, and a large one.

`ROWS=10000000 TABLES=100 python -m citymart.bench.lake` prints both, with the lake's catalogue in a file. Of
the seconds of the processor only this process's are counted; a lake's disk has the build before, too.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ..hashing import literal
from ..lake import TARGET, Lake

PAYMENTS = """
    select
        i as payment_key, 'P' || i % 33 as provider_code, hash(i)::varchar as reference,
        'Supplier ' || hash(i) % 50000 as supplier_name, (hash(i) % 1000000 / 100)::decimal(18, 2) as amount,
        date '2020-01-01' + (i % 2000)::integer as paid_date
    from range(?) as t (i)
"""
QUESTION = """
    select provider_code, sum(amount), count(distinct supplier_name) from mart.main.payments group by all
"""


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database `mart` in the folder, in a file or in a lake."""
    folder.mkdir()
    lake = Lake(str(folder / "catalogue.ducklake"), str(folder / "data"))
    with duckdb.connect() as con:
        if kind == TARGET:
            lake.make_folders()
            lake.attach(con, "mart", read_only=False)
        else:
            con.execute(f"attach {literal(folder / 'mart.duckdb')} as mart")
        yield con


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def small(con: duckdb.DuckDBPyConnection, tables: int) -> tuple[float, float]:
    """Seconds by the clock and of the processor for tables of 100 rows, each twice: the second build finds
    the first, as dbt does."""
    begun = time.monotonic(), time.process_time()
    for _ in range(2):
        for number in range(tables):
            name = f"mart.main.t{number}"
            con.execute("begin")
            con.execute(f"create table {name}__new as {PAYMENTS}", [100])
            con.execute(f"drop table if exists {name}")
            con.execute(f"alter table {name}__new rename to t{number}")
            con.execute(f"comment on table {name} is 'One row a payment.'")
            con.execute("commit")
    return time.monotonic() - begun[0], time.process_time() - begun[1]


def large(con: duckdb.DuckDBPyConnection, rows: int) -> tuple[float, float]:
    """Seconds of the processor to write one table of so many payments, and to read it whole."""
    begun = time.process_time()
    con.execute(f"create table mart.main.payments as {PAYMENTS}", [rows])
    con.execute("checkpoint mart")
    written = time.process_time() - begun
    begun = time.process_time()
    con.execute(QUESTION).fetchall()
    return written, time.process_time() - begun


def main() -> int:
    rows, tables = int(os.environ.get("ROWS", 10_000_000)), int(os.environ.get("TABLES", 100))
    with tempfile.TemporaryDirectory(prefix="citymart-bench-") as folder:
        for kind in ("file", TARGET):
            place = Path(folder) / f"{kind}-small"
            with opened(kind, place) as con:
                clock, cpu = (seconds / tables / 2 * 1000 for seconds in small(con, tables))
                con.execute("checkpoint mart")
            print(
                f"{kind}: a small table {clock:.0f} ms, {cpu:.0f} of the processor,"
                f" {size(place) / tables / 1000:.0f} kB on the disk",
                flush=True,
            )
            place = Path(folder) / f"{kind}-large"
            with opened(kind, place) as con:
                written, read = large(con, rows)
            print(
                f"{kind}: {rows:,} payments written in {written:.1f} s and read in {read:.1f} s of the"
                f" processor, {size(place) / 1e6:,.0f} MB on the disk",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
