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

PAYMENTS = tiny.FILES["models/marts/payments.sql"]


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    return tiny.write_catalogued(tmp_path_factory.mktemp("catalogued"))


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
