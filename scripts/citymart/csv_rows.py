"""Delimited text to records, with the line each one starts on, whatever has happened to the file on the way.

Well-formed records are cut by Python's own `csv` or by `str.split`; only a record that these can't take is
looked at character by character.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from .headers import HeaderMatch, NoHeader, find_header
from .text import LONGEST_LINE, Text

DELIMITERS = (",", "\t", "|", ";")
MOST_LINES = 200
MOST_CHARACTERS = 1 << 20
# A record whose quotes are not doubled as they should be may run over this many lines.
MOST_LINES_UNRULY = 10
_SHOWN = 1_000
# Samples are held in memory, and a record may be megabytes.
SAMPLE_CHARACTERS = 8 << 20
_CELL_CHARACTERS = 8

# A boundary polygon can be longer than the 128 KiB that csv allows a cell.
csv.field_size_limit(2 * LONGEST_LINE)


@dataclass(slots=True)
class Record:
    """One record: its cells, or the reason why it has none. With both, the reason is why it may have other
    cells than the header. `raw` is its text where it was not cut clean.
    """

    line: int
    cells: list[str | None] | None
    reason: str | None = None
    raw: str | None = None
    lines: int = 1


@dataclass(frozen=True)
class Dialect:
    delimiter: str = ","
    quote: str | None = '"'


class _Lines:
    """Physical lines with their numbers, that can be put back. A line over the limit comes cut, marked as
    such.
    """

    def __init__(self, file: io.TextIOBase, line_end: str, first: int, limit: int):
        self._back: deque[tuple[int, str, bool]] = deque()
        self._next = first
        self._source = _by_return(file, limit) if line_end == "\r" else _by_feed(file, limit)

    def take(self) -> tuple[int, str, bool] | None:
        if self._back:
            return self._back.popleft()
        found = next(self._source, None)
        if found is None:
            return None
        number, self._next = self._next, self._next + 1
        return number, found[0], found[1]

    def put_back(self, lines: Iterable[tuple[int, str, bool]]) -> None:
        self._back.extendleft(reversed(list(lines)))


def _by_feed(file: io.TextIOBase, limit: int) -> Iterator[tuple[str, bool]]:
    while line := file.readline(limit):
        if len(line) < limit or line.endswith("\n"):
            yield line, False
            continue
        # Handed out before its end is looked for: who wants no more need not read gigabytes.
        yield line[:_SHOWN], True
        while (rest := file.readline(limit)) and not rest.endswith("\n"):
            pass


def _by_return(file: io.TextIOBase, limit: int) -> Iterator[tuple[str, bool]]:
    begun, cut = "", False
    while chunk := file.read(1 << 16):
        *whole, rest = chunk.split("\r")
        for piece in whole:
            yield (begun + piece + "\r", False) if not cut else (begun, True)
            begun, cut = "", False
        if not cut:
            begun += rest
        if len(begun) > limit:
            begun, cut = begun[:_SHOWN], True
    if begun:
        yield begun, cut


def read_records(
    text: Text,
    dialect: Dialect,
    *,
    width: Callable[[int], bool] = lambda _cells: True,
    offset: int = 0,
    first_line: int = 1,
    longest_line: int = LONGEST_LINE,
) -> Iterator[Record]:
    """The records of the text from byte `offset` on, which is where line `first_line` starts.

    `width` answers whether a record may have that many cells; it settles which reading of an ill-quoted
    record is the right one. An unclosed quote costs the record in which it opens, and reading goes on in the
    next line.
    """
    with text.path.open("rb") as binary:
        binary.seek(offset or text.mark_bytes)
        # `newline="\n"`: a return is kept as it is.
        encoded = io.TextIOWrapper(binary, encoding="utf-8", newline="\n", errors="replace")
        yield from cut(_Lines(encoded, text.line_end, first_line, longest_line), dialect, width)


def cut(lines: _Lines, dialect: Dialect, width: Callable[[int], bool]) -> Iterator[Record]:
    """Lines to records; see `read_records`."""
    delimiter, quote = dialect.delimiter, dialect.quote
    while (taken := lines.take()) is not None:
        number, line, too_long = taken
        if too_long:
            yield Record(number, None, "line_too_long", line)
        elif quote is None or quote not in line:
            body = _body(line)
            if "\0" in line:
                yield Record(number, None, "nul_byte", body)
            else:
                yield Record(number, body.split(delimiter))
        else:
            record = _quoted(taken, lines, dialect, width)
            if record.reason is None and record.raw and "\0" in record.raw:
                record = Record(number, None, "nul_byte", record.raw, record.lines)
            yield record


def _body(line: str) -> str:
    if line.endswith("\n"):
        return line[:-2] if line.endswith("\r\n") else line[:-1]
    return line.removesuffix("\r")


def _quoted(taken: tuple[int, str, bool], lines: _Lines, dialect: Dialect, width) -> Record:
    number, line, _ = taken
    used, cells = _strict(taken, lines, dialect)
    if cells is not None and not _taken_wrongly(used, cells, dialect):
        if len(used) == 1:
            return Record(number, cells, None, line if "\0" in line else None)
        if not _next_line_stands_alone(len(cells), used, dialect, width):
            return Record(number, cells, None, "".join(text for _, text, _ in used), len(used))
    lines.put_back(used[1:])
    body = _body(line)
    readings = [cells for cells in (_lenient(body, dialect), _verbatim(body, dialect)) if cells is not None]
    for cells in readings:
        if width(len(cells)):
            return Record(number, cells, None, body)
    record = _unruly_over_lines(taken, lines, dialect, width)
    if record:
        return record
    if readings:
        # Whatever is wrong with its cells comes of the quote.
        is_open = body.count(dialect.quote) % 2 and "\0" not in body
        return Record(number, readings[0], "unclosed_quote" if is_open else None, body)
    return Record(number, None, "unclosed_quote", body)


def _taken_wrongly(used: list[tuple[int, str, bool]], cells: list[str], dialect: Dialect) -> bool:
    """Whether `csv` has kept blanks and quotes that only wrap a cell, or dropped a return that is of one."""
    quote = dialect.quote
    if any(cell[:1] == " " and cell.lstrip(" ")[:1] == quote for cell in cells):
        wrapped = rf"(?:\A|{re.escape(dialect.delimiter)}) +{re.escape(quote)}"
        return bool(re.search(wrapped, "".join(text for _, text, _ in used)))
    return used[-1][1].endswith("\r\r\n")


def _strict(first: tuple[int, str, bool], lines: _Lines, dialect: Dialect):
    """The lines that a well-formed record takes and its cells (None if it is not well-formed)."""
    used = [first]
    characters = len(first[1])

    def feed() -> Iterator[str]:
        nonlocal characters
        yield first[1]
        while len(used) < MOST_LINES and characters < MOST_CHARACTERS:
            following = lines.take()
            if following is None:
                return
            used.append(following)
            if following[2]:
                return
            characters += len(following[1])
            yield following[1]

    reader = csv.reader(feed(), delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True)
    try:
        return used, next(reader)
    except (csv.Error, StopIteration):
        return used, None


def _next_line_stands_alone(cells: int, used: list, dialect: Dialect, width) -> bool:
    """A record over several lines of the wrong width, while its second line is a record by itself: the quote
    that opened in its first line was never closed."""
    if width(cells):
        return False
    alone = _lenient(_body(used[1][1]), dialect)
    return alone is not None and len(alone) > 1 and width(len(alone))


def _unruly_over_lines(taken: tuple[int, str, bool], lines: _Lines, dialect: Dialect, width) -> Record | None:
    used = [taken]
    whole = taken[1]
    while len(used) < MOST_LINES_UNRULY and len(whole) < MOST_CHARACTERS:
        following = lines.take()
        if following is None or following[2]:
            if following:
                lines.put_back([following])
            break
        used.append(following)
        alone = _lenient(_body(following[1]), dialect)
        if alone is not None and len(alone) > 1 and width(len(alone)):
            break
        whole += following[1]
        cells = _lenient(_body(whole), dialect)
        if cells is not None and width(len(cells)):
            return Record(taken[0], cells, None, whole, len(used))
    lines.put_back(used[1:])
    return None


def _lenient(text: str, dialect: Dialect) -> list[str] | None:
    """Cells where a quote inside a quoted cell is itself unless a separator follows it. None: it never
    closes.
    """
    delimiter, quote = dialect.delimiter, dialect.quote
    cells: list[str] = []
    at, end = 0, len(text)
    while True:
        opening = _after_blanks(text, at)
        if not text.startswith(quote, opening):
            stop = text.find(delimiter, at)
            if stop < 0:
                cells.append(text[at:])
                return cells
            cells.append(text[at:stop])
            at = stop + 1
            continue
        at, pieces = opening + 1, []
        while True:
            found = text.find(quote, at)
            if found < 0:
                return None
            pieces.append(text[at:found])
            if text.startswith(quote, found + 1):
                pieces.append(quote)
                at = found + 2
                continue
            after = _after_blanks(text, found + 1)
            if after == end or text[after] == delimiter:
                cells.append("".join(pieces))
                if after == end:
                    return cells
                at = after + 1
                break
            pieces.append(quote)
            at = found + 1


def _after_blanks(text: str, at: int) -> int:
    while text.startswith(" ", at):
        at += 1
    return at


def _verbatim(text: str, dialect: Dialect) -> list[str] | None:
    """Cells where text beside quotes is kept with them, as in `"12" High Street`. None: a quote never
    closes.
    """
    delimiter, quote = dialect.delimiter, dialect.quote
    cells: list[str] = []
    at, start, inside = 0, 0, False
    for at, character in enumerate(text):
        if character == quote:
            inside = not inside
        elif character == delimiter and not inside:
            cells.append(_unquoted(text[start:at], quote))
            start = at + 1
    if inside:
        return None
    cells.append(_unquoted(text[start:], quote))
    return cells


def _unquoted(cell: str, quote: str) -> str:
    bare = cell.strip(" ")
    if len(bare) >= 2 and bare[0] == bare[-1] == quote and quote not in bare[1:-1].replace(quote * 2, ""):
        return bare[1:-1].replace(quote * 2, quote)
    return cell


def find_dialect(
    text: Text,
    is_known: Callable[[str], bool],
    is_required: Callable[[str], bool],
    *,
    delimiter: str | None = None,
    quote: str | None = None,
    within: int = 50,
    one_column: bool = False,
    longest_line: int = LONGEST_LINE,
) -> tuple[Dialect, HeaderMatch]:
    """The delimiter and quote that show the best header and the most even records below it, and that header.

    A declared `delimiter` or `quote` (`none` for no quoting) is taken as it is. Raises `NoHeader` as
    `find_header`.
    """
    best: tuple[tuple[float, ...], Dialect, HeaderMatch] | None = None
    failure: NoHeader | None = None
    with text.path.open("rb") as file:
        begins = file.read(1 << 20)
    for dialect in dialects(delimiter, quote, begins):
        sample = head(text, dialect, 4 * within, longest_line=longest_line)
        readable = [(r.line, r.cells) for r in sample if r.cells is not None]
        try:
            match = find_header(readable, is_known, is_required, within=within, one_column=one_column)
        except NoHeader as error:
            if failure is None or _most_known(error) > _most_known(failure):
                failure = error
            continue
        # A few stray quotes do not show that a file has no quoting.
        usual = 0.1 if dialect.quote == '"' else 0.0
        score = (match.known, evenness(sample, match) + usual)
        if best is None or score > best[0]:
            best = (score, dialect, match)
    if best:
        return best[1], best[2]
    if text.longest_line > longest_line and not (failure and failure.candidates):
        raise NoHeader(
            f"it begins with a line of more than {longest_line >> 20} MiB, which no header is; "
            "ask for it with one record a line"
        )
    raise failure or NoHeader("it holds no text")


def _most_known(error: NoHeader) -> int:
    return max((candidate.known for candidate in error.candidates), default=-1)


def dialects(delimiter: str | None, quote: str | None, begins: bytes) -> list[Dialect]:
    """What is declared, or else what occurs in the beginning of the file; commas and quotes first."""
    delimiters = [delimiter] if delimiter else [d for d in DELIMITERS if d.encode() in begins] or [","]
    quotes = [q for q in ('"', "'") if q.encode() in begins]
    if quote:
        quotes = [] if quote == "none" else [quote]
    usual = quotes[:1] if quote else ['"', *(q for q in quotes if q != '"'), *([None] if quotes else [])]
    return [Dialect(d, q) for d in delimiters for q in usual or [None]]


def head(text: Text, dialect: Dialect, records: int, *, longest_line: int = LONGEST_LINE) -> list[Record]:
    """The first records of the text; an ill-quoted one is judged by the width that most of them have."""
    first = _sample(read_records(text, dialect, longest_line=longest_line), records)
    widths = Counter(len(r.cells) for r in first if r.cells)
    usual = widths.most_common(1)[0][0] if widths else 0
    if usual < 2:
        return first
    fits = {usual}.__contains__
    return _sample(read_records(text, dialect, width=fits, longest_line=longest_line), records)


def _sample(found: Iterator[Record], records: int) -> list[Record]:
    """The first records, and none beyond a line that is too long to be one."""
    sample = held(found, records)
    too_long = (at for at, record in enumerate(sample) if record.reason == "line_too_long")
    return sample[: next(too_long, len(sample))]


def held(found: Iterator[Record], records: int) -> list[Record]:
    """The first records, fewer where they are large: what is held of a file does not grow with its lines."""
    sample: list[Record] = []
    characters = 0
    while len(sample) < records and characters < SAMPLE_CHARACTERS:
        record = next(found, None)
        if record is None:
            break
        sample.append(record)
        cells = record.cells or ()
        characters += sum(len(cell) for cell in cells if cell) + _CELL_CHARACTERS * len(cells)
        if record.reason == "line_too_long":
            break
    return sample


def evenness(sample: list[Record], match: HeaderMatch) -> float:
    """The share of the records below the header that have its width."""
    below = [r for r in sample if r.line > match.line]
    if not below:
        return 0.0
    return sum(1 for r in below if r.cells is not None and len(r.cells) == len(match.names)) / len(below)
