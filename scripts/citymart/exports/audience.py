"""The file of a release that an export is made of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ..errors import CityMartError, UsageError
from ..releases import DATABASE, Release
from ..sharing.files import attach
from ..sharing.keys import VARIABLE, Key, configured

OPEN = "open"
OPERATOR = "operator"


@contextmanager
def opened(release: Release, audience: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """The file of an audience, with the spatial extension, read only and as the database in use.

    Raises `UsageError` for an audience that has no file in the release, and `CityMartError` where its file is
    locked and the key is not there.
    """
    from ..dbt_plugin import spatial_extension

    path, key = _file(release, audience)
    with duckdb.connect() as con:
        con.execute(f"load '{spatial_extension()}'")
        attach(con, path, "release", key, read_only=True)
        con.execute("use release")
        con.execute("set TimeZone = 'UTC'")
        yield con


def _file(release: Release, audience: str) -> tuple[Path, Key | None]:
    if audience == OPERATOR:
        return release.folder / DATABASE, None
    there = {each["audience"]: each for each in release.manifest.get("audiences", [])}
    if audience not in there:
        names = ", ".join([*there, OPERATOR])
        raise UsageError(f"the release has no file for the audience {audience!r}; there are {names}")
    of_it = there[audience]
    path = release.folder / of_it["file"]
    if not of_it["is_encrypted"]:
        return path, None
    keys = configured()
    if keys is None:
        raise CityMartError(
            f"the file of the audience {audience} is locked: name the file of keys in {VARIABLE}"
        )
    version = of_it["key_version"]
    key = next((each for each in keys.all_of(audience) if each.version == version), None)
    if key is None:
        raise CityMartError(
            f"{keys.path} has no key of version {version} for the audience {audience}, which locks its file"
        )
    return path, key
