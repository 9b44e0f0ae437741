"""Small pieces of SQL text."""

from __future__ import annotations

import re
from collections.abc import Iterable

# A quoted text, a quoted name, or a name with the bracket or the dot that may follow it.
_TOKEN = re.compile(r"'(?:[^']|'')*'|\"((?:[^\"]|\"\")+)\"|([A-Za-z_]\w*)(\s*\()?")


def literal(text: str | None) -> str:
    return "null" if text is None else "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def names_in(expression: str, known: Iterable[str]) -> list[str]:
    """The columns of `known` that an expression names, in order of appearance, each once."""
    by_lower = {column.lower(): column for column in known}
    found: dict[str, None] = {}
    for match in _TOKEN.finditer(expression):
        word = match[1] or (match[2] if not match[3] else None)
        if word and word.lower() in by_lower:
            found[by_lower[word.lower()]] = None
    return list(found)


def without_texts(expression: str) -> str:
    """The expression with its quoted texts emptied."""
    return re.sub(r"'(?:[^']|'')*'", "''", expression)
