"""What is printed is what the truth says, record by record and cell by cell, once it has landed."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from pathlib import Path

import small_truth
from citymart.sample.dirt import EXPECTED, STAGES, TEXT, VALUE, read_dirt
from citymart.sample.spec import read_subjects

# Column as printed → column of the record, where a cell shows it as it is.
SHOWN = {
    "reference": "reference",
    "supplier name": "surname",
    "forename": "first_name",
    "nino": "nino",
    "nhs": "nhs_number",
    "phone": "phone",
    "email": "email",
    "persons": "persons",
    "description": "description",
}
DEFECT_CLASSES = {
    *("header spelling", "header row noise", "columns shifted", "coordinates", "dates", "numbers"),
    *("redaction", "negatives/credits", "nulls", "code lists", "names", "addresses", "duplicates", "time"),
    *("geometry", "keys", "coverage", "encoding"),
}


def column(header: list[str], wanted: str) -> int | None:
    """Where a column stands, however the header is styled."""
    plain = [name.lower().replace("_", " ") for name in header]
    return plain.index(wanted) if wanted in plain else None


def records_of(printed) -> dict[tuple[str, str], dict[int | None, list[str]]]:
    found: dict[tuple[str, str], dict[int | None, list[str]]] = defaultdict(lambda: defaultdict(list))
    sql = "select provider, file, row_number, record_id from '{truth}/printed/*/*/*.parquet'"
    for provider, file, number, record in printed.rows(sql):
        found[provider, file][number].append(record)
    return found


def test_every_record_lands_where_the_truth_says(printed):
    compared = 0
    for key, rows in records_of(printed).items():
        file = printed.landed[key]
        at = column(file.header, "reference")
        assert len(file.cells) == sum(1 for number in rows if number is not None), key
        for number, cells in enumerate(file.cells):
            assert [cells[at].strip()] == rows[number], (key, number)
            compared += 1
    assert compared > 40_000


def test_what_is_broken_is_rejected_and_nothing_else(printed):
    broken = 0
    for key, rows in records_of(printed).items():
        lost, rejected = len(rows[None]), printed.landed[key].rejected
        # A record cut in two is rejected twice.
        assert lost <= rejected <= 2 * lost, key
        broken += lost
    assert broken > 20


def test_every_faulty_cell_shows_what_the_truth_says(printed):
    names = {"surname": "supplier name", "from_date": "paid date", "first_name": "forename", "easting": "x"}
    names |= {"date_of_birth": "born", "nhs_number": "nhs", "northing": "y", "net_amount": "net amount"}
    names |= {f"address_{at}": f"line {at}" for at in range(1, 4)}
    sql = """
        select provider, file, row_number, field, kind, printed_value
        from '{truth}/dirt/*/*/*.parquet' where row_number is not null and field is not null
    """
    seen: Counter[str] = Counter()
    for provider, file, number, field, kind, value in printed.rows(sql):
        table = printed.landed[provider, file]
        cell = table.cells[number][column(table.header, names.get(field, field))]
        assert (cell or "") == (value or ""), (provider, file, number, field, kind)
        seen[kind] += 1
    assert sum(seen.values()) > 50_000


def test_every_cell_without_a_fault_shows_the_clean_value(printed):
    """The truth of dirt is whole: what it does not name is as it should be."""
    faults = set(printed.rows("select provider, file, row_number, field from '{truth}/dirt/*/*/*.parquet'"))
    clean = {}
    fields = list(SHOWN.values())
    columns = ", ".join(["provider_code", "as_of_date", "record_id", *fields])
    sql = f"select {columns} from '{{truth}}/records/*/*/*/*.parquet'"
    for provider, as_of, record, *values in printed.rows(sql):
        clean[provider, str(as_of), record] = dict(zip(fields, values, strict=True))
    compared = 0
    for (provider, file), rows in records_of(printed).items():
        table = printed.landed[provider, file]
        places = {field: column(table.header, name) for name, field in SHOWN.items()}
        for number, cells in enumerate(table.cells):
            true = clean[provider, file[:10], rows[number][0]]
            for field, at in places.items():
                if (provider, file, number, field) not in faults:
                    wanted = "" if true[field] is None else str(true[field])
                    assert (cells[at] or "") == wanted, (provider, file, number, field)
                    compared += 1
    assert compared > 200_000


def test_each_kind_that_can_occur_does(printed):
    seen = {row[0] for row in printed.rows("select distinct kind from '{truth}/dirt/*/*/*.parquet'")}
    of_other_roles = {"surname_first", "name_initials", "occupier_instead", "reference_reused"}
    wanted = {
        kind.kind
        for kind in read_dirt().kinds
        if kind.stage != "file" and kind.rate > 0 and kind.role != "timestamp"
    }
    assert wanted - seen - of_other_roles == set()


def test_a_page_of_the_portal_is_refused_and_the_file_comes_after_it(printed):
    (page,) = [sent for sent in printed.made.sent if sent.what == "broken" and sent.records == 0]
    (right,) = [sent for sent in printed.made.sent if sent.replaces == page.file]
    refused = [outcome for outcome in printed.summary.outcomes if not outcome.good]
    assert [outcome.file for outcome in refused] == [page.file]
    assert right.what == "corrected" and (right.provider, right.file) in printed.landed


def test_a_corrected_file_has_the_records_that_the_first_one_lacks(printed):
    right = next(s for s in printed.made.sent if s.what == "corrected" and s.system == "windows")
    first = next(s for s in printed.made.sent if s.file == right.replaces and s.provider == right.provider)
    assert first.what == "broken" and 0.85 < first.records / right.records < 0.97


def test_the_same_file_twice_lands_once(printed):
    (again,) = [sent for sent in printed.made.sent if sent.what == "again"]
    (outcome,) = [each for each in printed.summary.outcomes if each.file == again.file]
    assert outcome.status == "already landed"


def test_who_is_late_lacks_the_newest_month_and_who_changes_goes_to_another_system(printed):
    late = next(sent for sent in printed.made.sent if sent.what == "late")
    assert late.file is None and str(late.as_of) == "2026-10-01"
    changed = [sent for sent in printed.made.sent if sent.what == "changed_layout"]
    assert {sent.system for sent in changed} == {"columns"}
    of_it = [sent.system for sent in printed.made.files if sent.provider == changed[0].provider]
    assert of_it == ["tree", "tree", "columns"]


def test_a_borough_is_the_same_alone_and_among_others(make, tmp_path):
    alone, both = tmp_path / "alone", tmp_path / "both"
    camden, islington = small_truth.CAMDEN, small_truth.ISLINGTON
    make(alone, [camden])
    make(both, [islington, camden])
    for folder in ("camden", "../alone-truth/dirt/camden", "../alone-truth/records/spending/accounts/camden"):
        other = folder.replace("alone", "both")
        files = contents(alone / folder)
        assert files and files == contents(both / other)


def test_the_same_options_make_the_same_bytes_and_another_seed_other_ones(make, tmp_path):
    plan = "camden,spending,system,book,\n"
    made = [
        make(tmp_path / name, [small_truth.CAMDEN], seed=seed, plan=plan)
        for name, seed in (("one", 7), ("two", 7), ("three", 8))
    ]
    one, two, three = (contents(tmp_path / name / "camden") for name in ("one", "two", "three"))
    assert made[0].files and one == two and one != three


def test_without_dirt_nothing_is_wrong(make, tmp_path):
    make(tmp_path / "out", [small_truth.CAMDEN], dirt=read_dirt(none=True))
    kinds = small_rows(tmp_path, "select distinct kind from '{}/out-truth/dirt/*/*/*.parquet'")
    assert kinds in ([], [("letter_lost",)])


def test_a_rate_can_be_set(make, tmp_path):
    dirt = read_dirt({"uprn_missing": 1.0}, none=True)
    make(tmp_path / "out", [small_truth.CAMDEN], dirt=dirt, plan="camden,spending,system,plain,\n")
    with (tmp_path / "out/camden/spending/2026-10-01.csv").open(encoding="utf-8", newline="") as file:
        assert {row["uprn"] for row in csv.DictReader(file)} == {""}


def test_the_subjects_own_truth_is_kept(printed):
    assert printed.rows("select count(*) from '{truth}/test_accounts/camden.parquet'") == [(2000,)]


def test_changes_are_told_as_inserts_updates_and_deletes(make, tmp_path):
    subjects = write_subject(tmp_path, "spending", CHANGES)
    make(tmp_path / "out", [small_truth.CAMDEN], subjects=subjects, dirt=read_dirt(none=True), scale=0.01)
    lines = {
        month: (tmp_path / f"out/camden/spending/2026-{month}-01.csv").read_text("utf-8").splitlines()
        for month in ("08", "09", "10")
    }
    head = '10,"London Borough of Camden",0007,2026-08-01,1,2026-08-01,000000,"7.3","F"'
    assert lines["08"][0] == head
    assert lines["08"][-1] == "99,2,80,2026-08-01,000000"
    assert {line.split(",")[0] for line in lines["08"][1:-1]} == {"15", "21"}
    assert [int(line.split(",")[2]) for line in lines["08"][1:-1]] == list(range(1, 81))
    # Of forty, one is gone in September; in October one has another name and one is new.
    assert [line for line in lines["09"] if line.startswith("15,")] == ['15,"D",1,"R1","High, Road 1"']
    assert [line for line in lines["10"] if line.startswith("15,")] == [
        '15,"U",1,"R2","Other"',
        '15,"I",2,"R99","New"',
    ]


def test_a_month_of_an_append_has_only_what_happened_in_it(make, tmp_path):
    subjects = write_subject(tmp_path, "spending", APPEND)
    make(tmp_path / "out", [small_truth.CAMDEN], subjects=subjects, dirt=read_dirt(none=True), months=2)
    told = [
        json.loads(line)
        for line in (tmp_path / "out/camden/spending/2026-10-01.ndjson")
        .read_text(encoding="utf-8")
        .splitlines()
    ]
    assert [record["day"] for record in told] == ["2026-09-01", "2026-09-30"]
    assert told[0]["at"] == {"place": "Camden", "number": 1}


def test_one_body_sends_one_file_for_all_boroughs(make, tmp_path):
    subjects = write_subject(tmp_path, "postcode_directory", NATIONAL)
    boroughs, wanted = [small_truth.CAMDEN, small_truth.ISLINGTON], ["postcode_directory"]
    make(tmp_path / "out", boroughs, subjects=subjects, wanted=wanted, dirt=read_dirt(none=True))
    text = (tmp_path / "out/ons/postcode_directory/2021-03-21.json").read_text(encoding="utf-8")
    assert {record["borough"] for record in json.loads(text)} == {"E09000007", "E09000019"}
    numbers = small_rows(
        tmp_path,
        "select count(*), count(distinct row_number), max(row_number) "
        "from '{}/out-truth/printed/ons/*/*.parquet'",
    )
    assert numbers[0][0] == numbers[0][1] == numbers[0][2] + 1 == len(json.loads(text))


def test_the_catalogue_of_defects_is_covered_and_each_kind_is_known():
    kinds = read_dirt().kinds
    assert {kind.defect_class for kind in kinds} >= DEFECT_CLASSES - {"coverage"} | {"coverage"}
    assert {kind.stage for kind in kinds} == set(STAGES)
    assert {kind.expected for kind in kinds} <= set(EXPECTED)
    for kind in kinds:
        if kind.stage == "text" and kind.role != "encoding":
            assert kind.kind in TEXT
        is_of_more = kind.role in ("coordinates", "name_pair") or "address" in kind.role
        if kind.stage == "value" and not is_of_more:
            assert kind.kind in {*VALUE, "uprn_wrong", "uprn_of_parent", "postcode_wrong"}


def test_the_subjects_of_the_project_can_be_read():
    subjects = read_subjects()
    assert {"geography", "postcode_directory"} <= set(subjects)


def contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def small_rows(folder: Path, sql: str) -> list[tuple]:
    import duckdb

    return duckdb.sql(sql.format(folder)).fetchall()


def write_subject(folder: Path, name: str, text: str) -> Path:
    (folder / "subjects").mkdir()
    (folder / "subjects" / f"{name}.yml").write_text(text, encoding="utf-8")
    return folder / "subjects"


CHANGES = """
subject: spending
frequency: changes
records:
  streets:
    key: reference
    sql: |
      select 'R' || i as reference,
          case when i = 2 and $as_of >= date '2026-10-01' then 'Other' else 'High, Road ' || i end as street
      from range(1, 41) as r (i)
      where i > 1 or $as_of < date '2026-09-01'
      union all select 'R99', 'New' where $as_of >= date '2026-10-01'
  points:
    key: uprn
    sql: select uprn, easting, date '2020-01-01' as since from properties
systems:
  gazetteer:
    extension: dtf
    tables:
      "15": {records: streets, columns: {reference: reference, street: street}}
      "21": {records: points, columns: {uprn: uprn, x: easting, since: since}}
"""
APPEND = """
subject: spending
frequency: append
records:
  events:
    key: id
    sql: |
      select i as id, date '2026-08-31' + cast(i as integer) as event_date from range(0, 40) as r (i)
      where i in (0, 1, 30, 31)
systems:
  feed:
    extension: ndjson
    tables:
      _: {records: events, columns: {day: event_date, at.place: "'Camden'", at.number: "cast(id as integer)"}}
"""
NATIONAL = """
subject: postcode_directory
frequency: once
provider: ons
as_of: 2021-03-21
records:
  postcodes:
    key: postcode || borough_code
    sql: select postcode, borough_code from postcodes
systems:
  ons:
    extension: json
    tables:
      _: {records: postcodes, columns: {postcode: postcode, borough: borough_code}}
"""
