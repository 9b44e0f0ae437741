"""Releases: the link to the current one, manifests, files, tables, and the receipts they were made of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from ..catalogue.costs import TABLE as COSTS
from ..catalogue.tables import COMMENTS
from ..errors import UsageError
from ..hashing import table_digest, tables
from ..home import PROJECT, Home
from ..publishing import SCHEMAS, code_folders, code_version, data_hash_of
from ..receipts import landed_at, newest_receipts
from ..releases import DATABASE, MANIFEST, Release, damages, release_names, releases_folder
from ..sharing.keys import VARIABLE, Keys, configured
from . import AGAIN, Seen, below
from .given import access_log, compare_log, read_audience

SAME = (
    "as_of_date", "period_from", "period_to", "source_file", "source_member", "source_bytes", "source_sha256",
    "encoding", "total_lines", "source_records", "landed_rows", "rejected_rows", "preamble_lines",
    "blank_records", "total_records",
)  # fmt: skip
"""What a receipt and `market.extracts` of a release say alike, if they are of the same moment."""


def chosen(home: Home, wanted: str | None) -> list[str]:
    """The ids of the releases to look at: the current one, all, or one by its name.

    Raises `UsageError` for one that is not kept.
    """
    names = release_names(home)
    if wanted == "all":
        return names
    if wanted is None:
        link = home.published / "current"
        return [link.readlink().name] if link.is_symlink() else []
    if wanted not in names:
        kept = f"there are {', '.join(names)}" if names else "none is kept"
        raise UsageError(f"{releases_folder(home)} has no release {wanted!r}; {kept}")
    return [wanted]


def look(home: Home, names: Sequence[str]) -> Seen:
    seen = Seen()
    keys = configured()
    _current(home, seen)
    log = access_log(home, seen)
    for name in names:
        folder = releases_folder(home) / name
        if not folder.is_dir():
            continue  # told of the link
        seen.counts["releases"] += 1
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            release = Release(folder, manifest)
            _release(home, release, seen, keys, log)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            seen.fault(below(home, folder / MANIFEST), f"does not say what it should ({error!r})", AGAIN)
    return seen


def _current(home: Home, seen: Seen) -> None:
    link = home.published / "current"
    if link.is_symlink() and not (link / MANIFEST).is_file():
        seen.fault(below(home, link), f"leads to {link.readlink()}, which is no release", AGAIN)
    elif not link.is_symlink() and (link.exists() or release_names(home)):
        seen.fault(
            below(home, link), "is no link to a release", "take away what is there; `citymart publish`"
        )


def _release(
    home: Home, release: Release, seen: Seen, keys: Keys | None, log: Mapping[str, list[dict[str, Any]]]
) -> None:
    manifest, folder = release.manifest, release.folder
    said = below(home, folder / MANIFEST)
    found = [(t["schema"], t["table"], t["rows"], t["hash"]) for t in manifest["tables"]]
    data_hash = data_hash_of((f"{schema}.{table}", rows, digest) for schema, table, rows, digest in found)
    made = manifest["created_at"].replace("-", "").replace(":", "")[:15]
    for what, right in {
        f"is of a release {manifest['release_id']}": manifest["release_id"] == folder.name,
        "has a data_hash that is not that of its tables": manifest["data_hash"] == data_hash,
        "has another moment or data_hash than its name": folder.name.startswith(made)
        and folder.name.endswith(data_hash[:8]),
    }.items():
        if not right:
            seen.fault(said, what, AGAIN)
            return
    damaged = dict(damages(release))
    for file, what in damaged.items():
        seen.fault(below(home, folder / file), what, AGAIN)
    named = {each["file"] for each in (*manifest["files"], *manifest.get("audiences", []))}
    seen.counts["files"] += len(named) + 1
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if name in named:
            seen.hashed(path)
        elif name != MANIFEST:
            seen.fault(below(home, path), f"stands in no {MANIFEST}", "take it out")
    if DATABASE not in damaged:
        with duckdb.connect(str(release.database), read_only=True) as con:
            _tables(home, con, release, seen)
            _extracts(home, con, release, seen)
    closed = []
    for audience in manifest.get("audiences", []):
        if audience["file"] not in damaged and not read_audience(home, release, audience, seen, keys):
            closed.append(audience["audience"])
    if closed:
        names = f"{', '.join(closed[:3])}{' …' if len(closed) > 3 else ''}"
        seen.notes.append(
            f"{release.id}: {len(closed)} locked files were hashed and not read through, for {VARIABLE} has"
            f" no key of theirs: {names}"
        )
    compare_log(release, seen, log)
    _other_code(release, seen)


def _tables(home: Home, con: duckdb.DuckDBPyConnection, release: Release, seen: Seen) -> None:
    """Every value of the operator's file: tables, their columns, comments and rows."""
    said = {f"{t['schema']}.{t['table']}": (t["rows"], t["hash"]) for t in release.manifest["tables"]}
    where = below(home, release.database)
    found = {each.label: each for each in tables(con, release.database.stem, SCHEMAS)}
    seen.counts["tables"] += len(found)
    told = [f"says {label}, which {DATABASE} has not" for label in said.keys() - found.keys()]
    own = {COSTS, *(f"market.{name}" for name in COMMENTS)}
    told += [f"does not say {label}, which {DATABASE} has" for label in found.keys() - said.keys() - own]
    for label in (each for each in found if each in said):
        rows, digest = table_digest(con, found[label])
        seen.counts["rows"] += rows
        if rows != said[label][0]:
            told.append(f"says {said[label][0]:,} rows of {label}, which has {rows:,}")
        elif digest != said[label][1]:
            told.append(f"has another hash of {label} than its rows and columns give")
    for what in sorted(told):
        seen.fault(f"{Path(where).parent.as_posix()}/{MANIFEST}", what, AGAIN)


def _extracts(home: Home, con: duckdb.DuckDBPyConnection, release: Release, seen: Seen) -> None:
    """The files that the release was made of have their receipts still, which say what they said."""
    try:
        rows = con.execute("from market.extracts").to_arrow_table().to_pylist()
    except duckdb.CatalogException:
        return
    receipts = {each["extract_id"]: each for each in newest_receipts(home)}
    for row in rows:
        receipt = receipts.get(row["extract_id"])
        where = f"landing/{row['subject']}/{row['provider_code']}/{row['extract_id']}.json"
        do = f"bring it back from a backup, or load {row['source_file']} again"
        seen.counts["extracts"] += 1
        if receipt is None:
            file = home.root / where
            # Where one of the two is there, the landing has told of it.
            if not file.exists() and not file.with_suffix(".parquet").exists():
                seen.fault(where, f"is missing, and {release.id} was made of it", do)
        elif landed_at(receipt) == row["landed_at"] and (
            unlike := [
                name
                for name in SAME
                if name in row and _text(row[name]) != _text(receipt.get(name)) and name in receipt
            ]
        ):
            name, then = unlike[0], _text(row[unlike[0]])
            seen.fault(
                where,
                f"says {name} {_text(receipt[name])!r}; {release.id} was made when it was {then!r}",
                do.replace("load", "delete it and load"),
            )


def _other_code(release: Release, seen: Seen) -> None:
    """That a release was made by other code or mappings than are there now is no fault."""
    code = release.manifest.get("code", {})
    if folders := code.get("folders"):
        now = code_folders(PROJECT)
        other = sorted(name for name in {*folders, *now} if folders.get(name) != now.get(name))
        if other:
            seen.notes.append(f"{release.id} was built with other {', '.join(other)} than are here now")
    elif (code.get("commit"), code.get("modified")) != (code_version().get("commit"), False):
        seen.notes.append(
            f"{release.id} was built by other code, or code that can't be told, than is here now"
        )


def _text(value: object) -> str:
    return "" if value is None else str(value)
