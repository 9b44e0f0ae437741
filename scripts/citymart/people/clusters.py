"""From pairs to persons: joins the likeliest pairs first, and never what cannot be one person.

A record without a date of birth may be of either of two that have one (a father and his son), so it must not
join them: those with a date of birth are joined first, then those without among themselves, and then each
group of the latter to its single best person, or to nobody. Those that have not even a first name, but an
initial that may be a wife's or her husband's, come last in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

MARGIN = 3.0
"""How much likelier (log 2 of the odds) the best person must be than the next for a record without a date of
birth or with but an initial."""

DECISIONS = pa.schema([("record_id_l", pa.string()), ("record_id_r", pa.string()), ("decision", pa.string())])


class Record(NamedTuple):
    """What of a record can speak against its being another's person."""

    record_id: str
    birth_date: date | None
    death_date: date | None
    nhs_number: str | None
    nino: str | None
    generation: str | None = None
    middle_initial: str | None = None
    first_name: str | None = None

    @property
    def vagueness(self) -> int:
        """0 with a date of birth, 1 without, 2 where there is no first name either."""
        return 0 if self.birth_date else 1 if self.first_name else 2


class Link(NamedTuple):
    """A pair that is to be joined, with the log 2 of its odds; `is_certain` where a number agrees."""

    left: str
    right: str
    weight: float
    is_certain: bool = False


class Clusters:
    """Which records are one person. After `join`, `refused` has the links that would have made an impossible
    person, `undecided` those of records that might be one of several.
    """

    def __init__(self, records: Iterable[Record], kept_apart: Iterable[tuple[str, str]] = ()) -> None:
        self._records = list(records)
        self._at = {record.record_id: i for i, record in enumerate(self._records)}
        self._parent = list(range(len(self._records)))
        self._size = [1] * len(self._records)
        self._facts: dict[int, tuple[set, ...]] = {}
        self._apart: dict[int, set[int]] = {}
        for left, right in kept_apart:
            if left in self._at and right in self._at:
                self._apart.setdefault(self._at[left], set()).add(self._at[right])
                self._apart.setdefault(self._at[right], set()).add(self._at[left])
        self.refused: list[Link] = []
        self.undecided: list[Link] = []

    def join(self, links: Iterable[Link]) -> None:
        """Joins by the links, the likeliest first; the order in which they come does not matter."""
        known = [link for link in links if link.left in self._at and link.right in self._at]
        known.sort(key=lambda link: (-link.weight, link.left, link.right))
        among: list[list[Link]] = [[], [], []]
        between: list[list[Link]] = [[], [], []]
        for link in known:
            clear, vague = sorted(self._records[self._at[side]].vagueness for side in (link.left, link.right))
            if link.is_certain:
                among[0].append(link)
            else:
                (among if clear == vague else between)[vague].append(link)
        for vagueness in range(3):
            for link in among[vagueness]:
                self._unite(link)
            self._attach(between[vagueness], vagueness)

    def cluster_of(self) -> dict[str, str]:
        """Record → the smallest `record_id` of its person."""
        least: dict[int, str] = {}
        for record_id, i in self._at.items():
            root = self._root(i)
            if root not in least or record_id < least[root]:
                least[root] = record_id
        return {record_id: least[self._root(i)] for record_id, i in self._at.items()}

    def _attach(self, links: list[Link], vagueness: int) -> None:
        """Each group of this vagueness to its best clearer person, if the next best is well behind."""
        best: dict[int, dict[int, Link]] = {}
        for link in links:
            left, right = self._root(self._at[link.left]), self._root(self._at[link.right])
            if self._vagueness(left) < vagueness:
                left, right = right, left
            if left == right or self._vagueness(left) < vagueness:
                continue
            if not self._may_be_one(left, right, link):
                self.refused.append(link)
                continue
            # the first is the likeliest
            best.setdefault(left, {}).setdefault(right, link)
        for _, persons in sorted(best.items(), key=lambda item: self._records[item[0]].record_id):
            ranked = sorted(persons.values(), key=lambda link: (-link.weight, link.left, link.right))
            roots = {self._root(self._at[link.left]) for link in ranked}
            roots |= {self._root(self._at[link.right]) for link in ranked}
            if len(ranked) > 1 and ranked[0].weight - ranked[1].weight < MARGIN and len(roots) > 2:
                self.undecided += ranked
            else:
                self._unite(ranked[0])

    def _root(self, i: int) -> int:
        while self._parent[i] != i:
            self._parent[i] = self._parent[self._parent[i]]
            i = self._parent[i]
        return i

    def _known(self, root: int) -> tuple[set, ...]:
        """What is known of a person: the values of each field of `Record` but the first."""
        if root not in self._facts:
            return tuple({value} if value else set() for value in self._records[root][1:])
        return self._facts[root]

    def _vagueness(self, root: int) -> int:
        births, *_, first_names = self._known(root)
        return 0 if births else 1 if first_names else 2

    def _may_be_one(self, left: int, right: int, link: Link) -> bool:
        ours, theirs = self._known(left), self._known(right)
        if self._are_apart(left, right) or not _compatible(ours[:-1], theirs[:-1], certain=link.is_certain):
            return False
        # an initial doesn't say that two first names are one person's
        sides = (self._records[self._at[side]] for side in (link.left, link.right))
        return link.is_certain or not (ours[-1] and theirs[-1]) or all(side.first_name for side in sides)

    def _unite(self, link: Link) -> None:
        left, right = self._root(self._at[link.left]), self._root(self._at[link.right])
        if left == right:
            return
        if not self._may_be_one(left, right, link):
            self.refused.append(link)
            return
        ours, theirs = self._known(left), self._known(right)
        if self._size[left] < self._size[right]:
            left, right = right, left
        self._parent[right] = left
        self._size[left] += self._size[right]
        self._facts[left] = tuple(mine | others for mine, others in zip(ours, theirs, strict=True))
        self._facts.pop(right, None)
        if right in self._apart:
            self._apart.setdefault(left, set()).update(self._apart.pop(right))

    def _are_apart(self, left: int, right: int) -> bool:
        return any(self._root(i) == right for i in self._apart.get(left, ())) or any(
            self._root(i) == left for i in self._apart.get(right, ())
        )


def _compatible(ours: tuple[set, ...], theirs: tuple[set, ...], *, certain: bool) -> bool:
    births, deaths, nhs_numbers, ninos, generations, middles = zip(ours, theirs, strict=True)
    for mine, others in (deaths, nhs_numbers):
        if mine and others and not mine & others:
            return False
    if not certain and ninos[0] and ninos[1] and not ninos[0] & ninos[1]:
        return False
    # a father and his son, where the dates don't tell
    is_another = {"child", "adult"} <= generations[0] | generations[1] or (
        all(middles) and not middles[0] & middles[1]
    )
    if is_another and not certain and not all(births):
        return False
    # a person whose number is sure may have a second, wrong date of birth: each of one side must be near some
    mine, others = births
    return (
        certain
        or all(any(is_near(a, b) for b in others) for a in mine)
        or all(any(is_near(a, b) for a in mine) for b in others)
    )


def is_near(a: date, b: date) -> bool:
    """Whether two dates of birth may be one that was written wrongly: a digit, a part, or day and month
    swapped; not where day and month agree and the years are decades apart (a father and his son).
    """
    if a == b:
        return True
    if (a.month, a.day) == (b.month, b.day) and abs(a.year - b.year) > 10:
        return False
    agree = (a.year == b.year) + (a.month == b.month) + (a.day == b.day)
    if agree == 2 or (a.year == b.year and (a.month, a.day) == (b.day, b.month)):
        return True
    if a.year == b.year and (1, 1) in ((a.month, a.day), (b.month, b.day)):
        return True
    digits = zip(f"{a:%Y%m%d}", f"{b:%Y%m%d}", strict=True)
    return sum(x != y for x, y in digits) <= 1


def clustered(features: pa.Table, links: pa.Table, decisions: pa.Table) -> pa.Table:
    """`record_id, cluster_id, is_undecided` of each record of `features` (`int_person_features`).

    `links` are those of `int_person_links`; `decisions` a person's (`record_id_l, record_id_r, decision`:
    `link` or `apart`), which win. `is_undecided` marks the records that may be one of several persons and
    were given to none, and those whose link would have made an impossible person.
    """
    given = decisions.select(["record_id_l", "record_id_r", "decision"]).to_pylist()
    apart = [(row["record_id_l"], row["record_id_r"]) for row in given if row["decision"] == "apart"]
    together = [(row["record_id_l"], row["record_id_r"]) for row in given if row["decision"] == "link"]
    fields = [features[name].to_pylist() for name in Record._fields]
    clusters = Clusters(map(Record, *fields), kept_apart=apart)
    wanted = links.filter(pc.equal(links["decision"], "link"))
    columns = ("record_id_l", "record_id_r", "match_weight", "is_same_number")
    found = list(map(Link, *(wanted[name].to_pylist() for name in columns)))
    clusters.join([*(Link(left, right, float("inf"), True) for left, right in together), *found])
    of = clusters.cluster_of()
    undecided = {side for link in clusters.undecided + clusters.refused for side in (link.left, link.right)}
    return pa.table(
        {
            "record_id": list(of),
            "cluster_id": list(of.values()),
            "is_undecided": [record in undecided for record in of],
        }
    )
