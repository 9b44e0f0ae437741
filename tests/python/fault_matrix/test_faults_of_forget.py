"""Forgetting a person, killed wherever: run again it completes; nobody else is touched."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import state_of_home
from citymart.people import keys
from client import Ended, Warm
from how_many import REFUSALS, killed_at_any_moment, killed_at_any_step, moments, with_faults
from state_of_home import tree

# Between a file and its receipt.
FEW = ("rename landing/library_members/camden/.ID.json.N.tmp → landing/library_members/camden/ID.json",)
HEADER = "person_reference,forename,surname,birth_date,postcode,service_reference,start_date\n"
PEOPLE = [
    ("R1", "Ada", "Lovelace", "1980-02-03", "NW1 2AB"),
    ("R2", "Bo", "Peep", "1971-05-06", "NW1 2AB"),
    ("R3", "Cy", "Young", "1990-12-31", "NW3 4CD"),
]
ADA = "a" * 32


def contents(home: Path) -> list[list[str | None]]:
    """The cells of all records that have landed."""
    return [
        row["cells"]
        for path in sorted(home.glob("landing/library_members/camden/*.parquet"))
        for row in pq.read_table(path).to_pylist()
    ]


@dataclass
class Case:
    """A home with two deliveries of three people and a build that knows who they are."""

    warm: Warm
    start: Path
    work: Path
    reference: Ended
    before: list
    after: list
    names: set[str]

    def forget(self, home: Path, fault: dict | None = None) -> Ended:
        words = ("forget", "--person", ADA, "--why", "request 2026-114", "--yes")
        return self.warm.run(home, *words, fault=fault)

    def fresh(self) -> Path:
        shutil.rmtree(self.work, ignore_errors=True)
        return Path(shutil.copytree(self.start, self.work))

    def holds(self, home: Path) -> None:
        """Each record is as it was or as it is to be; nobody else has lost a value or a key."""
        now = contents(home)
        assert len(now) == len(self.before)
        assert all(row in (was, will) for row, was, will in zip(now, self.before, self.after, strict=True))
        kept = {row["record_id"]: row["person_key"] for row in pq.read_table(registry(home)).to_pylist()}
        assert {kept[f"{n}{ref}"] for n in (0, 1) for ref in ("R2", "R3")} == {"b" * 32, "c" * 32}

    def completes(self, home: Path) -> None:
        again = self.forget(home)
        assert again.status == 0, again.out + again.err
        assert contents(home) == self.after
        state_of_home.landed(home)
        assert tree(home) == self.names
        assert ADA not in {row["person_key"] for row in pq.read_table(registry(home)).to_pylist()}
        history = pq.read_table(home / "people" / "history.parquet").to_pylist()
        assert [row["person_key"] for row in history if row["event"] == "forgotten"] == [ADA]
        stones = pq.read_table(home / "people" / "forgotten.parquet").to_pylist()
        assert len({row["case_id"] for row in stones if row["kind"] != "check"}) == 1


def registry(home: Path) -> Path:
    return home / "people" / "keys.parquet"


@pytest.fixture(scope="module")
def case(warm, tmp_path_factory) -> Case:
    folder = tmp_path_factory.mktemp("forget")
    start, work = folder / "start", folder / "work"
    for month in ("2026-08-31", "2026-09-30"):
        rows = "".join(",".join((*each, f"S{each[0]}", "2020-01-02")) + "\n" for each in PEOPLE)
        state_of_home.written(
            folder / f"sent/camden/library_members/{month}.csv",
            f"{HEADER}{rows}R9,Di,Dee,,,S9,{month}\n".encode(),
        )
    assert warm.run(start, "load", folder / "sent").status == 0
    build(start)
    before = contents(start)
    shutil.copytree(start, work)
    words = ("forget", "--person", ADA, "--why", "request 2026-114", "--yes")
    reference = warm.run(work, *words)
    assert reference.status == 0, reference.out + reference.err
    after = contents(work)
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 2
    return Case(warm, start, work, reference, before, after, tree(work))


def build(home: Path) -> None:
    """What a build knows of these people, and the registry of their keys."""
    extracts = sorted(path.stem for path in home.glob("landing/library_members/camden/*.parquet"))
    records = [
        (f"{n}{ref}", "library_members", "camden", extract, row, first, last, None, born, None, None, code)
        for n, extract in enumerate(extracts)
        for row, (ref, first, last, born, code) in enumerate(PEOPLE)
    ]
    of = {record[0]: record[0][2:] for record in records}
    names = iter(each * 32 for each in "abc")
    clusters = pa.table({"record_id": list(of), "cluster_id": list(of.values())})
    given = keys.keyed(clusters, home / "people", new_key=lambda: next(names))
    file = home / "build" / "dev" / "mart.duckdb"
    file.parent.mkdir(parents=True)
    with duckdb.connect(str(file)) as con:
        con.execute(
            """
            create schema conformed;
            create table conformed.int_person_records (
                record_id varchar, subject varchar, provider_code varchar, extract_id varchar, row_number int,
                first_name varchar, surname varchar, name varchar, birth_date date, nino varchar,
                nhs_number varchar, postcode varchar)
            """
        )
        con.executemany(f"insert into conformed.int_person_records values ({', '.join('?' * 12)})", records)
        con.register("given", given)
        con.execute("create table conformed.int_person_keys as from given")


def test_forgetting_killed_at_any_step_is_done_by_running_it_again(case):
    killed_at_any_step(case, case.forget, FEW)


@with_faults
def test_forgetting_killed_at_any_moment_is_done_by_running_it_again(case):
    killed_at_any_moment(case, case.forget, "forget")


@with_faults
@pytest.mark.parametrize("disk", REFUSALS)
def test_a_disk_that_is_full_or_read_only_from_any_step_on_is_told_of(case, disk):
    fault, said = REFUSALS[disk]
    for at in moments(case.reference.steps, FEW):
        home = case.fresh()
        ended = case.forget(home, fault | {"refuse_from": at})
        case.holds(home)
        if contents(home) != case.after:
            assert ended.status == 1 and said in ended.line, ended.steps[-20:]
        case.completes(home)
