"""Bytes to UTF-8 text: the encoding found by looking, and what the later readers must know of the whole file.

One pass hashes the file, decodes it (into a scratch copy unless it is UTF-8 already) and counts. Memory does
not grow with the file nor with its longest line.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np

from .errors import Refused

CHUNK = 1 << 20
LONGEST_LINE = 16 << 20
# How far past a chunk's end the rest of its last line is read along.
_REST = 1 << 16
_LINE_FEED = ord("\n")
# A UTF-8 mark, and the same mark read as windows-1252 and encoded once more.
_UTF8_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF8.decode("windows-1252").encode("utf-8"))

# Longest mark first: the one of UTF-32 LE begins with the one of UTF-16 LE.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass
class Text:
    """A text file as UTF-8, with what a pass over all of it has shown."""

    path: Path
    encoding: str
    sha256: str
    source_bytes: int
    lines: int = 0
    line_end: str = "\n"  # "\r" only where there is no line feed at all
    has_returns: bool = False
    has_quotes: bool = False
    has_zero_bytes: bool = False
    longest_line: int = 0  # bytes; an upper bound below two MiB, exact above
    mark_bytes: int = 0  # of the byte-order mark before the first cell
    notes: list[str] = field(default_factory=list)


class _NotUtf8(Exception):
    """The file began as UTF-8 and did not go on so."""


def read_text(path: Path, scratch: Path, *, encoding: str | None = None) -> Text:
    """The file as UTF-8 text; see `_read`. What stands before the first cell is no part of it."""
    text = _read(path, scratch, encoding)
    with text.path.open("rb") as file:
        head = file.read(64)
    begin = head
    while mark := next((mark for mark in _UTF8_MARKS if begin.startswith(mark)), None):
        begin = begin[len(mark) :]
        text.mark_bytes += len(mark)
    if text.mark_bytes:
        double = " (encoded twice)" if text.mark_bytes > len(codecs.BOM_UTF8) else ""
        text.notes.append(f"Cut a byte-order mark{double} off the first cell.")
    return text


def _read(path: Path, scratch: Path, encoding: str | None) -> Text:
    """The file as UTF-8 text: itself where it is UTF-8, else a copy made at `scratch`.

    `encoding` is the declared one; without it: a byte-order mark, UTF-16 without a mark (by where its zero
    bytes stand), UTF-8, else windows-1252. Lines of UTF-8 among lines of windows-1252 are decoded each in
    its own way, and that is noted.

    Raises `Refused` when a declared encoding does not fit, or UTF-16 breaks off.
    """
    with path.open("rb") as file:
        head = file.read(CHUNK)
    declared = _codec(encoding) if encoding else None
    found = declared or _by_mark(head) or _by_zero_bytes(head)
    if found in (None, "utf-8"):
        try:
            return _as_it_is(path)
        except _NotUtf8:
            if declared:
                raise Refused(
                    f"it is declared to be {encoding} but is not; see seeds/layouts/readers.csv"
                ) from None
        return _line_by_line(path, scratch)
    return _converted(path, scratch, found, declared=bool(declared))


def _codec(name: str) -> str:
    try:
        found = codecs.lookup(name).name
    except LookupError:
        raise Refused(f"its declared encoding {name!r} is not known; see seeds/layouts/readers.csv") from None
    return "utf-8" if found in ("ascii", "utf-8-sig") else found


def _by_mark(head: bytes) -> str | None:
    return next((name for mark, name in _MARKS if head.startswith(mark)), None)


def _by_zero_bytes(head: bytes) -> str | None:
    """UTF-16 without a mark: of mostly Latin text every other byte is zero."""
    sample = head[: 1 << 12]
    half = len(sample) // 2
    if half < 2:
        return None
    even, odd = sample[0 : 2 * half : 2].count(0), sample[1 : 2 * half : 2].count(0)
    if odd > 0.6 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.6 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None


def _chunks(file: BinaryIO, digest: hashlib._Hash, *, whole_lines: bool) -> Iterator[bytes]:
    # Hashing lets go of the interpreter's lock: on another core it costs next to nothing.
    with ThreadPoolExecutor(1) as other_core:
        hashed = None
        while chunk := file.read(CHUNK):
            if whole_lines:  # very long ones excepted
                chunk += file.readline(_REST)
            if hashed:
                hashed.result()
            hashed = other_core.submit(digest.update, chunk)
            yield chunk


def _as_it_is(path: Path) -> Text:
    digest, decoder, count = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), _Count()
    size = 0
    with path.open("rb") as file:
        for chunk in _chunks(file, digest, whole_lines=False):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                raise _NotUtf8 from None
            size += len(chunk)
            count.add(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise _NotUtf8 from None
    return count.into(Text(path, "utf-8", digest.hexdigest(), size))


def _converted(path: Path, scratch: Path, encoding: str, *, declared: bool) -> Text:
    digest, count = hashlib.sha256(), _Count()
    decoder = codecs.getincrementaldecoder(encoding)()
    size, first = 0, True
    with path.open("rb") as file, scratch.open("wb") as out:
        try:
            while True:
                chunk = file.read(CHUNK)
                digest.update(chunk)
                size += len(chunk)
                text = decoder.decode(chunk, final=not chunk)
                if first:
                    text, first = text.removeprefix("\ufeff"), False
                utf8 = text.encode("utf-8")
                out.write(utf8)
                if utf8:
                    count.add(utf8)
                if not chunk:
                    break
        except UnicodeError as error:
            reason = getattr(error, "reason", str(error))
            why = "as declared in seeds/layouts/readers.csv" if declared else "as its first bytes say"
            raise Refused(f"it can't be read as {encoding}, {why}: {reason}; send it again") from None
    return count.into(Text(scratch, encoding, digest.hexdigest(), size))


def _line_by_line(path: Path, scratch: Path) -> Text:
    digest, count = hashlib.sha256(), _Count()
    size, line = 0, 1
    utf8_lines, windows_lines, first_windows, first_utf8 = 0, 0, 0, 0
    with path.open("rb") as file, scratch.open("wb") as out:
        held = b""
        for chunk in _chunks(file, digest, whole_lines=True):
            size += len(chunk)
            chunk = held + chunk
            held = b"" if chunk.endswith(b"\n") else _broken_off(chunk)
            chunk = chunk[: len(chunk) - len(held)]
            pieces = chunk.split(b"\n")
            for at, piece in enumerate(pieces):
                if piece.isascii():
                    continue
                if _is_utf8(piece):
                    utf8_lines += 1
                    first_utf8 = first_utf8 or line + at
                else:
                    windows_lines += 1
                    first_windows = first_windows or line + at
                    pieces[at] = _windows_1252(piece).encode("utf-8")
            line += len(pieces) - 1
            utf8 = b"\n".join(pieces)
            out.write(utf8)
            count.add(utf8)
        if held:
            utf8 = _windows_1252(held).encode("utf-8")
            out.write(utf8)
            count.add(utf8)
    text = count.into(Text(scratch, "windows-1252", digest.hexdigest(), size))
    if utf8_lines:
        text.encoding = "utf-8" if utf8_lines > windows_lines else "windows-1252"
        text.notes.append(
            f"Encodings are mixed: {utf8_lines} lines with letters beyond ASCII are UTF-8 (first: line "
            f"{first_utf8}), {windows_lines} are windows-1252 (first: line {first_windows}); each was read "
            "in its own."
        )
    return text


def _broken_off(chunk: bytes) -> bytes:
    """The beginning of a UTF-8 character whose rest lies beyond the chunk's end, if there is one."""
    for length in (1, 2, 3):
        byte = chunk[-length] if length <= len(chunk) else 0
        if byte >= 0xC0:
            whole = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return chunk[-length:] if length < whole else b""
        if byte < 0x80:
            return b""
    return b""


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _windows_1252(line: bytes) -> str:
    try:
        return line.decode("windows-1252")
    except UnicodeDecodeError:
        # Five bytes mean nothing in windows-1252; they are kept as the control characters of Latin-1.
        return "".join(
            bytes([byte]).decode("windows-1252") if byte not in _UNDEFINED else chr(byte) for byte in line
        )


_UNDEFINED = frozenset(b"\x81\x8d\x8f\x90\x9d")


class _Count:
    """What is counted of the UTF-8 bytes as they pass, chunk by chunk.

    `in` costs next to nothing where `count` costs as much as the hash: only lines are counted.
    """

    def __init__(self) -> None:
        self.newlines = self.returns = self.open_line = self.longest = 0
        self.quotes = self.zeros = self.any_return = False
        self.last = b""

    def add(self, chunk: bytes) -> None:
        if not chunk:
            return
        # Five times as fast as `chunk.count`.
        newlines = int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == _LINE_FEED))
        if newlines:
            self.longest = max(self.longest, self.open_line + chunk.find(b"\n"), min(len(chunk), 2 * CHUNK))
            self.open_line = len(chunk) - chunk.rfind(b"\n") - 1
        else:
            self.open_line += len(chunk)
        self.newlines += newlines
        self.any_return = self.any_return or b"\r" in chunk
        if self.any_return and not self.newlines:
            self.returns += chunk.count(b"\r")
        self.quotes = self.quotes or b'"' in chunk
        self.zeros = self.zeros or b"\0" in chunk
        self.last = chunk[-1:]

    def into(self, text: Text) -> Text:
        text.longest_line = max(self.longest, self.open_line)
        if self.newlines == 0 and self.returns:
            text.line_end = "\r"
            text.lines = self.returns + (self.last != b"\r")
        else:
            text.lines = self.newlines + (self.last not in (b"\n", b""))
        text.has_returns, text.has_quotes, text.has_zero_bytes = self.any_return, self.quotes, self.zeros
        return text
