"""The candidate: the database that a publish builds in, kept in `build/candidate` for the next publish.

So that what has not changed since is not made again (macros/materializations). One that failed its tests lies
in `build/failed` until the next publish goes on with it. In a lake a candidate is but a pointer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from citymart import at_rest, lake
from citymart.dbt_manifest import Manifest
from citymart.dbt_run import Failure, with_examples
from citymart.errors import CityMartError
from citymart.hashing import tables
from citymart.home import Home
from citymart.releases import remove

NAME = "mart"
FAILURES = "failures.json"


def candidate_folder(home: Home) -> Path:
    return home.build / "candidate"


def failed_folder(home: Home) -> Path:
    return home.build / "failed"


def failed_candidate(home: Home) -> Path:
    """The candidate that the last publish has built, where it failed."""
    in_lake = failed_folder(home) / f"{NAME}{lake.POINTER}"
    return in_lake if in_lake.exists() else in_lake.with_suffix(".duckdb")


def take_up(home: Home, *, in_lake: bool, anew: bool, note: Callable[[str], None]) -> Path:
    """Where to build: in the candidate of the last publish if there is one that can be read, else in a new
    file, as also when all is to be made `anew`.
    """
    folder, failed = candidate_folder(home), failed_candidate(home)
    candidate = folder / f"{NAME}{lake.POINTER if in_lake else '.duckdb'}"
    if not in_lake and not anew:
        if failed.suffix == candidate.suffix and failed.exists():
            remove(folder)
            folder.mkdir(parents=True)
            failed.replace(candidate)
        if candidate.exists():
            try:
                at_rest.opened(candidate).close()
                return candidate
            except (duckdb.Error, CityMartError):
                note("the last candidate can't be read: all is built anew")
    remove(folder)
    folder.mkdir(parents=True)
    return candidate


def keep_failed(home: Home, candidate: Path, failures: Sequence[Failure]) -> list[dict[str, Any]]:
    """Put a candidate that failed where it can be looked at, and write down why, with examples."""
    folder = failed_folder(home)
    remove(folder)
    candidate.parent.replace(folder)
    told = with_examples(home, failed_candidate(home), failures)
    story = {"failed_at": datetime.now(UTC).isoformat(timespec="seconds"), "failures": told}
    at_rest.write_text(folder / FAILURES, json.dumps(story, indent=2, ensure_ascii=False))
    return told


def last_failure(home: Home) -> dict[str, Any] | None:
    """When and why the last publish failed, or None when it did not."""
    try:
        return json.loads(at_rest.read_text(failed_folder(home) / FAILURES))
    except (OSError, ValueError):
        return None


def drop_what_is_no_more(candidate: Path, built: Manifest, schemas: Sequence[str]) -> None:
    """Drop tables of the schemas that the project had when the candidate was begun, and has no more."""
    labels = {label for label, _ in built.materialized.values()}
    with at_rest.connect() as con:
        at_rest.attach(con, candidate, "candidate", read_only=False)
        for table in tables(con, "candidate", schemas):
            if table.label not in labels:
                con.execute(f"drop table candidate.{table.sql}")
