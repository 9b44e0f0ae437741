"""What a dbt run needs around it: folders to write in, landing files to read, the spatial extension.

dbt-duckdb calls this before it opens the database, so `dbt build` works on a clean checkout.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

from citymart.home import Home
from citymart.layouts import Seeds
from citymart.placeholders import ensure_landing


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


def spatial_extension() -> Path:
    """The spatial extension: see `extension`."""
    return extension("spatial")


class Plugin(BasePlugin):
    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:  # noqa: ARG002
        if creds.path != ":memory:":
            Path(creds.path).parent.mkdir(parents=True, exist_ok=True)
        ensure_landing(Home.at(), Seeds().subjects)

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        conn.execute(f"load '{spatial_extension()}'")
