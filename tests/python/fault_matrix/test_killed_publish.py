"""A publish that is killed, wherever: readers have a whole release, and the next run completes.

The build is one that dbt has made before; what becomes of dbt is in `test_killed_build.py`.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import small_mart
from client import KILLED, Ended, Warm
from conftest import chances, moments
from landed import tree
from small_mart import current, each_release_is_logged_once, log_of

# Before the release has its name; when half of the log is written; before readers have it.
FEW = (
    "rename published/releases/.RELEASE.tmp → published/releases/RELEASE",
    "fsync access_log.jsonl",
    "rename published/.current.N → published/current",
)


@dataclass
class Case:
    """A home with a release, and a tested build for the next; where a publish of that leads."""

    warm: Warm
    keys: Path
    candidate: Path
    start: Path
    work: Path
    reference: Ended
    before: small_mart.Seen
    after: small_mart.Seen
    names: set[str]

    def publish(self, home: Path, *more: str, fault: dict | None = None) -> Ended:
        return self.warm.run(home, "publish", *more, candidate=self.candidate, keys=self.keys, fault=fault)

    def fresh(self) -> Path:
        shutil.rmtree(self.work, ignore_errors=True)
        return Path(shutil.copytree(self.start, self.work, symlinks=True))

    def holds(self, home: Path) -> None:
        seen = current(home)
        same = (seen.data_hash, seen.payments)
        assert same in {(each.data_hash, each.payments) for each in (self.before, self.after)}
        assert seen.release_id in log_of(home)

    def completes(self, home: Path) -> None:
        again = self.publish(home)
        assert again.status == 0, again.out + again.err
        assert tree(home) == self.names
        seen = current(home)
        assert (seen.data_hash, seen.payments) == (self.after.data_hash, self.after.payments)
        assert each_release_is_logged_once(home)
        # The release before is the one that readers had before, not what the kill has left.
        assert self.publish(home, "--rollback").status == 0
        assert current(home) == self.before
        assert each_release_is_logged_once(home)


@pytest.fixture(scope="module")
def case(warm, tmp_path_factory) -> Case:
    folder = tmp_path_factory.mktemp("publish")
    keys = small_mart.write_keys(folder / "keys.csv")
    start, work = folder / "start", folder / "work"
    small_mart.small_build(folder / "one", 8)
    candidate = small_mart.small_build(folder / "two", 10)
    first = warm.run(start, "publish", candidate=folder / "one", keys=keys)
    assert first.status == 0, first.out + first.err
    shutil.copytree(start, work, symlinks=True)
    reference = warm.run(work, "publish", candidate=candidate, keys=keys)
    before, after = current(start), current(work)
    assert (before.payments, after.payments) == (8, 10)
    assert each_release_is_logged_once(work)
    return Case(warm, keys, candidate, start, work, reference, before, after, tree(work))


@pytest.mark.parametrize("power", [False, True], ids=["killed", "the power goes"])
def test_a_publish_killed_at_any_step_leaves_a_whole_release(case, power):
    for at in moments(case.reference.steps, FEW[1:] if power else FEW):
        home = case.fresh()
        ended = case.publish(home, fault={"kill_before": at, "power": power})
        assert ended.status == KILLED
        case.holds(home)
        case.completes(home)


def test_a_publish_killed_at_any_moment_leaves_a_whole_release(case):
    for seconds in chances("publish", case.reference.seconds):
        home = case.fresh()
        case.publish(home, fault={"kill_after": seconds})
        case.holds(home)
        case.completes(home)
