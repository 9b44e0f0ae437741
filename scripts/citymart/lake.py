"""A build on DuckLake: tables as Parquet in a folder, and a catalogue that says which files are a table.

The catalogue is a DuckDB file (one process at a time) or a PostgreSQL database (many). What the rest of the
project opens is a pointer: a small file that says which lake and which of its snapshots a build is, so that
it reads as it was whoever builds meanwhile.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from .disk import written_anew
from .errors import CityMartError, UsageError
from .extensions import extension
from .hashing import literal
from .home import Home

CATALOGUE = "CITYMART_LAKE"
DATA = "CITYMART_LAKE_DATA"
POINTER = ".lake"
"""How the name of a file ends that stands for a snapshot of a lake."""
MARK = ".citymart-lake"
"""A file in the folder of the data, which says whose it is."""
TARGET = "lake"
SNAPSHOT = "lake_snapshot"
"""What the manifest of a release calls the snapshot that it was made of."""
POSTGRES = "postgres:"
NOT_ENCRYPTED = (
    "a lake can't be encrypted with the operator's key (docs/lake.md): build into a file, or take that key"
    " out of the file that CITYMART_KEYS names and keep home and lake on encrypted disks"
)
PASSWORD = re.compile(r"password\s*=|^postgres:\w+://[^/@]*:[^/@]*@", re.IGNORECASE)
CONFLICT = re.compile(r"transaction conflict|conflicts? with|another transaction", re.IGNORECASE)


@dataclass(frozen=True)
class Lake:
    """Where a lake is. `catalogue` is a file, or `postgres:` and how libpq is told of a database."""

    catalogue: str
    data: str

    @classmethod
    def of(cls, home: Home) -> Lake:
        """The lake that CITYMART_LAKE and CITYMART_LAKE_DATA name, or `lake/` in the home.

        Raises `UsageError` for a catalogue in PostgreSQL without a folder of data, and for a password.
        """
        catalogue = os.environ.get(CATALOGUE, "").removeprefix("ducklake:")
        data = os.environ.get(DATA, "")
        if PASSWORD.search(catalogue):
            raise UsageError(
                f"{CATALOGUE} holds a password, and it would stand in logs: take it out, and set PGPASSWORD"
                " or write ~/.pgpass"
            )
        if catalogue.startswith(POSTGRES) and not data:
            raise UsageError(
                f"{CATALOGUE} names PostgreSQL: set {DATA}, too, to the folder (or the bucket) that all"
                " machines share"
            )
        if not catalogue:
            catalogue = str(home.lake / "catalogue.ducklake")
        elif not catalogue.startswith(POSTGRES):
            catalogue = str(Path(catalogue).expanduser().resolve())
        if "://" not in data:
            data = str(Path(data).expanduser().resolve() if data else home.lake / "data")
        return cls(catalogue, data)

    @property
    def is_shared(self) -> bool:
        """Whether several processes can have it open."""
        return self.catalogue.startswith(POSTGRES)

    def make_folders(self) -> None:
        """DuckLake makes folders for tables, not the one that they lie in; and deletes what it does not know.

        Raises `UsageError` for a folder of data that holds anything else, or another lake.
        """
        if not self.is_shared:
            Path(self.catalogue).parent.mkdir(parents=True, exist_ok=True)
        if "://" in self.data:
            return
        folder = Path(self.data)
        folder.mkdir(parents=True, exist_ok=True)
        mark = folder / MARK
        if not mark.exists():
            if any(not path.name.startswith(".") for path in folder.iterdir()):
                raise UsageError(
                    f"{folder} is not empty, and Parquet that a lake does not know is deleted in time: give"
                    f" {DATA} a folder of its own"
                )
            with written_anew(mark) as fresh:
                fresh.write_text(self.catalogue, encoding="utf-8")
        elif (owner := mark.read_text(encoding="utf-8")) != self.catalogue:
            raise UsageError(f"{folder} is of the lake of {owner}: give {DATA} a folder of its own")

    @property
    def path(self) -> str:
        """What DuckDB attaches."""
        return f"ducklake:{self.catalogue}"

    def attach_sql(self, name: str, *, snapshot: int | None = None, read_only: bool = True) -> str:
        """What one types to read it."""
        # A new one has to be told where its data is to be; one that is there knows.
        options = ["read_only"] if read_only else [f"data_path {literal(self.data)}"]
        if snapshot is not None:
            options.append(f"snapshot_version {snapshot}")
        said = f" ({', '.join(options)})" if options else ""
        return f"attach {literal(self.path)} as {name}{said}"

    def attach(
        self,
        con: duckdb.DuckDBPyConnection,
        name: str,
        *,
        snapshot: int | None = None,
        read_only: bool = True,
    ) -> None:
        """Attach it to a connection, as it was at the snapshot or as it is.

        Raises `CityMartError` for one that is not there, is open elsewhere or has no such snapshot.
        """
        prepare(con)
        try:
            con.execute(self.attach_sql(name, snapshot=snapshot, read_only=read_only))
        except duckdb.Error as error:
            raise CityMartError(self._not_opened(str(error).splitlines()[0], snapshot)) from None

    def _not_opened(self, why: str, snapshot: int | None) -> str:
        if "lock" in why:
            return (
                f"the lake's catalogue {self.catalogue} is open in another process: close it there, or keep"
                " the catalogue in PostgreSQL, which serves many (docs/lake.md)"
            )
        at = f" at snapshot {snapshot}" if snapshot is not None else ""
        return f"the lake of {self.catalogue} can't be opened{at}: {why}"


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Load what reads and writes a lake."""
    for name in ("ducklake", "postgres_scanner"):
        con.execute(f"load {literal(extension(name))}")


# -- pointers ---------------------------------------------------------------------------------------


def pointer(home: Home) -> Path:
    """What `citymart build --target lake` has built."""
    return home.build / "lake" / f"mart{POINTER}"


def there(home: Home) -> Lake | None:
    """The lake that was built from the home, if there is one: that of the last build, or of the variables."""
    if pointer(home).exists():
        return pointed(pointer(home))[0]
    lake = Lake.of(home)
    return lake if lake.is_shared or Path(lake.catalogue).exists() else None


def pointed(path: Path) -> tuple[Lake, int]:
    """The lake and the snapshot that a pointer stands for."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return Lake(said["catalogue"], said["data"]), said["snapshot"]
    except (ValueError, KeyError):
        raise CityMartError(f"{path} is not whole: run `citymart build --target lake` again") from None


def point(path: Path, lake: Lake) -> int:
    """Write a pointer to what the lake is now; returns the number of the snapshot."""
    with duckdb.connect() as con:
        lake.attach(con, "lake")
        (snapshot,) = con.execute("from ducklake_current_snapshot('lake')").fetchone()
    said = {"catalogue": lake.catalogue, "data": lake.data, "snapshot": snapshot}
    with written_anew(path) as fresh:
        fresh.write_text(json.dumps(said) + "\n", encoding="utf-8")
    return snapshot


def attach_pointed(con: duckdb.DuckDBPyConnection, path: Path, name: str) -> None:
    """Attach the build that a pointer stands for, to read."""
    lake, snapshot = pointed(path)
    lake.attach(con, name, snapshot=snapshot)
