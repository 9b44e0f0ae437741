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
# What a decision to let a held extract count adds to its receipt.
ACCEPTED = ("accepted_by", "accepted_at", "accepted_reason", "held_reason")


def all_receipts(home: Home) -> Iterator[tuple[Path, Receipt]]:
    """Every receipt, in the order of subject, provider and name; one that is not whole is passed over."""
    for path in sorted(home.landing.glob("*/*/*.json")):
        if path.parent.name == NONE or path.name.startswith("."):
            continue
        receipt = read_receipt(path)
        if isinstance(receipt, dict):
            yield path, receipt


def newest_receipts(home: Home) -> list[Receipt]:
    """The receipt that counts for each extract: that which landed last.

    In `models/landing/extracts.sql`, too, the newest counts, but one that is held takes the place of none.
    """
    of_extract: dict[str, list[Receipt]] = {}
    for _, receipt in all_receipts(home):
        of_extract.setdefault(receipt["extract_id"], []).append(receipt)
    return [newest_of(receipts) for receipts in of_extract.values()]


def newest_of(receipts: Iterable[Receipt]) -> Receipt:
    """The receipt of an extract that counts."""
    return max(receipts, key=age)


def age(receipt: Receipt) -> tuple[datetime, str]:
    """By which the newest of an extract's receipts is told."""
    return landed_at(receipt), receipt.get("as_of_date") or ""


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
        if receipt["outcome"] not in ("landed", "held"):
            raise UsageError(
                f"{_told(receipt)} is {receipt['outcome']} already: there is nothing to withdraw"
            )
        now = datetime.now(UTC).replace(microsecond=0)
        # The newest receipt counts, also where the clock that landed it was ahead of ours.
        when = max(now, landed_at(receipt) + timedelta(seconds=1))
        withdrawn = receipt | {
            "outcome": "withdrawn",
            "reason": why,
            "landed_at": as_text(when),
        }
        write_receipt(_tombstone(home, receipt), withdrawn)
        return withdrawn


def accept(
    home: Home, name: str, why: str, by: str, *, note: Callable[[str], None] = lambda _: None
) -> list[Receipt]:
    """Let a held extract count; returns the receipts that say so, one a file of its delivery.

    Files of one day that are held together, since the delivery as a whole lacks records, are accepted
    together. Each receipt of a decision is a file of its own and is never written again.

    Raises `UsageError` when nothing or more than one thing is called that, or when it is not held.
    """
    _named(home, name)
    with loading(home, note):
        receipt = _named(home, name)
        if receipt["outcome"] != "held":
            raise UsageError(
                f"{_told(receipt)} is {receipt['outcome']}, not held: there is nothing to accept"
            )
        key = ("subject", "provider_code", "as_of_date", "reason")
        together = [r for r in newest_receipts(home) if r["outcome"] == "held" and _same(r, receipt, key)]
        now = datetime.now(UTC).replace(microsecond=0)
        return [_accept(home, each, why, by, now) for each in together]


def _same(one: Receipt, other: Receipt, keys: tuple[str, ...]) -> bool:
    return all(one.get(key) == other.get(key) for key in keys)


def _accept(home: Home, receipt: Receipt, why: str, by: str, now: datetime) -> Receipt:
    accepted = receipt | {
        "outcome": "landed",
        "reason": None,
        # It came when it came: newer than the receipt that holds it, and no later than that.
        "landed_at": as_text(landed_at(receipt) + timedelta(microseconds=1)),
        "accepted_by": by,
        "accepted_at": as_text(now),
        "accepted_reason": why,
        "held_reason": receipt["reason"],
    }
    folder = home.landing / receipt["subject"] / receipt["provider_code"]
    decided = len(list(folder.glob(f"{receipt['extract_id']}@accepted-*.json")))
    write_receipt(folder / f"{receipt['extract_id']}@accepted-{decided + 1}.json", accepted)
    return accepted


def as_text(when: datetime) -> str:
    """A moment in UTC as receipts have it."""
    return when.isoformat(timespec="microseconds").replace("+00:00", "Z")


def held_for(reason: str | None, extract_id: str) -> str:
    """Why an extract is held, and what to do about it."""
    return (
        f'{reason}. If it is right, `citymart load --accept {extract_id} --reason "…"`; '
        f'if not, `citymart withdraw {extract_id} --why "…"`'
    )


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
