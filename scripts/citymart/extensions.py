"""DuckDB's extensions, as files that come with packages: nothing is fetched or installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import duckdb


def extension(name: str) -> Path:
    """An extension of the installed duckdb (`spatial`, `httpfs`), as a file; nothing is fetched or installed.

    Raises `FileNotFoundError` when no package carries it for this version of duckdb.
    """
    package = find_spec(f"duckdb_extension_{name}")
    folder = Path(package.origin).parent if package and package.origin else Path(f"duckdb_extension_{name}")
    file = folder / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
    if not file.exists():
        raise FileNotFoundError(f"{file} is missing: duckdb and duckdb-extension-{name} must be one version")
    return file
