"""What is published: folders of releases, and a link that says which one is current."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from citymart.disk import fsync_folder
from citymart.errors import CityMartError
from citymart.home import Home

DATABASE = "city_data_mart.duckdb"
MANIFEST = "manifest.json"


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


def make_current(home: Home, release_id: str) -> None:
    """Switch the link in one step: a reader finds the old release or the new one, never none."""
    temporary = home.published / f".current.{os.getpid()}"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(Path("releases") / release_id)
    temporary.replace(home.published / "current")
    fsync_folder(home.published)


def release_before(home: Home, release: Release) -> Release:
    """The newest kept release that is older. Raises `CityMartError` where there is none."""
    older = sorted(folder for folder in _folders(home) if folder.name < release.id)
    if not older:
        raise CityMartError(f"no release before {release.id} is kept in {releases_folder(home)}")
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
        folder = releases_folder(home) / name
        # Out of sight in one step first: a half-removed release must not look like one.
        hidden = folder.with_name(f".{name}.gone")
        folder.replace(hidden)
        shutil.rmtree(hidden, ignore_errors=True)
    return gone


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
