"""Records as a careless office keeps them: what the dirt of the stage `value` makes of clean ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import duckdb

from . import addresses
from .chance import spread
from .dirt import COORDINATES, NAME_PAIR, Dirt, Drawn, Kind, drawn, effective_role, nicknames, value_sql
from .layers import Layers
from .records import Clean, Month
from .spec import Records, SpecError, Subject
from .sql import literal, name, names_in

# Kept as numbers and dates, so that they can be printed in any form; all other roles are text.
_TYPED = ("date", "timestamp", "money", "integer", "decimal", "coordinate")
_POINTS = (("easting", "northing"), ("longitude", "latitude"))
# Who these are is true whatever the record says.
_TRUE = ("true_uprn", "true_person_id")


@dataclass(frozen=True)
class Dirty:
    """The table of dirty records: `_record_id, _is_usable, _is_stale`, `_h` (a digest to draw from), the
    columns of the spec and those that the engine gives to a record with `true_uprn`, and for each draw the
    kind that befell it.
    """

    table: str
    columns: dict[str, str]
    roles: dict[str, str]
    """Column → role, for those that have one."""
    befallen: list[tuple[str, str]]
    """Column of the kind, and a column that it may have changed."""
    may_be_stale: bool


@dataclass
class Dirtying:
    """`printed` are the SQL expressions of the columns of all tables that print these records."""

    con: duckdb.DuckDBPyConnection
    subject: Subject
    records: Records
    clean: Clean
    previous: Clean | None
    borough: str
    month: Month
    dirt: Dirt
    printed: Iterable[str]
    befallen: list[tuple[str, str]] = field(default_factory=list)
    draws: dict[str, Drawn] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.own = self.clean.columns
        self.has_property = "true_uprn" in self.own
        known = [*self.own, *(addresses.FIELDS if self.has_property else ())]
        used = {column for sql in self.printed for column in names_in(sql, known)}
        self.given = [each for each in addresses.FIELDS if each in used and each not in self.own]
        self.composed = [each for each in self.given if each in addresses.COMPOSED]
        self.roles = self._roles(used)
        self.purpose = f"dirt|{self.subject.name}|{self.records.name}"
        self.pairs = _pairs(self.roles)
        self.points = [(x, y) for x, y in _POINTS if x in self.roles and y in self.roles]
        self.may_be_stale = (
            self.previous is not None and self.dirt.rate("stale_record") > 0 and "change_type" not in self.own
        )

    def run(self) -> Dirty:
        singles = self._draw()
        layers = Layers(self._stale_or_not())
        layers.put(self._as_text())
        layers.add({"_h": f"digest({literal(self.purpose)}, {literal(self.borough + '|')} || _record_id)"})
        layers.add(
            {f"_u_{column}": spread("_h", f"{self.purpose}|{column}") for column in self.draws}
            | {f"_next_{each}": _next(each) for each, made in singles.items() if _asks_next(made)}
        )
        layers.add(
            {f"_k_{column}": made.kind_sql(name(f"_u_{column}")) for column, made in self.draws.items()}
        )
        if self.has_property:
            self._add_property(layers, singles)
        if self._birth_surname(singles) == "_birth_surname":
            layers.add(
                {"_birth_surname": "_q.birth_surname"},
                " left join people as _q on _q.person_id = _r.true_person_id",
            )
        layers.put({each: self._single(made, each, singles) for each, made in singles.items()})
        layers.put(self._pairs_sql() | self._points_sql())
        self._add_lines(layers)
        return self._make(layers)

    # -- what is drawn --------------------------------------------------------------------------

    def _roles(self, used: set[str]) -> dict[str, str]:
        for column in self.records.roles:
            if column not in self.own:
                raise SpecError(
                    f"{self.subject.name}.yml: records.{self.records.name}.roles names {column}, "
                    "which its SQL does not give."
                )
        roles = {column: role for column, role in self.records.roles.items() if column in used}
        return roles | {each: role for each in self.given if (role := addresses.FIELDS[each])}

    def _take(self, column: str, kinds: Iterable[Kind], changed: Iterable[str]) -> Drawn:
        made = drawn(column, kinds)
        if made.kinds:
            self.draws[column] = made
            self.befallen += [(f"_k_{column}", each) for each in changed]
        return made

    def _draw(self) -> dict[str, Drawn]:
        """The draws of one column each, by column; all are in `draws` afterwards."""
        singles: dict[str, Drawn] = {}
        for column, role in self.roles.items():
            if column not in addresses.COMPOSED:
                kinds = [
                    kind for each in effective_role(column, role) for kind in self.dirt.of(each, "value")
                ]
                singles[column] = self._take(column, kinds, [column])
        if self.composed and "postcode" not in self.own and "postcode" not in self.given:
            # It shows in the address in one line.
            shown = [each for each in ("address",) if each in self.given]
            singles["postcode"] = self._take("postcode", self.dirt.of("postcode", "value"), shown)
        if self.composed:
            shown = ["address"] if "address" in self.given else self.composed
            for each in addresses.DRAWS:
                self._take(each, self.dirt.of(each, "value"), shown)
        for at, pair in enumerate(self.pairs):
            self._take(f"name_pair_{at}", self.dirt.of("name_pair", "value"), pair)
        if self.points:
            both = [each for point in self.points for each in point]
            self._take("coordinates", self.dirt.of("coordinates", "value"), both)
        return {column: made for column, made in singles.items() if made.kinds}

    # -- what it does ---------------------------------------------------------------------------

    def _stale_or_not(self) -> str:
        """The clean records, some as they were a month before."""
        if self.previous is None or not self.may_be_stale:
            return f"select *, false as _is_stale from {name(self.clean.table)}"
        who = f"{literal(self.borough + '|')} || c._record_id"
        drawn_now = f"chance({literal(f'{self.purpose}|stale|{self.month.as_of}')}, {who})"
        is_stale = f"(p._record_id is not null and {drawn_now} < {self.dirt.rate('stale_record')!r})"
        columns = [
            f"c.{name(column)} as {name(column)}"
            if column in _TRUE
            else f"case when {is_stale} then p.{name(column)} else c.{name(column)} end as {name(column)}"
            for column in self.own
        ]
        return (
            f"select c._record_id, c._is_usable, {', '.join(columns)}, {is_stale} as _is_stale "
            f"from {name(self.clean.table)} as c "
            f"left join {name(self.previous.table)} as p on c._record_id = p._record_id"
        )

    def _as_text(self) -> dict[str, str]:
        """Roles that are text are made so: what dirt puts there need not be a number."""
        return {
            column: f"cast({name(column)} as varchar)"
            for column, role in self.roles.items()
            if column in self.own and role not in _TYPED and self.own[column] != "VARCHAR"
        }

    def _add_property(self, layers: Layers, singles: Mapping[str, Drawn]) -> None:
        """What the property of the record gives, the lines of its address as they are after two of
        three draws.
        """
        columns = {each: f"_p.{name(each)}" for each in self.given if each not in addresses.COMPOSED}
        if self.composed:
            if "postcode" not in self.own:
                columns["postcode"] = "_p.postcode"
            every = {each: self.draws.get(each, drawn(each, ())) for each in addresses.DRAWS}
            layers.add(
                {f"_k_{each}": "cast(null as varchar)" for each in addresses.DRAWS if each not in self.draws}
            )
            joined, street = addresses.lines_sql(every)
            columns |= {
                "_joined": joined,
                "_borough_name": "_p._borough_name",
                "_own_postcode": "_p.postcode",
            }
            if "street_name" in self.given:
                columns["street_name"] = street
        if {"uprn", "postcode"} & set(singles):
            of_others = ("_next_uprn", "_parent_uprn", "_other_postcode")
            columns |= {f"_p{column}": f"_p.{column}" for column in of_others}
        layers.add(columns, " left join printed_properties as _p on _p.uprn = cast(_r.true_uprn as varchar)")

    def _add_lines(self, layers: Layers) -> None:
        if not self.composed:
            return
        layers.add({"_lines": addresses.WRITTEN})
        filled = "list_filter(_lines, lambda line: line <> '')"
        one_line = f"array_to_string(list_append({filled}, postcode), ', ')"
        written = {"address_lines": "_lines", "address": f"case when _lines is not null then {one_line} end"}
        written |= {line: f"_lines[{at}]" for at, line in enumerate(addresses.LINES, 1)}
        layers.add({each: sql for each, sql in written.items() if each in self.given})

    def _single(self, made: Drawn, column: str, singles: Mapping[str, Drawn]) -> str:
        k, u = name(f"_k_{column}"), name(f"_u_{column}")
        pairs = ", ".join(f"{literal(first)}: {literal(short)}" for first, short in nicknames().items())
        more = {
            "next": name(f"_next_{column}"),
            "nickname": f"map {{{pairs}}}[{name(column)}]",
            "birth_surname": self._birth_surname(singles),
        }
        sql = value_sql(made, column, k=k, u=u, more=more)
        if self.has_property and column not in self.own and column in ("uprn", "postcode"):
            of_others = {
                "uprn_wrong": "coalesce(_p_next_uprn, uprn)",
                "uprn_of_parent": "coalesce(_p_parent_uprn, uprn)",
                "postcode_wrong": "coalesce(_p_other_postcode, postcode)",
            }
            cases = [
                f"when {literal(kind)} then {sql}"
                for kind, sql in of_others.items()
                if kind.startswith(column)
            ]
            sql = f"case {k} {' '.join(cases)} else {sql} end"
        return sql

    def _birth_surname(self, singles: Mapping[str, Drawn]) -> str:
        if "birth_surname" in self.own:
            return "birth_surname"
        asked = any(kind.kind == "maiden_name" for made in singles.values() for kind in made.kinds)
        return "_birth_surname" if asked and "true_person_id" in self.own else "null"

    def _pairs_sql(self) -> dict[str, str]:
        put: dict[str, str] = {}
        title = "title" if "title" in self.own else "null"
        for at, (first_name, surname) in enumerate(self.pairs):
            made = self.draws.get(f"name_pair_{at}")
            words = {"first_name": name(first_name), "surname": name(surname), "title": title}
            for which, column in enumerate((first_name, surname)):
                changes = {kind: texts[which].format(**words) for kind, texts in NAME_PAIR.items()}
                put[column] = _cases(made, f"_k_name_pair_{at}", changes, column)
        return put

    def _points_sql(self) -> dict[str, str]:
        put: dict[str, str] = {}
        for x, y in self.points:
            for which, column in enumerate((x, y)):
                changes = {kind: texts[which].format(x=x, y=y) for kind, texts in COORDINATES.items()}
                put[column] = _cases(self.draws.get("coordinates"), "_k_coordinates", changes, column)
        return put

    def _make(self, layers: Layers) -> Dirty:
        table = f"dirty_{self.records.name}_{self.month.at}"
        kinds = dict.fromkeys(k for k, _ in self.befallen)
        kept = ["_record_id", "_is_usable", "_is_stale", "_h", *self.own, *self.given, *kinds]
        self.con.execute(
            f"create or replace temp table {name(table)} as "
            f"select {', '.join(map(name, kept))} from ({layers.sql}) order by _record_id"
        )
        described = self.con.execute(f"describe {name(table)}").fetchall()
        columns = {row[0]: row[1] for row in described if row[0] in self.own or row[0] in self.given}
        return Dirty(table, columns, self.roles, self.befallen, self.may_be_stale)


def _pairs(roles: Mapping[str, str]) -> list[tuple[str, str]]:
    """First name and surname of one person: as many of one as of the other, in their order."""
    firsts = [column for column, role in roles.items() if role == "first_name"]
    surnames = [column for column, role in roles.items() if role == "surname"]
    return list(zip(firsts, surnames, strict=True)) if len(firsts) == len(surnames) else []


def _cases(made: Drawn | None, k: str, changes: Mapping[str, str], column: str) -> str:
    cases = [f"when {literal(each.kind)} then {changes[each.kind]}" for each in (made.kinds if made else ())]
    return f"case {k} {' '.join(cases)} else {name(column)} end" if cases else name(column)


def _next(column: str) -> str:
    return f"lead({name(column)}) over (order by _record_id)"


def _asks_next(made: Drawn) -> bool:
    return any(kind.kind.endswith(("_shared", "_reused")) for kind in made.kinds)
