"""What a home keeps of records, locked with the operator's key where there is one: the only door to it.

Landed files, receipts, what is remembered of people and addresses, and the databases of builds are written
and read through this module. With a key of the `operator` in the file that CITYMART_KEYS names, Parquet and
databases are encrypted by DuckDB (AES-256-GCM), each with a key of its own that is derived from the
operator's; without one, all is plain, as other tools read it.

Plain Parquet is pyarrow's and locked Parquet is DuckDB's: neither can open what the other has encrypted
(measured with pyarrow 26 and DuckDB 1.5.5), and dbt reads with DuckDB.
"""

from __future__ import annotations

import base64
import errno
import hmac
import json
import os
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from . import lake
from .disk import written_anew
from .errors import CityMartError
from .extensions import extension
from .hashing import file_sha256, literal
from .home import Home
from .sharing.keys import OPERATOR, VARIABLE, Keys

NAME = OPERATOR
"""What DuckDB knows the key of Parquet by: the name stands in SQL, the key never."""
NAMED = "CITYMART_PARQUET_KEY"
"""The variable by which dbt's sources know that the landing is locked; it holds the name of the key."""
MARK = "encryption.json"
LOCKED = b"PARE"
"""The first bytes of an encrypted Parquet file."""
WAY_OUT = f"`citymart keys --operator FILE` encrypts it, with FILE the one that {VARIABLE} names"
MEMORY = "1GB"
"""Of what is held while locked files are written and read; more is kept on the disk, encrypted."""


@dataclass(frozen=True)
class Lock:
    """The keys of a home, and by what the home knows them."""

    database: str = field(repr=False)
    parquet: str = field(repr=False)
    mark: str

    @classmethod
    def of(cls, secret: str) -> Lock:
        """Keys of 32 bytes each (base64) for each use: HMAC-SHA256 of the use under the operator's key."""

        def derived(use: str) -> bytes:
            return hmac.digest(secret.encode(), f"citymart at rest: {use}".encode(), "sha256")

        keys = (base64.b64encode(derived(use)).decode() for use in ("database", "parquet"))
        return cls(*keys, derived("mark").hex()[:16])


def lock() -> Lock | None:
    """The lock of the operator's key in the file that CITYMART_KEYS names; None where it has none.

    Raises `CityMartError` for a file that can't be read as keys, or a key that is too short.
    """
    named = os.environ.get(VARIABLE)
    if not named:
        return None
    path = Path(named).expanduser()
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        changed = 0
    return _lock(path, changed)


@lru_cache(maxsize=4)
def _lock(path: Path, _changed: int) -> Lock | None:
    keys = Keys(path)
    return Lock.of(keys.of(OPERATOR).encryption_key) if OPERATOR in keys else None


# -- the home ---------------------------------------------------------------------------------------


def require(home: Home) -> Home:
    """The home, when it can be read with the key at hand, or without one.

    Raises `CityMartError` for a locked home without its key, and for a plain one with a key.
    """
    now, said = lock(), read_mark(home)
    if now is None and said is not None:
        raise CityMartError(
            f"{home.root} is encrypted: set {VARIABLE} to the file with the key of the operator that it was"
            " encrypted with"
        )
    if now is not None and said is not None and said.key != now.mark:
        raise CityMartError(
            f"{home.root} is encrypted with another key than the operator's in the file that {VARIABLE}"
            " names: give the file with that one"
        )
    if said is not None and not said.is_whole:
        raise CityMartError(
            f"{home.root} is encrypted in part: `citymart keys --operator FILE` was stopped; run it again"
        )
    if now is not None and said is None and next(kept(home), None):
        raise CityMartError(
            f"{home.root} is not encrypted, and the file that {VARIABLE} names has a key of the operator:"
            f" {WAY_OUT}"
        )
    return home


def begin(home: Home) -> None:
    """Before anything is written to a home: a new one is marked as locked with the key at hand, if any.

    Raises `CityMartError` as `require` does.
    """
    require(home)
    now = lock()
    if now is not None and read_mark(home) is None:
        mark(home, now)


@dataclass(frozen=True)
class Mark:
    """What a home says of its encryption: by which key (of which this tells nothing), and whether all is."""

    key: str
    is_whole: bool


def mark(home: Home, now: Lock, *, is_whole: bool = True) -> None:
    """Make a home say that it is locked."""
    with written_anew(home.root / MARK) as path:
        about = "This folder is encrypted with a key of the operator: see docs/sharing.md."
        said = {"about": about, "key": now.mark, "is_whole": is_whole}
        path.write_text(json.dumps(said) + "\n", encoding="utf-8")


def kept(home: Home) -> Iterator[Path]:
    """The files of a home that may hold rows of records."""
    for folder in (home.landing, home.root / "people", home.root / "matches", home.build):
        for path in folder.rglob("*"):
            if path.suffix in (".parquet", ".json", ".duckdb") and path.is_file():
                yield path


def read_mark(home: Home) -> Mark | None:
    """What the home says; None for one that is plain. Raises `CityMartError` where that can't be read."""
    try:
        said = json.loads((home.root / MARK).read_text(encoding="utf-8"))
        return Mark(said["key"], said["is_whole"])
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError):
        raise CityMartError(
            f"{home.root / MARK} can't be read: it tells which key the home is encrypted with; bring it back"
            " from a backup"
        ) from None


# -- DuckDB -----------------------------------------------------------------------------------------


def connect(config: Mapping[str, Any] | None = None) -> duckdb.DuckDBPyConnection:
    """A database in memory that can read and write what is locked, and spills encrypted."""
    con = duckdb.connect(config=dict(config or {}))
    prepare(con)
    return con


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the key of Parquet, and what it needs to encrypt with. It fetches no extension."""
    con.execute("set autoinstall_known_extensions = false")
    if now := lock():
        con.execute(f"load {literal(extension('httpfs'))}")
        con.execute("set temp_file_encryption = true")
        con.execute(f"pragma add_parquet_key({literal(NAME)}, {literal(now.parquet)})")


def attach(con: duckdb.DuckDBPyConnection, database: Path, name: str, *, read_only: bool = True) -> None:
    """Attach the database of a build, a file or a snapshot of a lake, to a prepared connection.

    Raises `CityMartError`, in which no key is: the message of DuckDB may hold the statement.
    """
    if database.suffix == lake.POINTER:
        lake.attach_pointed(con, database, name)
        return
    now = lock()
    options = ["read_only"] if read_only else []
    if now is not None:
        options.append(f"encryption_key {literal(now.database)}")
    said = f" ({', '.join(options)})" if options else ""
    try:
        con.execute(f"attach {literal(database)} as {name}{said}")
    except duckdb.Error as error:
        if now is None:
            raise
        why = str(error).splitlines()[0].replace(now.database, "…")
        raise CityMartError(f"{database} can't be opened: {why}") from None


def opened(database: Path) -> duckdb.DuckDBPyConnection:
    """The database of a build, to read; its tables have the names that they have for dbt.

    Raises what DuckDB raises for a plain one, `CityMartError` for a locked one and for a lake.
    """
    if lock() is None and database.suffix != lake.POINTER:
        return duckdb.connect(str(database), read_only=True)
    con = connect()
    try:
        attach(con, database, database.stem)
        con.execute(f"use {database.stem}")
    except BaseException:
        con.close()
        raise
    return con


def parquet(file: str = "?", *options: str) -> str:
    """SQL that reads a Parquet file or a pattern of such (SQL too)."""
    return f"read_parquet({', '.join([file, *options, *_config()])})"


def as_parquet(*options: str) -> str:
    """SQL of the options of `copy … to` by which it writes Parquet."""
    return f"({', '.join(['format parquet', 'compression zstd', *options, *_config(' ')])})"


def _config(is_said: str = " = ") -> list[str]:
    return [f"encryption_config{is_said}{{footer_key: {literal(NAME)}}}"] if lock() else []


_held = threading.Lock()
_shared: tuple[int, Lock, duckdb.DuckDBPyConnection] | None = None


def _cursor() -> duckdb.DuckDBPyConnection:
    """Of a connection that is kept: to load what encrypts takes a tenth of a second."""
    global _shared
    now = lock()
    with _held:
        if _shared is None or _shared[:2] != (os.getpid(), now):
            spill = Path(tempfile.gettempdir()) / f"citymart-{os.getpid()}"
            _shared = (os.getpid(), now, connect({"memory_limit": MEMORY, "temp_directory": str(spill)}))
        return _shared[2].cursor()


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    """Raises `OSError` for what can't be read or written, as pyarrow does for plain files."""
    try:
        yield
    except duckdb.Error as error:
        is_full = os.strerror(errno.ENOSPC) in str(error)
        why = str(error).splitlines()[0]
        raise OSError(errno.ENOSPC if is_full else errno.EIO, why, str(path)) from None


@contextmanager
def _cursor_for(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with _cursor() as con, _telling(path):
        yield con


# -- Parquet ----------------------------------------------------------------------------------------


def is_locked(path: Path) -> bool:
    """Whether the file is encrypted Parquet."""
    with path.open("rb") as file:
        return file.read(len(LOCKED)) == LOCKED


def read_table(path: Path, schema: pa.Schema | None = None) -> pa.Table:
    """A Parquet file as a table. Raises `OSError` or `ArrowException` for one that can't be read."""
    if lock() is None:
        return pq.read_table(path)
    with _cursor_for(path) as con:
        table = con.execute(f"from {parquet()}", [str(path)]).to_arrow_table()
        return table.cast(schema) if schema else table


def batches(path: Path, schema: pa.Schema, rows: int) -> Iterator[pa.RecordBatch]:
    """The columns of the schema, some rows at a time, in the order of the file."""
    if lock() is None:
        yield from pq.ParquetFile(path).iter_batches(rows, columns=schema.names)
        return
    with _cursor_for(path) as con:
        names = ", ".join(schema.names)
        for batch in con.execute(f"select {names} from {parquet()}", [str(path)]).to_arrow_reader(rows):
            yield batch.cast(schema)


def write_table(table: pa.Table, path: Path) -> None:
    if lock() is None:
        pq.write_table(table, path, compression="zstd")
        return
    with _cursor_for(path) as con:
        con.register("written", table)
        con.execute(f"copy written to {literal(path)} {as_parquet()}")


def encrypt_parquet(plain: Path, path: Path) -> None:
    """The rows of a plain file, encrypted, in their order."""
    with _cursor_for(path) as con:
        con.execute(f"copy (from read_parquet({literal(plain)})) to {literal(path)} {as_parquet()}")


class _Locked:
    """As `pq.ParquetWriter`: what is written is held by DuckDB and goes to the file when it is closed."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path, self.is_open = path, True
        self._con = _cursor()
        self._con.register("batch", schema.empty_table())
        self._con.execute("create temp table held as from batch")

    def write_batch(self, batch: pa.RecordBatch) -> None:
        with _telling(self.path):
            self._con.register("batch", pa.Table.from_batches([batch]))
            self._con.execute("insert into held from batch")

    def close(self) -> None:
        if self.is_open:
            self.is_open = False
            with self._con, _telling(self.path):
                self._con.execute(f"copy held to {literal(self.path)} {as_parquet()}")

    def __enter__(self) -> _Locked:
        return self

    def __exit__(self, problem: object, *_: object) -> None:
        if problem is None:
            self.close()
        self.is_open = False
        self._con.close()


Writer = pq.ParquetWriter | _Locked


def writer(path: Path, schema: pa.Schema) -> Writer:
    """Something to write batches of the schema to."""
    if lock() is None:
        return pq.ParquetWriter(path, schema, compression="zstd")
    return _Locked(path, schema.remove_metadata())


# -- a number that a Parquet file says of itself ----------------------------------------------------


def number(path: Path, name: str) -> int:
    """What was `said` of the file under the name; 0 where nothing was."""
    if not path.exists():
        return 0
    if lock() is None:
        return int((pq.read_schema(path).metadata or {}).get(name.encode(), b"0"))
    told = _told(path)
    return int(told[file_sha256(path)].get(name, 0)) if told and file_sha256(path) in told else 0


def said(schema: pa.Schema, name: str, value: int) -> pa.Schema:
    """The schema of a file that says so of itself, if it is plain; a locked one needs `say`, too."""
    return schema.with_metadata({name.encode(): str(value).encode()})


def say(path: Path, fresh: Path, name: str, value: int) -> None:
    """Before `fresh` takes the place of a locked file: write beside it what is said of it.

    DuckDB reads nothing of a locked file but its rows. It is kept by the file's hash, so that whichever of
    the two is there after a crash is told of as it is.
    """
    if lock() is None:
        return
    told = _told(path)
    now = {digest: said for digest, said in told.items() if path.exists() and digest == file_sha256(path)}
    with written_anew(_beside(path)) as target:
        target.write_text(json.dumps(now | {file_sha256(fresh): {name: value}}) + "\n", encoding="utf-8")


def move_said(source: Path, target: Path) -> None:
    """Before a file is moved: what is said of it goes ahead."""
    if _beside(source).exists():
        _beside(source).replace(_beside(target))


def _told(path: Path) -> dict[str, dict[str, int]]:
    try:
        return json.loads(_beside(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.said")


# -- documents --------------------------------------------------------------------------------------

DOCUMENT = pa.schema([("document", pa.string())])


def write_text(path: Path, text: str) -> None:
    """A text as a file; a locked one is a Parquet file of one value, whatever its name."""
    if lock() is None:
        path.write_text(text, encoding="utf-8")
    else:
        write_table(pa.table({"document": [text]}, schema=DOCUMENT), path)


def read_text(path: Path) -> str:
    """Raises `OSError` or `ValueError` for a file that can't be read, `CityMartError` for one that is locked
    and there is no key, or the reverse: it must not pass for one that is not there.
    """
    data = path.read_bytes()
    if data and data.startswith(LOCKED) != (lock() is not None):
        raise CityMartError(
            f"{path} is encrypted: set {VARIABLE} to the file with the operator's key"
            if lock() is None
            else f"{path} is not encrypted, and its home is: it was brought from elsewhere; take it out, and"
            " load what was sent"
        )
    return read_table(path).column("document")[0].as_py() if lock() else data.decode("utf-8")
