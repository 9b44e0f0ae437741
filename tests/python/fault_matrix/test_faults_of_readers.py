"""Readers while one publishes: no error, no set of files of two releases, never an older one than before."""

from __future__ import annotations

import threading
from pathlib import Path

import small_mart
from client import Warm
from how_many import FAULTS
from small_mart import current

PUBLISHES, READS = (100, 1_000) if FAULTS else (5, 50)


def test_readers_have_whole_releases_each_newer_than_the_last(warm: Warm, tmp_path: Path):
    home = tmp_path / "home"
    # No two that follow each other have as many payments, so that files of two releases are told apart.
    builds = [small_mart.small_build(tmp_path / str(payments), payments) for payments in (8, 9, 10)]

    def publish(number: int) -> None:
        # All are kept: whoever has read the link of a release has the time to read its files.
        done = warm.run(home, "publish", "--keep", PUBLISHES + 1, candidate=builds[number % 3])
        assert done.status == 0, done.out + done.err

    publish(0)
    faults: list[BaseException] = []

    def publish_all() -> None:
        try:
            for number in range(1, PUBLISHES + 1):
                publish(number)
        except BaseException as error:
            faults.append(error)

    publisher = threading.Thread(target=publish_all)
    publisher.start()
    seen = [current(home)]
    while publisher.is_alive() or len(seen) < READS:
        seen.append(current(home))
    publisher.join()
    assert not faults
    ids = [each.release_id for each in seen]
    assert ids == sorted(ids)
    assert len(set(ids)) > PUBLISHES // 10
    assert len(list((home / "published" / "releases").iterdir())) == PUBLISHES + 1
    print(f"{len(seen):,} reads of {len(set(ids))} releases over {PUBLISHES} publishes")
