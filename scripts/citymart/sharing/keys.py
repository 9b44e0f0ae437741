"""The keys of audiences and of the operator: read from a file outside the project and the home, and shown
nowhere.

A key file is CSV: `audience,version,encryption_key,hash_key`, one line a version. The newest version of an
audience is used. The audience gets its encryption key to open its file with; the hash key is the operator's
alone, or a recipient could try all numbers there are until one fits. With a key of the `operator`, which is
no audience, the home itself is encrypted.
"""

from __future__ import annotations

import csv
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ..disk import written_anew
from ..errors import CityMartError, UsageError
from ..home import PROJECT, Home

VARIABLE = "CITYMART_KEYS"
OPERATOR = "operator"
"""No audience: by this key the home itself is encrypted (`citymart.at_rest`)."""
COLUMNS = ("audience", "version", "encryption_key", "hash_key")
SHORTEST = 32
"""Characters of a key. 32 characters of 64 kinds are 192 bits."""


@dataclass(frozen=True)
class Key:
    """What an audience's file is locked with, and what its pseudonyms are made with."""

    audience: str
    version: int
    encryption_key: str = field(repr=False)
    hash_key: str = field(repr=False)


class Keys:
    """The keys of each audience of a key file.

    Raises `CityMartError` for a file that is not there, may be read by others, or can't be read as keys.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._keys: dict[str, list[Key]] = {}
        for line, row in _rows(path):
            key = _key(path, line, row)
            self._keys.setdefault(key.audience, []).append(key)

    def of(self, audience: str) -> Key:
        """The newest of an audience. Raises `CityMartError` where it has none."""
        if audience not in self._keys:
            raise CityMartError(
                f"{self.path} has no key for the audience {audience}: `citymart keys {self.path}` adds one."
                " Nothing was written"
            )
        return self.all_of(audience)[0]

    def all_of(self, audience: str) -> list[Key]:
        """The newest first; older ones open what was published before."""
        return sorted(self._keys.get(audience, []), key=lambda key: -key.version)

    def __contains__(self, audience: str) -> bool:
        return audience in self._keys


def configured() -> Keys | None:
    """The keys of the file that the variable CITYMART_KEYS names, or None where it names none."""
    named = os.environ.get(VARIABLE)
    return Keys(Path(named).expanduser()) if named else None


def add_missing(path: Path, audiences: Iterable[str], home: Home) -> list[str]:
    """A random key for each audience that has none in the file, which is made if it is not there; the
    audiences that got one. No key that is there is changed.

    Raises `UsageError` for a file inside the project or the home: what is backed up or handed on with them
    would hold the keys to it.
    """
    path = path.expanduser().absolute()
    for folder in (PROJECT, home.root):
        if path.resolve().is_relative_to(folder):
            raise UsageError(f"{path} lies in {folder}: keep the keys outside, such as in your own folder")
    known = Keys(path) if path.exists() else None
    new = [audience for audience in audiences if known is None or audience not in known]
    if new:
        rows = [row for _, row in _rows(path)] if known else []
        rows += [
            dict(zip(COLUMNS, (name, "1", secrets.token_urlsafe(48), secrets.token_urlsafe(48)), strict=True))
            for name in new
        ]
        with written_anew(path) as fresh:
            fresh.touch(mode=0o600)
            with fresh.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
    return new


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise CityMartError(f"{path} may be read by others: `chmod 600 {path}`. Nothing was written")
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise CityMartError(f"{path}, line 1: the columns of a key file are {', '.join(COLUMNS)}")
            return [(line, row) for line, row in enumerate(reader, 2)]
    except FileNotFoundError:
        raise CityMartError(
            f"{path} is not there: {VARIABLE} names the file with the audiences' keys, and"
            f" `citymart keys {path}` makes one. Nothing was written"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CityMartError(f"{path} can't be read: {error}. Nothing was written") from None


def _key(path: Path, line: int, row: dict[str, str | None]) -> Key:
    where = f"{path}, line {line} (audience {row.get('audience')})"
    for column in ("encryption_key", "hash_key"):
        # The key itself is never told, not even a part of it.
        if len(row[column] or "") < SHORTEST:
            raise CityMartError(f"{where}: {column} has less than {SHORTEST} characters. Nothing was written")
    if row["encryption_key"] == row["hash_key"]:
        raise CityMartError(f"{where}: encryption_key and hash_key must differ. Nothing was written")
    try:
        version = int(row["version"] or "")
    except ValueError:
        raise CityMartError(f"{where}: version must be a whole number. Nothing was written") from None
    return Key(row["audience"] or "", version, row["encryption_key"] or "", row["hash_key"] or "")
