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

from .. import at_rest
from ..catalogue.described import Catalogue
from ..catalogue.tables import write_catalogue
from ..dbt_manifest import Manifest
from ..disclosure.audit import require_safe
from ..disclosure.control import control as disclose
from ..disclosure.rules import ALL, Product, Publication
from ..errors import CityMartError
from ..extensions import extension
from ..hashing import Table, copy_comments, literal, quoted, table_digest, tables
from .hashed import hmac_sql, pads
from .keys import Key
from .terms import ANY, LEVELS, METHODS, Audience, Control, Terms

FOLDER = "audiences"
"""Where the files of the audiences lie in a release."""
SCHEMAS = ("marts", "market", "restricted")
RELEASED = "release_date"
"""The column of a table of figures with the day of their publish."""
FIGURES = {
    "number": "How many; null where it is not shown, else rounded.",
    "status": "Why it is not shown: c confidential, x not available, z not applicable; null where it is.",
    RELEASED: "The day of the publish.",
}


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
    built: Manifest,
    key: Key | None,
    earlier: Path | None = None,
    catalogue: Catalogue | None = None,
    *,
    release_id: str,
    own_earlier: tuple[Path, str] | None = None,
    operators: Path | None = None,
    same_mapping: bool = True,
) -> list[Given]:
    """Write the file of one audience and read it back, whole. `earlier` is the public's file of the release
    before: what it tells is known. `own_earlier` is the audience's with the id of that release, of which the
    catalogue tells the changes; `operators` the operator's of this release, which has the providers' scores.

    Raises `CityMartError` where the file does not read back as it was written, or a method can't be applied.
    """
    if audience.is_encrypted and key is None:
        raise CityMartError(f"the audience {audience.name} has no key; nothing was written")
    target.parent.mkdir(parents=True, exist_ok=True)
    given = []
    with at_rest.connect() as con:
        attach(con, target, "audience", key)
        at_rest.attach(con, candidate, "candidate")
        for table in tables(con, "candidate", SCHEMAS):
            if table.schema == "restricted" and table.label not in terms.restricted_products:
                continue
            if terms.restricted_products.get(table.label):
                written = _write_counts(con, table, audience, terms, earlier)
            else:
                kept = kept_rows(table, catalogue, terms.day) if catalogue else None
                written = _write_table(con, table, audience, terms, built, key, kept)
            if written is not None:
                given.append(written)
        con.execute("detach candidate")
        if catalogue is not None:
            there = operators is not None and operators.exists()
            if there:
                attach(con, operators, "operators", None, read_only=True)
            write_catalogue(
                con,
                "audience",
                catalogue,
                {each.product: each.agreements for each in given},
                terms.day,
                release_id=release_id,
                is_open=not audience.is_encrypted,
                before=_attached_before(con, own_earlier, key),
                operators="operators" if there else None,
                same_mapping=same_mapping,
            )
        con.execute("checkpoint audience")
        con.execute("detach audience")
    _read_back(target, key, given)
    return given


def _write_table(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    audience: Audience,
    terms: Terms,
    built: Manifest,
    key: Key | None,
    kept: str | None,
) -> Given | None:
    levels = audience.levels(table.label)
    if not levels:
        return None
    granted = _granted(table, levels, terms)
    # What has no provider in its rows was made of all that was sent: it goes where all of them agree.
    everybody = min((levels.get(sender, 0) for sender in terms.senders), default=0)
    top = max(levels.values()) if granted else max(everybody, levels.get(ANY, 0))
    # That a home stands in a list of suspects tells of it, whichever columns are left.
    least = LEVELS[built.rows.get(table.label, "open")]
    if top < least:
        return None
    classes = built.classes.get(table.label, {})
    chosen, withheld = {}, []
    for column, _ in table.columns:
        method = audience.methods.get((table.label, column))
        level = LEVELS.get(classes.get(column, "personal"), LEVELS["personal"])
        if method is not None:
            chosen[column] = METHODS[method].format(column=quoted(column), hashed=hmac_sql(quoted(column)))
        elif level <= top:
            chosen[column] = quoted(column)
            if granted and any(each < level for each in levels.values()):
                chosen[column] = f"case when _granted >= {level} then {quoted(column)} end"
        else:
            withheld.append(column)
    if not chosen or (table.schema == "restricted" and not _has_method(table, audience)):
        return None
    columns = ", ".join(f"{sql} as {quoted(name)}" for name, sql in chosen.items())
    target = _target(table)
    unique = built.keys.get(table.label)
    order = quoted(unique) if unique in chosen else "all"
    con.execute(f"create schema if not exists audience.{quoted(target.schema)}")
    con.execute(
        f"create table audience.{target.sql} as select {columns}"
        f" from (select *, {granted or top} as _granted from candidate.{table.sql})"
        f" where _granted >= {least}{f' and {kept}' if kept else ''} order by {order}",
        _parameters(columns, key),
    )
    copy_comments(con, table, f"audience.{target.sql}")
    return _given(con, target, audience.names_of(table.label), withheld)


def kept_rows(table: Table, catalogue: Catalogue, day: date) -> str | None:
    """SQL of the rows that are not too old to be handed out (`seeds/market/retention.csv`); None for all.

    A row is as old as the last day that it speaks of: its end, else the day as of which it was sent. What
    the market tells of deliveries is no record of anybody, and stays.
    """
    kinds = dict(table.columns)
    days = [each for each in ("end_date", "as_of_date") if kinds.get(each) == "DATE"]
    product = catalogue.products.get(table.name)
    if product is None or not days or not catalogue.retention or table.schema == "market":
        return None
    age = f"{literal(day)}::date - coalesce({', '.join(days)})"
    if "subject" in kinds:
        return f"coalesce({age} <= {_map(catalogue.retention)}[subject], true)"
    # A product of several subjects is of what stands in others, which are as old as they are.
    limits = [catalogue.retention.get(subject) for subject in product.subjects]
    return f"coalesce({age} <= {limits[0]}, true)" if len(limits) == 1 and limits[0] else None


def _granted(table: Table, levels: Mapping[str, int], terms: Terms) -> str | None:
    """SQL of the level at which a row may be seen, 0 for not at all: that of the provider whose it is, or the
    least of those of whose rows it was made (`provider_codes`). None where rows are nobody's.
    """
    columns = {column for column, _ in table.columns}
    of_provider = _map(levels)
    if "provider_codes" in columns:
        return f"list_min(list_transform(provider_codes, lambda code: coalesce({of_provider}[code], 0)))"
    if "provider_code" in columns:
        return f"coalesce({of_provider}[provider_code], 0)"
    if "borough_code" in columns:
        return f"coalesce({of_provider}[{_map(terms.borough_codes)}[borough_code]], 0)"
    return None


def _map(values: Mapping[str, str | int]) -> str:
    said = (f"{literal(name)}: {v if isinstance(v, int) else literal(v)}" for name, v in values.items())
    return f"map {{{', '.join(said)}}}"


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
    names = ", ".join(map(quoted, _product(table, control, "").dimensions))
    counts = con.execute(
        f"select {quoted(control.counted)} as counted, {names},"
        f" sum({quoted(control.column)})::bigint as number"
        f" from candidate.{table.sql} where {_granted(table, levels, terms) or 0} > 0"
        f" group by all order by all"
    ).to_arrow_table()
    if not len(counts):
        return None
    cells = {
        counted: counts.filter(pc.equal(counts["counted"], counted)).drop_columns(["counted"])
        for counted in pc.unique(counts["counted"]).to_pylist()
    }
    known = {counted: _published(earlier, table, control, counted, terms.day) for counted in cells}
    written = []
    for counted, of_it in cells.items():
        made = disclose(
            of_it,
            [_product(table, control, counted)],
            data_date=terms.day,
            earlier=[each for each, _ in known[counted]],
            earlier_cells=_cells_by_day(known[counted]),
        )
        figures = made[0].figures
        written.append(figures.add_column(0, control.counted, pa.array([counted] * len(figures))))
    figures = pa.concat_tables(written)
    figures = figures.append_column(RELEASED, pa.array([terms.day] * len(figures), pa.date32()))
    target = _target(table)
    con.execute(f"create schema if not exists audience.{quoted(target.schema)}")
    con.register("_figures", figures)
    con.execute(f"create table audience.{target.sql} as select * from _figures order by all")
    con.unregister("_figures")
    copy_comments(con, table, f"audience.{target.sql}")
    for column, meaning in FIGURES.items():
        con.execute(f"comment on column audience.{target.sql}.{quoted(column)} is {literal(meaning)}")
    for counted, of_it in cells.items():
        # Judged once more, by what stands in the table and not by how it was made.
        now = _figures(con, f"audience.{target.sql}", control, counted).drop_columns([RELEASED])
        publications = [each for each, _ in known[counted]]
        publications.append(Publication(_product(table, control, counted), terms.day, now))
        require_safe(publications, {**_cells_by_day(known[counted]), terms.day: of_it})
    return _given(con, target, audience.names_of(table.label), [control.column])


def _cells_by_day(known: Sequence[tuple[Publication, pa.Table]]) -> dict[date, pa.Table]:
    return {publication.data_date: cells for publication, cells in known}


def _product(table: Table, control: Control, counted: str) -> Product:
    return Product(f"{table.label} ({counted})", control.margins, control.rule, counted)


def _figures(con: duckdb.DuckDBPyConnection, sql: str, control: Control, counted: str) -> pa.Table:
    """What a table of figures says of one thing that is counted."""
    return con.execute(
        f"select * exclude ({quoted(control.counted)}) from {sql}"
        f" where {quoted(control.counted)} = ? order by all",
        [counted],
    ).to_arrow_table()


def _published(
    earlier: Path | None, table: Table, control: Control, counted: str, day: date
) -> list[tuple[Publication, pa.Table]]:
    """What the release before said of the product, and the finest cells that it spoke of."""
    if earlier is None or not earlier.exists():
        return []
    with duckdb.connect(str(earlier), read_only=True) as con:
        try:
            figures = _figures(con, _target(table).sql, control, counted)
        except duckdb.CatalogException:
            return []
    product = _product(table, control, counted)
    if not len(figures) or not {*product.dimensions, RELEASED} <= {*figures.column_names}:
        return []
    # What came late or was mended in between are other counts, also when both are of one day.
    released = min(figures[RELEASED][0].as_py(), day - timedelta(days=1))
    figures = figures.drop_columns([RELEASED])
    rows = [row for row in figures.to_pylist() if all(row[name] != ALL for name in product.dimensions)]
    cells = pa.table({name: [row[name] for row in rows] for name in product.dimensions})
    return [(Publication(product, released, figures, "earlier"), cells)]


def _target(table: Table) -> Table:
    """Where it lies in an audience's file: what was taken out of the restricted schema is so no more."""
    return replace(table, schema="marts") if table.schema == "restricted" else table


def _has_method(table: Table, audience: Audience) -> bool:
    return any(product == table.label for product, _ in audience.methods)


def _parameters(sql: str, key: Key | None) -> dict[str, Any]:
    if "$inner" not in sql:
        return {}
    if key is None:
        raise CityMartError("keyed_hash needs a key, and an audience that everybody reads has none")
    inner, outer = pads(f"v{key.version}|{key.hash_key}".encode())
    return {"inner": inner, "outer": outer}


def _given(
    con: duckdb.DuckDBPyConnection, table: Table, agreements: Sequence[str], withheld: Sequence[str]
) -> Given:
    target = f"audience.{table.sql}"
    types = {name: kind for name, kind, *_ in con.execute(f"describe {target}").fetchall()}
    span = "min(as_of_date)::varchar, max(as_of_date)::varchar" if "as_of_date" in types else "null, null"
    rows, data_from, data_to = con.execute(f"select count(*), {span} from {target}").fetchone()
    return Given(table.label, types, rows, tuple(agreements), data_from, data_to, tuple(withheld))


def attach(
    con: duckdb.DuckDBPyConnection, path: Path, name: str, key: Key | None, *, read_only: bool = False
) -> None:
    """Attach a database, a locked one with its key.

    Raises `CityMartError`, in which the key is not: the message of DuckDB may hold the statement.
    """
    options = ["read_only"] if read_only else []
    if key is not None:
        con.execute(f"load {literal(extension('httpfs'))}")
        options.append(f"encryption_key {literal(key.encryption_key)}")
    said = f" ({', '.join(options)})" if options else ""
    try:
        con.execute(f"attach {literal(path)} as {name}{said}")
    except duckdb.Error as error:
        why = str(error).splitlines()[0].replace(key.encryption_key if key else "\0", "…")
        raise CityMartError(f"{path} can't be {'read' if read_only else 'written'}: {why}") from None


def _attached_before(
    con: duckdb.DuckDBPyConnection, earlier: tuple[Path, str] | None, key: Key | None
) -> tuple[str, str] | None:
    """The audience's file of the release before, attached, and that release's id; None where there is none
    that its key opens."""
    if earlier is None or not earlier[0].exists():
        return None
    try:
        attach(con, earlier[0], "before", key, read_only=True)
    except CityMartError:
        return None  # another key, or none, was the audience's then: it can't be compared
    return "before", earlier[1]


def _read_back(path: Path, key: Key | None, given: Sequence[Given]) -> None:
    """Checksums only show when blocks are read: each table is read through before the file counts."""
    if path.with_name(path.name + ".wal").exists():
        raise CityMartError(f"{path} was not closed: check the disk, then publish again")
    with duckdb.connect() as con:
        attach(con, path, "audience", key, read_only=True)
        found = {table.label: table for table in tables(con, "audience", SCHEMAS)}
        for each in given:
            rows, _ = table_digest(con, found[each.product], "audience")
            if rows != each.rows:
                raise CityMartError(
                    f"{path} does not read back as it was written: check the disk, publish again"
                )
