"""Files that are right and come wrongly, of every subject: twice, late, gutted, for another period."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from citymart.deliveries import Declared, find_deliveries
from citymart.holding import Rules
from citymart.home import Home
from citymart.layouts import Seeds
from citymart.load import load_files

sys.path.insert(0, str(Path(__file__).parent))

from clean_files import Clean, clean, pairs

EVER = "1900-01-01..2026-12-31"


@dataclass
class Road:
    """The way of one subject's files into a home of its own."""

    one: Clean
    folder: Path

    def __post_init__(self) -> None:
        self.rules = Rules.of(Seeds(), self.one.subject)
        self.home = Home.at(self.folder / "home")

    def send(self, name: str, clean: Clean, period: str | None = None) -> str:
        """What becomes of a file of that name."""
        path = self.folder / self.one.provider / self.one.subject / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(clean.text(), encoding="utf-8")
        deliveries, _ = find_deliveries([path], declared=Declared(period=period))
        return load_files(deliveries, self.home).outcomes[0].status

    @property
    def replaces(self) -> bool:
        return self.rules.most_lost is not None and self.rules.delivery != "append"

    @property
    def many(self) -> Clean:
        """The file, large enough that a loss is no chance."""
        return self.one.of(rows=self.one.rows * 5)

    @property
    def few(self) -> Clean:
        return self.one.of(rows=self.one.rows[:3])


Came = Callable[[Road], tuple[list[str], list[str]]]
"""What became of each file, and what should have."""
FAULTS: dict[str, Came] = {}


def fault(came: Came) -> Came:
    FAULTS[came.__name__] = came
    return came


@fault
def sent_twice(road: Road):
    return [road.send("2026-09-01", road.one), road.send("2026-09-01", road.one)], [
        "landed",
        "already landed",
    ]


@fault
def the_same_for_the_next_month(road: Road):
    return [road.send("2026-09-01", road.one), road.send("2026-10-01", road.one)], ["landed", "landed again"]


@fault
def late(road: Road):
    last = road.one.of(rows=road.one.rows[:-1])
    return [road.send("2026-10-01", road.one), road.send("2026-09-01", last)], ["landed", "landed"]


@fault
def corrected(road: Road):
    put_right = road.one.of(rows=[*road.one.rows[:-1], road.one.rows[0]])
    came = [road.send("2026-10-01", road.one), road.send("2026-10-01-corrected", put_right)]
    return came, ["landed", "landed"]


@fault
def a_replacement_that_loses_most_rows(road: Road):
    came = [road.send("2026-09-01", road.many), road.send("2026-10-01", road.few)]
    return came, ["landed", "held" if road.replaces else "landed"]


@fault
def a_replacement_that_loses_a_third(road: Road):
    third = road.many.of(rows=[row for at, row in enumerate(road.many.rows) if at % 3])
    return [road.send("2026-09-01", road.many), road.send("2026-10-01", third)], ["landed", "landed"]


@fault
def a_gutted_file_of_the_same_name_and_date(road: Road):
    came = [road.send("2026-09-01", road.many), road.send("2026-09-01", road.few)]
    return came, ["landed", "landed" if road.rules.most_lost is None else "held"]


@fault
def the_whole_after_a_gutted_one(road: Road):
    came = [road.send("2026-09-01", road.many), road.send("2026-10-01", road.few)]
    came.append(road.send("2026-10-01-whole", road.many.of(rows=road.many.rows[1:])))
    return came, ["landed", "held" if road.replaces else "landed", "landed"]


@fault
def another_period(road: Road):
    held = any(road.one.column(name) is not None for name in road.rules.period_fields)
    return [road.send("2026-10-01", road.one, "1990-01")], ["held" if held else "landed"]


@fault
def a_period_that_fits(road: Road):
    return [road.send("2026-10-01", road.one, EVER)], ["landed"]


def test_every_wrong_delivery_is_told_and_no_right_one_is_held(tmp_path):
    failures, applied = [], Counter()
    for name, subject in pairs(FAULTS):
        folder = tmp_path / f"{name}-{subject}"
        came, expected = FAULTS[name](Road(clean(subject), folder))
        applied[name] += 1
        if came != expected:
            failures.append(f"{name} × {subject}: {came} and not {expected}")
    assert not failures, f"{len(failures)} of {applied.total()}:\n" + "\n".join(failures)


def test_there_are_faults_of_delivering():
    assert len(FAULTS) == 10
