"""Texts and bytes spoilt by a seeded chance: each mutation is one that files from the wild have shown."""

from __future__ import annotations

import os
import random

INPUTS = int(os.environ.get("FUZZ", "0"))
"""How many inputs each fuzzer tries; without it as many as fit into the seconds of a test."""

LETTERS = (
    "0123456789 -/.,:;'\"()%£€$<>&@#*?[]{}\\|\t\r\n\0aAzZeEO0Il_+=~`^!"
    "\u00a0\u200b\ufeff\u2212\u2013\u2019\u0130ßéŁ中\U0001f600\u202e\u0301"
)
TOKENS = ("null", "n/a", "-", "0", "1e309", "-1e-309", "NaN", "inf", "9999-12-31", "00/00/0000", "£", "CR",
          "'; drop table x; --", "=1+1", "{{ 1 }}", "%s", "\\u0000", "../..", "30/02/2024", "SW1A 1AA",
          "T23:00:00Z", "9" * 40, "٣", "½", "x" * 300)  # fmt: skip


def spoilt_text(r: random.Random, text: str) -> str:
    """The text with one to four changes of a letter, a piece or its whole form."""
    for _ in range(r.choice((1, 1, 1, 2, 4))):
        at = r.randrange(len(text) + 1)
        match r.randrange(9):
            case 0:
                text = text[:at] + r.choice(LETTERS) + text[at:]
            case 1:
                text = text[:at] + r.choice(LETTERS) + text[at + 1 :]
            case 2:
                text = text[:at] + text[at + 1 :]
            case 3:
                text = text[:at] + r.choice(TOKENS) + text[at:]
            case 4:
                text = text[at:] + text[:at]
            case 5:
                text = text + text[at:]
            case 6:
                text = r.choice((text.upper, text.lower, text.swapcase, text.title))()
            case 7:
                text = "".join(r.choice("0123456789") if letter.isdigit() else letter for letter in text)
            case _:
                text = text[:at]
    return text


PIECES = (b"\0", b'"', b"'", b",", b"\n", b"\r", b"\r\n", b"\t", b";", b"\xff\xfe", b"\xef\xbb\xbf",
          b"\xfe\xff", b"\x80", b"\xc3", b"\xed\xa0\x80", b"{", b"}", b"[", b"]", b"<", b">", b"</", b"&x;",
          b"<!DOCTYPE a [", b"]]>", b"PK\x03\x04", b"PK\x05\x06", b"PAR1", b"\x1f\x8b", b"null", b"1e400",
          b"\\u0000", b"\\ud800", b'""', b"Total", b"\xff" * 8, b"\0" * 64)  # fmt: skip


def spoilt_bytes(r: random.Random, content: bytes, other: bytes) -> bytes:
    """The content with one to six changes; `other` is what a piece may come from."""
    spoilt = bytearray(content)
    for _ in range(r.choice((1, 1, 2, 3, 6))):
        at, size = r.randrange(len(spoilt) + 1), r.choice((1, 2, 4, 16, 200))
        match r.randrange(9):
            case 0 if spoilt:
                spoilt[min(at, len(spoilt) - 1)] ^= 1 << r.randrange(8)
            case 1:
                spoilt[at : at + 1] = bytes([r.randrange(256)])
            case 2:
                del spoilt[at : at + size]
            case 3:
                spoilt[at:at] = r.choice(PIECES)
            case 4:
                spoilt[at : at + size] = r.choice(PIECES)
            case 5:
                spoilt[at:at] = spoilt[at : at + size]
            case 6:
                start = r.randrange(len(other) + 1)
                spoilt[at : at + size] = other[start : start + size]
            case 7:
                del spoilt[at:]
            case _:
                spoilt[at : at + size] = bytes(r.randrange(256) for _ in range(size))
    return bytes(spoilt)
