"""A home from a backup: each file counts once its hash is the one that the backup vouches for."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import pyarrow as pa

from .. import at_rest
from ..disk import fsync_folder, written_anew
from ..errors import CityMartError, UsageError
from ..folders import SUMS
from ..hashing import file_sha256
from ..home import PROJECT, Home
from ..landing import holding, read_receipt
from ..layouts import Seeds
from ..people import tombstones
from ..people.keys import history
from ..people.restored import keep_out
from ..releases import make_current
from . import DECISIONS, RELEASES, Backup
from .backup import copied

BEGUN = ".restore.json"
"""In a home that is being restored: which backup it is of. Removed at the end."""


@dataclass
class Restored:
    """What was done, and what could not be."""

    home: Path
    made_at: str | None
    files: int = 0
    bytes: int = 0
    extracts: int = 0
    emptied: int = 0
    """Records of people who are forgotten, which the backup still had."""
    forgotten_keys: int = 0
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def restore(
    folder: Path,
    home: Home,
    *,
    partial: bool = False,
    stones: Path | None = None,
    project: Path = PROJECT,
    note: Callable[[str], None] = lambda _: None,
) -> Restored:
    """Fill an empty home from a backup. What was killed is finished by running it again.

    `stones` is a home, a backup or a folder `people` with newer tombstones than the backup's: who was
    forgotten since is taken out before anything counts. With `partial` also a backup that was not finished.

    Raises `UsageError` for a home that is not empty or a folder that is no backup, `CityMartError` for a
    backup that was not finished, and for a locked one without its key.
    """
    backup = Backup.at(folder.expanduser().resolve())
    if not backup.is_whole and not partial:
        raise CityMartError(
            f"the backup in {backup.folder} was not finished: run `citymart backup` again; if its home is"
            " lost, --partial restores what can be proved whole"
        )
    at_rest.require(Home(backup.folder))
    newer = _folder_of(stones) if stones else None
    _begin(home, backup)
    done = Restored(home.root, backup.about.get("made_at"))
    with holding(home, note):
        if newer:
            # First of all: from then on no build brings back whom they keep out.
            _take_over(home, backup, newer)
        names = [name for name in {**backup.sums, **backup.since} if name not in DECISIONS]
        note(f"restoring {len(names):,} files …")
        for name in sorted(names, key=_order):
            if newer is None or name not in _of_stones(home):
                _file(home, backup, name, done)
        folders = filter(None, (tombstones.folder(home), newer))
        happened = pa.concat_tables([history(each) for each in folders])
        done.emptied, done.forgotten_keys = keep_out(home, Seeds(project / "seeds"), happened)
        current = backup.about.get("current")
        if current and (home.root / RELEASES / current).is_dir():
            make_current(home, current)
    os.sync()
    (home.root / BEGUN).unlink()
    fsync_folder(home.root)
    for name in DECISIONS:
        kept, now = backup.folder / name, project / name
        if kept.is_file() and not (now.is_file() and file_sha256(now) == file_sha256(kept)):
            done.notes.append(f"{name} of the project is not what it was then: compare it with {kept}")
    return done


def _begin(home: Home, backup: Backup) -> None:
    """Only an empty home, or one that this backup was being restored to."""
    begun = home.root / BEGUN
    mine = {"backup": str(backup.folder), "made_at": backup.about.get("made_at")}
    if home.root.exists() and not home.root.is_dir():
        raise UsageError(f"{home.root} is a file: name a folder with --home")
    if begun.exists():
        try:
            if json.loads(begun.read_text(encoding="utf-8")) == mine:
                return
        except ValueError:
            pass
        raise UsageError(
            f"{home.root} was being restored from another backup: empty it, or name another with --home"
        )
    if home.root.is_dir() and any(home.root.iterdir()):
        raise UsageError(
            f"{home.root} is not empty: a backup is restored to an empty home only; name one with --home"
        )
    home.root.mkdir(parents=True, exist_ok=True)
    with written_anew(begun) as path:
        path.write_text(json.dumps(mine) + "\n", encoding="utf-8")


def _order(name: str) -> tuple[int, str]:
    """The mark of encryption first; receipts last: what they vouch for is there then."""
    if name == at_rest.MARK:
        return 0, name
    return (2 if _is_receipt(name) else 1), name


def _is_receipt(name: str) -> bool:
    return name.startswith("landing/") and name.endswith(".json")


def _file(home: Home, backup: Backup, name: str, done: Restored) -> None:
    source, target = backup.folder / name, home.root / name
    hashes = {sums[name] for sums in (backup.sums, backup.since) if name in sums}
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        done.faults.append(f"{name} is no name of a file of a home: {SUMS} was changed")
        return
    if not source.is_file():
        done.faults.append(f"{name} is missing in the backup")
        return
    if _is_receipt(name) and not _is_vouched(home, name, source):
        done.faults.append(f"{name} was left out: what it is of could not be restored; load it again")
        return
    if not (target.is_file() and file_sha256(target) in hashes):
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}.copying")
        try:
            with open(source, "rb") as read, open(fresh, "wb") as write:
                digest = copied(read, write)
            if digest not in hashes:
                done.faults.append(f"{name} is damaged: its SHA-256 is not the one in {SUMS}")
                return
            shutil.copystat(source, fresh)
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)
    done.files += 1
    done.bytes += target.stat().st_size
    done.extracts += _is_receipt(name) and "@" not in name


def _is_vouched(home: Home, name: str, source: Path) -> bool:
    """Whether the records that a receipt of the backup speaks of are in the home."""
    receipt = read_receipt(source) or {}
    if receipt.get("outcome") == "refused":
        return True
    records = (home.root / name).with_name(f"{receipt.get('extract_id')}.parquet")
    rejects = records.parent / "rejects" / records.name
    return records.is_file() and (not receipt["rejected_rows"] or rejects.is_file())


# -- people who were forgotten after the backup ------------------------------------------------------


def _take_over(home: Home, backup: Backup, newer: Path) -> None:
    """The tombstones of the backup and the newer ones, as those of the home.

    Raises `CityMartError` where they are of another key than the backup's.
    """
    mine, old = tombstones.folder(home), tombstones.file(Home(backup.folder))
    key = newer / tombstones.KEY
    for path in (key, tombstones.folder(Home(backup.folder)) / tombstones.KEY):
        if path.is_file() and not (mine / tombstones.KEY).exists():
            with written_anew(mine / tombstones.KEY) as fresh:
                shutil.copy2(path, fresh)
    both = [
        at_rest.read_table(file, tombstones.FORGOTTEN) for file in (newer / old.name, old) if file.is_file()
    ]
    rows = {
        (row["case_id"], row["kind"], row["keyed_hash"]): row for each in both for row in each.to_pylist()
    }
    if len({hashed for case, kind, hashed in rows if kind == tombstones.CHECK}) > 1:
        raise CityMartError(
            f"the tombstones in {newer} were made with another key than those of the backup: they are of"
            " another home"
        )
    with written_anew(tombstones.file(home)) as fresh:
        at_rest.write_table(pa.Table.from_pylist([*rows.values()], schema=tombstones.FORGOTTEN), fresh)
    tombstones.read(home)


def _folder_of(stones: Path) -> Path:
    """Where the tombstones of a home or a backup are. Raises `UsageError` where there are none."""
    for folder in (stones, stones / "people"):
        if (folder / "forgotten.parquet").is_file():
            return folder
    raise UsageError(f"{stones} has no forgotten.parquet: name a home, a backup or a folder people")


def _of_stones(home: Home) -> set[str]:
    return {
        path.relative_to(home.root).as_posix()
        for path in (tombstones.file(home), tombstones.folder(home) / tombstones.KEY)
    }
