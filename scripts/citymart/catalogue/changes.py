"""What a release brings that the one before had not: by product and provider, with the reason."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import duckdb

from ..hashing import NOT_CONTENT, Table, quoted, tables, value_json
from .described import Catalogue

FELL = 0.1
"""A category that has lost more than this share of its rows is flagged."""
PROVENANCE = NOT_CONTENT | {"extract_id", "row_number", "line_number", "as_of_date", "release_date"}
"""Where a row comes from: a row that comes again with the next delivery has not changed."""
CATEGORIES = ("provider_code", "borough_code")


def changes(
    con: duckdb.DuckDBPyConnection, before: str, now: str, catalogue: Catalogue, *, same_mapping: bool
) -> Iterator[dict[str, Any]]:
    """A row a product and category in which anything is new, gone or other, between two attached databases.

    A category is a provider or a borough; null for a product whose rows are nobody's. Of a product without
    a key only the rows are counted. `same_mapping` says that layouts and code maps are those of before.
    """
    earlier = {table.label: table for table in tables(con, before, ("marts", "market"))}
    moved = _moved(con, before, now)
    for table in tables(con, now, ("marts", "market")):
        product, old = catalogue.products.get(table.name), earlier.get(table.label)
        if product is None or old is None:
            continue
        rows = _compared(con, before, now, table, old, product.key)
        for category, was, has, new, gone, changed in rows:
            if not (new or gone or changed or was != has):
                continue
            delivered = any(
                subject in product.subjects and (category is None or code == category)
                for subject, code in moved
            )
            yield {
                "product": table.label,
                "category": category,
                "rows_before": was,
                "rows_now": has,
                "new_rows": new,
                "gone_rows": gone,
                "changed_rows": changed,
                "reason": "delivery" if delivered else "code" if same_mapping else "mapping",
                "is_flagged": has < was * (1 - FELL),
            }


def _compared(
    con: duckdb.DuckDBPyConnection, before: str, now: str, table: Table, old: Table, key: str | None
) -> list[tuple]:
    both = [name for name, kind in table.columns if dict(old.columns).get(name) == kind]
    category = next((name for name in CATEGORIES if name in both), None)
    group = quoted(category) if category else "null::varchar"
    if key is None or key not in both:
        counted = "select {0} as category, count(*) as rows from {1}.{2} group by all"
        return con.execute(
            f"select coalesce(o.category, n.category), coalesce(o.rows, 0), coalesce(n.rows, 0),"
            f" null, null, null from ({counted.format(group, quoted(before), table.sql)}) as o"
            f" full join ({counted.format(group, quoted(now), table.sql)}) as n"
            f" on o.category is not distinct from n.category order by all"
        ).fetchall()
    kinds = dict(table.columns)
    row = f"hash({', '.join(value_json(name, kinds[name]) for name in both if name not in PROVENANCE)})"
    # Not by `format`: a float is written by one of DuckDB's, whose braces stand in `row`.
    old_rows, new_rows = (
        f"select {quoted(key)} as k, {group} as category, {row} as said from {quoted(name)}.{table.sql}"
        for name in (before, now)
    )
    return con.execute(
        f"""
        select
            coalesce(n.category, o.category) as category,
            count(o.k), count(n.k),
            count(*) filter (where o.k is null),
            count(*) filter (where n.k is null),
            count(*) filter (where o.said <> n.said)
        from ({old_rows}) as o
        full join ({new_rows}) as n on o.k = n.k
        group by all
        order by all
        """
    ).fetchall()


def _moved(con: duckdb.DuckDBPyConnection, before: str, now: str) -> Collection[tuple[str, str | None]]:
    """(subject, provider or borough code) of which another set of files counts than before."""
    try:
        return con.execute(
            f"""
            with files as (
                select subject, provider_code, extract_id from {quoted(before)}.market.extracts
                union all
                select subject, provider_code, extract_id from {quoted(now)}.market.extracts
            ),
            other as (
                select distinct subject, provider_code from files
                group by subject, provider_code, extract_id having count(*) = 1
            )
            select subject, provider_code from other
            union
            select other.subject, boroughs.borough_code
            from other inner join {quoted(now)}.marts.dim_borough as boroughs using (provider_code)
            """
        ).fetchall()
    except duckdb.CatalogException:
        return []  # a file without deliveries or boroughs: nothing is known of them
