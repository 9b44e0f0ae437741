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
        "create or replace macro digest(purpose, id) as "
        f"md5_number_lower('{int(seed)}|' || purpose || '|' || id)"
    )
    con.execute(
        "create or replace macro chance(purpose, id) as "
        f"(md5_number_lower('{int(seed)}|' || purpose || '|' || id) >> 11) / {_OF_53_BITS}.0::double"
    )


def spread(h: str, purpose: str) -> str:
    """SQL of a number in [0, 1) out of the 64 bits of `h`: for a record's many draws, which share one digest.

    Multiply-add-shift with multipliers of the purpose's own: two draws of a record have nothing to do with
    each other, and each costs a twentieth of a digest.
    """
    digest = hashlib.md5(purpose.encode(), usedforsecurity=False).digest()
    # Below 2^30, so that the sum of the two products stays below 2^63.
    a, b, c = (int.from_bytes(digest[at : at + 4], "little") >> 2 | 1 for at in (0, 4, 8))
    return f"((({h} & 4294967295) * {a} + ({h} >> 32) * {b} + {c}) >> 30 & 4294967295) / 4294967296.0::double"
