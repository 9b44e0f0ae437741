"""Measurements that the project promises, each against a yardstick of the same machine in the same run."""

from __future__ import annotations

import resource
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from .deliveries import Declared, find_deliveries
from .home import Home
from .layouts import Seeds
from .load import load_files

# The same words as real payments, as many different suppliers, a few amounts with a comma and quotes.
_PAYMENTS = """
    select
        'Benchmark Council' as "Body",
        'Directorate ' || (i * 7919 % 30) as "Department",
        'Supplier ' || (i * 104729 % 4000) || case when i % 5 = 0 then ', Services' else ' Ltd' end as
        "Supplier Name", strftime(date '2012-01-01' + (i * 31 % 366)::integer, '%d/%m/%Y') as "Date",
        printf('%.2f', (i * 7907 % 9000000) / 100 - 500) as "Amount",
        'EXPENSE OF KIND ' || (i * 17 % 200) as "Expenses Type",
        (5100000000 + i * 7)::varchar as "Document No",
        'CC' || (i * 13 % 900) as "Cost Centre"
    from range(?) as numbers (i)
"""


@dataclass(frozen=True)
class LandingRate:
    """How fast landing is beside a bare copy; rates in MB/s, memory in MB."""

    megabytes: float
    landing: float
    bare: float
    peak_memory: float

    @property
    def ratio(self) -> float:
        return self.landing / self.bare

    @property
    def passes(self) -> bool:
        return self.ratio >= 0.7 and self.peak_memory < 1000

    def __str__(self) -> str:
        return (
            f"landing {self.landing:.0f} MB/s, bare DuckDB copy {self.bare:.0f} MB/s, ratio {self.ratio:.2f} "
            f"(at least 0.70), peak memory {self.peak_memory:.0f} MB (under 1,000), "
            f"{self.megabytes:.0f} MB of CSV"
        )


def landing_rate(rows: int = 1_900_000, rounds: int = 5, folder: Path | None = None) -> LandingRate:
    """Landing of `rows` generated payments (some 105 bytes each) against DuckDB's `copy … to` zstd Parquet.

    The two take turns, so that a busy machine is busy for both; the best turn of each counts. Writes below
    `folder`, and leaves nothing there.
    """
    scratch = Path(tempfile.mkdtemp(prefix="citymart-bench-", dir=folder))
    try:
        source = scratch / "payments.csv"
        duckdb.connect().execute(f"copy ({_PAYMENTS}) to '{source}' (header)", [rows])
        size = source.stat().st_size / 1e6
        bare, landing = [], []
        for turn in range(rounds):
            bare.append(_timed(lambda: _bare(source, scratch / "bare.parquet")))
            home = Home.at(scratch / f"home-{turn}")
            landing.append(_timed(lambda home=home: _land(source, home, rows)))
            shutil.rmtree(home.root)
        return LandingRate(
            megabytes=size,
            landing=size / min(landing),
            bare=size / min(bare),
            peak_memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
        )
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _timed(work) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _bare(source: Path, target: Path) -> None:
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(
            f"copy (select * from read_csv('{source}', all_varchar=true)) to '{target}'"
            " (format parquet, compression zstd)"
        )


def _land(source: Path, home: Home, rows: int) -> None:
    declared = Declared(Seeds().providers[0], "spending", "2012-12-31")
    summary = load_files(find_deliveries([source], declared=declared)[0], home)
    if not summary.ok or summary.total("landed") != rows:
        raise AssertionError(f"the benchmark's own file did not land whole: {summary.outcomes}")


if __name__ == "__main__":
    print(landing_rate())
