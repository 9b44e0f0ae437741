"""The sample is what its README and `expected.csv` say, counted without the loader."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from sample_reader import DELIVERY, SAMPLE, Table, amount, deliveries, expected, name_key, read, seed

BOROUGHS = {"bexley", "camden", "islington", "lambeth", "westminster"}
TABLES: dict[str, Table] = {}


def table(delivery: str) -> Table:
    """The delivery, read once for all tests."""
    if delivery not in TABLES:
        TABLES[delivery] = read(delivery)
    return TABLES[delivery]


def column_fields(provider: str, subject: str, header: list[str]) -> dict[int, str]:
    """Position (from 0) to field, by the layout seeds: a provider's own row before a shared one."""
    fields: dict[int, str] = {}
    rows = seed(f"layouts/layout_{subject}")
    for code in ("*", provider):
        for row in rows:
            if row["provider_code"] != code:
                continue
            if row["source_column"].startswith("#"):
                at = int(row["source_column"][1:]) - 1
                fields.update({at: row["field"]} if at < len(header) and not header[at] else {})
            else:
                key = name_key(row["source_column"])
                fields.update({at: row["field"] for at, name in enumerate(header) if name_key(name) == key})
    return fields


def measures(provider: str, file_name: str, header: list[str]) -> set[int]:
    """The positions of the columns that hold a measure."""
    rows = [row for row in seed("layouts/indicator_columns") if row["provider_code"] == provider]
    rows = [row for row in rows if re.fullmatch(row["file_pattern"].replace("*", ".*"), file_name)]
    return {
        at for at, name in enumerate(header) if any(re.search(row["column_pattern"], name) for row in rows)
    }


def cells_of(delivery: str, field: str) -> list[str]:
    """The values of one field, records that are too short left out."""
    provider, subject, _ = delivery.split("/", 2)
    found = table(delivery)
    (at,) = [at for at, name in column_fields(provider, subject, found.header).items() if name == field]
    return [record[at] for record in found.records if len(record) >= len(found.header)]


def test_expected_names_every_file_of_the_sample():
    assert [row["file"] for row in expected()] == deliveries()


@pytest.mark.parametrize("row", expected(), ids=lambda row: row["file"])
def test_a_file_holds_as_many_records_as_expected(row):
    assert len(table(row["file"]).records) == int(row["records"])


@pytest.mark.parametrize("delivery", deliveries())
def test_a_delivery_is_named_for_a_known_provider_and_subject_and_a_day(delivery):
    found = DELIVERY.match(delivery)
    assert found, f"{delivery} is not <provider>/<subject>/<as_of>[-suffix].<ext>"
    assert found[1] in {row["provider_code"] for row in seed("market/providers")}
    assert found[2] in {row["subject"] for row in seed("market/subjects")}
    date.fromisoformat(found[3])


@pytest.mark.parametrize("delivery", deliveries())
def test_the_layouts_know_every_column_and_every_required_field(delivery):
    provider, subject, file_name = delivery.split("/")
    header = table(delivery).header
    fields = column_fields(provider, subject, header)
    known = set(fields) | (measures(provider, file_name, header) if subject == "area_indicators" else set())
    assert [name for at, name in enumerate(header) if at not in known] == []
    required = {
        row["field"]
        for row in seed("layouts/subject_fields")
        if row["subject"] == subject and row["is_required"] == "true"
    }
    assert required <= set(fields.values())
    given = [field for field in fields.values() if field != "-"]
    assert len(given) == len(set(given)), "two columns feed one field"


def test_every_borough_sends_every_subject_of_its_own():
    subjects = defaultdict(set)
    for delivery in deliveries():
        provider, subject, _ = delivery.split("/")
        subjects[provider].add(subject)
    for borough in BOROUGHS:
        assert subjects[borough] >= {"spending", "brownfield_land", "planning_applications", "foi_requests"}


def test_the_boroughs_lay_a_subject_out_differently():
    for subject in ("spending", "brownfield_land", "planning_applications", "foi_requests"):
        headers = defaultdict(set)
        for delivery in deliveries():
            if delivery.split("/")[1] == subject:
                headers[delivery.split("/")[0]].add(tuple(map(name_key, table(delivery).header)))
        seen = [header for of_provider in headers.values() for header in of_provider]
        assert len(seen) == len(set(seen)), subject


@pytest.mark.parametrize(
    "row", [row for row in expected() if "/spending/" in row["file"]], ids=lambda row: row["file"]
)
def test_payments_add_up_to_the_expected_sum(row):
    # Lambeth's report loses commas: there, the amount is what follows the date and precedes the description.
    if row["file"].startswith("lambeth/"):
        texts = ["|".join(record) for record in table(row["file"]).records]
        amounts = [
            Decimal(re.search(r"(?:\d{2}/\d{2}/\d{4}\|?)(-?\d+\.\d\d)\|[^|]*$", text)[1]) for text in texts
        ]
    else:
        amounts = [amount(cell) or Decimal(0) for cell in cells_of(row["file"], "net_amount")]
    assert sum(amounts) == Decimal(row["control_total_or_sum_of_amounts"])


@pytest.mark.parametrize("row", expected(), ids=lambda row: row["file"])
def test_issues_and_rejects_are_counted_as_they_are_listed(row):
    types = [issue["issue_type"] for issue in expected("expected_issues") if issue["file"] == row["file"]]
    rejected = types.count("record_rejected")
    assert (len(types) - rejected, rejected) == (int(row["issues"]), int(row["rejected"]))
    assert set(types) <= {known["issue_type"] for known in seed("codes/issue_types")}


@pytest.mark.parametrize(
    "issue",
    expected("expected_issues"),
    ids=lambda issue: f"{issue['file']} {issue['record']} {issue['field']}",
)
def test_a_listed_issue_stands_in_its_file(issue):
    if issue["issue_type"] == "record_rejected":
        found = table(issue["file"])
        assert issue["as_sent"].split(",") in [
            record for record in found.records if len(record) != len(found.header)
        ]
    elif issue["issue_type"] == "record_mended":
        assert issue["as_sent"] in {row["repair"] for row in seed("layouts/repairs")}
    else:
        cells = {cell for record in table(issue["file"]).records for cell in record}
        texts = cells | {cell.strip() for cell in cells}
        assert issue["as_sent"] in texts


def test_a_corrected_file_changes_one_record():
    before = table("camden/spending/2026-08-31.csv").records
    after = table("camden/spending/2026-09-15-corrected.csv").records
    assert len(before) == len(after)
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1


@pytest.mark.parametrize("provider, ending", [("camden", "json"), ("westminster", "xml")])
def test_a_later_delivery_decides_earlier_applications(provider, ending):
    folder = f"{provider}/planning_applications"
    before, after = (
        dict(zip(cells_of(file, "application_reference"), cells_of(file, "decision"), strict=True))
        for file in (f"{folder}/2026-08-31.{ending}", f"{folder}/2026-09-30.{ending}")
    )
    assert len([ref for ref, decision in before.items() if not decision and after.get(ref)]) >= 5


def test_a_newer_register_loses_and_gains_sites():
    before, after = (
        set(cells_of(f"bexley/brownfield_land/{day}.csv", "site_reference"))
        for day in ("2025-12-31", "2026-09-30")
    )
    assert before - after and after - before and before & after


def test_one_supplier_is_written_four_ways_in_a_file():
    for delivery in ("bexley/spending/2026-08-31.csv", "camden/spending/2026-08-31.csv"):
        names = {name for name in cells_of(delivery, "supplier_name") if name.lower().startswith("quill")}
        assert len(names) == 4


@pytest.mark.parametrize(
    "delivery", [name for name in deliveries() if "/geography/" in name or "/area_indicators/" in name]
)
def test_no_area_code_can_be_taken_for_a_real_one(delivery):
    assert all(re.fullmatch(r"X01\d{6}", code) for code in cells_of(delivery, "area_code"))
    if "/geography/" in delivery:
        assert all(re.fullmatch(r"X02\d{6}", code) for code in cells_of(delivery, "parent_code"))


@pytest.mark.parametrize("edition, areas", [("2011-03-27", 24), ("2021-03-21", 25)])
def test_the_areas_of_a_borough_fill_its_rectangle_without_a_gap(edition, areas):
    delivery = f"demo/geography/{edition}.csv"
    rings = defaultdict(list)
    for borough, wkt in zip(cells_of(delivery, "borough_code"), cells_of(delivery, "boundary"), strict=True):
        pairs = re.findall(r"(\d+) (\d+)", wkt)
        rings[borough].append([(int(easting), int(northing)) for easting, northing in pairs])
    names = {row["gss_code"] for row in seed("market/providers") if row["provider_code"] in BOROUGHS}
    assert set(rings) == names
    for of_borough in rings.values():
        assert len(of_borough) == areas
        eastings, northings = zip(*(point for ring in of_borough for point in ring), strict=True)
        rectangle = (max(eastings) - min(eastings)) * (max(northings) - min(northings))
        assert sum(map(_twice_area, of_borough)) == 2 * rectangle


def _twice_area(ring: list[tuple[int, int]]) -> int:
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(ring)))


def test_the_areas_of_2021_show_a_split_a_merge_and_a_recode():
    by_edition = []
    for edition in ("2011-03-27", "2021-03-21"):
        delivery = f"demo/geography/{edition}.csv"
        columns = (cells_of(delivery, field) for field in ("area_code", "borough_code", "boundary"))
        by_edition.append(list(zip(*columns, strict=True)))
    for borough in {row[1] for row in by_edition[0]}:
        old, new = ({code: shape for code, of, shape in edition if of == borough} for edition in by_edition)
        recoded = set(old.values()) & {new[code] for code in new.keys() - old.keys()}
        assert len(recoded) == 1
        assert len(old.keys() - new.keys()) == 4  # split, recoded, and the two that merged
        assert len(new.keys() - old.keys()) == 5  # three parts, the recoded, and the merged


def test_the_sample_stays_small():
    sizes = {path: path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()}
    assert max(sizes.values()) < 400_000
    assert sum(sizes.values()) < 1_500_000
