"""What is inside a file: the members of a .gz or a .zip, unpacked one at a time, with limits; the tables of a
DTF file.
"""

from __future__ import annotations

import gzip
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from .disk import discard
from .errors import Refused
from .formats import dtf
from .formats.detect import broken_zip, read_head, spreadsheet_kind

CHUNK_BYTES = 1 << 20
ENCRYPTED = 0x1
JUNK = (".DS_Store", "Thumbs.db", "desktop.ini")
DRIVE = re.compile(r"[A-Za-z]:")
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    gzip.BadGzipFile,
    NotImplementedError,
    ValueError,
)
# What people put beside the data: told, never read, where something else in the archive is data.
_BESIDE = re.compile(
    r"(?:read[ _-]?me|licen[cs]e)[^/.]*(?:\.(?:txt|html?))?"
    r"|[^/]*\.(?:md|rtf|pdf|docx?|odt|pptx?|png|jpe?g|gif|svg|ico|url|lnk)",
    re.IGNORECASE,
).fullmatch


@dataclass(frozen=True)
class Limits:
    """What an archive may unpack to; a ratio makes a bomb only of what is larger than `ratio_from_bytes`."""

    total_bytes: int = 8 << 30
    members: int = 1_000
    ratio: int = 200
    ratio_from_bytes: int = 100 << 20


@dataclass(frozen=True)
class Member:
    """A file to read: itself (`name` is None), or a member of an archive, unpacked at `path` for a while.

    `problem` says why it could not be unpacked; there is no file at `path` then. `beside` are the members of
    its archive that are no data by their names. A member that is one table of a DTF file has it as `table`,
    and the record type as (the end of) its name.
    """

    name: str | None
    path: Path
    problem: Refused | None = None
    beside: tuple[str, ...] = ()
    table: dtf.Table | None = None


LIMITS = Limits()


def members(
    path: Path, scratch: Path, limits: Limits = LIMITS, *, broken_too: bool = False
) -> Iterator[Member]:
    """The files that `path` holds: itself, or those inside it when it is a .gz or a .zip, by content; of a
    DTF file each of its tables.

    Each member is unpacked into the folder `scratch` when its turn comes and removed when the iterator
    moves on; those that are no data by their names come last. Folders and what macOS leaves in archives are
    passed over. An archive inside an archive is handed out as it is, and is refused where its format is
    looked at.

    Raises `Refused`, before anything is unpacked, for an archive with an encrypted member, with names
    that point outside it, or over the limits by its own account; and on the way for a member that is
    broken, grows beyond the limits or is a DTF file that is not whole; of a zip such a member is handed out
    with its `problem` instead, and the others after it, when `broken_too`.
    """
    for member in files(path, scratch, limits, broken_too):
        if member.problem is None and dtf.is_dtf(member.path):
            yield from tables(member, scratch, broken_too)
        else:
            yield member


def tables(member: Member, scratch: Path, broken_too: bool) -> Iterator[Member]:
    """The tables of a DTF file, the header first, each a member named by its record type."""
    try:
        found = dtf.split(member.path, scratch)
    except Refused as problem:
        if not (broken_too and member.name):
            raise
        yield replace(member, problem=problem)
        return
    try:
        for table in found:
            name = f"{member.name}/{table.record_type}" if member.name else table.record_type
            yield replace(member, name=name, path=table.text.path, table=table)
    finally:
        for table in found:
            discard(table.text.path)


def files(path: Path, scratch: Path, limits: Limits, broken_too: bool) -> Iterator[Member]:
    head = read_head(path, 4)
    if head.startswith(b"\x1f\x8b"):
        yield from gzip_member(path, scratch, limits)
    elif head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        yield from zip_members(path, scratch, limits, broken_too)
    else:
        yield Member(None, path)


def gzip_member(path: Path, scratch: Path, limits: Limits) -> Iterator[Member]:
    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    target = scratch / "member-1"
    allowed = min(limits.total_bytes, max(limits.ratio_from_bytes, limits.ratio * path.stat().st_size))
    try:
        try:
            with gzip.open(path, "rb") as source:
                unpack(source, target, allowed, path.name)
        except BROKEN as error:
            raise broken(path.name, error) from None
        yield Member(name, target)
    finally:
        discard(target)


def zip_members(path: Path, scratch: Path, limits: Limits, broken_too: bool) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise broken_zip(path.name) from None
    except (*BROKEN, OSError) as error:
        raise broken(path.name, error) from None
    with archive:
        entries = archive.infolist()
        if spreadsheet_kind([entry.filename for entry in entries]) or is_office_document(entries):
            yield Member(None, path)
            return
        inspect(path.name, entries, limits)
        wanted = [entry for entry in entries if not entry.is_dir() and not is_junk(entry.filename)]
        beside = tuple(entry.filename for entry in wanted if is_beside(entry.filename))
        wanted.sort(key=lambda entry: entry.filename in beside)
        if not wanted:
            raise Refused(f"{path.name} is an archive without files; ask for it to be sent again.")
        for number, entry in enumerate(wanted, start=1):
            target = scratch / f"member-{number}"
            label = f"{path.name}, member {entry.filename},"
            problem = None
            try:
                try:
                    with opened(archive, entry, label) as source:
                        unpack(source, target, entry.file_size, label)
                except BROKEN as error:
                    problem = broken(label, error)
                except Refused as error:
                    problem = error
                if problem and not broken_too:
                    raise problem
                yield Member(entry.filename, target, problem, beside)
            finally:
                discard(target)


def opened(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, label: str) -> IO[bytes]:
    try:
        return archive.open(entry)
    except OSError as error:
        raise broken(label, error) from None


def is_office_document(entries: list[zipfile.ZipInfo]) -> bool:
    return any(entry.filename == "[Content_Types].xml" for entry in entries)


def is_junk(name: str) -> bool:
    """What macOS and Windows leave beside the data."""
    *folders, last = name.replace("\\", "/").split("/")
    return "__MACOSX" in folders or last in JUNK or last.startswith("._")


def is_beside(name: str) -> bool:
    """Whether a member is no data by its name: a read-me, a licence, a document, a picture."""
    return _BESIDE(name.replace("\\", "/").rpartition("/")[2]) is not None


def is_unsafe(name: str) -> bool:
    """Whether a member's name points outside the archive: absolute, on a drive, or upwards."""
    path = name.replace("\\", "/")
    return path.startswith("/") or DRIVE.match(path) is not None or ".." in path.split("/")


def inspect(name: str, entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Raises `Refused` for an archive that is over the limits, encrypted or unsafe by its own directory."""
    if len(entries) > limits.members:
        raise Refused(
            f"{name} has {len(entries):,} members, more than {limits.members:,}; send fewer files at a time."
        )
    for entry in entries:
        if is_unsafe(entry.filename) or is_unsafe(entry.orig_filename):
            raise Refused(
                f"{name} has a member named {entry.filename!r}, which points outside the archive; "
                "pack it again."
            )
        if entry.flag_bits & ENCRYPTED:
            raise Refused(
                f"{name} is protected by a password (member {entry.filename}); send it without one."
            )
        if entry.file_size > limits.ratio_from_bytes and entry.file_size > limits.ratio * max(
            1, entry.compress_size
        ):
            raise bomb(f"{name}, member {entry.filename},")
    total = sum(entry.file_size for entry in entries)
    if total > limits.total_bytes:
        raise Refused(
            f"{name} would unpack to {total:,} bytes, more than {limits.total_bytes:,}; send it in parts."
        )


def unpack(source: IO[bytes] | gzip.GzipFile, target: Path, allowed: int, label: str) -> None:
    """Copies `source` to `target`. Raises `Refused` as soon as it grows beyond `allowed` bytes, and where it
    can't be read: an archive may point to before its own beginning.

    An `OSError` is one of our own disk, full or broken, and nothing that the provider could mend.
    """

    def pieces() -> Iterator[bytes]:
        while True:
            try:
                chunk = source.read(CHUNK_BYTES)
            except OSError as error:
                raise broken(label, error) from None
            if not chunk:
                return
            yield chunk

    written = 0
    with target.open("xb") as file:
        for chunk in pieces():
            written += len(chunk)
            if written > allowed:
                raise bomb(label)
            file.write(chunk)


def bomb(label: str) -> Refused:
    return Refused(f"{label} unpacks to far more than its size, as an archive bomb does; send it unpacked.")


def broken(label: str, error: Exception) -> Refused:
    what = (getattr(error, "strerror", None) or str(error)).rstrip(".") or type(error).__name__
    return Refused(f"{label} is cut off or broken as an archive ({what}); send it again.")
