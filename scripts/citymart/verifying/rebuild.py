"""A release built once more, from what it was made of, and compared table by table.

In a home of its own below `build`: the extracts that `market.extracts` of the release names, with the
receipts that counted then, the keys of persons, and what is remembered of linkage and addresses. Nothing of
the home itself is changed.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from .. import at_rest
from ..candidates import NAME
from ..catalogue.described import read_catalogue
from ..dbt_run import run_dbt
from ..errors import CityMartError
from ..hashing import NOT_CONTENT, Table, literal, table_digest, tables, value_json
from ..home import PROJECT, Home
from ..landing import Place, holding, read_receipt, write_receipt
from ..lock import build_lock
from ..people import tombstones
from ..publishing import SCHEMAS, build_settings, code_folders, code_version
from ..receipts import Receipt, as_text, landed_at, newest_of
from ..releases import MANIFEST, Release, releases_folder, remove
from .published import chosen

FOLDER = "rebuild"
DONE_AGAIN = ("people", "matches")
"""What is copied: a build changes it."""


@dataclass(frozen=True)
class Differs:
    """A table that did not come out the same, and in what."""

    table: str
    what: str


@dataclass
class Rebuilt:
    """What came of building a release again."""

    release_id: str
    extracts: int = 0
    same: int = 0
    differ: list[Differs] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    """What is known to be otherwise than it was then."""
    seconds: float = 0.0

    @property
    def is_same(self) -> bool:
        return not self.differ

    def document(self) -> dict[str, Any]:
        return {"is_the_same": self.is_same, **asdict(self)}


def rebuild(
    home: Home,
    name: str | None = None,
    *,
    project: Path = PROJECT,
    note: Callable[[str], None] = lambda _: None,
) -> Rebuilt:
    """Build the release of that name (else the current one) again, and compare.

    Raises `UsageError` for a release that is not kept, `CityMartError` where there is none, it can't be read
    or the build fails.
    """
    names = chosen(home, name)
    if not names:
        raise CityMartError(f"nothing is published in {home.root} yet: there is nothing to build again")
    folder = releases_folder(home) / names[0]
    try:
        release = Release(folder, json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise CityMartError(f"{folder} is no whole release ({error}): `citymart verify` tells more") from None
    began = time.monotonic()
    done = Rebuilt(release.id)
    with build_lock(home, "verify --rebuild"):
        scratch = Home.at(home.build / FOLDER)
        remove(scratch.root)
        try:
            note(f"bringing together what {release.id} was made of …")
            done.extracts = _landing_as_then(home, scratch, release, done, note)
            for what in DONE_AGAIN:
                if (home.root / what).is_dir():
                    shutil.copytree(home.root / what, scratch.root / what)
            candidate = scratch.build / f"{NAME}.duckdb"
            candidate.parent.mkdir(parents=True)
            note("building it again, without its tests …")
            arguments = ["build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"]
            target = home.build / "target" / FOLDER
            run = run_dbt(
                scratch, arguments, database=candidate, use=FOLDER, target=target, project=project, note=note
            )
            if not run.passed:
                raise CityMartError(
                    f"{release.id} can't be built with the code that is here: {run.failures[0].sentence}"
                )
            note("comparing every table …")
            done.why += _other(home, release, candidate, run.target, project)
            _compare(release, candidate, done)
        finally:
            remove(scratch.root)
    done.seconds = round(time.monotonic() - began, 1)
    if done.differ and not done.why:
        done.why.append(
            "nothing that is recorded has changed: `citymart verify` tells whether what has landed is whole"
        )
    return done


def _landing_as_then(
    home: Home, scratch: Home, release: Release, done: Rebuilt, note: Callable[[str], None]
) -> int:
    """Fills the landing of the scratch home with the extracts of the release; how many."""
    with duckdb.connect(str(release.database), read_only=True) as con:
        try:
            rows = con.execute("from market.extracts order by extract_id").to_arrow_table().to_pylist()
        except duckdb.CatalogException:
            raise CityMartError(
                f"{release.database} has no market.extracts, which says what it was made of"
            ) from None
    scratch.landing.mkdir(parents=True)
    if (home.root / at_rest.MARK).exists():
        shutil.copy2(home.root / at_rest.MARK, scratch.root / at_rest.MARK)
    gone = []
    with holding(home, note):
        for row in rows:
            here = Place.of(home, row["provider_code"], row["subject"])
            there = Place.of(scratch, row["provider_code"], row["subject"])
            if not _extract_as_then(here, there, row):
                gone.append(row)
    if gone:
        done.why.append(
            f"{len(gone)} of {len(rows)} extracts are not there as they were, such as {gone[0]['extract_id']}"
            f" ({gone[0]['source_file']} of {gone[0]['provider_code']}, {gone[0]['subject']})"
        )
    return len(rows)


def _extract_as_then(here: Place, there: Place, row: dict[str, Any]) -> bool:
    """Links the files of an extract and the receipts that it had; false where one of them is gone."""
    extract_id = row["extract_id"]
    there.folder.mkdir(parents=True, exist_ok=True)
    for now, then in (
        (here.records(extract_id), there.records(extract_id)),
        (here.rejects(extract_id), there.rejects(extract_id)),
    ):
        for path, link in ((now, then), (_said(now), _said(then))):
            if path.exists():
                link.parent.mkdir(exist_ok=True)
                _link(path, link)
    receipts: list[Receipt] = []
    for path in (here.receipt(extract_id), *sorted(here.folder.glob(f"{extract_id}@*.json"))):
        receipt = read_receipt(path)
        if receipt and landed_at(receipt) <= row["landed_at"]:
            _link(path, there.folder / path.name)
            receipts.append(receipt)
    if not receipts:
        return False
    newest = newest_of(receipts)
    if landed_at(newest) == row["landed_at"]:
        return newest["outcome"] == "refused" or here.records(extract_id).exists()
    if row["outcome"] == "withdrawn":
        # It was brought back since.
        moment = as_text(row["landed_at"].astimezone(UTC))
        said = newest | {"outcome": "withdrawn", "reason": row["reason"], "landed_at": moment}
        write_receipt(there.receipt(extract_id, "withdrawn"), said)
        return True
    return False


def _link(path: Path, link: Path) -> None:
    """A second name for a file, which nothing writes to: what is changed is written anew. Else a copy."""
    try:
        os.link(path, link)
    except OSError:
        shutil.copy2(path, link)


def _said(path: Path) -> Path:
    return path.with_name(f"{path.name}.said")


def _other(home: Home, release: Release, candidate: Path, target: Path, project: Path) -> Iterator[str]:
    """What is known to be otherwise than when the release was made."""
    manifest = release.manifest
    then, now = manifest.get("code", {}), code_version(project)
    folders, here = then.get("folders", {}), code_folders(project)
    if other := sorted(name for name in {*folders, *here} if folders and folders.get(name) != here.get(name)):
        yield (
            f"the code is another: {', '.join(other)} (then version {then.get('version')}, commit"
            f" {then.get('commit')}; now {now['version']}, {now['commit']})"
        )
    elif not folders and (then.get("version"), then.get("commit")) != (now["version"], now["commit"]):
        yield (
            f"the code is another: then version {then.get('version')}, commit {then.get('commit')}; now"
            f" {now['version']}, {now['commit']}"
        )
    if not folders and then.get("modified"):
        yield f"then the code had changes that are in no commit (beside {then.get('commit')})"
    catalogue = read_catalogue(candidate, target)
    if catalogue and catalogue.mapping_hash != manifest.get("mapping_hash"):
        yield "layouts or code maps are others (mapping_hash)"
    if catalogue and catalogue.fingerprint != manifest.get("catalogue_hash"):
        yield "products are described otherwise (catalogue_hash)"
    for name, value in build_settings().items():
        if manifest.get("settings", {}).get(name, value) != value:
            yield f"the setting {name} was {manifest['settings'][name]} and is {value}"
    created = datetime.fromisoformat(manifest["created_at"])
    if since := [when for when, _ in tombstones.cases(home).values() if when > created]:
        people = "person was" if len(since) == 1 else "people were"
        yield f"{len(since)} {people} forgotten since: their records are empty now"


def _compare(release: Release, candidate: Path, done: Rebuilt) -> None:
    """Each table of the release with that of the build: first the hash, then in what they differ."""
    said = {f"{t['schema']}.{t['table']}": t for t in release.manifest["tables"]}
    with at_rest.opened(candidate) as con:
        con.execute(f"attach {literal(release.database)} as before (read_only)")
        found = {each.label: each for each in tables(con, "mart", SCHEMAS)}
        before = {each.label: each for each in tables(con, "before", SCHEMAS) if each.label in said}
        for label in sorted({*said, *found}):
            if label not in found:
                done.differ.append(Differs(label, "there is no such table any more"))
            elif label not in said:
                done.differ.append(Differs(label, "there was no such table"))
            elif table_digest(con, found[label])[1] == said[label]["hash"]:
                done.same += 1
            elif label not in before:
                done.differ.append(Differs(label, "it is another, and is gone from the release's file"))
            else:
                done.differ.append(Differs(label, _difference(con, before[label], found[label])))


def _difference(con: duckdb.DuckDBPyConnection, then: Table, now: Table) -> str:
    if then.columns != now.columns:
        other = sorted({name for name, _ in {*then.columns} ^ {*now.columns}}) or ["their order"]
        return f"other columns: {', '.join(other)}"

    def rows(database: str, table: Table) -> str:
        values = ", ".join(value_json(name, kind) for name, kind in table.columns if name not in NOT_CONTENT)
        return f"select to_json([{values}])::varchar from {database}.{table.sql}"

    gone, new = (
        con.execute(f"select count(*) from ({first} except all {second})").fetchone()[0]
        for first, second in (
            (rows("before", then), rows("mart", now)),
            (rows("mart", now), rows("before", then)),
        )
    )
    return f"{gone:,} rows only then, {new:,} only now" if gone or new else "only its comments are others"
