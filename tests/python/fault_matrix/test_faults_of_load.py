"""A load that is killed, wherever: nothing is lost or doubled, and the next run completes it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from citymart.holding import PENDING
from client import KILLED, Ended, Warm
from how_many import FAULTS, REFUSALS, chances, disk_of, fill, killed_at_any_moment, moments, with_faults
from state_of_home import all_can_be_read, deliveries, first_delivery, landed, payments, tree

# Between the rejected records and the others; between those and the receipt.
FEW = (
    "rename .scratch/records.parquet → landing/spending/camden/ID.parquet",
    "rename landing/spending/camden/.ID.json.N.tmp → landing/spending/camden/ID.json",
)


@dataclass
class Case:
    """A home with one extract, deliveries for it, and what becomes of both when nothing goes wrong."""

    warm: Warm
    start: Path
    sent: Path
    work: Path
    reference: Ended
    before: dict
    after: dict
    names: set[str]

    def load(self, home: Path, fault: dict | None = None) -> Ended:
        return self.warm.run(home, "load", self.sent, fault=fault)

    def fresh(self) -> Path:
        shutil.rmtree(self.work, ignore_errors=True)
        return Path(shutil.copytree(self.start, self.work))

    def holds(self, home: Path) -> None:
        """Each receipt vouches for what is there; what had landed is there; nothing else came about. Of what
        has landed and was not yet compared with what was there before the receipt says so.
        """
        now = landed(home)
        for name, (told, *rows) in now.items():
            then, *rows_then = self.after[name]
            if told["reason"] == PENDING:
                told |= {key: then[key] for key in ("outcome", "reason")}
            assert (told, rows) == (then, rows_then), name
        assert self.before.keys() <= now.keys()

    def completes(self, home: Path) -> None:
        again = self.load(home)
        assert again.status == self.reference.status, again.out + again.err
        assert landed(home) == self.after
        assert tree(home) == self.names
        assert all_can_be_read(home)


def _case(warm: Warm, folder: Path, send: Callable[[Path], Path]) -> Case:
    start, sent = folder / "start", send(folder / "sent")
    assert warm.run(start, "load", first_delivery(folder / "first").parents[2]).status == 0
    before = landed(start)
    done = Path(shutil.copytree(start, folder / "done"))
    reference = warm.run(done, "load", sent)
    return Case(warm, start, sent, folder / "work", reference, before, landed(done), tree(done))


@pytest.fixture(scope="module")
def case(warm, tmp_path_factory) -> Case:
    case = _case(warm, tmp_path_factory.mktemp("load"), deliveries)
    assert case.reference.status == 1  # for the file that is refused
    assert len(case.after) == 8
    return case


@pytest.mark.parametrize("power", [False, True], ids=["killed", "the power goes"])
def test_killed_at_any_step_nothing_is_lost_and_the_next_load_completes(case, power):
    for at in moments(case.reference.steps, FEW):
        home = case.fresh()
        ended = case.load(home, {"kill_before": at, "power": power})
        assert (ended.status, len(ended.steps)) == (KILLED, at + 1)
        case.holds(home)
        case.completes(home)


@with_faults
def test_killed_at_any_moment_nothing_is_lost_and_the_next_load_completes(case):
    killed_at_any_moment(case, case.load, "load")


@pytest.mark.parametrize("disk", REFUSALS)
def test_a_disk_that_is_full_or_read_only_from_any_step_on_is_told_of(case, disk):
    fault, said = REFUSALS[disk]
    for at in moments(case.reference.steps, FEW):
        home = case.fresh()
        ended = case.load(home, fault | {"refuse_from": at})
        case.holds(home)
        if landed(home) != case.after:
            assert ended.status == 1 and said in ended.out + ended.err, ended.steps[at]
        assert "Traceback" not in ended.err and "internal error" not in ended.out + ended.err
        case.completes(home)


def test_what_is_unpacked_and_can_not_be_removed_is_no_traceback(case):
    # The disk can't be written from the moment on when the first archive is unpacked.
    home, archive = case.fresh(), case.sent / "camden/spending/2024-06-30.csv.gz"
    steps = case.warm.run(home, "load", archive).steps
    at = steps.index("openat .scratch/records.parquet")
    fault, home = REFUSALS["read-only"][0] | {"refuse_from": at}, case.fresh()
    ended = case.warm.run(home, "load", archive, fault=fault)
    assert ended.status == 1 and "no permission" in ended.out
    assert "Traceback" not in ended.err
    case.completes(home)


def test_a_small_disk_loses_nothing_and_takes_the_rest_when_there_is_room(case, tmp_path):
    with disk_of(4, tmp_path / "disk") as disk:
        home = Path(shutil.copytree(case.start, disk / "home"))
        for kilobytes in (8, 60, *(range(0, 120, 4) if FAULTS else ())):
            ballast = fill(disk, kilobytes)
            ended = case.load(home)
            case.holds(home)
            assert landed(home) == case.after or "is full" in ended.out + ended.err
            ballast.unlink()
        case.completes(home)


@with_faults
def test_killed_again_and_again_in_a_new_home_it_completes(warm, case, tmp_path):
    home = tmp_path / "home"
    for seconds in chances("new home", case.reference.seconds):
        warm.run(home, "load", case.sent, fault={"kill_after": seconds, "power": True})
        landed(home)
    case.completes(home)


def test_the_power_goes_before_a_new_home_is_made(warm, case, tmp_path):
    # Empty files had their names before they were safe: half of one stayed for good, and failed every build.
    home = tmp_path / "home"
    fault = {"kill_at": "rename .scratch/records.parquet*", "power": True}
    assert warm.run(home, "load", case.sent, fault=fault).status == KILLED
    case.completes(home)
    fault = {"kill_at": "rename landing/spending/_none/*"}
    assert warm.run(tmp_path / "another", "load", case.sent, fault=fault).status == KILLED
    case.completes(tmp_path / "another")


@with_faults
def test_killed_at_any_step_of_the_quick_road_nothing_is_lost(warm, tmp_path):
    def send(folder: Path) -> Path:
        file = folder / "camden/spending/2024-09-30.csv"
        file.parent.mkdir(parents=True)
        file.write_bytes(payments("A supplier with a long name, of some limited company", 40_000))
        return folder

    case = _case(warm, tmp_path, send)
    for at in moments(case.reference.steps, ()):
        home = case.fresh()
        case.load(home, {"kill_before": at})
        case.holds(home)
        case.completes(home)
