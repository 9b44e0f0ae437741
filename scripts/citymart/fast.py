"""The quick road for a well-formed CSV: DuckDB copies it to Parquet, and it counts only if it reconciles
exactly.

DuckDB passes over empty lines and lets an open quote swallow rows without a word, so its answer is taken only
when the records written, the records dropped and the line breaks inside cells add up to the lines of the
file. Any doubt means None: then the careful road is taken, which gives the same rows and can say what is
wrong.
"""

from __future__ import annotations

import glob
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from . import at_rest
from .csv_rows import MOST_LINES, Dialect, Record, read_records
from .hashing import literal
from .settle import AFTER_TOTAL, BEFORE_TOTAL, HELD, MOST_HELD, Kind, Kinds
from .text import Text

MEMORY = "512MB"
THREADS = 2
TAIL_BYTES = 1 << 16
# Small row groups: a third faster to write than the default, and a bounded memory for wide files.
ROW_GROUP = 20_480


@dataclass(frozen=True)
class Copied:
    """What the copy holds: `rows` in `path`, and what it left out at the end."""

    path: Path
    rows: int
    dropped: list[tuple[Kind, Record]]


def copy_fast(
    text: Text,
    dialect: Dialect,
    *,
    names: list[str],
    body_line: int,
    above: int,
    over_lines: bool,
    provider: str,
    extract_id: str,
    target: Path,
) -> Copied | None:
    """The records from line `body_line` on, as Parquet at `target`; None if it does not add up.

    `above` is the number of records, header and all, that come before. `over_lines`: some records run over
    several lines, so each row is given its line number.
    """
    kinds = Kinds(names)
    dropped = trailing(text, dialect, kinds)
    # Whether a number alone is the sum of its column, only the careful road can tell.
    if dropped is None or any(kind is Kind.FIGURE for kind, _ in dropped):
        return None
    keep = _keep(kinds, [record for kind, record in dropped if kind is not Kind.BLANK])
    lines = text.lines - body_line + 1
    with at_rest.connect(_config(target.parent)) as connection:
        try:
            connection.execute(
                _copy_sql(text, dialect, len(names), keep, body_line, above, over_lines, target),
                [provider, extract_id],
            )
            rows = connection.fetchone()[0]
            if not over_lines:
                # Every line is a record, so no cell can hold a line break.
                return Copied(target, rows, dropped) if rows + len(dropped) == lines else None
            breaks, most = connection.execute(
                f"""
                select coalesce(sum(breaks), 0), coalesce(max(breaks), 0)
                from (
                    select length(text) - length(replace(text, chr(10), '')) as breaks
                    from (select array_to_string(cells, '') as text from {at_rest.parquet()})
                )
                """,
                [_one_file(target)],
            ).fetchone()
            whole = rows + breaks + sum(record.lines for _, record in dropped) == lines
            return Copied(target, rows, dropped) if whole and most < MOST_LINES else None
        except duckdb.Error:
            return None


def copy_lines(
    text: Text,
    dialect: Dialect,
    *,
    width: int,
    lines: Sequence[int] | None,
    provider: str,
    extract_id: str,
    target: Path,
) -> int | None:
    """The records of a text in which every line is one, as Parquet at `target`: how many there are.

    None if it does not add up. `lines` are the numbers to give them, where they do not follow each other.
    """
    number, join = "null::bigint", ""
    if lines is not None:
        number, join = "numbers.line_number", "positional join numbers"
    columns = ", ".join(f"c{at}" for at in range(width))
    query = f"""
        select
            $1::varchar as provider_code, $2::varchar as extract_id, {number} as line_number,
            [{columns}] as cells
        from {_source_sql(text, dialect, width, skip=0)} {join}"""
    with at_rest.connect(_config(target.parent)) as connection:
        if lines is not None:
            connection.register("numbers", pa.table({"line_number": pa.array(lines, pa.int64())}))
        try:
            connection.execute(_copy_to(query, target), [provider, extract_id])
            rows = connection.fetchone()[0]
        except duckdb.Error:
            return None
    return rows if rows == text.lines else None


def _config(scratch: Path) -> dict[str, str | int]:
    return {"memory_limit": MEMORY, "threads": THREADS, "temp_directory": str(scratch / "duckdb")}


def trailing(text: Text, dialect: Dialect, kinds: Kinds) -> list[tuple[Kind, Record]] | None:
    """The records at the end of the file that are no plain ones, in order; None if there are more than can
    be told.
    """
    size = text.path.stat().st_size
    with text.path.open("rb") as file:
        file.seek(max(0, size - TAIL_BYTES))
        tail = file.read()
    start = tail.find(b"\n") + 1
    if start == 0:
        return None
    tail_lines = tail.count(b"\n", start) + (not tail.endswith(b"\n"))
    records = list(
        read_records(text, dialect, offset=size - len(tail) + start, first_line=text.lines - tail_lines + 1)
    )
    found: list[tuple[Kind, Record]] = []
    while records:
        record = records.pop()
        kind = kinds.of(record.cells) if record.cells is not None else Kind.PLAIN
        if kind is Kind.PLAIN:
            return found[::-1] if sum(1 for each, _ in found if each in HELD) <= MOST_HELD else None
        found.append((kind, record))
    return None


def _copy_sql(
    text: Text,
    dialect: Dialect,
    width: int,
    keep: str,
    body_line: int,
    above: int,
    over_lines: bool,
    target: Path,
) -> str:
    columns = [f"c{at}" for at in range(width)]
    source = _source_sql(text, dialect, width, skip=above)
    cells = f"[{', '.join(columns)}]"
    constant = "$1::varchar as provider_code, $2::varchar as extract_id"
    if not over_lines:
        query = f"select {constant}, null::bigint as line_number, {cells} as cells from {source} where {keep}"
    else:
        text_of = f"concat_ws('', {', '.join(columns)})"
        query = f"""
            select {constant}, line_number, {cells} as cells
            from (
                select *,
                    {body_line - 1} + row_number() over () + coalesce(
                        sum(breaks) over (rows between unbounded preceding and 1 preceding), 0
                    )::bigint as line_number
                from (
                    select *, length({text_of}) - length(replace({text_of}, chr(10), '')) as breaks
                    from {source}
                )
            )
            where {keep}"""
    return _copy_to(query, target)


def _copy_to(query: str, target: Path) -> str:
    # One list holds the cells of all columns: a dictionary of them is never worth the time it takes.
    form = at_rest.as_parquet("compression_level 1", f"row_group_size {ROW_GROUP}", "dictionary_size_limit 1")
    return f"copy ({query}) to {literal(str(target))} {form}"


def _source_sql(text: Text, dialect: Dialect, width: int, *, skip: int) -> str:
    """The text as DuckDB is to read it, all columns text, nothing found by looking."""
    columns = [f"c{at}" for at in range(width)]
    quote = dialect.quote or ""
    options = [
        "auto_detect=false",
        "header=false",
        f"skip={skip}",
        f"delim={literal(dialect.delimiter)}",
        f"quote={literal(quote)}",
        f"escape={literal(quote)}",
        f"columns={{{', '.join(f'{name}: VARCHAR' for name in columns)}}}",
        # An empty cell is the empty string: nothing in the file can be equal to this.
        f"nullstr={literal(uuid.uuid4().hex)}",
        "allow_quoted_nulls=false",
        "null_padding=false",
        "strict_mode=true",
        "ignore_errors=false",
        # Neither is the name to say anything: `.gz` of what is text, `c0=1/` of what is a folder.
        "compression='none'",
        "hive_partitioning=false",
        f"max_line_size={max(2 << 20, 2 * text.longest_line)}",
        f"buffer_size={max(8 << 20, 4 * text.longest_line)}",
    ]
    if not text.has_returns:
        options.append(
            "new_line='\\n'"
        )  # told so it is not looked for; the other kind can't be told in strict mode
    return f"read_csv({literal(_one_file(text.path))}, {', '.join(options)})"


def _keep(kinds: Kinds, dropped: list[Record]) -> str:
    """Whether a record is a plain one for certain.

    It need not be exact, only never keep what `settle` skips: one left out too many and the numbers do not
    add up. Nearly every record shows it in the first letters of its first cell; only the others are looked
    at whole.
    """
    columns = [f"c{at}" for at in range(kinds.width)]
    joined = f"concat_ws(chr(31), {', '.join(columns)})"
    trimmed = f"concat_ws(chr(31), {', '.join(f'trim({name})' for name in columns)})"
    # Every word that `settle` takes in a total; a supplier's name has another.
    words = "|".join((*BEFORE_TOTAL, "totals?", *AFTER_TOTAL, "q", "cr", "dr"))
    total = f"regexp_full_match(lower({joined}), '(?:[^\\pL]*(?:{words}))*[^\\pL]*')"
    doubtful = [
        f"not regexp_matches({joined}, '[\\pL\\pN]')",
        f"(contains(lower({joined}), 'total') and {total})",
    ]
    if any(kinds.header):
        doubtful.append(f"{trimmed} = {literal(chr(31).join(kinds.header))}")
    if dropped:
        # A number of cells of its own never comes this far.
        as_joined = sorted({chr(31).join(cell or "" for cell in record.cells) for record in dropped})
        doubtful.append(f"{joined} in ({', '.join(map(literal, as_joined))})")
    plain = "(c0 >= '0' and c0 < ':') or (c0 >= 'A' and c0 < '[') or (c0 >= 'a' and c0 < '{')"
    firsts = sorted({kinds.header[0], *(record.cells[0] or "" for record in dropped)})
    other = f"trim(c0) not in ({', '.join(literal(first.strip(' ')) for first in firsts)})"
    return (
        f"case when ({plain}) and not contains(lower(c0), 'total') and {other} then true "
        f"else not ({' or '.join(doubtful)}) end"
    )


def _one_file(path: Path) -> str:
    """The path as DuckDB is to see it: the file of that name, and no pattern that others match."""
    return glob.escape(str(path.absolute()))
