"""A home that comes from a backup: who was forgotten since is taken out of it, by the tombstones."""

from __future__ import annotations

import pyarrow as pa

from ..home import Home
from ..layouts import Seeds
from . import keys, sweeping, tombstones
from .tombstones import PERSON

TAKEN_OUT = "A note was taken out: it named somebody who is forgotten."


def keep_out(home: Home, seeds: Seeds, happened: pa.Table) -> tuple[int, int]:
    """Empties the records that forgetting had emptied, and takes their persons out of the registry: how many
    records of each. `happened` is the history of keys, which tells whose key was merged into whose.

    The caller holds the landing. What is killed half-way is done by running it again.
    """
    stones = tombstones.read(home)
    if not stones:
        return 0, 0
    emptied = sweeping.sweep_landing(
        home,
        seeds,
        stones,
        pointed=True,
        scrub=lambda note: TAKEN_OUT if stones.in_text(note) else note,
    )
    folder = tombstones.folder(home)
    known = set(keys.registered(folder).values())
    gone = [person for person in sorted(known) if stones.has(PERSON, keys.follow(happened, person))]
    return sum(map(len, emptied.values())), keys.forget(folder, gone) if gone else 0
