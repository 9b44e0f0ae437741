"""The folder that holds all state of one mart, and the folder that holds the project."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Home:
    """One mart's state. Two homes never meet."""

    root: Path

    @classmethod
    def at(cls, folder: str | os.PathLike[str] | None = None) -> Home:
        """`folder`, else CITYMART_HOME, else `warehouse` in the project. Nothing is created."""
        chosen = folder or os.environ.get("CITYMART_HOME") or PROJECT / "warehouse"
        return cls(Path(chosen).expanduser().resolve())

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def build(self) -> Path:
        return self.root / "build"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def exports(self) -> Path:
        return self.root / "exports"
