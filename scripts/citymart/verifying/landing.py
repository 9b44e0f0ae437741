"""Receipts and what they vouch for: records, rejects, hashes, numbers of rows and of lines."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from .. import at_rest
from ..errors import CityMartError
from ..hashing import file_sha256
from ..home import Home
from ..landing import BATCH_ROWS, NotWritten, Place, holding
from ..people.sweeping import counted
from ..placeholders import NONE, RECORDS, REJECTS
from ..receipts import Receipt, landed_at
from . import Seen, below

WORKERS = 2
"""A hash keeps a core busy; more threads than two read more at a time than most disks like."""
WHOSE = pa.schema([RECORDS.field(name) for name in ("provider_code", "extract_id", "line_number")])
REJECTED = pa.schema([REJECTS.field(name) for name in WHOSE.names])
HERE = ("landed", "withdrawn", "held")
ACCEPTANCE = re.compile(r"accepted-\d+")
"""Outcomes of which the records are kept."""
ALIKE = (
    "landing_sha256",
    "landing_bytes",
    "landed_rows",
    "rejected_rows",
    "first_record_line",
    "total_lines",
)
"""What all receipts of an extract say alike."""
ORPHAN = "bring its receipt back from a backup, or load what was sent again: the next load removes it"


def look(home: Home, *, sources: Path | None = None, note: Callable[[str], None] = lambda _: None) -> Seen:
    """All that has landed; of `sources`, which of the files as they were sent are still those that landed."""
    folders = [
        folder
        for folder in sorted(home.landing.glob("*/*"))
        if folder.is_dir() and folder.name != NONE and not folder.is_symlink()
    ]
    with ThreadPoolExecutor(WORKERS) as pool:
        seen = dict(zip(folders, pool.map(partial(_folder, home), folders), strict=True))
    wrong = [folder for folder in folders if seen[folder].faults]
    if wrong:
        # A load may have been at work there just then: once more, while none is.
        with suppress(NotWritten), holding(home, note):
            seen |= {folder: _folder(home, folder) for folder in wrong}
    all_of_it = Seen()
    for each in seen.values():
        all_of_it.add(each)
    for path in sorted(path for depth in ("*", "*/*") for path in home.landing.glob(depth) if path.is_file()):
        all_of_it.fault(below(home, path), "is no file of a landing", "take it out")
    if sources is not None:
        _sources(home, sources, all_of_it)
    return all_of_it


def _folder(home: Home, folder: Path) -> Seen:
    """What one provider sent of one subject."""
    seen, place = Seen(), Place(folder)
    by_extract: dict[str, list[tuple[Path, Receipt]]] = defaultdict(list)
    for path in sorted(folder.glob("*.json")):
        if path.name.startswith("."):
            continue
        seen.counts["receipts"] += 1
        extract_id = path.stem.partition("@")[0]
        receipts = by_extract[extract_id]
        try:
            receipt = json.loads(at_rest.read_text(path))
            receipts.append((path, _checked(place, path, receipt)))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, CityMartError) as error:
            seen.fault(below(home, path), f"can't be right as a receipt ({_first(error)})", _again(path))
    known: set[Path] = set()
    for extract_id, of_it in by_extract.items():
        known |= {*_extract(home, place, extract_id, of_it, seen)}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path not in known):
        if path.name.startswith("."):
            continue  # of a load that was killed: the next one clears it away
        if path.suffix == ".parquet":
            seen.fault(below(home, path), "has no receipt", ORPHAN)
        else:
            seen.fault(below(home, path), "is no file of a landing", "take it out")
    return seen


def _checked(place: Place, path: Path, receipt: Receipt) -> Receipt:
    """The receipt. Raises `ValueError`, which says what of it can't be so by itself."""
    extract_id, _, other = path.stem.partition("@")
    outcome = receipt["outcome"]
    is_so: dict[str, bool] = {
        f"extract_id is {receipt['extract_id']!r}": receipt["extract_id"] == extract_id,
        f"provider_code is {receipt['provider_code']!r}": receipt["provider_code"] == place.folder.name,
        f"subject is {receipt['subject']!r}": receipt["subject"] == place.folder.parent.name,
        f"outcome is {outcome!r}": outcome in (*HERE, "refused"),
        f"as_of_date is {receipt['as_of_date']!r}": other in ("", "withdrawn", receipt["as_of_date"])
        or ACCEPTANCE.fullmatch(other) is not None,
        "it is withdrawn": (outcome == "withdrawn") == (other == "withdrawn"),
    }
    landed_at(receipt)
    if outcome in HERE:
        source, landed, rejected = (
            receipt[name] for name in ("source_records", "landed_rows", "rejected_rows")
        )
        sent = receipt["source_sha256"]
        if receipt["format"] == "dtf":
            sent = f"{sent}/{receipt['source_member'].rpartition('/')[2]}"
        is_so |= {
            "its id is not made of source_sha256": place.extract_id(sent) == extract_id,
            f"{landed:,} landed and {rejected:,} rejected are not {source:,} records of the source": (
                landed + rejected == source
            ),
        }
    for what, right in is_so.items():
        if not right:
            raise ValueError(what)
    return receipt


def _extract(
    home: Home, place: Place, extract_id: str, receipts: list[tuple[Path, Receipt]], seen: Seen
) -> Iterator[Path]:
    """Looks at an extract; yields the files that are its own."""
    records, rejects = place.records(extract_id), place.rejects(extract_id)
    others = [*place.folder.glob(f"{extract_id}@*.json")]
    yield from (place.receipt(extract_id), *others)
    here = [(path, receipt) for path, receipt in receipts if receipt["outcome"] in HERE]
    # Where a receipt can't be read, that is told, and nothing of its files.
    if here or len(receipts) < len(others) + place.receipt(extract_id).exists():
        yield from (
            file for path in (records, rejects) for file in (path, path.with_name(f"{path.name}.said"))
        )
    if not here:
        return
    first, receipt = here[0]
    do = f"bring it back from a backup, or delete {first.name} and load {receipt['source_file']} again"
    if not place.receipt(extract_id).exists():
        seen.fault(below(home, place.receipt(extract_id)), f"is missing, and {first.name} is there", do)
    seen.counts["extracts"] += 1
    if not records.exists():
        seen.fault(below(home, records), "is missing, and its receipt is there", do)
        return
    digest, size = file_sha256(records), records.stat().st_size
    seen.hashed(records)
    if receipt["landing_sha256"] != digest or receipt["landing_bytes"] != size:
        seen.fault(below(home, records), *_damaged(records, size, receipt, do))
        return
    for path, each in here:
        if unlike := [name for name in ALIKE if each[name] != receipt[name]]:
            seen.fault(below(home, path), f"says another {unlike[0]} than {first.name}", do)
    _rows(home, records, WHOSE, first, receipt, receipt["landed_rows"], seen, do)
    _rejects(home, rejects, first, receipt, seen, do)
    seen.counts["records"] += receipt["landed_rows"]
    seen.counts["rejected"] += receipt["rejected_rows"]
    seen.counts["emptied"] += receipt.get("forgotten_rows") or 0


def _damaged(records: Path, size: int, receipt: Receipt, do: str) -> tuple[str, str]:
    with suppress(OSError, pa.ArrowException, ValueError):
        if counted(records) > (receipt.get("forgotten_rows") or 0):
            return (
                "somebody was taken out of it who is forgotten, and its receipt does not say so yet",
                "the next `citymart publish` mends that",
            )
    if size != receipt["landing_bytes"]:
        return f"has {size:,} bytes and not {receipt['landing_bytes']:,}", do
    return "its SHA-256 is not the one in its receipt", do


def _rejects(home: Home, rejects: Path, path: Path, receipt: Receipt, seen: Seen, do: str) -> None:
    wanted = receipt["rejected_rows"]
    if not rejects.exists():
        if wanted:
            seen.fault(below(home, rejects), f"is missing: {wanted:,} records were rejected", do)
        return
    if digest := receipt.get("rejects_sha256"):
        seen.hashed(rejects)
        if file_sha256(rejects) != digest:
            seen.fault(below(home, rejects), "its SHA-256 is not the one in its receipt", do)
            return
    _rows(home, rejects, REJECTED, path, receipt, wanted, seen, do)


def _rows(
    home: Home, file: Path, schema: pa.Schema, path: Path, receipt: Receipt, wanted: int, seen: Seen, do: str
) -> None:
    """Whether the rows of a file are as many as its receipt says, of its extract, and of lines in order."""
    at, line, wrong = 0, 0, None
    first, last = receipt["first_record_line"], receipt["total_lines"]
    try:
        for batch in at_rest.batches(file, schema, BATCH_ROWS):
            provider, extract, lines = batch.columns
            if provider.unique().to_pylist() != [receipt["provider_code"]]:
                wrong = "rows of another provider"
            if extract.unique().to_pylist() != [receipt["extract_id"]]:
                wrong = "rows of another extract"
            numbers = _numbers(lines, first, at, schema is WHOSE)
            if len(numbers) and (numbers[0] < line or (np.diff(numbers) < 0).any()):
                wrong = "lines that are not in order"
            line = numbers[-1] if len(numbers) else line
            at += batch.num_rows
    except (OSError, pa.ArrowException, ValueError, KeyError) as error:
        seen.fault(below(home, file), f"can't be read ({_first(error)})", do)
        return
    if at != wanted:
        seen.fault(below(home, path), f"speaks of {wanted:,} rows, and {file.name} has {at:,}", do)
    elif last is not None and line > last:
        seen.fault(below(home, path), f"speaks of {last:,} lines, and a record is of line {line:,}", do)
    elif wrong:
        seen.fault(below(home, file), f"has {wrong}", do)


def _numbers(lines: pa.Array, first: int | None, at: int, are_counted: bool) -> np.ndarray:
    """The lines of some rows; a record without one is of the line that is its number from the first."""
    if not are_counted:
        return lines.drop_null().to_numpy(zero_copy_only=False)
    numbers = np.arange(at, at + len(lines)) + (first or 0)
    given = lines.is_valid().to_numpy(zero_copy_only=False)
    numbers[given] = lines.drop_null().to_numpy(zero_copy_only=False)
    return numbers


def _sources(home: Home, folder: Path, seen: Seen) -> None:
    """Files as they were sent, where somebody has kept them."""
    sent: dict[str, set[str]] = defaultdict(set)
    for path in home.landing.glob("*/*/*.json"):
        with suppress(OSError, ValueError, CityMartError):
            receipt: Any = json.loads(at_rest.read_text(path))
            if isinstance(receipt, dict) and receipt.get("source_sha256"):
                is_packed = receipt.get("source_member") and receipt.get("format") != "dtf"
                sent[receipt["source_file"]].add("" if is_packed else receipt["source_sha256"])
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        hashes = sent.get(path.name, set())
        if "" in hashes:
            seen.counts["archives"] += 1
        elif hashes:
            seen.counts["sources"] += 1
            seen.hashed(path)
            if file_sha256(path) not in hashes:
                seen.fault(
                    str(path),
                    "is not what landed under its name: its SHA-256 is in no receipt",
                    "load it if it is a new delivery; else bring back what was sent",
                )
    if seen.counts["archives"]:
        seen.notes.append(
            f"{seen.counts['archives']} archives of {folder} were not looked into: receipts have the hashes"
            " of their members"
        )


def _first(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]


def _again(path: Path) -> str:
    return f"bring it back from a backup, or delete {path.name} and load what was sent again"
