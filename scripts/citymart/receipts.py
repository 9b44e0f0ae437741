"""The receipts of a home: what has arrived, what became of it, and how to take it back out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from citymart.errors import UsageError
from citymart.home import Home
from citymart.landing import loading, read_receipt, write_receipt
from citymart.placeholders import NONE

Receipt = dict[str, Any]


def all_receipts(home: Home) -> Iterator[tuple[Path, Receipt]]:
    """Every receipt, in the order of subject, provider and name; one that is not whole is passed over."""
    for path in sorted(home.landing.glob("*/*/*.json")):
        if path.parent.name == NONE or path.name.startswith("."):
            continue
        receipt = read_receipt(path)
        if isinstance(receipt, dict):
            yield path, receipt


def newest_receipts(home: Home) -> list[Receipt]:
    """The receipt that counts for each extract: the newest by as-of date, then by time of landing.

    The same rule as in `models/landing/extracts.sql`.
    """
    of_extract: dict[str, list[Receipt]] = {}
    for _, receipt in all_receipts(home):
        of_extract.setdefault(receipt["extract_id"], []).append(receipt)
    return [newest_of(receipts) for receipts in of_extract.values()]


def newest_of(receipts: Iterable[Receipt]) -> Receipt:
    """The receipt of an extract that counts."""
    return max(receipts, key=lambda receipt: (landed_at(receipt), receipt.get("as_of_date") or ""))


def landed_at(receipt: Receipt) -> datetime:
    """When it landed, in UTC; the beginning of time where the receipt does not say."""
    text = receipt.get("landed_at")
    if not text:
        return datetime.min.replace(tzinfo=UTC)
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def withdraw(home: Home, name: str, why: str, *, note: Callable[[str], None] = lambda _: None) -> Receipt:
    """Write a receipt that says the extract no longer counts; its records stay where they are.

    `name` is an extract's id, the first six or more digits of it, or the name of its source file.

    Raises `UsageError` when nothing or more than one thing is called that, or when it does not count anyway.
    """
    _named(home, name)
    # A load clears away temporary files that are not its own.
    with loading(home, note):
        receipt = _named(home, name)
        if receipt["outcome"] != "landed":
            raise UsageError(
                f"{_told(receipt)} is {receipt['outcome']} already: there is nothing to withdraw"
            )
        now = datetime.now(UTC).replace(microsecond=0)
        # The newest receipt counts, also where the clock that landed it was ahead of ours.
        when = max(now, landed_at(receipt) + timedelta(seconds=1))
        withdrawn = receipt | {
            "outcome": "withdrawn",
            "reason": why,
            "landed_at": when.isoformat().replace("+00:00", "Z"),
        }
        write_receipt(_tombstone(home, receipt), withdrawn)
        return withdrawn


def bring_back(home: Home, name: str, *, note: Callable[[str], None] = lambda _: None) -> Receipt:
    """Take a withdrawal back; returns the receipt that counts again.

    Raises `UsageError` when nothing or more than one thing is called that, or when it is not withdrawn.
    """
    _named(home, name)
    with loading(home, note):
        receipt = _named(home, name)
        if receipt["outcome"] != "withdrawn":
            raise UsageError(f"{_told(receipt)} is {receipt['outcome']}: there is no withdrawal to undo")
        _tombstone(home, receipt).unlink(missing_ok=True)
        return _named(home, receipt["extract_id"])


def _tombstone(home: Home, receipt: Receipt) -> Path:
    folder = home.landing / receipt["subject"] / receipt["provider_code"]
    return folder / f"{receipt['extract_id']}@withdrawn.json"


def _named(home: Home, name: str) -> Receipt:
    found = [
        receipt
        for receipt in newest_receipts(home)
        if name in (receipt["extract_id"], receipt["source_file"], receipt.get("source_member"))
        or (len(name) >= 6 and receipt["extract_id"].startswith(name))
    ]
    if not found:
        raise UsageError(
            f"no extract in {home.root} is called {name!r}: give the id that"
            " `citymart status --extracts` shows, or the name of the file"
        )
    if len(found) > 1:
        raise UsageError(f"{name!r} may be {' or '.join(_told(receipt) for receipt in found)}: give its id")
    return found[0]


def _told(receipt: Receipt) -> str:
    who = f"{receipt['provider_code']}, {receipt['subject']}"
    return f"{receipt['extract_id']} ({receipt['source_file']}, {who}, as of {receipt['as_of_date']})"
