"""A release may not take from a product what others have built on, unless its version says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
import tiny
from citymart.catalogue.breaking import require_no_break
from citymart.errors import CityMartError
from citymart.home import Home
from citymart.publishing import publish
from citymart.releases import current_release

CATALOGUED = {
    "seeds/catalogue.csv": """\
product,title,theme,subjects,licence,attribution,keywords,limits
payments,Payments,finance,spending,OGL,,,
coverage,Coverage,market,,OGL,,,
""",
    "seeds/licences.csv": "licence,title,url,is_open\nOGL,Open Government Licence,https://example.org/ogl,true\n",
    "seeds/retention.csv": "subject,days,basis\nspending,3650,Ten years\n",
    "seeds/subjects.csv": "subject,days_between_deliveries\nspending,31\n",
    "seeds/release_notes.csv": """\
product,version,released_on,note
payments,1.0.0,2024-01-01,First
coverage,1.0.0,2024-01-01,First
""",
    "models/landing/extracts.sql": """\
{{ config(schema='landing', materialized='table') }}
select 'camden' as provider_code, 'spending' as subject, date '2024-01-31' as as_of_date, true as is_landed
""",
    "models/market/coverage.sql": """\
select 'camden' as provider_code, 'Camden' as provider_name, count(*) as payments from {{ ref('payments') }}
""",
    "models/_models.yml": tiny.FILES["models/_models.yml"].replace(
        "  - name: coverage\n",
        """\
      - {name: supplier, description: Who is paid.}
      - {name: amount, description: How much.}
      - {name: landed_at, description: When it came.}
  - name: coverage
    description: One row a subject.
    columns:
      - {name: provider_code, description: Who.}
      - {name: provider_name, description: Who.}
      - {name: payments, description: How many.}
exposures:
  - name: market
    type: application
    owner: {name: City, email: data@example.org}
    depends_on: [ref('payments')]
""",
    ),
}
PAYMENTS = tiny.FILES["models/marts/payments.sql"]


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    folder = tiny.write_project(tmp_path_factory.mktemp("catalogued"))
    for name, text in CATALOGUED.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    settings = folder / "dbt_project.yml"
    settings.write_text(settings.read_text() + "seeds:\n  tiny: {+schema: seeds}\n", encoding="utf-8")
    return folder


def test_a_column_that_goes_or_changes_type_needs_a_new_major_version(home: Home, project: Path) -> None:
    shutil.rmtree(home.build / "target", ignore_errors=True)
    first = publish(home, project=project).release
    model = project / "models/marts/payments.sql"
    model.write_text(
        PAYMENTS.replace("    supplier,\n", "").replace(
            "    amount,", "    amount::decimal(18, 2) as amount,"
        ),
        encoding="utf-8",
    )
    schema = project / "models/_models.yml"
    schema.write_text(schema.read_text().replace("      - {name: supplier, description: Who is paid.}\n", ""))
    with pytest.raises(CityMartError) as told:
        publish(home, project=project)
    for words in (
        "marts.payments (1.0.0): supplier is gone, amount was DOUBLE and is DECIMAL(18,2)",
        "higher MAJOR version",
        "seeds/market/release_notes.csv",
    ):
        assert words in str(told.value)
    assert current_release(home).id == first.id
    assert [path.name for path in home.published.glob("releases/*")] == [first.id]

    notes = project / "seeds/release_notes.csv"
    notes.write_text(notes.read_text() + "payments,2.0.0,2024-02-01,Without the supplier\n", encoding="utf-8")
    assert publish(home, project=project).new


def catalogue(path: Path, version: str, columns: dict[str, str]) -> Path:
    with duckdb.connect(str(path)) as con:
        con.execute("create schema market")
        con.execute(f"create table market.products as select 'marts.a' as product, '{version}' as version")
        con.execute(
            "create table market.product_columns"
            " (product varchar, position int, column_name varchar, data_type varchar)"
        )
        for number, (name, kind) in enumerate(columns.items(), 1):
            con.execute(
                "insert into market.product_columns values ('marts.a', ?, ?, ?)", [number, name, kind]
            )
    return path


@pytest.mark.parametrize(
    ("version", "columns", "breaks"),
    [
        ("1.0.0", {"a": "INTEGER", "b": "DATE"}, False),
        ("1.1.0", {"b": "DATE", "c": "DATE", "a": "INTEGER"}, False),
        ("1.9.9", {"a": "INTEGER"}, True),
        ("1.1.0", {"a": "BIGINT", "b": "DATE"}, True),
        ("10.0.0", {"a": "BIGINT"}, False),
        ("2.0.0", {}, False),
    ],
)
def test_only_what_is_lost_or_of_another_type_breaks(tmp_path, version, columns, breaks) -> None:
    before = catalogue(tmp_path / "before.duckdb", "1.0.0", {"a": "INTEGER", "b": "DATE"})
    now = catalogue(tmp_path / "now.duckdb", version, columns)
    if breaks:
        with pytest.raises(CityMartError, match=r"marts\.a \(1\.0\.0\)"):
            require_no_break(before, now)
    else:
        require_no_break(before, now)


def test_a_release_from_before_the_catalogue_is_compared_with_nothing(tmp_path) -> None:
    before = tmp_path / "before.duckdb"
    duckdb.connect(str(before)).close()
    require_no_break(before, catalogue(tmp_path / "now.duckdb", "1.0.0", {"a": "DATE"}))
