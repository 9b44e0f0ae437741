"""Keys of persons that stay: a next delivery never renames a person who is still one.

The registry is a Parquet file that forgets nothing: which record has which key, and what became of keys. A
key is random, so it says nothing of the person, and is never given twice. Losing the file renames everybody:
it belongs into a backup.
"""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from .. import at_rest
from ..disk import written_anew
from ..errors import CityMartError

KEYS = pa.schema([("record_id", pa.string()), ("person_key", pa.string())])
HISTORY = pa.schema(
    [
        ("person_key", pa.string()),
        ("event", pa.string()),
        ("other_person_key", pa.string()),
        ("records", pa.int64()),
        ("happened_at", pa.timestamp("us", tz="UTC")),
    ]
)
"""`event`: `created`; `merged_into` the other key (this one is not used any more); `split_from` the other key
(this one is new); `forgotten` at the person's request. `records` are those that went from one to the other,
or from the one that is forgotten."""


def keyed(clusters: pa.Table, folder: Path, *, new_key: Callable[[], str] | None = None) -> pa.Table:
    """`record_id, person_key, cluster_id` of each record of `clusters` (`record_id, cluster_id`).

    A cluster keeps the key that most of its records had, if no other cluster has more of that key's records.
    The registry in `folder` remembers records that are not delivered any more, and `history.parquet` beside
    it what happened to keys. Raises `CityMartError` when the registry can't be read: without it everybody
    would be renamed.
    """
    new_key = new_key or (lambda: secrets.token_hex(16))
    registry = folder / "keys.parquet"
    try:
        before = registered(folder)
        events = history(folder)
    except (pa.ArrowException, OSError) as error:
        raise CityMartError(
            f"{folder} can't be read ({error}): it holds the keys of persons; bring it back from a backup."
            " Deleting the folder would give every person a new key."
        ) from None
    now = dict(_pairs(clusters.select(["record_id", "cluster_id"])))

    had: dict[str, Counter[str]] = defaultdict(Counter)
    for record, cluster in now.items():
        if record in before:
            had[cluster][before[record]] += 1
    wishes = sorted(
        ((-count, key, cluster) for cluster, keys in had.items() for key, count in keys.items()),
    )
    key_of: dict[str, str] = {}
    taken: set[str] = set()
    for _, key, cluster in wishes:
        if cluster not in key_of and key not in taken:
            key_of[cluster] = key
            taken.add(key)
    happened, at = [], datetime.now(UTC)
    for cluster in sorted(set(now.values())):
        if cluster not in key_of:
            key_of[cluster] = new_key()
            if not had[cluster]:
                happened.append((key_of[cluster], "created", None, 0))
        for key, count in sorted(had[cluster].items()):
            if key == key_of[cluster]:
                continue
            if key in taken:
                happened.append((key_of[cluster], "split_from", key, count))
            else:
                happened.append((key, "merged_into", key_of[cluster], count))
    # What is not delivered now was of the person that it is merged into, should it come back.
    merged = {key: other for key, event, other, _ in happened if event == "merged_into"}
    keys = {record: key_of[cluster] for record, cluster in sorted(now.items())}
    known = {record: merged.get(key, key) for record, key in before.items()} | keys
    if known != before:
        news = pa.table(
            {name: [event[i] for event in happened] for i, name in enumerate(HISTORY.names[:4])}
            | {"happened_at": [at] * len(happened)},
            schema=HISTORY,
        )
        # the history first: a key whose fate is told twice does no harm, one whose fate is lost does
        _write(pa.concat_tables([events, news]), folder / "history.parquet")
        _write(_table(dict(sorted(known.items()))), registry)
    return _table(keys).append_column("cluster_id", pa.array([now[record] for record in keys], pa.string()))


def registered(folder: Path) -> dict[str, str]:
    """Record → key of its person, as the registry in `folder` has it."""
    file = folder / "keys.parquet"
    return dict(_pairs(at_rest.read_table(file, KEYS))) if file.exists() else {}


def follow(happened: pa.Table, person: str) -> str:
    """The key that a person has now whose key was merged into another's."""
    merged = {
        row["person_key"]: row["other_person_key"]
        for row in happened.to_pylist()
        if row["event"] == "merged_into"
    }
    seen = set()
    while person in merged and person not in seen:
        seen.add(person)
        person = merged[person]
    return person


def forget(folder: Path, persons: Sequence[str], records: Collection[str] = ()) -> int:
    """Take persons, and records that are the first one's too, out of the registry: how many records. That the
    keys are forgotten stays in the history.
    """
    gone: Counter[str] = Counter()
    left = {}
    for record, person in registered(folder).items():
        if person in persons or record in records:
            gone[person if person in persons else persons[0]] += 1
        else:
            left[record] = person
    if not gone:
        return 0
    now = datetime.now(UTC)
    events = [(person, "forgotten", None, count, now) for person, count in sorted(gone.items())]
    news = pa.Table.from_pylist(
        [dict(zip(HISTORY.names, event, strict=True)) for event in events], schema=HISTORY
    )
    _write(pa.concat_tables([history(folder), news]), folder / "history.parquet")
    _write(_table(left), folder / "keys.parquet")
    return gone.total()


def _pairs(table: pa.Table) -> Iterator[tuple[str, str]]:
    return zip(*(column.to_pylist() for column in table.columns), strict=True)


def _table(keys: dict[str, str]) -> pa.Table:
    return pa.table({"record_id": list(keys), "person_key": list(keys.values())}, schema=KEYS)


def _write(table: pa.Table, file: Path) -> None:
    with written_anew(file) as fresh:
        at_rest.write_table(table, fresh)


def history(folder: Path) -> pa.Table:
    """What happened to keys (`HISTORY`), as the registry in `folder` has it."""
    file = folder / "history.parquet"
    return at_rest.read_table(file, HISTORY) if file.exists() else HISTORY.empty_table()
