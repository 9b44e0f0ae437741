"""One build at a time in one home, whoever starts it and however it ends."""

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
def build_lock(home: Home, what: str) -> Iterator[None]:
    """Hold the home for a build. The system frees it when this process ends, killed or not; what a killed one
    was writing beside the landing is cleared away.

    Raises `CityMartError`, which says who is building since when, if another process holds it.
    """
    home.build.mkdir(parents=True, exist_ok=True)
    with open(home.build / "lock", "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CityMartError(f"{home.root} is in use: {_holder(file)}; wait for it, or stop it") from None
        file.truncate(0)
        json.dump({"what": what, "pid": os.getpid(), "since": f"{datetime.now(UTC):%H:%M:%S} UTC"}, file)
        file.flush()
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
