"""A city from nothing: borough by borough its truth, and what its offices send of it."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from ..errors import UsageError
from ..layouts import Seeds
from . import addresses, chance, macros
from .delivery import Folders, Office, Sent
from .dirt import Dirt
from .plan import PLAN, Plan
from .records import Month, earlier
from .spec import Subject

MARK = ".citymart-sample.json"
MEMORY = "1000MB"


@dataclass(frozen=True)
class Request:
    """What is asked for. `boroughs` are whatever `build` takes, each with a `provider_code`."""

    out: Path
    truth: Path
    boroughs: Sequence[Any]
    scale: float
    seed: int
    as_of: date
    months: int
    subjects: Sequence[str]
    boundaries: Path | None
    dirt: Dirt
    plan: Path = PLAN


@dataclass
class Made:
    """What was made."""

    sent: list[Sent] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    """Subjects that were not made because real data takes their place."""
    seconds: float = 0.0

    @property
    def files(self) -> list[Sent]:
        return [sent for sent in self.sent if sent.file]

    @property
    def left_out(self) -> list[Sent]:
        return [sent for sent in self.sent if not sent.file]


@dataclass(frozen=True)
class Truth:
    """Who makes the truth of a borough, who keeps it, and the SQL macros that go with it."""

    build: Callable[..., None]
    write: Callable[..., None]
    macros: Callable[[duckdb.DuckDBPyConnection, int], None] = lambda _con, _seed: None


@dataclass
class Watcher:
    begin: Callable[[str, int, int], None] = lambda _borough, _at, _of: None
    subject: Callable[[str, str], None] = lambda _borough, _subject: None


def make_city(
    request: Request, subjects: dict[str, Subject], truth: Truth, watcher: Watcher | None = None
) -> Made:
    """Writes `request.out` and `request.truth`, both whole or neither.

    `subjects` are all there are; `request.subjects` those asked for. Raises `UsageError` when either folder
    has something in it that no earlier run has made, `SpecError` for a subject's file that does not work.
    """
    watcher = watcher or Watcher()
    begun = time.monotonic()
    made = Made()
    wanted = [subjects[each] for each in request.subjects]
    for subject in [each for each in wanted if each.skip_with == "boundaries" and request.boundaries]:
        wanted.remove(subject)
        made.skipped.append(subject.name)
    months = [
        Month(earlier(request.as_of, request.months - 1 - at), at, request.months)
        for at in range(request.months)
    ]
    with _beside(request.truth) as truth_folder, _beside(request.out) as out:
        office = Office(
            Folders(out, truth_folder),
            Plan(subjects, request.months, request.plan),
            request.dirt,
            request.seed,
            months,
            _provider_names(),
        )
        scratch = out / ".scratch"
        for at, borough in enumerate(request.boroughs):
            code = borough.provider_code
            watcher.begin(code, at, len(request.boroughs))
            with _connection(scratch, request.seed) as con:
                truth.macros(con, request.seed)
                truth.build(
                    con,
                    borough,
                    scale=request.scale,
                    seed=request.seed,
                    as_of=request.as_of,
                    months=request.months,
                    boundaries=request.boundaries,
                )
                truth.write(con, truth_folder, code)
                addresses.prepare(con)
                for subject in _with_needs(wanted, subjects):
                    office.derive(con, subject, code)
                for subject in wanted:
                    watcher.subject(code, subject.name)
                    office.deliver(con, subject, code)
        office.close()
        shutil.rmtree(scratch, ignore_errors=True)
        made.sent = office.sent
    made.seconds = time.monotonic() - begun
    return made


def _with_needs(wanted: Sequence[Subject], subjects: dict[str, Subject]) -> list[Subject]:
    """The subjects whose truth is to be derived, each after those that it needs."""
    found: dict[str, Subject] = {}

    def take(subject: Subject) -> None:
        if subject.name not in found:
            for need in subject.needs:
                take(subjects[need])
            found[subject.name] = subject

    for subject in wanted:
        take(subject)
    return list(found.values())


@contextmanager
def _connection(scratch: Path, seed: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of one borough, in memory and, where that is too little, in the scratch folder."""
    scratch.mkdir(exist_ok=True)
    with duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(scratch)}) as con:
        con.execute("set enable_progress_bar = false")
        macros.register(con)
        chance.register(con, seed)
        yield con


def _provider_names() -> dict[str, tuple[str, str]]:
    """Provider code → its name and the last digits of its GSS code."""
    rows = Seeds().rows("market/providers.csv")
    return {row["provider_code"]: (row["provider_name"], row["gss_code"][-4:] or "9999") for row in rows}


# -- folders --------------------------------------------------------------------------------------


def check_folders(out: Path, truth: Path) -> None:
    """Raises `UsageError` where a folder must not be replaced."""
    for folder in (out, truth):
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise UsageError(f"{str(folder)!r} is not a folder; name a folder that is not there yet.")
        if not is_free(folder):
            raise UsageError(
                f"{str(folder)!r} is not empty and was not made by `citymart sample`; name another folder."
            )
    inner, outer = truth.absolute(), out.absolute()
    if inner == outer or outer in inner.parents or inner in outer.parents:
        raise UsageError(
            "The truth must lie beside the output, not in it nor around it: the mart must never read it."
        )


def is_free(folder: Path) -> bool:
    """Whether a folder is not there, is empty, or was made by an earlier run."""
    return not folder.exists() or (folder / MARK).is_file() or not any(folder.iterdir())


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A new folder beside `folder` that takes its place at the end, unless something goes wrong before."""
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    _clear_left_behind(folder)
    new = folder.with_name(f".{folder.name}.{os.getpid()}.new")
    new.mkdir()
    (new / MARK).write_text(json.dumps({"made_by": "citymart sample"}) + "\n")
    try:
        yield new
        if not is_free(folder):
            raise UsageError(
                f"{str(folder)!r} has been filled by somebody else meanwhile; name another folder."
            )
        old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
        if (folder / MARK).is_file():
            folder.rename(old)
        elif folder.exists():
            folder.rmdir()
        new.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _clear_left_behind(folder: Path) -> None:
    """What a run that was killed has left: folders of ours whose process is gone."""
    for left in folder.parent.glob(f".{folder.name}.*.new"):
        process = left.name.rsplit(".", 2)[1]
        if (left / MARK).is_file() and process.isdigit() and not _runs(int(process)):
            shutil.rmtree(left, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
