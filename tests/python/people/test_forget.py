"""Forgetting a person: nothing of them is left, the next delivery does not bring them back, others stay."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from citymart.deliveries import Delivery
from citymart.errors import CityMartError, UsageError
from citymart.home import Home
from citymart.layouts import Seeds
from citymart.load import load_files
from citymart.people import forgetting, keys, sweeping, tombstones
from citymart.people.identity import Reader, birth_of, people_in, whole_name

SUBJECTS = "gazetteer,council_tax,housing_benefit,tenancies,electoral_register"
WHY = "request 2026-114"


@dataclass
class Person:
    """What the build knows of a person, read here and not by what is tested."""

    key: str
    numbers: set[str]
    names: set[tuple[str, str]]
    postcodes: set[str]
    records: set[tuple[str, int]]

    def is_in(self, text: str) -> bool:
        upper = text.upper()
        if any(number in upper.replace(" ", "") for number in self.numbers):
            return True
        named = any(first in upper and last in upper for first, last in self.names)
        return named and any(code.replace(" ", "") in upper.replace(" ", "") for code in self.postcodes)


@pytest.fixture(scope="module")
def city(tmp_path_factory, citymart) -> dict[str, Path]:
    """Two boroughs' extracts, a folder a month; and a home with the first month loaded and built."""
    folder = tmp_path_factory.mktemp("forget")
    made = citymart(
        folder / "none", "sample", "--boroughs", "camden,islington", "--scale", "0.001", "--seed", "7",
        "--as-of", "2026-10-01", "--months", "2", "--subjects", SUBJECTS, folder / "city",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    for month in ("2026-09", "2026-10"):
        for path in (folder / "city").rglob(f"{month}*"):
            target = folder / month / path.relative_to(folder / "city")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    home = folder / "home"
    loaded = citymart(home, "load", folder / "2026-09")
    assert loaded.returncode == 0, loaded.stdout
    build(citymart, home)
    return {"home": home, "next": folder / "2026-10"}


def build(citymart, home: Path) -> None:
    wanted = ("+fct_service_use", "+dim_person", "+person_key_history")
    selected = [word for name in wanted for word in ("--select", name)]
    done = citymart(home, "build", "--no-unit-tests", *selected)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def home(city, tmp_path) -> Path:
    return Path(shutil.copytree(city["home"], tmp_path / "home"))


def ask(home: Path, sql: str, *parameters: object) -> list[tuple]:
    with duckdb.connect(str(home / "build" / "dev" / "mart.duckdb"), read_only=True) as con:
        return con.execute(sql, list(parameters)).fetchall()


PEOPLE = "conformed.int_person_records inner join conformed.int_person_keys using (record_id)"


def person_of(home: Path, key: str) -> Person:
    rows = ask(
        home,
        f"select nino, first_name, surname, postcode, extract_id, row_number from {PEOPLE}"
        " where person_key = ?",
        key,
    )
    return Person(
        key,
        {nino[:8] for nino, *_ in rows if nino},
        {(first.upper(), last.upper()) for _, first, last, *_ in rows if first and last and len(first) > 1},
        {code for *_, code, _, _ in rows if code},
        {(extract, row) for *_, extract, row in rows},
    )


@pytest.fixture
def person(home) -> Person:
    """A person of four services, at whose address others live."""
    (key,) = ask(
        home,
        f"""
        select person_key from {PEOPLE}
        where uprn in (
            select uprn from {PEOPLE}
            where subject = 'electoral_register' and first_name is not null and is_live
            group by uprn having count(distinct person_key) > 1
        )
        -- Keys are random: the same person each time by a record.
        group by person_key having count(distinct subject) = 4 order by min(record_id) limit 1
        """,
    )[0]
    return person_of(home, key)


def left_of(home: Path, person: Person) -> list[str]:
    """Where the person is: a search of its own, cell by cell and byte by byte."""
    found = []
    for path in sorted(home.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        if path.suffix == ".parquet":
            texts: Iterator[str] = (json.dumps(row, default=str) for row in pq.read_table(path).to_pylist())
        elif path.suffix == ".duckdb":
            texts = iter(["the build is still there"])
            found.append(path.name)
        else:
            texts = iter(path.read_bytes().decode("latin-1").splitlines())
        found += [f"{path.relative_to(home)}: {text[:200]}" for text in texts if person.is_in(text)]
    return found


def digests(home: Path) -> dict[str, str]:
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in home.rglob("*")
        if path.is_file() and path.name not in ("lock", ".load.lock")
    }


def check_receipts(home: Path) -> int:
    """Every receipt says what its files hold; how many records were emptied in all."""
    emptied = 0
    for path in home.glob("landing/*/*/*.json"):
        receipt = json.loads(path.read_text(encoding="utf-8"))
        if path.parent.name == "_none" or receipt["outcome"] != "landed":
            continue
        records = path.parent / f"{receipt['extract_id']}.parquet"
        assert receipt["landing_sha256"] == hashlib.sha256(records.read_bytes()).hexdigest(), path
        assert receipt["landing_bytes"] == records.stat().st_size
        assert receipt["landed_rows"] == pq.read_metadata(records).num_rows
        emptied += receipt["forgotten_rows"]
    return emptied


def test_a_person_is_gone_and_the_next_delivery_does_not_bring_them_back(
    home, person, city, citymart
) -> None:
    mates = ask(
        home,
        f"""
        select distinct person_key, first_name, surname, birth_date from {PEOPLE}
        where person_key <> ? and subject = 'electoral_register' and first_name is not null and is_live
            and uprn in (select uprn from {PEOPLE} where person_key = ?)
        """,
        person.key,
        person.key,
    )
    assert mates
    rows_before = {path.name: pq.read_metadata(path).num_rows for path in home.glob("landing/*/*/*.parquet")}
    assert len(left_of(home, person)) > 4

    told = citymart(home, "forget", "--person", person.key, "--why", WHY, "--yes", "--json")
    assert told.returncode == 0, told.stdout + told.stderr
    document = json.loads(told.stdout)
    assert document["left"] == [] and document["searched_files"] > 50
    assert document["emptied_rows"] >= len(person.records) and document["shared_with"] == {}
    assert not any(person.is_in(text) for text in (told.stdout, told.stderr))
    assert left_of(home, person) == []
    assert check_receipts(home) == document["emptied_rows"]
    assert rows_before == {
        path.name: pq.read_metadata(path).num_rows for path in home.glob("landing/*/*/*.parquet")
    }
    assert person.key not in pq.read_table(home / "people" / "keys.parquet").column("person_key").to_pylist()
    assert (home / "people" / "tombstone.key").stat().st_mode & 0o777 == 0o600

    loaded = citymart(home, "load", city["next"])
    assert "Traceback" not in loaded.stderr  # some of the files are web pages: that is 1
    assert left_of(home, person) == []
    assert check_receipts(home) > document["emptied_rows"]

    build(citymart, home)
    assert ask(home, "select 1 from restricted.dim_person where person_key = ?", person.key) == []
    there = ask(home, f"select first_name, surname, postcode, nino from {PEOPLE}")
    assert not any(person.is_in(" ".join(filter(None, row))) for row in there)
    assert (person.key, "forgotten") in ask(
        home, "select person_key, event from restricted.person_key_history"
    )
    for key, first, last, born in mates:
        found = ask(
            home,
            f"select 1 from {PEOPLE} where person_key = ? and first_name = ? and surname = ?"
            " and birth_date is not distinct from ?",
            key, first, last, born,
        )  # fmt: skip
        assert found, "somebody else of the household is gone, too"
    again = citymart(home, "forget", "--person", person.key, "--why", WHY, "--yes")
    assert again.returncode == 0, again.stderr
    assert "Releases, exports and logs were not searched again" in again.stdout


def test_without_yes_nothing_changes_and_nobody_is_named(home, person, citymart) -> None:
    before = digests(home)
    told = citymart(home, "forget", "--person", person.key, "--why", WHY)
    assert told.returncode == 0, told.stderr
    assert digests(home) == before
    assert not any(person.is_in(text) for text in (told.stdout, told.stderr))
    for subject in ("council_tax", "electoral_register", "housing_benefit", "tenancies"):
        assert subject in told.stdout
    for extract, row in person.records:
        assert extract in told.stdout and str(row) in told.stdout


@pytest.mark.parametrize(
    ("step", "times"),
    [
        ("write_receipt", 1),
        ("write_receipt", 3),
        ("sweep_records", 2),
        ("_out_of_registry", 1),
        ("_remove_build", 1),
    ],
)
def test_what_is_killed_half_way_is_done_by_running_it_again(home, person, monkeypatch, step, times) -> None:
    module = sweeping if hasattr(sweeping, step) else forgetting
    real, calls = getattr(module, step), iter(range(99))

    def dies(*arguments, **more):
        if next(calls) + 1 == times:
            raise KeyboardInterrupt
        return real(*arguments, **more)

    with monkeypatch.context() as patched:
        patched.setattr(module, step, dies)
        with pytest.raises(KeyboardInterrupt):
            forgetting.forget(Home(home), person.key, WHY)
    done = forgetting.forget(Home(home), person.key, WHY)
    assert done.left == []
    assert left_of(home, person) == []
    assert check_receipts(home) >= len(person.records)
    assert len(tombstones.cases(Home(home))) == 1


def test_a_trace_that_stays_is_named_and_the_status_is_1(home, person, citymart) -> None:
    first, last = sorted(person.names)[0]
    export = home / "exports" / "old" / "people.csv"
    export.parent.mkdir(parents=True)
    export.write_text(f"name,postcode\n{first.title()} {last.title()},{sorted(person.postcodes)[0]}\n")
    told = citymart(home, "forget", "--person", person.key, "--why", WHY, "--yes")
    assert told.returncode == 1
    assert "exports/old/people.csv" in told.stderr
    assert last not in (told.stdout + told.stderr).upper()
    # The build is gone, so the second run knows the person by the tombstones alone.
    told = citymart(home, "forget", "--person", person.key, "--why", WHY, "--yes", "--releases")
    assert told.returncode == 0, told.stderr
    assert not export.exists()


def test_what_the_person_is_called_is_no_reason(home, person) -> None:
    first, last = sorted(person.names)[0]
    with pytest.raises(UsageError, match="without the person's name"):
        forgetting.forget(Home(home), person.key, f"{first.lower()} {last.lower()} wrote")
    assert not tombstones.file(Home(home)).exists()


def test_a_key_that_nobody_has_is_wrong_usage(home, citymart) -> None:
    told = citymart(home, "forget", "--person", "0" * 32, "--why", WHY, "--yes")
    assert told.returncode == 2
    assert "no person has the key" in told.stderr and "Traceback" not in told.stderr


def test_without_a_build_it_says_to_build(tmp_path, citymart) -> None:
    told = citymart(tmp_path / "new", "forget", "--person", "0" * 32, "--why", WHY)
    assert told.returncode == 1
    assert "citymart build" in told.stderr


def test_a_key_that_was_merged_is_followed(home, person) -> None:
    history = keys.history(home / "people").to_pylist()
    history.append(history[0] | {"person_key": "old", "event": "merged_into", "other_person_key": person.key})
    keys._write(keys.pa.Table.from_pylist(history, keys.HISTORY), home / "people" / "history.parquet")
    assert forgetting.plan(Home(home), "old").person == person.key


def test_a_lost_key_stops_the_load(home, person, city, citymart) -> None:
    forgetting.forget(Home(home), person.key, WHY)
    (home / "people" / "tombstone.key").unlink()
    told = citymart(home, "load", city["next"])
    assert told.returncode == 1
    assert "tombstone.key is gone" in told.stderr
    (home / "people" / "tombstone.key").write_text("0" * 64)
    with pytest.raises(CityMartError, match="another one"):
        tombstones.read(Home(home))


def test_nothing_of_the_person_can_be_read_in_the_tombstones(home, person) -> None:
    forgetting.forget(Home(home), person.key, WHY)
    rows = pq.read_table(home / "people" / "forgotten.parquet").to_pylist()
    assert {row["why"] for row in rows} == {"", WHY}
    assert all(len(row["keyed_hash"]) == 16 for row in rows)
    assert not any(person.is_in(json.dumps(row, default=str)) for row in rows)


def test_columns_that_no_layout_knew_are_emptied_when_one_does(home, person, project, tmp_path) -> None:
    """A file that landed before its columns of names were known is looked at again before the next build."""
    provider, claim, first, last, postcode = ask(
        home,
        "select records.provider_code, staged.claim_reference, first_name, records.surname, records.postcode"
        f" from (select * from {PEOPLE}) as records inner join staging.stg_housing_benefit as staged"
        " on records.extract_id = staged.extract_id and records.row_number = staged.row_number"
        " where person_key = ? and subject = 'housing_benefit'",
        person.key,
    )[0]
    forgetting.forget(Home(home), person.key, WHY)
    unknowing = Path(shutil.copytree(project / "seeds", tmp_path / "seeds"))
    layout = unknowing / "layouts" / "layout_housing_benefit.csv"
    rows = layout.read_text(encoding="utf-8").splitlines(keepends=True)
    layout.write_text("".join(row for row in rows if "name" not in row.split(",")[2]), encoding="utf-8")

    header = ["claim_reference", "forename", "surname", "from_date", "claim_status", "postcode"]
    other = ["C1234567", "Some", "Body", "2020-01-01", "live", postcode]
    bare = land(home, tmp_path / "2026-11-01.csv", provider, unknowing,
                [header, [claim, first, last, "2020-01-01", "live", ""], other])  # fmt: skip
    whole = land(home, tmp_path / "2026-11-02.csv", provider, unknowing,
                 [header, [claim, first, last, "2020-01-01", "live", postcode], other])  # fmt: skip
    # Who stands beside a postcode or a day of birth is known without a layout; by a reference alone not.
    emptied = [claim, None, None, "2020-01-01", "live"]
    assert read(home, provider, whole) == [[*emptied, postcode], other]
    assert read(home, provider, bare)[0][1:3] == [first, last]
    assert forgetting.keep_out(Home(home), seeds=Seeds(unknowing)) == 0
    assert forgetting.keep_out(Home(home)) == 1
    assert read(home, provider, bare) == [[*emptied, ""], other]
    assert forgetting.keep_out(Home(home)) == 0
    assert left_of(home, person) == []
    check_receipts(home)


def land(home: Path, file: Path, provider: str, seeds: Path, rows: list[list[str]]) -> str:
    """Lands claims; their extract."""
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    delivery = Delivery(file, provider, "housing_benefit", date.fromisoformat(file.stem))
    (outcome,) = load_files([delivery], Home(home), seeds=Seeds(seeds)).outcomes
    assert outcome.good, outcome.message
    return outcome.extract_id


def read(home: Path, provider: str, extract: str) -> list[list[str | None]]:
    file = home / "landing" / "housing_benefit" / provider / f"{extract}.parquet"
    return pq.read_table(file).column("cells").to_pylist()


def test_a_rejected_record_and_a_large_file_keep_the_person_out_too(home, person, tmp_path) -> None:
    """The quick road of the loader and records that it could not read."""
    ((number, postcode, first, last, born),) = ask(
        home,
        f"select nino, postcode, first_name, surname, birth_date::varchar from {PEOPLE}"
        " where person_key = ? and subject = 'housing_benefit'",
        person.key,
    )
    forgetting.forget(Home(home), person.key, WHY)
    header = ["claim_reference", "forename", "surname", "nino", "birth_date", "postcode", "claim_status"]
    rows = [[f"C{at:06}", "Some", f"Body{at}", "", "", "", "live"] for at in range(80_000)]
    rows[7] = ["C9999999", first, last, number, born, postcode, "live"]
    for name, broken in (("2026-11-03.csv", []), ("2026-11-04.csv", [[*rows[7], "one", "too many"]])):
        file = tmp_path / name
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows([header, *rows, *broken])
        assert file.stat().st_size > 2 << 20
        delivery = Delivery(file, "camden", "housing_benefit", date.fromisoformat(file.stem))
        (outcome,) = load_files([delivery], Home(home)).outcomes
        assert outcome.good and outcome.rejected == len(broken), outcome.message
        place = home / "landing" / "housing_benefit" / "camden"
        receipt = json.loads((place / f"{outcome.extract_id}.json").read_text())
        assert (receipt["forgotten_rows"], receipt["forgotten_rejects"]) == (1, len(broken))
    assert left_of(home, person) == []
    check_receipts(home)


def reader(header: list[str], subject: str = "council_tax") -> Reader:
    return Reader(Seeds(), "camden", subject, header)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mr John Smith", ("JOHN", "SMITH")),
        ("SMITH, Mr John", ("JOHN", "SMITH")),
        ("Dr Zoë O'Neil-García Jnr", ("ZOE", "GARCIA")),
        ("Executors of the late Ann Lee", ("ANN", "LEE")),
        ("Mrs Patel", ("", "PATEL")),
        ("", ("", "")),
    ],
)
def test_a_name_in_one_cell_has_a_form(text, name) -> None:
    assert whole_name(text) == name


@pytest.mark.parametrize(
    ("text", "format", "day"),
    [
        ("1980-05-17", "", "1980-05-17"),
        ("17/05/1980", "", "1980-05-17"),
        ("05/17/1980", "mdy", "1980-05-17"),
        ("17-May-80", "", "1980-05-17"),
        ("19800517", "", "1980-05-17"),
        ("29358", "", "1980-05-17"),
        ("1980-05-17T00:00:00", "", "1980-05-17"),
        ("99/99/9999", "", ""),
        ("", "", ""),
    ],
)
def test_a_day_of_birth_is_read_as_it_is_written(text, format, day) -> None:
    assert birth_of(text, format) == day


def test_people_of_one_cell_are_told_apart() -> None:
    assert people_in("Mr A Khan & Ms B Jones") == ["Mr A Khan", "Ms B Jones"]
    assert people_in("John and Mary Smith") == ["John Smith", "Mary Smith"]


def test_of_two_liable_for_a_home_only_the_one_who_asked_is_emptied() -> None:
    layout = {row["field"]: row["source_column"] for row in Seeds().rows("layouts/layout_council_tax.csv")
              if row["provider_code"] == "*"}  # fmt: skip
    fields = ["account_reference", "liable_name", "liable_name_2", "council_tax_band"]
    known = reader([layout[field] for field in fields])
    cells = ["700000001", "Mr A Khan & Ms Bea Jones", "Mr Carl Khan", "C"]
    row = known.read(cells)
    assert [one.name for one in row.named] == ["A KHAN", "BEA JONES", "CARL KHAN"]
    assert known.without(cells, row, [row.named[1]]) == ["700000001", "Mr A Khan", "Mr Carl Khan", "C"]
    assert known.without(cells, row, [row.named[2]]) == [*cells[:2], None, "C"]
    assert known.without(cells, row, row.named) == ["700000001", None, None, "C"]
