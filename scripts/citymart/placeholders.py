"""Empty files of the right shape, so that a glob over the landing always finds one.

A subject of which nothing has landed yet builds to an empty table instead of an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from . import at_rest
from .disk import alone_in, written_anew
from .home import Home

RECORDS = pa.schema(
    [
        ("provider_code", pa.string()),
        ("extract_id", pa.string()),
        ("line_number", pa.int64()),
        ("cells", pa.list_(pa.string())),
    ]
)
REJECTS = pa.schema(
    [
        ("provider_code", pa.string()),
        ("extract_id", pa.string()),
        ("line_number", pa.int64()),
        ("reason", pa.string()),
        ("raw_text", pa.string()),
    ]
)
NONE = "_none"


def ensure_landing(home: Home, subjects: Iterable[str]) -> None:
    """Every file that `models/landing` and the base models glob for exists, with no rows in it.

    Costs a look at a few paths when all are there already. Safe to call from two processes at once.
    """
    for subject in subjects:
        _once(home.landing / subject / NONE / f"{NONE}.parquet", RECORDS)
    shared = home.landing / NONE / NONE
    _once(shared / "rejects" / f"{NONE}.parquet", REJECTS)
    _once(shared / f"{NONE}.json", None)


def _once(path: Path, schema: pa.Schema | None) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with alone_in(path.parent):
        if path.exists():
            return
        for left in path.parent.glob(".*"):
            left.unlink()
        # Safe on the disk before it has its name: half of one would stay, and fail every build.
        with written_anew(path) as fresh:
            if schema is None:
                at_rest.write_text(fresh, "[]")
            else:
                at_rest.write_table(schema.empty_table(), fresh)
