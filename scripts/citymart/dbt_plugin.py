"""What a dbt run needs around it: folders to write in, landing files to read, the spatial extension.

dbt-duckdb calls this before it opens the database, so `dbt build` works on a clean checkout.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from citymart import at_rest, lake
from citymart.errors import CityMartError
from citymart.extensions import extension
from citymart.hashing import literal, quoted
from citymart.home import Home
from citymart.lake import Lake
from citymart.layouts import Seeds
from citymart.placeholders import ensure_landing


def spatial_extension() -> Path:
    """The spatial extension: see `extension`."""
    return extension("spatial")


class Plugin(BasePlugin):
    lakes: Sequence[Any] = ()
    """The attachments that are lakes: one, in the target `lake`."""
    locked: Path | None = None
    """The database, where it is encrypted: dbt-duckdb can't open such a one, so it is attached."""

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        home = Home.at()
        self.lakes = [attached for attached in creds.attach or [] if attached.is_ducklake]
        try:
            at_rest.begin(home)
            for attached in self.lakes:
                found = Lake.of(home)
                found.make_folders()
                attached.path, attached.options = found.path, {**attached.options, "data_path": found.data}
        except CityMartError as error:
            # In dbt's words, or dbt would show where in the code it was raised.
            raise DbtRuntimeError(str(error)) from None
        if bool(os.environ.get(at_rest.NAMED)) != bool(at_rest.lock()):
            what = f"export {at_rest.NAMED}={at_rest.NAME}" if at_rest.lock() else f"unset {at_rest.NAMED}"
            raise DbtRuntimeError(f"dbt alone builds {home.root} after `{what}`; `citymart build` just does")
        self.home = home
        if self.lakes:
            if at_rest.lock():
                raise DbtRuntimeError(lake.NOT_ENCRYPTED)
            config["temp_directory"] = str(home.build / "lake" / "spill")
        elif creds.path != ":memory:":
            creds.path = os.environ.get("CITYMART_DATABASE") or str(home.build / "dev" / "mart.duckdb")
            Path(creds.path).parent.mkdir(parents=True, exist_ok=True)
            if at_rest.lock():
                self.locked, creds.path = Path(creds.path), ":memory:"
        if self.locked:
            # A database in memory would spill into the folder that dbt was called in.
            config["temp_directory"] = f"{self.locked}.tmp"
        ensure_landing(home, Seeds().subjects)

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        conn.execute(f"load '{spatial_extension()}'")
        # The sources say where in a home the landing is, and this which home.
        conn.execute(f"set global file_search_path = {literal(self.home.root)}")
        at_rest.prepare(conn)
        if self.lakes:
            lake.prepare(conn)
        if self.locked:
            at_rest.attach(conn, self.locked, self.creds.database, read_only=False)
        if not self.lakes:
            # See macros/materializations/made.sql.
            conn.execute(f"create schema if not exists {quoted(self.creds.database)}.build")
            conn.execute(
                f"create table if not exists {quoted(self.creds.database)}.build.made"
                " (node varchar, inputs varchar, version varchar)"
            )

    def configure_cursor(self, cursor: Any) -> None:
        if self.locked or self.lakes:
            cursor.execute(f"use {self.creds.database}")
