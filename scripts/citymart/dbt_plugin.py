"""What a dbt run needs around it: folders to write in, landing files to read, the spatial extension.

dbt-duckdb calls this before it opens the database, so `dbt build` works on a clean checkout.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import duckdb_extension_spatial
from dbt.adapters.duckdb.plugins import BasePlugin

from citymart.home import Home
from citymart.layouts import Seeds
from citymart.placeholders import ensure_landing


def spatial_extension() -> Path:
    """The spatial extension of the installed duckdb, as a file; nothing is fetched or installed.

    Raises `FileNotFoundError` when the package does not carry one for this version of duckdb.
    """
    folder = Path(duckdb_extension_spatial.__file__).parent / "extensions" / f"v{duckdb.__version__}"
    file = folder / "spatial.duckdb_extension"
    if not file.exists():
        raise FileNotFoundError(f"{file} is missing: duckdb and duckdb-extension-spatial must be one version")
    return file


class Plugin(BasePlugin):
    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:  # noqa: ARG002
        if creds.path != ":memory:":
            Path(creds.path).parent.mkdir(parents=True, exist_ok=True)
        ensure_landing(Home.at(), Seeds().subjects)

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        conn.execute(f"load '{spatial_extension()}'")
