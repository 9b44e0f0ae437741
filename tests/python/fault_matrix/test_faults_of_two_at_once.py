"""Two at once: the second waits or is told who is at it; what comes out is what one after the other gives.

One is held at a step until the other has come, so that they do meet.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
import small_mart
from client import Ended, Warm
from how_many import with_faults
from small_mart import current, each_release_is_logged_once
from state_of_home import deliveries, landed, tree


@pytest.fixture
def mart(warm, tmp_path):
    """`mart("publish", …)` begins a command on a home with a release and a build for the next."""
    candidate = small_mart.small_build(tmp_path / "two", 10)
    home = tmp_path / "home"
    first = warm.run(home, "publish", candidate=small_mart.small_build(tmp_path / "one", 8))
    assert first.status == 0, first.out + first.err

    def start(*words: object, fault: dict | None = None, watch: tuple[Path, ...] = ()):
        return warm.start(home, *words, candidate=candidate, fault=fault, watch=watch)

    start.home = home
    return start


def fine(ended: Ended) -> Ended:
    assert ended.status == 0, ended.out + ended.err
    return ended


def test_of_two_loads_the_second_waits_and_each_record_lands_once(warm: Warm, tmp_path):
    sent, alone, home = deliveries(tmp_path / "sent"), tmp_path / "alone", tmp_path / "home"
    reference = warm.run(alone, "load", sent)
    first = warm.start(home, "load", sent, fault={"hold_at": "rename .scratch/records.parquet*"})
    first.held()
    # It is held, too, where it should not come: it writes nothing but what says that it waits.
    second = warm.start(home, "load", sent, fault={"hold_at": "mkdir .scratch"})
    time.sleep(0.3)
    first.go()
    ended = first.ended()
    second.held()
    second.go()
    again = second.ended()
    assert "waiting for it to end" in again.out + again.err
    assert (ended.status, again.status) == (reference.status, reference.status)
    assert landed(home) == landed(alone)
    assert tree(home) == tree(alone)


def test_of_two_publishes_the_second_is_told_who_publishes(mart):
    first = mart("publish", fault={"hold_at": "rename published/releases/*"})
    first.held()
    second = mart("publish").ended()
    assert second.status == 1
    assert "`citymart publish` (process " in second.line and "wait for it, or stop it" in second.line
    assert current(mart.home).payments == 8
    first.go()
    fine(first.ended())
    assert current(mart.home).payments == 10
    assert each_release_is_logged_once(mart.home)


@with_faults
def test_a_build_while_one_publishes_is_told_who_publishes(mart):
    first = mart("publish", fault={"hold_at": "openat build/candidate/*"})
    first.held()
    second = mart("build").ended()
    assert second.status == 1 and "`citymart publish` (process " in second.line
    first.go()
    fine(first.ended())


@with_faults
def test_a_load_while_one_publishes_waits_for_nobody(warm, mart, tmp_path):
    publish = mart("publish", fault={"hold_at": "rename published/releases/*"})
    publish.held()
    assert warm.run(mart.home, "load", deliveries(tmp_path / "sent")).status == 1
    publish.go()
    fine(publish.ended())
    alone = tmp_path / "alone"
    warm.run(alone, "load", tmp_path / "sent")
    assert landed(mart.home) == landed(alone)
    shutil.rmtree(alone)
