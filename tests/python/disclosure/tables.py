"""Random tables of counts, and attacks on what is published of them that know nothing of how it was made.

The attacks share no code with the package: they read the published rows, and know the rule from the product.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations, product
from math import inf

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from citymart.disclosure.rules import Product, Publication, Rule

JANUARY, FEBRUARY = date(2026, 1, 31), date(2026, 2, 28)

RULES = (Rule(), Rule(exact_totals=True), Rule(4, 3), Rule(9, 10), Rule(2, 1), Rule(3, 1, exact_totals=True))

SHAPES = (
    {"a": 3},
    {"a": 2, "b": 3},
    {"a": 5},
    {"a": 3, "b": 3},
    {"a": 2, "b": 2},
    {"a": 4, "b": 4},
    {"a": 6},
    {"a": 3, "b": 2},
    {"a": 4},
    {"a": 2, "b": 4},
    {"a": 2, "b": 2, "c": 2},
    {"a": 5, "b": 2},
    {"a": 2, "b": 2, "c": 3},
)


def random_counts(seed: int, shape: dict[str, int] | None = None) -> pa.Table:
    """Sparse small counts, Poisson's or Zipf's, in one to three dimensions."""
    dice = random.Random(seed)
    shape = shape or SHAPES[seed % len(SHAPES)]
    draw = (_sparse, _poisson, _zipf)[dice.randrange(3)]
    cells = list(product(*([f"{name}{i}" for i in range(size)] for name, size in shape.items())))
    columns = {name: [cell[i] for cell in cells] for i, name in enumerate(shape)}
    # the same cells in wider groups: a0 and a1, a2 and a3
    columns["wide"] = [f"w{int(cell[0][1:]) // 2}" for cell in cells]
    return pa.table({**columns, "number": pa.array([draw(dice) for _ in cells], pa.int64())})


def _sparse(dice: random.Random) -> int:
    return dice.choice((0, 0, 1, 2, 3, 5, 7, 8, 12, 40))


def _poisson(dice: random.Random) -> int:
    mean = dice.choice((2, 8, 30))
    return round(max(0.0, dice.gauss(mean, mean**0.5)))


def _zipf(dice: random.Random) -> int:
    return min(int(3 / (1 - dice.random()) ** 1.2) - 2, 900)


def all_margins(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(m for size in range(len(names), -1, -1) for m in combinations(names, size))


def random_products(seed: int, names: Sequence[str]) -> list[Product]:
    """One to three products that share totals: all margins of some, the finest and the grand total of
    others."""
    dice = random.Random(seed + 7)
    rule = RULES[dice.randrange(len(RULES))] if dice.random() < 0.6 else Rule()
    found = [Product("whole", all_margins(names), rule)]
    if dice.random() < 0.5:
        found.append(Product("part", ((names[0],), ()), rule, where={names[-1]: (f"{names[-1]}0",)}))
    if dice.random() < 0.3:
        found.append(Product("other", (tuple(names[:1]), ()), Rule(rule.threshold, 1)))
    return found


class Known:
    """What a reader of publications knows: each figure's cells, and the least and greatest it can be."""

    def __init__(self, publications: Sequence[Publication], counts: pa.Table) -> None:
        self.threshold = max(publication.product.rule.threshold for publication in publications)
        self.cells = counts.drop_columns("number").to_pylist()
        self.hidden: dict[frozenset[int], int] = {}
        self.bounds: dict[frozenset[int], tuple[float, float]] = {}
        for publication in publications:
            made, rule = publication.product, publication.product.rule
            names = [name for name in publication.figures.column_names if name not in ("number", "status")]
            rows = publication.figures.to_pylist()
            kept = [{n for n in names if row[n] != "all"} for row in rows]
            for row, mine in zip(rows, kept, strict=True):
                covered = frozenset(
                    i for i, cell in enumerate(self.cells)
                    if all(cell[n] in values for n, values in made.where.items())
                    and all(row[n] in ("all", cell[n]) for n in names)
                )  # fmt: skip
                number, threshold = row["number"], rule.threshold
                if row["status"] == "c":
                    self.hidden[covered] = max(threshold, self.hidden.get(covered, 0))
                    continue
                exact = number == 0 or (rule.exact_totals and any(mine < other for other in kept))
                possible = [n for n in range(max(number - rule.base, threshold + 1), number + rule.base + 1)
                            if (n + rule.base // 2) // rule.base * rule.base == number]  # fmt: skip
                low, high = (number, number) if exact else (possible[0], possible[-1])
                before = self.bounds.get(covered, (0, inf))
                self.bounds[covered] = (max(low, before[0]), min(high, before[1]))


def narrowed(low: float, high: float, threshold: int) -> bool:
    """Whether a hidden figure that may be small (and isn't nobody) can't be everything from 1 to the
    threshold."""
    return low <= threshold and high > 0 and (low > 1 or high < threshold)


def by_differencing(known: Known) -> list[tuple[frozenset[int], float, float]]:
    """Simple arithmetic, over and over: a whole less some parts that don't overlap, and parts added up."""
    ranges = {cells: known.bounds.get(cells, (0, inf)) for cells in (*known.bounds, *known.hidden)}
    for i in range(len(known.cells)):
        ranges.setdefault(frozenset((i,)), (0, inf))
    parts_of = {whole: list(_parts(whole, list(ranges))) for whole in ranges if len(whole) > 1}
    for _ in range(6):
        before = dict(ranges)
        for whole, ways in parts_of.items():
            for parts in ways:
                low, high = ranges[whole]
                low = max(low, sum(ranges[part][0] for part in parts))
                high = min(high, sum(ranges[part][1] for part in parts))
                ranges[whole] = (low, high)
                for part in parts:
                    rest = [other for other in parts if other != part]
                    most = high - sum(ranges[other][0] for other in rest)
                    least = low - sum(ranges[other][1] for other in rest)
                    ranges[part] = (max(ranges[part][0], least), min(ranges[part][1], most))
        if ranges == before:
            break
    found = [(cells, *ranges[cells]) for cells, t in known.hidden.items() if narrowed(*ranges[cells], t)]
    for part, (least, most) in known.bounds.items():
        for whole, (low, high) in known.bounds.items():
            between = max(low - most, 0), high - least
            # a few people that no figure shows are between the two
            if part < whole and 0 < between[1] <= known.threshold and narrowed(*between, known.threshold):
                rest = whole - part
                if sum(ranges[frozenset((i,))][1] for i in rest) > 0:
                    found.append((rest, *between))
    return found


def _parts(whole: frozenset[int], sets: list[frozenset[int]]) -> Iterator[list[frozenset[int]]]:
    """Ways to put a set together of others: the largest first, then whatever still fits."""
    inside = sorted((s for s in sets if s < whole), key=lambda s: (-len(s), sorted(s)))
    seen = set()
    for first in inside:
        parts, left = [first], whole - first
        for other in inside:
            if other <= left:
                parts.append(other)
                left -= other
        way = frozenset(parts)
        if not left and way not in seen:
            seen.add(way)
            yield parts


def by_enumeration(known: Known, limit: int = 60_000) -> list[tuple[frozenset[int], int, int]] | None:
    """Every table of whole numbers that agrees with what is published, one cell after the other; None if
    there are more of them than `limit` at some cell.
    """
    size = len(known.cells)
    most = np.full(size, 30)
    for i in range(size):
        # a cell in no shown figure is in nobody's way, whatever it is
        most[i] = max((high for cells, (_, high) in known.bounds.items() if i in cells), default=30)
    for cells, (_, high) in known.bounds.items():
        most[list(cells)] = np.minimum(most[list(cells)], high)
    tables = np.zeros((1, 0), dtype=np.int32)
    for i in range(size):
        values = np.arange(most[i] + 1, dtype=np.int32)
        if len(tables) * len(values) > 20 * limit:
            return None
        tables = np.column_stack([np.repeat(tables, len(values), axis=0), np.tile(values, len(tables))])
        for cells, (low, high) in known.bounds.items():
            if i not in cells:
                continue
            so_far = tables[:, [j for j in cells if j <= i]].sum(axis=1)
            still = sum(int(most[j]) for j in cells if j > i)
            tables = tables[(so_far <= high) & (so_far + still >= low)]
            if not any(j > i for j in cells):
                so_far = tables[:, list(cells)].sum(axis=1)
                tables = tables[so_far >= low]
        if len(tables) > limit:
            return None
    assert len(tables), "the publications contradict each other"
    found = []
    for cells, threshold in known.hidden.items():
        sums = tables[:, list(cells)].sum(axis=1)
        low, high = int(sums.min()), int(sums.max())
        if narrowed(low, high, threshold):
            found.append((cells, low, high))
    return found


def batch(seed: int, size: int = 25) -> tuple[pa.Table, list[Product]]:
    """`size` random tables of one shape, and products of them, side by side: one call is faster than many.

    A column `table` tells them apart; every margin keeps it, so that nothing is known across them.
    """
    shape = SHAPES[seed % len(SHAPES)]
    parts = [random_counts(seed * 1000 + i, shape) for i in range(size)]
    marked = [
        part.add_column(0, "table", pa.array([f"t{i}"] * part.num_rows)) for i, part in enumerate(parts)
    ]
    products = [
        Product(made.name, tuple(("table", *margin) for margin in made.margins), made.rule, where=made.where)
        for made in random_products(seed, list(shape))
    ]
    return pa.concat_tables(marked), products


def one_by_one(publications: Sequence[Publication], counts: pa.Table) -> Iterator[Known]:
    """What is known of each table of a batch."""
    for name in counts["table"].unique():
        mine = [
            Publication(p.product, p.data_date, p.figures.filter(pc.equal(p.figures["table"], name)))
            for p in publications
        ]
        yield Known(mine, counts.filter(pc.equal(counts["table"], name)))


def with_small_cells_hidden(counts: pa.Table, made: Product) -> Publication:
    """What a careless publisher does: each figure by itself, with nothing hidden for another's sake."""
    names, rows = made.dimensions, {}
    for row in counts.to_pylist():
        if all(row[n] in values for n, values in made.where.items()):
            for margin in made.margins:
                key = tuple(row[n] if n in margin else "all" for n in names)
                rows[key] = rows.get(key, 0) + row["number"]
    figures = []
    for key, count in rows.items():
        small, rule = 1 <= count <= made.rule.threshold, made.rule
        margin = {n for n, value in zip(names, key, strict=True) if value != "all"}
        exact = rule.exact_totals and any(margin < set(other) for other in made.margins)
        number = count if exact else (count + rule.base // 2) // rule.base * rule.base
        figures.append({**dict(zip(names, key, strict=True)), "number": None if small else number,
                        "status": "c" if small else None})  # fmt: skip
    kinds = pa.schema([*((n, pa.string()) for n in names), ("number", pa.int64()), ("status", pa.string())])
    return Publication(made, JANUARY, pa.Table.from_pylist(figures, schema=kinds))
