"""Which deliveries are held: landed, but out of the mart until somebody has said that they are right.

Two things are looked at, by what `seeds/market/subjects.csv` says of the subject: whether a delivery lacks
too many of the records whose place it takes, and whether its records lie in the period that it is declared
for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import pyarrow as pa

from . import at_rest
from .landing import BATCH_ROWS, Place, read_receipt, write_receipt
from .layouts import ONLY, Seeds
from .people.identity import Reader, birth_of, said
from .placeholders import RECORDS
from .receipts import Receipt, age

LANDED, HELD = "landed", "held"
PENDING = (
    "the load that brought it was stopped before it was compared with the deliveries before it; load it again"
)
Declared = tuple[str, str]
"""An extract and the day that it is declared for: the same bytes may be sent for one day after another."""
_CELLS = pa.schema([RECORDS.field("cells")])
# Small numbers move by themselves, a count by its root: as in models/market/volume_anomalies.sql.
_BY_ITSELF = 3
# What systems store where there is no date (macros/parse/placeholder_dates.sql) lies outside these years.
_YEARS = ("1901", "2098")


@dataclass(frozen=True)
class Rules:
    """What `subjects.csv` says of one subject: see `seeds/_seeds.yml`."""

    delivery: str
    most_lost: float | None
    lost_within: str
    period_fields: frozenset[str]
    most_outside: float | None

    @classmethod
    def of(cls, seeds: Seeds, subject: str) -> Rules:
        row = next((r for r in seeds.rows("market/subjects.csv") if r["subject"] == subject), {})
        share = lambda name: float(row[name]) if row.get(name) else None  # noqa: E731
        return cls(
            row.get("delivery", ""),
            share("most_lost"),
            row.get("lost_within", ""),
            frozenset(row.get("period_fields", "").split()),
            share("most_outside"),
        )

    def may_hold(self, place: Place, receipt: Receipt) -> bool:
        """Whether the extract has to be compared with anything before it may count."""
        if self.has_period(receipt):
            return True
        own = place.receipt(receipt["extract_id"])
        return self.most_lost is not None and any(path != own for path in place.folder.glob("*.json"))

    def has_period(self, receipt: Receipt) -> bool:
        dated = receipt.get("period_from") and receipt.get("period_to")
        return bool(dated and self.period_fields and self.most_outside is not None)

    def is_too_much(self, before: int, after: int) -> bool:
        return before - after > max((self.most_lost or 1) * before, _BY_ITSELF * sqrt(before))


def declared(receipt: Receipt) -> Declared:
    return receipt["extract_id"], receipt.get("as_of_date") or ""


def judge(place: Place, seeds: Seeds, fresh: Collection[Declared]) -> dict[Declared, str | None]:
    """Decide of the extracts `fresh`, which have just landed, whether they count for the days that they are
    declared for, and write it in their receipts.

    Extract and day → why it is held, None where it counts. What an interrupted load left undecided is
    decided with them; of those held before only such as are a part of one delivery with them count again.
    """
    return _Judging(place, seeds).run(set(fresh))


def would_hold(place: Place, seeds: Seeds, receipt: Receipt, records: Path) -> str | None:
    """Why an extract that has landed elsewhere would be held in `place`, of which nothing is changed."""
    judging = _Judging(place, seeds)
    one = declared(receipt)
    if one in judging.newest:
        return None
    judging.files[records] = receipt
    judging.newest[one] = records, receipt
    judging.elsewhere[receipt["extract_id"]] = records
    return judging.of_day(one[1], {one})[one]


class _Judging:
    def __init__(self, place: Place, seeds: Seeds):
        self.place, self.seeds = place, seeds
        self.subject, self.provider = place.folder.parent.name, place.folder.name
        self.rules = Rules.of(seeds, self.subject)
        self.layout = seeds.layout(self.provider, self.subject)
        self.files: dict[Path, Receipt] = {}
        self.newest: dict[Declared, tuple[Path, Receipt]] = {}
        for path in sorted(place.folder.glob("*.json")):
            receipt = None if path.name.startswith(".") else read_receipt(path)
            if not isinstance(receipt, dict) or not {"extract_id", "outcome"} <= set(receipt):
                continue
            self.files[path] = receipt
            known = self.newest.get(declared(receipt))
            if known is None or age(receipt) > age(known[1]):
                self.newest[declared(receipt)] = path, receipt
        self.elsewhere: dict[str, Path] = {}
        self._counts: dict[str, Counter[str]] = {}

    def _receipts(self) -> list[Receipt]:
        return list(self.files.values())

    def run(self, fresh: set[Declared]) -> dict[Declared, str | None]:
        fresh |= {one for one, (_, receipt) in self.newest.items() if receipt.get("reason") == PENDING}
        fresh = {
            one for one in fresh if one in self.newest and self.newest[one][1]["outcome"] in (LANDED, HELD)
        }
        told: dict[Declared, str | None] = {}
        for day in sorted({day for _, day in fresh}):
            for one, reason in self.of_day(day, {each for each in fresh if each[1] == day}).items():
                self._write(one, reason)
                told[one] = reason
        return told

    def _write(self, one: Declared, reason: str | None) -> None:
        path, receipt = self.newest[one]
        outcome = HELD if reason else LANDED
        if (receipt["outcome"], receipt.get("reason")) != (outcome, reason):
            receipt = receipt | {"outcome": outcome, "reason": reason}
            write_receipt(path, receipt)
            self.files[path] = receipt
            self.newest[one] = path, receipt

    def of_day(self, day: str, fresh: set[Declared]) -> dict[Declared, str | None]:
        """Why each of the fresh extracts of a day is held, None for one that counts."""
        reasons = {one: self._outside(self.newest[one][1]) for one in sorted(fresh)}
        compared = {one for one in fresh if not reasons[one] and not self.newest[one][1].get("is_of_changes")}
        if self.rules.most_lost is None or not day or not compared:
            return reasons
        for one in sorted(compared):
            reasons[one] = self._less_than_its_namesake(one, compared)
        if self.rules.delivery == "append":
            return reasons
        compared = {one for one in compared if not reasons[one]}
        parts = {
            one for one, (_, r) in self.newest.items() if one not in fresh and one[1] == day
            and r["outcome"] == HELD and not self._has_a_namesake(one, compared)
        }  # fmt: skip
        if compared and (why := self._less_than_before(day, compared)):
            # What came in parts, one load after another, is enough together or not at all.
            whole = not parts or self._less_than_before(day, compared | parts)
            reasons |= dict.fromkeys(compared, why) if whole else dict.fromkeys(parts, None)
        return reasons

    # -- records that are not there -----------------------------------------------------------------

    def _has_a_namesake(self, one: Declared, others: set[Declared]) -> bool:
        mine = _file(self.newest[one][1])
        return any(_file(self.newest[other][1]) == mine for other in others)

    def _less_than_its_namesake(self, mine: Declared, fresh: set[Declared]) -> str | None:
        """Of a file that takes the place of one of the same name and date."""
        receipt = self.newest[mine][1]
        older = [
            other
            for one, (_, other) in self.newest.items()
            if one not in fresh and other["outcome"] == LANDED and _file(other) == _file(receipt)
            and one[1] == mine[1] and age(other) < age(receipt)
        ]  # fmt: skip
        if not older:
            return None
        before, after = max(older, key=age)["landed_rows"], receipt["landed_rows"]
        if not self.rules.is_too_much(before, after):
            return None
        return self._told(before, after, "the file of the same name and date that it would replace")

    def _less_than_before(self, day: str, fresh: set[Declared]) -> str | None:
        """Of all files of a day together, which take the place of those of the day before it."""
        standing = self._standing()
        now = [
            receipt
            for one, (_, receipt) in self.newest.items()
            if one in fresh or (one[1] == day and receipt["outcome"] == LANDED and one[0] in standing)
        ]
        for table in sorted({self._table(self.newest[one][1]) for one in fresh}):
            after = self._sum(receipt for receipt in now if self._table(receipt) == table)
            unmet = set(after)
            for earlier, receipts in self._before(day):
                before = self._sum(receipt for receipt in receipts if self._table(receipt) == table)
                for value in sorted(unmet & set(before)):
                    if self.rules.is_too_much(before[value], after[value]):
                        what = f"the delivery as of {earlier} whose place it would take"
                        of = f" of {value!r}" if value else f" of the table {table}" if table != ONLY else ""
                        return self._told(before[value], after[value], what, of)
                unmet -= set(before)
                if not unmet:
                    break
        return None

    def _told(self, before: int, after: int, what: str, of: str = "") -> str:
        lost = int((before - after) * 100 / before)
        return (
            f"it has {after:,} records{of}, and {what} has {before:,}: {lost} % fewer, where at most "
            f"{(self.rules.most_lost or 0) * 100:g} % may be lacking"
        )

    def _before(self, day: str) -> Iterator[tuple[str, list[Receipt]]]:
        """The days before of which something counts, the newest first, with the full deliveries of each."""
        standing = self._standing()
        days: dict[str, dict[str, Receipt]] = {}
        for receipt in self._receipts():
            one, earlier = receipt["extract_id"], receipt.get("as_of_date") or ""
            is_full = receipt["outcome"] == LANDED and not receipt.get("is_of_changes")
            if is_full and "" < earlier < day and one in standing:
                days.setdefault(earlier, {})[one] = receipt
        for earlier in sorted(days, reverse=True):
            yield earlier, self._once(list(days[earlier].values()))

    def _standing(self) -> set[str]:
        """The extracts of which the newest word, of whatever day, is not that they are withdrawn."""
        ordered = sorted(self._receipts(), key=age)
        newest = {each["extract_id"]: each["outcome"] for each in ordered if each["outcome"] != HELD}
        return {one for one, outcome in newest.items() if outcome == LANDED}

    def _once(self, receipts: list[Receipt]) -> list[Receipt]:
        """Without those that a later one of the same day repeats: macros/history/superseded_extracts.sql."""
        ordered = sorted(receipts, key=age)
        return [
            older
            for at, older in enumerate(ordered)
            if not any(
                _file(older) == _file(newer) or self._repeats(older, newer) for newer in ordered[at + 1 :]
            )
        ]

    def _repeats(self, older: Receipt, newer: Receipt) -> bool:
        if self._table(older) != self._table(newer):
            return False
        files = [str(self._records(receipt)) for receipt in (older, newer)]
        with at_rest.connect() as con:
            [(shared, records)] = con.execute(
                f"with older as (select distinct cells from {at_rest.parquet()}),"
                f" newer as (select distinct cells from {at_rest.parquet()})"
                " select count(newer.cells), count(*) from older left join newer using (cells)",
                files,
            ).fetchall()
        return shared * 2 >= records

    def _table(self, receipt: Receipt) -> str:
        header = [column["name"] or "" for column in receipt["header"]]
        fed = {self.layout.feeds(at, name) for at, name in enumerate(header, 1)} - {None}
        return self.layout.table(fed).name

    def _sum(self, receipts: Iterator[Receipt]) -> Counter[str]:
        """The records by the value that they are counted within; all by none where there is no such field."""
        return sum((self._count(receipt) for receipt in receipts), Counter())

    def _count(self, receipt: Receipt) -> Counter[str]:
        if not self.rules.lost_within:
            return Counter({"": receipt["landed_rows"]})
        one = receipt["extract_id"]
        if one not in self._counts:
            reader = self._reader(receipt)
            at = (
                reader.fields.index(self.rules.lost_within)
                if self.rules.lost_within in reader.fields
                else None
            )
            found = Counter({"": receipt["landed_rows"]})
            if at is not None:
                found = Counter(said(cells[at]) if at < len(cells) else "" for cells in self._cells(receipt))
            self._counts[one] = found
        return self._counts[one]

    # -- dates that lie elsewhere -------------------------------------------------------------------

    def _outside(self, receipt: Receipt) -> str | None:
        """Why a delivery does not fit its period; None where it does, or where nothing is dated."""
        if not self.rules.has_period(receipt):
            return None
        first, last = receipt["period_from"], receipt["period_to"]
        reader = self._reader(receipt)
        at = [
            (n, reader.formats.get(n, ""))
            for n, f in enumerate(reader.fields)
            if f in self.rules.period_fields
        ]
        dated = outside = 0
        earliest, latest = "9999", ""
        for cells in self._cells(receipt):
            if len(cells) != reader.width:
                continue
            days = {birth_of(said(cells[n]), format) for n, format in at}
            days = {day for day in days if _YEARS[0] <= day < _YEARS[1]}
            if not days:
                continue
            dated += 1
            earliest, latest = min(earliest, *days), max(latest, *days)
            outside += not any(first <= day <= last for day in days)
        if not dated or outside <= dated * self.rules.most_outside:
            return None
        names = ", ".join(sorted(self.rules.period_fields & set(reader.fields)))
        return (
            f"it is declared for {first} to {last}, and {outside:,} of its {dated:,} dated records lie "
            f"outside: {names} from {earliest} to {latest}"
        )

    def _reader(self, receipt: Receipt) -> Reader:
        header = [column["name"] or "" for column in receipt["header"]]
        return Reader(self.seeds, self.provider, self.subject, header)

    def _records(self, receipt: Receipt) -> Path:
        one = receipt["extract_id"]
        return self.elsewhere.get(one) or self.place.records(one)

    def _cells(self, receipt: Receipt) -> Iterator[list[str | None]]:
        for batch in at_rest.batches(self._records(receipt), _CELLS, BATCH_ROWS):
            for cells in batch.column(0).to_pylist():
                yield cells or []


def _file(receipt: Receipt) -> tuple[str | None, str | None]:
    return receipt.get("source_file"), receipt.get("source_member")
