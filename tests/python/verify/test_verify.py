"""`citymart verify`: each kind of damage is told in one line that says where, what and what to do."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
import small_home
from citymart.cli import main
from citymart.encrypting import encrypt
from citymart.errors import CityMartError, UsageError
from citymart.hashing import file_sha256
from citymart.home import Home
from citymart.people.sweeping import COUNTED
from citymart.placeholders import RECORDS as SCHEMA
from citymart.publishing import roll_back
from citymart.releases import Release, current_release
from citymart.sharing.keys import OPERATOR, VARIABLE, add_missing
from citymart.verifying import verify

Damage = Callable[[Home], object]


def one(home: Home, pattern: str) -> Path:
    """The first file of that pattern."""
    return sorted(path for path in home.root.glob(pattern) if not path.name.startswith("."))[0]


def flip(path: Path, at: float = 0.5) -> None:
    """Another value in one byte of a file."""
    data = bytearray(path.read_bytes())
    data[int(len(data) * at)] ^= 0xFF
    path.write_bytes(data)


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def say(path: Path, **values: object) -> None:
    """Other values in a JSON file."""
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")


def receipt_of(home: Home, provider: str = "islington") -> Path:
    return one(home, f"landing/spending/{provider}/*.json")


def manifest_of(home: Home) -> Path:
    return home.published / "current" / "manifest.json"


def change_manifest(home: Home, change: Callable[[dict], object]) -> None:
    said = json.loads(manifest_of(home).read_text(encoding="utf-8"))
    change(said)
    manifest_of(home).write_text(json.dumps(said), encoding="utf-8")


def change_database(home: Home, sql: str) -> None:
    """Changes a release and makes the manifest vouch for the file: only its tables tell."""
    file = one(home, "published/releases/*/city_data_mart.duckdb")
    with duckdb.connect(str(file)) as con:
        con.execute(sql)
    entry = {"file": file.name, "bytes": file.stat().st_size, "sha256": file_sha256(file)}
    change_manifest(home, lambda said: said.update(files=[entry]))


def redirect_link(home: Home) -> None:
    (home.published / "current").unlink()
    (home.published / "current").symlink_to(Path("releases") / "20200101T000000.000Z-00000000")


def cut_log(home: Home) -> None:
    log = home.root / "access_log.jsonl"
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    log.write_text("".join(lines[1:]), encoding="utf-8")


def tear_log(home: Home) -> None:
    with open(home.root / "access_log.jsonl", "a", encoding="utf-8") as log:
        log.write('{"at": "2026-')


RECORDS = "landing/spending/islington/*.parquet"
REJECTS = "landing/spending/camden/rejects/*.parquet"
DATABASE = "published/releases/*/city_data_mart.duckdb"
OPEN = "published/releases/*/audiences/open.duckdb"
DAMAGES: dict[str, tuple[Damage, str, str, str]] = {
    "a byte of records is another": (
        lambda home: flip(one(home, RECORDS)),
        "landing/spending/islington/", "its SHA-256 is not", "load 2024-03-31.csv",
    ),
    "records are cut off": (
        lambda home: truncate(one(home, RECORDS)), "landing/spending/islington/", " bytes and not ", "backup",
    ),
    "records are gone": (
        lambda home: one(home, RECORDS).unlink(),
        "landing/spending/islington/", "is missing", "load 2024-03-31.csv",
    ),
    "a byte of rejects is another": (
        lambda home: flip(one(home, REJECTS)),
        "landing/spending/camden/rejects/", "its SHA-256 is not", "2024-04-30.csv",
    ),
    "rejects are gone": (
        lambda home: one(home, REJECTS).unlink(),
        "landing/spending/camden/rejects/", "1 records were rejected", "load",
    ),
    "a receipt is gone": (
        lambda home: receipt_of(home).unlink(), "landing/spending/islington/", "has no receipt", "backup",
    ),
    "a receipt speaks of more rows": (
        lambda home: say(receipt_of(home), landed_rows=9, source_records=9),
        "landing/spending/islington/", "speaks of 9 rows, and ", "delete",
    ),
    "a receipt does not add up": (
        lambda home: say(receipt_of(home), landed_rows=9),
        "landing/spending/islington/", "are not 8 records", "load",
    ),
    "a receipt is of fewer lines": (
        lambda home: say(receipt_of(home), total_lines=5), "landing/spending/islington/", "of line 9", "load",
    ),
    "a receipt is of another day": (
        lambda home: say(receipt_of(home), as_of_date="2024-02-29"),
        "landing/spending/islington/", "says as_of_date '2024-02-29'", "backup",
    ),
    "a receipt is of another source": (
        lambda home: say(receipt_of(home), source_sha256="0" * 64),
        "landing/spending/islington/", "id is not made of source_sha256", "load",
    ),
    "a receipt is no JSON": (
        lambda home: truncate(receipt_of(home)),
        "landing/spending/islington/", "can't be right as a receipt", "load",
    ),
    "a file that nobody landed": (
        lambda home: shutil.copy(one(home, RECORDS), receipt_of(home).with_name("0123456789abcdef.parquet")),
        "landing/spending/islington/0123456789abcdef.parquet", "has no receipt", "removes it",
    ),
    "a file beside the folders of providers": (
        lambda home: shutil.copy(one(home, RECORDS), home.landing / "spending"),
        "landing/spending/", "is no file of a landing", "take it out",
    ),
    "a file that is none of a landing": (
        lambda home: receipt_of(home).with_name("notes.txt").write_text("hello"),
        "landing/spending/islington/notes.txt", "is no file of a landing", "take it out",
    ),
    "a byte of the operator's file is another": (
        lambda home: flip(one(home, DATABASE)),
        "published/releases/", "its SHA-256 is not the one in", "--rollback",
    ),
    "the operator's file is cut off": (
        lambda home: truncate(one(home, DATABASE)),
        "published/releases/", " bytes and not ", "citymart publish",
    ),
    "a byte of an audience's file is another": (
        lambda home: flip(one(home, OPEN)),
        "/audiences/open.duckdb", "its SHA-256 is not", "citymart publish",
    ),
    "an audience's file is gone": (
        lambda home: one(home, OPEN).unlink(), "/audiences/open.duckdb", "is missing", "citymart publish",
    ),
    "a file that no manifest has": (
        lambda home: one(home, DATABASE).with_name("more.csv").write_text("a"),
        "/more.csv", "stands in no", "take it out",
    ),
    "the manifest has another number of rows": (
        lambda home: change_manifest(home, lambda said: said["tables"][0].update(rows=99)),
        "/manifest.json", "data_hash that is not that of its tables", "citymart publish",
    ),
    "the manifest is of another moment": (
        lambda home: change_manifest(home, lambda said: said.update(created_at="2020-01-01T00:00:00+00:00")),
        "/manifest.json", "another moment or data_hash than its name", "citymart publish",
    ),
    "the manifest is no JSON": (
        lambda home: truncate(manifest_of(home)),
        "/manifest.json", "does not say what it should", "citymart publish",
    ),
    "the manifest says nothing of files": (
        lambda home: change_manifest(home, lambda said: said.pop("files")),
        "/manifest.json", "'files'", "publish",
    ),
    "a value of a table is another, and the file's hash fits": (
        lambda home: change_database(home, "update marts.homes set ward_code = 'W9' where uprn = 1"),
        "/manifest.json", "has another hash of marts.homes", "citymart publish",
    ),
    "a table has gone, and the file's hash fits": (
        lambda home: change_database(home, "drop table marts.calendar"),
        "/manifest.json", "says marts.calendar, which", "citymart publish",
    ),
    "the current release is none": (
        redirect_link, "published/current", "which is no release", "--rollback",
    ),
    "the link to the current release is gone": (
        lambda home: (home.published / "current").unlink(),
        "published/current", "is no link to a release", "publish",
    ),
    "the log lacks what was given": (cut_log, "access_log.jsonl", "lacks ", "backup"),
    "the log is torn": (tear_log, "access_log.jsonl", "can't be read", "backup"),
    "an exported file is another": (
        lambda home: flip(one(home, "exports/*/open/homes.csv")),
        "/homes.csv", "is not what was written", "citymart export",
    ),
    "an exported file is gone": (
        lambda home: one(home, "exports/*/open/homes.csv").unlink(),
        "/homes.csv", "is missing", "citymart export",
    ),
    "an exported folder has no sums": (
        lambda home: one(home, "exports/*/open/SHA256SUMS").unlink(),
        "exports/", "has no SHA256SUMS", "citymart export",
    ),
    "the keys of persons are cut off": (
        lambda home: truncate(home.root / "people/keys.parquet"),
        "people/keys.parquet", "can't be read", "new key",
    ),
    "the history of keys is gone": (
        lambda home: (home.root / "people/history.parquet").unlink(),
        "people/history.parquet", "is missing", "backup",
    ),
}  # fmt: skip


def test_a_home_as_it_was_gives_no_line_and_says_what_was_looked_at(home, whole, capsys):
    status = main(["verify", "--home", str(home.root), "--sources", str(whole["sent"])])
    out = capsys.readouterr().out
    assert status == 0, out
    assert out.splitlines()[-1] == "all is as it was"
    assert "3 receipts, 3 extracts, 11 records, 1 rejected, 3 sources" in " ".join(out.split())
    assert "3 persons" in out and "4 tables" not in out.splitlines()[0]
    assert max(map(len, out.splitlines())) <= 80
    found = verify(home)
    assert found.faults == [] and found.notes == []


@pytest.mark.parametrize("what", DAMAGES)
def test_damage_is_one_line_that_says_where_what_and_what_to_do(home, what, monkeypatch):
    # Locked files are hashed then, which is quicker.
    monkeypatch.delenv(VARIABLE)
    damage, where, told, do = DAMAGES[what]
    damage(home)
    faults = verify(home, "all").faults
    assert len(faults) == 1, [str(fault) for fault in faults]
    assert where in faults[0].where and told in faults[0].what and do in faults[0].do


def test_a_person_gets_a_line_a_fault_and_the_number_of_them(home, capsys):
    one(home, OPEN).unlink()
    one(home, RECORDS).unlink()
    assert main(["verify", "--home", str(home.root)]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[:2] == [str(fault) for fault in verify(home).faults]
    assert out[-1] == "2 things differ"


def test_a_machine_gets_the_faults_and_the_numbers(home, capsys):
    one(home, OPEN).unlink()
    assert main(["verify", "--json", "--home", str(home.root)]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["is_as_it_was"] is False
    assert [list(fault) for fault in document["faults"]] == [["where", "what", "do"]]
    assert document["looked_at"]["landing"]["records"] == 11


def test_a_locked_file_without_its_key_is_hashed_and_that_is_said(home, monkeypatch):
    monkeypatch.delenv(VARIABLE)
    found = verify(home)
    assert found.faults == []
    assert "3 locked files were hashed and not read through" in found.notes[0]
    flip(one(home, "published/releases/*/audiences/city.duckdb"))
    assert [fault.where.split("/")[-1] for fault in verify(home).faults] == ["city.duckdb"]


def test_what_a_load_is_just_writing_is_looked_at_again_when_it_is_done(home):
    """As a load does it: the records are there before their receipt is."""
    receipt = receipt_of(home)
    text = receipt.read_text(encoding="utf-8")
    receipt.unlink()
    lock = os.open(home.root / ".load.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)

    def finish() -> None:
        receipt.write_text(text, encoding="utf-8")
        os.close(lock)

    told = []

    def listen(message: str) -> None:
        told.append(message)
        if "waiting" in message:
            finish()

    found = verify(home, note=listen)
    assert any("waiting for it to end" in message for message in told)
    assert found.faults == []


def test_other_releases_are_looked_at_by_name_or_all_together(home):
    older = shutil.copytree(
        home.published / "current", home.published / "releases" / "20200101T000000.000Z-aaaaaaaa"
    )
    assert verify(home).faults == []
    assert {fault.where.split("/")[2] for fault in verify(home, "all").faults} == {older.name}
    assert len(verify(home, older.name).faults) == 1
    with pytest.raises(UsageError, match=r"has no release 'nonesuch'; there are 2020"):
        verify(home, "nonesuch")


def test_an_encrypted_home_is_verified_with_its_key_and_without_is_the_line_of_all_commands(
    whole, tmp_path, monkeypatch, capsys
):
    home = Home.at(shutil.copytree(whole["home"], tmp_path / "home", symlinks=True))
    file = tmp_path / "keys.csv"
    add_missing(file, [OPERATOR], Home.at(tmp_path / "none"))
    monkeypatch.setenv(VARIABLE, str(file))
    encrypt(home)
    found = verify(home)
    assert [str(fault) for fault in found.faults] == []
    assert found.parts["landing"].counts["records"] == 11
    flip(one(home, RECORDS))
    flip(one(home, REJECTS))
    assert [fault.what for fault in verify(home).faults] == ["its SHA-256 is not the one in its receipt"] * 2
    monkeypatch.delenv(VARIABLE)
    assert main(["verify", "--home", str(home.root)]) == 1
    assert "is encrypted: set CITYMART_KEYS to the file" in capsys.readouterr().err


def test_a_receipt_that_was_not_mended_after_somebody_was_forgotten_says_so(home):
    path = one(home, RECORDS)

    table = pq.read_table(path)
    pq.write_table(
        table.replace_schema_metadata({COUNTED: "1"}).cast(SCHEMA.with_metadata({COUNTED: "1"})), path
    )
    (fault,) = verify(home).faults
    assert "forgotten" in fault.what and "citymart publish" in fault.do


def test_a_release_of_other_mappings_is_a_note_and_no_fault(home):
    def other(said: dict) -> None:
        said["code"]["folders"]["seeds/layouts"] = "0" * 64

    change_manifest(home, other)
    found = verify(home)
    assert found.faults == []
    assert "was built with other seeds/layouts than are here now" in found.notes[0]


def test_a_source_that_is_not_what_landed_is_told(home, whole, tmp_path):
    sent = Path(shutil.copytree(whole["sent"], tmp_path / "sent"))
    flip(sent / "camden/spending/2024-03-31.csv")
    (fault,) = verify(home, sources=sent).faults
    assert fault.where.endswith("camden/spending/2024-03-31.csv") and "in no receipt" in fault.what


def test_a_damaged_release_is_published_again_and_can_be_left(home, tmp_path):
    """Else the way out that is told would be none: the data is the same as the manifest says."""
    first = current_release(home)
    flip(first.database)
    second = small_home.release(home, tmp_path)
    assert second.id != first.id and second.data_hash == first.data_hash
    assert [fault.where.split("/")[2] for fault in verify(home, "all").faults] == [first.id]
    truncate(manifest_of(home))
    left, now = roll_back(home)
    assert (left, now.id) == (second.id, first.id)
    assert isinstance(current_release(home), Release)
    with pytest.raises(CityMartError, match="no release before"):
        roll_back(home)


def test_nothing_in_a_home_is_changed_by_looking(home):
    def state() -> dict[str, tuple[int, int]]:
        return {
            str(path): (path.stat().st_mtime_ns, path.stat().st_size)
            for path in home.root.rglob("*")
            if path.is_file() and path.name != ".load.lock"
        }

    flip(one(home, RECORDS))
    before = state()
    verify(home, "all")
    assert state() == before
