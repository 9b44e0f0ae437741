"""One build at a time in one home, whoever starts it and however it ends; in a lake one a provider."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from citymart.disk import clear_unfinished
from citymart.errors import CityMartError
from citymart.home import Home


@contextmanager
def build_lock(
    home: Home, what: str, *, part: str = "", shared: bool = False, wait: bool = False
) -> Iterator[None]:
    """Hold the home for a build, or a `part` of it. The system frees it when this process ends, killed or
    not; what a killed one was writing beside the landing is cleared away by the next who has it alone.

    Who holds it `shared` keeps out those who want it alone, and not each other. On a disk that machines share
    it holds between them, if the file system has locks (NFS 4 has).

    Raises `CityMartError`, which says who is building since when, if another process holds it, unless told to
    `wait`.
    """
    home.build.mkdir(parents=True, exist_ok=True)
    with open(home.build / (f"lock-{part}" if part else "lock"), "a+", encoding="utf-8") as file:
        try:
            kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
            fcntl.flock(file, kind | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise CityMartError(f"{home.root} is in use: {_holder(file)}; wait for it, or stop it") from None
        file.truncate(0)
        json.dump({"what": what, "pid": os.getpid(), "since": f"{datetime.now(UTC):%H:%M:%S} UTC"}, file)
        file.flush()
        if not (part or shared):
            for folder in (home.root, home.root / "people", home.root / "matches"):
                clear_unfinished(folder)
        yield


def _holder(file) -> str:
    file.seek(0)
    try:
        holder = json.load(file)
        return (
            f"`citymart {holder['what']}` (process {holder['pid']}) has been building since {holder['since']}"
        )
    except (ValueError, KeyError):
        return "another process is building"
