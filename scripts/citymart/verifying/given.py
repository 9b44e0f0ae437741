"""What was handed out: the files of audiences, the log that says so, exports and pages."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

import duckdb

from ..errors import CityMartError
from ..folders import SUMS, sum_faults
from ..hashing import table_digest, tables
from ..home import Home
from ..releases import MANIFEST, Release
from ..sharing.files import SCHEMAS as GIVEN
from ..sharing.files import attach
from ..sharing.keys import Keys
from ..sharing.release import ACCESS_LOG
from . import AGAIN, Seen, below


def read_audience(
    home: Home, release: Release, audience: Mapping[str, Any], seen: Seen, keys: Keys | None
) -> bool:
    """Reads the file of an audience through; false where its key is not given."""
    key = None
    if audience["is_encrypted"]:
        of_it = keys.all_of(audience["audience"]) if keys else []
        key = next((each for each in of_it if each.version == audience["key_version"]), None)
        if key is None:
            return False
    path = release.folder / audience["file"]
    where = below(home, path)
    with duckdb.connect() as con:
        try:
            attach(con, path, "audience", key, read_only=True)
        except CityMartError as error:
            seen.fault(
                where, f"is not opened by its key ({error})", "set CITYMART_KEYS to the file with that key"
            )
            return True
        found = {each.label: each for each in tables(con, "audience", GIVEN)}
        for said in audience["tables"]:
            label = said["product"]
            table = found.get(label)
            rows = table_digest(con, table, "audience")[0] if table else None
            if rows != said["rows"] or (table and dict(table.columns) != said["columns"]):
                seen.fault(where, f"{label} is not as {MANIFEST} has it: rows or columns differ", AGAIN)
            seen.counts["tables"] += 1
            seen.counts["rows"] += rows or 0
    return True


def access_log(home: Home, seen: Seen) -> dict[str, list[dict[str, Any]]]:
    """Release → the lines of the log that are of it."""
    file = home.root / ACCESS_LOG
    found: dict[str, list[dict[str, Any]]] = {}
    if not file.exists():
        return found
    seen.hashed(file)
    with file.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            seen.counts["log_lines"] += 1
            try:
                said = json.loads(line)
                found.setdefault(said["release_id"], []).append(said)
            except (ValueError, KeyError, TypeError):
                seen.fault(ACCESS_LOG, f"line {number} can't be read", "bring it back from a backup")
    return found


def compare_log(release: Release, seen: Seen, log: Mapping[str, list[dict[str, Any]]]) -> None:
    """What the manifest says was given to whom, and what the log says, are the same."""

    def told(audience: str, product: str, rows: int, columns: Collection[str], version: int | None) -> str:
        return json.dumps([audience, product, rows, list(columns), version])

    given = {
        told(each["audience"], table["product"], table["rows"], table["columns"], each["key_version"])
        for each in release.manifest.get("audiences", [])
        for table in each["tables"]
    }
    logged = {
        told(*(line[name] for name in ("audience", "product", "rows", "columns", "key_version")))
        for line in log.get(release.id, [])
    }
    for what, those in (("lacks", given - logged), ("has, and the manifest has not,", logged - given)):
        if those:
            audience, product, rows, *_ = json.loads(min(those))
            more = f" and {len(those) - 1} more" if len(those) > 1 else ""
            seen.fault(
                ACCESS_LOG,
                f"{what} {product} with {rows:,} rows for {audience}{more} in {release.id}",
                "bring it back from a backup",
            )


def folders(home: Home, names: Collection[str] | None) -> Seen:
    """Exports and pages of the releases, or of all where None is given."""
    seen = Seen()
    there = [*home.exports.glob("*/*/"), *(home.root / "site").glob("*/")]
    for folder in sorted(there):
        release = folder.parent.name if folder.parent.parent == home.exports else folder.name
        if folder.name.startswith(".") or not (
            names is None or any(release.startswith(each) for each in names)
        ):
            continue
        again = "`citymart site`" if folder.parent == home.root / "site" else "`citymart export`"
        if not (folder / SUMS).is_file():
            seen.fault(below(home, folder), f"has no {SUMS}", f"remove it; {again} writes it anew")
            continue
        seen.counts["folders"] += 1
        for path in (path for path in folder.rglob("*") if path.is_file()):
            seen.counts["files"] += 1
            seen.hashed(path)
        for file, what in sum_faults(folder):
            seen.fault(below(home, folder / file), what, f"{again} writes it anew")
    return seen
