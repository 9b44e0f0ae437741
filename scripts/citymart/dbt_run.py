"""dbt in this process: one command against one database file, and its failures in plain words."""

from __future__ import annotations

import errno
import logging
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from citymart import at_rest, lake
from citymart.disk import written_anew
from citymart.errors import CityMartError
from citymart.hashing import literal
from citymart.home import PROJECT, Home
from citymart.lake import Lake
from citymart.layouts import Seeds

PARSED = "partial_parse.msgpack"
UNCHANGED = "UNCHANGED"
"""What macros/materializations/made.sql answers for a node for which there is nothing to do."""
FULL = os.strerror(errno.ENOSPC)
SECONDS_BETWEEN_NOTES = 10
SAID = re.compile(r"citymart\.[\w.]+: (.+)")
# What DuckDB says of a Parquet file that is cut off, is none, or is not there any more.
DAMAGED = ("No magic bytes", "too small to be a Parquet", "No such file", "No files found")


@dataclass(frozen=True)
class Failure:
    """A node that failed, or that warns: a sentence for a stranger, and the query that shows the rows that a
    test has found."""

    node: str
    sentence: str
    query: str | None = None


@dataclass(frozen=True)
class DbtRun:
    """What became of one dbt command."""

    target: Path
    failures: list[Failure] = field(default_factory=list)
    warnings: list[Failure] = field(default_factory=list)
    skipped: int = 0
    models: int = 0
    unchanged: int = 0
    """Of the models: those that were not made again, as nothing has changed that they are made from."""
    tests: int = 0

    @property
    def passed(self) -> bool:
        return not self.failures

    def story(self) -> str:
        unchanged = f" ({self.unchanged} unchanged)" if self.unchanged else ""
        return f"{self.models} models{unchanged} and {self.tests} tests"


def run_dbt(
    home: Home,
    arguments: Sequence[str],
    *,
    database: Path,
    use: str,
    target: Path | None = None,
    project: Path = PROJECT,
    note: Callable[[str], None] = lambda _: None,
    environment: Mapping[str, str] | None = None,
) -> DbtRun:
    """Run `dbt <arguments>` on the database file; its artefacts land in `build/target/<use>`, or `target`.
    `note` is told every few seconds how far it is; dbt finds what else is in `environment`.

    The file's name must be `mart.duckdb`, because DuckDB names a database after its file; or `mart.lake`:
    then the lake of the home is built, and the file says which of its snapshots the build is. When this
    returns no connection to it is open.

    Raises `CityMartError` when dbt can't read the project or can't open the file, `UsageError` for a layout
    row that can't be right: dbt would speak of it in the database's words, minutes later. `CityMartError`,
    too, for a home that is encrypted with another key, or is not and there is one.
    """
    from dbt.cli.main import dbtRunner

    from citymart.people.forgetting import keep_out

    at_rest.begin(home)
    built = Lake.of(home) if database.suffix == lake.POINTER else None
    if built and at_rest.lock():
        raise CityMartError(lake.NOT_ENCRYPTED)
    seeds = Seeds(project / "seeds")
    seeds.check_layouts()
    keep_out(home, seeds=seeds, note=note)
    target = target or home.build / "target" / use
    # What is parsed for one engine is parsed anew for the other.
    parsed, shared = target / PARSED, project / "target" / (f"{lake.TARGET}.{PARSED}" if built else PARSED)
    command = [
        *arguments,
        *("--project-dir", str(project), "--profiles-dir", str(project)),
        *("--target-path", str(target), "--log-path", str(home.root / "logs")),
        *("--log-level", "none", "--log-level-file", "info", "--no-use-colors"),
        "--no-send-anonymous-usage-stats",
        *(("--target", lake.TARGET) if built else ()),
    ]
    if (newest := _newest(parsed, shared)).exists():
        command += ["--partial-parse-file-path", str(newest)]
    said = {
        "CITYMART_HOME": str(home.root),
        "CITYMART_DATABASE": str(database),
        "DO_NOT_TRACK": "1",
        at_rest.NAMED: at_rest.NAME if at_rest.lock() else "",
        **(environment or {}),
    }
    with _environment(said), _silent_log():
        try:
            outcome = dbtRunner(callbacks=[_Progress(note)]).invoke(command)
        finally:
            _close_adapter()
    _share(parsed, shared)
    if isinstance(outcome.exception, KeyboardInterrupt):
        raise outcome.exception
    results = getattr(outcome.result, "results", None)
    messages = [str(outcome.exception), *(result.message or "" for result in results or [])]
    is_short = results is None and shutil.disk_usage(home.root).free < 1 << 20
    if is_short or any(FULL in message for message in messages):
        # Whatever else has failed then failed of it, such as a database that was cut off in its making.
        raise disk_is_full(home)
    if results is None:
        raise CityMartError(_not_started(outcome.exception, home))
    if built:
        lake.point(database, built)
    return _summary(target, results)


def disk_is_full(home: Home) -> CityMartError:
    return CityMartError(f"the disk of {home.root} is full: make room and run the same command again")


def _newest(*paths: Path) -> Path:
    """Of what dbt has parsed: it parses anew only files that have changed since."""
    return max(paths, key=lambda path: path.stat().st_mtime if path.exists() else 0)


def _share(parsed: Path, shared: Path) -> None:
    """What was parsed for a home saves the next home the time: nothing in it is of the home."""
    if _newest(parsed, shared) == shared or not parsed.exists():
        return
    try:
        with written_anew(shared) as fresh:
            shutil.copyfile(parsed, fresh)
    except OSError:
        # The project may be read-only to whom the home belongs.
        return


class _Progress:
    """Listens to dbt's events, and tells every few seconds how many nodes are done."""

    def __init__(self, note: Callable[[str], None]):
        self.note, self.nodes, self.done = note, 0, set()
        self.begun = self.told = time.monotonic()

    def __call__(self, event: Any) -> None:
        if event.info.name == "ConcurrencyLine":
            self.nodes = event.data.node_count
        # Unit tests are not among the nodes that dbt counts.
        elif event.info.name == "NodeFinished" and event.data.node_info.resource_type != "unit_test":
            self.done.add(event.data.node_info.unique_id)
            now = time.monotonic()
            if now - self.told >= SECONDS_BETWEEN_NOTES:
                self.told = now
                done = f"{len(self.done):,} of {self.nodes:,} models and tests"
                self.note(f"  {done}, {now - self.begun:.0f} s")


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _silent_log() -> Iterator[None]:
    """A log that can't be written (the disk is full) says so on the terminal, a traceback a line."""
    before = logging.raiseExceptions
    logging.raiseExceptions = False
    try:
        yield
    finally:
        logging.raiseExceptions = before


def _close_adapter() -> None:
    """The adapter keeps the database open for the next run in this process, which may want another file."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import reset_adapters

    environment = DuckDBConnectionManager._ENV
    if environment is not None:
        environment.close()
    DuckDBConnectionManager.close_all_connections()
    reset_adapters()


def _summary(target: Path, results: Sequence[Any]) -> DbtRun:
    failures, warnings = [], []
    kinds = [str(result.node.resource_type) for result in results]
    responses = [getattr(result, "adapter_response", None) or {} for result in results]
    for result in results:
        status = str(result.status)
        if status in ("error", "fail", "runtime error"):
            failures.append(_failure(result))
        elif status == "warn":
            warnings.append(_test_failure(result))
    return DbtRun(
        target=target,
        failures=failures,
        warnings=warnings,
        skipped=sum(str(result.status) == "skipped" for result in results),
        models=sum(kind in ("model", "seed") for kind in kinds),
        unchanged=sum(said.get("_message") == UNCHANGED for said in responses),
        tests=sum(kind in ("test", "unit_test") for kind in kinds),
    )


def _failure(result: Any) -> Failure:
    node = result.node
    kind = str(node.resource_type)
    message = _plain(result.message)
    if str(result.status) == "fail" and kind == "test":
        return _test_failure(result)
    if kind == "unit_test":
        model = getattr(node, "tested_node_unique_id", None) or getattr(node, "model", "")
        what = f"the unit test “{_words(node.name)}” of {model.rsplit('.', 1)[-1]} does not hold: {message}"
        return Failure(node.name, f"{what} ({node.original_file_path})")
    if "landing/" in message and any(sign in message for sign in DAMAGED):
        message += "; what has landed is damaged or gone: load what was sent once more"
    return Failure(node.name, f"{kind} {node.name} could not be built: {message} ({node.original_file_path})")


def _test_failure(result: Any) -> Failure:
    return Failure(result.node.name, _test_sentence(result), getattr(result.node, "compiled_code", None))


def with_examples(
    home: Home, database: Path, failures: Sequence[Failure], limit: int = 3
) -> list[dict[str, Any]]:
    """Each failure with up to three of the rows that its test has found, as text."""
    if not database.exists() or not failures:
        return [{"node": f.node, "sentence": f.sentence, "examples": []} for f in failures]
    told = []
    with at_rest.opened(database) as con:
        # The views of a build name what has landed from the home on.
        con.execute(f"set file_search_path = {literal(home.root)}")
        for failure in failures:
            examples: list[dict[str, str]] = []
            if failure.query:
                try:
                    found = con.execute(f"select * from ({failure.query}) limit {limit}")
                    names = [column[0] for column in found.description]
                    examples = [dict(zip(names, map(str, row), strict=True)) for row in found.fetchall()]
                except duckdb.Error:
                    # What the test reads is not in this database: the sentence stands alone.
                    examples = []
            told.append({"node": failure.node, "sentence": failure.sentence, "examples": examples})
    return told


def sentences(told: Sequence[dict[str, Any]], prefix: str) -> list[str]:
    """Lines for a terminal: each sentence behind `prefix`, and its examples."""
    lines = []
    for failure in told:
        lines.append(f"{prefix}: {failure['sentence']}")
        for example in failure["examples"]:
            lines.append("    " + ", ".join(f"{name}={value}" for name, value in example.items())[:300])
    return lines


def _test_sentence(result: Any) -> str:
    node = result.node
    about = (getattr(node, "description", "") or "").strip().rstrip(".")
    said = f" {about}." if about else ""
    return f"{_claim(node, result.failures or 0)}.{said} The test is in {node.original_file_path}"


# The tests that dbt brings along say nothing of themselves; those of the project have a sentence for a name.
CLAIMS = {
    "not_null": "{column} is null in {rows}",
    "unique": "{column} is not unique: {values} more than once",
    "relationships": "{column} has no match in {to} for {rows}",
    "accepted_values": "{column} holds what is not on its list: {values}",
}


def _claim(node: Any, count: int) -> str:
    rows = f"{count:,} row{'s' if count != 1 else ''}"
    metadata = getattr(node, "test_metadata", None)
    claim = CLAIMS.get(metadata.name) if metadata else None
    if claim is None:
        return f"“{_words(node.name)}” does not hold in {rows}"
    model = (getattr(node, "attached_node", None) or "").rsplit(".", 1)[-1]
    to = re.sub(r"""ref\(['"](\w+)['"]\)""", r"\1", str(metadata.kwargs.get("to", "")))
    column = f"{model}.{metadata.kwargs.get('column_name', '')}"
    return claim.format(column=column, rows=rows, to=to, values=f"{count:,} value{'s' if count != 1 else ''}")


def _words(name: str) -> str:
    return re.sub(r"^assert_", "", name).replace("__", " ").replace("_", " ").strip()


def _plain(message: str | None, limit: int = 600) -> str:
    """dbt's message in one line, without the line that repeats the node's name."""
    lines = [line.strip() for line in (message or "").splitlines()]
    # A model in Python fails with a traceback: what it says for people stands at its end.
    lines = [said[1] for line in lines if (said := SAID.match(line))] or lines
    kept = [
        line for line in lines if line and not re.match(r"(Runtime|Database|Compilation) Error in ", line)
    ]
    text = " ".join(kept)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _not_started(exception: BaseException | None, home: Home) -> str:
    text = _plain(str(exception)) if exception else "it gave no reason"
    if "Could not set lock" in text or "Conflicting lock" in text:
        holder = re.search(r"PID (\d+)", text)
        who = f"process {holder[1]}" if holder else "another process"
        return f"the database is open in {who}: close it there and run the same command again"
    if "not a valid DuckDB database" in text or "Corrupt database" in text:
        return f"the database of the build is damaged: remove {home.build} and run the same command ({text})"
    return f"dbt could not start: {text} (more in {home.root / 'logs' / 'dbt.log'})"
