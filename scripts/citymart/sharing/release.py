"""The audiences' part of a release: a file each, what the manifest says of it, and the log of it all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from .. import at_rest
from ..catalogue.described import Catalogue
from ..dbt_manifest import Manifest
from ..disk import fsync_file, fsync_folder
from ..hashing import file_sha256
from ..home import Home
from ..releases import DATABASE
from .files import FOLDER, Given, write_audience
from .keys import Keys, configured
from .terms import Audience, Terms, read_terms, with_keys

OPEN = f"{FOLDER}/open.duckdb"
ACCESS_LOG = "access_log.jsonl"


@dataclass(frozen=True)
class Sharing:
    """What is to be given to whom at this publish, and with which keys."""

    terms: Terms
    keys: Keys | None
    fingerprint: str
    """Of the terms and of the keys that are in use: another key, another release."""

    @property
    def audiences(self) -> list[Audience]:
        """Those that get a file: without a file of keys, who needs none."""
        return [each for each in self.terms.audiences if self.keys is not None or not each.is_encrypted]

    @property
    def without_file(self) -> list[str]:
        return [each.name for each in self.terms.audiences if self.keys is None and each.is_encrypted]


def sharing(candidate: Path, day: date) -> Sharing | None:
    """The terms of a build on a day; None for a project without audiences.

    Raises `CityMartError` for terms that can't be meant, and for a key that is missing or too short.
    """
    with at_rest.opened(candidate) as con:
        terms = read_terms(con, candidate.stem, day)
    if terms is None:
        return None
    keys = configured()
    # All keys are looked at here, before anything is written.
    return Sharing(terms, keys, with_keys(terms, keys))


def write_audiences(
    candidate: Path,
    folder: Path,
    agreed: Sharing,
    built: Manifest,
    earlier: Path | None,
    catalogue: Catalogue | None = None,
    *,
    release_id: str,
    same_mapping: bool = True,
) -> list[dict[str, Any]]:
    """Write the file of each audience below `folder`; what the release's manifest says of them. `built` is
    what dbt's says of the candidate, `earlier` the folder of the release before. The operator's database
    lies in `folder` already.
    """
    told = []
    for audience in agreed.audiences:
        key = agreed.keys.of(audience.name) if audience.is_encrypted and agreed.keys else None
        file = folder / FOLDER / f"{audience.name}.duckdb"
        before = earlier / OPEN if earlier else None
        given = write_audience(
            candidate,
            file,
            audience,
            agreed.terms,
            built,
            key,
            before,
            catalogue,
            own_earlier=(earlier / file.relative_to(folder), earlier.name) if earlier else None,
            operators=folder / DATABASE,
            release_id=release_id,
            same_mapping=same_mapping,
        )
        fsync_file(file)
        fsync_folder(file.parent)
        told.append(
            {
                "audience": audience.name,
                "file": file.relative_to(folder).as_posix(),
                "bytes": file.stat().st_size,
                "sha256": file_sha256(file),
                "is_encrypted": audience.is_encrypted,
                "key_version": key.version if key else None,
                "agreements": _agreements(audience, given),
                "tables": [asdict(each) for each in given],
            }
        )
    return told


def log_access(home: Home, release: Mapping[str, Any]) -> None:
    """Append a line an audience and table to the access log, which is kept through rebuilds."""
    lines = [
        json.dumps(
            {
                "at": release["created_at"],
                "release_id": release["release_id"],
                "audience": audience["audience"],
                "agreements": table["agreements"],
                "terms": [
                    each for each in audience["agreements"] if each["agreement"] in table["agreements"]
                ],
                "product": table["product"],
                "columns": list(table["columns"]),
                "rows": table["rows"],
                "key_version": audience["key_version"],
            },
            ensure_ascii=False,
        )
        for audience in release.get("audiences", [])
        for table in audience["tables"]
    ]
    if not lines:
        return
    home.root.mkdir(parents=True, exist_ok=True)
    with open(home.root / ACCESS_LOG, "a", encoding="utf-8") as log:
        log.write("\n".join(lines) + "\n")
        log.flush()
        os.fsync(log.fileno())


def log_length(home: Home) -> int:
    """Bytes of the access log."""
    log = home.root / ACCESS_LOG
    return log.stat().st_size if log.exists() else 0


def cut_log(home: Home, length: int) -> None:
    """Take out of the log what was written of a release that nobody could read, in part perhaps."""
    if log_length(home) > length:
        with open(home.root / ACCESS_LOG, "r+b") as log:
            log.truncate(length)
            os.fsync(log.fileno())


def _agreements(audience: Audience, given: Sequence[Given]) -> list[dict[str, str]]:
    used = {name for each in given for name in each.agreements}
    lines = {(a.agreement, a.purpose, a.lawful_basis) for a in audience.agreements if a.agreement in used}
    return [
        {"agreement": agreement, "purpose": purpose, "lawful_basis": basis}
        for agreement, purpose, basis in sorted(lines)
    ]
