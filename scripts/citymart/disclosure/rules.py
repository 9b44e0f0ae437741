"""What a product publishes and under which rule: how a count is shown, and what a shown figure stands for.

A count of 1 to `threshold` is not shown. A true zero is shown as 0: it says that nobody is there, and of
nobody nothing is told. Everything else is rounded to the nearest multiple of `base` (a half goes up), totals
on their own, so that they need not be the sum of what is shown beneath them; with `exact_totals` a total
stands as it was counted. What protects a small count from being worked out is in `control`, and whether it
was protected is judged by `audit`.

The status beside a figure is null where the number is shown. Otherwise the number is null and the status says
why: `c` confidential, `x` not available (a part of it was not delivered), `z` not applicable (it can't
occur). `c` doesn't say that the count is small: it may be hidden because it would give another one away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from citymart.errors import CityMartError

CONFIDENTIAL, NOT_AVAILABLE, NOT_APPLICABLE = "c", "x", "z"

ALL = "all"
"""Stands in a dimension's column where a figure is a total over it."""


class DisclosureError(CityMartError):
    """A small count could be worked out from what is, or is to be, published."""


@dataclass(frozen=True)
class Rule:
    """How the counts of a product are shown."""

    threshold: int = 7
    base: int = 5
    exact_totals: bool = False

    def __post_init__(self) -> None:
        if self.threshold < 1 or self.base < 1:
            raise CityMartError(
                f"A rule's threshold and base are 1 or more, not {self.threshold} and {self.base}."
            )
        if 2 * (self.threshold + 1) < self.base:
            # 0 would then stand for nobody and for a few
            raise CityMartError(
                f"Rounded to {self.base}, a count of {self.threshold + 1} would be shown as 0; "
                f"raise the threshold to {(self.base + 1) // 2 - 1} or more, or round to less."
            )

    def is_hidden(self, count: int) -> bool:
        """Whether the rule alone hides a count, whatever else is published."""
        return 1 <= count <= self.threshold

    def shown(self, count: int, *, is_total: bool = False) -> int:
        """The number that is published for a count that isn't hidden."""
        if self.exact_totals and is_total:
            return count
        return (count + self.base // 2) // self.base * self.base

    def stands_for(self, number: int, *, is_total: bool = False) -> tuple[int, int]:
        """The least and the greatest count that is published as this number."""
        if number == 0 or (self.exact_totals and is_total):
            return number, number
        low = number - self.base // 2
        return max(low, self.threshold + 1), low + self.base - 1


@dataclass(frozen=True)
class Product:
    """A table of counts that is published: which totals it has, of what, and under which rule.

    A margin is the dimensions that are kept; `()` is the grand total. `where` limits the product to cells
    with one of the given values in a dimension. `counted` says what is counted: products of people and
    products of households have no count in common.
    """

    name: str
    margins: tuple[tuple[str, ...], ...]
    rule: Rule = Rule()
    counted: str = "people"
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for margin in self.margins for name in margin))

    def is_total(self, margin: Iterable[str]) -> bool:
        """Whether another margin of the product is finer."""
        return any(set(margin) < set(other) for other in self.margins)


@dataclass(frozen=True)
class Publication:
    """A product as it left: a row a figure, with the product's dimensions, `number` and `status`."""

    product: Product
    data_date: date
    figures: pa.Table
    release: str = ""


def percentages(publication: Publication, of: Iterable[str]) -> pa.Table:
    """The figures with the percentage that each is of its total over all dimensions but those in `of`.

    Made of published numbers only, so that it tells nothing which they don't tell. Its status is `c` or `x`
    where one of the two numbers isn't shown and `z` where the total is nobody or isn't published.
    """
    names, kept = publication.product.dimensions, set(of)
    rows = publication.figures.to_pylist()
    published = {tuple(row[name] for name in names): row for row in rows}
    shares, statuses = [], []
    for row in rows:
        total = published.get(tuple(row[name] if name in kept else ALL for name in names))
        share = None
        status = row["status"] or (total["status"] if total else NOT_APPLICABLE)
        if status is None and total["number"] == 0:
            status = NOT_APPLICABLE
        if status is None:
            # a part that was rounded up may be more than its exact total
            share = min(round(100 * row["number"] / total["number"], 1), 100.0)
        shares.append(share)
        statuses.append(status)
    return publication.figures.append_column("percentage", pa.array(shares, pa.float64())).append_column(
        "percentage_status", pa.array(statuses, pa.string())
    )
