"""What a lake costs beside a file: the sample's models built in both, and one large table.

`ROWS=10000000 python -m citymart.bench.lake [EXTRACTS]` prints both; the lake's catalogue is a file. Parsing
is not counted: it is the same.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

from ..home import PROJECT, Home
from ..lake import CATALOGUE, DATA, TARGET, Lake
from ..lake_releases import held
from .city import CITYMART, run

DBT = (sys.executable, "-c", "from dbt.cli.main import cli; cli()", "--quiet")
TARGETS = ("dev", TARGET)
PAYMENTS = """
    select
        i as payment_key, 'P' || i % 33 as provider_code, hash(i)::varchar as reference,
        'Supplier ' || hash(i) % 50000 as supplier_name, (hash(i) % 1000000 / 100)::decimal(18, 2) as amount,
        date '2020-01-01' + (i % 2000)::integer as paid_date
    from range(?) as t (i)
"""


def models(extracts: Path, folder: Path) -> None:
    """All models of what lies in `extracts`, in a file and in a lake."""
    home = Home.at(folder / "home")
    run([*CITYMART, "load", str(extracts)], home.root, may_refuse=True)
    for target in TARGETS:
        options = ("--target", target, "--target-path", str(folder / target))
        run([*DBT, "seed", *options], home.root)
        seconds, cpu, memory = run([*DBT, "run", *options], home.root)
        size = held(Lake.of(home)).bytes if target == TARGET else _file(home).stat().st_size
        print(
            f"{target:<5} all models {seconds:7.1f} s ({cpu:.1f} s of all cores), {memory:,.0f} MB,"
            f" {size / 1e6:,.1f} MB on the disk",
            flush=True,
        )


def _file(home: Home) -> Path:
    return home.build / "dev" / "mart.duckdb"


def large(rows: int, folder: Path) -> None:
    """One table of so many payments: written, and read whole."""
    home = Home.at(folder / "large")
    home.root.mkdir()
    lake = Lake.of(home)
    lake.make_folders()
    for target in TARGETS:
        with duckdb.connect() as con:
            if target == TARGET:
                lake.attach(con, "mart", read_only=False)
            else:
                con.execute(f"attach '{home.root}/mart.duckdb' as mart")
            begun = time.monotonic()
            con.execute(f"create table mart.main.payments as {PAYMENTS}", [rows])
            if target != TARGET:
                con.execute("checkpoint mart")
            written = time.monotonic() - begun
            begun = time.monotonic()
            con.execute(
                "select provider_code, sum(amount), count(distinct supplier_name) from mart.main.payments"
                " group by all"
            ).fetchall()
            read = time.monotonic() - begun
        size = held(lake).bytes if target == TARGET else (home.root / "mart.duckdb").stat().st_size
        print(
            f"{target:<5} {rows:,} payments written in {written:.1f} s, read in {read:.1f} s,"
            f" {size / 1e6:,.1f} MB on the disk",
            flush=True,
        )


def main(arguments: Sequence[str] = ()) -> int:
    extracts = Path(arguments[0]).resolve() if arguments else PROJECT / "sample"
    with tempfile.TemporaryDirectory(prefix="citymart-bench-") as name:
        folder = Path(name)
        for variable in (CATALOGUE, DATA):
            os.environ.pop(variable, None)
        large(int(os.environ.get("ROWS", 10_000_000)), folder)
        models(extracts, folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
