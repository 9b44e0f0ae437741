"""Who gets what: the gate of the agreements, what is made less telling, keys, and locked files."""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
import shutil
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
from citymart.catalogue.described import Catalogue, Note, Product
from citymart.dbt_manifest import read_manifest
from citymart.dbt_plugin import extension
from citymart.errors import CityMartError, UsageError
from citymart.hashing import tables
from citymart.home import PROJECT, Home
from citymart.people.traces import Wanted, search
from citymart.sharing.files import kept_rows
from citymart.sharing.hashed import hmac_sql, pads
from citymart.sharing.keys import VARIABLE, Key, Keys, add_missing
from citymart.sharing.release import ACCESS_LOG, log_access, sharing, write_audiences

sys.path.insert(0, str(Path(__file__).parent))
from small_build import AGREEMENTS, line, small_build

DAY = date(2026, 11, 26)
AUDIENCES = ("city", "borough/a", "borough/b")


@pytest.fixture
def keys(tmp_path, monkeypatch) -> Path:
    file = tmp_path / "keys.csv"
    add_missing(file, AUDIENCES, Home.at(tmp_path / "home"))
    monkeypatch.setenv(VARIABLE, str(file))
    return file


def given(folder: Path, agreements: str | None = None, day: date = DAY, earlier: Path | None = None) -> dict:
    """The files of a small build, by audience: what is told of each."""
    build = small_build(folder, agreements)
    out = folder / f"release-{len(list(folder.glob('release-*')))}"
    told = write_audiences(
        build, out, sharing(build, day), read_manifest(folder / "target"), earlier, release_id="R"
    )
    return {each["audience"]: {**each, "path": out / each["file"]} for each in told}


def key_of(file: Path, audience: str) -> Key:
    return Keys(file).of(audience)


def opened(path: Path, key: str | None = None) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(f"load '{extension('httpfs')}'")
    locked = f", encryption_key '{key}'" if key else ""
    con.execute(f"attach '{path}' as f (read_only{locked})")
    con.execute("use f")
    return con


def rows(told: dict, keys: Path, audience: str, sql: str) -> list[tuple]:
    key = key_of(keys, audience).encryption_key if told[audience]["is_encrypted"] else None
    with opened(told[audience]["path"], key) as con:
        return con.execute(sql).fetchall()


# RFC 4231, the cases whose data are text: key, data, HMAC-SHA-256.
RFC_4231 = [
    (b"\x0b" * 20, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (
        b"Jefe",
        "what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    (
        b"\xaa" * 131,
        "Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
    (
        b"\xaa" * 131,
        "This is a test using a larger than block-size key and a larger than block-size data. The key"
        " needs to be hashed before being used by the HMAC algorithm.",
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    ),
]


@pytest.mark.parametrize(("key", "data", "told"), RFC_4231)
def test_a_pseudonym_is_the_hmac_of_the_standard(key, data, told):
    inner, outer = pads(key)
    with duckdb.connect() as con:
        sql = f"select {hmac_sql('$data')}, {hmac_sql('cast(null as varchar)')}"
        assert con.execute(sql, {"data": data, "inner": inner, "outer": outer}).fetchone() == (told, None)
    assert hmac.new(key, data.encode(), hashlib.sha256).hexdigest() == told


def test_each_audience_gets_the_columns_of_its_class_and_nobody_what_is_personal(tmp_path, keys):
    told = given(tmp_path)
    columns = {
        audience: {table["product"]: set(table["columns"]) for table in each["tables"]}
        for audience, each in told.items()
    }
    assert columns["open"]["marts.homes"] == {"provider_code", "ward_code"}
    assert columns["city"]["marts.homes"] == {"provider_code", "ward_code", "uprn"}
    assert columns["borough/a"]["marts.homes"] == {"provider_code", "ward_code", "uprn", "empty_since_date"}
    assert not any("restricted.names" in each or "marts.names" in each for each in columns.values())
    assert all("payer" not in names for each in columns.values() for names in each.values())
    assert rows(told, keys, "open", "select comment from duckdb_tables() where table_name = 'homes'") == [
        ("Homes",)
    ]


def test_a_row_whose_being_there_tells_is_only_for_who_may_know_that(tmp_path, keys):
    told = given(tmp_path)
    who = {
        name
        for name, each in told.items()
        for table in each["tables"]
        if table["product"] == "marts.suspects"
    }
    assert who == {"city", "borough/a", "borough/b"}
    assert rows(told, keys, "city", "select uprn from marts.suspects") == [(1,)]
    less = given(tmp_path, ", ".join([line("city", "a", "open"), line("city", "b", "shared")]))
    assert rows(less, keys, "city", "select uprn from marts.suspects") == []


NOTES = (Note("1.0.0", date(2026, 1, 1), "first"),)
SAID = ("One row a thing", "theme", "OGL", "Open", None, None, (), None, NOTES, None)


@pytest.mark.parametrize(
    ("table", "columns", "subjects", "left"),
    [
        ("marts.visits", "as_of_date", ("visits",), {"new", "ended long ago", "no day"}),
        ("marts.visits", "as_of_date, end_date", ("visits",), {"new", "no day"}),
        ("marts.visits", "as_of_date, subject", (), {"new", "ended long ago", "no day", "old, of another"}),
        ("marts.visits", "as_of_date", ("others",), None),
        ("marts.visits", "as_of_date", ("visits", "others"), None),
        ("market.visits", "as_of_date", ("visits",), None),
        ("marts.visits", "what", ("visits",), None),
    ],
)
def test_rows_are_handed_out_for_as_long_as_their_subject_may_be(table, columns, subjects, left):
    schema, _, name = table.partition(".")
    product = Product(name, name, *SAID, subjects, 31, None, {}, frozenset())
    catalogue = Catalogue("p", "c", {name: product}, [], "", {"visits": 30})
    with duckdb.connect() as con:
        con.execute(
            f"""
            create schema {schema};
            create table {schema}.all_of as
            select what, subject, as_of_date::date as as_of_date, end_date::date as end_date from (values
                ('new', 'visits', '2026-03-01', null),
                ('ended long ago', 'visits', '2026-03-01', '2026-01-01'),
                ('no day', 'visits', null, null),
                ('old', 'visits', '2026-01-01', null),
                ('old, of another', 'others', '2026-01-01', null)
            ) as t (what, subject, as_of_date, end_date);
            create table {table} as select what{"" if columns == "what" else ", " + columns}
            from {schema}.all_of where what <> 'old, of another' or '{columns}' like '%subject%'
            """
        )
        found = next(each for each in tables(con, "memory", [schema]) if each.name == name)
        kept = kept_rows(found, catalogue, date(2026, 3, 10))
        if left is None:
            assert kept is None
        else:
            rows = con.execute(f"select what from {table} where {kept}").fetchall()
            assert {what for (what,) in rows} == left


def test_a_borough_gets_its_own_rows_and_only_those(tmp_path, keys):
    told = given(tmp_path)
    assert rows(told, keys, "borough/a", "select uprn from marts.homes order by all") == [(1,), (2,)]
    assert rows(told, keys, "borough/b", "select uprn from marts.homes") == [(3,)]
    assert "borough/c" not in told, "nothing was sent by it"


def test_of_those_who_agreed_to_less_the_column_is_empty(tmp_path, keys):
    told = given(tmp_path, ", ".join([line("city", "a", "shared"), line("city", "b", "open")]))
    assert rows(told, keys, "city", "select provider_code, uprn from marts.homes order by all") == [
        ("a", 1),
        ("a", 2),
        ("b", None),
    ]


def test_who_has_not_signed_or_no_longer_contributes_no_row_at_the_next_publish(tmp_path, keys):
    signed = ", ".join([line("open", "a", "open"), line("open", "b", "open", to="2026-11-26")])
    homes = "select provider_code from marts.homes order by all"
    assert rows(given(tmp_path, signed), keys, "open", homes) == [("a",), ("a",), ("b",)]
    after = given(tmp_path, signed, day=date(2026, 11, 27))
    assert rows(after, keys, "open", homes) == [("a",), ("a",)]
    # What was made of all that was sent can't be taken apart: it goes only where all have signed.
    assert "marts.calendar" not in {table["product"] for table in after["open"]["tables"]}
    only_a = given(tmp_path, line("open", "a", "open"))
    assert rows(only_a, keys, "open", homes) == [("a",), ("a",)]
    assert given(tmp_path, signed, day=date(2025, 12, 31)) == {}, "nothing was agreed yet"


def test_a_person_has_another_key_for_each_recipient_and_one_over_time(tmp_path, keys):
    person = "select person_key from marts.dim_person where borough_code = 'E1'"
    told = given(tmp_path)
    [(of_city,)] = rows(told, keys, "city", person)
    [(of_borough,)] = rows(told, keys, "borough/a", person)
    [(later,)] = rows(given(tmp_path, day=date(2026, 12, 26)), keys, "city", person)
    assert of_city == later
    assert len({of_city, of_borough, "k1", hashlib.sha256(b"k1").hexdigest()}) == 4
    key = key_of(keys, "city")
    said = f"v{key.version}|{key.hash_key}".encode()
    assert of_city == hmac.new(said, b"k1", hashlib.sha256).hexdigest()


def test_a_person_whom_several_know_leaves_where_all_of_them_have_signed(tmp_path, keys):
    born = "select birth_date from marts.dim_person order by all"
    assert len(rows(given(tmp_path), keys, "city", born)) == 2
    only_a = given(tmp_path, line("city", "a", "shared"))
    assert rows(only_a, keys, "city", born) == [(1980,)], "the other is known to b as well"


def test_what_is_locked_is_searched_with_the_key_of_its_audience_old_ones_too(tmp_path, keys, monkeypatch):
    home = Home.at(tmp_path / "home")
    city = given(tmp_path)["city"]["path"]
    target = home.published / "releases/r1/audiences/city.duckdb"
    target.parent.mkdir(parents=True)
    shutil.copy(city, target)
    with keys.open("a") as file:
        file.write(f"city,2,{'n' * 40},{'m' * 40}\n")
    wanted = Wanted(numbers={"W1"})
    found = search(home, wanted)
    assert [where for _, where in found.hits] == ["table marts.homes"] and found.unread == []
    monkeypatch.delenv(VARIABLE)
    locked = search(home, wanted)
    assert locked.hits == [] and "city.duckdb can't be read" in locked.unread[0]


def test_a_date_of_birth_leaves_as_its_year(tmp_path, keys):
    told = given(tmp_path)
    assert rows(told, keys, "city", "select birth_date from marts.dim_person order by all") == [
        (1980,),
        (1990,),
    ]
    assert "birth_date" not in told["borough/a"]["tables"][-1]["columns"]


def test_counts_of_people_leave_hidden_and_rounded(tmp_path, keys):
    told = given(tmp_path)
    shown = {
        (borough, services): (number, status)
        for borough, services, number, status in rows(
            told, keys, "open", "select borough_code, services, number, status from marts.known"
        )
    }
    assert shown["E1", "tax + care"] == (None, "c")
    assert shown["E2", "tax"] == (60, None)
    assert all((number is None) == (status is not None) for number, status in shown.values())
    assert all(number is None or number % 5 == 0 for number, _ in shown.values())
    assert "marts.known" not in {table["product"] for table in told["city"]["tables"]}
    again = given(tmp_path, day=date(2026, 12, 26), earlier=tmp_path / "release-0")
    assert rows(again, keys, "open", "select count(*) from marts.known") == [(len(shown),)]


def test_the_wrong_key_no_key_and_anothers_key_open_nothing(tmp_path, keys):
    told = given(tmp_path)
    path = told["city"]["path"]
    for wrong in (None, "x" * 64, key_of(keys, "borough/a").encryption_key, key_of(keys, "city").hash_key):
        with pytest.raises(duckdb.Error):
            opened(path, wrong)
    raw = path.read_bytes()
    assert b"homes" not in raw and b"provider_code" not in raw
    open_file = told["open"]["path"].read_bytes()
    assert b"homes" in open_file and b"Ann Lee" not in open_file
    assert not list(path.parent.glob("*.wal"))


@pytest.mark.usefixtures("keys")
def test_every_table_of_the_open_file_answers(tmp_path):
    told = given(tmp_path)["open"]
    with opened(told["path"]) as con:
        names = con.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'f'"
        )
        for (name,) in names.fetchall():
            con.execute(f"select * from {name}").fetchall()
    assert {table["product"] for table in told["tables"]} == {"marts.homes", "marts.calendar", "marts.known"}


def test_without_a_file_of_keys_only_who_needs_none_gets_a_file(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert list(given(tmp_path)) == ["open"]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda file: file.unlink(), "is not there"),
        (lambda file: file.chmod(0o644), "may be read by others"),
        (lambda file: _rewrite(file, lambda row: row["audience"] != "city"), "no key for the audience city"),
        (lambda file: _shorten(file, "encryption_key"), "encryption_key has less than 32 characters"),
        (lambda file: _shorten(file, "hash_key"), "hash_key has less than 32 characters"),
        (lambda file: file.write_text("a,b\n"), "line 1: the columns of a key file are"),
    ],
)
def test_a_key_that_is_missing_or_short_is_told_and_nothing_is_written(tmp_path, keys, spoil, told):
    secrets = [
        value for row in csv.DictReader(keys.open()) for value in (row["encryption_key"], row["hash_key"])
    ]
    spoil(keys)
    with pytest.raises(CityMartError) as error:
        given(tmp_path)
    assert told in str(error.value) and "\n" not in str(error.value)
    assert not any(secret in str(error.value) for secret in secrets)
    assert not list(tmp_path.glob("release-*"))


def _rewrite(file: Path, kept) -> None:
    found = [row for row in csv.DictReader(file.open()) if kept(row)]
    with file.open("w", newline="") as out:
        writer = csv.DictWriter(out, found[0])
        writer.writeheader()
        writer.writerows(found)


def _shorten(file: Path, column: str) -> None:
    def short(row):
        row[column] = row[column][:31]
        return True

    _rewrite(file, short)


def test_a_key_shows_in_no_text(tmp_path, keys):
    key = key_of(keys, "city")
    assert key.encryption_key not in repr(key) and key.hash_key not in repr(key)
    told = given(tmp_path)
    said = json.dumps(told, default=str)
    assert key.encryption_key not in said and key.hash_key not in said
    assert key.hash_key.encode() not in told["city"]["path"].read_bytes()


def test_new_keys_are_added_and_none_is_changed_or_lies_in_the_project(tmp_path, keys):
    before = keys.read_text()
    assert add_missing(keys, (*AUDIENCES, "borough/c"), Home.at(tmp_path / "home")) == ["borough/c"]
    assert keys.read_text().startswith(before)
    assert keys.stat().st_mode & 0o077 == 0
    for inside in (PROJECT / "keys.csv", tmp_path / "home" / "keys.csv"):
        with pytest.raises(UsageError, match="keep the keys outside"):
            add_missing(inside, AUDIENCES, Home.at(tmp_path / "home"))


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (line("press", "a", "open"), "there is no such audience"),
        (line("open", "a", "personal"), "must be open, shared or restricted"),
        (line("open", "nobody", "open"), "is no provider"),
        (line("open", "*", "open"), "is no provider"),
    ],
)
def test_a_line_of_an_agreement_that_can_not_be_meant_is_told(tmp_path, lines, told):
    with pytest.raises(CityMartError, match=told):
        given(tmp_path, lines)


def test_another_term_or_key_is_another_release(tmp_path, keys):
    build = small_build(tmp_path)
    now = sharing(build, DAY).fingerprint
    assert now == sharing(build, date(2026, 12, 1)).fingerprint
    small_build(tmp_path, AGREEMENTS + ", " + line("city", "c", "open", to="2026-11-30"))
    assert now != sharing(build, DAY).fingerprint
    assert now == sharing(build, date(2026, 12, 1)).fingerprint, "it has ended"
    with keys.open("a") as file:
        file.write(f"city,2,{'n' * 40},{'m' * 40}\n")
    assert now != sharing(build, date(2026, 12, 1)).fingerprint
    assert key_of(keys, "city").version == 2


@pytest.mark.usefixtures("keys")
def test_what_was_given_to_whom_is_logged_and_stays(tmp_path):
    home = Home.at(tmp_path / "home")
    told = given(tmp_path)
    release = {
        "created_at": "2026-11-26T12:00:00+00:00",
        "release_id": "r1",
        "audiences": [{k: v for k, v in each.items() if k != "path"} for each in told.values()],
    }
    log_access(home, release)
    log_access(home, {**release, "release_id": "r2"})
    lines = [json.loads(text) for text in (home.root / ACCESS_LOG).read_text().splitlines()]
    assert {entry["release_id"] for entry in lines} == {"r1", "r2"}
    [homes] = [
        e for e in lines if (e["release_id"], e["audience"], e["product"]) == ("r1", "city", "marts.homes")
    ]
    assert homes["columns"] == ["provider_code", "uprn", "ward_code"] and homes["rows"] == 3
    assert homes["terms"] == [{"agreement": "X", "purpose": "p", "lawful_basis": "l"}]
    assert homes["key_version"] == 1
