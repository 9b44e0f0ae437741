"""The commands on the sample, as a user types them."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest
from citymart.home import PROJECT

MARCH = """\
Our spending in March
Supplier Name,Amount,Payment Date,Colour of the envelope
Acme Ltd,123.45,03/14/2026,red
Bolt plc,(99.00),03/22/2026,blue
Cat Ltd,a lot,03/25/2026,red
Dog Ltd,1
"""


@pytest.fixture
def march(tmp_path) -> Path:
    path = tmp_path / "march.csv"
    path.write_text(MARCH, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def exported(citymart, sample_home, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "mart"
    done = citymart(sample_home, "export", "--to", folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_publishing_the_sample_again_publishes_nothing_and_its_questions_can_be_pasted(sample_home, tmp_path):
    # Others read what dbt said of the sample's build meanwhile: it is published again elsewhere.
    home = tmp_path / "home"
    shutil.copytree(sample_home, home, symlinks=True, ignore=shutil.ignore_patterns("build", "logs"))
    before = (home / "published" / "current").readlink()
    publish = [PROJECT / "citymart", "--home", home, "publish", "--json"]
    done = subprocess.run(publish, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert not told["published"]
    assert (home / "published" / "current").readlink() == before
    assert len(told["questions"]) == 3
    for question in told["questions"]:
        assert max(map(len, question["sql"].splitlines())) <= 80
        pasted = ["sh", "-c", question["command"]]
        answer = subprocess.run(pasted, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stderr
        assert "│" in answer.stdout


def test_an_export_of_the_sample_says_what_the_mart_says(exported, sample_home, query):
    for table in ("fct_payments", "fct_brownfield_sites", "dim_area"):
        ((rows,),) = query(sample_home, f"select count(*) from marts.{table}")
        with open(exported / f"{table}.csv", encoding="utf-8", newline="") as file:
            assert sum(1 for _ in csv.DictReader(file)) == rows > 0
        assert duckdb.sql(f"select count(*) from '{exported}/{table}.parquet'").fetchone() == (rows,)
    with open(exported / "fct_payments.csv", encoding="utf-8", newline="") as file:
        pence = sum(round(float(row["net_amount"] or 0) * 100) for row in csv.DictReader(file))
    ((total,),) = query(sample_home, "select sum(net_amount) from marts.fct_payments")
    assert pence == round(total * 100)


def test_an_export_of_the_sample_is_the_same_bytes_again(citymart, exported, sample_home, tmp_path):
    assert citymart(sample_home, "export", "--to", tmp_path / "again").returncode == 0
    assert (tmp_path / "again" / "SHA256SUMS").read_bytes() == (exported / "SHA256SUMS").read_bytes()
    for line in (exported / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((exported / name).read_bytes()).hexdigest() == digest, name


@pytest.mark.parametrize(
    "table", ["dim_area", "dim_borough", "fct_brownfield_sites", "fct_planning_applications"]
)
def test_every_shape_of_the_sample_lies_in_the_uk(exported, table):
    document = json.loads((exported / f"{table}.geojson").read_text(encoding="utf-8"))
    west, south, east, north = document["bbox"]
    assert -9 < west <= east < 2.1 and 49.8 < south <= north < 61


def test_status_of_the_sample_fits_a_terminal_and_names_the_release(citymart, sample_home):
    done = citymart(sample_home, "status")
    assert done.returncode == 0, done.stderr
    release = (sample_home / "published" / "current").readlink().name
    assert f"current release: {release}" in done.stdout
    assert "lambeth" in done.stdout and "spending" in done.stdout
    told = [line for line in done.stdout.splitlines() if str(sample_home) not in line]
    assert max(map(len, told)) <= 80


def test_check_tells_in_plain_words_and_keeps_nothing(citymart, sample_home, march):
    before = sorted(sample_home.glob("landing/**/*"))
    done = citymart(sample_home, "check", march, "--provider", "camden", "--subject", "spending")
    assert done.returncode == 1, done.stderr
    for told in (
        "3 records would land, 1 rejected, 1 line passed over",
        "not known: 'Colour of the envelope'",
        "1 × net_amount: The value is not an amount of money",
        "line 5: a lot",
        "line 6: Dog Ltd,1",
        "3 values of paid_date could only be read as month/day/year: declare the format mdy",
    ):
        assert told in done.stdout
    # The command can be pasted, however long the path is.
    assert f"layout suggest {march}`" in done.stdout
    assert sorted(sample_home.glob("landing/**/*")) == before
    assert not (sample_home / "build" / "check" / "home").exists()


def test_check_says_good_of_a_file_with_nothing_to_mend(citymart, sample_home, tmp_path):
    good = tmp_path / "camden" / "spending" / "2026-03.csv"
    good.parent.mkdir(parents=True)
    good.write_text(
        "Transaction Number,Supplier Name,Amount,Payment Date\nT1,Acme Ltd,123.45,14/03/2026\n",
        encoding="utf-8",
    )
    done = citymart(sample_home, "check", good, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["good"]
    assert told["files"][0]["landed_rows"] == 1
    assert told["files"][0]["untried"] == [], "nothing of a payment is compared with other subjects"
    assert told["files"][0]["as_of"] == "2026-03-31"


def test_check_says_which_rules_it_could_not_try_and_which_column_looks_wrong(citymart, tmp_path):
    file = tmp_path / "camden" / "hmo_licences" / "2026-03-31.csv"
    file.parent.mkdir(parents=True)
    file.write_text(
        "licence_reference,uprn,address,licence_start_date,licence_end_date\n"
        "HMO/1,100023456789,Mrs Ann Other,01/04/2024,31/03/2029\n",
        encoding="utf-8",
    )
    done = citymart(tmp_path / "home", "check", file)
    assert (
        "Not tried here, for want of the records to compare with; a build does\n"
        "  without the gazetteer: uprn_unknown, uprn_in_other_borough, uprn_contradicted,\n"
        "    uprn_of_building\n"
    ) in done.stdout, done.stdout + done.stderr
    assert "what feeds address looks like names of people: is that the right column?" in done.stdout


def test_check_says_why_a_file_would_be_refused(citymart, sample_home, tmp_path):
    page = tmp_path / "page.csv"
    page.write_text("<!doctype html><html><body>Not found</body></html>", encoding="utf-8")
    done = citymart(sample_home, "check", page, "--provider", "camden", "--subject", "spending")
    assert done.returncode == 1
    assert "refused: " in done.stdout and "Traceback" not in done.stdout + done.stderr


def test_suggested_rows_can_be_pasted_and_name_the_likeliest_fields(citymart, sample_home, march):
    march.write_text(
        "Pmt Dt,Supplier nm,Amount GBP net,Blah,Trans number\n03/14/2024,Acme Ltd,12.45,yes,T-1\n",
        encoding="utf-8",
    )
    done = citymart(sample_home, "layout", "suggest", march, "--provider", "camden", "--subject", "spending")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert [(row["source_column"], row["field"], row["format"]) for row in rows] == [
        ("Pmt Dt", "paid_date", "mdy"),
        ("Supplier nm", "supplier_name", ""),
        ("Amount GBP net", "net_amount", ""),
        ("Blah", "?", ""),
        ("Trans number", "payment_reference", ""),
    ]
    assert {row["provider_code"] for row in rows} == {"camden"}
    assert "holds Aaaa Aaa" in rows[1]["note"]


def test_a_name_that_holds_a_whole_known_one_is_not_ignored(citymart, sample_home, tmp_path):
    file = tmp_path / "accounts.csv"
    file.write_text("Acc Ref,Property UPRN,Liable From\nH1,100023456789,01/04/2024\n", encoding="utf-8")
    asked = ("layout", "suggest", file, "--provider", "hackney", "--subject", "council_tax")
    rows = csv.DictReader(citymart(sample_home, *asked).stdout.splitlines())
    assert {row["source_column"]: row["field"] for row in rows}["Property UPRN"] == "uprn"


def test_a_withdrawn_file_no_longer_counts(citymart, sample_home, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(sample_home / "landing", home / "landing")
    receipt = next((home / "landing" / "spending" / "camden").glob("*.json"))
    extract = json.loads(receipt.read_text(encoding="utf-8"))["extract_id"]
    done = citymart(home, "withdraw", extract[:8], "--why", "sent by mistake")
    assert done.returncode == 0, done.stderr
    assert citymart(home, "withdraw", extract, "--why", "again").returncode == 2
    told = json.loads(citymart(home, "status", "--json").stdout)["delivered"]
    (camden,) = [entry for entry in told if (entry["provider"], entry["subject"]) == ("camden", "spending")]
    assert [entry["extract_id"] for entry in camden["withdrawn"]] == [extract]
    built = citymart(home, "build", "--select", "+landing.extracts", "--json")
    assert built.returncode == 0, built.stdout + built.stderr
    with duckdb.connect(str(home / "build" / "dev" / "mart.duckdb"), read_only=True) as con:
        found = con.execute(
            "select outcome, is_landed, reason from landing.extracts where extract_id = ?", [extract]
        ).fetchall()
    assert found == [("withdrawn", False, "sent by mistake")]


def test_a_second_build_is_told_who_builds(citymart, tmp_path):
    from citymart.home import Home
    from citymart.lock import build_lock

    with build_lock(Home.at(tmp_path), "publish"):
        done = citymart(tmp_path, "build")
    assert done.returncode == 1
    assert f"`citymart publish` (process {os.getpid()}) has been building" in done.stderr
    assert done.stderr.count("\n") == 1
