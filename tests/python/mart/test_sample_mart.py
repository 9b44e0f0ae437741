"""The mart of the sample says what the sample's authors know to be true."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def expected(project: Path) -> list[dict[str, str]]:
    return rows(project / "sample" / "expected.csv")


@pytest.fixture(scope="module")
def extracts(sample_home: Path, query) -> dict[str, tuple]:
    found = query(
        sample_home,
        "select provider_code, subject, source_file, extract_id, source_records, rejected_rows"
        " from market.extracts",
    )
    return {f"{provider}/{subject}/{file}": rest for provider, subject, file, *rest in found}


def test_every_file_is_there_with_all_its_records(expected, extracts) -> None:
    said = {row["file"]: (int(row["records"]), int(row["rejected"])) for row in expected}
    assert {file: (records, rejected) for file, (_, records, rejected) in extracts.items()} == said


def test_every_column_of_the_sample_is_known(sample_home: Path, query) -> None:
    found = query(
        sample_home,
        "select provider_code, subject, source_file, unknown_columns, missing_fields from market.extracts"
        " where len(unknown_columns) > 0 or len(missing_fields) > 0",
    )
    assert found == []


def test_payments_add_up_to_the_penny(expected, sample_home: Path, query) -> None:
    sums = {
        row["file"]: Decimal(row["control_total_or_sum_of_amounts"])
        for row in expected
        if "/spending/" in row["file"]
    }
    sums.pop("camden/spending/2026-08-31.csv")  # sent again, corrected
    by_provider: Counter[str] = Counter()
    for file, amount in sums.items():
        by_provider[file.split("/")[0]] += amount
    found = dict(
        query(sample_home, "select provider_code, sum(net_amount) from marts.fct_payments group by 1")
    )
    assert found == dict(by_provider)


def test_a_corrected_file_takes_the_place_of_the_first(sample_home: Path, query) -> None:
    found = query(
        sample_home,
        "select distinct source_file from marts.fct_payments join market.extracts using (extract_id)"
        " where extracts.provider_code = 'camden' order by 1",
    )
    assert ("2026-08-31.csv",) not in found
    assert ("2026-09-15-corrected.csv",) in found


def test_a_newer_register_takes_the_place_of_the_older(sample_home: Path, query) -> None:
    found = query(
        sample_home,
        "select distinct as_of_date::varchar from marts.fct_brownfield_sites where provider_code = 'bexley'",
    )
    assert found == [("2026-09-30",)]


def test_a_later_delivery_decides_applications_of_an_earlier_one(sample_home: Path, query) -> None:
    references = query(
        sample_home,
        "select application_reference, count(*) from marts.fct_planning_applications"
        " where provider_code = 'camden' group by 1 having count(*) > 1",
    )
    assert references == []


def test_the_issues_are_those_that_were_planted_and_no_others(
    project: Path, sample_home: Path, query
) -> None:
    planted = Counter(
        (row["file"], row["issue_type"]) for row in rows(project / "sample" / "expected_issues.csv")
    )
    found = Counter(
        {
            (f"{provider}/{subject}/{file}", kind): issues
            for provider, subject, file, kind, issues in query(
                sample_home,
                "select provider_code, subject, source_file, issue_type, count(*) from market.data_issues"
                " group by all",
            )
        }
    )
    assert found == planted


def test_every_record_with_a_good_coordinate_lies_in_its_borough(sample_home: Path, query) -> None:
    found = query(
        sample_home,
        "select count(*) filter (where located_borough_code = borough_code), count(*)"
        " from marts.fct_brownfield_sites where longitude is not null",
    )
    inside, located = found[0]
    assert located > 100
    assert inside / located > 0.95


def test_each_analysis_says_who_asks_and_runs_on_the_published_file(
    project: Path, sample_home: Path, query
) -> None:
    analyses = sorted((project / "analyses").rglob("*.sql"))
    assert len(analyses) >= 33
    answered = 0
    for path in analyses:
        text = path.read_text()
        assert text.startswith("-- Who asks: "), path.name
        assert "-- Not to be used for: " in text, path.name
        # Those of people ask the file of the city's analysts: tests/python/sample_city runs them.
        assert ("-- On: " in text) == (path.parent.name == "people"), path.name
        if path.parent.name != "people":
            answered += bool(query(sample_home, text))
    # The others ask of properties, which the sample has not: tests/python/sample_city asks them.
    assert answered >= 8


def test_the_line_of_an_issue_is_the_line_of_the_file(project: Path, sample_home: Path, query) -> None:
    found = query(
        sample_home,
        "select source_file, line_number, value_as_sent from market.data_issues join market.extracts using"
        " (extract_id, source_file) where extracts.provider_code = 'bexley' and extracts.subject = 'spending'"
        " and value_as_sent is not null and row_number is not null",
    )
    assert found
    for file, line, value in found:
        lines = (project / "sample/bexley/spending" / file).read_text(encoding="utf-8-sig").splitlines()
        assert value in lines[line - 1]


def test_every_code_list_that_a_comment_names_is_in_the_release(sample_home: Path, query) -> None:
    lists = {name for (name,) in query(sample_home, "select distinct code_list from market.code_lists")}
    named = query(
        sample_home,
        r"select table_name, column_name, regexp_extract(comment, '`([a-z_]+)\.code`', 1)"
        r" from duckdb_columns() where regexp_matches(comment, '`[a-z_]+\.code`')",
    )
    assert len(named) > 30
    assert [each for each in named if each[2] not in lists] == []


def test_places_of_the_sample_have_the_names_of_their_wards(sample_home: Path, query) -> None:
    assert query(
        sample_home, "select count(*), count(ward_name) from marts.dim_area where is_current_vintage"
    ) == [(125, 125)]
