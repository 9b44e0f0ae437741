"""A copy of the project, for tests that change it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def copy(project: Path, tmp_path: Path) -> Path:
    """A copy of the project's own files."""
    target = tmp_path / "project"
    for name in ["models", "seeds", "macros", "scripts", "tests", "analyses", "sample"]:
        shutil.copytree(
            project / name, target / name, ignore=shutil.ignore_patterns("__pycache__", "python", "*.pyc")
        )
    for name in ["dbt_project.yml", "profiles.yml", "pyproject.toml"]:
        shutil.copy(project / name, target / name)
    return target
