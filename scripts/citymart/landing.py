"""Writing to the landing: records in bounded memory, then names that appear whole or not at all.

Everything is written in a scratch folder of the home first, made safe on the disk, and renamed; the receipt
is last and is the commit point. What a killed run leaves behind is never seen and is cleared away by the
next.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from . import at_rest
from .disk import fsync_file, fsync_folder
from .errors import CityMartError
from .home import Home
from .placeholders import NONE, RECORDS, REJECTS

BATCH_ROWS = 20_000
BATCH_CHARACTERS = 8 << 20
# What an empty cell costs, in characters: a wide table of empty cells is large too.
CELL_CHARACTERS = 8


class NotWritten(CityMartError):
    """The home can't be written: full, read-only or not permitted. Nothing that had landed is lost."""


def explain(error: OSError, home: Home) -> NotWritten:
    """The operating system's refusal in one sentence, with the way out."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NotWritten(
            f"the disk of {home.root} is full; free some space or give another --home, then load again"
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return NotWritten(
            f"{error.filename or home.root} can't be written (no permission); give another --home"
        )
    return NotWritten(f"{home.root} can't be written: {error.strerror or error}")


@dataclass(frozen=True)
class Place:
    """Where the extracts of one provider and subject are."""

    folder: Path

    @classmethod
    def of(cls, home: Home, provider: str, subject: str) -> Place:
        return cls(home.landing / subject / provider)

    def extract_id(self, digest: str) -> str:
        """The id of the extract whose bytes as sent have this SHA-256, for this provider and subject."""
        whose = f"{self.folder.name}/{self.folder.parent.name}/{digest}"
        return hashlib.sha256(whose.encode()).hexdigest()[:16]

    def records(self, extract_id: str) -> Path:
        return self.folder / f"{extract_id}.parquet"

    def rejects(self, extract_id: str) -> Path:
        return self.folder / "rejects" / f"{extract_id}.parquet"

    def receipt(self, extract_id: str, as_of: str | None = None) -> Path:
        return self.folder / (f"{extract_id}@{as_of}.json" if as_of else f"{extract_id}.json")

    def landed(self, extract_id: str) -> dict[str, Any] | None:
        """The receipt of an extract that has landed whole, be it held or not; None if it has not."""
        receipt = read_receipt(self.receipt(extract_id))
        if not receipt or receipt.get("outcome") not in ("landed", "held"):
            return None
        try:
            whole = self.records(extract_id).stat().st_size == receipt["landing_bytes"]
        except OSError:
            return None
        return receipt if whole else None

    def declarations(self, extract_id: str, landed: dict[str, Any]) -> list[dict[str, Any]]:
        """All receipts of an extract that has landed: its own, for other dates, of its withdrawal."""
        others = (read_receipt(path) for path in sorted(self.folder.glob(f"{extract_id}@*.json")))
        return [landed, *(receipt for receipt in others if receipt)]


def read_receipt(path: Path) -> dict[str, Any] | None:
    try:
        return json.loads(at_rest.read_text(path))
    except (OSError, ValueError):
        return None


class Writer:
    """Records and rejects to two Parquet files, a batch at a time."""

    def __init__(self, scratch: Path, provider: str, extract_id: str):
        self.records_path = scratch / "records.parquet"
        self.rejects_path = scratch / "rejects.parquet"
        self._constant = (provider, extract_id)
        self._records: at_rest.Writer | None = None
        self._rejects: at_rest.Writer | None = None
        self._cells: list[list[str | None]] = []
        self._lines: list[int | None] = []
        self._refused: list[tuple[int, str, str]] = []
        self._characters = 0
        self.first_line: int | None = None
        self.landed = self.rejected = 0
        self._adopted = False
        self.reasons: Counter[str] = Counter()

    def land(self, line: int, cells: list[str | None]) -> None:
        if self.first_line is None:
            self.first_line = line
        self._lines.append(None if line == self.first_line + self.landed else line)
        self._cells.append(cells)
        self.landed += 1
        self._characters += CELL_CHARACTERS * len(cells)
        try:
            self._characters += len("".join(cells))
        except TypeError:  # a null among them
            self._characters += sum(len(cell) for cell in cells if cell)
        if len(self._cells) >= BATCH_ROWS or self._characters >= BATCH_CHARACTERS:
            self._write_records()

    def reject(self, line: int, reason: str, raw: str) -> None:
        self._refused.append((line, reason, raw))
        self.rejected += 1
        self.reasons[reason] += 1
        self._characters += len(raw)
        if len(self._refused) >= BATCH_ROWS or self._characters >= BATCH_CHARACTERS:
            self._write_rejects()

    def adopt(self, rows: int, first_line: int) -> None:
        """The records' file is already there, whole, with `rows` records that begin on `first_line`."""
        self.landed, self.first_line, self._adopted = rows, first_line, True

    def close(self) -> None:
        self._write_records(always=not self._adopted)
        self._write_rejects()
        for writer in (self._records, self._rejects):
            if writer:
                writer.close()

    def abandon(self) -> None:
        for writer in (self._records, self._rejects):
            if writer and writer.is_open:
                with suppress(OSError, pa.ArrowException):  # the scratch folder goes anyway
                    writer.close()

    def _write_records(self, always: bool = False) -> None:
        if self._records is None and (self._cells or always):
            self._records = at_rest.writer(self.records_path, RECORDS)
        if self._cells:
            self._records.write_batch(
                pa.record_batch(
                    [
                        *self._same(len(self._cells)),
                        pa.array(self._lines, pa.int64()),
                        pa.array(self._cells, pa.list_(pa.string())),
                    ],
                    schema=RECORDS,
                )
            )
        self._cells, self._lines, self._characters = [], [], 0

    def _write_rejects(self) -> None:
        if not self._refused:
            return
        if self._rejects is None:
            self._rejects = at_rest.writer(self.rejects_path, REJECTS)
        lines, reasons, raws = zip(*self._refused, strict=True)
        self._rejects.write_batch(
            pa.record_batch(
                [
                    *self._same(len(lines)),
                    pa.array(lines, pa.int64()),
                    pa.array(reasons, pa.string()),
                    pa.array(raws, pa.string()),
                ],
                schema=REJECTS,
            )
        )
        self._refused, self._characters = [], 0

    def _same(self, rows: int) -> list[pa.Array]:
        return [pa.repeat(pa.scalar(value, pa.string()), rows) for value in self._constant]


def commit(
    place: Place, extract_id: str, records: Path | None, rejects: Path | None, receipt: dict[str, Any]
) -> None:
    """Makes an extract visible: rejects, records, then the receipt. After a crash at any point it is not
    there.
    """
    # A receipt of an earlier refusal must not vouch for records that are not all there yet.
    place.receipt(extract_id).unlink(missing_ok=True)
    _move(rejects, place.rejects(extract_id)) if rejects else place.rejects(extract_id).unlink(
        missing_ok=True
    )
    if records:
        _move(records, place.records(extract_id))
    write_receipt(place.receipt(extract_id), receipt)


def write_receipt(path: Path, receipt: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        at_rest.write_text(temporary, json.dumps(receipt, ensure_ascii=False, indent=1) + "\n")
        fsync_file(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    fsync_folder(path.parent)


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    fsync_file(source)
    at_rest.move_said(source, target)
    source.replace(target)
    fsync_folder(target.parent)


@contextmanager
def holding(home: Home, waiting: Callable[[str], None] = lambda _message: None) -> Iterator[None]:
    """While it lasts nobody else changes what has landed. Whoever comes second waits, having said so.

    The lock goes with its process, however that ends. Raises `NotWritten` for a home that can't be written.
    """
    try:
        home.root.mkdir(parents=True, exist_ok=True)
        lock = os.open(home.root / ".load.lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise explain(error, home) from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting(f"Another load, or a backup, holds {home.root}; waiting for it to end.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


@contextmanager
def loading(home: Home, waiting: Callable[[str], None] = lambda _message: None) -> Iterator[Path]:
    """The only load of this home at a time; gives a scratch folder. What lies about once we hold the lock is
    nobody's, and is cleared away. Waits, and raises, as `holding` does.
    """
    with holding(home, waiting):
        scratch = home.root / ".scratch"
        try:
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir(exist_ok=True)
            clear_leftovers(home)
        except OSError as error:
            raise explain(error, home) from None
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def clear_leftovers(home: Home) -> int:
    """Removes what a killed load left: records and rejects without a receipt, and temporary files. How
    many.
    """
    removed = 0
    for folder in home.landing.glob("*/*/"):
        # What lies behind a link belongs to someone else.
        if folder.name == NONE or folder.is_symlink() or folder.parent.is_symlink():
            continue
        rejects = [] if (folder / "rejects").is_symlink() else folder.glob("rejects/*.parquet")
        receipts = {path.stem for path in folder.glob("*.json")}
        for path in [*folder.glob("*.parquet"), *rejects, *folder.glob(".*.tmp")]:
            if path.stem not in receipts:
                path.unlink(missing_ok=True)
                removed += 1
    return removed
