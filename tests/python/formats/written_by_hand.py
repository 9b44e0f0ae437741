"""Small XLS and ODS files byte by byte: nothing that writes them is among the project's libraries."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def write_xls(path: Path, sheet: str, cells: dict[tuple[int, int], str | float]) -> Path:
    """A workbook of BIFF8 records in an OLE2 container; `cells` by row and column from 0."""
    stream = workbook_stream(sheet, cells)
    # Streams under 4,096 bytes would live in a container within the container.
    stream = stream.ljust(max(4096, -(-len(stream) // SECTOR) * SECTOR), b"\x00")
    sectors = len(stream) // SECTOR
    chain = [FAT, END, *range(3, 2 + sectors), END]
    fat = struct.pack(f"<{SECTOR // 4}I", *chain, *[FREE] * (SECTOR // 4 - len(chain)))
    directory = entry("Root Entry", 5, child=1, start=END, size=0) + entry(
        "Workbook", 2, start=2, size=len(stream)
    )
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, END, 0, END, 0)
    header += struct.pack("<109I", 0, *[FREE] * 108)
    path.write_bytes(header + fat + directory.ljust(SECTOR, b"\x00") + stream)
    return path


def entry(name: str, kind: int, *, child: int = FREE, start: int, size: int) -> bytes:
    encoded = (name + "\x00").encode("utf-16-le")
    return (
        encoded.ljust(64, b"\x00")
        + struct.pack("<HBBIII", len(encoded), kind, 1, FREE, FREE, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def workbook_stream(sheet: str, cells: dict[tuple[int, int], str | float]) -> bytes:
    name = sheet.encode("latin-1")
    version = struct.pack("<HHII", 0x0DBB, 0x07CC, 0, 6)
    begin = record(0x0809, struct.pack("<HH", 0x0600, 0x0005) + version)
    bound = struct.pack("<IHBB", len(begin) + 4 + 8 + len(name) + 4, 0, len(name), 0) + name
    content = record(0x0809, struct.pack("<HH", 0x0600, 0x0010) + version)
    for (row, column), value in sorted(cells.items()):
        place = struct.pack("<HHH", row, column, 0)
        if isinstance(value, str):
            text = value.encode("latin-1")
            content += record(0x0204, place + struct.pack("<HB", len(text), 0) + text)
        else:
            content += record(0x0203, place + struct.pack("<d", value))
    return begin + record(0x0085, bound) + record(0x000A, b"") + content + record(0x000A, b"")


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def write_ods(path: Path, sheets: dict[str, str]) -> Path:
    """An OpenDocument spreadsheet; each sheet's rows as the XML of its `table:table-row` elements."""
    tables = "".join(
        f'<table:table table:name="{name}">{rows}</table:table>' for name, rows in sheets.items()
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.2" '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return path
