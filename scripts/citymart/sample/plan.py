"""Who sends what, from which system, and who is late: rows of `data/plan.csv` and stable hashes.

Each borough has each irregularity in at least one subject, so that a city of any two boroughs has them all
and a borough is the same alone or among 33. None of it depends on the seed.

`python -m citymart.sample.plan SUBJECT` shows it.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..errors import CityMartError
from ..layouts import ANYONE, Seeds
from .chance import chance
from .spec import Subject, System

DATA = Path(__file__).parent / "data"
PLAN = DATA / "plan.csv"
IRREGULARITIES = ("nothing", "late", "changed_layout", "corrected", "web_page", "again")
NEVER, ALWAYS = "never", "always"


@dataclass(frozen=True)
class Sending:
    """How one provider sends one subject. `what` is the irregularity, None where there is none."""

    system: System
    next_system: System
    what: str | None = None

    def system_in(self, month: int, months: int) -> System:
        """The system of a month, counted from 0."""
        changed = self.what == "changed_layout" and month >= (months + 1) // 2
        return self.next_system if changed else self.system


@dataclass(frozen=True)
class _Row:
    provider: str
    subject: str
    what: str
    value: str


class Plan:
    """`months` counts for what can happen at all: nobody is late in the only month there is."""

    def __init__(self, subjects: Mapping[str, Subject], months: int, rows: Path = PLAN) -> None:
        self.subjects, self.months = subjects, months
        self.rows = _read(rows)

    def of(self, provider: str, subject: str) -> Sending:
        found = self.subjects[subject]
        systems = list(found.systems.values())
        at = self._system(provider, found)
        what = self._irregular(provider).get(subject) if found.is_of_boroughs else None
        return Sending(systems[at], systems[(at + 1) % len(systems)], what)

    def _system(self, provider: str, subject: Subject) -> int:
        names = list(subject.systems)
        if wanted := self._value(provider, subject.name, "system"):
            if wanted not in names:
                raise CityMartError(
                    f"data/plan.csv: {provider} has the system {wanted!r} for {subject.name}, which "
                    f"subjects/{subject.name}.yml does not know; it knows {', '.join(names)}."
                )
            return names.index(wanted)
        return _turn(provider, subject.name) % len(names)

    @cache  # noqa: B019 - a plan lives as long as one run
    def _irregular(self, provider: str) -> dict[str, str]:
        """Subject → irregularity. The most likely subject of each has it for certain."""
        found: dict[str, str] = {}
        # Where there are few subjects, all of them would be irregular.
        certain = sum(subject.is_of_boroughs for subject in self.subjects.values()) > len(IRREGULARITIES)
        for what in IRREGULARITIES:
            free = [
                (self._turn_of(what, provider, subject), subject)
                for subject in self.subjects.values()
                if subject.name not in found and self._can(what, provider, subject)
            ]
            free.sort(key=lambda each: (each[0], each[1].name))
            for at, (turn, subject) in enumerate(free):
                share = float(self._value(provider, subject.name, what) or 0)
                if (at == 0 and certain) or turn < share:
                    found[subject.name] = what
        for subject in self.subjects:
            for what in IRREGULARITIES:
                if self._value(provider, subject, what) == ALWAYS:
                    found[subject] = what
        return found

    @staticmethod
    def _turn_of(what: str, provider: str, subject: Subject) -> float:
        return chance(f"plan {what}", f"{provider}|{subject.name}")

    def _can(self, what: str, provider: str, subject: Subject) -> bool:
        value = self._value(provider, subject.name, what)
        if not subject.is_of_boroughs or value in (NEVER, ALWAYS, None):
            return False
        over_time = self.months > 1 and subject.frequency != "once"
        if what == "changed_layout":
            return over_time and len(subject.systems) > 1
        return over_time or what != "late"

    def _value(self, provider: str, subject: str, what: str) -> str | None:
        """Of the rows that fit, the one that names most counts; of equals the last."""
        fitting = [
            row
            for row in self.rows
            if row.what == what and row.provider in (ANYONE, provider) and row.subject in (ANYONE, subject)
        ]
        if not fitting:
            return None
        return max(reversed(fitting), key=lambda row: (row.provider != ANYONE, row.subject != ANYONE)).value


def _read(path: Path) -> list[_Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            _Row(row["provider_code"], row["subject"], row["what"], row["value"])
            for row in csv.DictReader(file)
        ]


@cache
def _boroughs() -> tuple[str, ...]:
    return tuple(Seeds().providers)


@cache
def _turns(subject: str) -> dict[str, int]:
    in_turn = sorted(_boroughs(), key=lambda provider: chance("plan system", f"{provider}|{subject}"))
    return {provider: at for at, provider in enumerate(in_turn)}


def _turn(provider: str, subject: str) -> int:
    """Its place among all providers in an order of the subject's own, so that each system has as many."""
    turns = _turns(subject)
    return turns.get(provider, int(chance("plan system", f"{provider}|{subject}") * 1_000))


def lines(subject: str, subjects: Mapping[str, Subject], providers: Iterable[str], months: int) -> list[str]:
    plan = Plan(subjects, months)
    sendings = ((provider, plan.of(provider, subject)) for provider in providers)
    return [
        f"{provider:24} {sending.system.name:20} {sending.what or ''}"
        + (f" to {sending.next_system.name}" if sending.what == "changed_layout" else "")
        for provider, sending in sendings
    ]


if __name__ == "__main__":
    from .spec import read_subjects

    boroughs = [
        row["provider_code"]
        for row in Seeds().rows("market/providers.csv")
        if row["provider_type"] == "london_borough"
    ]
    print("\n".join(lines(sys.argv[1], read_subjects(), boroughs, 3)))
