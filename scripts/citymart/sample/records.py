"""A subject's records of one borough and month: clean as the truth has them, then as a careless office keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from . import addresses
from .dirt import COORDINATES, NAME_PAIR, Dirt, Drawn, drawn, effective_role, nicknames, value_sql
from .macros import callable_sql
from .spec import Records, SpecError, Subject
from .sql import literal, name, names_in

# Kept as numbers and dates, so that they can be printed in any form; all other roles are text.
_TYPED = ("date", "timestamp", "money", "integer", "decimal", "coordinate")


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
        raise SpecError(f"{subject.name}.yml: records.{records.name}: {' '.join(str(error).split())[:400]}") from None
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
        raise SpecError(f"records.{records.name} has a column change_type, which the engine gives to changes.")
    if previous is None:
        sql = f"select *, 'I' as change_type from {name(clean.table)}"
    else:
        now, before = (
            f"struct_pack({', '.join(f'{name(c)} := {side}.{name(c)}' for c in clean.columns)})" for side in "cp"
        )
        kept = ", ".join(
            f"case when c._record_id is null then p.{name(c)} else c.{name(c)} end as {name(c)}"
            for c in ("_record_id", "_is_usable", *clean.columns)
        )
        sql = f"""
            select {kept},
                case when p._record_id is null then 'I' when c._record_id is null then 'D' else 'U' end as change_type
            from {name(clean.table)} as c
            full join {name(previous.table)} as p on c._record_id = p._record_id
            where c._record_id is null or p._record_id is null or {now} is distinct from {before}
        """
    con.execute(f"create or replace temp table {name(table)} as select * from ({sql}) order by _record_id")
    return Clean(table, clean.columns | {"change_type": "VARCHAR"})


@dataclass(frozen=True)
class Dirty:
    """The table `dirty_<records>`: `_record_id, _is_usable, _is_stale`, the columns of the spec and those that the engine
    gives to a record with `true_uprn`, and for each draw the kind that befell it.
    """

    table: str
    columns: dict[str, str]
    roles: dict[str, str]
    """Column → role, for those that have one."""
    befallen: list[tuple[str, str, str]]
    """Column of the kind, role of its kinds, and a column that it may have changed."""


class _Layers:
    """Nested selects, each adding columns or putting others in their place."""

    def __init__(self, sql: str) -> None:
        self.sql = sql

    def add(self, columns: Mapping[str, str], source: str = "") -> None:
        if columns:
            added = ", ".join(f"{sql} as {name(column)}" for column, sql in columns.items())
            self.sql = f"select *, {added} from ({self.sql}) as _r{source}"

    def put(self, columns: Mapping[str, str], source: str = "") -> None:
        columns = {column: sql for column, sql in columns.items() if sql != name(column)}
        if columns:
            put = ", ".join(f"{sql} as {name(column)}" for column, sql in columns.items())
            self.sql = f"select * replace ({put}) from ({self.sql}) as _r{source}"


def make_dirty(
    con: duckdb.DuckDBPyConnection,
    subject: Subject,
    records: Records,
    clean: Clean,
    previous: Clean | None,
    provider: str,
    month: Month,
    dirt: Dirt,
    printed: Iterable[str],
) -> Dirty:
    """`printed` are the SQL expressions of the columns of all tables that print these records."""
    own = clean.columns
    has_property = "true_uprn" in own
    known = {**own, **{field: "" for field in addresses.FIELDS}} if has_property else dict(own)
    used = {column for expression in printed for column in names_in(expression, known)}
    given = [field for field in addresses.FIELDS if has_property and field not in own and field in used]
    composed = [field for field in given if field in addresses.COMPOSED]
    roles = {field: role for field, role in records.roles.items() if field in own and field in used}
    for field in records.roles:
        if field not in own:
            raise SpecError(f"{subject.name}.yml: records.{records.name}.roles names {field}, which its SQL does not give.")
    for field in given:
        if role := addresses.FIELDS[field]:
            roles[field] = role
    purpose = f"dirt|{subject.name}|{records.name}"
    befallen: list[tuple[str, str, str]] = []
    draws: dict[str, Drawn] = {}

    def draw(column: str, role: str, kinds, fields: Iterable[str]) -> Drawn:
        made = draws[column] = drawn(column, kinds)
        if made.kinds:
            befallen.extend((f"_k_{column}", role, field) for field in fields)
        return made

    singles = {
        field: draw(field, role, [k for each in effective_role(field, role) for k in dirt.of(each, "value")], [field])
        for field, role in roles.items()
        if field not in addresses.COMPOSED and role != "address"
    }
    singles = {field: made for field, made in singles.items() if made.kinds}
    if composed or "postcode" in given:
        if "postcode" not in singles and "postcode" not in own:
            shown = next((field for field in ("postcode", "address") if field in given), None)
            made = draw("postcode", "postcode", dirt.of("postcode", "value"), [shown] if shown else [])
            singles |= {"postcode": made} if made.kinds else {}
    if composed:
        for each in addresses.DRAWS:
            draw(each, each, dirt.of(each, "value"), ["address"] if "address" in given else composed)
    pairs = _pairs(roles)
    for at, (first_name, surname) in enumerate(pairs):
        draw(f"name_pair_{at}", "name_pair", dirt.of("name_pair", "value"), [first_name, surname])
    points = [
        (x, y)
        for x, y in (("easting", "northing"), ("longitude", "latitude"))
        if x in roles and y in roles
    ]
    if points:
        draw("coordinates", "coordinates", dirt.of("coordinates", "value"), [field for point in points for field in point])
    draws = {column: made for column, made in draws.items() if made.kinds}

    layers = _Layers(_with_stale(own, clean, previous, dirt, provider, purpose, month))
    source = ""
    if has_property:
        source = " left join printed_properties as _p on _p.uprn = cast(_r.true_uprn as varchar)"
    shared = {f"_next_{field}": f"lead({name(field)}) over (order by _record_id)" for field, made in singles.items()
              if any("shared" in kind.kind or "reused" in kind.kind for kind in made.kinds)}
    # Roles that are text are made so: what dirt puts there need not be a number.
    layers.put({field: f"cast({name(field)} as varchar)" for field, role in roles.items()
                if field in own and role not in _TYPED and own[field] != "VARCHAR"})
    layers.add({f"_u_{column}": f"chance({literal(f'{purpose}|{column}')}, {literal(provider + '|')} || _record_id)"
                for column in draws} | shared)
    layers.add({f"_k_{column}": made.kind_sql(name(f"_u_{column}")) for column, made in draws.items()})
    if has_property:
        needed = [field for field in given if field not in addresses.COMPOSED]
        extra = {field: f"_p.{name(field)}" for field in needed}
        if "postcode" not in own and (composed and "postcode" not in needed):
            extra["postcode"] = "_p.postcode"
        if composed:
            every = {each: draws.get(each, drawn(each, ())) for each in addresses.DRAWS}
            for each in addresses.DRAWS:
                if each not in draws:
                    layers.add({f"_k_{each}": "cast(null as varchar)"})
            joined, street = addresses.lines_sql(every)
            extra |= {"_joined": joined, "_borough_name": "_p._borough_name", "_own_postcode": "_p.postcode"}
            if "street_name" in given:
                extra["street_name"] = street
        if set(singles) & {"uprn", "postcode"}:
            extra |= {f"_p{column}": f"_p.{column}" for column in ("_next_uprn", "_parent_uprn", "_other_postcode")}
        layers.add(extra, source)
    if "true_person_id" in own and "birth_surname" not in own and any(_asks_birth(made) for made in singles.values()):
        layers.add({"_birth_surname": "_q.birth_surname"}, " left join people as _q on _q.person_id = _r.true_person_id")
    layers.put({field: _single(made, field, own, has_property) for field, made in singles.items()})
    layers.put(_of_pairs(pairs, draws, own) | _of_points(points, draws))
    if composed:
        layers.add({"_lines": addresses.WRITTEN})
        one_line = "array_to_string(list_append(list_filter(_lines, lambda line: line <> ''), postcode), ', ')"
        written = {"address_lines": "_lines", "address": f"case when _lines is not null then {one_line} end"}
        written |= {line: f"_lines[{at}]" for at, line in enumerate(addresses.LINES, 1)}
        layers.add({field: sql for field, sql in written.items() if field in given})

    table = f"dirty_{records.name}_{month.at}"
    kept = ["_record_id", "_is_usable", "_is_stale", *own, *given, *dict.fromkeys(k for k, _, _ in befallen)]
    con.execute(
        f"create or replace temp table {name(table)} as "
        f"select {', '.join(map(name, kept))} from ({layers.sql}) order by _record_id"
    )
    columns = {row[0]: row[1] for row in con.execute(f"describe {name(table)}").fetchall()}
    return Dirty(table, {c: t for c, t in columns.items() if c in own or c in given}, roles, befallen)


def _with_stale(
    own: Mapping[str, str], clean: Clean, previous: Clean | None, dirt: Dirt, provider: str, purpose: str, month: Month
) -> str:
    """The clean records, some as they were a month before."""
    rate = dirt.rate("stale_record")
    if previous is None or not rate or "change_type" in own:
        return f"select *, false as _is_stale from {name(clean.table)}"
    now = "chance({}, {} || c._record_id)".format(
        literal(f"{purpose}|stale|{month.as_of}"), literal(provider + "|")
    )
    is_stale = f"(p._record_id is not null and {now} < {rate!r})"
    columns = ", ".join(
        f"case when {is_stale} then p.{name(column)} else c.{name(column)} end as {name(column)}"
        if column not in ("true_uprn", "true_person_id")
        else f"c.{name(column)} as {name(column)}"
        for column in own
    )
    return (
        f"select c._record_id, c._is_usable, {columns}, {is_stale} as _is_stale "
        f"from {name(clean.table)} as c left join {name(previous.table)} as p on c._record_id = p._record_id"
    )


def _single(made: Drawn, field: str, own: Mapping[str, str], has_property: bool) -> str:
    k, u = name(f"_k_{field}"), name(f"_u_{field}")
    short = f"map {{{', '.join(f'{literal(a)}: {literal(b)}' for a, b in nicknames().items())}}}"
    birth = "null"
    if "birth_surname" in own:
        birth = "birth_surname"
    elif "true_person_id" in own:
        birth = "_birth_surname"
    more = {
        "next": name(f"_next_{field}"),
        "nickname": f"{short}[{name(field)}]",
        "birth_surname": birth,
    }
    sql = value_sql(made, field, k=k, u=u, more=more)
    if has_property and field not in own and field in ("uprn", "postcode"):
        places = {
            "uprn_wrong": "coalesce(_p_next_uprn, uprn)",
            "uprn_of_parent": "coalesce(_p_parent_uprn, uprn)",
            "postcode_wrong": "coalesce(_p_other_postcode, postcode)",
        }
        cases = " ".join(f"when {literal(kind)} then {then}" for kind, then in places.items() if kind.startswith(field))
        sql = f"case {k} {cases} else {sql} end"
    return sql


def _asks_birth(made: Drawn) -> bool:
    return any(kind.kind == "maiden_name" for kind in made.kinds)


def _pairs(roles: Mapping[str, str]) -> list[tuple[str, str]]:
    """First name and surname of one person: as many of one as of the other, in their order."""
    firsts = [field for field, role in roles.items() if role == "first_name"]
    surnames = [field for field, role in roles.items() if role == "surname"]
    return list(zip(firsts, surnames, strict=True)) if len(firsts) == len(surnames) else []


def _of_pairs(pairs: list[tuple[str, str]], draws: Mapping[str, Drawn], own: Mapping[str, str]) -> dict[str, str]:
    put: dict[str, str] = {}
    title = "title" if "title" in own else "null"
    for at, (first_name, surname) in enumerate(pairs):
        if made := draws.get(f"name_pair_{at}"):
            words = {"first_name": name(first_name), "surname": name(surname), "title": title}
            for field, which in ((first_name, 0), (surname, 1)):
                cases = " ".join(
                    f"when {literal(kind.kind)} then {NAME_PAIR[kind.kind][which].format(**words)}" for kind in made.kinds
                )
                put[field] = f"case _k_name_pair_{at} {cases} else {name(field)} end"
    return put


def _of_points(points: list[tuple[str, str]], draws: Mapping[str, Drawn]) -> dict[str, str]:
    put: dict[str, str] = {}
    if made := draws.get("coordinates"):
        for x, y in points:
            for field, which in ((x, 0), (y, 1)):
                cases = " ".join(
                    f"when {literal(kind.kind)} then {COORDINATES[kind.kind][which].format(x=x, y=y)}"
                    for kind in made.kinds
                )
                put[field] = f"case _k_coordinates {cases} else {field} end"
    return put
