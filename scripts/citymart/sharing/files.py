"""The file of an audience: always built fresh from selected tables, rows and columns of a tested build.

Never a larger file from which something is deleted: what is deleted stays in the bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ..dbt_plugin import extension
from ..disclosure.audit import require_safe
from ..disclosure.control import control as disclose
from ..disclosure.rules import ALL, Product, Publication
from ..errors import CityMartError
from ..hashing import Table, quoted, table_digest, tables
from .hashed import hmac_sql, pads
from .keys import Key
from .terms import ANY, LEVELS, METHODS, Audience, Terms

SCHEMAS = ("marts", "market", "restricted")


@dataclass(frozen=True)
class Given:
    """A table as an audience gets it."""

    product: str
    columns: Mapping[str, str]
    """Name → type."""
    rows: int
    agreements: Sequence[str]
    data_from: str | None = None
    data_to: str | None = None
    withheld: Sequence[str] = field(default_factory=tuple)
    """Columns of the product that the audience does not get."""


def write_audience(
    candidate: Path,
    target: Path,
    audience: Audience,
    terms: Terms,
    classes: Mapping[str, Mapping[str, str]],
    key: Key | None,
    earlier: Path | None = None,
) -> list[Given]:
    """Write the file of one audience and read it back, whole. `classes` says of each `schema.table` the
    classification of each column; a column without one is personal. `earlier` is the public's file of the
    release before: what it tells is known.

    Raises `CityMartError` where the file does not read back as it was written, or a method can't be applied.
    """
    if audience.is_encrypted and key is None:
        raise CityMartError(f"the audience {audience.name} has no key; nothing was written")
    target.parent.mkdir(parents=True, exist_ok=True)
    given = []
    with duckdb.connect() as con:
        _attach(con, target, key)
        con.execute(f"attach '{_literal(candidate)}' as candidate (read_only)")
        sent = con.execute("select distinct provider_code from candidate.landing.extracts where is_landed")
        senders = {code for (code,) in sent.fetchall()}
        for table in tables(con, "candidate", SCHEMAS):
            if table.schema == "restricted" and table.label not in terms.restricted_products:
                continue
            if terms.restricted_products.get(table.label):
                written = _write_counts(con, table, audience, terms, earlier)
            else:
                written = _write_table(
                    con, table, audience, terms, classes.get(table.label, {}), key, senders
                )
            if written is not None:
                given.append(written)
        con.execute("detach candidate")
        con.execute("checkpoint audience")
        con.execute("detach audience")
    _read_back(target, key, given)
    return given


def _write_table(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    audience: Audience,
    terms: Terms,
    classes: Mapping[str, str],
    key: Key | None,
    senders: set[str],
) -> Given | None:
    levels = audience.levels(table.label)
    if not levels:
        return None
    provider = _provider(table, terms)
    # What has no provider in its rows was made of all that was sent: it goes where all of them agree.
    everybody = min(levels.get(sender, 0) for sender in senders or {""})
    top = max(levels.values()) if provider else max(everybody, levels.get(ANY, 0))
    if not top:
        return None
    chosen, withheld = {}, []
    for column, _ in table.columns:
        method = audience.methods.get((table.label, column))
        level = LEVELS.get(classes.get(column, "personal"), LEVELS["personal"])
        if method is not None:
            chosen[column] = METHODS[method].format(column=quoted(column), hashed=hmac_sql(quoted(column)))
        elif level <= top:
            chosen[column] = quoted(column)
            if provider and any(each < level for each in levels.values()):
                chosen[column] = f"case when granted.granted_level >= {level} then {quoted(column)} end"
        else:
            withheld.append(column)
    if not chosen or (table.schema == "restricted" and not _has_method(table, audience)):
        return None
    joined = ""
    if provider:
        lines = ", ".join(f"('{_literal(code)}', {level})" for code, level in sorted(levels.items()))
        joined = (
            f" inner join (values {lines}) as granted (granted_provider, granted_level)"
            f" on {provider} = granted.granted_provider"
        )
    columns = ", ".join(f"{sql} as {quoted(name)}" for name, sql in chosen.items())
    target = _target(table)
    con.execute(f"create schema if not exists audience.{quoted(target.schema)}")
    con.execute(
        f"create table audience.{target.sql} as"
        f" select {columns} from candidate.{table.sql} as _t{joined} order by all",
        _parameters(columns, key),
    )
    _comment(con, table, f"audience.{target.sql}", chosen)
    return _given(con, target, audience.names_of(table.label), withheld)


def _write_counts(
    con: duckdb.DuckDBPyConnection, table: Table, audience: Audience, terms: Terms, earlier: Path | None
) -> Given | None:
    """Counts of people or households: as many as can be shown so that no other can be worked out.

    Raises `DisclosureError` where one could be. Only for who needs no key: the others have rows to count.
    """
    levels = audience.levels(table.label)
    if audience.is_encrypted or not levels:
        return None
    control = terms.restricted_products[table.label]
    provider = _provider(table, terms)
    dimensions = list(dict.fromkeys(name for margin in control.margins for name in margin))
    names = ", ".join(quoted(name) for name in dimensions)
    counts = con.execute(
        f"select {quoted(control.counted)} as counted, {names},"
        f" sum({quoted(control.column)})::bigint as number"
        f" from candidate.{table.sql} as _t where list_contains($levels, {provider or 'null'})"
        f" group by all order by all",
        {"levels": sorted(levels)},
    ).to_arrow_table()
    target = _target(table)
    written = []
    for counted in pc.unique(counts["counted"]).to_pylist():
        cells = counts.filter(pc.equal(counts["counted"], counted)).drop_columns(["counted"])
        product = Product(f"{table.label} ({counted})", control.margins, control.rule, counted)
        known = _published(earlier, target, product, control.counted, terms.day)
        before = {publication.data_date: of_then for publication, of_then in known}
        publications = [publication for publication, _ in known]
        made = disclose(
            cells, [product], data_date=terms.day, earlier=publications, earlier_cells=before or None
        )
        # Judged once more, by what is in the table and not by how it was made.
        require_safe([*publications, *made], {**before, terms.day: cells} if before else cells)
        figures = made[0].figures
        written.append(figures.add_column(0, control.counted, pa.array([counted] * len(figures))))
    if not written:
        return None
    figures = pa.concat_tables(written).append_column(
        "release_date", pa.array([terms.day] * sum(map(len, written)), pa.date32())
    )
    con.execute("create schema if not exists audience.marts")
    con.register("_figures", figures)
    con.execute(f"create table audience.{target.sql} as select * from _figures order by all")
    con.unregister("_figures")
    return _given(con, target, audience.names_of(table.label), [control.column])


def _published(
    earlier: Path | None, table: Table, product: Product, counted: str, day: date
) -> list[tuple[Publication, pa.Table]]:
    """What the release before said of the product, and the finest cells that it spoke of."""
    if earlier is None or not earlier.exists():
        return []
    with duckdb.connect(str(earlier), read_only=True) as con:
        try:
            figures = con.execute(
                f"select * from {table.sql} where {quoted(counted)} = ? order by all", [product.counted]
            ).to_arrow_table()
        except duckdb.Error:
            return []
    if not len(figures) or "release_date" not in figures.column_names:
        return []
    # What came late or was mended in between are other counts, also when both are of one day.
    data_date = min(figures["release_date"][0].as_py(), day - timedelta(days=1))
    figures = figures.drop_columns([counted, "release_date"])
    if any(name not in figures.column_names for name in product.dimensions):
        return []
    rows = [row for row in figures.to_pylist() if all(row[name] != ALL for name in product.dimensions)]
    cells = pa.table({name: [row[name] for row in rows] for name in product.dimensions})
    return [(Publication(product, data_date, figures, "earlier"), cells)]


def _target(table: Table) -> Table:
    """Where it lies in an audience's file: what was taken out of the restricted schema is so no more."""
    return replace(table, schema="marts") if table.schema == "restricted" else table


def _has_method(table: Table, audience: Audience) -> bool:
    return any(product == table.label for product, _ in audience.methods)


def _provider(table: Table, terms: Terms) -> str | None:
    """SQL of the provider whose a row is, or None where rows are nobody's alone."""
    columns = {column for column, _ in table.columns}
    if "provider_code" in columns:
        return "_t.provider_code"
    if "borough_code" in columns:
        codes = ", ".join(
            f"'{_literal(gss)}': '{_literal(code)}'" for gss, code in terms.borough_codes.items()
        )
        return f"map {{{codes}}}[_t.borough_code]"
    return None


def _parameters(sql: str, key: Key | None) -> dict[str, Any]:
    if "$inner" not in sql:
        return {}
    if key is None:
        raise CityMartError("keyed_hash needs a key, and an audience that everybody reads has none")
    inner, outer = pads(f"v{key.version}|{key.hash_key}".encode())
    return {"inner": inner, "outer": outer}


def _comment(con: duckdb.DuckDBPyConnection, table: Table, target: str, chosen: Mapping[str, str]) -> None:
    if table.comment:
        con.execute(f"comment on table {target} is '{_literal(table.comment)}'")
    for (column, _), comment in zip(table.columns, table.column_comments, strict=True):
        if comment and column in chosen:
            con.execute(f"comment on column {target}.{quoted(column)} is '{_literal(comment)}'")


def _given(
    con: duckdb.DuckDBPyConnection, table: Table, agreements: Sequence[str], withheld: Sequence[str]
) -> Given:
    target = f"audience.{table.sql}"
    types = {name: kind for name, kind, *_ in con.execute(f"describe {target}").fetchall()}
    span = "min(as_of_date)::varchar, max(as_of_date)::varchar" if "as_of_date" in types else "null, null"
    rows, data_from, data_to = con.execute(f"select count(*), {span} from {target}").fetchone()
    return Given(table.label, types, rows, tuple(agreements), data_from, data_to, tuple(withheld))


def _attach(con: duckdb.DuckDBPyConnection, path: Path, key: Key | None, *, read_only: bool = False) -> None:
    options = ["read_only"] if read_only else []
    if key is not None:
        con.execute(f"load '{extension('httpfs')}'")
        options.append(f"encryption_key '{_literal(key.encryption_key)}'")
    try:
        said = f" ({', '.join(options)})" if options else ""
        con.execute(f"attach '{_literal(path)}' as audience{said}")
    except duckdb.Error:
        # Its message may hold the statement, and that the key.
        raise CityMartError(f"{path} can't be {'read' if read_only else 'written'}") from None


def _read_back(path: Path, key: Key | None, given: Sequence[Given]) -> None:
    """Checksums only show when blocks are read: each table is read through before the file counts."""
    if path.with_name(path.name + ".wal").exists():
        raise CityMartError(f"{path} was not closed: check the disk, then publish again")
    with duckdb.connect() as con:
        _attach(con, path, key, read_only=True)
        found = {table.label: table for table in tables(con, "audience", SCHEMAS)}
        for each in given:
            rows, _ = table_digest(con, found[each.product], "audience")
            if rows != each.rows:
                raise CityMartError(
                    f"{path} does not read back as it was written: check the disk, publish again"
                )


def _literal(text: object) -> str:
    return str(text).replace("'", "''")
