"""What the tests of the matrix share: the warm process, and how many of all steps are tried."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import system_calls
from client import Warm

FAULTS = int(os.environ.get("FAULTS", "0"))
"""How many random moments are tried of each command; 0: a few steps alone, for a run of all tests."""
SEED = int(os.environ.get("FAULTS_SEED", "1"))


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    if not system_calls.IS_HERE:
        pytest.skip(system_calls.WHY_NOT)
    started = Warm()
    yield started
    started.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FAULTS:
        said = ", ".join(f"{count:,} {what}" for what, count in sorted(Warm.ran.items()))
        terminalreporter.write_line(f"commands of the fault matrix (seed {SEED}): {said}")


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


def chances(what: str, seconds: float) -> list[float]:
    """Random moments within so many seconds, the same for a seed."""
    chance = random.Random(f"{SEED} {what}")
    return [chance.uniform(0, seconds) for _ in range(FAULTS)]
