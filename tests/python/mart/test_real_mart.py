"""The mart of the real extracts keeps the promises of the README, compared with an independent count."""

from __future__ import annotations

import csv
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

LEDGERS = {
    "spending/gla/2013-P01.csv": "Amount",
    "spending/gla/2017-P12.csv": "Amount",
    "spending/gla/2021-P12.csv": "Amount",
    "spending/tfl/2021-P06.csv": "Amount",
    "spending/manchester/2012-12.csv": "Net Amount",
    "spending/manchester/2021-12.csv": "Net Amount",
    "spending/manchester/2022-05.csv": "Net Amount",
    "spending/leeds/2012-03.csv": "Net amount",
    "spending/newcastle/2021-01.csv": "Total (excludes VAT)",
    "spending/gateshead/2019-12.csv": "Amount",
    "spending/lambeth/2011-01.csv": "Sum of Invoice Nett Amount",
}


def pounds(text: str) -> Decimal:
    """Amounts as these files write them: commas, brackets for a refund; blank is nothing."""
    bare = re.sub(r"[£,\s]", "", text)
    if not re.search(r"\d", bare):
        return Decimal(0)
    if bare.startswith("("):
        return -Decimal(bare.strip("()"))
    return Decimal(bare)


def test_every_file_that_is_a_table_lands_and_the_others_are_refused_with_a_reason(
    real, real_home, query
) -> None:
    with open(real / "deliveries.csv", newline="") as file:
        expected = {
            (row["provider"], row["subject"], Path(row["file"]).name): row["expect"]
            for row in csv.DictReader(file)
        }
    found = query(
        real_home, "select provider_code, subject, source_file, outcome, reason from market.extracts"
    )
    assert {tuple(row[:3]): {"landed": "loads", "refused": "refused"}[row[3]] for row in found} == expected
    assert all(len(reason) > 40 for *_, outcome, reason in found if outcome == "refused")


@pytest.mark.parametrize(("file", "column"), LEDGERS.items())
def test_a_ledger_adds_up_to_the_penny(real, real_home, query, file: str, column: str) -> None:
    with open(real / file, newline="", encoding="utf-8", errors="replace") as source:
        records = list(csv.reader(source))
    position = [name.strip() for name in records[0]].index(column)
    # some floats in the files have a tail (7956.420000000001)
    total = sum(pounds(record[position]).quantize(Decimal("0.01")) for record in records[1:] if record)
    _, provider, name = file.split("/")
    found = query(
        real_home,
        "select sum(net_amount), count(*) from marts.fct_payments join market.extracts using (extract_id)"
        " where extracts.provider_code = ? and source_file = ?",
        provider,
        name,
    )
    assert found == [(total, len([record for record in records[1:] if record]))]


def test_a_month_with_run_together_records_gives_all_payments_and_the_total_that_the_file_prints(
    real_home, query
) -> None:
    month = "extract_id in (select extract_id from market.extracts where source_file = '2012-06.csv')"
    found = query(
        real_home,
        f"select count(*), sum(net_amount), count(paid_date) from marts.fct_payments where {month}",
    )
    assert found == [(3155, Decimal("40292334.84"), 3155)]
    mended = dict(
        query(
            real_home,
            f"select value_as_sent, count(*) from market.data_issues"
            f" where issue_type = 'record_mended' and severity = 'repaired' and {month} group by 1",
        )
    )
    assert mended == {
        "date_and_amount_run_together": 635,
        "supplier_and_date_run_together": 3,
        "supplier_date_and_amount_run_together": 1,
    }


def test_control_totals_that_files_print_agree(real_home, query) -> None:
    assert (
        query(real_home, "select * from market.data_issues where issue_type = 'control_total_differs'") == []
    )


def test_the_london_register_has_1079_sites_nearly_all_in_the_borough_that_reports_them(
    real_home, query
) -> None:
    register = "provider_code = 'gla' and fct_brownfield_sites.borough_code is not null"
    assert query(
        real_home, "select count(*) from marts.fct_brownfield_sites where provider_code = 'gla'"
    ) == [(1079,)]
    placed, reported = query(
        real_home,
        "select count(*) filter (where lsoa_code is not null and located_borough_code = borough_code),"
        " count(*)"
        f" from marts.fct_brownfield_sites where {register}",
    )[0]
    assert placed / reported >= 0.99
    silent = query(
        real_home,
        "select site_reference from marts.fct_brownfield_sites"
        f" where {register} and located_borough_code is distinct from borough_code"
        " and not exists (select 1 from market.data_issues where data_issues.extract_id ="
        " fct_brownfield_sites.extract_id and data_issues.row_number = fct_brownfield_sites.row_number"
        " and issue_type like 'coordinate%')",
    )
    assert silent == [], "a site that is not placed has an issue that says why"


def test_the_areas_of_both_censuses_are_there(real_home, query) -> None:
    found = query(real_home, "select vintage, count(*) from marts.dim_area group by 1 order by 1")
    assert found == [(2011, 4835), (2021, 4994)]


def test_population_carried_to_the_newer_areas_is_still_everybody(real, real_home, query) -> None:
    with open(real / "area_indicators/london-mid2020-pop.csv", newline="") as file:
        everybody = sum(int(row["Persons_All-Ages"].replace(",", "")) for row in csv.DictReader(file))
    found = query(
        real_home, "select sum(value) from marts.fct_area_indicators where indicator_code = 'population'"
    )
    assert abs(float(found[0][0]) - everybody) < 1


def test_planning_decisions_of_two_years_are_all_there(real_home, query) -> None:
    found = query(
        real_home,
        "select count(*), count(*) filter (where decision = 'granted'),"
        " count(*) filter (where decision_date is null)"
        " from marts.fct_planning_applications",
    )
    assert found == [(4911, 4911, 0)]


def test_nothing_of_the_machine_is_in_the_release(real_home) -> None:
    manifest = json.loads((real_home / "published/current/manifest.json").read_text())
    assert str(real_home) not in json.dumps(manifest)
