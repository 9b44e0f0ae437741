"""A database brought up to date delivery by delivery is the one that is built from nothing."""

from __future__ import annotations

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
