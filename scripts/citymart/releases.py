"""What is published: folders of releases, and a link that says which one is current."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from citymart.disk import fsync_folder, written_anew
from citymart.errors import CityMartError
from citymart.hashing import file_sha256
from citymart.home import Home

DATABASE = "city_data_mart.duckdb"
MANIFEST = "manifest.json"
NEXT = ".next.json"
"""Which release is about to become current: it may have its name already, and nobody has read it."""
STAMP = "%Y%m%dT%H%M%S.%f"


@dataclass(frozen=True)
class Release:
    """A published folder: the database, and the manifest that describes it."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def id(self) -> str:
        return self.manifest["release_id"]

    @property
    def data_hash(self) -> str:
        return self.manifest["data_hash"]

    @property
    def terms_hash(self) -> str | None:
        """Of the agreements and keys under which the files of the audiences were made."""
        return self.manifest.get("terms_hash")

    @property
    def database(self) -> Path:
        return self.folder / DATABASE


def releases_folder(home: Home) -> Path:
    return home.published / "releases"


def current_release(home: Home) -> Release | None:
    """The release that readers see, or None before the first."""
    link = home.published / "current"
    try:
        folder = link.resolve(strict=True)
        return Release(folder, json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise CityMartError(f"{link} does not lead to a whole release ({error}); publish again") from None


def need_release(home: Home) -> Release:
    """The current release. Raises `CityMartError` before the first."""
    release = current_release(home)
    if release is None:
        raise CityMartError(f"nothing is published in {home.root} yet: run `citymart publish` first")
    return release


def new_id(home: Home, now: datetime, data_hash: str) -> str:
    """The name of a release that is made now: after all that are there, also where the clock went back.

    To the millisecond, because the order of the ids is the order of the releases.
    """
    made = [when for folder in _folders(home) if (when := _made_at(folder.name))]
    moment = max([now, *(when + timedelta(milliseconds=1) for when in made)])
    return f"{moment:%Y%m%dT%H%M%S}.{moment.microsecond // 1000:03}Z-{data_hash[:8]}"


def _made_at(release_id: str) -> datetime | None:
    try:
        return datetime.strptime(release_id.partition("Z-")[0], STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def announce(home: Home, release_id: str, log_bytes: int) -> None:
    """Say which release comes next, and how long the access log is without it, before either is written."""
    with written_anew(home.published / NEXT) as path:
        path.write_text(json.dumps({"release_id": release_id, "log_bytes": log_bytes}), encoding="utf-8")


def announced(home: Home) -> tuple[Path, int] | None:
    """The folder of a release that was to come next and that no reader ever had, because its publish was
    stopped, and the length of the access log without it; None where there is none.
    """
    try:
        said = json.loads((home.published / NEXT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    folder = releases_folder(home) / said["release_id"]
    current = home.published / "current"
    is_current = current.is_symlink() and current.readlink().name == folder.name
    return None if is_current else (folder, said["log_bytes"])


def make_current(home: Home, release_id: str) -> None:
    """Switch the link in one step: a reader finds the old release or the new one, never none."""
    temporary = home.published / f".current.{os.getpid()}"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(Path("releases") / release_id)
    temporary.replace(home.published / "current")
    fsync_folder(home.published)
    (home.published / NEXT).unlink(missing_ok=True)


def release_names(home: Home) -> list[str]:
    """The ids of the releases that are kept, oldest first."""
    return sorted(folder.name for folder in _folders(home))


def damages(release: Release) -> Iterator[tuple[str, str]]:
    """(file, what is wrong) of each file that is not as the manifest has it. Reads them all.

    Raises `KeyError` or `TypeError` for a manifest that does not say what its files are.
    """
    for said in (*release.manifest["files"], *release.manifest.get("audiences", [])):
        path = release.folder / said["file"]
        if not path.is_file():
            yield said["file"], "it is missing"
        elif path.stat().st_size != said["bytes"]:
            yield said["file"], f"it has {path.stat().st_size:,} bytes and not {said['bytes']:,}"
        elif file_sha256(path) != said["sha256"]:
            yield said["file"], "its SHA-256 is not the one in the manifest"


def newest_whole(home: Home, note: Callable[[str], None] = lambda _: None) -> Release | None:
    """The current release, or where that is damaged the newest older one that is whole; None without any.

    So that a release that is damaged can be published again, and is not taken for the same data.
    """
    link = home.published / "current"
    name = link.readlink().name if link.is_symlink() else ""
    for folder in sorted((each for each in _folders(home) if each.name <= name), reverse=True):
        try:
            release = Release(folder, json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
            wrong = next((f"{file}: {what}" for file, what in damages(release)), None)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            wrong = f"{MANIFEST}: {error}"
        if wrong is None:
            return release
        note(f"the release {folder.name} is damaged ({wrong}): it is passed over")
    return None


def release_before(home: Home, release_id: str) -> Release:
    """The newest kept release that is older. Raises `CityMartError` where there is none."""
    older = sorted(folder for folder in _folders(home) if folder.name < release_id)
    if not older:
        raise CityMartError(f"no release before {release_id} is kept in {releases_folder(home)}")
    folder = older[-1]
    try:
        return Release(folder, json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise CityMartError(f"{folder} is not a whole release ({error}); the current one stays") from None


def prune(home: Home, keep: int) -> list[str]:
    """Remove all but the newest `keep` releases, never the current one; returns the ids removed."""
    current = current_release(home)
    ids = sorted((folder.name for folder in _folders(home)), reverse=True)
    spared = set(ids[:keep]) | ({current.folder.name} if current else set())
    gone = [name for name in ids if name not in spared]
    for name in gone:
        remove_release(releases_folder(home) / name)
    return gone


def remove_release(folder: Path) -> None:
    """Out of sight in one step first: a half-removed release must not look like one."""
    hidden = folder.with_name(f".{folder.name}.gone")
    folder.replace(hidden)
    shutil.rmtree(hidden, ignore_errors=True)


def sweep(home: Home) -> None:
    """Remove what a killed run has left: everything here that is hidden."""
    for folder in (home.published, releases_folder(home)):
        for left in folder.glob(".*"):
            remove(left)


def remove(path: Path) -> None:
    """A file, a link or a whole folder; nothing when it is not there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _folders(home: Home) -> list[Path]:
    folder = releases_folder(home)
    return (
        [p for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".")] if folder.is_dir() else []
    )
