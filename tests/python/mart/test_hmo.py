"""The list of unlicensed houses in multiple occupation: it finds them, and no later day has a say."""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from citymart.hmo.training import weights

SUBJECTS = (
    "gazetteer,postcode_directory,geography,council_tax,housing_benefit,tenancies,hmo_licences,"
    "energy_certificates,property_sales,service_requests,inspections"
)
# What is dated by the column is not known before it.
DATED = {
    "int_service_requests": "received_date",
    "int_council_tax_accounts": "occupied_from_date",
    "int_benefit_claims": "claim_from_date",
    "int_tenancies": "tenancy_start_date",
    "int_energy_certificates": "lodgement_date",
    "int_property_sales": "transfer_date",
    "int_inspections": "inspection_date",
    "int_hmo_licences": "coalesce(least(application_date, licence_start_date), date '1900-01-01')",
}


@pytest.fixture(scope="module")
def folder(citymart, tmp_path_factory) -> Path:
    """A borough of some five thousand dwellings, its mart as far as the list, and its truth."""
    folder = tmp_path_factory.mktemp("hmo")
    city = ("--boroughs", "islington", "--scale", "0.05", "--seed", "7", "--as-of", "2026-10-01")
    marts = ("hmo_candidates", "hmo_backtest", "hmo_model_card")
    selected = [word for mart in marts for word in ("--select", f"+{mart}")]
    for arguments in (
        ("sample", *city, "--months", "1", "--subjects", SUBJECTS, folder / "city"),
        ("load", folder / "city"),
        ("build", "--no-unit-tests", *selected),
    ):
        done = citymart(folder / "home", *arguments)
        assert done.returncode in (0, 1) if arguments[0] == "load" else done.returncode == 0, (
            done.stdout + done.stderr
        )
    return folder


@pytest.fixture(scope="module")
def mart(folder) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(f"attach '{folder / 'home/build/dev/mart.duckdb'}' as mart (read_only)")
    con.execute(f"create view hmos as from read_parquet('{folder / 'city-truth/hmos'}/**/*.parquet')")
    return con


def test_the_model_looks_at_what_is_listed_and_at_nothing_else(project, mart) -> None:
    listed = re.findall(r"'name': '(\w+)'", (project / "macros/housing/hmo_features.sql").read_text())
    weighed = mart.execute(
        "select distinct feature from mart.conformed.int_hmo_weights where feature <> '(intercept)'"
    ).fetchall()
    assert len(listed) > 20 and {name for (name,) in weighed} == set(listed)


def test_the_likeliest_hundredth_holds_six_times_as_many_as_chance(mart) -> None:
    low, times, days = mart.execute(
        "select times_random_low, times_random, dwellings from mart.marts.hmo_backtest"
        " where borough_code is null and seen_on_date is null and share_listed = 0.01"
    ).fetchone()
    assert days > 10_000
    assert low > 6, f"{times:.1f} times, at least {low:.1f}"


def test_it_finds_more_than_the_rule_of_thumb(mart) -> None:
    ((hits, rule_hits),) = mart.execute(
        "select hits, rule_hits from mart.marts.hmo_backtest"
        " where borough_code is null and seen_on_date is null and share_listed = 0.05"
    ).fetchall()
    assert hits > 1.3 * rule_hits


def test_what_was_planted_is_at_the_top_of_todays_list(mart) -> None:
    listed, found, dwellings, planted = mart.execute(
        """
        with candidates as (
            select uprn, uprn in (select uprn from hmos where is_licensable and not is_licensed) as is_planted
            from mart.conformed.int_hmo_features where is_today and standing = 'candidate'
        )
        select
            (select count(*) from mart.marts.hmo_candidates where rank_in_borough <= 0.01 * total.dwellings),
            (select count(*) from candidates inner join mart.marts.hmo_candidates as listed using (uprn)
                where is_planted and rank_in_borough <= 0.01 * total.dwellings),
            total.*
        from (select count(*) as dwellings, count(*) filter (is_planted) as planted from candidates) as total
        """
    ).fetchone()
    assert found / listed > 6 * planted / dwellings


def test_probabilities_are_those_that_come_about(mart) -> None:
    tenths = mart.execute(
        "select figure, predicted from mart.marts.hmo_model_card where section = 'tenth' order by item"
    ).fetchall()
    assert len(tenths) == 10
    # The last nine tenths together have few outcomes; the first holds most.
    assert tenths[0][0] == pytest.approx(tenths[0][1], rel=0.25)
    observed, predicted = (sum(tenth[at] for tenth in tenths) for at in (0, 1))
    assert observed == pytest.approx(predicted, rel=0.25)


def test_each_candidate_says_why_and_those_apart_have_no_rank(mart) -> None:
    wrong = mart.execute(
        """
        select * from mart.marts.hmo_candidates
        where (standing = 'candidate') <> (rank_in_borough is not null)
            or (standing = 'candidate' and probability is null)
            or (rank_in_borough <= 20 and (reason_1 is null or reason_2 is null or reason_3 is null))
            or regexp_matches(concat_ws('; ', reason_1, reason_2, reason_3), '(^|; )(null|1 [a-z]+s |0 )')
        """
    ).fetchall()
    assert wrong == []
    apart = dict(
        mart.execute("select standing, count(*) from mart.marts.hmo_candidates group by standing").fetchall()
    )
    assert apart["licensed"] > 20 and apart["found"] > 5 and apart["visited"] > 5
    # No house with a licence in force stands among the candidates.
    assert mart.execute(
        "select count(*) from mart.marts.hmo_candidates as listed"
        " inner join mart.conformed.int_hmo_licences as licences on listed.uprn = licences.uprn"
        " where standing = 'candidate' and is_current and licence_type <> 'selective'"
    ).fetchall() == [(0,)]


def test_what_is_known_of_a_day_does_not_change_by_what_comes_after(folder, tmp_path) -> None:
    """All that is dated later is deleted, and the day looks the same; what came of it is gone."""
    shutil.copy(folder / "home/build/dev/mart.duckdb", tmp_path / "mart.duckdb")
    compiled = folder / "home/build/target/dev/compiled/citymart/models/conformed/housing"
    with duckdb.connect(str(tmp_path / "mart.duckdb")) as con:
        (day,) = con.execute(
            "select max(seen_on_date) from conformed.int_hmo_days where is_outcome_known"
        ).fetchone()
        columns = ", ".join(
            name
            for (name, *_) in con.execute("describe conformed.int_hmo_features").fetchall()
            if name not in ("has_outcome", "is_found_by_visit")
        )
        known = f"select {columns} from conformed.int_hmo_features where seen_on_date = date '{day}'"
        outcomes = (
            f"select count(*) filter (has_outcome) from conformed.int_hmo_features"
            f" where seen_on_date = date '{day}'"
        )
        con.execute(f"create table before as {known}")
        assert con.execute(outcomes).fetchone()[0] > 0
        deleted = 0
        for table, date in DATED.items():
            deleted += con.execute(f"delete from conformed.{table} where {date} > date '{day}'").fetchone()[0]
        assert deleted > 500
        for model in ("standing", "complaints", "surroundings", "features"):
            sql = (compiled / f"int_hmo_{model}.sql").read_text()
            con.execute(f"create or replace table conformed.int_hmo_{model} as {sql}")
        assert con.execute(outcomes).fetchone()[0] == 0
        changed = con.execute(
            f"(from before except {known}) union all ({known} except from before) limit 3"
        ).fetchall()
        assert changed == []
        assert con.execute("select count(*) from before").fetchone()[0] > 3000


def test_outcomes_that_fall_anywhere_are_found_by_nobody(mart) -> None:
    inputs = mart.execute(
        "select * from mart.conformed.int_hmo_inputs where has_outcome is not null order by dwelling_day_key"
    ).to_arrow_table()

    def times_random(table: pa.Table) -> float:
        with duckdb.connect() as con:
            con.register("inputs", table)
            con.register("made", weights(table))
            found = con.execute("select distinct feature from made where feature <> '(intercept)'").fetchall()
            score = " + ".join(f"inputs.{name} * weights['{name}']" for (name,) in found)
            return con.execute(
                f"""
                with weights as (
                    select fold, map(list(feature), list(weight)) as weights
                    from made where model = 'fold' group by fold
                ),
                scored as (
                    select
                        has_outcome,
                        row_number() over (order by {score} desc, draw) as place,
                        count(*) over () as dwellings
                    from inputs inner join weights using (fold)
                )
                select avg(has_outcome::int) filter (place <= dwellings / 100) / avg(has_outcome::int)
                from scored
                """
            ).fetchone()[0]

    assert times_random(inputs) > 6
    shuffled = inputs["has_outcome"].to_pylist()
    random.Random(1).shuffle(shuffled)
    at = inputs.column_names.index("has_outcome")
    assert times_random(inputs.set_column(at, "has_outcome", pa.array(shuffled))) < 2.5
