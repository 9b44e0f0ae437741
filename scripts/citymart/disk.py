"""Making sure that what was written is on the disk, also when the power goes in the next moment."""

from __future__ import annotations

import ctypes
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


def discard(path: Path) -> None:
    """Remove a file of a scratch folder, which goes itself at the end: a disk that does not let us is told of
    by what has to be written.
    """
    with suppress(OSError):
        path.unlink()


def clear_unfinished(folder: Path) -> None:
    """Removes what `written_anew` was writing here when its process was killed."""
    for left in folder.glob(".*.*"):
        *_, process, unique = left.name.split(".")
        # A process in a container often has the number that the one before it had.
        is_ours = process == str(os.getpid())
        if process.isdigit() and len(unique) == 32 and (is_ours or not _is_alive(int(process))):
            left.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True


@contextmanager
def alone_in(folder: Path, *, wait: bool = True) -> Iterator[bool]:
    """Whoever else comes to this folder by this door waits; the system opens it when the process ends.

    Where nobody is to `wait`, it says whether we are alone.
    """
    descriptor, is_alone = os.open(folder, os.O_RDONLY), True
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            is_alone = False
        except OSError:
            pass  # a file system of a network that can't lock folders
        yield is_alone
    finally:
        os.close(descriptor)


def exchange(one: Path, other: Path) -> bool:
    """Two names of one file system change places in one step; False where the system can't do that."""
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "renameat2"):
        return False
    here, by_exchange = -100, 2
    return libc.renameat2(here, os.fsencode(one), here, os.fsencode(other), by_exchange) == 0
