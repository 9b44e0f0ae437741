"""Measurements that the project promises, each against a yardstick of the same machine in the same run."""

from __future__ import annotations

import json
import resource
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ..dbt_plugin import spatial_extension
from ..dbt_run import run_dbt
from ..deliveries import Declared, find_deliveries
from ..hashing import literal
from ..home import PROJECT, Home
from ..layouts import Seeds
from ..load import load_files

# The same words as real payments, as many different suppliers, a few amounts with a comma and quotes.
PAYMENTS = """
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
        duckdb.connect().execute(f"copy ({PAYMENTS}) to '{source}' (header)", [rows])
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


@dataclass(frozen=True)
class BuildOverhead:
    """What dbt adds to a node's own SQL; seconds, except where it says milliseconds."""

    nodes: int
    build: float
    start: float
    sql: float

    @property
    def per_node(self) -> float:
        """Milliseconds a node that are neither dbt's start nor DuckDB's work."""
        return max(0.0, self.build - self.start - self.sql) / self.nodes * 1000

    @property
    def passes(self) -> bool:
        return self.per_node < 30

    def __str__(self) -> str:
        return (
            f"dbt build of the sample {self.build:.1f} s for {self.nodes} models and tests, of which start "
            f"{self.start:.1f} s and the same SQL by itself {self.sql:.1f} s: "
            f"{self.per_node:.0f} ms a node (under 30)"
        )


def build_overhead(folder: Path | None = None) -> BuildOverhead:
    """A dbt build of the sample's models and tests against DuckDB running the very same statements by itself.

    Both on two threads' worth of data that is small, so that what dbt adds shows. dbt's start is a build
    that selects nothing. Writes below `folder`, and leaves nothing there.
    """
    scratch = Path(tempfile.mkdtemp(prefix="citymart-bench-", dir=folder))
    try:
        home = Home.at(scratch / "home")
        load_files(find_deliveries([PROJECT / "sample"])[0], home)
        database = home.build / "dev" / "mart.duckdb"
        run_dbt(home, ["seed"], database=database, use="bench")
        some = ["--exclude-resource-type", "seed", "--exclude-resource-type", "unit_test"]
        build = _timed(lambda: run_dbt(home, ["build", *some], database=database, use="bench"))
        results = json.loads((home.build / "target/bench/run_results.json").read_text())["results"]
        nodes = [node for node in results if node.get("compiled_code")]
        start = _timed(
            lambda: run_dbt(home, ["build", "--select", "extracts", *some], database=database, use="bench")
        )
        return BuildOverhead(len(nodes), build, start, _timed(lambda: _statements(home, nodes, scratch)))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _statements(home: Home, nodes: list[dict], scratch: Path) -> None:
    """Run what dbt ran, in its order, in a copy of its database that has the seeds alone."""
    shutil.copy(home.build / "dev" / "mart.duckdb", scratch / "mart.duckdb")
    with duckdb.connect(str(scratch / "mart.duckdb"), config={"threads": 2}) as connection:
        connection.execute(f"load '{spatial_extension()}'")
        connection.execute(f"set file_search_path = {literal(home.root)}")
        for node in nodes:
            sql = node["compiled_code"]
            if not node["unique_id"].startswith("model."):
                connection.execute(f"select count(*) from ({sql}\n) as failures").fetchall()
            elif _is_view(connection, node["relation_name"]):
                connection.execute(f"create or replace view {node['relation_name']} as ({sql}\n)")
            else:
                connection.execute(f"create or replace table {node['relation_name']} as ({sql}\n)")


def _is_view(connection: duckdb.DuckDBPyConnection, relation: str) -> bool:
    _, schema, name = relation.replace('"', "").split(".")
    found = connection.execute(
        "select 1 from duckdb_views() where schema_name = ? and view_name = ?", [schema, name]
    )
    return found.fetchone() is not None


def main() -> int:
    measured = [landing_rate(), build_overhead()]
    for figure in measured:
        print(f"{'met' if figure.passes else 'MISSED'}: {figure}", flush=True)
    return 0 if all(figure.passes for figure in measured) else 1


if __name__ == "__main__":
    raise SystemExit(main())
