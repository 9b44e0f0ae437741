"""System calls that change the disk, held one by one: a test sees each, and may refuse it or end the process.

Linux hands them over through a listener of seccomp. So every step has a name, whoever takes it (Python,
DuckDB, Arrow or dbt), nothing is patched, and the code that runs is the code that runs in use.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import platform
import stat
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

IS_HERE = sys.platform == "linux" and platform.machine() == "x86_64"
WHY_NOT = "system calls can be held on Linux on x86-64 only"

# name → number on x86-64, and which arguments say the file: a descriptor, paths, folders and paths in them.
CALLS = {
    "write": (1, "fd"), "pwrite": (18, "fd"), "writev": (20, "fd"), "pwritev": (296, "fd"),
    "sendfile": (40, "fd"), "copy": (326, "target"), "fsync": (74, "fd"), "fdatasync": (75, "fd"),
    "truncate": (76, "path"), "ftruncate": (77, "fd"), "fallocate": (285, "fd"),
    "open": (2, "path"), "openat": (257, "at"), "creat": (85, "path"),
    "rename": (82, "path path"), "renameat": (264, "at at"), "renameat2": (316, "at at"),
    "mkdir": (83, "path"), "mkdirat": (258, "at"), "rmdir": (84, "path"),
    "link": (86, "path path"), "linkat": (265, "at at"),
    "symlink": (88, "text path"), "symlinkat": (266, "text at"),
    "unlink": (87, "path"), "unlinkat": (263, "at"),
}  # fmt: skip
NAME = {number: (name, files) for name, (number, files) in CALLS.items()}
WRITES = {"write", "pwrite", "writev", "pwritev", "sendfile", "copy", "truncate", "ftruncate"}
FREES = {"unlink", "unlinkat", "rmdir", "fsync", "fdatasync", "rename", "renameat", "renameat2"}
"""What a full disk does not refuse."""
TO_CHANGE = os.O_WRONLY | os.O_RDWR | os.O_CREAT
AT_HERE = -100

_NOTIFICATION = struct.Struct("=QIIiIQ6Q")
_ANSWER = struct.Struct("=QqiI")
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_CONTINUE = 1


def hold() -> int:
    """From now on this process and its children wait at each of `CALLS` for an answer; the listener.

    Whoever has the listener must answer until they have ended.
    """
    filter = _filter()
    raw = ctypes.create_string_buffer(b"".join(filter))
    program = ctypes.create_string_buffer(struct.pack("@HxxxxxxP", len(filter), ctypes.addressof(raw)))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(38, 1, 0, 0, 0)  # no new privileges: then nobody has to be root
    listener = libc.syscall(317, 1, 8, program)  # seccomp, a filter with a listener
    if listener < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return listener


def _filter() -> list[bytes]:
    load, equal, more, any_bit, answer = 0x20, 0x15, 0x25, 0x45, 0x06
    allow, notify = 0x7FFF0000, 0x7FC00000

    def line(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("=HBBI", code, yes, no, value)

    def argument(at: int) -> bytes:
        return line(load, 16 + 8 * at)

    special = {
        CALLS["open"][0]: [argument(1), line(any_bit, TO_CHANGE, no=1)],
        CALLS["openat"][0]: [argument(2), line(any_bit, TO_CHANGE, no=1)],
        CALLS["write"][0]: [argument(0), line(more, 2, no=1)],  # not what is said on the terminal
    }
    lines = [line(load, 4), line(equal, 0xC000003E, yes=1), line(answer, allow), line(load, 0)]
    for number, asked in special.items():
        lines += [line(equal, number, no=4), *asked, line(answer, notify), line(answer, allow)]
    for number in sorted(set(NAME) - set(special)):
        lines += [line(equal, number, no=1), line(answer, notify)]
    return [*lines, line(answer, allow)]


@dataclass
class Call:
    """A system call that waits: its name, its files, and who waits."""

    id: int
    thread: int
    name: str
    files: list[str]
    descriptor: int | None = None

    @property
    def file(self) -> os.stat_result | None:
        """What is written or made safe, whatever it is called now; None where it is no plain file."""
        if self.descriptor is None:
            return None
        with suppress(OSError):
            found = Path(f"/proc/{self.thread}/fd/{self.descriptor}").stat()
            return found if stat.S_ISREG(found.st_mode) else None
        return None


def next_call(listener: int) -> Call | None:
    """The call that waits; None where its process has ended meanwhile."""
    got = bytearray(_NOTIFICATION.size)
    try:
        fcntl.ioctl(listener, _RECEIVE, got)
    except OSError:
        return None
    id, thread, _, number, _, _, *arguments = _NOTIFICATION.unpack(got)
    name, kinds = NAME[number]
    call = Call(id, thread, name, [])
    at = iter(arguments)
    with suppress(OSError):
        for kind in kinds.split():
            if kind == "fd":
                call.descriptor = _signed(next(at))
            elif kind == "target":
                call.descriptor = _signed(arguments[2])
            elif kind == "at":
                call.files.append(_path(thread, _signed(next(at)), next(at)))
            elif kind == "text":
                next(at)
            else:
                call.files.append(_path(thread, AT_HERE, next(at)))
        if call.descriptor is not None:
            call.files.append(str(Path(f"/proc/{thread}/fd/{call.descriptor}").readlink()))
    return call


def go_on(listener: int, call: Call) -> None:
    with suppress(OSError):  # it has ended meanwhile
        fcntl.ioctl(listener, _SEND, _ANSWER.pack(call.id, 0, 0, _CONTINUE))


def refuse(listener: int, call: Call, error: int) -> None:
    """The call is not made; it fails with this error number."""
    with suppress(OSError):
        fcntl.ioctl(listener, _SEND, _ANSWER.pack(call.id, 0, -error, 0))


def _signed(value: int) -> int:
    return ctypes.c_int(value & 0xFFFFFFFF).value


def _path(thread: int, folder: int, address: int) -> str:
    text = _text(thread, address)
    if text.startswith("/"):
        return text
    where = f"/proc/{thread}/cwd" if folder == AT_HERE else f"/proc/{thread}/fd/{folder}"
    return str(Path(where).readlink() / text)


def _text(thread: int, address: int) -> str:
    with open(f"/proc/{thread}/mem", "rb", buffering=0) as memory:
        memory.seek(address)
        # Not across the end of the page: the next may not be there.
        found = memory.read(4096 - address % 4096)
        if b"\0" not in found:
            found += memory.read(4096)
    return os.fsdecode(found.split(b"\0", 1)[0])
