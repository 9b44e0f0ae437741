"""Which record of a file is its header, and when two column names are the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from .errors import Refused

# A UTF-8 byte-order mark, and the same mark read as windows-1252 and encoded once more.
_MARKS = ("\ufeff", "\u00ef\u00bb\u00bf")
_NOT_NAME = re.compile(r"[^a-z0-9]+")
LONGEST_NAME = 60
DATE = re.compile(r"\d{1,2}([/.\-])\d{1,2}\1\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}")
NUMBER = re.compile(r"\(?-?[£$]?-?[\d,]*\.?\d+\)?-?(?:\s?(?:CR|DR))?", re.IGNORECASE)


def normalise(name: str | None) -> str:
    """A column name as it is compared: marks cut off, lower case, only `a-z` and `0-9`."""
    name = name or ""
    while name.startswith(_MARKS):
        for mark in _MARKS:
            name = name.removeprefix(mark)
    return _NOT_NAME.sub("", name.lower())


@dataclass(frozen=True)
class HeaderMatch:
    """The record at `index` (from 0) is the header; `known` of its column names are in a layout.

    `second_line` is where a second header stands, below records of the first; None where there is none.
    """

    index: int
    line: int
    names: list[str]
    known: int
    second_line: int | None = None


@dataclass(frozen=True)
class Candidate:
    """A record that might have been the header."""

    line: int
    known: int
    cells: list[str]


class NoHeader(Refused):
    """No record has enough known column names. `candidates` are the best three, best first."""

    def __init__(self, message: str, candidates: Sequence[Candidate] = ()):
        super().__init__(message)
        self.candidates = list(candidates)


def find_header(
    records: Iterable[tuple[int, Sequence[str | None]]],
    is_known: Callable[[str], bool],
    is_required: Callable[[str], bool] = lambda _name: True,
    *,
    within: int = 50,
    one_column: bool = False,
) -> HeaderMatch:
    """The record that is most likely the header: the one with the most known column names, unless records of
    an earlier one stand between: then it is the header of a second table, and the first counts. (A first one
    that names fewer required columns is a summary above the table.)

    `records` are the file's first records in order, each with the line on which it starts;
    `is_known` and `is_required` answer for a column name as it stands in the file. A header has two
    known names (or, where `one_column` is enough, a single column that is required), and one of a required
    field. Looks at no more than `within` records, so that a broken file costs no more than a good one.

    Raises `NoHeader` with the best three candidates when no record qualifies.
    """
    best: HeaderMatch | None = None
    required = between = 0
    second: int | None = None
    candidates: list[Candidate] = []
    for index, (line, cells) in enumerate(records):
        if index >= within:
            break
        names = [cell or "" for cell in cells]
        distinct = {normalise(name) or name for name in names if name.strip() and is_known(name)}
        filled = sum(1 for name in names if name.strip())
        if filled:
            candidates.append(Candidate(line, len(distinct), names))
        enough = len(distinct) >= 2 or (one_column and filled == len(distinct) == 1)
        better = best is None or len(distinct) > best.known
        needed = len({normalise(name) for name in names if name.strip() and is_required(name)})
        if enough and better and needed:
            if best is None or not between or needed > required or len(best.names) == 1:
                best, required, between = HeaderMatch(index, line, names, len(distinct)), needed, 0
            else:
                second = second or line
        elif best is not None and len(names) == len(best.names):
            # A note between two headers fills a cell, a record about as many as the header.
            between += filled >= max(2, sum(1 for name in best.names if name.strip()) // 2)
    if best is not None:
        return replace(best, second_line=second)
    if candidates:
        likeliest = candidates[likeliest_header([candidate.cells for candidate in candidates], is_known)]
        candidates.sort(key=lambda c: (-c.known, c is not likeliest, c.line))
    raise NoHeader(_no_header(candidates[:3], within), candidates[:3])


def likeliest_header(
    records: Sequence[Sequence[str | None]], is_known: Callable[[str], bool], *, within: int = 50
) -> int:
    """The position of the record that is most likely the header, where known names alone don't tell.

    It is the first record, filled about as much as most are, whose cells all look like names. Another with
    more known names counts instead only if these can't be values that equal a name by chance, as `Status` and
    `Other` may: two of them in a record above, half of the filled cells in one below.
    """
    cells = [[cell.strip() for cell in record if cell and cell.strip()] for record in records]
    fills = Counter(map(len, cells))
    usual = max(fills, key=lambda filled: (filled > 1, fills[filled]))
    top = range(min(within, len(cells)))
    known = [len({normalise(cell) for cell in cells[at] if is_known(cell)}) for at in top]
    full = [at for at in top if len(cells[at]) * 4 >= usual * 3]
    first = next((at for at in full if _all_names(cells[at])), None)
    best = max(top, key=lambda at: (known[at], -at))
    if first is None:
        return best if known[best] else next(iter(full), 0)
    enough = known[best] >= 2 and (best < first or known[best] * 2 >= len(cells[best]))
    return best if enough and known[best] > known[first] else first


def _all_names(cells: Sequence[str]) -> bool:
    return len(set(cells)) == len(cells) and all(
        len(cell) <= LONGEST_NAME and not NUMBER.fullmatch(cell) and not DATE.search(cell) for cell in cells
    )


def _no_header(candidates: Collection[Candidate], within: int) -> str:
    if not candidates:
        return f"none of its first {within} records holds any text"
    shown = "; ".join(f"line {c.line}: {_short(c.cells)} ({c.known} known)" for c in candidates)
    return (
        f"none of its first {within} records looks like the header of this subject; the nearest are {shown}. "
        "If one of them is, `citymart layout suggest FILE` proposes the layout rows"
    )


def _short(cells: Sequence[str], width: int = 60) -> str:
    text = " | ".join(cell.strip().replace("\n", " ").replace("\r", " ") for cell in cells if cell.strip())
    return repr(text if len(text) <= width else text[: width - 1] + "…")
