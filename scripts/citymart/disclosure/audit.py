"""The independent audit: can a hidden count be narrowed by all that is published?

It takes what anyone has, and nothing of how it was made: the published figures, their rules, and which cells
there are (the finest groups by all dimensions, without their counts). The attacker knows

- that every cell is a whole number of people, and that a group which isn't among the cells is nobody;
- that a shown figure is one of the counts which are published as it: 10 under threshold 7 and base 5 is 8 to
  12, an exact total is itself, 0 is nobody;
- of a figure with `c` nothing: it may be small, or have been hidden to protect another, be it 0;
- of a figure with `x` nothing, and that one with `z` is nobody;
- all products at once that count the same thing, and all releases of one data date: these are the same cells;
- of two data dates that follow each other, what is the same: a cell is taken as unchanged where the smallest
  figures around it that both releases show are the same number. Where so many unchanged cells contradict what
  is published, the fewest are given up that have to be. Each date is judged alone as well, as this assumption
  may be wrong.

He works out the range of every sum that he can ask for. With `t` the threshold, he has *narrowed*

- a hidden figure, if he can tell that it isn't `t` (greatest < t), or that it isn't 1 though it may be small
  (1 < least <= t). If it can't be small at all (least > t, or it is 0), nothing is lost: it was hidden for
  another's sake;
- a group that isn't a figure, if it must be small and its range is less than 1 to `t` (0 < greatest <= t):
  the difference of two shown figures of which one is part of the other, and each set of cells that figures
  never tell apart. That such a group is nobody, is what a shown 0 says, and no finding.

An unrounded or rounded figure over the threshold is no small count, however narrow its range. What isn't
judged: knowledge from elsewhere (a person who knows his own cell), guesses that are only likely, what the
choice of partners tells to somebody who runs the same programme on every possible table, and the sum of
several hidden figures, as long as no figure asks for it.

Where figures contradict each other no range means anything, and that is a finding, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pyarrow as pa
from scipy import sparse
from scipy.optimize import linprog

from citymart.disclosure.ranges import UNLIMITED, Sums
from citymart.disclosure.rules import (
    ALL,
    CONFIDENTIAL,
    NOT_APPLICABLE,
    DisclosureError,
    Publication,
)
from citymart.errors import CityMartError

Cells = pa.Table | Mapping[date, pa.Table]
"""The finest cells, a row each; if they differ between data dates, a table a date. Columns `number` and
`status` aren't read."""

FEW = 3
"""So few targets are cheaper asked one by one."""


@dataclass(frozen=True)
class Figure:
    """One published figure: where it stands and what it may be."""

    publication: int
    row: int
    margin: tuple[str, ...]
    values: tuple[str, ...]
    number: int | None
    status: str | None
    low: float
    high: float
    threshold: int


@dataclass(frozen=True)
class Finding:
    """A count that can be narrowed, in words by `str`. `candidates` are the shown figures (as groups of which
    all must go) that give it away, `figures` the hidden ones that are narrowed, as `Attack` counts them."""

    product: str
    data_date: date
    cell: tuple[tuple[str, str], ...]
    without: tuple[tuple[str, str], ...] | None
    low: int
    high: int
    reason: str
    given_away_by: tuple[str, ...] = ()
    candidates: tuple[tuple[int, ...], ...] = ()
    figures: tuple[int, ...] = ()

    def __str__(self) -> str:
        what = _named(self.cell)
        if self.without is not None:
            what += " without " + _named(self.without)
        if self.reason:
            return f"{self.product}, {self.data_date}, {what}: {self.reason}"
        between = f"is {self.low}" if self.low == self.high else f"is between {self.low} and {self.high}"
        if self.high >= UNLIMITED:
            between = f"is {self.low} or more"
        by = f" from {'; '.join(self.given_away_by[:4])}" if self.given_away_by else ""
        more = f" and {len(self.given_away_by) - 4} more" if len(self.given_away_by) > 4 else ""
        return (
            f"{self.product}, {self.data_date}, {what} {between}, which can be worked out{by}{more}; "
            "hide one of these as well, or publish fewer totals."
        )


def audit(publications: Sequence[Publication], cells: Cells) -> list[Finding]:
    """What can be narrowed from all these publications together; empty if nothing can."""
    return Attack(publications, cells).findings()


def require_safe(publications: Sequence[Publication], cells: Cells) -> None:
    """Raises `DisclosureError`, which fails the publish, when a hidden count can be narrowed."""
    findings = audit(publications, cells)
    if findings:
        told = "\n".join(f"  {finding}" for finding in findings[:20])
        rest = f"\n  and {len(findings) - 20} more" if len(findings) > 20 else ""
        raise DisclosureError(f"{len(findings)} hidden counts can be narrowed:\n{told}{rest}")


def _named(cell: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{name} {value}" for name, value in cell) or "the grand total"


class Attack:
    """All that can be worked out from publications. `hide` figures and ask again, to see what is left."""

    def __init__(self, publications: Sequence[Publication], cells: Cells) -> None:
        self.publications = list(publications)
        self.figures: list[Figure] = []
        self._cells: dict[date, list[dict[str, str]]] = {}
        self._views: list[_View] = []
        blocks: dict[tuple[str, date], list[int]] = {}
        for i, publication in enumerate(self.publications):
            key = (publication.product.counted, publication.data_date)
            blocks.setdefault(key, []).append(i)
        read = {}
        for (counted, day), which in sorted(blocks.items()):
            columns = _columns(cells, day)
            read[counted, day] = self._read(which, columns)
            members, ids = read[counted, day][:2]
            self._views.append(_View(self, ids, members))
        for counted, before, after in _pairs(sorted(blocks)):
            both = _linked(self.figures, self.publications, read[counted, before], read[counted, after])
            if both is not None:
                self._views.append(_View(self, *both, gives_way=True))

    def findings(self) -> list[Finding]:
        """What can be narrowed now, each target once."""
        found: dict[tuple, Finding] = {}
        for view in self._views:
            for finding in view.findings():
                found.setdefault((finding.product, finding.data_date, finding.cell, finding.without), finding)
        return list(found.values())

    def hide(self, figures: Sequence[int]) -> None:
        """As if these figures had `c` instead of a number."""
        for at in figures:
            old = self.figures[at]
            self.figures[at] = Figure(old.publication, old.row, old.margin, old.values, None, CONFIDENTIAL,
                                      0, np.inf, old.threshold)  # fmt: skip
        for view in self._views:
            view.hide(figures)

    def cell(self, at: int) -> tuple[tuple[str, str], ...]:
        figure = self.figures[at]
        return tuple(zip(figure.margin, figure.values, strict=True))

    def _read(self, which: list[int], columns: dict[str, list[str]]) -> tuple:
        """Figures × cells, the figures' numbers, and the cells' names."""
        size = len(next(iter(columns.values()), []))
        rows, cols, ids = [], [], []
        for i in which:
            publication = self.publications[i]
            product = publication.product
            covered = np.ones(size, dtype=bool)
            for name, values in product.where.items():
                covered &= np.array([value in values for value in columns[name]], dtype=bool)
            at: dict[tuple, int] = {}
            first = len(self.figures)
            for row, figure in enumerate(publication.figures.to_pylist()):
                at[tuple(figure[name] for name in product.dimensions)] = len(self.figures)
                ids.append(len(self.figures))
                self.figures.append(_figure(publication, i, row, figure))
            seen = set()
            for margin in product.margins:
                parts = [columns[name] if name in margin else [ALL] * size for name in product.dimensions]
                keys = list(zip(*parts, strict=True)) if parts else [()] * size
                for cell in np.flatnonzero(covered):
                    figure_id = at.get(keys[cell])
                    if figure_id is not None:
                        rows.append(figure_id)
                        cols.append(cell)
                        seen.add(figure_id)
            for figure_id in range(first, len(self.figures)):
                if figure_id not in seen:
                    raise CityMartError(
                        f"{product.name} has a figure for {_named(self.cell(figure_id))}, where there is no "
                        "cell; give the audit the cells that the product was made of."
                    )
        position = {figure_id: n for n, figure_id in enumerate(ids)}
        members = sparse.csr_matrix(
            (np.ones(len(rows)), ([position[row] for row in rows], cols)), shape=(len(ids), size)
        )
        names = list(zip(*(columns[name] for name in sorted(columns)), strict=True))
        return members, np.array(ids, dtype=int), names


def _columns(cells: Cells, day: date) -> dict[str, list[str]]:
    table = cells if isinstance(cells, pa.Table) else cells.get(day)
    if table is None:
        raise CityMartError(f"The cells of {day} are missing; the audit can't judge its publications.")
    names = [name for name in table.column_names if name not in ("number", "status")]
    return {name: [str(value) for value in table[name].to_pylist()] for name in names}


def _figure(publication: Publication, i: int, row: int, figure: dict) -> Figure:
    product = publication.product
    margin = tuple(name for name in product.dimensions if figure[name] != ALL)
    low, high = 0, np.inf
    if figure["status"] == NOT_APPLICABLE:
        high = 0
    elif figure["status"] is None:
        low, high = product.rule.stands_for(figure["number"], is_total=product.is_total(margin))
    return Figure(i, row, margin, tuple(figure[name] for name in margin), figure["number"], figure["status"],
                  low, high, product.rule.threshold)  # fmt: skip


def _pairs(blocks: list[tuple[str, date]]):
    """Data dates of the same count that follow each other."""
    for (counted, before), (other, after) in pairwise(blocks):
        if counted == other:
            yield counted, before, after


def _linked(figures, publications, before: tuple, after: tuple):
    """The figures of two data dates over one set of numbers, in which unchanged cells are the same number."""
    members, ids, names = before
    members_after, ids_after, names_after = after
    key_of = {}
    for n, figure_id in enumerate(ids):
        figure = figures[figure_id]
        if figure.number is not None:
            name = publications[figure.publication].product.name
            key_of[name, figure.margin, figure.values] = n
    pairs = []
    for n, figure_id in enumerate(ids_after):
        figure = figures[figure_id]
        name = publications[figure.publication].product.name
        other = key_of.get((name, figure.margin, figure.values))
        if figure.number is not None and other is not None:
            pairs.append((other, n, figures[ids[other]].number != figure.number))
    at = {name: n for n, name in enumerate(names)}
    same = np.array([at.get(name, -1) for name in names_after], dtype=int)
    changed = np.zeros(len(names_after), dtype=bool)
    if pairs:
        covers = members_after[[pair[1] for pair in pairs]]
        sizes = np.asarray(covers.sum(axis=1)).ravel()
        common = (covers @ covers.T).tocoo()
        inside = (common.data == sizes[common.row]) & (sizes[common.row] < sizes[common.col])
        smaller = sparse.csr_matrix(
            (np.ones(inside.sum()), (common.col[inside], common.row[inside])), shape=common.shape
        )
        nested = (smaller @ covers).minimum(1).multiply(covers)
        smallest = covers - nested
        changed = smallest.T @ np.array([pair[2] for pair in pairs], dtype=float) > 0
    is_linked = (same >= 0) & ~changed
    if not is_linked.any():
        return None
    is_linked = _without_contradictions(figures, members, ids, members_after, ids_after, same, is_linked)
    new = members.shape[1]
    target = np.where(is_linked, same, 0)
    target[~is_linked] = new + np.arange((~is_linked).sum())
    size = new + int((~is_linked).sum())
    onto = sparse.csr_matrix(
        (np.ones(len(target)), (np.arange(len(target)), target)), shape=(len(target), size)
    )
    first = sparse.hstack([members, sparse.csr_matrix((members.shape[0], size - new))])
    return np.concatenate([ids, ids_after]), sparse.vstack([first, members_after @ onto]).tocsr()


def _without_contradictions(figures, members, ids, members_after, ids_after, same, is_linked):
    """Gives up the fewest of the linked cells that have to have changed."""
    linked = np.flatnonzero(is_linked)
    a, b, n = members.shape[1], members_after.shape[1], len(linked)
    tie = sparse.csr_matrix((np.ones(n), (np.arange(n), same[linked])), shape=(n, a))
    tie_after = sparse.csr_matrix((-np.ones(n), (np.arange(n), linked)), shape=(n, b))
    eye = sparse.identity(n)
    shown = [np.flatnonzero([np.isfinite(figures[i].high) for i in which]) for which in (ids, ids_after)]
    rows = [(members[shown[0]], [figures[i] for i in ids[shown[0]]], 0),
            (members_after[shown[1]], [figures[i] for i in ids_after[shown[1]]], 1)]  # fmt: skip
    upper, limit = [], []
    for part, which, side in rows:
        pad = [sparse.csr_matrix((part.shape[0], size)) for size in (a, b)]
        pad[side] = part
        wide = sparse.hstack([*pad, sparse.csr_matrix((part.shape[0], 2 * n))])
        upper += [wide, -wide]
        limit += [[figure.high for figure in which], [-figure.low for figure in which]]
    answer = linprog(
        np.concatenate([np.zeros(a + b), np.ones(2 * n)]),
        A_ub=sparse.vstack(upper).tocsr(),
        b_ub=np.concatenate(limit),
        A_eq=sparse.hstack([tie, tie_after, eye, -eye]).tocsr(),
        b_eq=np.zeros(n),
        method="highs",
    )
    if answer.status != 0:
        return is_linked  # one of the dates contradicts itself, which its own view tells
    gap = answer.x[a + b : a + b + n] + answer.x[a + b + n :]
    kept = is_linked.copy()
    kept[linked[gap > 1e-6]] = False
    return kept


class _View:
    """One set of numbers with the figures that are sums of them, and all targets in it."""

    def __init__(
        self, attack: Attack, ids: np.ndarray, members: sparse.csr_matrix, *, gives_way=False
    ) -> None:
        self._attack = attack
        self._gives_way = gives_way
        # figures that cover the same cells are one sum, and cells that no figure tells apart one number
        unit_of, sets = _distinct(members)
        group_of, _ = _distinct(sets.T.tocsr())
        groups = sparse.csr_matrix(
            (np.ones(len(group_of)), (np.arange(len(group_of)), group_of)),
            shape=(len(group_of), group_of.max(initial=-1) + 1),
        )
        sums = (sets @ groups).minimum(1).tocsr()
        self._figures_of: list[list[int]] = [[] for _ in range(sums.shape[0])]
        self._unit_of: dict[int, int] = {}
        for figure_id, unit in zip(ids.tolist(), unit_of.tolist(), strict=True):
            self._figures_of[unit].append(figure_id)
            self._unit_of[figure_id] = unit
        low, high = np.zeros(sums.shape[0]), np.full(sums.shape[0], np.inf)
        for unit in range(sums.shape[0]):
            low[unit], high[unit] = self._bounds(unit)
        self._sums = Sums(sums, low, high)
        self._targets()
        self._is_sound = self._sums.solution() is not None
        if self._is_sound:
            self._look(self._sums.witness)

    def _bounds(self, unit: int) -> tuple[float, float]:
        figures = [self._attack.figures[i] for i in self._figures_of[unit]]
        return max(figure.low for figure in figures), min(figure.high for figure in figures)

    def _targets(self) -> None:
        """A target is one sum, or a sum without a smaller one in it: units first, then single numbers."""
        members, units, size = self._sums.members, self._sums.rows, self._sums.size
        lengths = np.asarray(members.sum(axis=1)).ravel()
        alone = np.zeros(size, dtype=bool)
        alone[[members.indices[members.indptr[u]] for u in np.flatnonzero(lengths == 1)]] = True
        is_shown = np.isfinite(self._sums.high)
        common = (members @ members.T).tocoo()
        inside = (common.data == lengths[common.row]) & (lengths[common.row] < lengths[common.col])
        inside &= is_shown[common.row] & is_shown[common.col]
        rest = units + np.flatnonzero(~alone)
        self._plus = np.concatenate([np.arange(units), rest, common.col[inside]])
        self._minus = np.concatenate(
            [np.full(units + len(rest), -1), common.row[inside]]
        )  # of those with one, `_plus` is the larger figure
        threshold = np.array(
            [max(self._attack.figures[i].threshold for i in figures) for figures in self._figures_of] or [0]
        )
        most = threshold.max(initial=0)
        self._threshold = np.concatenate(
            [
                threshold[:units],
                np.full(len(rest), most),
                np.maximum(threshold[self._plus[units + len(rest) :]], threshold[common.row[inside]]),
            ]
        )
        self._is_hidden = np.zeros(len(self._plus), dtype=bool)
        for unit in range(units):
            self._is_hidden[unit] = any(
                self._attack.figures[i].status == CONFIDENTIAL for i in self._figures_of[unit]
            )
        self._asked = self._is_hidden.copy()
        self._asked[units:] = True
        self._greatest = np.full(len(self._plus), -1.0)
        self._least = np.full(len(self._plus), np.inf)

    def hide(self, figures: Sequence[int]) -> None:
        units = {self._unit_of[i] for i in figures if i in self._unit_of}
        for unit in units:
            self._sums.set_bounds(unit, *self._bounds(unit))
            self._is_hidden[unit] = self._asked[unit] = True
        if units:
            gone = np.array(sorted(unit for unit in units if np.isinf(self._sums.high[unit])), dtype=int)
            differs = self._minus >= 0
            self._asked &= ~(differs & (np.isin(self._plus, gone) | np.isin(self._minus, gone)))
            self._sums.refresh()

    def findings(self) -> list[Finding]:
        if not self._is_sound:
            return [] if self._gives_way else [self._contradiction()]
        for grow in (True, False):
            while True:
                open_ = np.flatnonzero(self._open(grow=grow))
                if len(open_) <= FEW:
                    break
                before = len(open_)
                witness = self._sums.together(self._matrix(open_), self._reach(open_, grow=grow), grow=grow)
                if witness is not None:
                    self._look(witness)
                left = self._open(grow=grow).sum()
                if witness is None or left > 0.8 * before:
                    break
        return self._asked_one_by_one()

    def _asked_one_by_one(self) -> list[Finding]:
        which = np.flatnonzero(~self._cleared())
        enough = self._threshold + ~self._is_hidden
        high = self._furthest(which[self._greatest[which] < enough[which]], enough, grow=True)
        too_low = [at for at, (value, _) in high.items() if 0 < value < self._threshold[at]]
        nobody = {at for at, (value, _) in high.items() if value == 0}
        for at, (value, _) in high.items():
            self._greatest[at] = max(self._greatest[at], value)
        done = self._cleared()
        rest = [at for at in which if not done[at] and at not in nobody and at not in set(too_low)]
        # of a hidden figure it is enough to know that it can't be small; of a group nobody asks further
        beyond = np.where(self._is_hidden, self._threshold, 1)
        rest = np.array([at for at in rest if self._least[at] > 1], dtype=int)
        low = self._furthest(rest, np.ones(len(self._plus)), grow=False, at_once=beyond)
        for at, (value, _) in low.items():
            self._least[at] = min(self._least[at], value)
        too_high = [at for at, (value, _) in low.items() if 1 < value <= self._threshold[at]]
        too_high = [at for at in too_high if self._is_hidden[at] or self._greatest[at] <= self._threshold[at]]
        least = self._furthest(np.array(too_low, dtype=int), np.zeros(len(self._plus)), grow=False)
        ranges = {at: (least.get(at, (0,))[0], *high[at]) for at in too_low}
        most = self._furthest(np.array(too_high, dtype=int), np.full(len(self._plus), np.inf), grow=True)
        ranges |= {at: (low[at][0], most[at][0], low[at][1]) for at in too_high}
        # a difference of two figures may be a third one, which is named then
        found, told = [], set()
        for at in sorted(ranges):
            cells = self._matrix(np.array([at])).indices.tobytes()
            if cells not in told:
                told.add(cells)
                found.append(self._finding(at, *ranges[at]))
        return found

    def _furthest(self, which: np.ndarray, enough: np.ndarray, *, grow: bool, at_once=None) -> dict:
        """The ranges' ends of these targets; those that a witness cleared on the way aren't in it."""
        if not len(which):
            return {}

        def is_open(i: int) -> bool:
            at = which[i]
            return bool(self._greatest[at] < enough[at] if grow else self._least[at] > enough[at])

        found = self._sums.furthest(
            self._matrix(which),
            enough[which],
            grow=grow,
            at_once=None if at_once is None else at_once[which],
            look=self._look,
            is_open=is_open,
        )
        return {int(which[i]): answer for i, answer in sorted(found.items())}

    def _contradiction(self) -> Finding:
        first = self._figures_of[0][0]
        publication = self._attack.publications[self._attack.figures[first].publication]
        reason = "the figures of this date contradict each other, so that nothing can be vouched for; "
        reason += "make them of one data set."
        return Finding(publication.product.name, publication.data_date, (), None, 0, 0, reason)

    def _look(self, witness: np.ndarray) -> None:
        """What all targets are in a witness."""
        values = np.concatenate([self._sums.members @ witness, witness])
        found = values[self._plus]
        found[self._minus >= 0] -= values[self._minus[self._minus >= 0]]
        np.maximum(self._greatest, found, out=self._greatest)
        np.minimum(self._least, found, out=self._least)

    def _cleared(self) -> np.ndarray:
        full = (self._greatest >= self._threshold) & (self._least <= 1)
        return full | ~self._asked | (~self._is_hidden & (self._greatest > self._threshold))

    def _open(self, *, grow: bool) -> np.ndarray:
        reached = self._greatest >= self._threshold + ~self._is_hidden if grow else self._least <= 1
        return ~self._cleared() & ~reached

    def _reach(self, which: np.ndarray, *, grow: bool) -> np.ndarray:
        if not grow:
            return np.ones(len(which))
        return self._threshold[which] + ~self._is_hidden[which]

    def _matrix(self, which: np.ndarray) -> sparse.csr_matrix:
        all_ = sparse.vstack([self._sums.members, sparse.identity(self._sums.size)]).tocsr()
        found = all_[self._plus[which]]
        smaller = self._minus[which] >= 0
        if smaller.any():
            take = sparse.csr_matrix(
                (np.ones(smaller.sum()), (np.flatnonzero(smaller), self._minus[which][smaller])),
                shape=(len(which), all_.shape[0]),
            )
            found = (found - take @ all_).tocsr()
            found.eliminate_zeros()
        return found

    def _finding(self, at: int, low: int, high: int, owed_to: tuple[tuple[int, ...], ...]) -> Finding:
        units = self._sums.rows
        plus = int(self._plus[at])
        if plus >= units:  # a group of cells that is no figure: named by the smallest figure around it
            around = self._sums._of[:, [plus - units]].indices
            plus = int(min(around, key=lambda unit: (self._sums._length[unit], unit)))
        first = self._named_by(plus, hidden=bool(self._is_hidden[at]))
        without = None
        if self._minus[at] >= 0:
            # with one of the two hidden there is no such difference
            owed_to = tuple(dict.fromkeys([*owed_to, (plus,), (int(self._minus[at]),)]))
            without = self._attack.cell(self._named_by(int(self._minus[at]), hidden=False))
        elif self._plus[at] >= units:
            without = (("all that", "can be told apart in it"),)
        candidates = tuple(
            tuple(
                i
                for unit in group
                for i in self._figures_of[unit]
                if self._attack.figures[i].number is not None
            )
            for group in owed_to
        )
        figure = self._attack.figures[first]
        publication = self._attack.publications[figure.publication]
        told = dict.fromkeys(
            f"{_named(self._attack.cell(i))} = {self._attack.figures[i].number}"
            for group in candidates
            for i in group[:1]
        )
        return Finding(publication.product.name, publication.data_date, self._attack.cell(first), without,
                       low, high, "", tuple(told), tuple(group for group in candidates if group),
                       tuple(self._figures_of[at]) if self._is_hidden[at] else ())  # fmt: skip

    def _named_by(self, unit: int, *, hidden: bool) -> int:
        """A figure of the unit, a hidden one of the latest date if that is asked for."""
        figures = self._figures_of[unit]
        if hidden:
            figures = [i for i in figures if self._attack.figures[i].status == CONFIDENTIAL] or figures
        days = self._attack.publications
        return max(figures, key=lambda i: (days[self._attack.figures[i].publication].data_date, -i))


def _distinct(matrix: sparse.csr_matrix) -> tuple[np.ndarray, sparse.csr_matrix]:
    """For each row the number of its pattern, and the patterns in the order of their first row."""
    matrix = matrix.tocsr()
    matrix.sort_indices()
    seen: dict[bytes, int] = {}
    first, which = [], np.zeros(matrix.shape[0], dtype=int)
    for row in range(matrix.shape[0]):
        pattern = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]].tobytes()
        if pattern not in seen:
            seen[pattern] = len(first)
            first.append(row)
        which[row] = seen[pattern]
    return which, matrix[first]
