"""What leaves for the public shows no small count, neither by itself nor by arithmetic."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from citymart.disclosure.audit import audit, require_safe
from citymart.disclosure.control import control, shown
from citymart.disclosure.rules import DisclosureError, Product, Publication, Rule, percentages
from citymart.errors import CityMartError
from tables import (
    FEBRUARY,
    JANUARY,
    all_margins,
    batch,
    by_differencing,
    by_enumeration,
    one_by_one,
    with_small_cells_hidden,
)

PLAIN = Rule()

FEW_CELLS = 6
"""More cells can't all be enumerated in the time of a test."""


def counts(**numbers: int | None) -> pa.Table:
    return pa.table({"ward": list(numbers), "number": pa.array(numbers.values(), pa.int64())})


def wards(rule: Rule = PLAIN, **more) -> Product:
    return Product("wards", (("ward",), ()), rule, **more)


def by_ward(publication: Publication) -> dict[str, int | str | None]:
    return {
        row["ward"]: row["number"] if row["status"] is None else row["status"]
        for row in publication.figures.to_pylist()
    }


def published(rule: Rule = PLAIN, **numbers: int | str) -> Publication:
    """Figures by hand: a number or a status a ward, and `all`."""
    figures = pa.table({
        "ward": list(numbers),
        "number": pa.array([n if isinstance(n, int) else None for n in numbers.values()], pa.int64()),
        "status": pa.array([n if isinstance(n, str) else None for n in numbers.values()], pa.string()),
    })  # fmt: skip
    return Publication(wards(rule), JANUARY, figures)


def recovered(publications: list[Publication], table: pa.Table) -> dict[str, list]:
    """What the attacks that know nothing of the package get of each table of a batch."""
    found, enumerated = {}, 0
    for name, known in zip(table["table"].unique().to_pylist(), one_by_one(publications, table), strict=True):
        got = by_differencing(known)
        if len(known.cells) <= FEW_CELLS:
            more = by_enumeration(known)
            enumerated += more is not None
            got += more or []
        if got:
            found[name] = got
    return {"found": found, "enumerated": enumerated}


# what a rule says


@pytest.mark.parametrize(
    ("count", "number", "low", "high"),
    [(0, 0, 0, 0), (8, 10, 8, 12), (12, 10, 8, 12), (13, 15, 13, 17), (1000, 1000, 998, 1002)],
)
def test_a_shown_number_stands_for_what_is_rounded_to_it(count, number, low, high) -> None:
    assert Rule().shown(count) == number
    assert Rule().stands_for(number) == (low, high)


@pytest.mark.parametrize("rule", [Rule(), Rule(4, 3), Rule(9, 10), Rule(2, 1), Rule(5, 4), Rule(30, 20)])
def test_what_a_number_stands_for_is_exactly_what_gives_it(rule) -> None:
    given: dict[int, list[int]] = {}
    for count in range(rule.threshold + 1, 300):
        given.setdefault(rule.shown(count), []).append(count)
    for number, found in list(given.items())[:-1]:
        assert rule.stands_for(number) == (found[0], found[-1])


def test_a_rule_that_would_show_a_few_as_nobody_is_refused() -> None:
    with pytest.raises(CityMartError, match="would be shown as 0"):
        Rule(threshold=3, base=10)


# what control does


def test_small_counts_are_confidential_and_the_rest_is_rounded_with_totals_on_their_own() -> None:
    found = by_ward(control(counts(A=3, B=6, C=18, D=32, E=0), [wards()], data_date=JANUARY)[0])
    assert found == {"A": "c", "B": "c", "C": 20, "D": 30, "E": 0, "all": 60}


def test_exact_totals_stand_and_a_partner_is_hidden_for_them() -> None:
    made = control(counts(A=3, B=50, C=60), [wards(Rule(base=1, exact_totals=True))], data_date=JANUARY)[0]
    assert by_ward(made) == {"A": "c", "B": "c", "C": 60, "all": 113}


def test_rounding_alone_narrows_and_so_something_more_is_hidden() -> None:
    found = by_ward(control(counts(A=2, B=40), [wards()], data_date=JANUARY)[0])
    assert found["A"] == "c" and [found["B"], found["all"]].count("c") == 1


def test_what_was_not_delivered_is_not_available_and_what_cannot_be_is_not_applicable() -> None:
    table = counts(A=30, B=None, C=None).append_column("status", pa.array([None, None, "z"], pa.string()))
    assert by_ward(control(table, [wards()], data_date=JANUARY)[0]) == {
        "A": 30,
        "B": "x",
        "C": "z",
        "all": "x",
    }
    table = counts(A=30, C=None).append_column("status", pa.array([None, "z"], pa.string()))
    assert by_ward(control(table, [wards()], data_date=JANUARY)[0]) == {"A": 30, "C": "z", "all": 30}


def test_a_number_is_null_exactly_where_a_status_says_why() -> None:
    table, products = batch(3)
    for made in control(table, products, data_date=JANUARY):
        assert made.figures["number"].is_null().equals(made.figures["status"].is_valid())
        assert set(made.figures["status"].drop_null().to_pylist()) == {"c"}


def test_the_same_counts_give_the_same_figures_in_whatever_order_they_come() -> None:
    table, products = batch(3, size=8)
    order = list(range(table.num_rows))
    random.Random(1).shuffle(order)
    first = control(table, products, data_date=JANUARY)
    again = control(table, products, data_date=JANUARY)
    shuffled = control(table.take(order), products, data_date=JANUARY)
    for a, b, c in zip(first, again, shuffled, strict=True):
        assert a.figures.equals(b.figures)
        assert a.figures.equals(c.figures)


def test_a_relation_of_duckdb_will_do() -> None:
    relation = duckdb.sql("select * from (values ('A', 12), ('B', 40)) as t (ward, number)")
    assert by_ward(control(relation, [wards()], data_date=JANUARY)[0]) == {"A": 10, "B": 40, "all": 50}


def test_a_dimension_that_is_null_or_named_as_a_total_is_refused() -> None:
    with pytest.raises(CityMartError, match="'unknown'"):
        control(counts(A=3, all=9), [wards()], data_date=JANUARY)


def test_nobody_at_all_is_no_failure() -> None:
    table = pa.table({"ward": pa.array([], pa.string()), "number": pa.array([], pa.int64())})
    made = control(table, [wards()], data_date=JANUARY)
    assert made[0].figures.num_rows == 0 and audit(made, table) == []


# percentages


def test_a_percentage_is_made_of_rounded_counts_only() -> None:
    table = percentages(published(A=20, B="c", C="c", all=60), of=())
    assert table["percentage"].to_pylist() == [33.3, None, None, 100.0]
    assert table["percentage_status"].to_pylist() == [None, "c", "c", None]


def test_a_percentage_of_nobody_is_not_applicable_and_of_a_hidden_total_confidential() -> None:
    assert percentages(published(A=0, all=0), of=())["percentage_status"].to_pylist() == ["z", "z"]
    assert percentages(published(A=20, all="c"), of=())["percentage_status"].to_pylist() == ["c", "c"]


# what the audit condemns


def test_a_lone_hidden_cell_under_an_exact_total_is_condemned_in_words() -> None:
    table, rule = counts(A=3, B=40), Rule(base=1, exact_totals=True)
    (finding,) = audit([published(rule, A="c", B=40, all=43)], table)
    assert (finding.cell, finding.low, finding.high) == ((("ward", "A"),), 3, 3)
    assert str(finding) == (
        "wards, 2026-01-31, ward A is 3, which can be worked out from ward B = 40; the grand total = 43; "
        "hide one of these as well, or publish fewer totals."
    )
    with pytest.raises(DisclosureError, match="1 hidden counts can be narrowed"):
        require_safe([published(rule, A="c", B=40, all=43)], table)


def test_a_hidden_cell_that_rounding_narrows_is_condemned_and_one_with_a_partner_is_not() -> None:
    assert [(f.low, f.high) for f in audit([published(A="c", B=40, all=40)], counts(A=1, B=1))] == [(0, 4)]
    assert audit([published(A="c", B="c", C=40, all=60)], counts(A=1, B=1, C=1)) == []


def test_a_few_people_between_two_shown_figures_are_found_though_no_figure_shows_them() -> None:
    table = counts(A=3, B=40)
    some = Product("some", ((),), Rule(base=1), where={"ward": ("B",)})
    every = Product("every", ((),), Rule(base=1))
    one = pa.table({"number": [43], "status": pa.array([None], pa.string())})
    other = pa.table({"number": [40], "status": pa.array([None], pa.string())})
    found = audit([Publication(every, JANUARY, one), Publication(some, JANUARY, other)], table)
    assert {(f.low, f.high) for f in found} == {(3, 3)}
    made = control(table, [every, some], data_date=JANUARY)
    assert audit(made, table) == [] and 0 < shown(made) < 1


def test_figures_that_contradict_each_other_are_vouched_for_by_nobody() -> None:
    (finding,) = audit([published(A=40, B=40, all=20)], counts(A=1, B=1))
    assert "contradict" in str(finding)


def test_a_cell_hidden_now_that_the_same_data_showed_before_is_condemned() -> None:
    table, rule = counts(A=3, B=40, C=50), Rule(base=1, exact_totals=True)
    before = published(rule, A="c", B="c", C=50, all=93)
    after = published(rule, A="c", B=40, C="c", all=93)
    assert audit([before], table) == [] and audit([after], table) == []
    assert {f.cell for f in audit([before, after], table)} >= {(("ward", "A"),)}


def test_a_month_in_which_nothing_seems_changed_is_held_against_the_one_before() -> None:
    table, rule = counts(A=3, B=40, C=50), Rule(base=1, exact_totals=True)
    before = published(rule, A="c", B="c", C=50, all=93)
    after = replace(published(rule, A="c", B=40, C="c", all=93), data_date=FEBRUARY)
    assert {f.cell for f in audit([before, after], table)} >= {(("ward", "A"),)}
    changed = replace(published(rule, A="c", B=47, C="c", all=100), data_date=FEBRUARY)
    assert audit([before, changed], table) == []


def test_what_was_given_away_before_is_told_instead_of_hidden_in_vain() -> None:
    table, rule = counts(A=3, B=40, C=50), Rule(base=1, exact_totals=True)
    before = published(rule, A="c", B=40, C=50, all=93)
    with pytest.raises(DisclosureError, match="published before"):
        control(table, [wards(rule)], data_date=JANUARY, earlier=[before])


# a thousand random tables


@pytest.fixture(scope="module")
def told() -> dict[str, int]:
    return {"tables": 0, "enumerated": 0, "condemned": 0, "recovered": 0}


@pytest.mark.parametrize("seed", range(40))
def test_nothing_can_be_recovered_of_random_tables_with_totals_and_overlapping_products(seed, told) -> None:
    table, products = batch(seed)
    made = control(table, products, data_date=JANUARY)
    assert audit(made, table) == []
    got = recovered(made, table)
    assert got["found"] == {}
    told["tables"] += 25
    told["enumerated"] += got["enumerated"]


@pytest.mark.parametrize("seed", range(40))
def test_with_only_the_small_cells_hidden_the_audit_condemns_whatever_an_attack_recovers(seed, told) -> None:
    table, products = batch(seed)
    careless = [with_small_cells_hidden(table, made) for made in products]
    got = recovered(careless, table)["found"]
    condemned = {dict(finding.cell)["table"] for finding in audit(careless, table)}
    assert set(got) <= condemned
    told["condemned"] += len(condemned)
    told["recovered"] += len(got)


def two_releases(seed: int) -> tuple[pa.Table, Product, Product]:
    """Of one batch a product and, later, the same people in wider groups."""
    table, products = batch(seed, size=6)
    names = [n for n in products[0].dimensions if n != "table"]
    wider = [("table", *m) for m in all_margins(["wide", *names[1:]])]
    return table, products[0], Product("wider", tuple(wider), products[0].rule)


def released(
    table: pa.Table, products: list[Product], earlier: list[Publication], data_date=JANUARY
) -> tuple[list[Publication], set[str]]:
    """A later release, and the tables that were refused as their margins ask for what is known already."""
    refused: set[str] = set()
    while True:
        kept = pc.invert(pc.is_in(table["table"], pa.array(sorted(refused), pa.string())))
        try:
            return control(table.filter(kept), products, data_date=data_date, earlier=earlier,
                           earlier_cells={JANUARY: table}), refused  # fmt: skip
        except DisclosureError as error:
            name = re.search(r"table (t\d+)", str(error)).group(1)
            assert name not in refused
            refused.add(name)
            gone = pa.array([name])
            earlier = [
                replace(p, figures=p.figures.filter(pc.invert(pc.is_in(p.figures["table"], gone))))
                for p in earlier
            ]


def without(tables: set[str], publications: list[Publication]) -> list[Publication]:
    gone = pa.array(sorted(tables), pa.string())
    return [
        replace(p, figures=p.figures.filter(pc.invert(pc.is_in(p.figures["table"], gone))))
        for p in publications
    ]


@pytest.mark.parametrize("seed", range(7))
def test_nothing_can_be_recovered_from_two_releases_of_the_same_data(seed) -> None:
    table, first, second = two_releases(seed)
    before = control(table, [first], data_date=JANUARY)
    after, refused = released(table, [second], before)
    assert len(refused) <= 2
    both = [*without(refused, before), *after]
    table = table.filter(pc.invert(pc.is_in(table["table"], pa.array(sorted(refused), pa.string()))))
    assert audit(both, table) == []
    assert recovered(both, table)["found"] == {}


@pytest.mark.parametrize("seed", range(7))
def test_nothing_can_be_recovered_from_the_next_month_where_nothing_has_changed(seed) -> None:
    table, first, second = two_releases(seed)
    changes, numbers = random.Random(seed), table["number"].to_pylist()
    changing = {"t0", "t1", "t2"}
    later = [
        max(0, n + changes.randrange(-3, 4)) if name in changing else n
        for n, name in zip(numbers, table["table"].to_pylist(), strict=True)
    ]
    next_month = table.set_column(table.column_names.index("number"), "number", pa.array(later, pa.int64()))
    before = control(table, [first], data_date=JANUARY)
    after, refused = released(next_month, [first, second], before, FEBRUARY)
    assert len(refused) <= 2
    both = [*without(refused, before), *after]
    assert audit(both, table) == []
    gone = pa.array(sorted(changing | refused))
    same = table.filter(pc.invert(pc.is_in(table["table"], gone)))
    assert recovered(without(changing, both), same)["found"] == {}


def test_the_random_tables_were_many_and_the_careless_ones_did_give_counts_away(told) -> None:
    if told["tables"] < 1000:
        pytest.skip("only some of the random tables were made")
    print(told)
    assert told["enumerated"] > 300 and told["condemned"] >= told["recovered"] > 300


# what is lost


@pytest.mark.parametrize("rule", [Rule(), Rule(exact_totals=True)])
def test_most_figures_of_20_and_more_stay_visible(rule) -> None:
    dice = random.Random(4)
    rows = [
        {"borough": f"b{b}", "ward": f"b{b}w{w}", "services": f"s{s}",
         "number": int(dice.uniform(0.5, 1.5) * 400 / s**1.3)}
        for b in range(3) for w in range(6) for s in range(1, 25)
    ]  # fmt: skip
    table = pa.Table.from_pylist(rows)
    margins = (
        ("borough", "ward", "services"),
        ("borough", "services"),
        ("borough", "ward"),
        ("borough",),
        (),
    )
    made = control(table, [Product("overlap", margins, rule)], data_date=JANUARY)
    great = [status for product in margins for status in _statuses_of_great(table, made[0], product)]
    share = great.count(None) / len(great)
    print(f"{share:.0%} of {len(great)} figures of 20 and more, {shown(made):.0%} of all")
    assert share > 0.5


def _statuses_of_great(table: pa.Table, made: Publication, margin: tuple[str, ...]) -> list[str | None]:
    names = made.product.dimensions
    status = {tuple(row[n] for n in names): row["status"] for row in made.figures.to_pylist()}
    sums: dict[tuple, int] = {}
    for row in table.to_pylist():
        key = tuple(row[n] if n in margin else "all" for n in names)
        sums[key] = sums.get(key, 0) + row["number"]
    return [status[key] for key, number in sums.items() if number >= 20]
