"""The scores of earlier releases, which each release carries on from the one that it builds on."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from ..hashing import literal, quoted
from .score import WEIGHTS

TABLE = "market.score_history"


def score_history(
    con: duckdb.DuckDBPyConnection,
    database: str,
    release_id: str,
    before: tuple[str, str] | None,
    operators: str | None = None,
) -> pa.Table:
    """The rows of `market.score_history` of an attached database: one a score, from the release on in which
    it was first so.

    `before` is the attached database of the same audience in the release that this one builds on, with that
    release's id; what it tells is carried on, as far as the product, or the provider and subject, are still
    in this file. `operators` is the operator's file of this release, where `database` is an audience's: what
    providers have scored is the same in each, and of a locked file the one before may be locked otherwise.
    """
    now = _scores(con, database)
    if operators is not None:
        # Of what is not told to the audience now, nothing that was is.
        told = f"select * from ({now}) where product is null intersect {_scores(con, operators)}"
        now = f"select * from ({now}) where product is not null union all ({told})"
        carried = f"select * from {quoted(operators)}.{TABLE} where product is null"
        if before is not None:
            carried += f" union all select * from ({_told(con, *before)}) where product is not null"
    elif before is not None:
        carried = _told(con, *before)
    else:
        carried = f"select {_of_release('')}, * from ({now}) where false"
    return con.execute(
        f"""
        with now as (
            select concat_ws('/', product, provider_code, subject, dimension) as score_key, * from ({now})
        ),
        carried as (
            select concat_ws('/', product, provider_code, subject, dimension) as score_key, * from ({carried})
        ),
        earlier as (
            select carried.* from carried semi join now on carried.score_key = now.score_key
        ),
        newest as (
            select score_key, arg_max(struct_pack(score, rule_version), release_id) as said
            from earlier group by score_key
        )
        select * exclude (score_key) from earlier
        union all
        select {_of_release(release_id)}, now.* exclude (score_key)
        from now left join newest on now.score_key = newest.score_key
        where
            -- What was never measured has no history.
            (newest.said is not null or now.score is not null)
            and struct_pack(now.score, now.rule_version) is distinct from newest.said
        """
    ).to_arrow_table()


def _told(con: duckdb.DuckDBPyConnection, database: str, release_id: str) -> str:
    """SQL of what a release has told; of one from before there was a history, its own scores."""
    if _has(con, database, TABLE):
        return f"select * from {quoted(database)}.{TABLE}"
    return f"select {_of_release(release_id)}, * from ({_scores(con, database)}) where score is not null"


def _of_release(release_id: str) -> str:
    """The id of a release begins with its day."""
    said = literal(release_id)
    return f"{said} as release_id, try_strptime(left({said}, 8), '%Y%m%d')::date as released_on"


def _scores(con: duckdb.DuckDBPyConnection, database: str) -> str:
    """SQL of the scores that stand in a database, one a row."""
    nothing = "null::varchar"
    parts = [
        f"select {nothing} as product, {nothing} as provider_code, {nothing} as subject,"
        f" {nothing} as dimension, null::double as score, {nothing} as rule_version where false"
    ]
    if _has(con, database, "market.quality_scores", "score"):
        parts.append(
            f"select null, provider_code, subject, dimension, score::double, null"
            f" from {quoted(database)}.market.quality_scores"
        )
    if _has(con, database, "market.product_scores"):
        parts += [
            f"select product, null, null, '{dimension}', {dimension}, rule_version"
            f" from {quoted(database)}.market.product_scores"
            for dimension in (*WEIGHTS, "score")
        ]
    return f"select * from ({' union all '.join(parts)})"


def _has(con: duckdb.DuckDBPyConnection, database: str, table: str, column: str | None = None) -> bool:
    schema, name = table.split(".")
    return bool(
        con.execute(
            "select count(*) from duckdb_columns() where database_name = ? and schema_name = ?"
            " and table_name = ? and column_name = coalesce(?, column_name)",
            [database, schema, name, column],
        ).fetchone()[0]
    )
