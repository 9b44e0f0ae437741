"""An export that is killed, refused the disk or made twice at once: the old folder or the new one, whole."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import small_release
from citymart.exports.verify import faults
from citymart.home import Home
from citymart.sharing.keys import Key
from client import Ended, Warm
from how_many import REFUSALS, disk_of, fill, killed_at_any_moment, killed_at_any_step, moments, with_faults

# When it is whole and has to take the place of the other; when it has not all that it should.
FEW = ("renameat2 exports/R1/.open.tmp → exports/R1/open",)
FEW_OF_DISKS = ("openat exports/R1/.open.tmp/SHA256SUMS",)
WORDS = ("export", "--table", "payments", "--format")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@dataclass
class Case:
    """A home with a release that was exported, and another export that takes the place of the first."""

    warm: Warm
    start: Path
    work: Path
    reference: Ended
    before: dict[str, bytes]
    after: dict[str, bytes]

    def export(self, home: Path, fault: dict | None = None) -> Ended:
        return self.warm.run(home, *WORDS, "csv,parquet", fault=fault)

    def fresh(self) -> Path:
        shutil.rmtree(self.work, ignore_errors=True)
        return Path(shutil.copytree(self.start, self.work, symlinks=True))

    def holds(self, home: Path) -> None:
        assert contents(home / "exports/R1/open") in (self.before, self.after)

    def is_refused(self, home: Path, ended: Ended, said: str) -> None:
        self.holds(home)
        if contents(home / "exports/R1/open") == self.before:
            assert ended.status == 1 and said in ended.line, ended.steps[-20:]

    def completes(self, home: Path) -> None:
        again = self.export(home)
        assert again.status == 0, again.err
        folder = home / "exports/R1/open"
        assert contents(folder) == self.after
        assert faults(folder) == []
        assert [path.name for path in folder.parent.iterdir()] == ["open"]


@pytest.fixture(scope="module")
def case(warm, tmp_path_factory) -> Case:
    folder = tmp_path_factory.mktemp("export")
    start, work = folder / "start", folder / "work"
    small_release.write_release(Home.at(start), Key("city", 1, "e" * 40, "h" * 40))
    assert warm.run(start, *WORDS, "csv").status == 0
    shutil.copytree(start, work, symlinks=True)
    reference = warm.run(work, *WORDS, "csv,parquet")
    before, after = (contents(home / "exports/R1/open") for home in (start, work))
    assert before.keys() < after.keys()
    return Case(warm, start, work, reference, before, after)


def test_an_export_killed_at_any_step_is_the_old_one_or_the_new_one(case):
    killed_at_any_step(case, case.export, FEW)


@with_faults
def test_an_export_killed_at_any_moment_is_the_old_one_or_the_new_one(case):
    killed_at_any_moment(case, case.export, "export")


@pytest.mark.parametrize("disk", REFUSALS)
def test_a_disk_that_is_full_or_read_only_from_any_step_on_is_told_of(case, disk):
    fault, said = REFUSALS[disk]
    for at in moments(case.reference.steps, FEW_OF_DISKS):
        home = case.fresh()
        case.is_refused(home, case.export(home, fault | {"refuse_from": at}), said)
        case.completes(home)


@with_faults
def test_a_small_disk_keeps_the_export_and_takes_the_next_when_there_is_room(case, tmp_path):
    with disk_of(16, tmp_path / "disk") as disk:
        home = Path(shutil.copytree(case.start, disk / "home", symlinks=True))
        for kilobytes in range(0, 120, 4):
            ballast = fill(disk, kilobytes)
            case.is_refused(home, case.export(home), "is full")
            ballast.unlink()
        case.completes(home)


def test_what_a_killed_export_of_another_release_has_left_goes(case):
    home = case.fresh()
    left = home / "exports" / "R0" / "borough" / ".camden.tmp"
    left.mkdir(parents=True)
    (left / "half.csv").write_text("half")
    case.completes(home)
    assert not left.exists()


def test_of_two_exports_to_one_folder_the_second_waits_and_is_whole(case, tmp_path):
    to = tmp_path / "out" / "export"
    to.parent.mkdir()
    home, words = case.fresh(), (*WORDS, "csv", "--to", to)
    first = case.warm.start(home, *words, fault={"hold_at": "openat*payments.csv"}, watch=(to.parent,))
    first.held()
    second = case.warm.start(home, *words, watch=(to.parent,))
    time.sleep(0.3)
    first.go()
    for ended in (first.ended(), second.ended()):
        assert ended.status == 0, ended.err
    assert faults(to) == []
    assert [path.name for path in to.parent.iterdir()] == ["export"]


def test_a_release_that_is_removed_while_it_is_exported_is_exported_whole(case):
    home = case.fresh()
    first = case.warm.start(home, *WORDS, "csv,parquet", fault={"hold_at": "openat*payments.csv"})
    first.held()
    shutil.rmtree(home / "published" / "releases" / "R1")
    first.go()
    ended = first.ended()
    assert ended.status == 0, ended.err
    assert contents(home / "exports/R1/open") == case.after
