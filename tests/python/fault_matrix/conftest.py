"""The warm process that the tests of the matrix share, and what they have run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "export"))
sys.path.insert(0, str(Path(__file__).parents[1] / "publish"))
sys.path.insert(0, str(Path(__file__).parent))

import system_calls
from client import Warm
from how_many import FAULTS, SEED


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
