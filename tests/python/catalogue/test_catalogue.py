"""The catalogue in every file of a release: it says what is there, and nothing of what is not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from citymart.catalogue import costs
from citymart.catalogue.described import SEEDS, read_catalogue
from citymart.catalogue.schemas import SCHEMAS
from citymart.catalogue.score import graded
from citymart.errors import CityMartError
from citymart.home import Home
from citymart.releases import current_release

TYPED = {
    "release_notes": "* replace (released_on::date as released_on)",
    "retention": "* replace (days::integer as days)",
    "subjects": "* replace (days_between_deliveries::integer as days_between_deliveries)",
}
FILES = ("city_data_mart.duckdb", "audiences/open.duckdb")


@pytest.fixture(params=FILES)
def file(request, sample_home: Path):
    release = current_release(Home.at(sample_home))
    with duckdb.connect(str(release.folder / request.param), read_only=True) as con:
        yield con


def test_every_table_is_a_product_and_every_column_is_told(file, request) -> None:
    tables = {
        f"{schema}.{name}": rows
        for schema, name, rows in file.execute(
            "select schema_name, table_name, estimated_size from duckdb_tables()"
        ).fetchall()
    }
    products = dict(file.execute("select product, rows from market.products").fetchall())
    is_operators = request.node.callspec.params["file"] == FILES[0]
    of_the_market = {f"market.{name}" for name in SCHEMAS} | ({costs.TABLE} if is_operators else set())
    assert set(tables) - set(products) == of_the_market
    assert {product: tables[product] for product in products} == products
    there = file.execute(
        "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns()"
        " where schema_name || '.' || table_name in (select product from market.products) order by all"
    ).fetchall()
    told = file.execute(
        "select product, column_name, data_type from market.product_columns order by all"
    ).fetchall()
    assert told == there
    assert not file.execute("select * from market.product_columns where description is null").fetchall()
    assert not file.execute("select * from market.products where title is null or contact is null").fetchall()


def test_what_is_said_of_a_column_is_so(file) -> None:
    said = file.execute(
        "select filled_share, distinct_values, minimum, maximum, most_frequent, code_list"
        " from market.product_columns"
        " where product = 'marts.fct_payments' and column_name = 'paid_date'"
    ).fetchone()
    found = file.execute(
        "select round(count(paid_date) / count(*), 4), count(distinct paid_date),"
        " min(paid_date)::varchar, max(paid_date)::varchar, null, null from marts.fct_payments"
    ).fetchone()
    assert said == found
    listed = file.execute(
        "select most_frequent from market.product_columns"
        " where product = 'marts.fct_payments' and column_name = 'provider_code'"
    ).fetchone()
    counted = file.execute(
        "select provider_code from marts.fct_payments group by all order by count(*) desc, 1 limit 5"
    ).fetchall()
    assert listed[0] == [code for (code,) in counted]
    assert len(counted) > 1


def test_the_public_is_told_of_what_it_has_alone(sample_home: Path) -> None:
    release = current_release(Home.at(sample_home))
    with duckdb.connect(str(release.folder / FILES[1]), read_only=True) as con:
        levels = con.execute("select distinct classification from market.product_columns").fetchall()
        assert levels == [("open",)]
        assert not con.execute(
            "select * from market.products where licence = 'agreement' or len(agreements) = 0"
        ).fetchall()


def test_lineage_leads_from_a_provider_to_a_product(file) -> None:
    reached = file.execute(
        """
        with recursive above as (
            select from_node, from_kind from market.lineage where to_node = 'marts.fct_payments'
            union
            select lineage.from_node, lineage.from_kind
            from market.lineage inner join above on lineage.to_node = above.from_node
        )
        select from_kind, count(*) from above group by all
        """
    ).fetchall()
    kinds = dict(reached)
    assert kinds["provider"] >= 2
    assert kinds["subject"] == 1
    assert {"staging", "conformed", "seeds"} <= set(kinds)


WAY = """
    with recursive above as (
        select from_node, from_kind, from_column from market.column_lineage
        where to_node = ? and to_column = ?
        union
        select step.from_node, step.from_kind, step.from_column
        from market.column_lineage as step
        inner join above on step.to_node = above.from_node and step.to_column = above.from_column
    )
    select from_node, from_column from above where from_kind = ? order by all
"""


def test_a_column_leads_to_what_each_provider_calls_it(file, sample_home: Path) -> None:
    asked = ["marts.fct_payments", "net_amount"]
    assert file.execute(WAY, [*asked, "staging"]).fetchall() == [
        ("staging.base_spending", "net_amount"),
        ("staging.stg_spending", "net_amount"),
    ]
    assert file.execute(WAY, [*asked, "subject"]).fetchall() == [("spending", "net_amount")]
    sent = file.execute(WAY, [*asked, "provider"]).fetchall()
    assert len({provider for provider, _ in sent}) >= 2
    for provider, column in sent:
        receipts = (sample_home / "landing" / "spending" / provider).glob("*.json")
        headers = [json.loads(each.read_text())["header"] or [] for each in receipts]
        assert column in {each["name"] for header in headers for each in header}, (provider, column)


def test_a_step_is_of_a_column_that_is_here_and_of_a_table_above_it(file) -> None:
    here = "select product, lower(column_name) from market.product_columns"
    assert not file.execute(
        "select * from market.column_lineage where to_node in (select product from market.products)"
        f" and (to_node, split_part(to_column, '.', 1)) not in ({here})"
        # A product may rest on a column of another that this audience does not get.
        " and (to_node, to_column) not in (select from_node, from_column from market.column_lineage)"
    ).fetchall()
    # The same tables as by table, but for sources of the landing, which no model is.
    assert not file.execute(
        "select distinct from_node from market.column_lineage anti join market.lineage"
        " using (from_node) where from_kind <> 'landing'"
    ).fetchall()
    told = file.execute("select provider_code from market.coverage").fetchall()
    told_of = file.execute(
        "select from_node from market.column_lineage where from_kind = 'provider'"
    ).fetchall()
    assert set(told_of) <= set(told)


def test_nearly_every_column_of_a_fact_says_where_it_comes_from(file) -> None:
    silent = file.execute(
        """
        select product, column_name from market.product_columns as columns
        anti join market.column_lineage as step
            on step.to_node = columns.product and step.to_column = lower(columns.column_name)
        where product like 'marts.fct!_%' escape '!'
        """
    ).fetchall()
    assert silent == []


def built(tmp_path: Path, sample_home: Path) -> tuple[Path, Path]:
    """A file with the seeds of a build, and dbt's target, both to be spoilt."""
    target = tmp_path / "target"
    target.mkdir()
    shutil.copy(sample_home / "build" / "target" / "publish" / "manifest.json", target)
    file = tmp_path / "mart.duckdb"
    seeds = Path(__file__).resolve().parents[3] / "seeds" / "market"
    with duckdb.connect(str(file)) as con:
        con.execute("create schema seeds; create schema landing")
        con.execute(
            "create table landing.extracts (provider_code varchar, subject varchar, as_of_date date,"
            " is_landed boolean);"
            "create table landing.extract_columns (provider_code varchar, subject varchar,"
            " source_column varchar, field varchar, status varchar)"
        )
        for name in SEEDS:
            con.execute(
                f"create table seeds.{name} as select {TYPED.get(name, '*')}"
                f" from read_csv('{seeds}/{name}.csv', header = true, all_varchar = true)"
            )
    return file, target


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (
            "update seeds.catalogue set licence = 'OGL' where product = 'fct_payments'",
            "seeds/market/catalogue.csv, line {line}: fct_payments: 'OGL' is no licence of licences.csv",
        ),
        (
            "update seeds.catalogue set title = null where product = 'fct_payments'",
            "seeds/market/catalogue.csv, line {line}: fct_payments: title and theme must be said",
        ),
        (
            "update seeds.catalogue set subjects = 'spends' where product = 'fct_payments'",
            "seeds/market/catalogue.csv, line {line}: fct_payments: spends is no subject of subjects.csv",
        ),
        (
            "delete from seeds.release_notes where product = 'fct_payments'",
            "seeds/market/catalogue.csv, line {line}: fct_payments: release_notes.csv has no version of it",
        ),
        (
            "delete from seeds.catalogue where product = 'fct_payments';"
            "delete from seeds.release_notes where product = 'fct_payments'",
            "models/marts/finance/fct_payments.yml: the table fct_payments is published, and",
        ),
        (
            "insert into seeds.catalogue (product, title, theme, licence)"
            " values ('gone', 'A', 'b', 'agreement')",
            "seeds/market/catalogue.csv: gone: there is no such table",
        ),
        (
            "update seeds.release_notes set version = '2' where product = 'fct_payments'",
            "seeds/market/release_notes.csv, line {line}: fct_payments: version (as in 1.2.0)",
        ),
    ],
)
def test_a_product_that_is_not_described_is_told_by_file_and_line(
    tmp_path: Path, sample_home: Path, project: Path, spoil: str, told: str
) -> None:
    file, target = built(tmp_path, sample_home)
    assert read_catalogue(file, target) is not None
    with duckdb.connect(str(file)) as con:
        con.execute(spoil)
    seed = "release_notes" if "release_notes.csv, line" in told else "catalogue"
    lines = (project / "seeds" / "market" / f"{seed}.csv").read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if text.startswith("fct_payments,"))
    with pytest.raises(CityMartError) as error:
        read_catalogue(file, target)
    assert str(error.value).startswith(told.format(line=line))


def test_a_column_without_a_meaning_is_told(tmp_path: Path, sample_home: Path) -> None:
    file, target = built(tmp_path, sample_home)
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    manifest["nodes"]["model.citymart.fct_payments"]["columns"]["payment_key"]["description"] = ""
    (target / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(CityMartError, match=r"fct_payments\.yml: fct_payments: .* payment_key"):
        read_catalogue(file, target)


def test_a_score_falls_with_what_is_late_bare_or_empty() -> None:
    from datetime import date

    product = {
        "description": "d",
        "keywords": ["k"],
        "limits": "l",
        "contact": "c",
        "licence": "OGL",
        "version": "1.0.0",
        "key_column": "k",
        "licence_url": "u",
        "data_to": date(2026, 9, 30),
        "days_between_deliveries": 30,
    }
    columns = [
        {"description": "d", "unit": None, "data_type": "VARCHAR", "filled_share": 1.0, "distinct_values": 2}
    ]
    best = graded(product, columns, date(2026, 10, 30), is_open=True)
    assert (best["score"], best["grade"]) == (100.0, "gold")
    late = graded(product, columns, date(2026, 12, 14), is_open=True)
    assert (late["freshness"], late["score"]) == (50.0, 82.5)
    assert graded(product, columns, date(2027, 12, 1), is_open=True)["freshness"] == 0
    half = graded(product, [columns[0] | {"filled_share": 0.5}], date(2026, 10, 30), is_open=True)
    assert (half["completeness"], half["score"]) == (50.0, 95.0)
    bare = graded(product | {"limits": None}, columns, date(2026, 10, 30), is_open=False)
    assert bare["metadata"] == round(600 / 7, 1)
    assert bare["accessibility"] == 66.7
