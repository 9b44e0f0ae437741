"""What has arrived, from the receipts and the seeds alone: no database is opened and nothing is built."""

from __future__ import annotations

import csv
import fnmatch
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from citymart.home import PROJECT, Home
from citymart.layouts import ANYONE, Layout, Seeds
from citymart.receipts import Receipt, newest_receipts


@dataclass
class Delivered:
    """What one provider has sent for one subject."""

    subject: str
    provider: str
    files: int = 0
    newest_as_of: str | None = None
    landed_rows: int = 0
    rejected_rows: int = 0
    unmapped: dict[str, int] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    overdue_days: int = 0
    held: list[dict[str, str]] = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)
    withdrawn: list[dict[str, str]] = field(default_factory=list)


def delivered(home: Home, today: date, project: Path = PROJECT) -> list[Delivered]:
    """One entry a subject and provider that has sent anything, in the order of the seeds.

    `unmapped` and `missing` map a column or required field to the number of files it concerns.
    """
    known = _Known(project)
    groups: dict[tuple[str, str], list[Receipt]] = {}
    for receipt in newest_receipts(home):
        groups.setdefault((receipt["subject"], receipt["provider_code"]), []).append(receipt)
    found = [_summed(known, key, receipts, today) for key, receipts in groups.items()]
    order = {subject: number for number, subject in enumerate(known.seeds.subjects)}
    return sorted(found, key=lambda d: (order.get(d.subject, len(order)), d.provider))


def _summed(known: _Known, key: tuple[str, str], receipts: Iterable[Receipt], today: date) -> Delivered:
    subject, provider = key
    summed = Delivered(subject, provider)
    unmapped, missing = Counter(), Counter()
    for receipt in receipts:
        if receipt["outcome"] != "landed":
            told = {
                "extract_id": receipt["extract_id"],
                "file": _file(receipt),
                "as_of": receipt.get("as_of_date"),
                "reason": receipt.get("reason") or "",
            }
            of = {"withdrawn": summed.withdrawn, "held": summed.held}.get(receipt["outcome"], summed.refused)
            of.append(told)
            continue
        summed.files += 1
        summed.newest_as_of = max(summed.newest_as_of or "", receipt["as_of_date"] or "") or None
        summed.landed_rows += receipt["landed_rows"]
        summed.rejected_rows += receipt["rejected_rows"]
        header = [column["name"] or "" for column in receipt["header"]]
        # As the models have it: a member of an archive is known by its own name.
        file = receipt.get("source_member") or receipt["source_file"]
        unmapped.update(known.unmapped(subject, provider, file, header))
        missing.update(known.missing(subject, provider, header))
    summed.unmapped, summed.missing = dict(unmapped.most_common()), dict(missing.most_common())
    summed.overdue_days = known.overdue(subject, summed.newest_as_of, today)
    return summed


def _file(receipt: Receipt) -> str:
    member = receipt.get("source_member")
    return f"{receipt['source_file']} › {member}" if member else receipt["source_file"]


class _Known:
    """What the seeds say, each file read once."""

    def __init__(self, project: Path):
        self.seeds = Seeds(project / "seeds")
        self.layout = lru_cache(maxsize=None)(self._layout)
        with open(project / "seeds" / "market" / "subjects.csv", encoding="utf-8-sig", newline="") as file:
            self.days = {
                row["subject"]: int(row["days_between_deliveries"])
                for row in csv.DictReader(file)
                if row["days_between_deliveries"]
            }
        with open(
            project / "seeds" / "layouts" / "indicator_columns.csv", encoding="utf-8-sig", newline=""
        ) as file:
            self.indicators = list(csv.DictReader(file))

    def _layout(self, provider: str, subject: str) -> Layout:
        return self.seeds.layout(provider, subject)

    def unmapped(self, subject: str, provider: str, file: str, header: list[str]) -> list[str]:
        layout = self.layout(provider, subject)
        if subject != "area_indicators":
            return layout.unknown(header)
        # The layout takes the patterns of all files; which of them hold depends on the file.
        patterns = [
            re.compile(row["column_pattern"])
            for row in self.indicators
            if row["provider_code"] in (ANYONE, provider)
            and fnmatch.fnmatchcase(file.lower(), row["file_pattern"].lower())
        ]
        return replace(layout, patterns=patterns).unknown(header)

    def missing(self, subject: str, provider: str, header: list[str]) -> list[str]:
        return self.layout(provider, subject).missing(header)

    def overdue(self, subject: str, newest: str | None, today: date) -> int:
        if newest is None or subject not in self.days:
            return 0
        due = date.fromisoformat(newest) + timedelta(days=self.days[subject])
        return max((today - due).days, 0)


def extracts(home: Home) -> list[dict[str, Any]]:
    """One entry a file, newest first within its subject and provider."""
    keys = ("extract_id", "subject", "provider_code", "as_of_date", "outcome", "landed_rows", "reason")
    receipts = sorted(newest_receipts(home), key=lambda r: r["as_of_date"] or "", reverse=True)
    receipts.sort(key=lambda r: (r["subject"], r["provider_code"]))
    return [{key: receipt.get(key) for key in keys} | {"file": _file(receipt)} for receipt in receipts]


def as_document(found: Iterable[Delivered]) -> list[dict[str, Any]]:
    return [asdict(entry) for entry in found]
