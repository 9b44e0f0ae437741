"""From a build to a release: a tested candidate, a fresh file, one switch of a link.

Nothing that a reader has is ever written to. A release is a folder that appears whole, by one rename;
`published/current` is a link that changes in one step. What a killed run leaves lies in hidden folders, which
the next run removes, and in the candidate, with which it goes on.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from citymart import at_rest, lake
from citymart.candidates import drop_what_is_no_more, failed_folder, keep_failed, take_up
from citymart.catalogue.breaking import require_no_break
from citymart.catalogue.costs import write_costs
from citymart.catalogue.described import Catalogue, read_catalogue
from citymart.catalogue.tables import write_catalogue
from citymart.dbt_manifest import Manifest, read_manifest
from citymart.dbt_run import FULL, DbtRun, disk_is_full, run_dbt, with_examples
from citymart.disk import fsync_file, fsync_folder
from citymart.errors import CityMartError
from citymart.hashing import Table, copy_comments, file_sha256, literal, quoted, table_digest, tables
from citymart.home import PROJECT, Home
from citymart.lake_releases import record_releases
from citymart.lock import build_lock
from citymart.releases import (
    DATABASE,
    MANIFEST,
    Release,
    announce,
    announced,
    make_current,
    need_release,
    new_id,
    newest_whole,
    prune,
    release_before,
    releases_folder,
    remove,
    remove_release,
    sweep,
)
from citymart.sharing.release import cut_log, log_access, log_length, sharing, write_audiences

SCHEMAS = ("marts", "market")


@dataclass(frozen=True)
class Published:
    """What became of a publish: `new` is false when the current release holds the same data already."""

    release: Release | None
    new: bool
    run: DbtRun
    failures: list[dict[str, Any]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)


def publish(
    home: Home,
    *,
    keep: int = 5,
    note: Callable[[str], None] = lambda _: None,
    project: Path = PROJECT,
    in_lake: bool = False,
    anew: bool = False,
) -> Published:
    """Build a candidate, test it, and make it the current release if it passes and says something new.

    The candidate is that of the last publish, in which only what has changed is made again; or `in_lake` a
    snapshot of the home's lake, which is brought up to date and keeps what was released before. With `anew`
    all is made again. A candidate that fails stays in `build/failed` until the next publish.
    """
    with build_lock(home, "publish"):
        _clear(home)
        candidate = take_up(home, in_lake=in_lake, anew=anew, note=note)
        is_kept = False
        try:
            note("building and testing a candidate …")
            # Unit tests are of the code, whatever the data: CI and `citymart build` run them.
            arguments = ["build", "--exclude-resource-type", "unit_test"]
            if anew:
                arguments.append("--full-refresh")
            use = lake.TARGET if in_lake else "publish"
            run = run_dbt(home, arguments, database=candidate, use=use, project=project, note=note)
            if not run.passed:
                return Published(None, False, run, failures=keep_failed(home, candidate, run.failures))
            is_kept = not in_lake
            note(f"{run.story()} passed; writing the release …")
            warnings = with_examples(home, candidate, run.warnings)
            release, new, grown = _release(home, candidate, run.target, project, note)
            warnings += [{"node": "build_costs", "sentence": said, "examples": []} for said in grown]
            removed = prune(home, keep)
            if in_lake:
                record_releases(home, release, lake.pointed(candidate)[1])
            remove(failed_folder(home))
            return Published(release, new, run, removed=removed, warnings=warnings)
        except (duckdb.Error, OSError) as error:
            # A disk that is full has room again without it, and one that can't be read is no use.
            is_kept = False
            if FULL in str(error):
                raise disk_is_full(home) from None
            if isinstance(error, duckdb.IOException):
                why = str(error).splitlines()[0]
                raise CityMartError(
                    f"what was built can't be read back ({why}): check the disk, then publish again; the"
                    " current release stays"
                ) from None
            raise
        finally:
            if not is_kept:
                remove(candidate.parent)
            _clear(home)


def roll_back(home: Home) -> tuple[str, Release]:
    """Make the release before the current one current; returns the id of the one left, which may be damaged,
    and the one that holds now.

    The one left stays where it is. What has landed stays too: the next publish has it again.

    Raises `CityMartError` when nothing is published or no earlier release is kept.
    """
    with build_lock(home, "publish"):
        _clear(home)
        link = home.published / "current"
        left = link.readlink().name if link.is_symlink() else need_release(home).id
        release = release_before(home, left)
        if not release.database.is_file():
            raise CityMartError(f"{release.folder} has no {DATABASE}; the current release stays")
        make_current(home, release.id)
        if lake.SNAPSHOT in release.manifest or _is_of_lake(releases_folder(home) / left):
            record_releases(home, release, release.manifest.get(lake.SNAPSHOT))
        return left, release


def _is_of_lake(release: Path) -> bool:
    """Whether a release, which may be damaged, says that it was built in a lake."""
    manifest = release / MANIFEST
    return manifest.is_file() and f'"{lake.SNAPSHOT}"' in manifest.read_text("utf-8", errors="replace")


def _clear(home: Home) -> None:
    """Remove what a stopped publish has left: a release that has its name but that no reader ever had would
    be the one to go back to.
    """
    if unread := announced(home):
        folder, log_bytes = unread
        cut_log(home, log_bytes)
        if folder.exists():
            remove_release(folder)
    sweep(home)


def _release(
    home: Home, candidate: Path, target: Path, project: Path, note: Callable[[str], None]
) -> tuple[Release, bool, list[str]]:
    built = read_manifest(target)
    if candidate.suffix != lake.POINTER:
        drop_what_is_no_more(candidate, built, SCHEMAS)
    found = _digests(at_rest.opened(candidate), "mart")
    if not found:
        raise CityMartError(f"the build has no table in {' or '.join(SCHEMAS)}: there is nothing to publish")
    data_hash = data_hash_of((table.label, rows, digest) for table, rows, digest in found)
    now = _now()
    agreed = sharing(candidate, now.date())
    terms_hash = agreed.fingerprint if agreed else None
    catalogue = read_catalogue(candidate, target)
    hashes = {
        "data_hash": data_hash,
        "terms_hash": terms_hash,
        "catalogue_hash": catalogue.fingerprint if catalogue else None,
    }
    mapping_hash = catalogue.mapping_hash if catalogue else None
    current = newest_whole(home, note)
    same_mapping = current is None or current.manifest.get("mapping_hash") == mapping_hash
    if current is not None and all(current.manifest.get(name) == said for name, said in hashes.items()):
        if (home.published / "current").readlink().name != current.id:
            make_current(home, current.id)
        return current, False, []

    release_id = new_id(home, now, data_hash)
    folder = releases_folder(home) / release_id
    temporary = folder.with_name(f".{release_id}.tmp")
    remove(temporary)
    temporary.mkdir(parents=True)
    database = temporary / DATABASE
    _write_database(candidate, database, built.keys)
    if _digests(duckdb.connect(str(database), read_only=True), database.stem) != found:
        raise CityMartError(
            f"{database} does not read back as it was built: check the disk, then publish again"
        )
    grown = _write_market(
        database,
        candidate,
        target,
        built,
        catalogue,
        release_id,
        now.date(),
        current,
        same_mapping=same_mapping,
    )
    if catalogue is not None and current is not None:
        require_no_break(current.database, database)
    fsync_file(database)
    manifest = {
        "release_id": release_id,
        "created_at": now.isoformat(timespec="seconds"),
        **hashes,
        "mapping_hash": mapping_hash,
        "tables": [
            {"schema": t.schema, "table": t.name, "rows": rows, "hash": digest} for t, rows, digest in found
        ],
        "files": [
            {"file": DATABASE, "bytes": database.stat().st_size, "sha256": file_sha256(database)},
        ],
        "code": code_version(project) | {"folders": code_folders(project)},
        "settings": build_settings(),
    }
    if candidate.suffix == lake.POINTER:
        manifest[lake.SNAPSHOT] = lake.pointed(candidate)[1]
    if agreed is not None:
        earlier = current.folder if current else None
        manifest["audiences"] = write_audiences(
            candidate,
            temporary,
            agreed,
            built,
            earlier,
            catalogue,
            release_id=release_id,
            same_mapping=same_mapping,
        )
        manifest["audiences_without_file"] = agreed.without_file
    (temporary / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    fsync_file(temporary / MANIFEST)
    fsync_folder(temporary)
    announce(home, release_id, log_length(home))
    temporary.replace(folder)
    fsync_folder(folder.parent)
    # Before anybody can read it: what was given and is not in the log would be worse than the reverse.
    log_access(home, manifest)
    make_current(home, release_id)
    return Release(folder, manifest), True, grown


def _digests(opened: duckdb.DuckDBPyConnection, name: str) -> list[tuple[Table, int, str]]:
    with opened as con:
        return [(table, *table_digest(con, table)) for table in tables(con, name, SCHEMAS)]


def data_hash_of(found: Iterable[tuple[str, int, str]]) -> str:
    """The hash of all data, of (table, rows, hash) in the order of the manifest."""
    return hashlib.sha256(
        "\n".join(f"{label} {rows} {digest}" for label, rows, digest in found).encode()
    ).hexdigest()


def _write_database(candidate: Path, database: Path, keys: Mapping[str, str]) -> None:
    """Copy the published schemas into a new file, each table in the order of its key, with its comments.

    A fresh file, never a copy from which something is deleted: what is deleted stays in the bytes.
    """
    with duckdb.connect(str(database)) as con:
        at_rest.prepare(con)
        at_rest.attach(con, candidate, "candidate")
        for table in tables(con, "candidate", SCHEMAS):
            order = quoted(keys[table.label]) if table.label in keys else "all"
            con.execute(f"create schema if not exists {quoted(table.schema)}")
            con.execute(f"create table {table.sql} as select * from candidate.{table.sql} order by {order}")
            copy_comments(con, table, table.sql)
        con.execute("detach candidate")
        con.execute("checkpoint")


def _write_market(
    database: Path,
    candidate: Path,
    target: Path,
    built: Manifest,
    catalogue: Catalogue | None,
    release_id: str,
    day: date,
    earlier: Release | None,
    *,
    same_mapping: bool,
) -> list[str]:
    """Write what the operator's file tells of itself; returns a sentence for each model that has grown."""
    with duckdb.connect(str(database)) as con:
        at_rest.prepare(con)
        at_rest.attach(con, candidate, "candidate")
        before = None
        if earlier is not None and earlier.database.exists():
            con.execute(f"attach {literal(earlier.database)} as before (read_only)")
            before = "before"
        if catalogue is not None:
            write_catalogue(
                con,
                database.stem,
                catalogue,
                {},
                day,
                release_id=release_id,
                is_open=False,
                before=(before, earlier.id) if before else None,
                same_mapping=same_mapping,
            )
        grown = write_costs(con, database.stem, "candidate", built, target, before)
        con.execute("checkpoint")
    return grown


def code_version(project: Path = PROJECT) -> dict[str, Any]:
    """The project's version, and its commit where it is a git checkout."""
    version = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    commit = _git(project, "rev-parse", "HEAD")
    changed = _git(project, "status", "--porcelain", "--untracked-files=no")
    return {"version": version, "commit": commit or None, "modified": bool(changed) if commit else None}


def code_folders(project: Path = PROJECT) -> dict[str, str]:
    """Folder → a hash of its files: what a build is made by, also where it is no git checkout."""
    folders = [*(project / name for name in ("models", "macros", "scripts")), *project.glob("seeds/*/")]
    return {
        folder.relative_to(project).as_posix(): _folder_hash(folder)
        for folder in sorted(folders)
        if folder.is_dir()
    }


def _folder_hash(folder: Path) -> str:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".pyc")
    told = "".join(f"{file_sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files)
    return hashlib.sha256(told.encode()).hexdigest()


def build_settings() -> dict[str, Any]:
    """What a build is made by that is neither landed nor code."""
    return {"address_library": os.environ.get("CITYMART_ADDRESS_LIBRARY", "on") != "off"}


def _git(project: Path, *arguments: str) -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    done = subprocess.run(
        [git, "-C", str(project), *arguments], capture_output=True, text=True, check=False, timeout=30
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def _now() -> datetime:
    return datetime.now(UTC)
