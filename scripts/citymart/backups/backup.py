"""Putting aside what can't be made again: only what is new or another is copied."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO

from .. import at_rest
from ..disk import written_anew
from ..errors import UsageError
from ..folders import SUMS
from ..hashing import file_sha256
from ..home import PROJECT, Home
from ..landing import holding, read_receipt
from ..lock import build_lock
from ..publishing import code_version
from ..sharing.release import ACCESS_LOG
from . import ABOUT, DECISIONS, PARTIAL, RELEASES, Backup, state

BLOCK = 1 << 20


@dataclass
class BackedUp:
    """What was done: `files` of so many `bytes` are in the backup, of which some were `copied`."""

    folder: Path
    files: int = 0
    bytes: int = 0
    copied: int = 0
    copied_bytes: int = 0
    removed: int = 0
    damaged: list[str] = field(default_factory=list)
    """Files of the home that are not what their receipts say; an earlier copy of them stays."""
    gone: list[str] = field(default_factory=list)
    """Files that are in the backup, and in the home no more though nothing there should go; they stay."""


def back_up(
    home: Home,
    folder: Path,
    *,
    releases: bool = False,
    project: Path = PROJECT,
    note: Callable[[str], None] = lambda _: None,
) -> BackedUp:
    """Make a folder a backup of the home, or bring it up to date; the load that is under way ends first.

    What was killed is finished by running it again. Raises `UsageError` for a folder that holds anything
    else, or another home's backup; `CityMartError` where releases are asked for while one is built.
    """
    folder = folder.expanduser().resolve()
    before = _fits(home, folder)
    with build_lock(home, "backup") if releases else nullcontext(), holding(home, note):
        folder.mkdir(parents=True, exist_ok=True)
        # It holds what the home holds of people.
        folder.chmod(0o700)
        with open(folder / PARTIAL, "a", encoding="utf-8") as journal:
            run = _Run(folder, before.sums | before.since if before else {}, journal)
            for name in state(home, releases=releases):
                run.keep(home.root / name, name)
            for name in DECISIONS:
                if (project / name).is_file():
                    run.keep(project / name, name)
            run.clear(releases=releases)
        # All at once, and before the hashes vouch for it.
        os.sync()
        with written_anew(folder / SUMS) as path:
            lines = (f"{run.sums[name]}  {name}\n" for name in sorted(run.sums))
            path.write_text("".join(lines), encoding="utf-8")
        link = home.published / "current"
        about = {
            "about": "A backup of a city data mart: see docs/operate.md.",
            "backup_version": 1,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "home": str(home.root),
            "code": code_version(project),
            "current": link.readlink().name if link.is_symlink() else None,
        }
        with written_anew(folder / ABOUT) as path:
            path.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
        (folder / PARTIAL).unlink()
    run.done.files = len(run.sums)
    run.done.bytes = sum((folder / name).stat().st_size for name in run.sums)
    return run.done


def _fits(home: Home, folder: Path) -> Backup | None:
    """The backup that is in the folder already; None where the folder is new or empty."""
    if folder.is_relative_to(home.root) or home.root.is_relative_to(folder):
        raise UsageError(f"{folder} and the home {home.root} lie in each other: name a folder elsewhere")
    if next(state(home), None) is None:
        raise UsageError(f"there is nothing in {home.root} to back up: `citymart load` is the first step")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file: name a folder")
    if not folder.is_dir() or not any(folder.iterdir()):
        return None
    try:
        before = Backup.at(folder)
    except UsageError:
        raise UsageError(
            f"{folder} holds something else than a backup: name a new or an empty folder"
        ) from None
    if before.about.get("home") not in (None, str(home.root)):
        # A home that was moved, or restored elsewhere, has what its backup has; another home has not.
        receipts = [name for name in before.sums if name.startswith("landing/") and name.endswith(".json")]
        if not all((home.root / name).exists() for name in receipts if "@" not in name):
            raise UsageError(
                f"{folder} is a backup of {before.about['home']}, and {home.root} has not what it has: name"
                " another folder"
            )
    return before


class _Run:
    """One run: what is known of the folder, and what it will vouch for."""

    def __init__(self, folder: Path, known: dict[str, str], journal: IO[str]) -> None:
        self.folder, self.known, self.journal = folder, known, journal
        self.sums: dict[str, str] = {}
        self.done = BackedUp(folder)

    def keep(self, source: Path, name: str) -> None:
        """Put a file in the folder, unless it is there already."""
        target = self.folder / name
        here, there = source.stat(), target.stat() if target.is_file() and name in self.known else None
        if there and there.st_size == here.st_size:
            # As rsync has it: a file of the same size and time is the same file.
            is_same = there.st_mtime_ns == here.st_mtime_ns
            if is_same or file_sha256(source) == self.known[name]:
                self.sums[name] = self.known[name]
                os.utime(target, ns=(here.st_atime_ns, here.st_mtime_ns))
                return
        vouched = _vouched(source, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}.copying")
        try:
            with _opened(source, name) as read, open(fresh, "wb") as write:
                digest = copied(read, write)
            if vouched and digest != vouched:
                self.done.damaged.append(name)
                if there:
                    self.sums[name] = self.known[name]
                return
            shutil.copystat(source, fresh)
            # Said before it is there: whichever of the two a killed run leaves can be told.
            self.journal.write(f"{digest}  {name}\n")
            self.journal.flush()
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)
        self.sums[name] = digest
        self.done.copied += 1
        self.done.copied_bytes += target.stat().st_size

    def clear(self, *, releases: bool) -> None:
        """What the home has no more: what may go is removed, what was lost stays and is told."""
        for name in sorted(self.known.keys() - self.sums.keys()):
            path = self.folder / name
            is_release = name.startswith(f"{RELEASES}/")
            may_go = (
                (is_release and releases)
                or name.endswith(("@withdrawn.json", ".said"))
                or path.parent.name == "rejects"
                or name in (at_rest.MARK, *DECISIONS)
            )
            if not path.is_file():
                continue
            if may_go:
                path.unlink()
                self.done.removed += 1
                continue
            self.sums[name] = self.known[name]
            if not is_release:
                self.done.gone.append(name)


def copied(read: IO[bytes], write: IO[bytes]) -> str:
    """Copies all that is to be read; its SHA-256."""
    digest = hashlib.sha256()
    while block := read.read(BLOCK):
        digest.update(block)
        write.write(block)
    return digest.hexdigest()


def _opened(source: Path, name: str) -> IO[bytes]:
    if name != ACCESS_LOG:
        return open(source, "rb")
    data = source.read_bytes()
    # A publish may be writing the last line.
    return BytesIO(data[: data.rfind(b"\n") + 1])


def _vouched(source: Path, name: str) -> str | None:
    """The hash that the receipt of a landed file has of it, where there is one."""
    if not name.startswith("landing/") or source.suffix != ".parquet":
        return None
    is_rejects = source.parent.name == "rejects"
    folder = source.parent.parent if is_rejects else source.parent
    receipt = read_receipt(folder / f"{source.stem}.json") or {}
    return receipt.get("rejects_sha256" if is_rejects else "landing_sha256")
