"""Looking for a person in every file of a home: is anything left?

What is looked for: National Insurance and NHS numbers; and forename and surname beside each other where a
postcode or a day of birth of theirs stands in the same record (or near it, in a text without records). A
surname alone is everybody's.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from .. import at_rest
from ..errors import CityMartError
from ..hashing import quoted
from ..home import Home
from ..sharing.files import FOLDER, attach
from ..sharing.keys import Keys, configured
from .identity import births_in, letters, postcodes_in, says_name

NEAR = 400  # characters to each side of a surname, in a file without records


@dataclass
class Wanted:
    """By what a person is found in a text."""

    numbers: set[str] = field(default_factory=set)
    names: set[tuple[str, str]] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.numbers or (self.names and self.beside))

    @property
    def needles(self) -> list[str]:
        """One of these stands in every text that may be about them (in capitals without blanks)."""
        return sorted({*self.numbers, *(surname for _, surname in self.names)})

    def within(self, text: str) -> bool:
        if self.numbers:
            bare = re.sub(r"[\s-]", "", text.upper())
            if any(number in bare for number in self.numbers):
                return True
        words = letters(text).split()
        if not any(says_name(words, first, last) for first, last in self.names if len(first) > 1):
            return False
        return bool(self.beside & {*postcodes_in(text), *births_in(text)})

    def scrubbed(self, text: str) -> str:
        """A note of a receipt, without its words where it names them."""
        words = letters(text).split()
        if self.within(text) or any(says_name(words, *name) for name in self.names if len(name[0]) > 1):
            return "A note was taken out: it named somebody who is forgotten."
        return text


@dataclass
class Found:
    """What a search has seen."""

    files: int = 0
    bytes: int = 0
    hits: list[tuple[str, str]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def search(
    home: Home,
    wanted: Wanted,
    *,
    skip: Callable[[Path], bool] = lambda _path: False,
    spared: Callable[[Path, int], bool] = lambda _path, _row: False,
) -> Found:
    """Every file of the home that is not to `skip`: where the person is found.

    `spared` says of a landed record that it is somebody else's, of the same name and address.
    """
    found, keys = Found(), configured()
    for path in sorted(home.root.rglob("*")):
        if path.is_symlink() or not path.is_file() or skip(path):
            continue
        found.files += 1
        found.bytes += path.stat().st_size
        name = str(path.relative_to(home.root))
        if wanted.within(name):
            found.hits.append((name, "its name"))
        try:
            found.hits += [(name, where) for where in _in_file(path, wanted, spared, keys)]
        except CityMartError as error:
            found.unread.append(str(error))
        except (duckdb.Error, OSError, EOFError, zipfile.BadZipFile) as error:
            found.unread.append(f"{name}: {type(error).__name__}")
    return found


def _in_file(path: Path, wanted: Wanted, spared, keys: Keys | None) -> Iterator[str]:
    if path.suffix == ".parquet":
        yield from _in_parquet(path, wanted, spared)
    elif at_rest.is_locked(path):
        yield from _in_parquet(path, wanted, lambda _path, _row: False)
    elif path.suffix == ".duckdb":
        yield from _in_database(path, wanted, keys)
    else:
        for where, data in _contents(path):
            if _in_bytes(data, wanted):
                yield where


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    data = path.read_bytes()
    yield "its bytes", data
    if data[:2] == b"\x1f\x8b":
        yield "what is packed in it", gzip.decompress(data)
    elif data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                yield f"what is packed in it ({member})", archive.read(member)


def _in_bytes(data: bytes, wanted: Wanted) -> bool:
    for encoding in ("utf-8", "utf-16-le"):
        if encoding == "utf-16-le" and data.count(0) * 4 < len(data):
            continue
        text = _bare(data.decode(encoding, "ignore"))
        for needle in wanted.needles:
            pattern = r"[\s-]?".join(needle) if needle[-1].isdigit() else re.escape(needle)
            for match in re.finditer(pattern, text):
                if wanted.within(text[max(0, match.start() - NEAR) : match.end() + NEAR]):
                    return True
    return False


def _bare(text: str) -> str:
    """In capitals, without accents and apostrophes."""
    if not text.isascii():
        spread = unicodedata.normalize("NFKD", text.replace("’", ""))
        text = "".join(letter for letter in spread if not unicodedata.combining(letter))
    return text.upper().replace("'", "")


def _in_parquet(path: Path, wanted: Wanted, spared) -> Iterator[str]:
    with at_rest.connect() as con:
        rows = con.execute(
            f"select file_row_number, t::varchar from {at_rest.parquet('?', 'file_row_number = true')} as t"
            f" where {_may_be('t::varchar', wanted)}",
            [str(path)],
        ).fetchall()
        for number, text in rows:
            if wanted.within(_as_record(text)) and not spared(path, number):
                yield f"record {number}"


def _in_database(path: Path, wanted: Wanted, keys: Keys | None) -> Iterator[str]:
    with duckdb.connect() as con:
        _attach(con, path, keys)
        tables = con.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'searched'"
        ).fetchall()
        for schema, table in tables:
            rows = con.execute(
                f"select t::varchar from searched.{quoted(schema)}.{quoted(table)} as t"
                f" where {_may_be('t::varchar', wanted)}"
            ).fetchall()
            if any(wanted.within(_as_record(text)) for (text,) in rows):
                yield f"table {schema}.{table}"


def _attach(con: duckdb.DuckDBPyConnection, path: Path, keys: Keys | None) -> None:
    """Open a database as `searched`; one that is locked with whichever key of its audience fits."""
    folders = path.with_suffix("").parts
    audience = "/".join(folders[folders.index(FOLDER) + 1 :]) if FOLDER in folders else ""
    for key in keys.all_of(audience) if keys else []:
        with suppress(CityMartError):
            return attach(con, path, "searched", key, read_only=True)
    return attach(con, path, "searched", None, read_only=True)


def _may_be(text: str, wanted: Wanted) -> str:
    upper = f"regexp_replace(upper(strip_accents({text})), '[^A-Z0-9]', '', 'g')"
    needles = ", ".join(f"'{re.sub('[^A-Z0-9]', '', needle)}'" for needle in wanted.needles)
    return f"len(list_filter([{needles}], lambda needle: contains({upper}, needle))) > 0"


def _as_record(text: str) -> str:
    return text.replace("\\'", "'")
