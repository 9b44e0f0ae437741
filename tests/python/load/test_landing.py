"""What appears in the landing appears whole, once, and stays."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import random
import subprocess
import threading
import time

import duckdb
import pyarrow.parquet as pq
import pytest
from citymart import landing
from citymart.home import Home
from citymart.placeholders import ensure_landing

HEADER = b"Supplier Name,Amount,Department\n"
GOOD = HEADER + b"Acme Ltd,10.00,Housing\nBeta Ltd,20.00,Parks\n"


def test_the_same_bytes_land_once(land):
    first = land(GOOD)
    before = {path: path.stat().st_mtime_ns for path in land.place.rglob("*")}
    again = land(GOOD, "2024-03-31-copy.csv")
    assert (first.status, again.status) == ("landed", "already landed")
    assert {path: path.stat().st_mtime_ns for path in land.place.rglob("*")} == before


def test_the_same_bytes_for_another_date_are_a_receipt_more(land):
    first = land(GOOD)
    again = land(GOOD, "2024-04-30.csv", as_of="2024-04-30")
    assert again.status == "landed again"
    receipt = json.loads((land.place / f"{first.extract_id}@2024-04-30.json").read_text())
    assert (receipt["as_of_date"], receipt["source_file"]) == ("2024-04-30", "2024-04-30.csv")
    assert land(GOOD, "2024-04-30.csv", as_of="2024-04-30").status == "already landed"
    assert len(list(land.place.glob("*.parquet"))) == 1


def test_a_file_with_one_changed_row_is_another_extract(land):
    assert land(GOOD).extract_id != land(GOOD.replace(b"10.00", b"10.01")).extract_id


def test_the_receipt_has_every_key_of_the_contract(land, project):
    import re

    contract = (project / "docs" / "landing.md").read_text(encoding="utf-8").partition("## The receipt")[2]
    rows = re.findall(r"^\| (`[^|]+) \|", contract.partition("## Column names")[0], re.MULTILINE)
    keys = {key for row in rows for key in re.findall(r"`(\w+)`", row)}
    assert set(land.receipt(land(GOOD))) == keys


def test_the_receipt_tells_the_bytes_that_came_and_the_bytes_that_landed(land):
    outcome = land(GOOD)
    receipt = land.receipt(outcome)
    landed = (land.place / f"{outcome.extract_id}.parquet").read_bytes()
    assert receipt["source_sha256"] == hashlib.sha256(GOOD).hexdigest()
    assert (receipt["landing_bytes"], receipt["landing_sha256"]) == (
        len(landed),
        hashlib.sha256(landed).hexdigest(),
    )


def test_records_that_have_no_receipt_are_cleared_away_by_the_next_load(land):
    outcome = land(GOOD)
    (land.place / f"{outcome.extract_id}.json").unlink()
    (land.place / ".half.json.1.tmp").write_text("{")
    assert land(HEADER + b"Gamma,1.00,Parks\n").status == "landed"
    assert not (land.place / f"{outcome.extract_id}.parquet").exists()
    assert not list(land.place.glob(".*"))


@pytest.mark.parametrize("step", ["records", "receipt"])
def test_a_disk_that_fills_up_is_one_line_and_loses_nothing(land, monkeypatch, step):
    first = land(GOOD)

    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(pq.ParquetWriter, "write_batch", full) if step == "records" else patch.setattr(
            landing.at_rest, "write_text", full
        )
        outcome = land(GOOD.replace(b"Acme", b"Omega"), "2024-04-30.csv")
    assert outcome.status == "failed"
    assert "is full" in outcome.message and "\n" not in outcome.message
    assert land(GOOD).status == "already landed"
    assert land.receipt(first)["landed_rows"] == 2
    assert land(GOOD.replace(b"Acme", b"Omega"), "2024-04-30.csv").status == "landed"
    assert not list(land.place.rglob("*.tmp"))


def test_a_disk_that_is_full_indeed_is_one_line(land, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", small], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small file system can't be mounted here")
    try:
        land.home = Home.at(small / "home")
        assert land(GOOD).status == "landed"
        rows = b"".join(
            b"Supplier %d,%d.00,Parks\n" % (n, random.Random(n).getrandbits(99)) for n in range(50_000)
        )
        for limits in ({}, {"fast_from": 0}):
            outcome = land(HEADER + rows, "2024-04-30.csv", **limits)
            assert outcome.status == "failed"
            assert "is full" in outcome.message
        assert land(GOOD).status == "already landed"
    finally:
        subprocess.run(["umount", small], check=False)


def test_a_home_that_can_not_be_made_is_one_line(land, tmp_path):
    (tmp_path / "a_file").write_text("")
    land.home = Home.at(tmp_path / "a_file" / "home")
    with pytest.raises(landing.NotWritten):
        land(GOOD)


def test_a_second_load_says_that_it_waits_and_then_goes_on(land):
    land.home.root.mkdir()
    said = []
    with (land.home.root / ".load.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = threading.Thread(target=lambda: _hold(land.home, said))
        waiting.start()
        while not said:
            time.sleep(0.01)
        assert "waiting" in said[0]
    waiting.join(timeout=10)
    assert said[-1] == "held"


def _hold(home: Home, said: list[str]) -> None:
    with landing.loading(home, said.append):
        said.append("held")


def test_globs_over_an_empty_landing_find_files_without_rows(tmp_path):
    home = Home.at(tmp_path)
    ensure_landing(home, ["spending"])
    before = {path: path.stat().st_mtime_ns for path in home.landing.rglob("*")}
    ensure_landing(home, ["spending"])
    assert {path: path.stat().st_mtime_ns for path in home.landing.rglob("*")} == before
    for query in (
        f"from read_parquet('{home.landing}/spending/*/*.parquet')",
        f"from read_parquet('{home.landing}/*/*/rejects/*.parquet')",
        f"from read_json('{home.landing}/*/*/*.json', columns={{extract_id: 'VARCHAR'}})",
    ):
        assert duckdb.connect().execute(query).fetchall() == []


def test_leftovers_behind_a_link_are_not_ours_to_clear(land, tmp_path):
    elsewhere = tmp_path / "elsewhere" / "spending"
    (elsewhere / "camden" / "rejects").mkdir(parents=True)
    (elsewhere / "camden" / "kept.parquet").write_text("")
    land(GOOD)
    (land.home.landing / "linked").symlink_to(elsewhere)
    (land.home.landing / "spending" / "linked").symlink_to(elsewhere / "camden")
    assert landing.clear_leftovers(land.home) == 0
    assert (elsewhere / "camden" / "kept.parquet").exists()


def test_two_landings_of_one_run_are_told_apart_by_their_time(land):
    first, second = land(GOOD), land(GOOD.replace(b"Acme", b"Omega"))
    assert land.receipt(first)["landed_at"] < land.receipt(second)["landed_at"]


def test_a_wide_table_of_empty_cells_is_written_in_small_batches(tmp_path):
    writer = landing.Writer(tmp_path, "camden", "x")
    for line in range(2_000):
        writer.land(line, [""] * 5_000)
        assert len(writer._cells) * 5_000 <= 1_100_000


def _counts(land, outcome) -> tuple[str, str | None]:
    """The day and the end of the period of the receipt that landed last."""
    receipts = [json.loads(path.read_text()) for path in land.place.glob(f"{outcome.extract_id}*.json")]
    newest = max(receipts, key=lambda receipt: receipt["landed_at"])
    return newest["as_of_date"], newest["period_to"]


def test_a_wrong_date_is_put_right_by_declaring_the_right_one_again(land):
    first = land(GOOD, as_of="2024-03-31")
    assert land(GOOD, as_of="2034-03-31").status == "landed again"
    again = land(GOOD, as_of="2024-03-31")
    assert again.status == "landed again"
    assert "as of 2034-03-31, which gives way; now declared as of 2024-03-31" in again.message
    assert _counts(land, first)[0] == "2024-03-31"
    assert land(GOOD, as_of="2024-03-31").status == "already landed"


def test_another_period_is_another_declaration(land):
    from dataclasses import replace
    from datetime import date

    first = land(GOOD)
    march = replace(
        land.delivery(land.folder / "2024-03-31.csv"),
        period_from=date(2024, 3, 1),
        period_to=date(2024, 3, 31),
    )
    assert land.load(march)[0].status == "landed again"
    assert land.load(march)[0].status == "already landed"
    assert _counts(land, first) == ("2024-03-31", "2024-03-31")


@pytest.mark.parametrize("days", [("2024-03-31", "2024-04-30"), ("2024-04-30", "2024-03-31")])
def test_of_the_same_bytes_for_two_days_the_later_day_counts_however_often_they_are_loaded(land, days):
    deliveries = []
    for day in days:
        (land.folder / f"{day}.csv").write_bytes(GOOD)
        deliveries.append(land.delivery(land.folder / f"{day}.csv", day))
    first, again = land.load(*deliveries)
    assert (first.status, again.status) == ("landed", "landed again")
    for _ in range(2):
        assert _counts(land, first)[0] == "2024-04-30"
        assert [outcome.status for outcome in land.load(*deliveries)] == ["already landed"] * 2
