"""The truth of a generated city against the mart: nothing lost, nothing twice, no fault unsaid."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
from citymart.catalogue.described import read_catalogue
from citymart.catalogue.tables import write_catalogue
from citymart.dbt_manifest import read_manifest
from citymart.dbt_plugin import extension, spatial_extension
from citymart.exports.export import export
from citymart.hashing import table_digest, tables
from citymart.home import Home
from citymart.sharing.keys import VARIABLE, Keys, add_missing
from citymart.sharing.release import sharing, write_audiences
from citymart.sharing.terms import encrypted_audiences
from citymart.site.build import build as build_site

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))
from audience_search import People, files
from persons import OF_PERSONS, share_of_same_persons
from planted import plant
from truth_of_city import Shown, countable, opened, rows, shown

# Between them they send every subject, from systems of every format, and do everything that offices do wrong.
# `make test-city` looks at all boroughs.
BOROUGHS = os.environ.get("CITY_BOROUGHS", "islington,westminster")
SCALE = os.environ.get("CITY_SCALE", "0.003")
LAYERS = ("conformed", "marts", "market", "restricted")


def made(citymart, home: Path, folder: Path, *options: str) -> Path:
    """Extracts of two boroughs and three months below `folder`; the truth lies beside them."""
    out = folder / "city"
    done = citymart(
        home,
        *("sample", "--boroughs", BOROUGHS, "--scale", SCALE, "--seed", "7"),
        *("--as-of", "2026-10-01", "--months", "3", *options, out),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def built(citymart, home: Path, without: str = "--no-unit-tests") -> Path:
    done = citymart(home, "build", without)
    assert done.returncode == 0, done.stdout + done.stderr
    return home / "build/dev/mart.duckdb"


@pytest.fixture(scope="module")
def dirty_folder(citymart, tmp_path_factory) -> Path:
    """A folder with a city of every kind of dirt, its truth, and the home in which it is built."""
    folder = tmp_path_factory.mktemp("dirty")
    # At this size a broken record would come about once in two cities.
    out = made(citymart, folder / "home", folder, "--dirt", "too_few_cells=0.003")
    # Two offices send the error page of a portal first, which is refused.
    assert citymart(folder / "home", "load", out).returncode in (0, 1)
    built(citymart, folder / "home")
    return folder


@pytest.fixture(scope="module")
def dirty(dirty_folder) -> duckdb.DuckDBPyConnection:
    """The mart of the dirty city, and its truth beside it."""
    return opened(dirty_folder / "home/build/dev/mart.duckdb", dirty_folder / "city-truth")


KINDS = [kind for kind in shown() if kind.subject != "gazetteer"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.subject}-{kind.records}")
def test_every_record_that_can_be_used_is_in_its_fact_once(dirty, kind: Shown) -> None:
    countable(dirty, kind)
    lost = rows(dirty, "select * from countable anti join counted using (provider, record_id) limit 5")
    twice = rows(dirty, "select provider, record_id from counted group by all having count(*) > 1 limit 5")
    stale = rows(
        dirty,
        "select * from counted where records = ? and (provider, record_id) not in"
        " (select (provider, record_id) from countable) limit 5",
        kind.records,
    )
    assert (lost, twice, stale) == ([], [], [])


def test_the_facts_of_the_city_have_rows(dirty) -> None:
    found = {}
    for kind in KINDS:
        (count,) = dirty.execute(f"select count(*) from {kind.table}").fetchone()
        found[kind.fact] = count
    assert all(count > 5 for count in found.values()), found


# They ask of what no borough of the generated city sends; the sample answers them. The last is of a handful
# of premises in a larger city.
SILENT_HERE = {
    "how_long_do_planning_decisions_take",
    "same_indicator_for_every_borough",
    "where_could_homes_be_built",
    "where_does_this_value_come_from",
    "who_else_buys_from_this_supplier",
    "businesses_unknown_to_business_rates",
    # There is none before it.
    "what_changed_since_the_last_release",
}


def silent(con: duckdb.DuckDBPyConnection, folder: Path) -> set[str]:
    """The questions that have no answer there."""
    return {path.stem for path in folder.glob("*.sql") if not con.execute(path.read_text()).fetchall()}


def test_each_analysis_answers_on_the_city(project, dirty_folder, tmp_path) -> None:
    # As a release has it: with the catalogue, which is written at a publish.
    file = tmp_path / "mart.duckdb"
    shutil.copy(dirty_folder / "home/build/dev/mart.duckdb", file)
    catalogue = read_catalogue(file, dirty_folder / "home/build/target/dev")
    with duckdb.connect(str(file)) as mart:
        write_catalogue(mart, "mart", catalogue, {}, date(2026, 10, 2), release_id="20261002", is_open=False)
        assert silent(mart, project / "analyses") <= SILENT_HERE


def test_those_of_people_answer_on_the_file_of_the_citys_analysts(project, audiences) -> None:
    file, key = audiences["city"]
    with duckdb.connect() as con:
        con.execute(f"load '{extension('httpfs')}'")
        con.execute(f"attach '{file}' as city (read_only, encryption_key '{key}'); use city")
        # Hardly anybody moves between the two boroughs of so small a city.
        assert silent(con, project / "analyses" / "people") <= {"people_in_more_than_one_borough"}


def test_the_walk_from_a_word_to_an_answer_finds_one_at_each_step(project, audiences) -> None:
    steps = re.findall(r"```sql\n(.*?)```", (project / "docs/find-data.md").read_text(), flags=re.DOTALL)
    assert len(steps) == 5
    with duckdb.connect(str(audiences["open"][0]), read_only=True) as con:
        found = [con.execute(step).fetchall() for step in steps]
    assert all(found)
    assert "marts.fct_hmo_licences" in {row[0] for row in found[0]}
    assert found[2][0][0] == "received"
    assert [row[0] for row in found[3]] == sorted(
        ["accuracy", "completeness", "consistency", "timeliness", "uniqueness", "validity"]
    )


def test_addresses_are_held_against_the_truth(citymart, dirty_folder, tmp_path) -> None:
    told = ("evaluate", "addresses", "--truth", dirty_folder / "city-truth", "--no-library", "--json")
    done = citymart(dirty_folder / "home", *told)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["records"] > 1000
    assert found["precision"] > 0.99 and found["recall"] > 0.97
    assert {"clean", "several", "postcode_missing"} <= set(found["by"]["kind"])
    assert {"council_tax", "service_requests"} <= set(found["by"]["subject"])

    nowhere = citymart(dirty_folder / "home", "evaluate", "addresses", "--truth", tmp_path)
    assert nowhere.returncode == 2 and "holds no truth" in nowhere.stderr
    unbuilt = citymart(tmp_path / "home", *told)
    assert unbuilt.returncode == 2 and "citymart build" in unbuilt.stdout + unbuilt.stderr


def test_people_are_held_against_the_truth(citymart, dirty_folder, tmp_path) -> None:
    told = ("evaluate", "people", "--truth", dirty_folder / "city-truth", "--json")
    done = citymart(dirty_folder / "home", *told)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["records"] > 1000
    assert found["precision"] > 0.98 and found["recall"] > 0.9
    assert {"clean", "several"} <= set(found["by"]["kind of dirt"])

    nowhere = citymart(dirty_folder / "home", "evaluate", "people", "--truth", tmp_path)
    assert nowhere.returncode == 2 and "holds no truth" in nowhere.stderr


def test_every_row_of_a_fact_is_of_a_printed_record(dirty) -> None:
    for kind in KINDS:
        (strangers,) = dirty.execute(
            f"""
            select count(*)
            from {kind.table} as fact
            inner join extracts on fact.extract_id = extracts.extract_id
            anti join printed
                on printed.provider = extracts.provider and printed.subject = extracts.subject
                and printed.file = extracts.file
                and printed.row_number = place(extracts.source_member, fact.row_number, fact.line_number)
            """
        ).fetchone()
        assert strangers == 0, kind


def test_every_property_of_the_gazetteers_is_in_the_mart_in_its_own_area(dirty) -> None:
    dirty.execute(
        """
        create or replace temp table spoilt as
        select distinct record_id from dirt where subject = 'gazetteer'
            and (expected in ('absent', 'rejected') or field in ('uprn', 'easting', 'northing'))
        """
    )
    lost = rows(
        dirty,
        """
        select uprn from properties
        where to_date is null and from_date < date '2026-08-01'
            and provider_code in (select provider_code from marts.dim_property)
            and uprn not in (select uprn from marts.dim_property)
            and not exists (select 1 from spoilt where contains(record_id, properties.uprn::varchar))
            and not exists (
                select 1 from alternative_addresses as lpis
                inner join spoilt on lpis.lpi_key = spoilt.record_id
                where lpis.uprn = properties.uprn
            )
        """,
    )
    elsewhere = rows(
        dirty,
        """
        select mart.uprn, mart.lsoa_code, properties.lsoa_code
        from marts.dim_property as mart
        inner join properties on mart.uprn = properties.uprn
        where mart.area_method = 'point_in_area' and mart.lsoa_code <> properties.lsoa_code
        """,
    )
    assert (lost, elsewhere) == ([], [])


def test_a_value_is_right_or_it_is_null_and_an_issue(dirty) -> None:
    wrong = []
    for kind in KINDS:
        countable(dirty, kind)
        if not rows(dirty, "select 1 from counted where records = ? limit 1", kind.records):
            continue
        for column, shown_as in kind.columns.items():
            wrong += [(kind.subject, column, *row) for row in differing(dirty, kind, column, shown_as)]
    assert wrong == []


def differing(con: duckdb.DuckDBPyConnection, kind: Shown, column: str, shown_as: str) -> list[tuple]:
    """Values of a fact that are not the truth's, less those that nobody could know (dirt of this very value
    that is `kept`) and those whose own dirt makes them null, with an issue in their record.
    """
    return rows(
        con,
        f"""
        select counted.provider, counted.file, counted.row_number,
            clean.{column}::varchar, fact.{shown_as}::varchar
        from counted
        inner join {kind.table} as fact
            on counted.extract_id = fact.extract_id and counted.landed_as = fact.row_number
        inner join extracts on counted.extract_id = extracts.extract_id
        inner join clean_{kind.subject}_{kind.records} as clean
            on counted.record_id = clean.record_id and extracts.as_of_date = clean.as_of_date::date
            and (
                counted.provider = clean.provider_code
                or counted.provider not in (select provider_code from properties)
            )
        left join (
            select provider, file, row_number, list(distinct expected) as expected
            from faults where subject = '{kind.subject}' and field in ('{column}', '{shown_as}') group by all
        ) as spoilt
            on counted.provider = spoilt.provider and counted.file = spoilt.file
            and counted.row_number = spoilt.row_number
        left join (
            select distinct extract_id, row_number from conformed.int_data_issues
            left join told_by using (field)
            where '{column}' in (field, told_by) or '{shown_as}' in (field, told_by)
        ) as issues
            on counted.extract_id = issues.extract_id and counted.landed_as = issues.row_number
        where counted.records = '{kind.records}'
            and clean.{column}::varchar is distinct from fact.{shown_as}::varchar
            and not coalesce(list_contains(spoilt.expected, 'kept'), false)
            and not (
                fact.{shown_as} is null
                and coalesce(list_contains(spoilt.expected, 'null_and_issue'), false)
                and issues.extract_id is not null
            )
        limit 5
        """,
    )


def test_there_is_no_issue_without_a_cause(dirty) -> None:
    """A cause is dirt of what the issue is about in the record; for what is wrong between records, dirt in
    the other one; or the delivery's own oddity, as the truth tells it.
    """
    unexplained = rows(
        dirty,
        """
        with issues as (
            select issues.*, extracts.file, extracts.as_of_date as of_date,
                place(extracts.source_member, issues.row_number, issues.line_number) as at
            from conformed.int_data_issues as issues
            inner join extracts on issues.extract_id = extracts.extract_id
        ),
        doubled as (
            select distinct printed.provider, printed.subject, printed.file, printed.row_number as at
            from printed
            inner join dirt on dirt.kind = 'doubled' and printed.provider = dirt.provider
                and printed.subject = dirt.subject and printed.file = dirt.file
                and printed.record_id = dirt.record_id
        ),
        broken as (select distinct provider, subject from dirt where expected in ('rejected', 'absent')),
        -- Stays of one property overlap where the day of one was spoilt, or where the office closed one late.
        spoilt_days as (
            select distinct provider, record_id as account_reference from dirt
            where subject = 'council_tax' and field in ('occupied_from', 'vacated')
        ),
        overlapping as (
            select a.provider, a.as_of_date,
                unnest([a.account_reference, b.account_reference]) as account_reference
            from stays as a
            inner join stays as b
                on a.provider = b.provider and a.as_of_date = b.as_of_date
                and a.property_reference = b.property_reference and a.account_reference <> b.account_reference
            left join spoilt_days as spoilt
                on spoilt.provider = a.provider
                and spoilt.account_reference in (a.account_reference, b.account_reference)
            where spoilt.provider is not null
                or (a.occupied_from < b.vacated and b.occupied_from < a.vacated)
        )
        select issues.subject, issues.issue_type, issues.field, issues.provider_code, issues.file, issues.at,
            issues.value_as_sent
        from issues
        anti join faults on issues.provider_code = faults.provider
            and issues.subject = faults.subject and issues.file = faults.file
            and issues.at = faults.row_number and issues.field = faults.field
        anti join doubled on issues.issue_type = 'record_doubled' and issues.provider_code = doubled.provider
            and issues.subject = doubled.subject and issues.file = doubled.file and issues.at = doubled.at
        anti join broken on issues.provider_code = broken.provider and issues.subject = broken.subject
            and issues.issue_type in (
                'record_rejected', 'account_without_property', 'occupation_without_account',
                'blpu_without_lpi', 'lpi_without_blpu', 'parent_record_missing', 'parent_unknown',
                'case_unknown'
            )
        anti join overlapping on issues.issue_type = 'account_overlaps'
            and issues.provider_code = overlapping.provider and issues.of_date = overlapping.as_of_date
            and issues.value_as_sent = overlapping.account_reference
        -- the address was spoilt, and means another property now
        anti join faults as of_address on issues.issue_type in ('uprn_contradicted', 'uprn_of_building')
            and issues.provider_code = of_address.provider and issues.subject = of_address.subject
            and issues.file = of_address.file and issues.at = of_address.row_number
            and (of_address.field like 'address%' or of_address.field in ('postcode', 'street_name'))
        -- one number for two people: the fault is in either record
        anti join dirt on issues.issue_type = 'identifier_shared' and issues.provider_code = dirt.provider
            and issues.subject = dirt.subject and issues.value_as_sent = dirt.printed_value
        anti join faults as of_file on issues.provider_code = of_file.provider
            and issues.subject = of_file.subject and issues.file = of_file.file
            and of_file.kind = 'index_column'
            and issues.issue_type = 'column_unknown' and issues.field = 'Unnamed: 0'
        where issues.issue_type not in ('delivery_repeated', 'file_refused')
            -- as a public register writes a number
            and not (
                issues.issue_type = 'number_mended'
                and regexp_full_match(issues.value_as_sent, '[0-9]+ (persons|. basement)')
            )
        """,
    )
    assert unexplained == []


def test_every_issue_that_was_planted_is_told_under_its_type_and_provider(dirty) -> None:
    plant(dirty)
    missed = rows(dirty, "select * exclude (is_told) from planted where not is_told order by all")
    told = dict(rows(dirty, "select by_matching, avg(is_told::int) from planted group by all"))
    assert told[False] >= 0.99, missed
    assert told[True] >= 0.85, missed
    kinds = {kind for (kind,) in rows(dirty, "select distinct kind from planted")}
    # What is wrong in a value, in a record and in a file, and what only matching and linking find.
    assert {"date_impossible", "doubled", "too_few_cells", "index_column", "nino_shared"} <= kinds


def test_every_kind_of_defect_occurs_in_the_city(dirty) -> None:
    kinds = {row[0] for row in rows(dirty, "select distinct kind from dirt")}
    assert len(kinds) > 60
    assert {"absent", "kept", "null_and_issue", "right", "rejected", "same_record"} == {
        row[0] for row in rows(dirty, "select distinct expected from dirt")
    }


def test_no_model_compares_every_record_with_every_other(dirty, dirty_folder) -> None:
    """An equality beside a condition on one side alone is not hashed in an outer join: rows x rows."""
    dirty.execute(f"load '{spatial_extension()}'")
    compiled = dirty_folder / "home/build/target/dev/compiled/citymart/models"
    models = {file.stem: file for layer in LAYERS for file in compiled_models(compiled, layer)}
    assert len(models) > 100
    costly = {
        name: str(join["extra_info"]["Condition"])
        for name, file in sorted(models.items())
        for join in nested_joins(dirty, file.read_text(encoding="utf-8"))
    }
    assert costly == {}


def compiled_models(compiled: Path, layer: str) -> list[Path]:
    return [file for file in (compiled / layer).rglob("*.sql") if not file.parent.name.endswith(".yml")]


def nested_joins(con: duckdb.DuckDBPyConnection, sql: str) -> list[dict]:
    """The joins of a plan that try every pair of rows although two plain columns are to be equal."""
    ((_, plan),) = con.execute(f"explain (format json) {sql}").fetchall()
    found, open_nodes = [], json.loads(plan)
    while open_nodes:
        node = open_nodes.pop()
        open_nodes += node["children"]
        condition = str(node["extra_info"].get("Condition", ""))
        nested = node["name"] in ("BLOCKWISE_NL_JOIN", "NESTED_LOOP_JOIN")
        if nested and re.search(r"\(\w+ = \w+\)", condition):
            found.append(node)
    return found


@pytest.fixture(scope="module")
def written(dirty_folder: Path, tmp_path_factory) -> tuple[Path, list[dict], Keys]:
    """A folder with the file of each audience, what a manifest says of them, and the keys."""
    folder = tmp_path_factory.mktemp("audiences")
    key_file = folder / "keys.csv"
    add_missing(key_file, encrypted_audiences(), Home.at(dirty_folder / "home"))
    build, target = dirty_folder / "home/build/dev/mart.duckdb", dirty_folder / "home/build/target/dev"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(key_file))
        agreed = sharing(build, date(2026, 10, 2))
        catalogue = read_catalogue(build, target)
        told = write_audiences(
            build, folder / "release", agreed, read_manifest(target), None, catalogue, release_id="20261002"
        )
    return folder / "release", told, Keys(key_file)


@pytest.fixture(scope="module")
def audiences(written) -> dict[str, tuple[Path, str | None]]:
    """The file of each audience, and the key that opens it."""
    folder, told, keys = written
    return {
        each["audience"]: (
            folder / each["file"],
            keys.of(each["audience"]).encryption_key if each["is_encrypted"] else None,
        )
        for each in told
    }


def test_nobody_of_the_truth_is_found_in_what_an_audience_gets(dirty_folder, audiences) -> None:
    people = People(dirty_folder / "city-truth")
    assert len(people.numbers) > 1000 and people.con.execute("select count(*) from names").fetchone()[0] > 500
    found = {name: people.in_database(*file) for name, file in audiences.items()}
    assert found == {name: [] for name in audiences}
    # In the operator's own build they are, so that the search can find them.
    assert people.in_database(dirty_folder / "home/build/dev/mart.duckdb", None, "restricted")


def test_nor_in_the_bytes_of_files_logs_and_artefacts(dirty_folder, audiences) -> None:
    people = People(dirty_folder / "city-truth")
    home = dirty_folder / "home"
    searched = [path for path, _ in audiences.values()]
    searched += files([home / "logs", home / "build/target"])
    assert len(searched) > 100
    assert {path for path in searched if people.numbers_in(path.read_bytes())} == set()


def test_nor_in_the_exports_and_pages_of_the_public(dirty_folder, written, tmp_path) -> None:
    people, home = People(dirty_folder / "city-truth"), Home.at(tmp_path / "home")
    folder = home.published / "releases" / "R1"
    (folder / "audiences").mkdir(parents=True)
    (told,) = (each for each in written[1] if each["audience"] == "open")
    shutil.copy(written[0] / told["file"], folder / told["file"])
    said = {"release_id": "R1", "data_hash": "0", "created_at": "2026-10-02T00:00:00+00:00", "tables": []}
    manifest = {**said, "code": {"version": "0.1.0"}, "audiences": [told]}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (home.published / "current").symlink_to("releases/R1")
    handed_out = [*files([export(home).folder, build_site(home, to=tmp_path / "site").folder])]
    assert {".csv", ".parquet", ".xlsx", ".geojson", ".json", ".html", ".js"} <= {
        path.suffix for path in handed_out
    }
    assert {path.name: found for path in handed_out if (found := people.in_file(path))} == {}


def test_the_file_of_one_audience_opens_with_its_own_key_alone(audiences) -> None:
    locked = {name: file for name, file in audiences.items() if file[1]}
    assert {"city", *(f"borough/{name}" for name in BOROUGHS.split(","))} <= set(locked) or SCALE != "0.003"
    everybodys = [None, *(key for _, key in locked.values())]
    for path, own in locked.values():
        for key in everybodys:
            with duckdb.connect() as con:
                con.execute(f"load '{extension('httpfs')}'")
                attach = f"attach '{path}' as f (read_only" + (f", encryption_key '{key}')" if key else ")")
                if key == own:
                    con.execute(attach)
                else:
                    with pytest.raises(duckdb.Error):
                        con.execute(attach)


def test_every_table_of_the_public_file_answers_and_no_small_count_is_in_it(audiences, dirty) -> None:
    with duckdb.connect(str(audiences["open"][0]), read_only=True) as con:
        names = con.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        assert len(names) > 25
        for (name,) in names:
            con.execute(f"select * from {name}").fetchall()
        shown = con.execute(
            "select count(*), count(number), count(*) filter (where status = 'c'),"
            " count(*) filter (where number between 1 and 7 or number % 5 <> 0),"
            " count(*) filter (where (number is null) <> (status is not null)) from marts.service_overlap"
        ).fetchone()
    assert shown[1] > 20 and shown[2] > 20 and shown[3:] == (0, 0), shown
    assert rows(dirty, "select 1 from restricted.service_overlap where number_known between 1 and 7 limit 1")


def test_three_months_one_by_one_give_the_marts_of_all_at_once(
    citymart, dirty_folder: Path, tmp_path: Path
) -> None:
    extracts, at_once = dirty_folder / "city", dirty_folder / "home"

    def digests(home: Path) -> dict[str, object]:
        with duckdb.connect(str(home / "build/dev/mart.duckdb"), read_only=True) as mart:
            return {
                table.label: table_digest(mart, table)
                for table in tables(mart, "mart", LAYERS)
                if table.name not in OF_PERSONS
            }

    monthly = tmp_path / "monthly"
    for month in ("2026-08-01", "2026-09-01", "2026-10-01"):
        arriving = tmp_path / month
        for file in extracts.glob("*/*/*"):
            if file.name.startswith(month) or (month == "2026-08-01" and file.name < month):
                target = arriving / file.relative_to(extracts)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, target)
        assert citymart(monthly, "load", arriving).returncode in (0, 1)
        built(citymart, monthly, "--no-tests")
    assert digests(monthly) == digests(at_once)
    build = "build/dev/mart.duckdb"
    assert share_of_same_persons(monthly / build, at_once / build) >= 0.999
