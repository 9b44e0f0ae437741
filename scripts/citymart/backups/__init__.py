"""What of a home can't be made again, in a folder beside it: the same tree, with the hash of each file.

`SHA256SUMS` vouches for the files and is written last: `sha256sum -c` reads it. While a backup is under way,
and after one that was killed, `SHA256SUMS.partial` says what was put there since.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..at_rest import MARK
from ..errors import CityMartError, UsageError
from ..folders import SUMS
from ..home import Home
from ..people.forgetting import FOUND_AGAIN
from ..placeholders import NONE
from ..sharing.release import ACCESS_LOG

ABOUT = "backup.json"
PARTIAL = f"{SUMS}.partial"
RELEASES = "published/releases"
DECISIONS = ("seeds/people/person_decisions.csv", "seeds/addresses/address_decisions.csv")
"""What people decided: it lies in the project, and stands for hours of somebody's work."""


@dataclass(frozen=True)
class Backup:
    """A folder with a backup, as it says it is."""

    folder: Path
    about: dict[str, Any]
    sums: dict[str, str]
    """File → SHA-256, of the last backup that was finished."""
    since: dict[str, str]
    """The same, of one that was not; empty where it was."""
    is_whole: bool

    @classmethod
    def at(cls, folder: Path) -> Backup:
        """Raises `UsageError` for a folder that is no backup, `CityMartError` for one that can't be read."""
        if not any((folder / name).exists() for name in (ABOUT, PARTIAL)):
            raise UsageError(f"{folder} is no backup: it has no {ABOUT}")
        try:
            about = json.loads(_text(folder / ABOUT) or "{}")
            sums, since = (dict(_sums(_text(folder / name))) for name in (SUMS, PARTIAL))
        except (OSError, ValueError) as error:
            raise CityMartError(f"{folder} can't be read as a backup: {error}") from None
        return cls(folder, about, sums, since, not (folder / PARTIAL).exists())


def state(home: Home, *, releases: bool = False) -> Iterator[str]:
    """The files that can't be made again, below the home, in an order in which each needs only those before:
    records before their receipts, keys of persons before what became of them.
    """
    landing = [path for path in _files(home.landing, "*/*/**/*") if NONE not in path.parts]
    people = [path for path in _files(home.root / "people", "*") if path.name not in FOUND_AGAIN]
    found = [
        *sorted(landing, key=lambda path: (path.suffix == ".json", path)),
        *sorted(people, key=lambda path: (path.name == "history.parquet", path)),
        *(sorted(_files(home.root / RELEASES, "[!.]*/**/*")) if releases else []),
        *(path for path in (home.root / ACCESS_LOG, home.root / MARK) if path.is_file()),
    ]
    yield from (path.relative_to(home.root).as_posix() for path in found)


def _files(folder: Path, pattern: str) -> Iterator[Path]:
    """Without what is hidden: that is not whole yet."""
    return (path for path in folder.glob(pattern) if path.is_file() and not path.name.startswith("."))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _sums(text: str) -> Iterator[tuple[str, str]]:
    # The last line of one that was killed may be torn.
    for line in text.splitlines(keepends=True):
        digest, _, name = line.partition("  ")
        if name.endswith("\n") and len(digest) == 64:
            yield name[:-1], digest
