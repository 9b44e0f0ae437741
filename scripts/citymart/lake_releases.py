"""Which snapshots of a lake are releases, and which nobody needs any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from .hashing import quoted
from .home import Home
from .lake import Lake
from .releases import Release, releases_folder

TABLE = "lake.lake.releases"
GRACE = timedelta(days=1)
"""So long a snapshot stays that is no release: somebody may be reading it, or writing files for the next."""


def record_releases(home: Home, current: Release, snapshot: int | None, *, grace: timedelta = GRACE) -> None:
    """Write into the lake which of its snapshots are the releases that are kept, and which is current.

    `snapshot` is that of the current one; None where it was not built in the lake. All other snapshots but
    the newest go when they are older than `grace`, and what files only they had when that is as long ago.
    """
    kept = {folder.name for folder in releases_folder(home).iterdir() if not folder.name.startswith(".")}
    with duckdb.connect() as con:
        Lake.of(home).attach(con, "lake", read_only=False)
        con.execute("create schema if not exists lake.lake")
        con.execute(
            f"create table if not exists {TABLE} (release_id varchar, snapshot_id bigint, created_at"
            " timestamptz, data_hash varchar, is_current boolean)"
        )
        before = con.execute(f"from {TABLE} order by release_id").fetchall()
        said = {row[0]: row[:4] for row in before if row[0] in kept}
        if snapshot is not None:
            at = datetime.fromisoformat(current.manifest["created_at"])
            said.setdefault(current.id, (current.id, snapshot, at, current.data_hash))
        now = [(*row, row[0] == current.id) for _, row in sorted(said.items())]
        if now != before:
            con.execute("begin")
            con.execute(f"delete from {TABLE}")
            con.executemany(f"insert into {TABLE} values (?, ?, ?, ?, ?)", now) if now else None
            con.execute("commit")
        _tidy(con, {row[1] for row in now}, grace)


def _tidy(con: duckdb.DuckDBPyConnection, kept: set[int], grace: timedelta) -> None:
    until = datetime.now(UTC) - grace
    snapshots = con.execute("select snapshot_id, snapshot_time from ducklake_snapshots('lake')").fetchall()
    newest = max(number for number, _ in snapshots)
    gone = [number for number, at in snapshots if number not in kept | {newest} and at <= until]
    if gone:
        con.execute(f"call ducklake_expire_snapshots('lake', versions => {gone})")
    for what in ("cleanup_old_files", "delete_orphaned_files"):
        con.execute(f"call ducklake_{what}('lake', older_than => ?::timestamptz)", [until])


@dataclass(frozen=True)
class Held:
    """What a lake holds: files of rows, and for each release its snapshot."""

    files: int
    bytes: int
    snapshots: int
    releases: list[dict[str, Any]]


def held(lake: Lake) -> Held:
    """Raises `CityMartError` for a lake that can't be opened."""
    with duckdb.connect() as con:
        lake.attach(con, "lake")
        files, size = con.execute(
            "select sum(file_count + delete_file_count), sum(file_size_bytes + delete_file_size_bytes)"
            " from ducklake_table_info('lake')"
        ).fetchone()
        (snapshots,) = con.execute("select count(*) from ducklake_snapshots('lake')").fetchone()
        releases = []
        if con.execute("select 1 from duckdb_tables() where schema_name = 'lake'").fetchone():
            found = con.execute(f"select release_id, snapshot_id, is_current from {TABLE} order by 1")
            names = [column[0] for column in found.description]
            releases = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return Held(int(files or 0), int(size or 0), snapshots, releases)


def empty(lake: Lake) -> None:
    """Take out everything, what was released too, and all files. What was deleted may stay in free blocks."""
    with duckdb.connect() as con:
        lake.attach(con, "lake", read_only=False)
        schemas = con.execute(
            "select schema_name from duckdb_schemas() where database_name = 'lake' and schema_name <> 'main'"
        ).fetchall()
        for (schema,) in schemas:
            con.execute(f"drop schema lake.{quoted(schema)} cascade")
        con.execute("call ducklake_expire_snapshots('lake', older_than => now() + interval 1 hour)")
        for what in ("cleanup_old_files", "delete_orphaned_files"):
            con.execute(f"call ducklake_{what}('lake', cleanup_all => true)")
    if not lake.is_shared:
        for end in ("", ".wal"):
            Path(f"{lake.catalogue}{end}").unlink(missing_ok=True)
