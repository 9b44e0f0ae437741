"""Chance without chance: a number in [0, 1) that only seed, purpose and id decide.

Nothing depends on the order of rows, on threads, or on which other boroughs are made.
"""

from __future__ import annotations

import hashlib

import duckdb

_OF_53_BITS = 1 << 53


def chance(purpose: str, id: str) -> float:
    """The same for every seed: what a borough's systems are does not change with the city they hold."""
    digest = hashlib.md5(f"{purpose}|{id}".encode(), usedforsecurity=False).digest()
    return (int.from_bytes(digest[:8], "little") >> 11) / _OF_53_BITS


def register(con: duckdb.DuckDBPyConnection, seed: int) -> None:
    """The SQL macro `chance(purpose, id)`, uniform in [0, 1)."""
    con.execute(
        "create or replace macro chance(purpose, id) as "
        f"(md5_number_lower('{int(seed)}|' || purpose || '|' || id) >> 11) / {_OF_53_BITS}.0::double"
    )
