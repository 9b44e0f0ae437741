"""What `market.score_history` carries on, and into whose file."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from citymart.catalogue.history import score_history

OLD, NOW, NEXT = "20260901T1", "20261001T1", "20261101T1"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        yield con


def release(
    con: duckdb.DuckDBPyConnection,
    name: str,
    providers: dict[str, float | None],
    products: dict[str, float],
    rule: str = "1",
) -> None:
    """A database with a score a provider, and one in each dimension a product."""
    con.execute(f"attach ':memory:' as {name}; create schema {name}.market")
    con.execute(
        f"create table {name}.market.quality_scores"
        " (provider_code varchar, subject varchar, dimension varchar, score decimal(4, 1))"
    )
    for code, score in providers.items():
        con.execute(f"insert into {name}.market.quality_scores values (?, 's', 'validity', ?)", [code, score])
    con.execute(
        f"create table {name}.market.product_scores (product varchar, rule_version varchar, freshness double,"
        " metadata double, accessibility double, completeness double, usability double, score double)"
    )
    for product, score in products.items():
        con.execute(
            f"insert into {name}.market.product_scores values (?, ?, 1, 1, 1, 1, 1, ?)",
            [product, rule, score],
        )


def written(con: duckdb.DuckDBPyConnection, name: str, *arguments: object) -> list[tuple]:
    """The history of a database, which it has from then on; of products the whole score alone."""
    history = score_history(con, name, *arguments)
    con.register("history", history)
    con.execute(f"create table {name}.market.score_history as from history")
    con.unregister("history")
    return con.execute(
        "select release_id, coalesce(product, provider_code), score"
        f" from {name}.market.score_history where dimension in ('validity', 'score') order by all"
    ).fetchall()


def test_only_what_is_another_score_is_a_row_and_none_that_never_was(con) -> None:
    release(con, "old", {"a": 90, "b": 80, "never": None}, {"p": 50})
    assert written(con, "old", OLD, None) == [(OLD, "a", 90), (OLD, "b", 80), (OLD, "p", 50)]
    release(con, "now", {"a": 91, "b": 80, "never": None}, {"p": 50})
    assert written(con, "now", NOW, ("old", OLD)) == [
        *[(OLD, "a", 90), (OLD, "b", 80), (OLD, "p", 50)],
        (NOW, "a", 91),
    ]
    # Measured no more, and of another rule: both are told.
    release(con, "next", {"a": None, "b": 80}, {"p": 50}, rule="2")
    assert written(con, "next", NEXT, ("now", NOW))[-2:] == [(NEXT, "a", None), (NEXT, "p", 50)]
    days = con.execute("select distinct release_id, released_on::varchar from next.market.score_history")
    assert sorted(days.fetchall()) == [(OLD, "2026-09-01"), (NOW, "2026-10-01"), (NEXT, "2026-11-01")]


def test_a_release_from_before_there_was_a_history_gives_its_own_scores(con) -> None:
    release(con, "old", {"a": 90, "never": None}, {"p": 50})
    release(con, "now", {"a": 91}, {"p": 50})
    assert written(con, "now", NOW, ("old", OLD)) == [(OLD, "a", 90), (OLD, "p", 50), (NOW, "a", 91)]


def test_what_is_in_the_file_no_more_has_no_history_there(con) -> None:
    release(con, "old", {"a": 90, "b": 80}, {"p": 50, "q": 40})
    written(con, "old", OLD, None)
    release(con, "now", {"a": 90}, {"p": 50})
    assert written(con, "now", NOW, ("old", OLD)) == [(OLD, "a", 90), (OLD, "p", 50)]


def test_an_audience_gets_the_history_of_the_scores_and_products_that_it_sees(con) -> None:
    release(con, "old", {"a": 90, "b": 80, "c": 70}, {"p": 50, "q": 40})
    written(con, "old", OLD, None)
    release(con, "now", {"a": 95, "b": 85, "c": 75}, {"p": 55, "q": 45})
    written(con, "now", NOW, ("old", OLD))
    # Of b it may not see the score, of c not even that there is one; q is not for it.
    release(con, "audience", {"a": 95, "b": None}, {"p": 30})
    assert written(con, "audience", NOW, None, "now") == [(OLD, "a", 90), (NOW, "a", 95), (NOW, "p", 30)]
    release(con, "after", {"a": 95}, {"p": 35})
    assert written(con, "after", NEXT, ("audience", NOW), "now") == [
        *[(OLD, "a", 90), (NOW, "a", 95), (NOW, "p", 30)],
        (NEXT, "p", 35),
    ]
