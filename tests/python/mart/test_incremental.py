"""A database brought up to date delivery by delivery is the one that is built from nothing."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import duckdb
from citymart.hashing import table_digest, tables

sys.path.insert(0, str(Path(__file__).parents[1]))
from persons import OF_PERSONS

LAYERS = ("landing", "staging", "conformed", "marts", "market")


def digests(home: Path) -> dict[str, object]:
    """Every table of the development database with the number and the digest of its rows."""
    with duckdb.connect(str(home / "build/dev/mart.duckdb"), read_only=True) as mart:
        mart.execute("set timezone = 'UTC'")
        return {
            table.label: table_digest(mart, table)
            for table in tables(mart, "mart", LAYERS)
            if not table.name.endswith("__extracts") and table.name not in OF_PERSONS
        }


def staged(home: Path, subject: str) -> set[str]:
    with duckdb.connect(str(home / "build/dev/mart.duckdb"), read_only=True) as mart:
        return {
            row[0]
            for row in mart.execute(f"select distinct extract_id from staging.stg_{subject}").fetchall()
        }


def test_an_incremental_build_equals_a_full_one_late_and_corrected_deliveries_included(
    copy: Path, citymart, tmp_path: Path
) -> None:
    home, sample, later = tmp_path / "home", copy / "sample", tmp_path / "later"

    def run(*arguments: str) -> str:
        done = citymart(home, *arguments, project=copy)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    # What comes late: a correction, an older month, a register, a layout that nobody had written.
    for name in (
        "camden/spending/2026-09-15-corrected.csv",
        "lambeth/planning_applications/2026-08-31.csv",
        "bexley/brownfield_land/2026-09-30.csv",
    ):
        file = later / name
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(sample / name, file)
    strange = sample / "hackney/foi_requests/2026-09-30.csv"
    strange.parent.mkdir(parents=True)
    strange.write_text("Ref,Received date,Betreff\nA1,01/09/2026,Bins\nA2,02/09/2026,Trees\n")
    run("load", str(sample))
    run("build", "--no-tests")
    first = staged(home, "spending")

    run("load", str(later))
    layout = copy / "seeds/layouts/layout_foi_requests.csv"
    layout.write_text(layout.read_text() + "hackney,Betreff,summary,,\n")
    with duckdb.connect(str(home / "build/dev/mart.duckdb"), read_only=True) as mart:
        (gone,) = mart.execute(
            "select min(extract_id) from landing.extracts"
            " where provider_code = 'gla' and subject = 'spending'"
        ).fetchone()
    run("withdraw", gone, "--why", "sent by mistake")
    run("build", "--no-tests")
    kept = staged(home, "spending")
    assert gone in first - kept, "what was withdrawn has gone"
    assert kept - first, "what came late is there"
    incremental = digests(home)

    shutil.rmtree(home / "build")
    run("build", "--no-tests")
    assert digests(home) == incremental
    with duckdb.connect(str(home / "build/dev/mart.duckdb"), read_only=True) as mart:
        assert mart.execute(
            "select summary from marts.fct_foi_requests where provider_code = 'hackney' order by 1"
        ).fetchall() == [("Bins",), ("Trees",)], "the corrected layout was used without a new load"


def test_an_extract_that_is_read_as_before_is_not_staged_again(copy: Path, citymart, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert citymart(home, "load", copy / "sample/bexley/foi_requests", project=copy).returncode == 0
    select = ("build", "--select", "+stg_foi_requests")
    assert citymart(home, *select, project=copy).returncode == 0
    database = str(home / "build/dev/mart.duckdb")
    with duckdb.connect(database) as mart:
        mart.execute("update staging.stg_foi_requests set summary = 'a mark'")
    assert citymart(home, "load", copy / "sample/islington/foi_requests", project=copy).returncode == 0
    assert citymart(home, *select, project=copy).returncode == 0
    marked = (
        "select provider_code, bool_and(summary = 'a mark') from staging.stg_foi_requests"
        " group by 1 order by 1"
    )
    with duckdb.connect(database, read_only=True) as mart:
        assert mart.execute(marked).fetchall() == [("bexley", True), ("islington", False)]
    model = copy / "models/staging/foi_requests/stg_foi_requests.sql"
    model.write_text(
        model.read_text().replace("select * from parsed", "select * from parsed -- changed") + "-- changed\n"
    )
    assert citymart(home, *select, project=copy).returncode == 0
    with duckdb.connect(database, read_only=True) as mart:
        assert mart.execute(marked).fetchall() == [("bexley", False), ("islington", False)], (
            "new code, all anew"
        )


def made(home: Path) -> dict[str, bool]:
    """Of each model and seed of the last build: whether it was made, and not found unchanged."""
    results = json.loads((home / "build/target/dev/run_results.json").read_text())["results"]
    return {
        result["unique_id"].rsplit(".", 1)[-1]: result["adapter_response"].get("_message") != "UNCHANGED"
        for result in results
    }


def test_only_what_has_changed_is_made_again(copy: Path, citymart, tmp_path: Path) -> None:
    home = tmp_path / "home"
    for provider, subject in (("bexley", "spending"), ("islington", "foi_requests")):
        assert citymart(home, "load", copy / f"sample/{provider}/{subject}", project=copy).returncode == 0

    def build(*more: str) -> dict[str, bool]:
        select = ("--select", "+fct_payments", "--select", "+fct_foi_requests")
        done = citymart(home, "build", "--no-tests", *select, *more, project=copy)
        assert done.returncode == 0, done.stdout + done.stderr
        return made(home)

    def edit(file: str, before: str, after: str) -> None:
        path = copy / file
        assert before in path.read_text()
        path.write_text(path.read_text().replace(before, after, 1))

    facts = {"fct_payments", "fct_foi_requests"}
    assert all(build().values())
    again = build()
    # What reads the landing itself is made to see whether something has changed.
    assert {name for name, new in again.items() if new} <= {
        "extracts",
        "extract_days",
        "rejected_records",
        "column_statistics",
        "stg_spending",
        "stg_foi_requests",
    }

    # A row of a layout that no file needs, and the same rows by other code: who reads them has nothing to do.
    layout = copy / "seeds/layouts/layout_foi_requests.csv"
    layout.write_text(layout.read_text() + "hackney,Betreff,summary,,\n")
    edit("models/conformed/finance/int_payments.sql", "with\n", "with -- otherwise said\n")
    third = build()
    assert third["layout_foi_requests"] and third["layout_rows"] and third["int_payments"]
    assert not any(third[fact] for fact in facts)

    edit("models/marts/finance/fct_payments.yml", 'description: "', 'description: "Told anew. ')
    with duckdb.connect(str(home / "build/dev/mart.duckdb")) as mart:
        mart.execute("drop table marts.fct_foi_requests")
    fourth = build()
    assert all(fourth[fact] for fact in facts)
    assert not fourth["int_payments"] and not fourth["int_foi_requests"]
    with duckdb.connect(str(home / "build/dev/mart.duckdb"), read_only=True) as mart:
        (comment,) = mart.execute(
            "select comment from duckdb_tables() where table_name = 'fct_payments'"
        ).fetchone()
    assert comment.startswith("Told anew.")

    assert citymart(home, "load", copy / "sample/camden/spending", project=copy).returncode == 0
    fifth = build()
    assert fifth["fct_payments"] and not fifth["fct_foi_requests"]
    assert all(build("--full-refresh").values())
