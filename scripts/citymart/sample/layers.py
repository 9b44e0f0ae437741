"""Nested selects, each of which adds columns to those below or puts others in their place."""

from __future__ import annotations

from collections.abc import Mapping

from .sql import name


class Layers:
    """`sql` is the whole so far. In what is added, the columns below are at hand, as `_r.` too."""

    def __init__(self, sql: str) -> None:
        self.sql = sql

    def add(self, columns: Mapping[str, str], joined: str = "") -> None:
        """New columns by name; `joined` is a join, blank in front."""
        if columns:
            added = ", ".join(f"{sql} as {name(column)}" for column, sql in columns.items())
            self.sql = f"select _r.*, {added} from ({self.sql}) as _r{joined}"

    def put(self, columns: Mapping[str, str]) -> None:
        """Other values for columns that are there."""
        changed = [f"{sql} as {name(column)}" for column, sql in columns.items() if sql != name(column)]
        if changed:
            self.sql = f"select * replace ({', '.join(changed)}) from ({self.sql}) as _r"
