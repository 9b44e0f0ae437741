"""Encrypting a home that lies in clear: what has landed and what is known of people stays, as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from . import at_rest, lake
from .disk import written_anew
from .errors import CityMartError
from .hashing import file_sha256
from .home import Home
from .landing import loading
from .lock import build_lock
from .people.remembered import FILE
from .people.sweeping import COUNTED
from .releases import remove
from .sharing.keys import OPERATOR, VARIABLE, Keys


@dataclass
class Encrypted:
    """What was done: `files` were encrypted, and `removed` are folders that the next build makes again."""

    files: int = 0
    removed: int = 0


def fits(home: Home, file: Path) -> None:
    """Whether this file of keys can be the home's.

    Raises `CityMartError` where the home is encrypted already and the operator's key in the file, if there
    is one, is another.
    """
    mark = at_rest.read_mark(home)
    if mark is None:
        return
    keys = Keys(file) if file.exists() else ()
    if OPERATOR not in keys or at_rest.Lock.of(keys.of(OPERATOR).encryption_key).mark != mark.key:
        raise CityMartError(
            f"{home.root} is encrypted with a key of the operator that {file} does not have: give the file"
            " that has it"
        )


def encrypt(home: Home, *, note: Callable[[str], None] = lambda _: None) -> Encrypted:
    """Encrypt what the home keeps of records, with the operator's key; what the next build makes again goes.

    What is killed half-way is done by running it again; until then the home can't be used. Raises
    `CityMartError` where there is no such key, or the home is encrypted with another.
    """
    now = at_rest.lock()
    if now is None:
        raise CityMartError(f"the file that {VARIABLE} names has no key of the operator")
    done = Encrypted()
    mark = at_rest.read_mark(home)
    if mark is not None and mark.is_whole:
        at_rest.require(home)
        return done
    if found := lake.there(home):
        raise CityMartError(
            f"{home.root} has a lake, which can't be encrypted with the operator's key: delete its catalogue"
            f" {found.catalogue}, its data {found.data} and {lake.pointer(home)}, and run this again"
        )
    with build_lock(home, "keys"), loading(home, note):
        kept = [path for folder in (home.landing, home.root / "people") for path in _files(folder)]
        _try_key(kept)
        at_rest.mark(home, now, is_whole=False)
        # The receipt last: while it is plain, its extract is not done.
        for path in sorted(kept, key=lambda path: path.suffix == ".json"):
            if not at_rest.is_locked(path):
                _encrypt_receipt(path) if path.suffix == ".json" else _encrypt_parquet(path)
                done.files += 1
        again = [path for path in home.build.iterdir() if path.name != "lock"]
        again += (home.root / "people").glob(f"{FILE}*")
        for path in [*again, home.root / "matches", home.root / "logs"]:
            if path.exists():
                remove(path)
                done.removed += 1
        at_rest.mark(home, now, is_whole=True)
    return done


def _try_key(kept: list[Path]) -> None:
    """What is locked already must be so with this key, also where the home's mark was lost."""
    locked = next(filter(at_rest.is_locked, kept), None)
    try:
        if locked:
            at_rest.read_table(locked)
    except OSError:
        raise CityMartError(f"{locked} is encrypted with another key: give the file that has it") from None


def _files(folder: Path) -> list[Path]:
    """Parquet files, and receipts."""
    found = [*folder.rglob("*.parquet"), *(folder.glob("*/*/*.json") if folder.name == "landing" else [])]
    return [path for path in found if path.is_file() and not path.is_symlink()]


def _encrypt_parquet(path: Path) -> None:
    emptied = int((pq.read_schema(path).metadata or {}).get(COUNTED.encode(), b"0"))
    with written_anew(path) as fresh:
        at_rest.encrypt_parquet(path, fresh)
        if emptied:
            at_rest.say(path, fresh, COUNTED, emptied)


def _encrypt_receipt(path: Path) -> None:
    """With the size and the hashes that its files have now."""
    text = path.read_text(encoding="utf-8")
    receipt = json.loads(text)
    if isinstance(receipt, dict) and receipt.get("landing_sha256"):
        records = path.with_name(f"{receipt['extract_id']}.parquet")
        if records.exists():
            receipt |= {"landing_bytes": records.stat().st_size, "landing_sha256": file_sha256(records)}
            if receipt.get("rejects_sha256"):
                receipt["rejects_sha256"] = file_sha256(path.parent / "rejects" / records.name)
            text = json.dumps(receipt, ensure_ascii=False, indent=1) + "\n"
    with written_anew(path) as fresh:
        at_rest.write_text(fresh, text)
