"""Which records land, which are rejected, and which are skipped because they say nothing of their own.

The same rules for every format: what comes in are records with their line, what comes out is in the writer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

from .csv_rows import Record
from .landing import Writer

# How many records at the end of a file may be totals and footers that only their place gives away.
MOST_HELD = 50

# `Grand total`, `Report totals:`, `Total payments for March 2024`: what may stand before and after the word.
BEFORE_TOTAL = ("grand", "sub", "overall", "net", "gross", "report", "page", "final")
AFTER_TOTAL = (
    *(
        "payment",
        "payments",
        "expenditure",
        "spend",
        "spending",
        "amount",
        "value",
        "invoices",
        "transactions",
    ),
    *(
        "net",
        "gross",
        "gbp",
        "for",
        "of",
        "the",
        "this",
        "month",
        "period",
        "quarter",
        "year",
        "ending",
        "ended",
    ),
    *("report", "page", "file", "q1", "q2", "q3", "q4", "to", "from"),
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
    *("jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"),
)
_BETWEEN = r"[\s/.,:()&-]"
_TOTAL = re.compile(
    rf"(?P<label>(?:(?:{'|'.join(BEFORE_TOTAL)})[\s_-]*)*totals?"
    rf"(?:{_BETWEEN}+(?:{'|'.join(AFTER_TOTAL)})(?:{_BETWEEN}+\d+(?!\d*[.,]\d))*)*\s*[:=]?)"
    r"\s*(?P<value>(?<=[\s:=])[£(+-]*\d[\d,]*(?:\.\d+)?\)?)?"
).fullmatch

_SAYS_SOMETHING = re.compile(r"[^\W_]").search
_LETTER = re.compile(r"[^\W\d_]").search
_SIGNED = re.compile(r"^\s*(?:gbp\b)?|(?:\b|(?<=\d))(?:cr|dr|gbp)\s*$", re.IGNORECASE)
_DATE = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}(?:[T\s]+[\d:.]+Z?)?").fullmatch
_NUMBER = re.compile(r"[+-]?(?:\d[\d,]*(?:\.\d*)?|\.\d+)").fullmatch
_PLAIN_BEGINNING = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

# Footers that nobody is called, and, where a record has more than two columns, others that stand alone in it.
_FOOTER = re.compile(
    r"(?:data\s+)?source\s*:.*|©.*|\(c\)\s*(?:crown|copyright|\d{4}).*|(?:crown\s+)?copyright\b.*"
    r"|page\s+\d+(?:\s*(?:of|/)\s*\d+)?|[*\s-]*end\s+of\s+(?:the\s+)?(?:report|file|data|extract|document|list)\b.*"
    r"|(?:report|file|data|extract|list)\s+(?:was\s+)?"
    r"(?:generated|produced|created|run|printed|extracted|downloaded|compiled|published)\b.*"
    r"|(?:generated|produced|created|printed|extracted|downloaded|compiled|published|last\s+updated)\s+"
    r"(?:on|by|at|from)\b.*",
    re.IGNORECASE | re.DOTALL,
).fullmatch
_LOOSE_FOOTER = re.compile(
    r"contact\b.*|source\b.*|for\s+(?:further|more)\s+information\b.*|notes?\s*(?:[:.]|\d).*|notes?|disclaimer\b.*"
    r"|contains\s+(?:os|ordnance|public\s+sector|national\s+statistics|royal\s+mail)\b.*"
    r"|licen[cs]ed\s+under\b.*|(?:run|report|print)\s+(?:date|time)\b.*|last\s+updated\b.*|e-?mail\s*:.*|tel\w*\s*:.*"
    r"|https?://\S+|\*+\s*\w.*",
    re.IGNORECASE | re.DOTALL,
).fullmatch

_TYPE_WORDS = (
    *("mandatory", "optional", "required", "conditional", "recommended", "text", "string", "varchar", "char"),
    *("free text", "number", "numeric", "integer", "int", "decimal", "float", "currency", "money", "boolean"),
    *("date", "datetime", "dd/mm/yyyy", "dd/mm/yy", "yyyy-mm-dd", "dd-mm-yyyy", "dd-mmm-yy", "dd-mmm-yyyy"),
    *("mm/yyyy", "£", "(£)", "gbp", "£gbp", "£ gbp", "pounds", "£s", "£000", "£'000", "yes/no", "y/n", "%"),
    *("alphanumeric", "yyyy", "number (decimal)"),
)


class Kind(Enum):
    """What a record is by itself. The last three count as such only where nothing but the like follows."""

    PLAIN = "a record"
    BLANK = "blank"
    HEADER = "the header again"
    TOTAL = "a total"
    PERHAPS_TOTAL = "a total, or a payment to a supplier of that name"
    FIGURE = "a number alone"
    FOOTER = "a footer"


HELD = (Kind.PERHAPS_TOTAL, Kind.FIGURE, Kind.FOOTER)


def is_blank(cells: Sequence[str | None]) -> bool:
    """No letter and no digit in any cell: empty cells, stray commas, dashes, spaces of every width."""
    return not any(cell and _SAYS_SOMETHING(cell) for cell in cells)


def is_figure(cell: str) -> bool:
    """A number or a sign as totals are written, `£1,000.00 CR`; no word and no date."""
    bare = _SIGNED.sub("", cell)
    if _LETTER(bare) or _DATE(cell.strip()):
        return False
    return bool(_SAYS_SOMETHING(bare)) or not _LETTER(cell)


def total_in(cell: str):
    """The match of a total's label, and of a value in the same cell; None for any other text."""
    return _TOTAL(" ".join(cell.lower().split()))


def number_in(cell: str | None) -> Decimal | None:
    """The number that a cell holds; None where it holds none."""
    text = (cell or "").strip()
    if not text:
        return None
    bare = _SIGNED.sub("", text).replace("£", "").replace(" ", "")
    if bare.startswith("(") and bare.endswith(")"):
        bare = "-" + bare[1:-1]
    elif bare.endswith("-"):
        bare = "-" + bare[:-1]
    if not _NUMBER(bare):
        return None
    try:
        number = Decimal(bare.replace(",", ""))
    except InvalidOperation:
        return None
    return -number if text.lower().endswith("cr") else number


class Kinds:
    """Tells what each record under one header is."""

    def __init__(self, names: Sequence[str]):
        self.width = len(names)
        self.header = [name.strip(" ") for name in names]
        self._first = self.header[0] if any(self.header) else None

    def of(self, cells: Sequence[str | None]) -> Kind:
        first = cells[0] if cells else None
        second = cells[1] if len(cells) > 1 else None
        # Most records show in their first two cells that they are nothing but records.
        if (
            first
            and first[0] in _PLAIN_BEGINNING
            and second
            and not second.isspace()
            and "total" not in first.lower()
            and first.strip(" ") != self._first
        ):
            return Kind.PLAIN
        return self._of_doubtful(cells)

    def _of_doubtful(self, cells: Sequence[str | None]) -> Kind:
        filled = [(at, cell.strip()) for at, cell in enumerate(cells) if cell and _SAYS_SOMETHING(cell)]
        if not filled:
            return Kind.BLANK
        if self._is_header(cells):
            return Kind.HEADER
        at, text = filled[0]
        if found := total_in(text):
            return self._of_total(found, cells, [cell for _, cell in filled[1:]])
        figures = [cell for _, cell in filled[:-1]]
        if at > 0 and figures and total_in(filled[-1][1]) and all(map(is_figure, figures)):
            return Kind.PERHAPS_TOTAL
        if len(filled) == 1:
            if _FOOTER(text) or (self.width > 2 and _LOOSE_FOOTER(text)):
                return Kind.FOOTER
            if self.width > 1 and number_in(text) is not None:
                return Kind.FIGURE
        return Kind.PLAIN

    def _is_header(self, cells: Sequence[str | None]) -> bool:
        if self._first is None or (cells[0] or "").strip(" ") != self._first:
            return False
        stripped = [(cell or "").strip(" ") for cell in cells]
        return stripped[: self.width] == self.header and not any(stripped[self.width :])

    def _of_total(self, found, cells: Sequence[str | None], others: list[str]) -> Kind:
        if not all(is_figure(cell) for cell in others):
            return Kind.PLAIN
        if found["value"]:
            return Kind.PERHAPS_TOTAL if others or self.width <= 2 else Kind.TOTAL
        # Companies are called Total, none is called Sub-total.
        if found["label"].rstrip(" :=") != "total":
            return Kind.TOTAL
        complete = sum(1 for cell in cells if (cell or "").strip()) >= self.width
        return Kind.PERHAPS_TOTAL if self.width <= 2 or complete else Kind.TOTAL

    def is_numbering(self, cells: Sequence[str | None]) -> bool:
        """`1,2,3` below the header: the columns are numbered."""
        bare = [(cell or "").strip(" ()") for cell in cells]
        return len(bare) == self.width > 2 and bare == [str(at) for at in range(1, self.width + 1)]

    def is_typing(self, cells: Sequence[str | None]) -> bool:
        """`text,£,dd/mm/yyyy` below the header: what each column may hold."""
        filled = [" ".join(cell.lower().split()) for cell in cells if cell and cell.strip()]
        return len(filled) > 1 and all(cell in _TYPE_WORDS for cell in filled)


def _filled(cells: Sequence[str | None], at: int) -> bool:
    return at < len(cells) and bool((cells[at] or "").strip())


@dataclass
class Tally:
    """What became of the records below the header. `blank` counts all that say nothing of their own."""

    blank: int = 0
    totals: int = 0
    control_totals: list[dict[str, Any]] = field(default_factory=list)
    ragged: int = 0
    blank_in: dict[str, int] = field(default_factory=dict)
    seen: int = 0
    skipped: dict[str, list[int]] = field(default_factory=dict)
    footers: list[tuple[int, str]] = field(default_factory=list)

    def add(self, kind: Kind, record: Record) -> None:
        """A record that is not landed because of what it is."""
        if kind in (Kind.TOTAL, Kind.PERHAPS_TOTAL, Kind.FIGURE):
            self.add_total(record.line, record.cells)
            return
        self.blank += 1
        if kind is Kind.HEADER:
            self.add_skipped("repeat the header", record.line)
        elif kind is Kind.FOOTER:
            text = " ".join(" ".join(cell or "" for cell in record.cells).split())
            self.footers.append((record.line, text))

    def add_skipped(self, what: str, line: int) -> None:
        self.skipped.setdefault(what, []).append(line)

    def add_total(self, line: int, cells: Sequence[str | None]) -> None:
        self.totals += 1
        found = [(at, cell.strip()) for at, cell in enumerate(cells, 1) if cell and _SAYS_SOMETHING(cell)]
        labels = [at for at, cell in found if total_in(cell)]
        label = dict(found)[labels[0]] if labels else ""
        if labels and (inside := total_in(label)) and inside["value"]:
            value = label[-len(inside["value"]) :]
            self._control(line, label.removesuffix(value).strip(), labels[0], value)
        for at, value in found:
            if at not in labels[:1]:
                self._control(line, label, at, value)

    def _control(self, line: int, label: str, position: int, value: str) -> None:
        self.control_totals.append({"line": line, "label": label, "position": position, "value": value})

    @property
    def notes(self) -> list[str]:
        """A sentence for each kind of record that was skipped and is neither blank nor a total."""
        told = []
        for what, lines in self.skipped.items():
            shown = ", ".join(str(line) for line in lines[:5]) + ("…" if len(lines) > 5 else "")
            many = f"{len(lines)} " if len(lines) > 1 else ""
            told.append(f"Skipped {many}records that {what} (line {shown}).")
        if self.footers:
            shown = "; ".join(text for _, text in self.footers)[:200]
            footers = f"{len(self.footers)} footer{'s' if len(self.footers) > 1 else ''}"
            told.append(f"Skipped {footers} from line {self.footers[0][0]} on: {shown}.")
        return told


def is_plain_start(names: Sequence[str], sample: Iterable[Record]) -> bool:
    """Whether the first records are nothing but records of the header's width."""
    kinds = Kinds(names)
    return all(
        record.cells
        and len(record.cells) == len(names)
        and kinds.of(record.cells) is Kind.PLAIN
        and not kinds.is_numbering(record.cells)
        and not kinds.is_typing(record.cells)
        for record in sample
    )


def settle(
    records: Iterable[Record],
    writer: Writer,
    *,
    names: Sequence[str],
    least: int,
    repaired: Callable[[list[str | None]], bool],
    required: dict[str, list[int]],
    add_up: Iterable[int] = (),
    progress: Callable[[int], None] = lambda _line: None,
) -> Tally:
    """Lands, rejects or skips every record.

    `names` are the header's; `least` is the number of cells a record must have (fewer than names where the
    last columns have none: spreadsheets drop empty cells at the end of a row); `repaired` says whether a
    repair is declared for a record of another width; `required` has the columns of each required field.
    `add_up` are the columns whose sum may stand below them without a label.
    """
    return _Settling(writer, Kinds(names), least, repaired, required, tuple(add_up)).run(records, progress)


class _Settling:
    def __init__(self, writer, kinds: Kinds, least: int, repaired, required, add_up: tuple[int, ...]):
        self.writer, self.kinds, self.least, self.repaired = writer, kinds, least, repaired
        self.width = kinds.width
        self.columns = [(name, at[0], at[1:]) for name, at in required.items() if at]
        self.tally = Tally(blank_in=dict.fromkeys(required, 0))
        self.sums = {at: Decimal(0) for at in add_up}
        self.held: list[tuple[Kind, Record]] = []

    def run(self, records: Iterable[Record], progress: Callable[[int], None]) -> Tally:
        tally, kind_of = self.tally, self.kinds.of
        begun = False
        for record in records:
            tally.seen += 1
            if not tally.seen & 0xFFF:
                progress(record.line)
            cells = record.cells
            if cells is None:
                self._let_go()
                self.writer.reject(record.line, record.reason or "unreadable", record.raw or "")
                continue
            kind = kind_of(cells)
            if not begun:
                if what := self._below_header(cells):
                    tally.blank += 1
                    tally.add_skipped(what, record.line)
                    continue
                begun = kind is not Kind.BLANK
            if kind is Kind.PLAIN:
                if self.held:
                    self._let_go()
                self._take(record)
            elif kind in HELD:
                self.held.append((kind, record))
                if len(self.held) > MOST_HELD:
                    self._let_go()
            else:
                tally.add(kind, record)
        self._settle_end()
        tally.control_totals.sort(key=lambda total: total["line"])
        return tally

    def _below_header(self, cells: list[str | None]) -> str | None:
        if self.kinds.is_numbering(cells):
            return "number the columns"
        if self.kinds.is_typing(cells):
            return "say what the columns may hold"
        return None

    def _take(self, record: Record) -> None:
        cells = record.cells
        count = len(cells)
        fits = self.least <= count <= self.width
        surplus_is_empty = count > self.width and not any(
            (cell or "").strip() for cell in cells[self.width :]
        )
        if not (fits or surplus_is_empty or self.repaired(cells)):
            self.tally.ragged += 1
            reason = record.reason or ("too_few_cells" if count < self.width else "too_many_cells")
            raw = record.raw if record.raw is not None else ",".join(cell or "" for cell in cells)
            self.writer.reject(record.line, reason, raw)
            return
        self.writer.land(record.line, cells)
        for name, first, others in self.columns:
            cell = cells[first] if first < count else None
            if (not cell or cell.isspace()) and not any(_filled(cells, at) for at in others):
                self.tally.blank_in[name] += 1
        for at in self.sums:
            number = number_in(cells[at]) if at < count else None
            if number is not None:
                self.sums[at] += number

    def _let_go(self) -> None:
        """Something follows what was held: it is records like any other."""
        for _, record in self.held:
            self._take(record)
        self.held = []

    def _settle_end(self) -> None:
        """The longest run of totals and footers at the end; what is held before it lands."""
        held, self.held = self.held, []
        from_here = len(held)
        while from_here and self._is_what_it_seems(*held[from_here - 1], held[: from_here - 1]):
            from_here -= 1
        for _, record in held[:from_here]:
            self._take(record)
        for kind, record in held[from_here:]:
            self.tally.add(kind, record)

    def _is_what_it_seems(self, kind: Kind, record: Record, before: list[tuple[Kind, Record]]) -> bool:
        """A number alone is a total when it is the sum of its column, to the penny."""
        if kind is not Kind.FIGURE:
            return True
        at = next(at for at, cell in enumerate(record.cells) if cell and _SAYS_SOMETHING(cell))
        if at not in self.sums or self.writer.landed < 2:
            return False
        earlier = sum(
            number_in(other.cells[at]) or 0
            for each, other in before
            if each is Kind.FIGURE and at < len(other.cells)
        )
        return number_in(record.cells[at]) in (self.sums[at], self.sums[at] + earlier)
