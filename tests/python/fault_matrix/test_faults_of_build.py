"""A build that is killed, wherever, dbt and all: no person is renamed, and the next build completes."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import state_of_home
import tiny
from citymart.home import Home
from client import KILLED, Ended, Warm
from how_many import FAULTS, chances, moments, with_faults
from state_of_home import tree

ROWS = [f"{n},Supplier {n // 2},{n}.50" for n in range(1, 9)]
# Supplier 4 has a record already, and supplier 9 is new.
SENT = state_of_home.payments("Ada", 5)
MORE = [*ROWS, "9,Supplier 4,9.50", "18,Supplier 9,18.50"]
PERSONS = {
    "models/staging/clusters.sql": (
        "select payment_key::varchar as record_id, supplier as cluster_id from {{ ref('payments') }}\n"
    ),
    "models/staging/landed.sql": """\
select * from read_parquet('{{ env_var('CITYMART_HOME') }}/landing/spending/*/*.parquet')
""",
    "models/staging/person_keys.py": """\
from citymart.home import Home
from citymart.people.keys import keyed


def model(dbt, session):
    dbt.config(materialized="table")
    return keyed(dbt.ref("clusters").to_arrow_table(), Home.at().root / "people")
""",
}
# Between the two halves of the registry of keys.
FEW = ("rename people/.keys.parquet.N.ID → people/keys.parquet",)


def keys_of(home: Path) -> dict[str, str]:
    """Record → the key of its person."""
    rows = pq.read_table(home / "people" / "keys.parquet").to_pylist()
    return {row["record_id"]: row["person_key"] for row in rows}


@dataclass
class Case:
    """A home that is built, and more payments for the next build."""

    warm: Warm
    project: Path
    start: Path
    work: Path
    reference: Ended
    sent: Path
    persons: dict[str, str]
    names: set[str]

    def build(self, fault: dict | None = None) -> Ended:
        return self.warm.run(self.work, "build", project=self.project, fault=fault)

    def fresh(self) -> None:
        # One place for all: dbt parses a project anew for a database elsewhere, which takes seconds.
        shutil.rmtree(self.work)
        shutil.copytree(self.start, self.work)

    def holds(self) -> None:
        assert self.persons.items() <= keys_of(self.work).items()

    def completes(self) -> None:
        again = self.build()
        assert again.status == 0, again.out + again.err
        assert tree(self.work) == self.names
        keys = keys_of(self.work)
        assert self.persons.items() <= keys.items()
        assert keys.keys() == {row.split(",")[0] for row in MORE}
        assert keys["8"] == keys["9"] and keys["18"] not in self.persons.values()
        history = pq.read_table(self.work / "people" / "history.parquet").to_pylist()
        created = Counter(row["person_key"] for row in history if row["event"] == "created")
        assert {created[key] for key in keys.values()} == {1}


@pytest.fixture(scope="module")
def case(warm, tmp_path_factory) -> Case:
    folder = tmp_path_factory.mktemp("build")
    project, work = tiny.write_project(folder / "project"), folder / "work"
    for name, text in PERSONS.items():
        (project / name).write_text(text, encoding="utf-8")
    tiny.write_payments(Home.at(work), ROWS)
    sent = state_of_home.written(folder / "sent/camden/spending/2024-03-31.csv", SENT)
    assert warm.run(work, "load", sent).status == 0
    first = warm.run(work, "build", project=project)
    assert first.status == 0, first.out + first.err
    persons = keys_of(work)
    tiny.write_payments(Home.at(work), MORE)
    start = Path(shutil.copytree(work, folder / "start"))
    reference = warm.run(work, "build", project=project)
    assert reference.status == 0
    return Case(warm, project, start, work, reference, sent, persons, tree(work))


@pytest.mark.parametrize(
    "power", [False, pytest.param(True, marks=with_faults)], ids=["killed", "the power goes"]
)
def test_a_build_killed_at_any_step_renames_nobody_and_the_next_completes(case, power):
    steps = case.reference.steps
    for at in moments(steps, FEW):
        # dbt's own files are made anew by each run.
        if steps[at].split()[1].startswith(("logs", "build/target")):
            continue
        if power and not steps[at].split()[1].startswith("people"):
            continue
        case.fresh()
        assert case.build({"kill_before": at, "power": power}).status == KILLED
        case.holds()
        case.completes()


@with_faults
def test_a_build_killed_at_any_moment_renames_nobody_and_the_next_completes(case):
    for seconds in chances("build", case.reference.seconds)[: FAULTS // 2]:
        case.fresh()
        case.build({"kill_after": seconds})
        case.holds()
        case.completes()


def test_a_damaged_landing_file_is_named_and_loading_it_again_mends_it(case):
    case.fresh()
    (file,) = (case.work / "landing/spending/camden").glob("*.parquet")
    before = state_of_home.landed(case.work)
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])
    told = case.build()
    assert told.status == 1 and str(file) in told.line and "load what was sent once more" in told.line
    for damage in (lambda: None, file.unlink):  # cut off as it is, and gone
        damage()
        assert case.warm.run(case.work, "load", case.sent).status == 0
        assert state_of_home.landed(case.work) == before
    case.completes()


def test_a_damaged_registry_renames_nobody_and_says_where_to_get_it_from(case):
    case.fresh()
    file = case.work / "people" / "keys.parquet"
    data = file.read_bytes()
    file.write_bytes(data[:-20])
    told = case.build()
    assert told.status == 1 and "bring it back from a backup" in told.line
    assert file.read_bytes() == data[:-20]
    file.write_bytes(data)
    case.completes()


@with_faults
def test_a_damaged_database_of_the_build_is_named_and_can_be_removed(case):
    case.fresh()
    file = case.work / "build" / "dev" / "mart.duckdb"
    file.write_bytes(b"x" * 50_000)
    told = case.build()
    assert told.status == 1 and f"remove {case.work / 'build'}" in told.line
    shutil.rmtree(case.work / "build")
    case.completes()
