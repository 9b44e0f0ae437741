"""Of the same records, a lake gives the same release; and it keeps what was released before."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
import tiny
from citymart.candidates import last_failure
from citymart.cli import main
from citymart.home import PROJECT, Home
from citymart.lake import CATALOGUE, DATA, Lake
from citymart.lake_releases import empty, record_releases
from citymart.publishing import publish, roll_back
from citymart.releases import Release, current_release

LATER = ["1,Ada Ltd,10.5", "2,Bo & Co,21", "4,Dee Ltd,7"]
PAYMENTS = "select * exclude landed_at from mart.marts.payments order by all"


def in_lake(home: Home, sql: str, snapshot: int | None = None) -> list[tuple]:
    with duckdb.connect() as con:
        Lake.of(home).attach(con, "mart", snapshot=snapshot)
        return con.execute(sql).fetchall()


def payments(release: Release) -> list[tuple]:
    with duckdb.connect(str(release.database), read_only=True) as con:
        return con.execute("select * exclude landed_at from marts.payments order by all").fetchall()


@pytest.fixture(scope="module")
def of_a_file(lake_project: Path, tmp_path_factory) -> Release:
    """What the default engine makes of the three payments."""
    home = Home.at(tmp_path_factory.mktemp("plain"))
    tiny.write_payments(home, tiny.ROWS)
    return publish(home, project=lake_project).release


def test_the_release_of_last_month_is_read_from_the_lake_and_is_the_file_that_was_published(
    home: Home, lake_project: Path, of_a_file: Release
) -> None:
    first = publish(home, project=lake_project, in_lake=True).release
    assert first.data_hash == of_a_file.data_hash, "types, comments and rows are those of the default engine"
    assert payments(first) == payments(of_a_file) == in_lake(home, PAYMENTS)
    assert not publish(home, project=lake_project, in_lake=True).new

    tiny.write_payments(home, LATER)
    second = publish(home, project=lake_project, in_lake=True).release
    assert payments(second) != payments(first)
    files = len(list(Path(Lake.of(home).data).rglob("*.parquet")))
    for _ in ("a day later the snapshots go", "and another day later their files"):
        record_releases(home, second, second.manifest["lake_snapshot"], grace=timedelta(0))
    assert len(list(Path(Lake.of(home).data).rglob("*.parquet"))) < files, "what no release needs has gone"

    for release in (first, second):
        snapshot = release.manifest["lake_snapshot"]
        assert in_lake(home, PAYMENTS, snapshot) == payments(release)
        at = f"mart.marts.payments at (version => {snapshot})"
        assert in_lake(home, PAYMENTS.replace("mart.marts.payments", at)) == payments(release)
    releases = "select release_id, is_current from mart.lake.releases order by 1"
    assert in_lake(home, releases) == [(first.id, False), (second.id, True)]
    roll_back(home)
    assert in_lake(home, releases) == [(first.id, True), (second.id, False)]

    empty(Lake.of(home))
    assert not list(Path(Lake.of(home).data).rglob("*.parquet")), "as when somebody is forgotten"


@pytest.mark.parametrize("home", ["file"], indirect=True)
def test_a_candidate_that_fails_in_the_lake_leaves_the_release_and_can_be_looked_at(
    home: Home, lake_project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = publish(home, project=lake_project, in_lake=True).release
    tiny.write_payments(home, ["1,Ada Ltd,-5"])
    failed = publish(home, project=lake_project, in_lake=True)
    assert failed.release is None
    assert "no payment is negative" in failed.failures[0]["sentence"]
    assert failed.failures[0]["examples"] == [{"payment_key": "1", "amount": "-5.0"}]
    assert last_failure(home)["failures"] == failed.failures
    assert current_release(home).id == first.id
    assert in_lake(home, PAYMENTS, first.manifest["lake_snapshot"]) == payments(first)

    assert main(["lake", "--home", str(home.root)]) == 0
    said = capsys.readouterr().out
    assert f"{first.id}  snapshot {first.manifest['lake_snapshot']}  (current)" in said
    attach = next(line for line in said.splitlines() if line.startswith("attach"))
    with duckdb.connect() as con:
        Lake.of(home).attach(con, "loads_the_extension")
        con.execute("detach loads_the_extension")
        con.execute(attach)
        assert con.execute(PAYMENTS).fetchall() == payments(first), "what it says to type"


@pytest.mark.parametrize("home", ["postgres"], indirect=True)
def test_three_read_whole_releases_while_others_are_published(home: Home, lake_project: Path) -> None:
    lake, folder = Lake.of(home), home.root.parent
    releases = [publish(home, project=lake_project, in_lake=True).release]
    results = [folder / f"reader{number}.json" for number in range(3)]
    reader = [sys.executable, str(Path(__file__).with_name("reader.py")), lake.catalogue, lake.data]
    environment = {"PYTHONPATH": str(PROJECT / "scripts"), "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    readers = [
        subprocess.Popen([*reader, str(folder / "stop"), str(result), "0"], env=environment)
        for result in results
    ]
    try:
        for amount in (11, 12):
            tiny.write_payments(home, [f"{number},Ada Ltd,{amount}" for number in range(amount)])
            releases.append(publish(home, project=lake_project, in_lake=True).release)
    finally:
        (folder / "stop").touch()
        assert [process.wait(120) for process in readers] == [0, 0, 0]
    hashes = {
        release.id: {
            f"{each['schema']}.{each['table']}": [each["hash"]] for each in release.manifest["tables"]
        }
        for release in releases
    }
    for result in results:
        seen = json.loads(result.read_text(encoding="utf-8"))
        assert seen["reads"] > 1
        for name, digests in seen["released"].items():
            assert digests == hashes[name], "a release is read whole, and never another's rows"


def test_what_does_not_fit_is_one_sentence_that_tells_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*arguments: str) -> str:
        assert main(["--home", str(tmp_path), *arguments]) in (1, 2)
        sentence = capsys.readouterr().err
        assert sentence.count("\n") == 1
        return sentence

    assert "--target lake` makes one" in said("lake")
    assert "goes with --target lake" in said("build", "--provider", "camden")
    assert "open to one process at a time" in said("build", "--target", "lake", "--provider", "camden")
    monkeypatch.setenv(CATALOGUE, "postgres:dbname=city host=/nowhere password=secret")
    monkeypatch.setenv(DATA, str(tmp_path))
    assert "PGPASSWORD" in said("build", "--target", "lake")
    monkeypatch.setenv(CATALOGUE, "postgres:postgresql://me:secret@db/city")
    assert "secret" not in said("build", "--target", "lake")
    monkeypatch.setenv(CATALOGUE, "postgres:dbname=city host=/nowhere")
    assert "can't be opened" in said("lake")
    monkeypatch.setenv(CATALOGUE, str(tmp_path / "catalogue"))
    (tmp_path / "landing.parquet").touch()
    assert "a folder of its own" in said("build", "--target", "lake")
    assert (tmp_path / "landing.parquet").exists()
    monkeypatch.setenv(CATALOGUE, "postgres:dbname=city host=/nowhere")
    assert "no provider atlantis" in said("build", "--target", "lake", "--provider", "atlantis")
    monkeypatch.delenv(DATA)
    assert DATA in said("build", "--target", "lake")
