"""Whether everything is as it was: every hash from what landed to what was handed out, worked out anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..backups import ABOUT, PARTIAL, Backup
from ..folders import SUMS
from ..hashing import file_sha256
from ..home import Home

AGAIN = "`citymart publish --rollback` gives readers the one before, `citymart publish` makes it anew"


def below(home: Home, path: Path) -> str:
    """A file of the home as it is told of: by its way from there."""
    return path.relative_to(home.root).as_posix()


@dataclass(frozen=True)
class Fault:
    """Something that is not as it was: a file (below the home), what is wrong with it, and what to do."""

    where: str
    what: str
    do: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.do}"


@dataclass
class Seen:
    """What was looked at, and what was found. `counts` are of things by their name; `bytes` were hashed."""

    counts: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What is worth knowing and no fault."""

    def add(self, other: Seen) -> None:
        self.counts += other.counts
        self.bytes += other.bytes
        self.faults += other.faults
        self.notes += other.notes

    def fault(self, where: str, what: str, do: str) -> None:
        self.faults.append(Fault(where, what, do))

    def hashed(self, path: Path) -> None:
        self.bytes += path.stat().st_size


@dataclass
class Verified:
    """All parts of a home, by their names in the order of the way: landing, people, published, exports."""

    parts: dict[str, Seen]

    @property
    def faults(self) -> list[Fault]:
        return [fault for seen in self.parts.values() for fault in seen.faults]

    @property
    def notes(self) -> list[str]:
        return [note for seen in self.parts.values() for note in seen.notes]

    @property
    def bytes(self) -> int:
        return sum(seen.bytes for seen in self.parts.values())

    def document(self) -> dict[str, Any]:
        return {
            "is_as_it_was": not self.faults,
            "faults": [asdict(fault) for fault in self.faults],
            "notes": self.notes,
            "looked_at": {
                name: {"bytes": seen.bytes, **seen.counts, "faults": len(seen.faults)}
                for name, seen in self.parts.items()
            },
        }


def verify(
    home: Home,
    release: str | None = None,
    *,
    sources: Path | None = None,
    note: Callable[[str], None] = lambda _: None,
) -> Verified:
    """Look at everything in a home; nothing is changed. `release` is the id of one, `all`, or None for the
    current one; `sources` a folder with files as they were sent.

    Raises `UsageError` for a release that is not kept.
    """
    from . import given, landing, people, published

    chosen: Sequence[str] = published.chosen(home, release)
    note("reading what has landed …")
    parts = {"landing": landing.look(home, sources=sources, note=note), "people": people.look(home)}
    note("reading what is published …")
    parts["published"] = published.look(home, chosen)
    told = {fault.where for fault in parts["landing"].faults}
    # A receipt that is not what its release was made of, where that is told already.
    parts["published"].faults = [each for each in parts["published"].faults if each.where not in told]
    parts["exports"] = given.folders(home, None if release == "all" else chosen)
    if (home.root / ABOUT).is_file():
        parts["backup"] = _backup(home)
    return Verified(parts)


def _backup(home: Home) -> Seen:
    """A home that is a backup: all of its files, by the hashes that it was finished with."""
    seen, backup = Seen(), Backup.at(home.root)
    if not backup.is_whole:
        seen.fault(PARTIAL, "is there: the backup was not finished", "run `citymart backup` again")
    for name, digest in backup.sums.items():
        path = home.root / name
        if not path.is_file():
            seen.fault(name, f"is missing, and stands in {SUMS}", "run `citymart backup` again")
            continue
        seen.counts["files"] += 1
        seen.hashed(path)
        if file_sha256(path) != digest:
            seen.fault(
                name, f"its SHA-256 is not the one in {SUMS}", "remove it and run `citymart backup` again"
            )
    return seen
