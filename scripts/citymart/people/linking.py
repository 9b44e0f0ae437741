"""Pairs of records and how likely each is one person, by Splink with the frozen model."""

from __future__ import annotations

import json
import logging
import warnings
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from .. import at_rest
from . import model

FROZEN = Path(__file__).with_name("model.json")
"""The model as it was estimated, with its date and data: `python -m citymart.people.train` writes it."""

LEAST_WEIGHT = -4.0
"""Pairs below it are not worth keeping (log 2 of the odds)."""

PAIRS = pa.schema(
    [
        ("record_id_l", pa.string()),
        ("record_id_r", pa.string()),
        ("match_weight", pa.float64()),
        *((name, pa.string()) for name in model.COMPARED),
    ]
)

MEMORY = "1500MB"
"""Of the private database; what is more goes to the disk."""

_UNSEEN = 2000
"""Frequencies are of the data and so many imagined records of other names: a small file's are sane then."""


def connection() -> duckdb.DuckDBPyConnection:
    """A private database in memory: Splink refuses dbt's, and its temporary tables would stay behind."""
    return at_rest.connect({"preserve_insertion_order": False, "memory_limit": MEMORY})


def frequencies(con: duckdb.DuckDBPyConnection, features: str) -> None:
    """Tables `tf_first_name` and `tf_surname` of the values of a table of features."""
    for column in sorted(model.FREQUENT):
        con.execute(
            f"create or replace table tf_{column} as select {column},"
            f" (count(*) + 1) / ((select count({column}) from {features}) + {_UNSEEN}) as tf_{column}"
            f" from {features} where {column} is not null group by {column}"
        )


def linker(con: duckdb.DuckDBPyConnection, features: str, settings: dict[str, Any]):
    """A Splink linker over a table of features whose frequencies are in `tf_…`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from splink import DuckDBAPI, Linker

        logging.getLogger("splink").setLevel(logging.ERROR)
        made = Linker(features, settings, DuckDBAPI(connection=con), set_up_basic_logging=False)
        for column in sorted(model.FREQUENT):
            made.table_management.register_term_frequency_lookup(f"tf_{column}", column, overwrite=True)
    return made


def frozen() -> dict[str, Any]:
    """Splink's settings of the frozen model."""
    return json.loads(FROZEN.read_text(encoding="utf-8"))["settings"]


def pairs(con: duckdb.DuckDBPyConnection, features: str, into: str, *, new_only: bool = False) -> None:
    """Table `into` (`PAIRS`): of each pair that a blocking rule brings together the weight, and how far each
    comparison agrees, by the name of its level.

    With `new_only` at least one of the two has `is_new`, a column that the features must then have.
    """
    settings = frozen()
    if new_only:
        for rule in settings["blocking_rules_to_generate_predictions"]:
            rule["blocking_rule"] = f"{rule['blocking_rule']} and (l.is_new or r.is_new)"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = linker(con, features, settings).inference.predict(threshold_match_weight=LEAST_WEIGHT)
    levels = ", ".join(f"{model.level_name(name)} as {name}" for name in model.COMPARED)
    con.execute(
        f"create table {into} as"
        f" select record_id_l, record_id_r, match_weight, {levels} from {found.physical_name}"
    )
    found.drop_table_from_database_and_remove_from_cache()
