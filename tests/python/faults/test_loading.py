"""Every fault that the loader can see, done to a clean file of every subject: its reason, on its line."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
from citymart.deliveries import Delivery
from citymart.home import Home
from citymart.load import Limits, Outcome, load_files

sys.path.insert(0, str(Path(__file__).parent))

from clean_files import AS_OF, Clean, clean, pairs, subjects
from loading import FAULTS, LONGEST, Broken, Expected


def land(folder: Path, one: Clean, broken: dict[str, Broken]) -> tuple[Home, dict[str, Outcome]]:
    """The outcomes of files of one subject that are loaded together."""
    home = Home.at(folder / f"home-{one.subject}")
    deliveries = {}
    for name, each in broken.items():
        path = folder / one.subject / f"{name}-{each.name}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(each.content)
        deliveries[name] = Delivery(path, one.provider, one.subject, date.fromisoformat(AS_OF))
    outcomes = load_files(deliveries.values(), home, limits=Limits(longest_line=LONGEST)).outcomes
    return home, dict(zip(deliveries, outcomes, strict=True))


def wrong(home: Home, one: Clean, outcome: Outcome, expected: Expected) -> str | None:
    """What is not as expected; None where all is."""
    if expected.refused is not None:
        if outcome.status != "refused":
            return f"{outcome.status} and not refused"
        if expected.refused.lower() not in (outcome.message or "").lower():
            return f"refused, but since {outcome.message}"
        return None
    if outcome.status != "landed":
        return f"{outcome.status}: {outcome.message}"
    folder = home.landing / one.subject / one.provider
    receipt = json.loads((folder / f"{outcome.extract_id}.json").read_text(encoding="utf-8"))
    found = rejects(folder, outcome)
    if found != list(expected.rejected):
        return f"rejected {found} and not {list(expected.rejected)}"
    landed = [
        [cell or "" for cell in cells] for cells in read(folder / f"{outcome.extract_id}.parquet")["cells"]
    ]
    if expected.same is not None and landed != expected.same.rows:
        return f"other cells: {next(pair for pair in differing(landed, expected.same.rows))}"
    if expected.hint and not any(expected.hint in hint for hint in outcome.hints):
        return f"hints {outcome.hints}"
    if expected.note and not any(expected.note in note for note in receipt["notes"]):
        return f"notes {receipt['notes']}"
    told = (receipt["total_records"], receipt["encoding"] if expected.encoding else None)
    if told != (expected.totals, expected.encoding):
        return f"totals and encoding {told}"
    if receipt["blank_records"] < expected.skipped:
        return f"skipped {receipt['blank_records']}"
    if expected.first_line and receipt["first_record_line"] != expected.first_line:
        return f"first record on line {receipt['first_record_line']}"
    return None


def differing(found: list, expected: list) -> Iterator[tuple]:
    yield from (
        (at, pair) for at, pair in enumerate(zip(found, expected, strict=False)) if pair[0] != pair[1]
    )
    yield len(found), len(expected)


def read(path: Path) -> dict[str, list]:
    with path.open("rb") as file:
        return pq.read_table(file).to_pydict()


def rejects(folder: Path, outcome: Outcome) -> list[tuple[int, str]]:
    path = folder / "rejects" / f"{outcome.extract_id}.parquet"
    if not path.exists():
        return []
    table = read(path)
    return list(zip(table["line_number"], table["reason"], strict=True))


def test_a_clean_file_of_every_subject_lands_whole_and_nothing_is_said_of_it(tmp_path):
    for subject in subjects():
        one = clean(subject)
        broken = Broken(one.text().encode(), Expected(one, encoding="utf-8"))
        home, outcomes = land(tmp_path, one, {"clean": broken})
        outcome = outcomes["clean"]
        assert wrong(home, one, outcome, broken.expected) is None, subject
        assert (outcome.rejected, outcome.skipped, outcome.hints, outcome.notes) == (0, 0, [], []), subject


def test_every_fault_is_told_with_its_reason_and_line(tmp_path):
    wanted: dict[str, list[str]] = {}
    for name, subject in pairs(FAULTS):
        wanted.setdefault(subject, []).append(name)
    applied, told, failures, without = Counter(), Counter(), [], Counter()
    for subject, names in wanted.items():
        one = clean(subject)
        made = {name: FAULTS[name](one) for name in names}
        without.update(name for name, broken in made.items() if broken is None)
        broken = {name: each for name, each in made.items() if each is not None}
        home, outcomes = land(tmp_path, one, broken)
        for name, each in broken.items():
            said = wrong(home, one, outcomes[name], each.expected)
            applied[subject] += 1
            told[subject] += said is None
            failures += [f"{name} × {subject}: {said[:300]}"] if said else []
    table = "\n".join(f"{subject:22} {told[subject]:3} of {applied[subject]:3}" for subject in applied)
    print(f"\n{table}\n{len(FAULTS)} faults, {applied.total()} pairs; not to be done: {dict(without)}")
    assert not failures, f"{len(failures)} of {applied.total()}\n{table}\n" + "\n".join(failures)
    # What can't be done to a subject is told above, and is little: a file of one column has no other order.
    assert applied.total() >= 0.95 * len(list(pairs(FAULTS)))


def test_the_catalogue_of_the_loader_has_its_faults():
    assert len(FAULTS) >= 60
