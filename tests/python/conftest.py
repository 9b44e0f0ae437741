"""What the tests share: where things are, and marts built once a session."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
REAL = PROJECT.parent / "shared" / "real"

sys.path.insert(0, str(PROJECT / "scripts"))


@pytest.fixture(scope="session")
def project() -> Path:
    return PROJECT


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real published extracts."""
    if not (REAL / "deliveries.csv").exists():
        pytest.skip("the real extracts are not here (../shared/real beside the project)")
    return REAL
