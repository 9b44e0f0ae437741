"""From exact counts to figures that can be published: what is small is hidden, the rest is rounded, and then
partners are hidden until nothing that is hidden can be narrowed.

Rounding alone doesn't protect: 40 (38 to 42) beside a hidden 3 under a total of 40 leaves 0 to 4 for the
hidden one. So the audit is asked what can be narrowed and from which figures, and of these one is hidden: the
one of least number, and that serves most. A shown 0 may be hidden so, too. Only published numbers are
weighed, so that the choice tells no more of the exact ones than they do. Nothing is random: the same counts
give the same figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

import pyarrow as pa

from citymart.disclosure.audit import Attack
from citymart.disclosure.rules import (
    ALL,
    CONFIDENTIAL,
    NOT_APPLICABLE,
    NOT_AVAILABLE,
    DisclosureError,
    Product,
    Publication,
)
from citymart.errors import CityMartError

FIGURES = (("number", pa.int64()), ("status", pa.string()))


def control(
    counts: pa.Table,
    products: Sequence[Product],
    *,
    data_date: date,
    earlier: Sequence[Publication] = (),
    earlier_cells: Mapping[date, pa.Table] | None = None,
    release: str = "",
) -> list[Publication]:
    """The products' publications, in which no hidden count can be narrowed, `earlier` ones being known.

    `counts` has a row a finest cell: its dimensions and `number`, null where it is not available; in a column
    `status`, if there is one, `z` marks a cell that can't occur. A group without a row has no figure, and
    everybody is taken to know that it is nobody. A relation of DuckDB will do. All products of one data date
    that count the same belong into one call; those already published are `earlier`, with their own
    `earlier_cells` if these aren't the cells of now.

    Raises `DisclosureError` when what was published earlier gives a count away that nothing can hide any
    more.
    """
    if not isinstance(counts, pa.Table):
        counts = counts.to_arrow_table()
    _check(counts, products)
    # the order of rows must not decide between partners that are equally good
    counts = counts.sort_by([(n, "ascending") for n in counts.column_names if n not in ("number", "status")])
    made = [Publication(product, data_date, _figures(counts, product), release) for product in products]
    known = list(earlier)
    cells = dict.fromkeys([data_date, *(publication.data_date for publication in known)], counts)
    cells |= {day: table for day, table in (earlier_cells or {}).items() if day != data_date}
    stays: set[int] = set()
    while (attack := _protected([*known, *made], cells, len(known), stays)) is None:
        pass
    hidden: dict[int, set[int]] = {}
    for figure in attack.figures:
        if figure.status == CONFIDENTIAL:
            hidden.setdefault(figure.publication, set()).add(figure.row)
    return [
        Publication(
            product, data_date, _without(publication.figures, hidden.get(len(known) + i, set())), release
        )
        for i, (product, publication) in enumerate(zip(products, made, strict=True))
    ]


def _check(counts: pa.Table, products: Sequence[Product]) -> None:
    if "number" not in counts.column_names:
        raise CityMartError("The counts have no column `number`; name the one that holds them so.")
    for product in products:
        for name in dict.fromkeys([*product.dimensions, *product.where]):
            if name not in counts.column_names:
                raise CityMartError(f"{product.name} keeps {name}, which the counts don't have.")
            values = counts[name].to_pylist()
            if any(value is None or str(value) == ALL for value in values):
                raise CityMartError(
                    f"{name} of {product.name} is null or '{ALL}' in some row; give these people a name of "
                    "their own, such as 'unknown'."
                )


def _figures(counts: pa.Table, product: Product) -> pa.Table:
    """All figures of the product under its rule, each judged by itself."""
    names = product.dimensions
    columns = {name: [str(v) for v in counts[name].to_pylist()] for name in {*names, *product.where}}
    numbers = counts["number"].to_pylist()
    statuses = counts["status"].to_pylist() if "status" in counts.column_names else [None] * len(numbers)
    rows = [
        i
        for i in range(len(numbers))
        if all(columns[name][i] in values for name, values in product.where.items())
    ]
    found: list[tuple] = []
    for margin in dict.fromkeys(tuple(n for n in names if n in margin) for margin in product.margins):
        sums: dict[tuple, int] = {}
        unknown, possible = set(), set()
        for i in rows:
            key = tuple(columns[name][i] if name in margin else ALL for name in names)
            sums.setdefault(key, 0)
            if statuses[i] == NOT_APPLICABLE:
                continue
            possible.add(key)
            if numbers[i] is None:
                unknown.add(key)
            else:
                sums[key] += int(numbers[i])
        is_total = product.is_total(margin)
        for key in sorted(sums):
            count, status = sums[key], None
            if key not in possible:
                status = NOT_APPLICABLE
            elif key in unknown:
                # a sum of what happened to be delivered is no count of anything
                status = NOT_AVAILABLE
            elif product.rule.is_hidden(count):
                status = CONFIDENTIAL
            found.append((*key, None if status else product.rule.shown(count, is_total=is_total), status))
    types = [*((name, pa.string()) for name in names), *FIGURES]
    return pa.table({name: pa.array([row[i] for row in found], kind) for i, (name, kind) in enumerate(types)})


def _protected(
    publications: Sequence[Publication], cells: Mapping[date, pa.Table], first_ours: int, stays: set[int]
) -> Attack | None:
    """The attack that finds nothing any more. None if a figure was hidden in vain: it is among `stays`
    then."""
    attack = Attack(publications, cells)
    small = {i for i, figure in enumerate(attack.figures) if figure.status == CONFIDENTIAL}
    while findings := attack.findings():
        choices = []
        for finding in findings:
            ours = [
                group
                for group in finding.candidates
                if all(attack.figures[i].publication >= first_ours and i not in stays for i in group)
            ]
            if ours:
                choices.append(ours)
                continue
            # a partner of which earlier releases tell too much is none: it is shown, and another one found
            in_vain = {i for i in finding.figures if i not in small}
            if not in_vain or in_vain & stays or small.intersection(finding.figures):
                raise DisclosureError(
                    f"{finding} What was published before gives it away, so that hiding more doesn't help: "
                    "leave out the margin that asks for it."
                )
            stays |= in_vain
            return None
        attack.hide(_partners(choices, attack))
    return attack


def _partners(choices: Sequence[Sequence[tuple[int, ...]]], attack: Attack) -> list[int]:
    """For every choice one figure (with those that say the same), so that something is less narrow."""
    serves = Counter(group for groups in choices for group in groups)

    def price(group: tuple[int, ...]) -> tuple:
        figures = [attack.figures[i] for i in group]
        number = max(figure.number for figure in figures)
        return (number + 5) / serves[group], number, group

    chosen: set[tuple[int, ...]] = set()
    for groups in choices:
        if not chosen.intersection(groups):
            chosen.add(min(groups, key=price))
    return sorted(i for group in chosen for i in group)


def _without(figures: pa.Table, rows: set[int]) -> pa.Table:
    columns = {name: figures[name].to_pylist() for name in figures.column_names}
    for row in rows:
        columns["number"][row], columns["status"][row] = None, CONFIDENTIAL
    return pa.table(
        {name: pa.array(values, figures.schema.field(name).type) for name, values in columns.items()}
    )


def shown(publications: Sequence[Publication]) -> float:
    """The share of figures that are shown, of those that are neither unavailable nor impossible."""
    statuses = [status for p in publications for status in p.figures["status"].to_pylist()]
    judged = [status for status in statuses if status in (None, CONFIDENTIAL)]
    return sum(status is None for status in judged) / len(judged) if judged else 1.0
