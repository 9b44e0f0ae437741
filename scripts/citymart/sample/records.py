"""A subject's records of one borough and month, as the truth has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from .macros import callable_sql
from .spec import Records, SpecError, Subject
from .sql import literal, name


@dataclass(frozen=True)
class Month:
    """The month that ends at `as_of`; `at` counts from 0, `of` are all."""

    as_of: date
    at: int
    of: int

    @property
    def period_from(self) -> date:
        return earlier(self.as_of, 1)

    @property
    def period_to(self) -> date:
        return self.as_of - timedelta(days=1)

    @property
    def is_first(self) -> bool:
        return self.at == 0

    @property
    def is_last(self) -> bool:
        return self.at == self.of - 1


def earlier(day: date, months: int) -> date:
    """The same day so many months before, or the last day of a shorter month."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for of_month in range(day.day, 0, -1):
        try:
            return date(years, month + 1, of_month)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def in_month(sql: str, month: Month, provider: str) -> str:
    """The SQL of a subject with its `$…` written out."""
    for word, value in {
        "as_of": f"date '{month.as_of}'",
        "period_from": f"date '{month.period_from}'",
        "period_to": f"date '{month.period_to}'",
        "provider": literal(provider),
    }.items():
        sql = sql.replace(f"${word}", value)
    return callable_sql(sql)


@dataclass(frozen=True)
class Clean:
    """The table `clean_<records>`: `_record_id, _is_usable` and the columns of the spec."""

    table: str
    columns: dict[str, str]
    """Column → SQL type."""


def make_clean(
    con: duckdb.DuckDBPyConnection,
    subject: Subject,
    records: Records,
    month: Month,
    provider: str,
    frequency: str,
) -> Clean:
    """Raises `SpecError` when the SQL fails, or its key is not one."""
    table = f"clean_{subject.name}_{records.name}_{month.at}"
    where = ""
    if frequency == "append":
        where = f" where event_date >= date '{month.period_from}' and event_date < date '{month.as_of}'"
    source = f"({in_month(records.sql, month, provider)})"
    try:
        con.execute(
            f"create or replace temp table {name(table)} as "
            f"select cast({callable_sql(records.key)} as varchar) as _record_id, "
            f"coalesce({callable_sql(records.usable)}, false) as _is_usable, * from {source}{where} "
            "order by _record_id"
        )
    except duckdb.Error as error:
        raise SpecError(
            f"{subject.name}.yml: records.{records.name}: {' '.join(str(error).split())[:400]}"
        ) from None
    columns = _columns(con, table)
    twice = con.execute(
        f"select _record_id from {name(table)} group by 1 having count(*) > 1 or _record_id is null limit 1"
    ).fetchone()
    if twice:
        raise SpecError(
            f"{subject.name}.yml: records.{records.name}.key is not unique: {twice[0]} stands more than once "
            f"({provider}, {month.as_of})."
        )
    return Clean(table, columns)


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    described = con.execute(f"describe {name(table)}").fetchall()
    return {row[0]: row[1] for row in described if row[0] not in ("_record_id", "_is_usable")}


def make_changes(
    con: duckdb.DuckDBPyConnection, clean: Clean, previous: Clean | None, records: Records
) -> Clean:
    """What has changed since the month before, with `change_type`: I, U or D. The first month is all I."""
    table = f"{clean.table}_changes"
    if "change_type" in clean.columns:
        raise SpecError(
            f"records.{records.name} has a column change_type, which the engine gives to changes."
        )
    if previous is None:
        sql = f"select *, 'I' as change_type from {name(clean.table)}"
    else:
        now, before = (
            f"struct_pack({', '.join(f'{name(c)} := {side}.{name(c)}' for c in clean.columns)})"
            for side in "cp"
        )
        kept = ", ".join(
            f"case when c._record_id is null then p.{name(c)} else c.{name(c)} end as {name(c)}"
            for c in ("_record_id", "_is_usable", *clean.columns)
        )
        sql = f"""
            select {kept},
                case when p._record_id is null then 'I' when c._record_id is null then 'D' else 'U' end
                    as change_type
            from {name(clean.table)} as c
            full join {name(previous.table)} as p on c._record_id = p._record_id
            where c._record_id is null or p._record_id is null or {now} is distinct from {before}
        """
    con.execute(f"create or replace temp table {name(table)} as select * from ({sql}) order by _record_id")
    return Clean(table, clean.columns | {"change_type": "VARCHAR"})
