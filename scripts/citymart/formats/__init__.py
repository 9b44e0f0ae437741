"""Reading every format but CSV: what a file is, and its rows as text.

One module a format. Each is handed a path and settings and returns `Rows`; none knows providers,
subjects or headers. CSV has a module of its own beside this package, because most deliveries are CSV.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..rows import Rows
from . import json_records, parquet, sheets, xml_records
from .detect import detect

READERS = {
    "xlsx": sheets.read,
    "xls": sheets.read,
    "ods": sheets.read,
    "json": json_records.read,
    "ndjson": json_records.read,
    "geojson": json_records.read,
    "xml": xml_records.read,
    "parquet": parquet.read,
}

__all__ = ["READERS", "detect", "open_rows"]


def open_rows(path: Path, format: str, settings: Mapping[str, str] | None = None) -> Rows:
    """The rows of `path` as text, for every format in `READERS`.

    `settings` may hold `sheet` (a sheet's name, or its position from 1), `record_path` (`result.records`
    in JSON, `Collection/Record` in XML) and `encoding` (JSON only; the other formats say it themselves).

    Raises `Refused` for a file that is not what `format` says or has no table in it. A defect further
    down in the file is raised while the rows are read, so a caller commits nothing before their end.
    """
    return READERS[format](path, format, settings or {})
