"""Folders that appear whole, with the hashes of what is in them: exports and the site."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from .disk import fsync_folder
from .errors import UsageError
from .hashing import file_sha256
from .releases import remove

SUMS = "SHA256SUMS"


def may_replace(folder: Path) -> None:
    """Raises `UsageError` for a folder that holds anything that was not written here."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file: name a folder with --to")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / SUMS).exists():
        raise UsageError(
            f"{folder} holds something else than an export or a site: name an empty or a new folder with --to"
        )


def put(temporary: Path, folder: Path) -> None:
    """Put a folder that is written in the place of another, or of none."""
    old = folder.with_name(f".{folder.name}.old")
    remove(old)
    if folder.exists():
        folder.replace(old)
    temporary.replace(folder)
    fsync_folder(folder.parent)
    remove(old)


def write_sums(folder: Path, names: Iterable[str]) -> None:
    """The hashes of files of a folder, as `sha256sum -c` reads them."""
    lines = [f"{file_sha256(folder / name)}  {name}\n" for name in sorted(names)]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
