"""The site of the sample, written once for all tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from citymart.home import Home
from citymart.site.build import build

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def site(sample_home: Path, tmp_path_factory) -> Path:
    return build(Home.at(sample_home), to=tmp_path_factory.mktemp("site") / "site").folder
