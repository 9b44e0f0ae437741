"""Logistic models of `int_hmo_inputs`: for today, for each month of the backtest, without each fold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
from sklearn.linear_model import LogisticRegression

from .. import at_rest

INTERCEPT = "(intercept)"
FEWEST_OUTCOMES = 20
"""With fewer outcomes to learn from there is no model."""
MOST_WITHOUT = 20_000
"""So many dwelling-days without an outcome are learnt from at most: a share of all, each with the weight of
those that it stands for."""
PENALTY = 0.1
SCHEMA = pa.schema(
    [
        ("model", pa.string()),
        ("for_date", pa.date32()),
        ("fold", pa.int64()),
        ("feature", pa.string()),
        ("weight", pa.float64()),
        ("spread", pa.float64()),
        ("trained_until_date", pa.date32()),
        ("trained_dwelling_days", pa.int64()),
        ("trained_outcomes", pa.int64()),
    ]
)


@dataclass(frozen=True)
class Task:
    """A model to make: for a day (a month of the backtest, or today), or without one fold of areas."""

    model: str
    for_date: date | None
    fold: int | None
    where: str


def weights(inputs: pa.Table) -> pa.Table:
    """The weights of every model that `inputs` (as `int_hmo_inputs`) can teach, a row a model and feature, in
    the columns of `SCHEMA`; no row where there are fewer outcomes than `FEWEST_OUTCOMES`.

    The features are the columns that are DOUBLE. A model for a day learns from days whose outcomes were over
    by then.
    `weight` is per unit of the input; `spread` is the input's standard deviation among what was learnt from.
    """
    features = [field.name for field in inputs.schema if pa.types.is_float64(field.type)]
    rows: list[dict] = []
    with at_rest.connect() as con:
        # Read some forty times: from a table that is faster than from Arrow.
        con.register("sent", inputs)
        con.execute("create table inputs as select * from sent")
        for task in _tasks(con):
            rows += _trained(con, features, task)
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _tasks(con: duckdb.DuckDBPyConnection) -> Iterator[Task]:
    yield Task("today", None, None, "true")
    for (fold,) in con.execute("select distinct fold from inputs order by fold").fetchall():
        yield Task("fold", None, fold, f"fold <> {fold}")
    months = con.execute(
        "select distinct seen_on_date from inputs where has_outcome is not null order by all"
    ).fetchall()
    for (day,) in months:
        yield Task("month", day, None, f"outcome_until_date <= date '{day}'")


def _trained(con: duckdb.DuckDBPyConnection, features: list[str], task: Task) -> list[dict]:
    learnt = f"inputs where standing = 'candidate' and has_outcome is not null and {task.where}"
    without, outcomes, until = con.execute(
        "select count(*) filter (not has_outcome), count(*) filter (has_outcome), max(seen_on_date) "
        f"from {learnt}"
    ).fetchone()
    if outcomes < FEWEST_OUTCOMES or not without:
        return []
    one_in = max(1, without // MOST_WITHOUT)
    columns = con.execute(
        f"select has_outcome, {', '.join(features)} from {learnt} "
        f"and (has_outcome or draw % {one_in} = 0) order by dwelling_day_key"
    ).fetchnumpy()
    outcome = np.asarray(columns["has_outcome"], dtype=bool)
    values = np.column_stack([np.asarray(columns[name], dtype=float) for name in features])
    spread = values.std(axis=0)
    scaled = values / np.where(spread > 0, spread, 1)
    # By its second derivatives, few features as there are: exact, whatever the order of the rows.
    model = LogisticRegression(C=PENALTY, solver="newton-cholesky", max_iter=1000)
    model.fit(scaled, outcome, sample_weight=np.where(outcome, 1, one_in))
    found = model.coef_[0] / np.where(spread > 0, spread, 1) * (spread > 0)
    told = {
        "model": task.model,
        "for_date": task.for_date,
        "fold": task.fold,
        "trained_until_date": until,
        "trained_dwelling_days": without + outcomes,
        "trained_outcomes": outcomes,
    }
    every = [(INTERCEPT, float(model.intercept_[0]), 1.0), *zip(features, found, spread, strict=True)]
    return [told | {"feature": f, "weight": float(w), "spread": float(s)} for f, w, s in every]
