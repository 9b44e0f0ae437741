"""A reader of a lake in a process: asks the current release and what is being built, until told to stop.

`reader.py CATALOGUE DATA STOP RESULT SNAPSHOT`: while the file STOP is not there, reads; then writes to
RESULT (JSON) what it has seen: of each release the digests of its tables, of each extract how many rows were
staged. SNAPSHOT is read where nothing is released yet.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from pathlib import Path

import duckdb
from citymart.hashing import table_digest, tables
from citymart.lake import Lake

TABLES = 12
"""So many tables are read of a release each time, another few the next."""
STAGED = """
    select table_name from duckdb_columns()
    where database_name = 'head' and schema_name = 'staging' and column_name = 'extract_id'
        and starts_with(table_name, 'stg_') and not ends_with(table_name, '__extracts')
        and not contains(table_name, '__dbt')
"""


RELEASED = "select release_id, snapshot_id from head.lake.releases where is_current"


def main(catalogue: str, data: str, stop: Path, result: Path, snapshot: int) -> None:
    lake, reads = Lake(catalogue, data), 0
    released: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    staged: dict[str, list[int]] = defaultdict(list)
    while not stop.exists():
        with duckdb.connect() as con:
            lake.attach(con, "head")
            release, at = "none", snapshot
            if con.execute("select 1 from duckdb_tables() where schema_name = 'lake'").fetchone():
                release, at = con.execute(RELEASED).fetchone()
            lake.attach(con, "mart", snapshot=at)
            con.execute("use mart")
            found = tables(con, "mart", ("marts", "market")) or tables(con, "mart", ("staging",))
            for number in range(TABLES):
                table = found[(reads * TABLES + number) % len(found)]
                _note(released[release][table.label], table_digest(con, table)[1])
            for (table,) in con.execute(STAGED).fetchall():
                counted = f"select extract_id, count(*) from head.staging.{table} group by extract_id"
                for extract, rows in con.execute(counted).fetchall():
                    _note(staged[f"{table} {extract}"], rows)
        reads += 1
        time.sleep(0.2)  # what is left of the machine is the builders'
    told = {"reads": reads, "released": released, "staged": staged}
    result.write_text(json.dumps(told), encoding="utf-8")


def _note(seen: list, what: object) -> None:
    if what not in seen:
        seen.append(what)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]), int(sys.argv[5]))
