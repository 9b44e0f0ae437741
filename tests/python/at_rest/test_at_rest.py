"""A home with the operator's key: nothing of a record is in clear, and the mart is the same."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from citymart import at_rest, encrypting
from citymart.candidates import last_failure
from citymart.errors import CityMartError
from citymart.hashing import table_digest, tables
from citymart.home import PROJECT, Home
from citymart.landing import read_receipt
from citymart.people import sweeping
from citymart.placeholders import RECORDS
from citymart.publishing import publish
from citymart.receipts import all_receipts
from citymart.sharing.keys import OPERATOR, VARIABLE, Keys, add_missing

sys.path.insert(0, str(PROJECT / "tests" / "python" / "publish"))
import tiny

# What stands in the records, in a rejected one, above a header and in a header of what is loaded below.
PLANTED = ("Thistlewood", "14 Mill Lane", "Quillfeather", "Marrowby", "Hobblethwaite")
SPENDING = """\
"Prepared by Marrowby, extension 123"
Payment Date,Supplier Name,Net Amount,Transaction Number,Hobblethwaite
2024-03-01,Ada Ltd,10.50,P1,a
2024-03-02,Bo & Co,20.00,P2,b
2024-03-03,Cy plc,30.25,P3,c
2024-03-04,Quillfeather,1,2,3,4,5,6,7
"""
SELECTED = ("+rejected_records", "+int_person_keys", "+int_address_matches", "+extract_columns")
RANDOM = {"conformed.int_person_keys"}
"""A person's key is random, in each home another."""


@pytest.fixture(scope="module")
def keys(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("keys") / "keys.csv"
    add_missing(file, ["city", OPERATOR], Home.at(file.parent / "none"))
    return file


@pytest.fixture(scope="module")
def sent(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sent")
    register = Path("bexley") / "electoral_register"
    shutil.copytree(PROJECT / "sample" / register, folder / register)
    spending = folder / "camden" / "spending" / "2024-03-31.csv"
    spending.parent.mkdir(parents=True)
    spending.write_text(SPENDING, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def homes(tmp_path_factory, citymart, sent, keys) -> dict[str, Path]:
    """Two homes in which the same is loaded and built: `plain`, and `locked`."""
    folder = tmp_path_factory.mktemp("homes")
    made = {}
    for name, file in (("plain", None), ("locked", keys)):
        with keyed(file):
            selected = [word for each in SELECTED for word in ("--select", each)]
            for command in (("load", sent), ("build", "--no-tests", *selected)):
                done = citymart(folder / name, *command)
                assert done.returncode == 0, done.stdout + done.stderr
        made[name] = folder / name
    return made


class keyed:
    """CITYMART_KEYS as long as it lasts."""

    def __init__(self, file: Path | None):
        self.file = file

    def __enter__(self) -> None:
        self.before = os.environ.pop(VARIABLE, None)
        if self.file:
            os.environ[VARIABLE] = str(self.file)

    def __exit__(self, *_: object) -> None:
        os.environ.pop(VARIABLE, None)
        if self.before:
            os.environ[VARIABLE] = self.before


@pytest.fixture
def locked(homes, tmp_path, keys) -> Iterator[Path]:
    """A copy of the locked home, and its key at hand."""
    with keyed(keys):
        yield Path(shutil.copytree(homes["locked"], tmp_path / "home"))


@pytest.fixture
def plain(homes, tmp_path) -> Iterator[Path]:
    with keyed(None):
        yield Path(shutil.copytree(homes["plain"], tmp_path / "home"))


def files(home: Path) -> list[Path]:
    return sorted(path for path in home.rglob("*") if path.is_file())


def told_by(home: Path, words: list[bytes]) -> dict[bytes, list[str]]:
    found: dict[bytes, list[str]] = {word: [] for word in words}
    for path in files(home):
        data = path.read_bytes()
        for word in words:
            if word in data or word.decode("latin-1").encode("utf-16-le") in data:
                found[word].append(str(path.relative_to(home)))
    return found


def state(home: Path) -> dict[str, str]:
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files(home)}


def test_no_file_of_a_locked_home_has_a_word_of_what_was_sent(homes):
    words = [word.encode() for word in PLANTED]
    told = told_by(homes["locked"], words)
    assert not any(told.values()), told
    # The database of a plain home has them: it is no accident of how values are packed.
    in_plain = told_by(homes["plain"], words)
    assert all(any(name.endswith((".duckdb", ".json")) for name in names) for names in in_plain.values())


def test_no_file_of_a_locked_home_has_the_key(homes, keys):
    key = Keys(keys).of(OPERATOR)
    lock = at_rest.Lock.of(key.encryption_key)
    raw = [base64.b64decode(each) for each in (lock.database, lock.parquet)]
    words = [each.encode() for each in (key.encryption_key, key.hash_key, lock.database, lock.parquet)]
    words += [each.hex().encode() for each in raw] + [each.hex().upper().encode() for each in raw] + raw
    assert not any(told_by(homes["locked"], words).values())
    assert all(word not in repr(lock).encode() for word in words)


def test_the_mart_is_that_of_a_plain_home(homes, keys):
    found = []
    for name, file in (("plain", None), ("locked", keys)):
        with keyed(file), at_rest.opened(homes[name] / "build" / "dev" / "mart.duckdb") as con:
            schemas = ("landing", "staging", "conformed", "seeds")
            found.append({table.label: table_digest(con, table) for table in tables(con, "mart", schemas)})
    plain, locked = (
        {label: digest for label, digest in each.items() if not label.endswith("__extracts")}
        for each in found
    )
    assert plain["landing.rejected_records"][0] == 1
    assert plain["staging.stg_electoral_register"][0] > 0
    assert set(plain) == set(locked)
    assert {label for label in plain if plain[label] != locked[label]} <= RANDOM


def test_without_the_key_nothing_opens(homes):
    home = homes["locked"]
    with keyed(None), pytest.raises(duckdb.Error, match="without a key"):
        duckdb.connect(str(home / "build" / "dev" / "mart.duckdb"), read_only=True)
    kept = [
        *home.glob("landing/**/*.parquet"),
        *home.glob("landing/**/*.json"),
        *home.glob("people/*.parquet"),
    ]
    kept += home.glob("matches/*.parquet")
    assert len(kept) > 10
    for path in kept:
        with pytest.raises((OSError, pa.ArrowException)):
            pq.read_table(path)
        with duckdb.connect() as con, pytest.raises(duckdb.Error):
            con.execute("from read_parquet(?)", [str(path)])


@pytest.mark.parametrize("command", [("status",), ("load", "sent"), ("build",), ("publish",)])
@pytest.mark.parametrize("with_another", [False, True])
def test_a_locked_home_without_its_key_is_one_clear_error(
    citymart, homes, sent, tmp_path, command, with_another
):
    file = tmp_path / "other.csv" if with_another else None
    if file:
        add_missing(file, [OPERATOR], Home.at(tmp_path / "none"))
    before = state(homes["locked"])
    with keyed(file):
        done = citymart(homes["locked"], *(sent if word == "sent" else word for word in command))
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert ("another key" if with_another else f"set {VARIABLE}") in line
    assert state(homes["locked"]) == before


def test_a_plain_home_with_a_key_is_one_clear_error_that_names_the_way_out(citymart, plain, keys):
    before = state(plain)
    with keyed(keys):
        done = citymart(plain, "status")
    assert done.returncode == 1
    assert "citymart keys --operator" in done.stderr
    assert state(plain) == before


def test_a_key_that_is_too_short_is_one_clear_error_and_nothing_is_written(citymart, sent, tmp_path):
    file = tmp_path / "keys.csv"
    file.write_text(
        f"audience,version,encryption_key,hash_key\n{OPERATOR},1,tooshort,{'h' * 40}\n", encoding="utf-8"
    )
    file.chmod(0o600)
    with keyed(file):
        done = citymart(tmp_path / "home", "load", sent)
    assert done.returncode == 1
    assert "less than 32 characters" in done.stderr and "tooshort" not in done.stderr
    assert not (tmp_path / "home").exists()


def test_a_file_of_keys_without_an_operator_leaves_the_home_plain(citymart, sent, tmp_path):
    file = tmp_path / "keys.csv"
    assert citymart(tmp_path / "home", "keys", file).returncode == 0
    assert OPERATOR not in Keys(file)
    with keyed(file):
        assert citymart(tmp_path / "home", "load", sent).returncode == 0
        assert citymart(tmp_path / "home", "status").returncode == 0
    assert not (tmp_path / "home" / at_rest.MARK).exists()
    assert told_by(tmp_path / "home", [b"Marrowby"])[b"Marrowby"], "the receipt has it"


def test_a_plain_home_can_be_encrypted_and_has_landed_what_had_landed(citymart, plain, sent, tmp_path):
    file = tmp_path / "keys.csv"
    receipts = {path.name: receipt for path, receipt in all_receipts(Home.at(plain))}
    persons = pq.read_table(plain / "people" / "keys.parquet").to_pylist()
    assert citymart(plain, "keys", "--operator", file).returncode == 0
    words = [word.encode() for word in PLANTED]
    assert not any(told_by(plain, words).values())
    with keyed(file):
        done = citymart(plain, "load", sent, "--json")
        outcomes = json.loads(done.stdout)["outcomes"]
        assert {outcome["status"] for outcome in outcomes} == {"already landed"}, done.stdout
        now = {path.name: receipt for path, receipt in all_receipts(Home.at(plain))}
        size = ("landing_bytes", "landing_sha256", "rejects_sha256")
        assert {k: v | dict.fromkeys(size) for k, v in now.items()} == {
            k: v | dict.fromkeys(size) for k, v in receipts.items()
        }
        assert at_rest.read_table(plain / "people" / "keys.parquet").to_pylist() == persons
    again = citymart(plain, "keys", "--operator", file)
    assert again.returncode == 0 and "0 files now" in again.stdout


def test_encrypting_that_was_stopped_is_finished_by_running_it_again(plain, keys, monkeypatch):
    whole, done = at_rest.encrypt_parquet, []

    def stopped(*paths: Path) -> None:
        if len(done) == 5:
            raise KeyboardInterrupt
        done.append(paths)
        whole(*paths)

    home = Home.at(plain)
    receipts = len(list(all_receipts(home)))
    with keyed(keys):
        monkeypatch.setattr(at_rest, "encrypt_parquet", stopped)
        with pytest.raises(KeyboardInterrupt):
            encrypting.encrypt(home)
        with pytest.raises(CityMartError, match="encrypted in part"):
            at_rest.require(home)
        monkeypatch.undo()
        encrypting.encrypt(home)
        assert at_rest.require(home) is home
        assert len(list(all_receipts(home))) == receipts
    with keyed(None), pytest.raises(CityMartError, match=VARIABLE):
        at_rest.require(home)


def test_a_person_is_forgotten_in_a_locked_home_as_in_a_plain_one(citymart, locked):
    with at_rest.opened(locked / "build" / "dev" / "mart.duckdb") as con:
        person, extract = con.execute(
            """
            select person_key, extract_id
            from conformed.int_person_records inner join conformed.int_person_keys using (record_id)
            where surname ilike 'Thistlewood' or name ilike '%Thistlewood%' order by all limit 1
            """
        ).fetchone()
    done = citymart(locked, "forget", "--person", person, "--why", "request 7", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = locked.glob(f"landing/*/*/{extract}.json")
    receipt = read_receipt(path)
    records = path.with_suffix(".parquet")
    assert receipt["forgotten_rows"] == sweeping.counted(records) >= 1
    assert receipt["landing_sha256"] == hashlib.sha256(records.read_bytes()).hexdigest()
    assert any(None in row["cells"] for row in at_rest.read_table(records).to_pylist())
    assert citymart(locked, "build", "--no-tests", "--select", "+rejected_records").returncode == 0
    assert not told_by(locked, [b"Thistlewood"])[b"Thistlewood"]


def test_what_is_said_of_a_file_goes_with_it_and_with_no_other(tmp_path, keys):
    schema = pa.schema([RECORDS.field("extract_id")])
    with keyed(keys):
        for at, name in enumerate(("old", "new"), 1):
            with at_rest.writer(tmp_path / name, schema) as writer:
                writer.write_batch(pa.record_batch([pa.array([name] * at)], schema=schema))
        assert at_rest.number(tmp_path / "old", "said") == 0
        at_rest.say(tmp_path / "old", tmp_path / "new", "said", 3)
        assert at_rest.number(tmp_path / "old", "said") == 0, "it is of the new one, which is not there yet"
        (tmp_path / "new").replace(tmp_path / "old")
        at_rest.move_said(tmp_path / "old", tmp_path / "moved")
        (tmp_path / "old").replace(tmp_path / "moved")
        assert at_rest.number(tmp_path / "moved", "said") == 3


def test_a_publish_of_a_locked_home_is_that_of_a_plain_one_and_a_failed_one_keeps_nothing_in_clear(
    tmp_path, keys
):
    project = tiny.write_project(tmp_path / "tiny")
    profile = tiny.FILES["profiles.yml"].replace(
        "threads: 2",
        f"threads: 2, module_paths: [{PROJECT}/scripts], plugins: [{{module: citymart.dbt_plugin}}]",
    )
    (project / "profiles.yml").write_text(profile, encoding="utf-8")
    hashes = []
    for name, file in (("plain", None), ("locked", keys)):
        with keyed(file):
            tiny.write_payments(Home.at(tmp_path / name), tiny.ROWS)
            hashes.append(publish(Home.at(tmp_path / name), project=project).release.data_hash)
    assert hashes[0] == hashes[1]
    home = Home.at(tmp_path / "locked")
    with keyed(keys):
        tiny.write_payments(home, ["1,Quillfeather,10", "2,Quillfeather,-98765.25"])
        failed = publish(home, project=project)
        assert failed.failures[0]["examples"] == [{"payment_key": "2", "amount": "-98765.25"}]
        assert last_failure(home)["failures"] == failed.failures
    told = told_by(home.root, [b"Quillfeather", b"98765.25"])
    assert told == {b"Quillfeather": ["payments.csv"], b"98765.25": ["payments.csv"]}


def test_what_spills_is_encrypted(keys, tmp_path):
    in_clear = []
    for name, file in (("plain", None), ("locked", keys)):
        config = {"memory_limit": "100MB", "threads": 2, "temp_directory": str(tmp_path / name)}
        with keyed(file), at_rest.connect(config) as con:
            con.execute(
                "create temp table t as select 'Quillfeather' || range as name, md5(range::varchar) as more"
                " from range(3000000)"
            )
            spilt = files(tmp_path / name)
            assert spilt
            in_clear.append(any(b"Quillfeather" in path.read_bytes() for path in spilt))
    assert in_clear == [True, False]


def test_the_name_of_the_operator_is_no_audience():
    with (PROJECT / "seeds" / "market" / "audiences.csv").open(encoding="utf-8", newline="") as file:
        assert OPERATOR not in {row["audience"] for row in csv.DictReader(file)}
