"""What every reader of a file format hands to the loader: rows of text, before anyone knows the header."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Rows:
    """A file read as rows of text, before anyone knows which one is the header.

    Each row is its number, from 1 (the line of a text file, the row of a sheet, the number of a
    record in JSON, XML and Parquet), and its cells: text as sent, `''` for an empty cell and `None`
    for a JSON null or an absent key. `header` is set where the format itself names its columns;
    otherwise the header is one of the rows. `total_lines` may be known only when `rows` is exhausted.
    """

    format: str
    rows: Iterator[tuple[int, list[str | None]]]
    header: list[str] | None = None
    total_lines: int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote_char: str | None = None
    sheet: str | None = None
    record_path: str | None = None
    notes: list[str] = field(default_factory=list)
