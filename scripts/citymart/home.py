"""The folder that holds all state of one mart, and the folder that holds the project."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from citymart.errors import UsageError

PROJECT = Path(__file__).resolve().parents[2]
# What quotes, patterns and lists of folders of DuckDB are made of.
UNFIT = "'*?[],"


@dataclass(frozen=True)
class Home:
    """One mart's state. Two homes never meet."""

    root: Path

    @classmethod
    def at(cls, folder: str | os.PathLike[str] | None = None) -> Home:
        """`folder`, else CITYMART_HOME, else `warehouse` in the project. Nothing is created.

        Raises `UsageError` for a name that does not name the folder alone once it stands in a query.
        """
        chosen = folder or os.environ.get("CITYMART_HOME") or PROJECT / "warehouse"
        root = Path(chosen).expanduser().resolve()
        if wrong := next(
            (letter for letter in str(root) if letter in UNFIT or not letter.isprintable()), None
        ):
            raise UsageError(
                f"the home {str(root)!r} has {wrong!r} in its name, which means something else in "
                "the patterns that the landing is read by: choose a folder without it with --home"
            )
        return cls(root)

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def build(self) -> Path:
        return self.root / "build"

    @property
    def lake(self) -> Path:
        """Where its lake is, unless CITYMART_LAKE and CITYMART_LAKE_DATA say otherwise."""
        return self.root / "lake"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def exports(self) -> Path:
        return self.root / "exports"
