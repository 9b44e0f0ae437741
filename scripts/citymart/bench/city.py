"""The whole road on a generated city, and the months after: what each step costs.

`SCALE=0.1 BOROUGHS=all MONTHS=3 python -m citymart.bench.city [FOLDER]` prints a table and writes
`bench-city.json`, `.md` and `.svg` into FOLDER (else a temporary folder, which is removed). Scale 1.0 is
London. Several scales (`SCALE="0.01 0.03 0.1"`) are made one after the other, and drawn over each other.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from ..home import PROJECT
from ..sample.truth import boroughs
from . import drawn

CITYMART = (sys.executable, "-m", "citymart")
AS_OF = "2026-10-01"
NEXT = "2026-11-01"
"""The month after, which is held back and refreshed with."""
SUBJECT = "council_tax"
"""Of one borough's of the month after: properties, people and houses in multiple occupation all need it."""
LAYERS = ("staging", "conformed", "marts", "market", "restricted")
PARTS = {
    "matching": ("models/conformed/property/int_address",),
    "linkage": ("models/conformed/people/",),
    "staging": ("models/staging/", "models/landing/"),
    "conformed": ("models/conformed/",),
    "marts": ("models/marts/",),
    "market": ("models/market/",),
    "seeds": ("seeds/",),
}
"""The parts of a build, by the first that a file's name begins with."""


@dataclass(frozen=True)
class Step:
    """One step of the road: seconds by the clock and of all cores, rows and bytes handled, peak MB, and the
    bytes of the home after it.
    """

    name: str
    seconds: float
    cpu_seconds: float
    rows: int
    bytes: int
    peak_memory: float
    disk: int = 0

    def line(self) -> str:
        return (
            f"{self.name:<16}{self.seconds:>8.1f} s{self.rows:>13,} rows"
            f"{self.rows / self.seconds:>11,.0f} rows/s{self.bytes / 1e6 / self.seconds:>7.1f} MB/s"
            f"{self.peak_memory:>7,.0f} MB"
        )


@dataclass
class City:
    """What a city has cost: its steps, seconds of models by part of the build, seconds of each question, and
    the bytes of what was sent and of what is published.
    """

    scale: str
    boroughs: str
    months: str
    steps: list[Step] = field(default_factory=list)
    parts: dict[str, float] = field(default_factory=dict)
    questions: dict[str, float] = field(default_factory=dict)
    sent: int = 0
    published: int = 0

    def seconds(self, name: str) -> float:
        return next(step.seconds for step in self.steps if step.name == name)

    def document(self) -> dict[str, Any]:
        return {**asdict(self), "bars": [{"met": met, "says": says} for met, says in self.bars()]}

    def bars(self) -> list[tuple[bool, str]]:
        """What is aimed at for London (scale 1.0) on two cores and 24 GB, and what it is in this city."""
        full = self.seconds("build") + self.seconds("test")
        month = self.seconds("month: build") / self.seconds("build")
        compared = self.parts["matching"] + self.parts["linkage"]
        share = compared / sum(self.parts.values())
        peak = max(step.peak_memory for step in self.steps) / 1e3
        slowest = max(self.questions, key=self.questions.__getitem__)
        return [
            (full < 90 * 60, f"all built and tested in {full / 60:.1f} minutes (under 90)"),
            (
                share <= 1 / 3,
                f"matching and linkage are {share:.0%} of the models' seconds (at most a third)",
            ),
            (peak < 12, f"peak memory {peak:.1f} GB (under 12)"),
            (
                month < 0.1,
                f"a month more is built in {month:.0%} of the time of the first build (under 10 %)",
            ),
            (
                self.seconds("subject: build") < 60,
                f"one subject of one borough is built in {self.seconds('subject: build'):.0f} s (under 60)",
            ),
            (
                self.questions[slowest] < 1,
                f"{len(self.questions)} questions, the slowest, {slowest}, in {self.questions[slowest]:.2f} s"
                " (under 1)",
            ),
            (
                self.published < 0.6 * self.sent,
                f"the published file is {self.published / self.sent:.2f} of what was sent (under 0.6)",
            ),
        ]

    def verdicts(self) -> list[str]:
        """The bars in words. What a part of London meets is not yet met by London."""
        return [f"{'met' if met else 'MISSED'} at scale {self.scale}: {says}" for met, says in self.bars()]

    def table(self) -> str:
        """The steps and bars in Markdown."""
        lines = [
            f"### Scale {self.scale}, boroughs {self.boroughs}, {self.months} months and one more",
            "",
            "| step | seconds | rows | rows a second | MB a second | peak MB | home, MB |",
            "|---|---|---|---|---|---|---|",
            *(
                f"| {s.name} | {s.seconds:,.1f} | {s.rows:,} | {s.rows / s.seconds:,.0f}"
                f" | {s.bytes / 1e6 / s.seconds:,.1f} | {s.peak_memory:,.0f} | {s.disk / 1e6:,.0f} |"
                for s in self.steps
            ),
            "",
            "Seconds of models: "
            + ", ".join(f"{part} {seconds:,.1f}" for part, seconds in self.parts.items())
            + ".",
            "",
            *(f"- {line}" for line in self.verdicts()),
        ]
        return "\n".join(lines) + "\n"


def generate(folder: Path, *, scale: str, boroughs: str, months: str, as_of: str = AS_OF) -> Step:
    """A city in `folder`/extracts, its truth beside it. Raises `RuntimeError` when it fails."""
    extracts = folder / "extracts"
    command = [
        *(*CITYMART, "sample", "--boroughs", boroughs, "--scale", scale, "--seed", "7"),
        *("--as-of", as_of, "--months", months, str(extracts)),
    ]
    used = run(command, folder / "home", may_refuse=False)
    (rows,) = duckdb.execute(
        "select count(*) from read_parquet(?, union_by_name = true)",
        [f"{extracts}-truth/printed/*/*/*.parquet"],
    ).fetchone()
    return Step("generate", *used[:2], rows, _size(extracts), used[2], _size(extracts))


def measure(folder: Path, *, scale: str, boroughs: str, months: str) -> City:
    """Generate, load, build, test, publish and export a city below `folder`, then build with a month more,
    and with a subject more; every step in a process of its own.

    Raises `RuntimeError` with a step's last lines when it fails.
    """
    city = City(scale, boroughs, months)
    extracts, home = folder / "extracts", folder / "home"
    database = home / "build" / "dev" / "mart.duckdb"
    published = home / "published" / "current" / "city_data_mart.duckdb"

    def say(step: Step) -> None:
        city.steps.append(step)
        print(step.line(), flush=True)

    def step(name: str, command: Sequence[str], measured: Callable[[], tuple[int, int]]) -> None:
        used = run([*CITYMART, *command], home, may_refuse=command[0] == "load")
        rows, size = measured()
        say(Step(name, *used[:2], rows, size, used[2], _size(home)))

    def load(name: str, files: Path) -> None:
        before = _landed(home)
        step(name, ["load", str(files)], lambda: (_landed(home) - before, _size(files)))

    def built() -> tuple[int, int]:
        return _rows(database), database.stat().st_size

    def build(name: str) -> None:
        step(name, ["build", "--no-tests"], built)

    say(generate(folder, scale=scale, boroughs=boroughs, months=str(int(months) + 1), as_of=NEXT))
    month, subject = _hold_back(extracts, folder)
    city.sent = _size(extracts)
    load("load", extracts)
    build("build")
    city.parts = _parts(home / "build" / "target" / "dev" / "run_results.json")
    step("test", ["build", "--no-unit-tests", "--select", "resource_type:test"], built)
    step("publish", ["publish"], lambda: (_rows(published, ("marts", "market")), published.stat().st_size))
    city.published = published.stat().st_size
    city.questions = _questions(published)
    step("export", ["export"], lambda: (_rows(published, ("marts",)), _size(home / "exports")))
    load("month: load", month)
    build("month: build")
    load("subject: load", subject)
    build("subject: build")
    return city


def _hold_back(extracts: Path, folder: Path) -> tuple[Path, Path]:
    """Take what was sent for `NEXT` out of the extracts: the month without, and alone, one subject of one."""
    month, subject = folder / "month", folder / "subject"
    held = sorted(extracts.glob(f"*/*/{NEXT}*"))
    first = next(file.parent for file in held if file.parent.name == SUBJECT)
    for file in held:
        target = (subject if file.parent == first else month) / file.relative_to(extracts)
        target.parent.mkdir(parents=True, exist_ok=True)
        file.rename(target)
    return month, subject


def _parts(run_results: Path) -> dict[str, float]:
    """Seconds of the nodes of a build by part."""
    manifest = json.loads((run_results.parent / "manifest.json").read_text(encoding="utf-8"))
    files = {name: node["original_file_path"] for name, node in manifest["nodes"].items()}
    found = Counter(dict.fromkeys(PARTS, 0.0))
    for result in json.loads(run_results.read_text(encoding="utf-8"))["results"]:
        file = files.get(result["unique_id"], "")
        part = next((part for part, starts in PARTS.items() if file.startswith(starts)), None)
        if part:
            found[part] += result["execution_time"]
    return dict(found)


def _questions(published: Path) -> dict[str, float]:
    """Seconds that each question of `analyses/` takes on the operator's file, the best of three."""
    took = {}
    with duckdb.connect(str(published), read_only=True) as mart:
        for file in sorted((PROJECT / "analyses").glob("*.sql")):
            sql = file.read_text(encoding="utf-8")
            times = []
            for _ in range(3):
                begun = time.perf_counter()
                mart.execute(sql).fetchall()
                times.append(time.perf_counter() - begun)
            took[file.stem] = min(times)
    return took


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
    if not any(home.glob("landing/*/*/*.json")):
        return 0
    receipts = str(home / "landing/*/*/*.json")
    (rows,) = duckdb.execute(
        "select coalesce(sum(landed_rows), 0)::bigint from read_json(?, columns = {landed_rows: 'bigint'})",
        [receipts],
    ).fetchone()
    return rows


def _rows(database: Path, schemas: Sequence[str] = LAYERS) -> int:
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
    settings = {"boroughs": os.environ.get("BOROUGHS", "all"), "months": os.environ.get("MONTHS", "3")}
    cities = []
    good = True
    try:
        for scale in os.environ.get("SCALE", "0.1").split():
            print(f"a city of scale {scale}, boroughs {settings['boroughs']}, {settings['months']} months")
            city = measure(folder / scale, scale=scale, **settings)
            cities.append(city)
            print("\n".join(city.verdicts()), flush=True)
            good &= all(met for met, _ in city.bars())
            good &= _generates_in_time(city.steps[0], "this city")
            _write(folder, cities)
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


def _write(folder: Path, cities: Sequence[City]) -> None:
    documents = [city.document() for city in cities]
    (folder / "bench-city.json").write_text(json.dumps(documents, indent=2) + "\n", encoding="utf-8")
    (folder / "bench-city.md").write_text("\n".join(city.table() for city in cities), encoding="utf-8")
    (folder / "bench-city.svg").write_text(drawn.over_scale(documents), encoding="utf-8")


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
