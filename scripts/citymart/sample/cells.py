"""The cells of one table of a delivery: each printed as its system prints it, then what befalls cells and
whole records.

The result is a table `printed_…` with a row a record in the order of the file: `p1…pn` the text of its
cells (null for none), `x1…xn` the values behind them (where the file needs them), `t1…tn` the kind of dirt
that changed a cell's text, and `_row_number`, the number that the record has among those of the file that
can be read as records.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import duckdb

from .chance import spread
from .dirt import Dirt, Drawn, drawn, text_kinds, text_sql
from .dirty import Dirty
from .layers import Layers
from .macros import callable_sql
from .records import Month
from .spec import SpecError, Subject, System, Table
from .sql import literal, name, names_in, without_texts

# All characters of windows-1252; what a file in it can't hold comes out as a question mark.
_NOT_WINDOWS_1252 = r"[^\x{00}-\x{7F}\x{A0}-\x{FF}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
# `net_amount > 0` and `yn(to_date is null)` are no amount and no date.
_SAYS_SOMETHING_ELSE = re.compile(
    r"[<>=]|\b(?:case|map|is|in|and|or|not|if|yn|yesno|tf|bit|year|month|day|date_diff|datediff|date_part)\b",
    re.IGNORECASE,
)
_NEVER = "cast(null as varchar)"
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
    may_have_dirt: bool = True

    @property
    def is_text(self) -> bool:
        return self.type == "VARCHAR"

    @property
    def is_number(self) -> bool:
        return self.type.split("(")[0] in (
            *(
                "TINYINT",
                "SMALLINT",
                "INTEGER",
                "BIGINT",
                "HUGEINT",
                "UTINYINT",
                "USMALLINT",
                "UINTEGER",
                "UBIGINT",
            ),
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
        return f"t{self.at}" if self.may_have_dirt else _NEVER


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
        if dirty.roles.get(field or "") != "code" and _SAYS_SOMETHING_ELSE.search(without_texts(sql)):
            field = None
        found.append(Column(at, column, sql, row[1], field, dirty.roles.get(field or "")))
    return found


def print_cells(
    con: duckdb.DuckDBPyConnection, sheet: Sheet, dirty: Dirty, dirt: Dirt, offset: int = 0
) -> Printed:
    """`offset` is the number of records that stand above them in the same file."""
    columns = columns_of(con, sheet, dirty)
    system, table = sheet.system, sheet.table
    keeps_types = system.extension in ("parquet", "xlsx", "json", "ndjson")
    keeps_values = system.extension in ("parquet", "xlsx")
    is_unicode = system.encoding != "windows-1252"
    purpose = f"text|{sheet.subject.name}|{table.name}"
    draws: dict[int, Drawn] = {}
    for column in columns:
        if column.role and (column.is_text or system.extension != "parquet"):
            kinds = text_kinds(dirt, column.field or "", column.role, is_unicode=is_unicode)
            if kinds:
                draws[column.at] = drawn(column.name, kinds)

    values = {column.x: f"({column.sql})" for column in columns}
    values |= {f"v{at}": name(columns[at - 1].field or "") for at in draws}
    conditions = [f"({callable_sql(table.where)})"] if table.where else []
    tells_changes = system.extension == "dtf" or any(
        names_in(sql, ["change_type"]) for sql in table.columns.values()
    )
    if "change_type" in dirty.columns and not tells_changes:
        # Who does not say what has changed can't tell of what is gone.
        conditions.append("change_type <> 'D'")
    where = f" where {' and '.join(conditions)}" if conditions else ""
    base = ["_record_id", "_is_usable", "_is_stale", "_h", *dict.fromkeys(k for k, _ in dirty.befallen)]
    for truth in ("true_uprn", "true_person_id"):
        base.append(truth if truth in dirty.columns else f"null as {truth}")
    base.append(f"{'change_type' if 'change_type' in dirty.columns else literal('I')} as _change_type")
    # The table stands in the order of its keys, row by row as that of the clean records, and DuckDB
    # keeps the order of what it reads.
    order = f" order by {callable_sql(table.order)}, _record_id" if table.order else ""
    layers = Layers(
        f"select rowid as _place, {', '.join(base)}, "
        + ", ".join(f"{sql} as {column}" for column, sql in values.items())
        + f" from {name(dirty.table)}{where}{order}"
    )
    layers.add({column.p: f"cast({column.x} as varchar)" for column in columns})
    layers.add({f"u{at}": spread("_h", f"{purpose}|{made.column}") for at, made in draws.items()})
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
        layers.add(
            {
                f"r{column.at}": _in_windows_1252(f"q{column.at}" if column.at in draws else column.p)
                for column in columns
            }
        )
    count = con.execute(f"select count(*) from {name(dirty.table)}{where}").fetchone()[0]
    layers.add(_record_kinds(sheet, columns, dirt, count))
    final, kinds = {}, {}
    printed_columns: list[Column] = []
    for column in columns:
        at = column.at
        text = f"q{at}" if at in draws else column.p
        kind = f"case when {text} is distinct from {column.p} then k{at} end" if at in draws else _NEVER
        if not is_unicode and not keeps_types:
            kind = f"coalesce({kind}, case when r{at} is distinct from {text} then 'letter_lost' end)"
            text = f"r{at}"
        final[column.p] = text
        printed_columns.append(replace(column, may_have_dirt=kind != _NEVER))
        if kind != _NEVER:
            kinds[column.t] = kind
    kept = [
        "_place",
        "_record_id",
        "_is_usable",
        "true_uprn",
        "true_person_id",
        "_is_stale",
        "_h",
        *dict.fromkeys(k for k, _ in dirty.befallen),
    ]
    selected = ", ".join(
        [
            *kept,
            *(f"{sql} as {column}" for column, sql in {**final, **kinds}.items()),
            *(column.x for column in columns if keeps_values or column.role == "money"),
            "_kind",
            "_copy",
            "_change_type",
        ]
    )
    target = f"printed_{table.name}"
    lands = f"_kind is null or _kind not in ('missing_record', {', '.join(map(literal, BROKEN))})"
    con.execute(
        f"""
        create or replace temp table {name(target)} as
        select {selected}
        from (
            select *, unnest(case when _kind = 'doubled' then [0, 1] else [0] end) as _copy
            from ({layers.sql}) as _r
        )
        """
    )
    # Numbered apart, in a table of two columns: a window over all the cells would take longer than to
    # print them.
    con.execute(
        f"""
        create or replace temp table {name(f"{target}_numbers")} as
        select
            _at,
            case when {lands}
                then {offset} - 1 + cast(sum(case when {lands} then 1 else 0 end) over in_order as bigint)
            end as _row_number
        from (select rowid as _at, _kind from {name(target)})
        window in_order as (rows between unbounded preceding and current row)
        """
    )
    fields: dict[str, list[str]] = {}
    for column in columns:
        for field in names_in(column.sql, dirty.columns):
            fields.setdefault(field, []).append(column.p)
    return Printed(target, printed_columns, fields, dirty)


def _in_windows_1252(text: str) -> str:
    # As many bytes as letters: plain ASCII, which is nearly all.
    marked = f"regexp_replace({text}, '{_NOT_WINDOWS_1252}', '?', 'g')"
    return f"case when strlen({text}) <> len({text}) then {marked} else {text} end"


def _record_kinds(sheet: Sheet, columns: Sequence[Column], dirt: Dirt, count: int) -> dict[str, str]:
    """`_kind`: what befalls the record as a whole."""
    kinds = dirt.of("record", "record")
    can_break = (
        sheet.may_break
        and count >= ENOUGH_RECORDS
        and sheet.system.is_delimited
        and sheet.system.header
        and len(columns) >= 4
        and all(column.name for column in columns)
    )
    kinds = [kind for kind in kinds if kind.kind != "stale_record" and (can_break or kind.kind not in BROKEN)]
    if sheet.system.extension == "dtf" or "change_type" in sheet.table.columns.values():
        kinds = [kind for kind in kinds if kind.kind != "doubled"]
    made = drawn("record", kinds)
    u = spread("_h", f"record|{sheet.subject.name}|{sheet.table.name}|{sheet.month.as_of}")
    kind = made.kind_sql(u)
    breaking = ", ".join(map(literal, BROKEN))
    last = f"{columns[-1].p} is null or trim({columns[-1].p}) = ''"
    # What is broken must show by its number of cells: an empty cell too many is none.
    kind = (
        f"list_transform([{kind}], lambda kind: "
        f"case when kind in ({breaking}) and ({last}) then null else kind end)[1]"
        if can_break and kinds
        else kind
    )
    if sheet.is_faulty:
        faulty = spread("_h", f"faulty|{sheet.subject.name}|{sheet.month.as_of}")
        kind = f"case when {faulty} < {FAULTY_SHARE!r} then 'missing_record' else {kind} end"
    return {"_kind": kind}


def numbered(printed: Printed) -> str:
    """The records of the file with `_at`, their place in it, and `_row_number`, in no order of its own."""
    table = printed.table
    return f"""
        (
            select r.rowid as _at, n._row_number, r.*
            from {name(table)} as r
            join {name(f"{table}_numbers")} as n on n._at = r.rowid
            where r._kind is null or r._kind <> 'missing_record'
        )"""


def truth_of_printed(printed: Printed, records: str, file: str) -> str:
    """The SQL of what was printed: one row a record in the file."""
    return f"""
        select {literal(file)} as file, _row_number as row_number, {literal(records)} as records,
            _record_id as record_id, _is_usable as is_usable,
            cast(true_uprn as varchar) as true_uprn, cast(true_person_id as varchar) as true_person_id
        from {numbered(printed)}
        order by _at
    """


def truth_of_dirt(
    con: duckdb.DuckDBPyConnection,
    printed: Printed,
    clean: str,
    file: str,
    dirt: Dirt,
    of_file: Collection[str] = (),
) -> str:
    """The SQL of what is wrong in the file: a row for each fault of a cell, a column, a record or the file.

    `of_file` are the kinds that befell the file as a whole.
    """
    own = {row[0] for row in con.execute(f"describe {name(clean)}").fetchall()}
    befallen = [each for each in printed.source.befallen if each[1] in printed.fields]
    of_text = [column for column in printed.columns if column.may_have_dirt]
    stale = []
    if printed.source.may_be_stale:
        stale = [field for field in printed.fields if field in own and not field.startswith("true_")]
    _gather_faulty(con, printed, clean, own, befallen, of_text, stale)
    parts: list[str] = []

    def add(
        kind: str, where: str, field: str | None = None, was: str | None = None, shown: str = "null"
    ) -> None:
        """`was` is the record's column that has the clean value."""
        parts.append(
            f"select _row_number, _record_id, _at, cast({literal(field)} as varchar) as field, "
            f"{kind} as kind, {_clean(was) if was else 'null'} as clean_value, {shown} as printed_value "
            f"from {name(f'{printed.table}_faulty')} where {where}"
        )

    in_file = "(_kind is null or _kind = 'doubled')"
    for k, field in befallen:
        where = f"{name(k)} is not null and {in_file} and {_differs(field)}"
        add(name(k), where, field, field, _shown(printed, field))
    for column in of_text:
        where = f"{column.t} is not null and {in_file}"
        add(column.t, where, column.field or column.name, column.field, column.p)
    for field in stale:
        where = f"_is_stale and {in_file} and {_differs(field)}"
        add("'stale_record'", where, field, field, _shown(printed, field))
    add("_kind", "_kind is not null and (_kind <> 'doubled' or _copy = 1)")
    parts += [
        f"select null, null, null, null, {literal(kind)}, cast(null as varchar), cast(null as varchar)"
        for kind in sorted(of_file)
    ]
    expected = " ".join(f"when {literal(k)} then {literal(e)}" for k, e in dirt.expected.items())
    return (
        f"select {literal(file)} as file, _row_number as row_number, _record_id as record_id, field, kind, "
        f"clean_value, cast(printed_value as varchar) as printed_value, case kind {expected} end as expected "
        f"from ({' union all '.join(parts)}) "
        "order by _at, field nulls last, kind, clean_value, printed_value"
    )


def _clean(field: str) -> str:
    """The clean value of a record's column, in the table of the faulty records."""
    return name(f"clean {field}")


def _dirty(field: str) -> str:
    return name(f"dirty {field}")


def _differs(field: str) -> str:
    return f"{_dirty(field)} is distinct from {_clean(field)}"


def _gather_faulty(
    con: duckdb.DuckDBPyConnection,
    printed: Printed,
    clean: str,
    own: Collection[str],
    befallen: Sequence[tuple[str, str]],
    of_text: Sequence[Column],
    stale: Sequence[str],
) -> None:
    """The table `…_faulty`: the printed records that have a fault, with what they were clean and dirty.

    Once, so that each kind of fault reads a few columns and joins nothing.
    """
    differing = dict.fromkeys([*(field for _, field in befallen), *stale])
    asked = dict.fromkeys([*differing, *(column.field for column in of_text if column.field)])
    values = [
        f"cast({'c' if field in own else 'p'}.{name(field)} as varchar) as {_clean(field)}" for field in asked
    ]
    values += [f"cast(d.{name(field)} as varchar) as {_dirty(field)}" for field in differing]
    has_fault = ["r._kind is not null", *(["r._is_stale"] if stale else [])]
    has_fault += [f"r.{name(k)} is not null" for k in dict.fromkeys(k for k, _ in befallen)]
    has_fault += [f"r.{column.t} is not null" for column in of_text]
    of_property = (
        "left join printed_properties as p on p.uprn = cast(r.true_uprn as varchar)"
        if any(field not in own for field in asked)
        else ""
    )
    con.execute(
        f"""
        create or replace temp table {name(f"{printed.table}_faulty")} as
        select {", ".join(["n._at", "n._row_number", "r.*", *values])}
        from {name(printed.table)} as r
        join {name(f"{printed.table}_numbers")} as n on n._at = r.rowid
        join {name(clean)} as c on c.rowid = r._place
        join {name(printed.source.table)} as d on d.rowid = r._place
        {of_property}
        where {" or ".join(has_fault)}
        """
    )


def _shown(printed: Printed, field: str) -> str:
    """What the file shows of a record's column: the cell, where a cell shows it alone."""
    alone = [column for column in printed.columns if column.field == field]
    return alone[0].p if alone else _dirty(field)
