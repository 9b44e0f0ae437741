"""How many of all steps are tried, and the disks to try them on."""

from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from client import KILLED, Ended

Run = Callable[[Path, dict[str, Any]], Ended]
"""Runs a command on a home, with what is to happen to it."""
FAULTS = int(os.environ.get("FAULTS", "0"))
"""How many random moments are tried of each command; 0: a few steps alone, for a run of all tests."""
with_faults = pytest.mark.skipif(not FAULTS, reason="set FAULTS (make test-faults) to try it")
SEED = int(os.environ.get("FAULTS_SEED", "1"))


def moments(steps: Sequence[str], few: Sequence[str]) -> list[int]:
    """Before which of the steps to kill: the first and the last of every name, with FAULTS; else the first of
    those that are called so.
    """
    missing = [name for name in few if name not in steps]
    assert not missing, f"no step is called {missing}"
    if not FAULTS:
        return [steps.index(name) for name in few]
    last = {name: at for at, name in enumerate(steps)}
    return sorted({steps.index(name) for name in last} | {*last.values()})


# What a disk says no with, and how a command has to say it; a full one still takes names away.
REFUSALS = {
    "full": ({"error": errno.ENOSPC}, "is full"),
    "read-only": ({"error": errno.EROFS, "frees": False}, "no permission"),
}


@contextmanager
def disk_of(megabytes: int, folder: Path) -> Iterator[Path]:
    """A file system of its own, which only root can make."""
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("a small file system can't be mounted here (needs root)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder: Path, but_kilobytes: int) -> Path:
    """A file that leaves so much free."""
    ballast = folder / "ballast"
    ballast.write_bytes(bytes(max(shutil.disk_usage(folder).free - but_kilobytes * 1024, 0)))
    return ballast


def chances(what: str, seconds: float) -> list[float]:
    """Random moments within so many seconds, the same for a seed."""
    chance = random.Random(f"{SEED} {what}")
    return [chance.uniform(0, seconds) for _ in range(FAULTS)]


def killed_at_any_step(case: Any, run: Run, few: Sequence[str]) -> None:
    """Kill a command before its steps: what holds of the case must hold then, and the next one completes."""
    for at in moments(case.reference.steps, few):
        home = case.fresh()
        assert run(home, {"kill_before": at}).status == KILLED
        case.holds(home)
        case.completes(home)


def killed_at_any_moment(case: Any, run: Run, what: str) -> None:
    """The same at random moments; how far the command came by then nobody knows."""
    for seconds in chances(what, case.reference.seconds):
        home = case.fresh()
        run(home, {"kill_after": seconds})
        case.holds(home)
        case.completes(home)
