"""A publish that is killed, at any moment, leaves the mart as it was; the next one completes."""

from __future__ import annotations

import os
import random
import signal
import time

import duckdb
import pytest
import tiny
from citymart.home import Home
from citymart.publishing import publish
from citymart.releases import current_release, releases_folder

TIMES = int(os.environ.get("FAULTS", "3"))
# The moment before each step that changes what is on the disk.
MOMENTS = ("_write_database", "fsync_folder", "make_current", "prune")


def payments(home: Home) -> int:
    with duckdb.connect(str(current_release(home).database), read_only=True) as con:
        return con.execute("select count(*) from marts.payments").fetchone()[0]


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_before_a_step_the_mart_is_whole_and_the_next_publish_completes(
    published_home, tiny_project, moment
):
    tiny.write_payments(published_home, [*tiny.ROWS, "4,Dee,4"])
    suicide = f"import os\npublishing.{moment} = lambda *a, **k: os.kill(os.getpid(), 9)"
    process = tiny.publish_elsewhere(published_home, tiny_project, before=suicide)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert payments(published_home) == (4 if moment == "prune" else 3)
    completes(published_home, tiny_project)


def test_killed_at_any_moment_the_mart_is_whole_and_the_next_publish_completes(published_home, tiny_project):
    rows = list(tiny.ROWS)
    for number in range(TIMES):
        rows.append(f"{number + 10},Dee,{number}")
        tiny.write_payments(published_home, rows)
        process = tiny.publish_elsewhere(published_home, tiny_project)
        time.sleep(random.uniform(0.2, 4))
        process.kill()
        process.communicate(timeout=60)
        assert payments(published_home) in (len(rows) - 1, len(rows))
        completes(published_home, tiny_project, rows=len(rows))


def completes(home: Home, project, rows: int = 4) -> None:
    assert publish(home, project=project).release is not None
    assert payments(home) == rows
    hidden = [path.name for path in [*home.published.glob(".*"), *releases_folder(home).glob(".*")]]
    assert hidden == []
