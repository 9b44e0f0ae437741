"""The tables of the market that stand in every file of a release, cut to what the file holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from ..hashing import Table, literal, quoted, tables
from ..sharing.terms import LEVELS
from .changes import changes
from .described import Catalogue, Product
from .history import score_history
from .lineage.steps import At, steps_to
from .schemas import COMMENTS, MEANINGS, SCHEMAS
from .score import graded

FEW = 50
"""Up to so many different values are listed by how often they stand there."""
LISTED = 5
EXACT = 1_000_000
"""Up to so many rows different values are counted; above, they are estimated (HyperLogLog, some 2 %)."""


@dataclass(frozen=True)
class Profile:
    """What stands in a column."""

    filled: int
    distinct: int | None
    minimum: str | None
    maximum: str | None
    most_frequent: list[str] | None


def write_catalogue(
    con: duckdb.DuckDBPyConnection,
    database: str,
    catalogue: Catalogue,
    agreements: Mapping[str, Sequence[str]],
    day: date,
    *,
    release_id: str,
    is_open: bool,
    before: tuple[str, str] | None = None,
    operators: str | None = None,
    same_mapping: bool = True,
) -> list[str]:
    """Write `market.products` and what goes with it into an attached database; returns their labels.

    `agreements` are those under which each table (`marts.fct_payments`) stands there, `day` the day of the
    publish, by which freshness is told, `before` the attached database of the same audience in the release
    before with that one's id, `operators` the operator's of this release, where this is an audience's, and
    `same_mapping` says whether the one before was made with the same layouts and code maps.
    """
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SCHEMAS}
    there = [each for each in tables(con, database, ("marts", "market")) if each.name in catalogue.products]
    names = _provider_names(con, database)
    above: set[str] = set()
    wanted: list[At] = []
    for table in there:
        product = catalogue.products[table.name]
        above |= product.ancestors
        built = table.schema if table.label in product.ancestors else "restricted"
        wanted += [(f"{built}.{table.name}", built, column.lower()) for column, _ in table.columns]
        count, profiles = _profiles(con, database, table)
        columns = [
            _column(table, product, number, profiles[number - 1], count, "open" if is_open else "restricted")
            for number in range(1, len(table.columns) + 1)
        ]
        of_it = {
            "product": table.label,
            "title": product.title,
            "description": product.description,
            "theme": product.theme,
            "grain": product.grain,
            "key_column": product.key if product.key in dict(table.columns) else None,
            "publisher": catalogue.publisher,
            "contact": catalogue.contact,
            "licence": product.licence,
            "licence_title": product.licence_title,
            "licence_url": product.licence_url,
            "attribution": product.attribution,
            "sharing_level": max((each["classification"] for each in columns), key=list(LEVELS).index),
            "agreements": sorted(agreements.get(table.label, ())),
            "keywords": list(product.keywords),
            "limits": product.limits,
            "update_rhythm": rhythm(product.days_between_deliveries),
            "days_between_deliveries": product.days_between_deliveries,
            "subjects": list(product.subjects),
            **_coverage(con, database, table, names, product.newest),
            "rows": count,
            "columns": len(columns),
            "version": product.version,
            "released_on": product.notes[0].released_on,
        }
        rows["products"].append(of_it)
        rows["product_columns"] += columns
        rows["product_scores"].append({"product": table.label} | graded(of_it, columns, day, is_open=is_open))
        rows["release_notes"] += [
            {
                "product": table.label,
                "version": each.version,
                "released_on": each.released_on,
                "note": each.note,
            }
            for each in product.notes
        ]
    # Where a product of the restricted schema stands in this file.
    here = {f"restricted.{table.name}": table.label for table in there}
    rows["lineage"] = [
        dict(
            zip(SCHEMAS["lineage"].names, (here.get(start, start), kind, here.get(end, end), of), strict=True)
        )
        for start, kind, end, of in catalogue.lineage
        if (f"staging.base_{end}" if of == "subject" else end) in above
    ]
    rows["column_lineage"] = [
        dict(
            zip(
                SCHEMAS["column_lineage"].names,
                (here.get(start, start), kind, column, here.get(end, end), of, to),
                strict=True,
            )
        )
        for (start, kind, column), (end, of, to) in steps_to(catalogue.columns, wanted)
        # What a provider calls its columns is told to whom its deliveries are told.
        if kind != "provider" or start in names
    ]
    if before is not None:
        rows["release_changes"] += changes(con, before[0], database, catalogue, same_mapping=same_mapping)

    def write(name: str, table: pa.Table) -> None:
        write_table(con, database, name, table, COMMENTS[name], MEANINGS)

    for name, schema in SCHEMAS.items():
        if name != "score_history":
            write(name, pa.Table.from_pylist(rows[name], schema))
    # Last, since it takes on the scores of this release from where they stand now.
    history = score_history(con, database, release_id, before, operators)
    write("score_history", history.cast(SCHEMAS["score_history"]))
    return [f"market.{name}" for name in SCHEMAS]


def rhythm(days: int | None) -> str | None:
    """A number of days in words."""
    if days is None:
        return None
    named = {1: "daily", 7: "weekly", 14: "every two weeks", 31: "monthly", 92: "quarterly", 366: "yearly"}
    return named.get(days, f"every {days} days")


def _provider_names(con: duckdb.DuckDBPyConnection, database: str) -> dict[str, str]:
    """Provider code, or GSS code of a borough, → name; empty where the file has no coverage of its own."""
    found: dict[str, str] = {}
    for table, code, name in (
        ("market.coverage", "provider_code", "provider_name"),
        ("marts.dim_borough", "borough_code", "borough_name"),
    ):
        try:
            found |= dict(
                con.execute(f"select distinct {code}, {name} from {quoted(database)}.{table}").fetchall()
            )
        except duckdb.CatalogException:
            continue
    return found


def _coverage(
    con: duckdb.DuckDBPyConnection,
    database: str,
    table: Table,
    names: Mapping[str, str],
    newest: date | None,
) -> dict[str, Any]:
    columns = dict(table.columns)
    code = next((each for each in ("provider_code", "borough_code") if columns.get(each) == "VARCHAR"), None)
    day = "as_of_date" if columns.get("as_of_date") == "DATE" else None
    # Counted, so that there is an answer also of a table without a row.
    _, codes, data_from, data_to = con.execute(
        f"select count(*), {f'list_sort(list(distinct {code}))' if code else 'null'},"
        f" {f'min({day}), max({day})' if day else 'null::date, null::date'}"
        f" from {quoted(database)}.{table.sql}"
    ).fetchone()
    providers = sorted({names.get(each, each) for each in codes or () if each})
    return {"providers": providers, "data_from": data_from, "data_to": data_to or newest}


def _profiles(con: duckdb.DuckDBPyConnection, database: str, table: Table) -> tuple[int, list[Profile]]:
    """The rows of a table, and what stands in each column: two passes over it."""
    source = f"{quoted(database)}.{table.sql}"
    count = con.execute(f"select count(*) from {source}").fetchone()[0]
    distinct = "count(distinct {0})" if count <= EXACT else "approx_count_distinct({0})"
    asked = []
    for name, kind in table.columns:
        column = quoted(name)
        asked.append(f"count({column})")
        if _is_nested(kind):
            asked += ["null", "null", "null"]
        else:
            asked += [distinct.format(column), f"min({column})::varchar", f"max({column})::varchar"]
    found = con.execute(f"select {', '.join(asked)} from {source}").fetchone()
    by_column = [found[at : at + 4] for at in range(0, len(found), 4)]
    few = [
        at
        for at, (name, kind) in enumerate(table.columns)
        if kind in ("VARCHAR", "BOOLEAN") and 0 < (by_column[at][1] or 0) <= FEW
    ]
    frequent: dict[int, list[str]] = {}
    if few:
        wanted = ", ".join(f"histogram({quoted(table.columns[at][0])}::varchar)" for at in few)
        counted = con.execute(f"select {wanted} from {source}").fetchone()
        for at, values in zip(few, counted, strict=True):
            frequent[at] = sorted(values, key=lambda value: (-values[value], value))[:LISTED]
    return count, [Profile(*values, frequent.get(at)) for at, values in enumerate(by_column)]


def _is_nested(kind: str) -> bool:
    return kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "BLOB", "GEOMETRY"))


def _column(
    table: Table, product: Product, number: int, profile: Profile, rows: int, highest: str
) -> dict[str, Any]:
    name, kind = table.columns[number - 1]
    said = product.columns.get(name)
    # What is of a higher class than the file left by a method that is declared for it, and is that no more.
    classification = min(said.classification if said else "open", highest, key=list(LEVELS).index)
    return {
        "product": table.label,
        "position": number,
        "column_name": name,
        "data_type": kind,
        "unit": said.unit if said else None,
        "description": (said.description if said else None) or table.column_comments[number - 1],
        "classification": classification,
        "code_list": said.code_list if said else None,
        "is_key": name == product.key,
        "filled_share": round(profile.filled / rows, 4) if rows else None,
        "distinct_values": profile.distinct,
        "minimum": profile.minimum,
        "maximum": profile.maximum,
        "most_frequent": profile.most_frequent,
    }


def write_table(
    con: duckdb.DuckDBPyConnection,
    database: str,
    name: str,
    rows: pa.Table,
    comment: str,
    meanings: Mapping[str, str],
) -> None:
    """Write a table of the schema `market` of an attached database, in an order of its own, with its comment
    and those of its columns.
    """
    target = f"{quoted(database)}.market.{quoted(name)}"
    con.execute(f"create schema if not exists {quoted(database)}.market")
    con.register("_rows", rows)
    con.execute(f"create or replace table {target} as select * from _rows order by all")
    con.unregister("_rows")
    con.execute(f"comment on table {target} is {literal(comment)}")
    for column in rows.column_names:
        con.execute(f"comment on column {target}.{quoted(column)} is {literal(meanings[column])}")
