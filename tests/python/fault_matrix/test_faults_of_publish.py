"""A publish that is killed, wherever: readers have a whole release, and the next run completes.

The build is one that dbt has made before; what becomes of dbt is in `test_faults_of_build.py`.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import small_mart
from citymart.home import Home
from citymart.publishing import roll_back
from client import KILLED, Ended, Warm
from how_many import FAULTS, REFUSALS, disk_of, fill, killed_at_any_moment, moments, with_faults
from small_mart import current, each_release_is_logged_once, log_of
from state_of_home import tree

# When the release has its name and stands in the log; and no reader has it.
FEW = ("rename published/.current.N → published/current",)


@dataclass
class Case:
    """A home with a release, and a tested build for the next; where a publish of that leads."""

    warm: Warm
    candidate: Path
    start: Path
    work: Path
    reference: Ended
    before: small_mart.Seen
    after: small_mart.Seen
    names: set[str]

    def publish(self, home: Path, fault: dict | None = None) -> Ended:
        return self.warm.run(home, "publish", candidate=self.candidate, fault=fault)

    def fresh(self) -> Path:
        shutil.rmtree(self.work, ignore_errors=True)
        return Path(shutil.copytree(self.start, self.work, symlinks=True))

    def holds(self, home: Path) -> None:
        seen = current(home)
        same = (seen.data_hash, seen.payments)
        assert same in {(each.data_hash, each.payments) for each in (self.before, self.after)}
        assert seen.release_id in log_of(home)

    def is_refused(self, home: Path, ended: Ended, said: str) -> None:
        """If the disk did not take the release, that is told in one line and nothing is half there."""
        self.holds(home)
        if current(home).data_hash == self.before.data_hash:
            assert ended.status == 1 and said in ended.line, ended.steps[-20:]
        else:
            assert ended.status in (0, 1) and "Traceback" not in ended.err

    def completes(self, home: Path) -> None:
        again = self.publish(home)
        assert again.status == 0, again.out + again.err
        assert tree(home) == self.names
        seen = current(home)
        assert (seen.data_hash, seen.payments) == (self.after.data_hash, self.after.payments)
        assert each_release_is_logged_once(home)
        # The release before is the one that readers had before, not what the kill has left.
        roll_back(Home.at(home))
        assert current(home) == self.before
        assert each_release_is_logged_once(home)


@pytest.fixture(scope="module")
def case(warm, tmp_path_factory) -> Case:
    folder = tmp_path_factory.mktemp("publish")
    start, work = folder / "start", folder / "work"
    small_mart.small_build(folder / "one", 8)
    candidate = small_mart.small_build(folder / "two", 10)
    first = warm.run(start, "publish", candidate=folder / "one")
    assert first.status == 0, first.out + first.err
    shutil.copytree(start, work, symlinks=True)
    reference = warm.run(work, "publish", candidate=candidate)
    before, after = current(start), current(work)
    assert (before.payments, after.payments) == (8, 10)
    assert each_release_is_logged_once(work)
    return Case(warm, candidate, start, work, reference, before, after, tree(work))


@pytest.mark.parametrize(
    "power", [False, pytest.param(True, marks=with_faults)], ids=["killed", "the power goes"]
)
def test_a_publish_killed_at_any_step_leaves_a_whole_release(case, power):
    for at in moments(case.reference.steps, FEW):
        if power and case.reference.steps[at].startswith(("openat", "write", "pwrite")):
            continue  # what is not safe yet is lost then, too, before the next step
        home = case.fresh()
        ended = case.publish(home, fault={"kill_before": at, "power": power})
        assert ended.status == KILLED
        case.holds(home)
        case.completes(home)


@with_faults
def test_a_publish_killed_at_any_moment_leaves_a_whole_release(case):
    killed_at_any_moment(case, lambda home, fault: case.publish(home, fault=fault), "publish")


@pytest.mark.parametrize("disk", REFUSALS)
def test_a_disk_that_is_full_or_read_only_from_any_step_on_is_told_of(case, disk):
    fault, said = REFUSALS[disk]
    for at in moments(case.reference.steps, FEW):
        home = case.fresh()
        case.is_refused(home, case.publish(home, fault=fault | {"refuse_from": at}), said)
        case.completes(home)


def test_a_small_disk_keeps_the_release_and_takes_the_next_when_there_is_room(case, tmp_path):
    with disk_of(24, tmp_path / "disk") as disk:
        home = Path(shutil.copytree(case.start, disk / "home", symlinks=True))
        for kilobytes in (1_500, *(range(0, 8_000, 250) if FAULTS else ())):
            ballast = fill(disk, kilobytes)
            case.is_refused(home, case.publish(home), "is full")
            ballast.unlink()
        if current(home).data_hash == case.before.data_hash:
            case.completes(home)


DAMAGES = {
    "cut off": lambda data: data[: len(data) // 2],
    "empty": lambda _data: b"",
    "rotten": lambda data: data[:12_288] + bytes(byte ^ 0x5A for byte in data[12_288:]),
}


@pytest.mark.parametrize("damage", DAMAGES if FAULTS else ["rotten"])
def test_a_damaged_candidate_is_told_of_and_the_release_stays(case, tmp_path, damage):
    home, bad = case.fresh(), Path(shutil.copytree(case.candidate, tmp_path / "bad"))
    file = bad / "mart.duckdb"
    file.write_bytes(DAMAGES[damage](file.read_bytes()))
    told = case.warm.run(home, "publish", candidate=bad)
    assert told.status == 1 and "can't be read back" in told.line
    assert current(home) == case.before
    case.completes(home)
