"""Parquet: values as text, batch by batch; the header comes from the file's schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import Refused
from ..rows import Rows

BATCH_ROWS = 10_000


def read(path: Path, format: str, _settings: Mapping[str, str]) -> Rows:
    """The rows of a Parquet file. Raises `Refused` when it is cut off, broken or without columns."""
    try:
        file = pq.ParquetFile(path)
        # A name that is no UTF-8 is found when it is asked for.
        columns = list(file.schema_arrow)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path.name} can't be read as Parquet ({first_line(error)}); send it again.") from None
    header = [column.name for column in columns]
    if not header:
        file.close()
        raise Refused(f"{path.name} is a Parquet file without columns; ask for the table itself.")
    return Rows(
        format=format,
        rows=rows(path.name, file),
        header=header,
        total_lines=file.metadata.num_rows,
        notes=[
            f"The time zone {column.type.tz} of the column {column.name} is not known: its times are UTC."
            for column in columns
            if has_unknown_zone(column.type)
        ],
    )


def rows(name: str, file: pq.ParquetFile) -> Iterator[tuple[int, list[str | None]]]:
    """Each row with its number from 1. Raises `Refused` with the row where a page is damaged."""
    number = 0
    with file:
        try:
            for batch in file.iter_batches(batch_size=BATCH_ROWS):
                columns = [column_as_text(column) for column in batch.columns]
                for cells in zip(*columns, strict=True):
                    number += 1
                    yield number, list(cells)
        except LookupError as error:
            # A time zone inside a nested value.
            raise Refused(
                f"{name} names a time zone that is not known ({first_line(error)}); use UTC."
            ) from None
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            raise Refused(
                f"{name} is damaged after row {number:,} ({first_line(error)}); send it again."
            ) from None


def first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")


def column_as_text(column: pa.Array) -> list[str | None]:
    """One column of a batch as text; null stays None."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return column_as_text(column.dictionary_decode())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.to_pylist()
    if pa.types.is_float16(kind) or pa.types.is_float32(kind):
        # Widened to a double, 51.4 becomes 51.400001525878906; Arrow's cast gives the shortest.
        return [
            None if text is None else plain(text)
            for text in column.cast(pa.float32()).cast(pa.string()).to_pylist()
        ]
    if has_unknown_zone(kind):
        # Arrow keeps moments in UTC; the zone only says how they were once shown.
        column = column.cast(pa.timestamp(kind.unit, "UTC"))
    convert = converter(kind)
    return [None if value is None else convert(value) for value in column.to_pylist()]


def has_unknown_zone(kind: pa.DataType) -> bool:
    if not pa.types.is_timestamp(kind) or kind.tz is None:
        return False
    try:
        pa.lib.string_to_tzinfo(kind.tz)
    except (LookupError, ValueError, pa.ArrowException):
        return True
    return False


def plain(text: str) -> str:
    return text.removesuffix(".0")


def converter(kind: pa.DataType) -> Callable[[Any], str]:
    if pa.types.is_nested(kind):
        return as_json
    return as_text


def as_text(value: Any) -> str:
    """A single value as a person would write it in a CSV file."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return plain(repr(value))
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def as_json(value: Any) -> str:
    """A nested value as compact JSON text; what JSON has no form for goes in as text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=as_text)
