"""Taking people who are forgotten out of landed files, and keeping them out of those that land.

A file keeps its records, their number and their order: cells that say who somebody is become null, so that
receipts reconcile as before. The Parquet file itself counts the records that were emptied in its metadata,
so a receipt that was not written any more is mended by the next run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from .. import at_rest
from ..disk import written_anew
from ..hashing import file_sha256
from ..home import Home
from ..landing import BATCH_ROWS, Place, read_receipt, write_receipt
from ..layouts import Seeds
from ..placeholders import RECORDS, REJECTS
from ..receipts import Receipt, all_receipts
from .identity import Named, Reader, Row
from .tombstones import Tombstones

COUNTED = "citymart.forgotten"
CELLS = pa.schema([RECORDS.field("cells")])


@dataclass(frozen=True)
class Extract:
    """A landed extract whose records are looked at."""

    place: Place
    receipt: Receipt

    @property
    def id(self) -> str:
        return self.receipt["extract_id"]

    @property
    def records(self) -> Path:
        return self.place.records(self.id)

    @property
    def rejects(self) -> Path:
        return self.place.rejects(self.id)

    def reader(self, seeds: Seeds) -> Reader:
        header = [column["name"] for column in self.receipt["header"]]
        return Reader(seeds, self.receipt["provider_code"], self.receipt["subject"], header)


@dataclass(frozen=True)
class Hit:
    """A record that names people who are forgotten: which, and what they were known by."""

    extract: Extract
    row_number: int
    row: Row
    gone: list[Named]
    by: list[tuple[str, str]]


def extracts(home: Home, seeds: Seeds) -> Iterator[Extract]:
    """The landed extracts of subjects that know people, withdrawn ones too: their records are still there."""
    about_people = subjects_of_people(seeds)
    seen: set[str] = set()
    for path, receipt in all_receipts(home):
        if receipt.get("subject") not in about_people or receipt.get("extract_id") in seen:
            continue
        extract = Extract(Place(path.parent), receipt)
        if receipt.get("outcome") != "refused" and extract.records.exists():
            seen.add(extract.id)
            yield extract


def subjects_of_people(seeds: Seeds) -> set[str]:
    """The subjects with a field that is classed personal."""
    rows = seeds.rows("layouts/subject_fields.csv")
    return {row["subject"] for row in rows if row["classification"] == "personal"}


def is_dim(reader: Reader) -> bool:
    """Whether columns that no layout knows may hold what no known one does: the names."""
    return not (reader.parted or reader.whole) and any(name is None for name in reader.fields)


def look(
    file: Path, reader: Reader, stones: Tombstones, extract_id: str | None = None
) -> Iterator[tuple[int, list[str | None], Row | None, list[Named], list[tuple[str, str]]]]:
    """The records that name somebody who is forgotten: number, cells, what they say, who, and known by what.

    With an `extract_id` also those that were pointed at by their number.
    """
    dim = is_dim(reader)
    if not (dim or reader.reads_people):
        return
    number = -1
    for batch in at_rest.batches(file, CELLS, BATCH_ROWS):
        for cells in batch.column(0).to_pylist():
            number += 1
            cells = cells or []
            if dim or len(cells) < reader.width:
                if stones.in_text(" ".join(cell or "" for cell in cells)):
                    yield number, cells, None, [], []
                    continue
                if dim:
                    continue
            row = reader.who(cells)
            if row.named and not any(map(stones.may_know, row.named)):
                continue
            row = reader.read(cells)
            where = None if extract_id is None else f"{extract_id}|{number}"
            gone, by = [], []
            for one in row.named:
                cases, keys = stones.known(reader, row, one, where)
                if cases:
                    gone.append(one)
                    by += keys
            if gone or (not row.named and stones.knows_number(reader, row)):
                yield number, cells, row, gone, by


def sweep_records(file: Path, reader: Reader, stones: Tombstones, extract_id: str | None = None) -> list[int]:
    """Empties what a file of records says of people who are forgotten; the numbers of those records."""
    found = {
        number: reader.without(cells, row or Row([]), gone)
        for number, cells, row, gone, _ in look(file, reader, stones, extract_id)
    }
    if not found:
        return []
    emptied = counted(file) + len(found)
    schema = at_rest.said(RECORDS, COUNTED, emptied)
    at = 0
    with written_anew(file) as path:
        with at_rest.writer(path, schema) as writer:
            for batch in at_rest.batches(file, RECORDS, BATCH_ROWS):
                columns = {name: batch.column(name) for name in RECORDS.names}
                hits = [number for number in range(at, at + batch.num_rows) if number in found]
                if hits:
                    cells = columns["cells"].to_pylist()
                    for number in hits:
                        cells[number - at] = found[number]
                    columns["cells"] = pa.array(cells, pa.list_(pa.string()))
                writer.write_batch(
                    pa.record_batch([columns[f.name].cast(f.type) for f in RECORDS], schema=schema)
                )
                at += batch.num_rows
        at_rest.say(file, path, COUNTED, emptied)
    return sorted(found)


def sweep_rejects(file: Path, stones: Tombstones) -> int:
    """Empties the text of rejected records that name somebody who is forgotten; how many."""
    if not file.exists():
        return 0
    table = at_rest.read_table(file)
    texts = table.column("raw_text").to_pylist()
    found = [at for at, text in enumerate(texts) if text and stones.in_text(text)]
    if not found:
        return 0
    for at in found:
        texts[at] = ""
    emptied = counted(file) + len(found)
    schema = at_rest.said(REJECTS, COUNTED, emptied)
    columns = [table.column(n) if n != "raw_text" else pa.array(texts, pa.string()) for n in REJECTS.names]
    with written_anew(file) as path:
        at_rest.write_table(pa.table(columns, schema=schema), path)
        at_rest.say(file, path, COUNTED, emptied)
    return len(found)


def counted(file: Path) -> int:
    """How many records of a landed file were emptied, as the file itself says."""
    return at_rest.number(file, COUNTED)


def mend_receipts(extract: Extract, scrub: Callable[[str], str] = lambda text: text) -> bool:
    """Makes each receipt of the extract say what its files hold; whether one did not. `scrub` takes people
    out of its notes."""
    counts = {"forgotten_rows": counted(extract.records), "forgotten_rejects": counted(extract.rejects)}
    paths = [extract.place.receipt(extract.id), *extract.place.folder.glob(f"{extract.id}@*.json")]
    size, digest, mended = extract.records.stat().st_size, None, False
    for path in paths:
        receipt = read_receipt(path)
        if not receipt or receipt.get("outcome") == "refused":
            continue
        right = receipt | {key: counts[key] for key in counts if counts[key] or key in receipt}
        right["notes"] = [scrub(note) for note in receipt.get("notes") or []]
        if any(counts.values()):
            digest = digest or file_sha256(extract.records)
            right |= {"landing_bytes": size, "landing_sha256": digest}
            if receipt.get("rejects_sha256"):
                right["rejects_sha256"] = file_sha256(extract.rejects)
        if right != receipt:
            write_receipt(path, right)
            mended = True
    return mended


def sweep_landing(
    home: Home,
    seeds: Seeds,
    stones: Tombstones,
    *,
    pointed: bool = False,
    scrub: Callable[[str], str] = lambda text: text,
    only: Callable[[Extract, Reader], bool] = lambda _extract, _reader: True,
) -> dict[str, list[int]]:
    """Takes all who are forgotten out of what has landed: extract → the records that were emptied.

    The caller holds the landing. What is killed half-way is done by running it again.
    """
    emptied: dict[str, list[int]] = {}
    for extract in extracts(home, seeds):
        reader = extract.reader(seeds)
        if not only(extract, reader):
            continue
        clear(extract)
        rows = sweep_records(extract.records, reader, stones, extract.id if pointed else None)
        rejects = sweep_rejects(extract.rejects, stones)
        if rows or rejects:
            emptied[extract.id] = rows
        mend_receipts(extract, scrub)
    return emptied


def clear(extract: Extract) -> None:
    """What a killed run left beside the files: it may hold who is forgotten."""
    for folder in (extract.place.folder, extract.place.folder / "rejects"):
        for left in folder.glob(f".{extract.id}.parquet.*"):
            with suppress(OSError):
                left.unlink()
