"""What the pages show, asked of the audience's file in SQL."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from ..errors import CityMartError
from ..exports.audience import OPEN
from ..hashing import quoted
from ..home import PROJECT
from ..releases import Release

Row = dict[str, Any]
SAMPLE = 10
QUESTION = re.compile(r"(?:how|what|where|which|who)\b")
TABLE = re.compile(r"\b(?:marts|market|restricted)\.\w+")

COLUMNS = """
    select * replace (list_transform(most_frequent, lambda value: left(value, 60)) as most_frequent,
        left(minimum, 60) as minimum, left(maximum, 60) as maximum)
    from market.product_columns order by product, position
"""
PRODUCTS = """
    select products.*, scores.* exclude (product)
    from market.products as products left join market.product_scores as scores using (product)
    order by products.theme, products.title, product
"""
COVERAGE = """
    select *, next_due_date < $day as is_late from market.coverage order by provider_name, subject
"""
# One row a subject, provider and period of the last twelve months in which something was due or came.
CELLS = """
    select subject, provider_code, date_trunc('month', period_from)::date as month, state
    from market.coverage_periods
    where period_from >= date_trunc('month', $day::date) - interval 11 months and period_from <= $day::date
    order by all
"""
ISSUES = """
    select provider_code, subject, issue_type, severity, who_can_mend, min(message) as message,
        count(*) as issues, count(*) filter (is_current) as current_issues
    from market.data_issues group by provider_code, subject, issue_type, severity, who_can_mend
    order by provider_code, case severity when 'error' then 1 when 'warning' then 2 else 3 end,
        issues desc, subject, issue_type, who_can_mend
"""
QUALITY = """
    select provider_code, subject, dimension, score, most_lacking, rule, why_not from market.quality_scores
    order by provider_code, subject, dimension
"""
THERE = "select schema_name, table_name from duckdb_tables() where database_name = 'release'"
CODES = "select * from market.code_lists order by code_list, code, valid_from"
NOTES = "select * from market.release_notes order by product, released_on desc, version desc"
LINEAGE = "select from_node, from_kind, to_node, to_kind from market.lineage order by all"
HISTORY = "select * from market.score_history order by release_id, score"
# Where the way of each column ends: at a field of a subject, or in a table of the project.
ORIGINS = """
    with recursive steps as (
        select * from market.column_lineage where from_kind <> 'provider'
    ),
    way as (
        select to_node as product, to_column as column_name, from_node, from_column, from_kind
        from steps where to_node in (select product from market.products)
        union
        select way.product, way.column_name, steps.from_node, steps.from_column, steps.from_kind
        from way inner join steps on steps.to_node = way.from_node and steps.to_column = way.from_column
    )
    select product, column_name,
        regexp_replace(from_node, '^\\w+[.](base_)?', '') as origin,
        list(distinct from_column order by from_column) as columns
    from way
    anti join steps on steps.to_node = way.from_node and steps.to_column = way.from_column
    group by all
    order by product, column_name,
        min(case from_kind when 'subject' then 1 when 'staging' then 2 else 3 end), origin
"""
CHANGES = "select * from market.release_changes order by is_flagged desc, product, category limit 500"
# Half a thousandth of a degree is some fifty metres: less than a pixel.
OUTLINES = """
    select provider_code, borough_name,
        st_asgeojson(st_simplifypreservetopology(st_geomfromwkb(boundary), 0.0005))::varchar as outline
    from marts.dim_borough where boundary is not null order by borough_code
"""


def gather(con: duckdb.DuckDBPyConnection, release: Release, before: Release | None, audience: str) -> Row:
    """All there is to show. Of a locked file no value is told: pages are not locked."""
    day = release.manifest["created_at"][:10]
    there = {f"{schema}.{name}" for schema, name in con.execute(THERE).fetchall()}
    if "market.products" not in there:
        raise CityMartError(f"the release {release.id} has no catalogue: publish again")
    products = _rows(con, PRODUCTS)
    columns = grouped(_rows(con, COLUMNS), "product")
    notes = grouped(_rows(con, NOTES), "product")
    origins: dict[tuple[str, str], list[str]] = {}
    for row in _rows(con, ORIGINS) if "market.column_lineage" in there else ():
        told = f"{row['origin']}: {', '.join(row['columns'])}"
        origins.setdefault((row["product"], row["column_name"]), []).append(told)
    earlier = _rows_of(before, audience)
    controls = _controls()
    for each in products:
        name = each["product"]
        each["dictionary"] = columns.get(name, [])
        for column in each["dictionary"]:
            column["origins"] = origins.get((name, column["column_name"].lower()), [])
        each["notes"] = notes.get(name, [])
        each["rows_before"] = earlier.get(name)
        each["control"] = controls.get(name.split(".")[1])
        each["sample"] = _sample(con, each) if audience == OPEN else None
    if audience != OPEN:
        for column in (column for each in products for column in each["dictionary"]):
            column |= dict.fromkeys(("distinct_values", "minimum", "maximum", "most_frequent"))
    return {
        "day": day,
        "products": products,
        "coverage": _rows(con, COVERAGE, day=day),
        "cells": _rows(con, CELLS, day=day),
        "issues": _rows(con, ISSUES),
        "quality": _rows(con, QUALITY),
        "history": _rows(con, HISTORY) if "market.score_history" in there else [],
        "codes": grouped(_rows(con, CODES), "code_list"),
        "lineage": [tuple(row.values()) for row in _rows(con, LINEAGE)],
        "changes": _rows(con, CHANGES) if "market.release_changes" in there else [],
        "outlines": _rows(con, OUTLINES) if "marts.dim_borough" in there else [],
        "questions": _questions(there),
    }


def _rows(con: duckdb.DuckDBPyConnection, sql: str, **parameters: Any) -> list[Row]:
    found = con.execute(sql, parameters or None)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def grouped(rows: Sequence[Row], by: str) -> dict[Any, list[Row]]:
    """The value of a column → the rows that have it, in their order."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[by], []).append(row)
    return groups


def _rows_of(release: Release | None, audience: str) -> dict[str, int]:
    """Rows of each product of the audience in an earlier release, by its manifest."""
    told = release.manifest.get("audiences", []) if release else []
    return {
        table["product"]: table["rows"]
        for each in told
        if each["audience"] == audience
        for table in each["tables"]
    }


def _sample(con: duckdb.DuckDBPyConnection, product: Mapping[str, Any]) -> Row:
    """The first rows by the key; of shapes and long texts only the beginning."""
    names = [column["column_name"] for column in product["dictionary"]]
    shown = [
        "'(shape)'" if column["data_type"].startswith(("BLOB", "GEOMETRY")) else f"left({text}::varchar, 60)"
        for column, text in zip(product["dictionary"], map(quoted, names), strict=True)
    ]
    schema, table = product["product"].split(".")
    order = quoted(product["key_column"]) if product["key_column"] else "all"
    sql = f"select {', '.join(shown)} from {quoted(schema)}.{quoted(table)} order by {order} limit {SAMPLE}"
    return {"names": names, "rows": con.execute(sql).fetchall()}


def _controls() -> dict[str, Row]:
    """The products whose counts are controlled, with the smallest count that is shown and the rounding."""
    file = PROJECT / "seeds" / "market" / "products.csv"
    if not file.exists():
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        return {row["product"].split(".")[-1]: row for row in csv.DictReader(lines) if row["threshold"]}


def _questions(there: set[str]) -> list[Row]:
    """The SQL of analyses/, with what its head says: who asks, and what it is not for."""
    found = []
    for file in sorted((PROJECT / "analyses").rglob("*.sql")):
        text = file.read_text(encoding="utf-8").strip()
        head = re.match(r"(?:--[^\n]*\n)*", text)[0]
        said = " ".join(line.lstrip("- ").strip() for line in head.splitlines())
        said, _, file_of = said.partition("On:")
        asks, _, unfit = said.partition("Not to be used for:")
        used = sorted(set(TABLE.findall(text)))
        title = file.stem.replace("_", " ")
        found.append(
            {
                "name": file.stem,
                "title": title[:1].upper() + title[1:] + ("?" if QUESTION.match(title) else ""),
                "asks": asks.replace("Who asks:", "").strip(),
                "unfit": unfit.strip(),
                "file": file_of.partition("(")[0].strip(" ."),
                "sql": text[len(head) :].strip(),
                "products": [name for name in used if name in there],
                "absent": [name for name in used if name not in there],
            }
        )
    return found
