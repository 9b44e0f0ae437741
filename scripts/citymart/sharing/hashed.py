"""HMAC-SHA256 (RFC 2104) of columns, in the database and with all its threads.

The key goes in as a parameter of a prepared statement: it is in no SQL text, so in no log, no catalogue
and no compiled model, and no later query can read it back. A variable or a macro could be read.
"""

from __future__ import annotations

BLOCK = 64


def pads(key: bytes) -> tuple[bytes, bytes]:
    """The key as HMAC mixes it into the inner and the outer hash: two blocks of 64 bytes."""
    import hashlib

    if len(key) > BLOCK:
        key = hashlib.sha256(key).digest()
    key = key.ljust(BLOCK, b"\0")
    return bytes(b ^ 0x36 for b in key), bytes(b ^ 0x5C for b in key)


def hmac_sql(value: str, inner: str = "$inner", outer: str = "$outer") -> str:
    """SQL: the HMAC-SHA256 of a text, 64 hexadecimal digits; null of null. The statement's parameters `inner`
    and `outer` are `pads(key)`.
    """
    message = f"encode(cast({value} as varchar))"
    return f"sha256({outer} || unhex(sha256({inner} || {message})))"
