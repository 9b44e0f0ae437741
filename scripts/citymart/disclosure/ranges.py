"""How far whole numbers can range when some of their sums are known to lie between bounds.

The numbers are counts of groups of people: whole and not negative. A target is a sum of some of them (or such
a sum without a part of it), and the question is how small and how great it can be, given all bounds at once.

A linear program a target would be exact and too slow for a city. So one program at first lets as many targets
as possible grow (or shrink) together; whatever whole-number solution it finds is a witness for all targets
that reached far enough in it. The few that no witness clears are then asked one by one: with the bounds in
their neighbourhood only (if these narrow the target, all of them do), with everything outside the
neighbourhood held as in a witness (if the target reaches far enough so, it does), and at last with all
bounds. Where a program's answer isn't whole, an integer program decides; at a city's size it has a limit of
nodes, beyond which the linear program's range stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csgraph

UNLIMITED = 10**6
"""Stands for no upper limit: more than any count that is judged here."""

SMALL = 300
"""With so few numbers a program over all of them costs no more than one over a neighbourhood."""

NODES = 200
CHUNK = 4000
"""So many numbers are solved for in one program that falls apart; more at once are slower."""

WIDE = 2000
"""A bound on a sum of more numbers than this one is left out of a neighbourhood."""


Owed = tuple[tuple[int, ...], ...]
"""The bounds that a range is owed to. Those in one group say the same: all must fall before it says
nothing."""


class Sums:
    """Whole numbers from 0 of which row r of `members` sums to between `low[r]` and `high[r]`."""

    def __init__(self, members: sparse.csr_matrix, low: np.ndarray, high: np.ndarray) -> None:
        self.members = members.tocsr().astype(float)
        self.members.sort_indices()
        self.low, self.high = low.astype(float), high.astype(float)
        self.rows, self.size = self.members.shape
        self._length = np.diff(self.members.indptr)
        self._of = self.members.tocsc()
        self._random = np.random.default_rng(1)
        self.witness: np.ndarray | None = None
        self._compile()

    def set_bounds(self, row: int, low: float, high: float) -> None:
        """Loosens a row; witnesses found until now stay good. Call `refresh` when all are set."""
        self.low[row], self.high[row] = low, high

    def refresh(self) -> None:
        self._compile()

    def _compile(self) -> None:
        """Bounds on the numbers themselves, and the rows that remain as sums."""
        at_most, at_least = np.full(self.size, float(UNLIMITED)), np.zeros(self.size)
        single = np.flatnonzero(self._length == 1)
        which = self.members.indices[self.members.indptr[single]]
        np.minimum.at(at_most, which, self.high[single])
        np.maximum.at(at_least, which, self.low[single])
        for row in np.flatnonzero((self.high == 0) & (self._length > 1)):
            at_most[self._numbers(row)] = 0
        self.at_least, self.at_most = at_least, at_most
        self.is_sum = (self._length > 1) & (self.high > 0) & ((self.low > 0) | (self.high < UNLIMITED))

        sums = self.members[np.flatnonzero(self.is_sum)]
        graph = sparse.bmat([[None, sums], [sums.T, None]]) if sums.shape[0] else None
        self._part_of = np.arange(self.size)
        if graph is not None:
            self._part_of = csgraph.connected_components(graph, directed=False)[1][sums.shape[0] :]
        order = np.argsort(self._part_of, kind="stable")
        parts = np.split(order, np.flatnonzero(np.diff(self._part_of[order])) + 1)
        self._parts = {int(self._part_of[part[0]]): part for part in parts if len(part)}

    def _numbers(self, row: int) -> np.ndarray:
        return self.members.indices[self.members.indptr[row] : self.members.indptr[row + 1]]

    def _rows_of(self, numbers: np.ndarray) -> np.ndarray:
        """The rows that say something about a sum with one of the numbers."""
        spans = [self._of.indices[self._of.indptr[n] : self._of.indptr[n + 1]] for n in numbers]
        found = np.unique(np.concatenate(spans)) if spans else np.array([], dtype=int)
        return found[self.is_sum[found]]

    # programs

    def solution(self) -> np.ndarray | None:
        """Numbers that agree with all bounds, or None if none do."""
        if np.any(self.at_least > self.at_most) or np.any(self.low > self.high):
            return None
        if not self.size:
            self.witness = np.zeros(0)
            return self.witness
        rows = np.flatnonzero(self.is_sum)
        found = self._whole(np.zeros(self.size), self.members[rows], self.low[rows], self.high[rows],
                            self.at_least, self.at_most)  # fmt: skip
        if found is not None:
            self.witness = found
        return found

    def _whole(
        self, cost, sums, low, high, at_least, at_most, *, more=0, nodes=None, gap=0.02
    ) -> np.ndarray | None:
        """A whole-number solution of least cost (or near it, which is as good for a witness); the last `more`
        variables needn't be whole."""
        count = len(cost) - more
        if nodes:
            # among thousands the linear program is faster, and nearly always whole
            lines = sums.shape[0]
            answer = linprog(
                np.concatenate([cost, np.zeros(lines)]),
                A_eq=sparse.hstack([sums, -sparse.identity(lines)]).tocsr() if lines else None,
                b_eq=np.zeros(lines) if lines else None,
                bounds=np.column_stack([np.concatenate([at_least, low]), np.concatenate([at_most, high])]),
                method="highs",
            )
            if answer.x is None:
                return None
            x = answer.x[:count]
            if np.all(np.abs(x - np.round(x)) < 1e-6):
                return np.round(x)
        whole = np.ones(len(cost))
        if more:
            whole[-more:] = 0
        options = {"mip_rel_gap": gap} | ({"node_limit": nodes} if nodes else {})
        constraints = [LinearConstraint(sums, low, high)] if sums.shape[0] else []
        answer = milp(cost, integrality=whole, bounds=Bounds(at_least, at_most), constraints=constraints,
                      options=options)  # fmt: skip
        return None if answer.x is None else np.round(answer.x[:count])

    def together(self, targets: sparse.csr_matrix, reach: np.ndarray, *, grow: bool) -> np.ndarray | None:
        """A witness in which many of the targets are at least (or, if not `grow`, at most) their `reach`."""
        count = targets.shape[0]
        rows = np.flatnonzero(self.is_sum)
        weight = 1 + self._random.random(count)
        top = sparse.hstack([self.members[rows], sparse.csr_matrix((len(rows), count))])
        eye = sparse.identity(count)
        if grow:  # the counted part of a target is no more than it and than its reach
            link = sparse.hstack([targets, -eye])
            link_low, link_high = np.zeros(count), np.full(count, np.inf)
            cost, most = -weight, reach.astype(float)
        else:  # the excess of a target over its reach
            link = sparse.hstack([targets, -eye])
            link_low, link_high = np.full(count, -np.inf), reach.astype(float)
            cost, most = weight, np.full(count, np.inf)
        found = self._whole(
            np.concatenate([np.zeros(self.size), cost]),
            sparse.vstack([top, link]).tocsr(),
            np.concatenate([self.low[rows], link_low]),
            np.concatenate([self.high[rows], link_high]),
            np.concatenate([self.at_least, np.zeros(count)]),
            np.concatenate([self.at_most, most]),
            more=count,
            nodes=NODES if self.size > SMALL else None,
        )
        if found is not None:
            self.witness = found
        return found

    def furthest(
        self,
        targets: sparse.csr_matrix,
        enough: np.ndarray,
        *,
        grow: bool,
        at_once: np.ndarray | None = None,
        look: Callable[[np.ndarray], None],
        is_open: Callable[[int], bool],
    ) -> dict[int, tuple[int, Owed]]:
        """The greatest (or least) value of each target, or any that is `enough`, with the bounds that it is
        owed to if it isn't. A least value over `at_once` needn't be the least of all.

        Every witness on the way is shown to `look`; a target that `is_open` no more is left out of the
        answer.
        """
        sure = enough if at_once is None else at_once
        pending = list(range(targets.shape[0]))
        numbers = [targets.indices[targets.indptr[i] : targets.indptr[i + 1]] for i in pending]
        answers: dict[int, tuple[int, Owed]] = {}
        if self.size > SMALL:
            parts = {i: self._component(numbers[i]) for i in pending}
            far = [i for i in pending if len(parts[i]) > SMALL]
            near = {i: numbers[i] for i in far}
            for _ in range(2):
                rows = {}
                for i in far:
                    found = self._rows_of(near[i])
                    rows[i] = found[self._length[found] <= WIDE]
                    near[i] = np.unique(np.concatenate([numbers[i], *(self._numbers(r) for r in rows[i])]))
                for i, value, _, owed_to in self._programs(targets, far, near, rows, grow=grow):
                    if (value < sure[i]) if grow else (value > sure[i]):
                        answers[i] = value, owed_to
                far = [i for i in far if i not in answers and is_open(i)]
            rows = {i: self._rows_of(near[i]) for i in far}
            for i in far:
                if is_open(i):
                    for _, _, found, _ in self._programs(targets, [i], near, rows, grow=grow, held=True):
                        if found is not None:
                            look(found)
        pending = [i for i in pending if i not in answers and is_open(i)]
        near = {i: self._component(numbers[i]) for i in pending}
        rows = {i: self._rows_of(near[i]) for i in pending}
        for some in self._chunks(pending, near):
            some = [i for i in some if is_open(i)]
            for i, value, found, owed_to in self._programs(targets, some, near, rows, grow=grow):
                reached = (value >= enough[i]) if grow else (value <= enough[i])
                if reached and found is None and is_open(i):  # by no whole numbers so far
                    value, found, owed_to = self._by_integers(targets, i, near[i], rows[i], grow, value)
                if found is not None:
                    look(found)
                answers[i] = value, owed_to
        return answers

    def _component(self, numbers: np.ndarray) -> np.ndarray:
        """All numbers that bear on these through shown sums."""
        return np.concatenate([self._parts[part] for part in np.unique(self._part_of[numbers])])

    def _chunks(self, which: list[int], near: dict[int, np.ndarray]) -> Iterator[list[int]]:
        chunk, size = [], 0
        for i in which:
            if chunk and size + len(near[i]) > CHUNK:
                yield chunk
                chunk, size = [], 0
            chunk.append(i)
            size += len(near[i])
        if chunk:
            yield chunk

    def _programs(self, targets, which, near, rows, *, grow, held=False):
        """Linear programs, a target each over the numbers `near` and the sums `rows`: of each its value, a
        witness if it is whole, and the bounds it is owed to. `held`: every other number is what it was in the
        last witness. Many small programs are solved as one that falls apart into them.
        """
        for chunk in self._chunks(which, near):
            yield from self._solved(targets, chunk, near, rows, grow=grow, held=held)

    def _solved(self, targets, chunk, near, rows, *, grow, held):
        place = np.full(self.size, -1)
        columns, lines, signs, costs, least, most = [], [], [], [], [], []
        starts, line, column = [], 0, 0
        for i in chunk:
            mine, sums = near[i], rows[i]
            place[mine] = np.arange(len(mine))
            members = np.concatenate([self._numbers(row) for row in sums]) if len(sums) else mine[:0]
            of = np.repeat(np.arange(len(sums)), self._length[sums])
            low, high = self.low[sums], np.minimum(self.high[sums], UNLIMITED)
            if held:
                is_out = place[members] < 0
                outside = np.bincount(of[is_out], self.witness[members[is_out]], minlength=len(sums))
                members, of = members[~is_out], of[~is_out]
                low, high = np.maximum(low - outside, 0), high - outside
            # a variable a sum: the price of its bound is then the price of what was published
            columns += [column + place[members], column + len(mine) + np.arange(len(sums))]
            lines += [line + of, line + np.arange(len(sums))]
            signs += [np.ones(len(members)), -np.ones(len(sums))]
            cost = np.zeros(len(mine) + len(sums))
            span = slice(targets.indptr[i], targets.indptr[i + 1])
            cost[place[targets.indices[span]]] = targets.data[span] * (-1 if grow else 1)
            costs.append(cost)
            least += [self.at_least[mine], low]
            most += [self.at_most[mine], high]
            starts.append(column)
            line, column = line + len(sums), column + len(cost)
            place[mine] = -1
        if not chunk:
            return
        cost = np.concatenate(costs)
        sums = sparse.csr_matrix(
            (np.concatenate(signs), (np.concatenate(lines), np.concatenate(columns))), shape=(line, column)
        )
        answer = linprog(
            cost,
            A_eq=sums if line else None,
            b_eq=np.zeros(line) if line else None,
            bounds=np.column_stack([np.concatenate(least), np.concatenate(most)]),
            method="highs",
        )
        if answer.status != 0:
            raise ArithmeticError(answer.message)
        for i, start, mine_cost in zip(chunk, starts, costs, strict=True):
            mine, span = near[i], slice(start, start + len(mine_cost))
            value = mine_cost @ answer.x[span]
            # a hair of tolerance, on the side of the wider range
            value = int(np.floor(-value + 1e-6)) if grow else int(np.ceil(value - 1e-6))
            x, found = answer.x[start : start + len(mine)], None
            if np.all(np.abs(x - np.round(x)) < 1e-6):
                found = self.witness.copy()
                found[mine] = np.round(x)
                found = found if self._holds(found) else None
            upper, lower = answer.upper.marginals[span], answer.lower.marginals[span]
            yield i, value, found, self._owed_to(upper, lower, mine, rows[i])

    def _holds(self, x: np.ndarray) -> bool:
        sums = self.members @ x
        return bool(np.all(sums >= self.low - 1e-6) and np.all(sums <= self.high + 1e-6))

    def _owed_to(self, upper: np.ndarray, lower: np.ndarray, near: np.ndarray, rows: np.ndarray) -> Owed:
        groups = []
        for i in np.flatnonzero((np.abs(upper) > 1e-7) | (np.abs(lower) > 1e-7)):
            if i >= len(near):
                groups.append((int(rows[i - len(near)]),))
                continue
            number = near[i]
            said = self._of.indices[self._of.indptr[number] : self._of.indptr[number + 1]]
            if abs(upper[i]) > 1e-7 and self.at_most[number] < UNLIMITED:
                same = (self.high[said] == self.at_most[number]) & (
                    (self._length[said] == 1) | (self.high[said] == 0)
                )
                groups.append(tuple(int(row) for row in said[same]))
            elif abs(lower[i]) > 1e-7 and self.at_least[number] > 0:
                same = (self.low[said] == self.at_least[number]) & (self._length[said] == 1)
                groups.append(tuple(int(row) for row in said[same]))
        return tuple(dict.fromkeys(group for group in groups if group))

    def _by_integers(self, targets, i, near, rows, grow, value):
        """As `_programs`, in whole numbers: a value that only fractions reach is no value."""
        cost = np.zeros(self.size)
        span = slice(targets.indptr[i], targets.indptr[i + 1])
        cost[targets.indices[span]] = targets.data[span] * (-1 if grow else 1)
        found = self._whole(cost[near], self.members[rows][:, near], self.low[rows], self.high[rows],
                            self.at_least[near], self.at_most[near],
                            nodes=None if len(near) <= SMALL else NODES, gap=0.0)  # fmt: skip
        if found is None:
            return value, None, ()
        whole = self.witness.copy()
        whole[near] = found
        if len(near) > SMALL:
            # the search was cut off: what it reached is no bound, so that the linear range stands
            return value, whole, ()
        said = np.unique(self._of[:, near].indices)
        said = said[(self.low[said] > 0) | (self.high[said] < UNLIMITED)]
        return int(np.round(cost @ whole)) * (-1 if grow else 1), whole, tuple((int(row),) for row in said)
