"""Making sure that what was written is on the disk, also when the power goes in the next moment."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4


def fsync_file(path: Path) -> None:
    with open(path, "rb") as file:
        os.fsync(file.fileno())


def fsync_folder(folder: Path) -> None:
    """The names in it: a file that is renamed is only safe with its folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def written_anew(path: Path) -> Iterator[Path]:
    """A file to write instead of `path`, which takes its place when all is written and on the disk; until
    then, and when writing fails, `path` is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{uuid4().hex}")
    try:
        yield fresh
        fsync_file(fresh)
        fresh.replace(path)
        fsync_folder(path.parent)
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Whoever else comes to this folder by this door waits; the system opens it when the process ends."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system of a network that can't lock folders
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
