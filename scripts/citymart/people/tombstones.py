"""What is kept of a person who is forgotten: keyed hashes by which the next delivery is known, and no more.

Each is an HMAC-SHA256 (RFC 2104), cut to 16 bytes, under a key that lies in `<home>/people/tombstone.key` or
comes from CITYMART_TOMBSTONE_KEY. Without that key nobody can tell whose they are, not by trying all names
either; with it, one can ask whether somebody who is known is among them. So keep it as you keep the home.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from .. import at_rest
from ..disk import written_anew
from ..errors import CityMartError
from ..home import Home
from .identity import Named, Reader, Row, births_in, letters, name_of, ninos_in, postcodes_in

KEY_VARIABLE = "CITYMART_TOMBSTONE_KEY"
KEY = "tombstone.key"
FORGOTTEN = pa.schema(
    [
        ("case_id", pa.string()),
        ("kind", pa.string()),
        ("keyed_hash", pa.binary()),
        ("forgotten_at", pa.timestamp("us", tz="UTC")),
        ("why", pa.string()),
    ]
)
CHECK, PERSON, YEAR, ROW = "check", "person", "year", "row"
# These hold whatever the year of birth; the others do not where it is another: a father and his son.
BY_NUMBER = ("number", "number_alone", "born", "reference_born", ROW)


def keys_of(reader: Reader, row: Row, one: Named) -> list[tuple[str, str]]:
    """(kind, text) of all by which a person named in a record is known."""
    keys = []
    for number in filter(None, (one.nino, one.nhs)):
        keys += [("number", f"{number}|{one.forename}")] if one.forename else []
        keys += [("number", f"{number}|{one.birth}")] if one.birth else []
        keys += [("number_alone", number)]
    where = f"{reader.provider}|{reader.subject}"
    if one.is_full:
        keys += [("reference", f"{where}|{field}|{value}|{one.name}") for field, value in row.references]
        keys += [("place", f"{place}|{one.name}") for place in row.places]
        if one.birth:
            keys += [("born", f"{reader.provider}|{one.name}|{one.birth}")]
            keys += [("born", f"{postcode}|{one.name}|{one.birth}") for postcode in row.postcodes]
            keys += [("near", f"{one.name}|{one.birth}")]
        keys += [("near", f"{one.name}|{postcode}") for postcode in row.postcodes]
        keys += [("name", one.name)]
    if one.birth and one.forename:
        keys += [
            ("reference_born", f"{where}|{field}|{value}|{one.birth}|{one.forename[0]}")
            for field, value in row.references
        ]
    return keys


def kept_of(reader: Reader, row: Row, one: Named) -> list[tuple[str, str]]:
    """The same, and what may be all that another record has: an initial, or the person's number there."""
    keys = [*keys_of(reader, row, one), ("name", one.name)]
    where = f"{reader.provider}|{reader.subject}"
    if one.birth:
        keys.append(("birth", one.birth))
    if one.is_full:
        initial = name_of(one.forename[0], one.surname)
        keys.append(("name", initial))
        keys += [("reference", f"{where}|{field}|{value}|{initial}") for field, value in row.references]
    if one.name == row.named[0].name:
        keys += [("reference_alone", f"{where}|{field}|{value}") for field, value in row.own_references]
    return keys


# Asked of texts whose cells are not known alone; `name` says nothing of one person.
LOOSE = ("near", "name")
MOST_ATOMS = 1 << 18


@dataclass
class Tombstones:
    """The keyed hashes of all who are forgotten; empty for a home that has forgotten nobody."""

    secret: bytes = b""
    cases: dict[bytes, set[str]] = field(default_factory=dict)
    with_year: set[str] = field(default_factory=set)
    _atoms: dict[tuple[str, str], bool] = field(default_factory=dict, repr=False)

    def __bool__(self) -> bool:
        return bool(self.cases)

    def hash(self, kind: str, text: str) -> bytes:
        return hmac.digest(self.secret, f"{kind}|{text}".encode(), "sha256")[:16]

    def has(self, kind: str, text: str) -> set[str]:
        """The cases that have it."""
        return self.cases.get(self.hash(kind, text), set())

    def add(self, case: str, keys: Iterable[tuple[str, bytes]]) -> None:
        self._atoms.clear()
        for kind, hashed in keys:
            if kind == YEAR:
                self.with_year.add(case)
            self.cases.setdefault(hashed, set()).add(case)

    def known(
        self, reader: Reader, row: Row, one: Named, where: str | None = None
    ) -> tuple[set[str], list[tuple[str, str]]]:
        """The cases that a person named in a record is of, and the keys that say so; `where` is the record,
        for those that were pointed at."""
        if not self.may_know(one):
            return set(), []
        asked = [key for key in keys_of(reader, row, one) if key[0] not in LOOSE]
        if where is not None:
            asked.append((ROW, f"{where}|{one.name}"))
        cases: set[str] = set()
        by: list[tuple[str, str]] = []
        for kind, text in asked:
            if kind == "number_alone":
                continue
            for case in self.has(kind, text):
                if kind not in BY_NUMBER and self._is_other_generation(case, one):
                    continue
                cases.add(case)
                by.append((kind, text))
        return cases, by

    def _is_other_generation(self, case: str, one: Named) -> bool:
        return bool(one.birth and case in self.with_year and not self.has(YEAR, f"{case}|{one.birth[:4]}"))

    def may_know(self, one: Named) -> bool:
        """Whether to ask further: a name, a number or a day of birth of theirs, of which each key has one."""
        return (
            self._has_atom("name", one.name)
            or bool(one.birth and self._has_atom("birth", one.birth))
            or any(self._has_atom("number_alone", number) for number in (one.nino, one.nhs) if number)
        )

    def _has_atom(self, kind: str, text: str) -> bool:
        known = self._atoms.get((kind, text))
        if known is None:
            if len(self._atoms) > MOST_ATOMS:
                self._atoms.clear()
            known = self._atoms[kind, text] = self.hash(kind, text) in self.cases
        return known

    def knows_number(self, reader: Reader, row: Row) -> bool:
        """Whether a record that names nobody has a number of somebody who is forgotten."""
        where = f"{reader.provider}|{reader.subject}"
        return any(self._has_atom("number_alone", number) for number in (*row.ninos, *row.nhs)) or any(
            self._has_atom("reference_alone", f"{where}|{field}|{value}")
            for field, value in row.own_references
        )

    def in_text(self, text: str) -> bool:
        """Whether a text, of a record that can't be read, names somebody who is forgotten."""
        if any(self.has("number_alone", nino) for nino in ninos_in(text)):
            return True
        words = [word for word in letters(text).split() if word.isalpha()]
        beside = [*postcodes_in(text), *births_in(text)]
        if not beside:
            return False
        for at, word in enumerate(words):
            for other in words[max(0, at - 3) : at + 4]:
                name = name_of(word, other)
                # The name first: it is hardly ever there.
                if (
                    other != word
                    and self.has("name", name)
                    and any(self.has("near", f"{name}|{what}") for what in beside)
                ):
                    return True
        return False


def folder(home: Home) -> Path:
    return home.root / "people"


def file(home: Home) -> Path:
    return folder(home) / "forgotten.parquet"


def read(home: Home) -> Tombstones:
    """The tombstones of a home. Raises `CityMartError` where there are some and their key is not."""
    if not file(home).exists():
        return Tombstones()
    rows = _rows(home)
    stones = Tombstones(_secret(home, make=False))
    checks = {row["keyed_hash"] for row in rows if row["kind"] == CHECK}
    if stones.hash(CHECK, "") not in checks:
        raise CityMartError(
            f"the key of the people who are forgotten is another one than that of {file(home)}: bring "
            f"{folder(home) / KEY} back from a backup, or set {KEY_VARIABLE} to what it was"
        )
    for row in rows:
        if row["kind"] != CHECK:
            stones.add(row["case_id"], [(row["kind"], row["keyed_hash"])])
    return stones


def fresh(home: Home) -> Tombstones:
    """Tombstones to add to, with the home's key, which is made where there is none yet."""
    return read(home) if file(home).exists() else Tombstones(_secret(home, make=True))


def write(home: Home, stones: Tombstones, case: str, keys: Sequence[tuple[str, str]], why: str) -> None:
    """Append what a case is known by (kind and text, hashed here)."""
    now = datetime.now(UTC)
    before = _rows(home) if file(home).exists() else []
    known = {(row["case_id"], row["keyed_hash"]) for row in before}
    hashed = dict.fromkeys((kind, stones.hash(kind, text)) for kind, text in keys)
    rows = [] if before else [_row("", CHECK, stones.hash(CHECK, ""), now, "")]
    rows += [_row(case, kind, value, now, why) for kind, value in hashed if (case, value) not in known]
    stones.add(case, hashed)
    if rows:
        with written_anew(file(home)) as path:
            # In the order of the hashes: which key came first says nothing then.
            rows.sort(key=lambda row: row["keyed_hash"])
            at_rest.write_table(pa.Table.from_pylist([*before, *rows], schema=FORGOTTEN), path)


def cases(home: Home) -> dict[str, tuple[datetime, str]]:
    """Case → when and why."""
    if not file(home).exists():
        return {}
    found: dict[str, tuple[datetime, str]] = defaultdict()
    for row in _rows(home):
        if row["kind"] != CHECK:
            found.setdefault(row["case_id"], (row["forgotten_at"], row["why"]))
    return dict(found)


def new_case() -> str:
    return secrets.token_hex(8)


def _row(case: str, kind: str, hashed: bytes, when: datetime, why: str) -> dict:
    return {"case_id": case, "kind": kind, "keyed_hash": hashed, "forgotten_at": when, "why": why}


def _rows(home: Home) -> list[dict]:
    try:
        return at_rest.read_table(file(home), FORGOTTEN).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise CityMartError(
            f"{file(home)} can't be read ({error}): it keeps people out who are forgotten; bring it back "
            "from a backup"
        ) from None


def _secret(home: Home, *, make: bool) -> bytes:
    if said := os.environ.get(KEY_VARIABLE, "").strip():
        if len(said) < 32:
            raise CityMartError(f"{KEY_VARIABLE} is too short: a key has 32 characters or more")
        return said.encode()
    path = folder(home) / KEY
    if not path.exists():
        if not make:
            raise CityMartError(
                f"{path} is gone, and with it the key by which people who are forgotten are known: bring it "
                f"back from a backup (or set {KEY_VARIABLE})"
            )
        with written_anew(path) as new:
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as out:
                out.write(secrets.token_hex(32) + "\n")
    return path.read_text(encoding="ascii").strip().encode()
