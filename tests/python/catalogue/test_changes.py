"""What a release brings against the one before."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from citymart.catalogue.changes import changes
from citymart.catalogue.described import Catalogue, Note, Product


def product(name: str, key: str | None, subjects: tuple[str, ...]) -> Product:
    notes = (Note("1.0.0", date(2026, 1, 1), "first"),)
    said = ("One row a thing", "theme", "OGL", "Open", None, None, (), None)
    return Product(name, name, *said, notes, key, subjects, 31, None, {}, frozenset())


CATALOGUE = Catalogue(
    "p",
    "c",
    {
        "payments": product("payments", "payment_key", ("spending",)),
        "totals": product("totals", None, ("spending",)),
        "calendar": product("calendar", "day", ()),
    },
    [],
    "",
)


@pytest.fixture
def files():
    """Two releases: camden sent another file, barnet did not, and yet a value of barnet's is another."""
    with duckdb.connect() as con:
        for name, files, rows, totals in (
            (
                "before",
                "('a1', 'camden'), ('b1', 'barnet')",
                "('c1', 'camden', 10, 1), ('c2', 'camden', 20, 2), ('b1', 'barnet', 5, 1),"
                " ('b2', 'barnet', 6, 2)",
                "('camden', 1), ('barnet', 1)",
            ),
            (
                "now",
                "('a2', 'camden'), ('b1', 'barnet')",
                "('c1', 'camden', 10, 7), ('c3', 'camden', 30, 2), ('c4', 'camden', 40, 3),"
                " ('b1', 'barnet', 50, 1)",
                "('camden', 1), ('camden', 2), ('barnet', 1)",
            ),
        ):
            con.execute(f"attach ':memory:' as {name}")
            con.execute(
                f"""
                create schema {name}.marts; create schema {name}.market;
                create table {name}.market.extracts as select *, 'spending' as subject
                from (values {files}) as t (extract_id, provider_code);
                create table {name}.marts.dim_borough as select * from (values ('camden', 'E1'))
                as t (provider_code, borough_code);
                create table {name}.marts.payments as
                select * replace (amount::double as amount) from (values {rows})
                as t (payment_key, provider_code, amount, row_number);
                create table {name}.marts.totals as select * from (values {totals})
                as t (provider_code, n);
                create table {name}.marts.calendar as select 1 as day;
                """
            )
        yield con


@pytest.mark.parametrize(("same_mapping", "reason"), [(True, "code"), (False, "mapping")])
def test_rows_are_new_gone_or_other_by_provider_and_for_a_reason(files, same_mapping, reason) -> None:
    found = list(changes(files, "before", "now", CATALOGUE, same_mapping=same_mapping))
    assert [tuple(each.values()) for each in found] == [
        ("marts.payments", "barnet", 2, 1, 0, 1, 1, reason, True),
        # c1 comes again in another place of another file: it has not changed.
        ("marts.payments", "camden", 2, 3, 2, 1, 0, "delivery", False),
        ("marts.totals", "camden", 1, 2, None, None, None, "delivery", False),
    ]


def test_the_same_release_brings_nothing(files) -> None:
    assert not list(changes(files, "now", "now", CATALOGUE, same_mapping=True))
