"""The whole road on a generated city: what each step costs.

`SCALE=0.1 BOROUGHS=all MONTHS=3 python -m citymart.bench.city [FOLDER]` prints a table and writes
`bench-city.json` into FOLDER (else a temporary folder, which is removed). Scale 1.0 is London.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from ..home import PROJECT
from ..sample.truth import boroughs

CITYMART = (sys.executable, "-m", "citymart")
AS_OF = "2026-10-01"
LAYERS = ("staging", "conformed", "marts", "market", "restricted")


@dataclass(frozen=True)
class Step:
    """One step of the road: seconds by the clock and of all cores, rows and bytes handled, peak MB."""

    name: str
    seconds: float
    cpu_seconds: float
    rows: int
    bytes: int
    peak_memory: float

    def line(self) -> str:
        return (
            f"{self.name:<9}{self.seconds:>8.1f} s{self.rows:>13,} rows"
            f"{self.rows / self.seconds:>11,.0f} rows/s{self.bytes / 1e6 / self.seconds:>7.1f} MB/s"
            f"{self.peak_memory:>7,.0f} MB"
        )


def generate(folder: Path, *, scale: str, boroughs: str, months: str) -> Step:
    """A city in `folder`/extracts, its truth beside it. Raises `RuntimeError` when it fails."""
    extracts = folder / "extracts"
    command = [
        *(*CITYMART, "sample", "--boroughs", boroughs, "--scale", scale, "--seed", "7"),
        *("--as-of", AS_OF, "--months", months, str(extracts)),
    ]
    used = run(command, folder / "home", may_refuse=False)
    (rows,) = duckdb.execute(
        "select count(*) from read_parquet(?, union_by_name = true)",
        [f"{extracts}-truth/printed/*/*/*.parquet"],
    ).fetchone()
    return Step("generate", *used[:2], rows, _size(extracts), used[2])


def measure(folder: Path, *, scale: str, boroughs: str, months: str) -> list[Step]:
    """Generate, load, build, test and publish a city below `folder`; every step in a process of its own.

    Raises `RuntimeError` with a step's last lines when it fails.
    """
    extracts, home = folder / "extracts", folder / "home"
    database = home / "build" / "dev" / "mart.duckdb"
    dbt = [sys.executable, "-c", "from dbt.cli.main import cli; cli()", "--quiet"]
    steps = [generate(folder, scale=scale, boroughs=boroughs, months=months)]
    print(steps[0].line(), flush=True)

    def step(name: str, command: Sequence[str], measured) -> None:
        used = run(command, home, may_refuse=name == "load")
        rows, size = measured()
        steps.append(Step(name, *used[:2], rows, size, used[2]))
        print(steps[-1].line(), flush=True)

    step("load", [*CITYMART, "load", str(extracts)], lambda: (_landed(home), _size(extracts)))
    step("seed", [*dbt, "seed"], lambda: (_rows(database, ("seeds",)), 0))
    step("build", [*dbt, "run"], lambda: (_rows(database), database.stat().st_size))
    step(
        "test",
        [*dbt, "test", "--exclude", "test_type:unit"],
        lambda: (_rows(database), database.stat().st_size),
    )
    published = home / "published" / "current" / "city_data_mart.duckdb"
    step(
        "publish",
        [*CITYMART, "publish"],
        lambda: (_rows(published, ("marts", "market")), published.stat().st_size),
    )
    return steps


def run(command: Sequence[str], home: Path, *, may_refuse: bool = False) -> tuple[float, float, float]:
    """Seconds by the clock, seconds of all cores and peak megabytes of a command in a process of its own.

    Raises `RuntimeError` with its last lines when it fails; status 1 is none where it `may_refuse`.
    """
    environment = os.environ | {
        "PYTHONPATH": str(PROJECT / "scripts"),
        "CITYMART_HOME": str(home),
        "DO_NOT_TRACK": "1",
    }
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=said, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begun
        code = os.waitstatus_to_exitcode(status)
        child.returncode = code
        if code and not (may_refuse and code == 1):
            said.seek(0)
            last = said.read().decode(errors="replace").splitlines()[-15:]
            raise RuntimeError(f"{' '.join(command[-4:])} ended with {code}:\n" + "\n".join(last))
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e3


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _landed(home: Path) -> int:
    receipts = str(home / "landing/*/*/*.json")
    (rows,) = duckdb.execute(
        "select coalesce(sum(landed_rows), 0)::bigint from read_json(?, columns = {landed_rows: 'bigint'})",
        [receipts],
    ).fetchone()
    return rows


def _rows(
    database: Path, schemas: Sequence[str] = ("staging", "conformed", "marts", "market", "restricted")
) -> int:
    with duckdb.connect(str(database), read_only=True) as mart:
        (rows,) = mart.execute(
            "select coalesce(sum(estimated_size), 0)::bigint from duckdb_tables()"
            " where list_contains(?, schema_name)",
            [list(schemas)],
        ).fetchone()
    return rows


def main(arguments: Sequence[str] = ()) -> int:
    folder = Path(arguments[0]) if arguments else Path(tempfile.mkdtemp(prefix="citymart-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "scale": os.environ.get("SCALE", "0.1"),
        "boroughs": os.environ.get("BOROUGHS", "all"),
        "months": os.environ.get("MONTHS", "3"),
    }
    print("a city of scale {scale}, boroughs {boroughs}, {months} months".format(**settings), flush=True)
    try:
        steps = measure(folder, **settings)
        document = {**settings, "steps": [asdict(step) for step in steps]}
        (folder / "bench-city.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        good = _generates_in_time(steps[0], "this city")
        # Most of a small city's time is what a statement costs: the largest borough, whole, tells the rest.
        largest = max(boroughs(), key=lambda borough: borough.share).provider_code
        whole = generate(folder / "whole", scale="1.0", boroughs=largest, months=settings["months"])
        return 0 if _generates_in_time(whole, f"{largest} at scale 1.0") and good else 1
    except RuntimeError as error:
        print(f"MISSED: {error}", file=sys.stderr)
        return 1
    finally:
        if not arguments:
            shutil.rmtree(folder, ignore_errors=True)


def _generates_in_time(step: Step, what: str) -> bool:
    rate = step.rows / step.cpu_seconds * 60
    good = rate >= 1e6 and step.peak_memory < 2000
    print(
        f"{'met' if good else 'MISSED'}: {what}: {rate:,.0f} rows a minute and core (at least 1,000,000),"
        f" peak memory {step.peak_memory:,.0f} MB (under 2,000)",
        flush=True,
    )
    return good


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
