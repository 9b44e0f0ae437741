"""Which records land, which are rejected, and which are skipped because they say nothing of their own.

The same rules for every format: what comes in are records with their line, what comes out is in the writer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from .csv_rows import Record
from .landing import Writer

_SAYS_SOMETHING = re.compile(r"[^\W_]").search
_LETTER = re.compile(r"[^\W\d_]").search
_TOTAL = re.compile(r"(?:(?:grand|sub|overall)[\s-]*)?total\s*:?", re.IGNORECASE).fullmatch


def is_blank(cells: list[str | None]) -> bool:
    """No letter and no digit in any cell: empty cells, stray commas, dashes, spaces of every width."""
    return not any(cell and _SAYS_SOMETHING(cell) for cell in cells)


def is_total(cells: list[str | None]) -> bool:
    """`Total` (or grand, sub, overall total) first, and after it only numbers and signs."""
    filled = [cell.strip() for cell in cells if cell and cell.strip()]
    return bool(filled and _TOTAL(filled[0])) and not any(_LETTER(cell) for cell in filled[1:])


def _filled(cells: list[str | None], at: int) -> bool:
    return at < len(cells) and bool((cells[at] or "").strip())


@dataclass
class Tally:
    """What became of the records below the header."""

    blank: int = 0
    totals: int = 0
    control_totals: list[dict[str, Any]] = field(default_factory=list)
    ragged: int = 0
    blank_in: dict[str, int] = field(default_factory=dict)
    seen: int = 0

    def add_total(self, line: int, cells: list[str | None]) -> None:
        self.totals += 1
        label = None
        for position, cell in enumerate(cells, 1):
            value = (cell or "").strip()
            if not value:
                continue
            if label is None:
                label = value
            elif _SAYS_SOMETHING(value):
                self.control_totals.append(
                    {"line": line, "label": label, "position": position, "value": value}
                )


def settle(
    records: Iterable[Record],
    writer: Writer,
    *,
    width: int,
    least: int,
    repaired: Callable[[list[str | None]], bool],
    required: dict[str, list[int]],
    progress: Callable[[int], None] = lambda _line: None,
) -> Tally:
    """Lands, rejects or skips every record.

    `width` is the number of the header's columns and `least` that of the cells a record must have (fewer
    where the last columns have no name: spreadsheets drop empty cells at the end of a row); `repaired` says
    whether a repair is declared for a record of another width; `required` has the columns of each required
    field.
    """
    tally = Tally(blank_in=dict.fromkeys(required, 0))
    # In two columns `Total,1234.50` may be a supplier of that name: it is a total only if nothing follows.
    held: tuple[Record, list[str | None]] | None = None
    columns = [(name, at[0], at[1:]) for name, at in required.items() if at]

    def land(line: int, cells: list[str | None]) -> None:
        writer.land(line, cells)
        for name, first, others in columns:
            cell = cells[first] if first < len(cells) else None
            if (not cell or cell.isspace()) and not any(_filled(cells, at) for at in others):
                tally.blank_in[name] += 1

    for record in records:
        tally.seen += 1
        if not tally.seen & 0xFFF:
            progress(record.line)
        cells = record.cells
        if cells is None:
            if held:
                land(held[0].line, held[1])
                held = None
            writer.reject(record.line, record.reason or "unreadable", record.raw or "")
            continue
        first = cells[0] if cells else None
        # Most records show in their first cell that they are neither blank nor a total.
        if not first or not _SAYS_SOMETHING(first) or "otal" in first or "OTAL" in first:
            if is_blank(cells):
                tally.blank += 1
                continue
            if is_total(cells):
                if width > 2:
                    tally.add_total(record.line, cells)
                    continue
                if held:
                    land(held[0].line, held[1])
                held = (record, cells)
                continue
        if held:
            land(held[0].line, held[1])
            held = None
        count = len(cells)
        fits = least <= count <= width
        surplus_is_empty = count > width and not any((cell or "").strip() for cell in cells[width:])
        if fits or surplus_is_empty or repaired(cells):
            land(record.line, cells)
        else:
            tally.ragged += 1
            reason = "too_few_cells" if count < width else "too_many_cells"
            raw = record.raw if record.raw is not None else ",".join(cell or "" for cell in cells)
            writer.reject(record.line, reason, raw)
    if held:
        tally.add_total(held[0].line, held[1])
    return tally
