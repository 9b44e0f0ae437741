"""What a home knows of people and can't make again: keys of persons, tombstones; and what people decided."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from .. import at_rest
from ..backups import DECISIONS
from ..errors import CityMartError
from ..home import PROJECT, Home
from ..people import tombstones
from ..people.keys import HISTORY, KEYS
from . import Seen, below

BACK = "bring it back from a backup: without it everybody gets a new key"


def look(home: Home, project: Path = PROJECT) -> Seen:
    """Nothing has the hashes of these files: they are read through, and held against each other."""
    seen = Seen()
    folder = tombstones.folder(home)
    keys, history = folder / "keys.parquet", folder / "history.parquet"
    known = _read(home, keys, KEYS, seen)
    happened = _read(home, history, HISTORY, seen)
    if (known is None) != (happened is None) and not seen.faults:
        seen.fault(below(home, history if happened is None else keys), "is missing", BACK)
    if known is not None and happened is not None:
        records, persons = known["record_id"], known["person_key"]
        seen.counts["records_with_a_key"] = len(known)
        seen.counts["persons"] = len(pc.unique(persons))
        if len(pc.unique(records)) != len(known):
            seen.fault(below(home, keys), "gives a record two keys", BACK)
        begun = happened.filter(pc.is_in(happened["event"], pa.array(["created", "split_from"])))
        strange = pc.invert(pc.is_in(pc.unique(persons), begun["person_key"]))
        if count := pc.sum(strange).as_py():
            seen.fault(below(home, history), f"does not know {count:,} keys of {keys.name}", BACK)
    try:
        seen.counts["forgotten"] = len(tombstones.cases(home))
        tombstones.read(home)
    except CityMartError as error:
        seen.fault(
            below(home, tombstones.file(home)), f"can't be used ({error})", "bring both back from a backup"
        )
    records = set(known["record_id"].to_pylist()) if known is not None else set()
    for name in DECISIONS:
        _decisions(project, name, records, seen)
    return seen


def _read(home: Home, file: Path, schema: pa.Schema, seen: Seen) -> pa.Table | None:
    if not file.exists():
        return None
    seen.counts["files"] += 1
    seen.hashed(file)
    try:
        table = at_rest.read_table(file, schema)
        return table.select(schema.names)
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        seen.fault(below(home, file), f"can't be read ({str(error).splitlines()[0][:120]})", BACK)
        return None


def _decisions(project: Path, name: str, records: set[str], seen: Seen) -> None:
    file = project / name
    if not file.exists():
        return
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, strict=True)
        unknown: list[int] = []
        for row in rows:
            seen.counts["decisions"] += 1
            if None in row or None in row.values():
                seen.fault(
                    name, f"line {rows.line_num} has more or fewer cells than the header", "mend the line"
                )
            named = {row.get(column) for column in ("record_id_l", "record_id_r")} - {None}
            if records and named - records:
                unknown.append(rows.line_num)
    if unknown:
        lines = f"{len(unknown)} lines speak" if len(unknown) > 1 else f"line {unknown[0]} speaks"
        seen.notes.append(f"{name}: {lines} of records that have no key (any more)")
