"""What an expression derives from: the values that a query's lineage is worked out with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

Source = tuple[str, str, str | None]
"""A relation, a column of it, and the field of the struct, where only that one is meant."""


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression derives from; of a struct (or a list of them) also what each field does."""

    sources: frozenset[Source] = frozenset()
    fields: Mapping[str, Value] | None = None

    def field(self, name: str) -> Value:
        return (self.fields or {}).get(name.lower()) or Value(self.sources)

    def and_also(self, sources: frozenset[Source]) -> Value:
        if sources <= self.sources and not self.fields:
            return self
        fields = self.fields and {name: value.and_also(sources) for name, value in self.fields.items()}
        return Value(self.sources | sources, fields)


NOTHING = Value()
Relation = dict[str, Value]


def merged(values: Iterable[Value]) -> Value:
    """One of these or all of them. The fields are kept where each of them that says anything is a struct."""
    values = [value for value in values if value.sources or value.fields]
    if len(values) == 1:
        return values[0]
    fields = None
    if values and all(value.fields for value in values):
        names = {name: None for value in values for name in value.fields}
        fields = {name: merged(value.field(name) for value in values) for name in names}
    return Value(frozenset().union(*(value.sources for value in values)), fields)


def row_of(relation: Relation) -> Value:
    return Value(frozenset().union(*(value.sources for value in relation.values())), dict(relation))


@dataclass
class Scope:
    """Where a name is looked up: the relations of a FROM, the columns named so far, the query around it."""

    relations: dict[str, Relation] = field(default_factory=dict)
    aliases: Relation = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)  # columns that USING makes one of two
    outer: Scope | None = None

    def column(self, name: str) -> Value | None:
        found = [relation[name] for relation in self.relations.values() if name in relation]
        if found:
            return merged(found)
        if name in self.aliases:
            return self.aliases[name]
        if name in self.relations:  # the whole row, as a struct
            return row_of(self.relations[name])
        return self.outer.column(name) if self.outer else None

    def relation(self, name: str) -> Relation | None:
        if name in self.relations:
            return self.relations[name]
        return self.outer.relation(name) if self.outer else None


def renamed(relation: Relation, alias: exp.Expression | None) -> Relation:
    """With the names that an alias gives: `as wanted (table_name)`."""
    columns = [column.name.lower() for column in alias.args.get("columns") or []] if alias else []
    if not columns:
        return relation
    names = [*columns, *list(relation)[len(columns) :]]
    return dict(zip(names, relation.values(), strict=False))


def named(name: str, output: Relation) -> Relation:
    """The columns of a relation as those who read it see them."""
    return {
        column: Value(
            frozenset([(name, column, None)]),
            value.fields and {field: Value(frozenset([(name, column, field)])) for field in value.fields},
        )
        for column, value in output.items()
    }


def as_json(relation: Relation | Mapping[str, Value]) -> dict[str, Any]:
    """The same each time, as JSON has it; `of_json` reads it."""
    return {
        name: [sorted(value.sources, key=str), value.fields and as_json(value.fields)]
        for name, value in relation.items()
    }


def of_json(said: Mapping[str, Any]) -> Relation:
    return {
        name: Value(frozenset(map(tuple, sources)), fields and of_json(fields))
        for name, (sources, fields) in said.items()
    }
