"""What a release is, when there is a new one, and that a reader never notices how it came about."""

from __future__ import annotations

import os
import shutil

import duckdb
import pytest
import tiny
from citymart.candidates import failed_folder, last_failure
from citymart.cli import main
from citymart.errors import CityMartError
from citymart.hashing import file_sha256
from citymart.home import Home
from citymart.lock import build_lock
from citymart.publishing import publish, roll_back
from citymart.releases import current_release, releases_folder


def names(home: Home) -> list[str]:
    return sorted(path.name for path in releases_folder(home).iterdir())


def test_publishing_the_same_data_again_publishes_nothing(published_home, tiny_project):
    before = current_release(published_home)
    again = publish(published_home, project=tiny_project)
    assert not again.new
    assert again.release.data_hash == before.data_hash
    assert names(published_home) == [before.id]


def test_the_hash_knows_neither_the_order_of_rows_nor_the_place_of_the_mart(
    published_home, tiny_project, tmp_path, monkeypatch
):
    elsewhere = Home.at(tmp_path / "another" / "home")
    tiny.write_payments(elsewhere, tiny.ROWS[::-1])
    monkeypatch.setenv("TINY_ORDER", "payment_key desc")
    other = publish(elsewhere, project=tiny_project)
    assert other.release.data_hash == current_release(published_home).data_hash


def test_a_changed_value_makes_a_new_release_and_keeps_the_old_one(published_home, tiny_project):
    before = current_release(published_home)
    tiny.write_payments(published_home, [*tiny.ROWS[:2], "3,Cy plc,30.26"])
    published = publish(published_home, project=tiny_project)
    assert published.new
    assert current_release(published_home).id == published.release.id != before.id
    assert before.database.exists()
    with duckdb.connect(str(published.release.database), read_only=True) as con:
        costs = con.execute("select model, rows, rows_before, seconds_before > 0 from market.build_costs")
        assert ("marts.payments", 3, 3, True) in costs.fetchall()


def test_a_rollback_makes_the_release_before_current_and_says_so(published_home, tiny_project, capsys):
    first = current_release(published_home)
    tiny.write_payments(published_home, [*tiny.ROWS[:2], "3,Cy plc,30.26"])
    second = publish(published_home, project=tiny_project).release
    assert main(["publish", "--rollback", "--home", str(published_home.root)]) == 0
    assert f"went back from {second.id} to {first.id}" in capsys.readouterr().out
    assert current_release(published_home).id == first.id
    assert second.database.exists()
    assert main(["publish", "--rollback", "--home", str(published_home.root)]) == 1
    assert f"no release before {first.id} is kept" in capsys.readouterr().err
    assert current_release(published_home).id == first.id


def test_a_rollback_to_half_a_release_leaves_the_current_one(published_home):
    (releases_folder(published_home) / "00000000T000000.000Z-half").mkdir()
    with pytest.raises(CityMartError, match="not a whole release"):
        roll_back(published_home)
    assert current_release(published_home)


def test_only_the_newest_releases_are_kept_and_always_the_current_one(published_home, tiny_project):
    for amount in (31, 32):
        tiny.write_payments(published_home, [f"1,Ada Ltd,{amount}"])
        last = publish(published_home, keep=1, project=tiny_project)
    assert names(published_home) == [last.release.id]


def test_the_link_is_relative_so_that_a_home_can_be_moved(published_home, tmp_path):
    assert not (published_home.published / "current").readlink().is_absolute()
    shutil.copytree(published_home.published, tmp_path / "moved" / "published", symlinks=True)
    assert current_release(Home.at(tmp_path / "moved")).database.exists()


def test_a_release_carries_comments_its_key_order_and_what_the_manifest_says(published_home):
    release = current_release(published_home)
    with duckdb.connect(str(release.database), read_only=True) as con:
        assert con.execute(
            "select comment from duckdb_tables() where table_name = 'payments'"
        ).fetchone() == ("It's one row a payment.",)
        assert con.execute(
            "select comment from duckdb_columns() where column_name = 'payment_key'"
        ).fetchone() == ("Its number.",)
        assert con.execute("select payment_key from marts.payments").fetchall() == [(1,), (2,), (3,)]
        assert con.execute("select payments from market.coverage").fetchall() == [(3,)]
    (file,) = release.manifest["files"]
    assert file == {
        "file": "city_data_mart.duckdb",
        "bytes": release.database.stat().st_size,
        "sha256": file_sha256(release.database),
    }
    assert [(t["schema"], t["table"], t["rows"]) for t in release.manifest["tables"]] == [
        ("marts", "payments", 3),
        ("market", "coverage", 1),
    ]
    assert release.manifest["code"]["version"] == "9.9.9"


def test_a_failing_test_keeps_the_old_release_and_shows_the_rows(published_home, tiny_project):
    before = current_release(published_home)
    tiny.write_payments(published_home, [*tiny.ROWS, "4,Dee,-7"])
    outcome = publish(published_home, project=tiny_project)
    assert outcome.release is None
    assert current_release(published_home).id == before.id
    (failure,) = outcome.failures
    assert failure["sentence"].startswith("“no payment is negative” does not hold in 1 row.")
    assert failure["examples"] == [{"payment_key": "4", "amount": "-7.0"}]
    assert (failed_folder(published_home) / "mart.duckdb").exists()
    assert last_failure(published_home)["failures"] == outcome.failures


def test_a_model_that_cannot_be_built_is_told_in_a_sentence(published_home, tiny_project):
    tiny.write_payments(published_home, ["one,Ada Ltd,10"])
    (failure,) = publish(published_home, project=tiny_project).failures
    assert failure["sentence"].startswith("model payments could not be built: ")
    assert "\n" not in failure["sentence"]
    assert current_release(published_home) is not None


def test_a_publish_that_succeeds_forgets_the_last_failure(published_home, tiny_project):
    tiny.write_payments(published_home, ["4,Dee,-7"])
    publish(published_home, project=tiny_project)
    tiny.write_payments(published_home, ["4,Dee,7"])
    assert publish(published_home, project=tiny_project).new
    assert last_failure(published_home) is None


def test_a_reader_of_the_old_release_goes_on_while_a_new_one_appears(published_home, tiny_project):
    link = published_home.published / "current" / "city_data_mart.duckdb"
    with duckdb.connect(str(link), read_only=True) as reader:
        tiny.write_payments(published_home, ["1,Ada Ltd,1"])
        assert publish(published_home, keep=1, project=tiny_project).new
        assert reader.execute("select count(*), sum(amount) from marts.payments").fetchone() == (3, 60.75)
    with duckdb.connect(str(current_release(published_home).database), read_only=True) as reader:
        assert reader.execute("select count(*) from marts.payments").fetchone() == (1,)


def test_two_builds_of_one_home_never_meet_and_the_second_is_told_who_builds(home, tiny_project):
    with build_lock(home, "build"), pytest.raises(CityMartError) as told:
        publish(home, project=tiny_project)
    assert f"`citymart build` (process {os.getpid()}) has been building since" in str(told.value)
    assert publish(home, project=tiny_project).new


def test_what_a_killed_run_has_left_is_swept(published_home, tiny_project):
    left = [
        releases_folder(published_home) / ".20200101T000000Z-00000000.tmp" / "city_data_mart.duckdb",
        published_home.published / ".current.99",
        published_home.build / "candidate" / "mart.duckdb.wal",
    ]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("half", encoding="utf-8")
    publish(published_home, project=tiny_project)
    assert [path for path in left if path.exists()] == []


def test_a_publish_goes_on_with_the_candidate_of_the_last_one(published_home, tiny_project):
    publish(published_home, project=tiny_project)
    kept = published_home.build / "candidate" / "mart.duckdb"
    with duckdb.connect(str(kept)) as con:
        con.execute("create table staging.of_the_test as select 1 as one")
    tiny.write_payments(published_home, ["4,Dee,-7"])
    assert not publish(published_home, project=tiny_project).run.passed
    assert not kept.exists(), "it lies where it can be looked at"
    tiny.write_payments(published_home, ["4,Dee,7"])
    assert publish(published_home, project=tiny_project).new
    with duckdb.connect(str(kept), read_only=True) as con:
        assert con.execute("select one from staging.of_the_test").fetchall() == [(1,)]
    publish(published_home, project=tiny_project, anew=True)
    with duckdb.connect(str(kept), read_only=True) as con:
        assert "of_the_test" not in [
            name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()
        ]


def test_a_candidate_that_cannot_be_read_is_begun_anew(published_home, tiny_project):
    publish(published_home, project=tiny_project)
    kept = published_home.build / "candidate" / "mart.duckdb"
    kept.write_bytes(b"no database")
    tiny.write_payments(published_home, ["4,Dee,7"])
    told: list[str] = []
    assert publish(published_home, project=tiny_project, note=told.append).new
    assert "the last candidate can't be read: all is built anew" in told


def test_a_table_whose_model_is_gone_is_in_no_release(published_home, tiny_project):
    extra = tiny_project / "models" / "marts" / "extra.sql"
    extra.write_text("select 1 as one\n", encoding="utf-8")
    assert "extra" in [
        t["table"] for t in publish(published_home, project=tiny_project).release.manifest["tables"]
    ]
    extra.unlink()
    release = publish(published_home, project=tiny_project).release
    assert [t["table"] for t in release.manifest["tables"]] == ["payments", "coverage"]


def test_nothing_of_another_schema_is_in_the_bytes_of_a_release(published_home):
    release = current_release(published_home)
    with duckdb.connect(str(release.database), read_only=True) as con:
        found = con.execute("select distinct schema_name from duckdb_tables()").fetchall()
    assert sorted(found) == [("market",), ("marts",)]
    assert b"not for readers" not in release.database.read_bytes()
