"""A clock that goes back: what comes later still counts as later."""

from __future__ import annotations

import json
from pathlib import Path

import small_mart
from client import Ended, Warm
from small_mart import current, each_release_is_logged_once
from state_of_home import payments

DAY = 86_400


def test_a_release_after_the_clock_went_back_is_the_newest_all_the_same(warm: Warm, tmp_path: Path):
    home = tmp_path / "home"

    def publish(*more: object, rows: int, clock: float) -> Ended:
        build = tmp_path / str(rows)
        if not build.exists():
            small_mart.small_build(build, rows)
        done = warm.run(home, "publish", *more, candidate=build, clock=clock)
        assert done.status == 0, done.out + done.err
        return done

    ids = []
    for rows, clock in ((8, 2 * DAY), (9, 0), (10, -DAY)):
        publish(rows=rows, clock=clock)
        assert current(home).payments == rows
        ids.append(current(home).release_id)
    assert ids == sorted(ids)
    assert each_release_is_logged_once(home)
    publish("--rollback", rows=8, clock=0)
    assert current(home).payments == 9
    publish("--keep", 2, rows=11, clock=-DAY)
    assert current(home).payments == 11
    assert sorted(path.name for path in (home / "published" / "releases").iterdir())[0] == ids[2]


def test_a_correction_that_lands_after_the_clock_went_back_counts(warm: Warm, tmp_path: Path):
    file, home = tmp_path / "sent/camden/spending/2024-03-31.csv", tmp_path / "home"
    file.parent.mkdir(parents=True)
    for rows, clock in ((8, DAY), (9, 0)):
        file.write_bytes(payments("Ada", rows))
        assert warm.run(home, "load", file.parents[2], clock=clock).status == 0
    receipts = [json.loads(path.read_text()) for path in (home / "landing/spending/camden").glob("*.json")]
    newest = max(receipts, key=lambda receipt: receipt["landed_at"])
    assert [receipt["landed_rows"] for receipt in receipts if receipt is newest] == [9]
    assert len({receipt["landed_at"] for receipt in receipts}) == 2
    # And the first once more, for a later day: a declaration is later than all that has landed, too.
    file.rename(file.with_name("2024-04-30.csv"))
    assert warm.run(home, "load", file.parents[2], clock=-DAY).status == 0
    receipts = [json.loads(path.read_text()) for path in (home / "landing/spending/camden").glob("*.json")]
    newest = max(receipts, key=lambda receipt: receipt["landed_at"])
    assert newest["as_of_date"] == "2024-04-30"
