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
from .score import graded

FEW = 50
"""Up to so many different values are listed by how often they stand there."""
LISTED = 5
EXACT = 1_000_000
"""Up to so many rows different values are counted; above, they are estimated (HyperLogLog, some 2 %)."""

COMMENTS = {
    "products": "One row a product of this file: what it is, who answers for it, what one may do with it.",
    "product_columns": "One row a column of a product: what it means, and what stands in it in this file.",
    "product_scores": "One row a product: how fit it is for use, by a stated rule.",
    "lineage": "One row a step on the way to a product: from where to where.",
    "release_changes": "One row a product and provider that is not as it was in the release before.",
    "release_notes": "One row a version of a product: what it has brought.",
}
"""Of the tables; those of their columns are `MEANINGS`."""
MEANINGS = {
    "product": "The table: `schema.table` in this file.",
    "title": "Its name for people.",
    "description": "What it holds.",
    "theme": "The part of the city's life that it is of.",
    "grain": "What one row is.",
    "key_column": "The column that is unique.",
    "publisher": "Who publishes it.",
    "contact": "Whom to ask.",
    "licence": "What one may do with it: a name of the licence, or `agreement`.",
    "licence_title": "The licence in words.",
    "licence_url": "Where the licence can be read.",
    "attribution": "What must be said where it is used, beside the publisher's name.",
    "sharing_level": "The highest classification of the columns that are here.",
    "agreements": "Under which agreements it is in this file.",
    "keywords": "Words to find it by.",
    "limits": "What it must not be taken for.",
    "update_rhythm": "How often its newest delivery should come, in words.",
    "days_between_deliveries": "The same in days: that of the subject that comes most often.",
    "subjects": "The deliveries that its rows are of.",
    "providers": "Whose rows are here; empty where rows are nobody's.",
    "data_from": "The earliest day as of which a row holds; null where rows have none.",
    "data_to": "The latest such day; where rows have none, that of the newest delivery that comes to it.",
    "rows": "Rows in this file.",
    "columns": "Columns in this file.",
    "version": "Of the product's shape: MAJOR.MINOR.PATCH; another MAJOR has lost or changed columns.",
    "released_on": "The day of the version.",
    "note": "What the version has brought.",
    "position": "The column's place in the table, from 1.",
    "column_name": "The column.",
    "data_type": "Its type in DuckDB.",
    "unit": "The unit of its numbers (UCUM, or a currency of ISO 4217).",
    "classification": "open, shared, restricted or personal.",
    "code_list": "The list of `market.code_lists` that says what its values mean.",
    "is_key": "No two rows have the same value.",
    "filled_share": "Share of the rows that have a value, from 0 to 1.",
    "distinct_values": "Different values; above a million rows an estimate.",
    "minimum": "The smallest value, as text.",
    "maximum": "The greatest value, as text.",
    "most_frequent": "The values that stand there most often, where there are no more than 50.",
    "rule_version": "Of the rule; scores of two versions do not compare.",
    "freshness": "0 to 100: how new the data is, for its rhythm.",
    "metadata": "0 to 100: how well it is described.",
    "accessibility": "0 to 100: how easily one gets at it.",
    "completeness": "0 to 100: how much of it is filled.",
    "usability": "0 to 100: how well it can be worked with.",
    "score": "0 to 100, weighted 35, 35, 15, 10 and 5 in the order of the columns.",
    "grade": "gold from 80, silver from 60, bronze below.",
    "category": "The provider or the borough; null for a product whose rows are nobody's.",
    "rows_before": "Rows in the release before.",
    "rows_now": "Rows in this one.",
    "new_rows": "Rows whose key was not there; null for a product without a key.",
    "gone_rows": "Rows whose key is there no more.",
    "changed_rows": "Rows of the same key that say something else, whichever delivery they are of.",
    "reason": "delivery: other files count than before; mapping: layouts or code maps are others; else code.",
    "is_flagged": "More than a tenth of the rows has gone.",
    "from_node": "A provider, a subject, or a table of the build (`conformed.int_properties`).",
    "from_kind": "provider, subject, or the schema of the table.",
    "to_node": "The subject or the table that rests on it; a product under its name here.",
    "to_kind": "subject, or the schema of the table.",
}


TEXTS = pa.list_(pa.string())
SCHEMAS = {
    "products": pa.schema(
        {
            "product": pa.string(),
            "title": pa.string(),
            "description": pa.string(),
            "theme": pa.string(),
            "grain": pa.string(),
            "key_column": pa.string(),
            "publisher": pa.string(),
            "contact": pa.string(),
            "licence": pa.string(),
            "licence_title": pa.string(),
            "licence_url": pa.string(),
            "attribution": pa.string(),
            "sharing_level": pa.string(),
            "agreements": TEXTS,
            "keywords": TEXTS,
            "limits": pa.string(),
            "update_rhythm": pa.string(),
            "days_between_deliveries": pa.int32(),
            "subjects": TEXTS,
            "providers": TEXTS,
            "data_from": pa.date32(),
            "data_to": pa.date32(),
            "rows": pa.int64(),
            "columns": pa.int32(),
            "version": pa.string(),
            "released_on": pa.date32(),
        }
    ),
    "product_columns": pa.schema(
        {
            "product": pa.string(),
            "position": pa.int32(),
            "column_name": pa.string(),
            "data_type": pa.string(),
            "unit": pa.string(),
            "description": pa.string(),
            "classification": pa.string(),
            "code_list": pa.string(),
            "is_key": pa.bool_(),
            "filled_share": pa.float64(),
            "distinct_values": pa.int64(),
            "minimum": pa.string(),
            "maximum": pa.string(),
            "most_frequent": TEXTS,
        }
    ),
    "product_scores": pa.schema(
        {
            "product": pa.string(),
            "rule_version": pa.string(),
            "freshness": pa.float64(),
            "metadata": pa.float64(),
            "accessibility": pa.float64(),
            "completeness": pa.float64(),
            "usability": pa.float64(),
            "score": pa.float64(),
            "grade": pa.string(),
        }
    ),
    "lineage": pa.schema({name: pa.string() for name in ("from_node", "from_kind", "to_node", "to_kind")}),
    "release_changes": pa.schema(
        {
            "product": pa.string(),
            "category": pa.string(),
            "rows_before": pa.int64(),
            "rows_now": pa.int64(),
            "new_rows": pa.int64(),
            "gone_rows": pa.int64(),
            "changed_rows": pa.int64(),
            "reason": pa.string(),
            "is_flagged": pa.bool_(),
        }
    ),
    "release_notes": pa.schema(
        {"product": pa.string(), "version": pa.string(), "released_on": pa.date32(), "note": pa.string()}
    ),
}


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
    is_open: bool,
    before: str | None = None,
    same_mapping: bool = True,
) -> list[str]:
    """Write `market.products` and what goes with it into an attached database; returns their labels.

    `agreements` are those under which each table (`marts.fct_payments`) stands there, `day` the day of the
    publish, by which freshness is told, `before` the attached database of the same audience in the release
    before, and `same_mapping` says whether that was made with the same layouts and code maps.
    """
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SCHEMAS}
    there = [each for each in tables(con, database, ("marts", "market")) if each.name in catalogue.products]
    names = _provider_names(con, database)
    above: set[str] = set()
    for table in there:
        product = catalogue.products[table.name]
        above |= product.ancestors
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
    if before is not None:
        rows["release_changes"] += changes(con, before, database, catalogue, same_mapping=same_mapping)
    con.execute(f"create schema if not exists {quoted(database)}.market")
    for name, schema in SCHEMAS.items():
        _write(
            con, f"{quoted(database)}.market.{quoted(name)}", name, pa.Table.from_pylist(rows[name], schema)
        )
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


def _write(con: duckdb.DuckDBPyConnection, target: str, name: str, rows: pa.Table) -> None:
    con.register("_rows", rows)
    con.execute(f"create or replace table {target} as select * from _rows order by all")
    con.unregister("_rows")
    con.execute(f"comment on table {target} is {literal(COMMENTS[name])}")
    for column in rows.column_names:
        con.execute(f"comment on column {target}.{quoted(column)} is {literal(MEANINGS[column])}")
