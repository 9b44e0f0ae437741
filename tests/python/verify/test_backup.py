"""`citymart backup` and `citymart restore`: nothing is lost, nothing is copied twice, nothing half counts."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import small_home
from citymart.backups import PARTIAL, Backup
from citymart.backups.backup import back_up
from citymart.backups.restore import restore
from citymart.cli import main
from citymart.encrypting import encrypt
from citymart.errors import CityMartError, UsageError
from citymart.folders import SUMS
from citymart.home import PROJECT, Home
from citymart.landing import read_receipt
from citymart.layouts import Seeds
from citymart.people import sweeping, tombstones
from citymart.people.keys import history, registered
from citymart.placeholders import NONE
from citymart.receipts import withdraw
from citymart.releases import current_release
from citymart.sharing.keys import OPERATOR, VARIABLE, add_missing
from citymart.verifying import verify
from test_verify import RECORDS, flip, one, receipt_of

LATER = {("camden", "2024-05-31"): small_home.SENT["camden", "2024-03-31"][:2]}
KEPT = ("landing", "people", "access_log.jsonl")


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "backup"


@pytest.fixture
def empty(tmp_path) -> Home:
    return Home.at(tmp_path / "another" / "home")


def contents(home: Home) -> dict[str, bytes]:
    """What can't be made again, by its place."""
    found = {}
    for path in sorted(path for path in home.root.rglob("*") if path.is_file()):
        parts = path.relative_to(home.root).parts
        if parts[0] in KEPT and NONE not in parts and not path.name.startswith("."):
            found["/".join(parts)] = path.read_bytes()
    return found


def test_a_restored_home_has_what_the_home_had_to_the_last_byte(home, folder, empty, capsys):
    assert main(["backup", str(folder), "--home", str(home.root)]) == 0
    assert main(["restore", str(folder), "--home", str(empty.root)]) == 0
    assert "3 extracts in" in capsys.readouterr().out
    assert contents(empty) == contents(home)
    assert verify(empty).faults == []
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in empty.root.glob(".restore*")] == []


def test_only_what_is_new_or_another_is_copied(home, folder, tmp_path):
    first = back_up(home, folder)
    assert first.copied == first.files
    inodes = {path: path.stat().st_ino for path in folder.rglob("*.parquet")}
    small_home.load(
        home, tmp_path / "sent", {("camden", "2024-05-31"): small_home.SENT["camden", "2024-03-31"][:2]}
    )
    again = back_up(home, folder)
    assert (again.copied, again.files) == (2, first.files + 2)
    assert {path: path.stat().st_ino for path in inodes} == inodes
    # Another time and the same bytes: it is looked at, and not copied.
    os.utime(one(home, RECORDS))
    assert back_up(home, folder).copied == 0
    assert back_up(home, folder).copied == 0


def test_a_backup_is_what_the_home_is_now(home, folder, empty):
    back_up(home, folder)
    extract = withdraw(home, read_receipt(receipt_of(home))["extract_id"], "a test")["extract_id"]
    back_up(home, folder)
    (home.landing / "spending/islington" / f"{extract}@withdrawn.json").unlink()
    assert back_up(home, folder).removed == 1
    restore(folder, empty)
    assert contents(empty) == contents(home)


def test_what_a_home_has_lost_stays_in_its_backup_and_is_told(home, folder, capsys):
    back_up(home, folder)
    name = one(home, RECORDS).relative_to(home.root).as_posix()
    (home.root / name).unlink()
    assert main(["backup", str(folder), "--home", str(home.root)]) == 0
    assert f"gone from the home, and kept: {name}" in capsys.readouterr().out
    assert name in Backup.at(folder).sums


def test_a_damaged_file_never_takes_the_place_of_a_good_copy(home, folder, capsys):
    back_up(home, folder)
    records = one(home, RECORDS)
    good = records.read_bytes()
    flip(records)
    assert main(["backup", str(folder), "--home", str(home.root)]) == 1
    assert "damaged in the home, so not copied" in capsys.readouterr().err
    assert (folder / records.relative_to(home.root)).read_bytes() == good


def test_releases_are_kept_where_they_are_asked_for(home, folder, empty):
    assert not any(name.startswith("published") for name in Backup.at(back_up(home, folder).folder).sums)
    back_up(home, folder, releases=True)
    restore(folder, empty)
    assert current_release(empty).manifest == current_release(home).manifest
    assert verify(empty).faults == []


def test_a_backup_that_is_killed_is_told_from_a_whole_one_and_finished_by_the_next(home, folder, empty):
    back_up(home, folder)
    small_home.name_persons(home, "abcd")
    code = f"""
import os, pathlib
from citymart.home import Home
from citymart.backups import backup
os.sync = lambda: os.kill(os.getpid(), 9)
backup.back_up(Home.at({str(home.root)!r}), pathlib.Path({str(folder)!r}))
"""
    killed = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(PROJECT / "scripts")}, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert not Backup.at(folder).is_whole
    with pytest.raises(CityMartError, match=r"was not finished: run `citymart backup` again"):
        restore(folder, empty)
    # All of it can be proved, by the old hashes or the new.
    shutil.copytree(folder, folder.with_name("cut"))
    assert restore(folder.with_name("cut"), empty, partial=True).faults == []
    assert contents(empty) == contents(home)
    done = back_up(home, folder)
    assert (done.copied, Backup.at(folder).is_whole, (folder / PARTIAL).exists()) == (0, True, False)


def test_a_restore_that_is_killed_is_finished_by_the_next(home, folder, empty):
    back_up(home, folder)
    code = f"""
import os, pathlib
from citymart.home import Home
from citymart.backups import restore
restore._is_vouched = lambda *_: os.kill(os.getpid(), 9)
restore.restore(pathlib.Path({str(folder)!r}), Home.at({str(empty.root)!r}))
"""
    killed = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(PROJECT / "scripts")}, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert list(empty.root.glob("landing/*/*/*.json")) == [], "a receipt before all records are there"
    assert restore(folder, empty).faults == []
    assert contents(empty) == contents(home)


def test_what_is_damaged_in_a_backup_is_named_and_nothing_vouches_for_it(home, folder, empty, capsys):
    back_up(home, folder)
    name = one(home, RECORDS).relative_to(home.root).as_posix()
    flip(folder / name)
    assert main(["restore", str(folder), "--home", str(empty.root)]) == 1
    err = capsys.readouterr().err
    assert f"citymart: {name} is damaged" in err and "was left out" in err
    assert verify(empty).faults == []
    assert len(list(empty.root.glob("landing/spending/*/*.json"))) == 2
    (fault,) = (fault for fault in verify(Home.at(folder)).faults if SUMS in fault.what)
    assert fault.where == name


def test_a_backup_goes_to_a_folder_of_its_own_and_a_restore_to_an_empty_home(home, folder, empty, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("dear")
    other = Home.at(tmp_path / "other")
    small_home.load(
        other, tmp_path / "sent", {("camden", "2024-05-31"): small_home.SENT["camden", "2024-03-31"][:2]}
    )
    back_up(home, folder)
    for what, told in {
        (home, tmp_path / "full"): "holds something else",
        (home, home.root / "backup"): "lie in each other",
        (empty, tmp_path / "new"): "nothing in .* to back up",
        (other, folder): "has not what it has",
    }.items():
        with pytest.raises(UsageError, match=told):
            back_up(*what)
    for source, target, told in (
        (folder, home, "is not empty"),
        (tmp_path / "full", empty, "is no backup"),
    ):
        with pytest.raises(UsageError, match=told):
            restore(source, target)
    assert not empty.root.exists()


def test_a_backup_waits_for_the_load_that_is_under_way(home, folder):
    lock = os.open(home.root / ".load.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    told = []
    back_up(home, folder, note=lambda message: told.append(message) or os.close(lock))
    assert "waiting for it to end" in told[0]
    assert Backup.at(folder).is_whole


def test_decisions_of_people_are_kept_and_a_project_without_them_is_told(home, folder, empty, tmp_path):
    project = tmp_path / "project"
    shutil.copytree(PROJECT / "seeds", project / "seeds")
    shutil.copy(PROJECT / "pyproject.toml", project)
    decisions = project / "seeds/people/person_decisions.csv"
    decisions.write_text(decisions.read_text() + "a,b,link,me,2026-11-01,same\n", encoding="utf-8")
    back_up(home, folder, project=project)
    done = restore(folder, empty)
    assert done.notes == [
        "seeds/people/person_decisions.csv of the project is not what it was then: compare it with"
        f" {folder / 'seeds/people/person_decisions.csv'}"
    ]
    assert not (empty.root / "seeds").exists()


def test_an_encrypted_home_is_backed_up_as_it_lies(whole, folder, empty, tmp_path, monkeypatch, capsys):
    home = Home.at(shutil.copytree(whole["home"], tmp_path / "home", symlinks=True))
    file = tmp_path / "keys.csv"
    add_missing(file, [OPERATOR], Home.at(tmp_path / "none"))
    back_up(home, folder)
    monkeypatch.setenv(VARIABLE, str(file))
    encrypt(home)
    back_up(home, folder)
    assert not any(b"Ada Ltd" in path.read_bytes() for path in folder.rglob("*") if path.is_file())
    restore(folder, empty)
    assert contents(empty) == contents(home)
    assert verify(empty).faults == []
    monkeypatch.delenv(VARIABLE)
    assert main(["restore", str(folder), "--home", str(tmp_path / "third")]) == 1
    assert "is encrypted: set CITYMART_KEYS" in capsys.readouterr().err


# -- people who were forgotten after the backup ------------------------------------------------------


@pytest.fixture
def register(tmp_path) -> Home:
    """A home with the sample's register of electors."""
    home = Home.at(tmp_path / "home")
    status = main(["load", str(PROJECT / "sample/bexley/electoral_register"), "--home", str(home.root)])
    assert status == 0
    return home


def named(home: Home) -> list[tuple]:
    """(extract, number, reader, row) of each record of the register that names one person in full."""
    seeds, found = Seeds(), []
    for extract in sweeping.extracts(home, seeds):
        reader = extract.reader(seeds)
        for number, cells in enumerate(pq.read_table(extract.records)["cells"].to_pylist()):
            row = reader.read(cells)
            if len(row.named) == 1 and row.named[0].is_full:
                found.append((extract, number, reader, row))
    return found


def test_a_restore_takes_out_whom_newer_tombstones_keep_out(register, folder, empty):
    extract, number, reader, row = named(register)[0]
    one_of_them = row.named[0]
    clusters = ["theirs", "others"]
    small_home.name_persons(register, clusters)
    person = registered(register.root / "people")["theirs"]
    back_up(register, folder)
    # As `citymart forget` does, after the backup.
    stones = tombstones.fresh(register)
    keys = [*tombstones.kept_of(reader, row, one_of_them), (tombstones.PERSON, person)]
    tombstones.write(register, stones, "case", keys, "request 2026-114")

    without = Home.at(empty.root.with_name("without"))
    assert restore(folder, without).emptied == 0
    assert len(named(without)) == len(named(register))

    done = restore(folder, empty, stones=register.root)
    assert done.emptied >= 1 and done.forgotten_keys == 1
    left = {(each.id, at) for each, at, *_ in named(empty)}
    assert (extract.id, number) not in left
    assert len(left) == len(named(register)) - done.emptied
    assert set(registered(empty.root / "people")) == {"others"}
    assert history(empty.root / "people").to_pylist()[-1]["event"] == "forgotten"
    assert verify(empty).faults == []
    # The next load keeps them out, too.
    assert tombstones.read(empty).has(tombstones.PERSON, person) == {"case"}


def test_tombstones_of_another_home_are_refused(register, folder, empty, tmp_path):
    for home in (register, Home.at(tmp_path / "other")):
        tombstones.write(home, tombstones.fresh(home), "case", [("name", "A B")], "request 1")
    back_up(register, folder)
    with pytest.raises(CityMartError, match="another key than those of the backup"):
        restore(folder, empty, stones=tmp_path / "other")
    with pytest.raises(UsageError, match=r"has no forgotten.parquet"):
        restore(folder, Home.at(tmp_path / "third"), stones=tmp_path / "sent")
