"""The cells of one table of a delivery: each printed as its system prints it, then what befalls cells and whole records.

The result is a table `printed_…` with a row a record in the order of the file: `p1…pn` the text of its cells (null for
none), `x1…xn` the values behind them, `t1…tn` the kind of dirt that changed a cell's text, and `_row_number`, the number
that the record has among those of the file that can be read as records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from .dirt import Dirt, Drawn, drawn, text_kinds, text_sql
from .macros import callable_sql
from .records import Dirty, Month, _Layers
from .spec import SpecError, Subject, System, Table
from .sql import literal, name, names_in

# All characters of windows-1252; what a file in it can't hold comes out as a question mark.
_NOT_WINDOWS_1252 = r"[^\x{00}-\x{7F}\x{A0}-\x{FF}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
BROKEN = ("too_few_cells", "too_many_cells", "shifted_cells", "split_record")
# Below this, a broken record would be a large part of the file.
ENOUGH_RECORDS = 50
FAULTY_SHARE = 0.08
_NBSP, _VERTICAL_TAB = 160, 11


@dataclass(frozen=True)
class Column:
    """A printed column; `field` is the record's column that it shows, where it shows a single one."""

    at: int
    name: str
    sql: str
    type: str
    field: str | None
    role: str | None

    @property
    def is_text(self) -> bool:
        return self.type == "VARCHAR"

    @property
    def is_number(self) -> bool:
        return self.type.split("(")[0] in (
            *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"),
            *("FLOAT", "DOUBLE", "DECIMAL"),
        )

    @property
    def p(self) -> str:
        return f"p{self.at}"

    @property
    def x(self) -> str:
        return f"x{self.at}"

    @property
    def t(self) -> str:
        return f"t{self.at}"


@dataclass(frozen=True)
class Printed:
    table: str
    columns: list[Column]
    fields: dict[str, list[str]]
    """Record column → the printed columns that it has a part in."""
    source: Dirty


@dataclass(frozen=True)
class Sheet:
    """Which file the cells are for, as far as they depend on it."""

    provider: str
    subject: Subject
    system: System
    table: Table
    month: Month
    is_faulty: bool = False
    """The file that will be corrected: it lacks records."""
    may_break: bool = True


def columns_of(con: duckdb.DuckDBPyConnection, sheet: Sheet, dirty: Dirty) -> list[Column]:
    expressions = {column: callable_sql(sql) for column, sql in sheet.table.columns.items()}
    selected = ", ".join(f"({sql}) as x{at}" for at, sql in enumerate(expressions.values(), 1))
    try:
        described = con.execute(f"describe select {selected} from {name(dirty.table)}").fetchall()
    except duckdb.Error as error:
        where = f"systems.{sheet.system.name}.tables.{sheet.table.name}.columns"
        raise SpecError(f"{sheet.subject.name}.yml: {where}: {' '.join(str(error).split())[:400]}") from None
    found = []
    for at, ((column, sql), row) in enumerate(zip(expressions.items(), described, strict=True), 1):
        named = names_in(sql, dirty.columns)
        field = named[0] if len(named) == 1 else None
        found.append(Column(at, column, sql, row[1], field, dirty.roles.get(field or "")))
    return found


def print_cells(con: duckdb.DuckDBPyConnection, sheet: Sheet, dirty: Dirty, dirt: Dirt, offset: int = 0) -> Printed:
    """`offset` is the number of records that stand above them in the same file."""
    columns = columns_of(con, sheet, dirty)
    system, table = sheet.system, sheet.table
    keeps_types = system.extension in ("parquet", "xlsx", "json", "ndjson")
    is_unicode = system.encoding != "windows-1252"
    purpose = f"text|{sheet.subject.name}|{table.name}"
    who = literal(sheet.provider + "|")
    draws: dict[int, Drawn] = {}
    for column in columns:
        if column.role and (column.is_text or system.extension != "parquet"):
            kinds = text_kinds(dirt, column.field or "", column.role, is_unicode=is_unicode)
            if kinds:
                draws[column.at] = drawn(column.name, kinds)

    values = {column.x: f"({column.sql})" for column in columns}
    values |= {f"v{at}": name(columns[at - 1].field or "") for at in draws}
    where = f" where {callable_sql(table.where)}" if table.where else ""
    base = ["_record_id", "_is_usable", "_is_stale", *dict.fromkeys(k for k, _, _ in dirty.befallen)]
    for truth in ("true_uprn", "true_person_id"):
        base.append(truth if truth in dirty.columns else f"null as {truth}")
    base.append(f"{'change_type' if 'change_type' in dirty.columns else literal('I')} as _change_type")
    order = callable_sql(table.order) if table.order else "_record_id"
    layers = _Layers(
        f"select {', '.join(base)}, {order} as _order, "
        + ", ".join(f"{sql} as {column}" for column, sql in values.items())
        + f" from {name(dirty.table)}{where}"
    )
    layers.add({column.p: f"cast({column.x} as varchar)" for column in columns})
    layers.add({f"u{at}": f"chance({literal(f'{purpose}|{made.column}')}, {who} || _record_id)" for at, made in draws.items()})
    layers.add({f"k{at}": made.kind_sql(f"u{at}") for at, made in draws.items()})
    pound = "Â£" if is_unicode else "œ"
    control = _NBSP if system.extension in ("xml", "xlsx", "dtf") else _VERTICAL_TAB
    layers.add(
        {
            f"q{at}": text_sql(made, f"p{at}", f"v{at}", k=f"k{at}", u=f"u{at}", pound=pound, control=control)
            for at, made in draws.items()
        }
    )
    if not is_unicode and not keeps_types:
        layers.add({f"r{column.at}": _in_windows_1252(f"q{column.at}" if column.at in draws else column.p) for column in columns})
    layers.add({"_n": "count(*) over ()"})
    layers.add(_record_kinds(sheet, columns, dirt, who))
    final, kinds = {}, {}
    for column in columns:
        at = column.at
        text = f"q{at}" if at in draws else column.p
        kind = f"case when {text} is distinct from {column.p} then k{at} end" if at in draws else "cast(null as varchar)"
        if not is_unicode and not keeps_types:
            kind = f"coalesce({kind}, case when r{at} is distinct from {text} then 'letter_lost' end)"
            text = f"r{at}"
        final[column.p], kinds[column.t] = text, kind
    kept = ["_record_id", "_is_usable", "true_uprn", "true_person_id", "_is_stale", *dict.fromkeys(k for k, _, _ in dirty.befallen)]
    selected = ", ".join(
        [
            *kept,
            *(f"{sql} as {column}" for column, sql in {**final, **kinds}.items()),
            *(column.x for column in columns),
            "_kind", "_copy", "_change_type",
        ]
    )
    target = f"printed_{table.name}"
    lands = f"_kind is null or _kind not in ('missing_record', {', '.join(map(literal, BROKEN))})"
    con.execute(
        f"""
        create or replace temp table {name(target)} as
        select
            row_number() over in_order as _seq,
            case when {lands}
                then {offset} - 1 + cast(sum(case when {lands} then 1 else 0 end) over in_order as bigint)
            end as _row_number,
            {selected}
        from ({layers.sql}) as _r
        cross join (values (0), (1)) as copies (_copy)
        where _copy = 0 or _kind = 'doubled'
        window in_order as (order by _order, _record_id, _copy rows between unbounded preceding and current row)
        order by _seq
        """
    )
    fields: dict[str, list[str]] = {}
    for column in columns:
        for field in names_in(column.sql, dirty.columns):
            fields.setdefault(field, []).append(column.p)
    return Printed(target, columns, fields, dirty)


def _in_windows_1252(text: str) -> str:
    # As many bytes as letters: plain ASCII, which is nearly all.
    return f"case when strlen({text}) <> len({text}) then regexp_replace({text}, '{_NOT_WINDOWS_1252}', '?', 'g') else {text} end"


def _record_kinds(sheet: Sheet, columns: Sequence[Column], dirt: Dirt, who: str) -> dict[str, str]:
    """`_kind`: what befalls the record as a whole."""
    kinds = dirt.of("record", "record")
    can_break = (
        sheet.may_break and sheet.system.is_delimited and sheet.system.header and len(columns) >= 4
        and all(column.name for column in columns)
    )
    kinds = [kind for kind in kinds if kind.kind != "stale_record" and (can_break or kind.kind not in BROKEN)]
    if sheet.system.extension == "dtf" or "change_type" in sheet.table.columns.values():
        kinds = [kind for kind in kinds if kind.kind != "doubled"]
    made = drawn("record", kinds)
    u = f"chance({literal(f'record|{sheet.subject.name}|{sheet.table.name}|{sheet.month.as_of}')}, {who} || _record_id)"
    kind = made.kind_sql(u)
    breaking = ", ".join(map(literal, BROKEN))
    last = f"{columns[-1].p} is null or trim({columns[-1].p}) = ''"
    # What is broken must show by its number of cells: an empty cell too many is none.
    kind = (
        f"list_transform([{kind}], lambda kind: case when kind in ({breaking}) and "
        f"(_n < {ENOUGH_RECORDS} or {last}) then null else kind end)[1]"
        if can_break and kinds
        else kind
    )
    if sheet.is_faulty:
        faulty = f"chance({literal(f'faulty|{sheet.subject.name}|{sheet.month.as_of}')}, {who} || _record_id)"
        kind = f"case when {faulty} < {FAULTY_SHARE!r} then 'missing_record' else {kind} end"
    return {"_kind": kind}


def truth_of_printed(printed: Printed, records: str, file: str) -> str:
    """The SQL of what was printed: one row a record in the file."""
    return f"""
        select {literal(file)} as file, _row_number as row_number, {literal(records)} as records,
            _record_id as record_id, _is_usable as is_usable,
            cast(true_uprn as varchar) as true_uprn, cast(true_person_id as varchar) as true_person_id
        from {name(printed.table)}
        where _kind is null or _kind <> 'missing_record'
        order by _seq
    """


def truth_of_dirt(con: duckdb.DuckDBPyConnection, printed: Printed, clean: str, file: str, dirt: Dirt) -> str:
    """The SQL of what is wrong in the file: a row for each fault of a cell, a column or a record."""
    own = {row[0] for row in con.execute(f"describe {name(clean)}").fetchall()}
    source = printed.source
    befallen = [each for each in source.befallen if each[2] in printed.fields]
    _gather_faults(con, printed, clean, own, befallen)
    parts: list[str] = []

    def add(field: str | None, kind: str, clean_value: str, shown: str, role: str | None, stage: str, where: str) -> None:
        expected = "null"
        cases = {each.kind: dirt.expected(each.kind, role) for each in dirt.kinds if each.stage == stage}
        if cases:
            expected = f"case {kind} {' '.join(f'when {literal(k)} then {literal(e)}' for k, e in cases.items())} end"
        parts.append(
            f"select {literal(file)} as file, _row_number as row_number, _record_id as record_id, "
            f"cast({literal(field)} as varchar) as field, {kind} as kind, cast({clean_value} as varchar) as clean_value, "
            f"cast({shown} as varchar) as printed_value, {expected} as expected from faults where {where}"
        )

    in_file = "(_kind is null or _kind = 'doubled')"
    for k, role, field in befallen:
        changed = f"{name(f'd_{field}')} is distinct from {name(f'c_{field}')}"
        where = f"{name(k)} is not null and {in_file} and {changed}"
        add(field, name(k), name(f"c_{field}"), _shown(printed, field), role, "value", where)
    for column in printed.columns:
        clean_value = name(f"c_{column.field}") if column.field else "null"
        where = f"{column.t} is not null and {in_file}"
        add(column.field or column.name, column.t, clean_value, column.p, column.role, "text", where)
    for field in printed.fields:
        if field in own and not field.startswith("true_"):
            where = f"_is_stale and {in_file} and {name(f'd_{field}')} is distinct from {name(f'c_{field}')}"
            add(field, "'stale_record'", name(f"c_{field}"), _shown(printed, field), None, "record", where)
    add(None, "_kind", "null", "null", None, "record", "_kind is not null and (_kind <> 'doubled' or _copy = 1)")
    return " union all ".join(parts) + " order by row_number, record_id, field, kind"


def _gather_faults(
    con: duckdb.DuckDBPyConnection, printed: Printed, clean: str, own: set[str], befallen: list[tuple[str, str, str]]
) -> None:
    """The table `faults`: the records with anything wrong, beside what they were and what they have become."""
    kinds = ["_kind", *dict.fromkeys(name(k) for k, _, _ in befallen), *(column.t for column in printed.columns)]
    # A fault of two columns at once may change one that is not printed alone.
    fields = [field for field in printed.fields if field in printed.source.columns]
    beside = [f"cast(d.{name(field)} as varchar) as {name(f'd_{field}')}" for field in fields]
    beside += [
        f"cast({'c' if field in own else 'p'}.{name(field)} as varchar) as {name(f'c_{field}')}" for field in fields
    ]
    properties = ""
    if "true_uprn" in own:
        properties = "left join printed_properties as p on p.uprn = cast(c.true_uprn as varchar)"
    con.execute(
        f"""
        create or replace temp table faults as
        select r.*{"".join(f", {column}" for column in beside)}
        from (
            select * from {name(printed.table)} where _is_stale or coalesce({", ".join(kinds)}) is not null
        ) as r
        join {name(clean)} as c on c._record_id = r._record_id
        join {name(printed.source.table)} as d on d._record_id = r._record_id
        {properties}
        """
    )


def _shown(printed: Printed, field: str) -> str:
    """What the file shows of a record's column: the cell, where a cell shows it alone."""
    alone = [column for column in printed.columns if column.field == field]
    return alone[0].p if alone else name(f"d_{field}")
