"""Every fault that staging can see, in a file of every subject: one build tells of each, on its line."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pytest
from citymart.dbt_run import run_dbt
from citymart.deliveries import Delivery
from citymart.home import Home
from citymart.load import load_files

sys.path.insert(0, str(Path(__file__).parent))

from clean_files import EVERY, clean, subjects
from values import FAULTS, OTHERS, Planted, applicable, broken, fields

MODELS = (
    *("int_staging_issues", "int_landing_issues", "int_code_issues", "int_date_issues", "int_control_totals"),
    *("int_national_issues", "int_environment_issues", "int_elector_issues", "int_hmo_licence_issues"),
    *("int_service_issues", "int_benefit_issues", "int_tenancy_issues", "int_council_tax_issues"),
    *("int_business_rates_issues", "int_gazetteer_doubled_records", "int_repetition_issues"),
)
# Some repetitions are told of the newest delivery alone.
CLEAN, BROKEN, GUTTED = date(2026, 10, 1), date(2026, 11, 1), date(2026, 11, 15)
# They follow from what else was sent, or was not: no property is there to find, and files repeat each other.
OF_OTHERS = {"uprn_unknown", "identifier_shared", "table_missing", "case_unknown", "parent_record_missing"}
Found = list[tuple[str, date, int | None, str, str]]


def test_the_places_of_faults_are_fields_that_the_clean_files_have():
    for subject in subjects():
        one = clean(subject)
        for kind, field in fields(subject).items():
            assert one.column(field) is not None, (subject, kind, field)
    assert len(FAULTS) + len(OTHERS) >= 26
    assert len(list(applicable(subjects()))) >= 250


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> tuple[duckdb.DuckDBPyConnection, dict[str, list[Planted]]]:
    """The models of issues of a home with a clean, a broken and a gutted file of each subject."""
    if not EVERY:
        pytest.skip("one build of all subjects: `make test-faults`")
    folder = tmp_path_factory.mktemp("faults")
    home, deliveries, planted = Home.at(folder / "home"), [], {}
    for subject in subjects():
        one = clean(subject)
        text, planted[subject] = broken(one)
        gutted = one.of(rows=one.rows[:1]).text()
        for day, content in ((BROKEN, text), (CLEAN, one.text()), (GUTTED, gutted)):
            path = folder / subject / f"{day}.csv"
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8")
            deliveries.append(Delivery(path, one.provider, subject, day))
    load_files(deliveries, home)
    database = home.build / "dev" / "mart.duckdb"
    database.parent.mkdir(parents=True)
    arguments = ["build", "--select", *(f"+{model}" for model in MODELS), "--exclude-resource-type", "test"]
    run = run_dbt(home, [*arguments, "--exclude-resource-type", "unit_test"], database=database, use="faults")
    assert run.passed, [failure.sentence for failure in run.failures]
    return duckdb.connect(str(database), read_only=True), planted


@pytest.fixture(scope="module")
def found(built) -> Found:
    """(subject, as-of date, line, field, issue type) of every issue."""
    union = " union all by name ".join(
        "select extract_id, line_number, field, 'control_total_differs' as issue_type"
        " from conformed.int_control_totals where not agrees"
        if model == "int_control_totals"
        else f"select extract_id, line_number, field, issue_type from conformed.{model}"
        for model in MODELS
    )
    return built[0].sql(
        f"select subject, as_of_date, line_number, field, issue_type from ({union})"
        " join landing.extracts using (extract_id)"
    ).fetchall()  # fmt: skip


def test_every_fault_of_a_value_is_told_with_its_reason_line_and_field(built, found):
    told = {(subject, line, field, kind) for subject, day, line, field, kind in found if day == BROKEN}
    missed, of = [], Counter()
    for subject, planted in built[1].items():
        for one in planted:
            of[subject] += 1
            if (subject, one.line, one.field, one.issue_type) not in told:
                there = sorted(str(each[1:]) for each in told if each[0] == subject and each[1] == one.line)
                missed.append(f"{one.fault} × {subject}: {one}, found {there}")
    table = "\n".join(f"{subject:22} {number:3}" for subject, number in of.items())
    print(f"\n{table}\n{of.total()} pairs, {len(missed)} missed")
    assert not missed, "\n".join(missed)


def test_no_line_without_a_fault_has_an_issue(built, found):
    alarms = []
    for subject, day, line, field, kind in found:
        faulty = {one.line for one in built[1][subject]} if day == BROKEN else set()
        if line not in faulty and kind not in OF_OTHERS and kind != "delivery_held":
            alarms.append((subject, str(day), line, field, kind))
    assert not alarms, "\n".join(map(str, sorted(alarms, key=str)[:60]))


def test_what_is_held_is_an_issue_and_no_record_of_it_is_staged(built, found):
    held = {subject for subject, day, _, _, kind in found if kind == "delivery_held" and day == GUTTED}
    con = built[0]
    outcomes = dict(con.sql(
        f"select subject, outcome from landing.extracts where as_of_date = date '{GUTTED}'"
    ).fetchall())  # fmt: skip
    assert held == {subject for subject, outcome in outcomes.items() if outcome == "held"}
    assert len(held) >= 12
    for subject in held:
        [(staged,)] = con.sql(
            f"select count(*) from staging.stg_{subject} join landing.extracts using (extract_id)"
            f" where as_of_date = date '{GUTTED}'"
        ).fetchall()
        assert staged == 0, subject
