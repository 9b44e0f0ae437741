"""Which columns a column of a query derives from by value, read off the SQL (docs/classification.md).

Everything that stands in a column's own expression counts, also the conditions of a `case` and the filter of
a count. What only picks, joins, groups or orders rows does not: `where`, `on`, `group by`, `order by`,
`qualify`, `partition by`, `exists`, the filter of another aggregate, the second argument of `arg_max`, the
condition of `list_filter`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import sqlglot
from sqlglot import exp

from .values import NOTHING, Relation, Scope, Value, merged, renamed, row_of

# The value is in their first argument alone; the rest picks or orders.
PICKS_BY_THE_REST = (exp.ArgMax, exp.ArgMin, exp.Order, exp.Window, exp.ArrayFilter)
# Their filter is all that they say; that of another aggregate only picks rows, as `where` does.
COUNTS = (exp.Count, exp.CountIf)
# They hand on the structs that go in.
HANDS_ON = (
    *(exp.Paren, exp.Bracket, exp.Slice, exp.Array, exp.Coalesce, exp.Case, exp.If, exp.Explode, exp.Unnest),
    *(exp.ArrayConcat, exp.ArrayDistinct, exp.ArraySort, exp.ArrayAgg, exp.AnyValue, exp.First, exp.Last),
    *(exp.Max, exp.Min, exp.Distinct, exp.IgnoreNulls, exp.FirstValue, exp.LastValue, exp.Lag, exp.Lead),
    *(exp.Flatten, exp.Nullif, exp.Filter),
)


class Lineage:
    """The lineage of one query: `relations` are those it may read, by their full name without quotes, with
    their columns; `opened` is what a function that reads files gives.

    `outputs(sql)` is each column of the result with what it derives from; `unresolved` says, after it, which
    names were not found: of these nothing is known.
    """

    def __init__(self, relations: Mapping[str, Relation], opened: Relation | None = None) -> None:
        self.known = relations
        self.opened = opened
        self.unresolved: list[str] = []

    def outputs(self, sql: str) -> Relation:
        return self.query(parsed(sql), {}, None)

    # queries

    def query(self, node: exp.Expression, ctes: Mapping[str, Relation], outer: Scope | None) -> Relation:
        ctes = dict(ctes)
        if with_ := node.args.get("with_"):
            for cte in with_.expressions:
                name = cte.alias.lower()
                if with_.args.get("recursive") and isinstance(cte.this, exp.SetOperation):
                    ctes[name] = renamed(self.query(cte.this.left, ctes, outer), cte.args.get("alias"))
                ctes[name] = renamed(self.query(cte.this, ctes, outer), cte.args.get("alias"))
        if isinstance(node, exp.Subquery):
            return renamed(self.query(node.this, ctes, outer), node.args.get("alias"))
        if isinstance(node, exp.SetOperation):
            left, right = self.query(node.left, ctes, outer), self.query(node.right, ctes, outer)
            if isinstance(node, (exp.Except, exp.Intersect)):
                return left
            if node.args.get("by_name"):
                return {
                    name: merged([left.get(name, NOTHING), right.get(name, NOTHING)]) for name in left | right
                }
            if len(left) != len(right):
                self.unresolved.append(f"a union of {len(left)} and {len(right)} columns")
            return {
                name: merged(pair)
                for name, pair in zip(left, zip(left.values(), right.values(), strict=False), strict=False)
            }
        if isinstance(node, exp.Values):
            rows = [
                [self.value(cell, Scope(outer=outer), ctes) for cell in row.expressions]
                for row in node.expressions
            ]
            columns = {f"col{n}": merged(cells) for n, cells in enumerate(zip(*rows, strict=True))}
            return renamed(columns, node.args.get("alias"))
        if not isinstance(node, exp.Select):
            self.unresolved.append(f"a query of the kind {type(node).__name__}")
            return {}
        scope = self.scope(node, ctes, outer)
        output: Relation = {}
        for number, item in enumerate(node.expressions):
            for name, value in self.columns(item, number, scope, ctes):
                scope.aliases.setdefault(name, value)
                while name in output:
                    name += "_1"  # as DuckDB names the second column of a name
                output[name] = value
        return output

    def scope(self, node: exp.Select, ctes: Mapping[str, Relation], outer: Scope | None) -> Scope:
        scope = Scope(outer=outer)
        joins = [*(node.args.get("joins") or []), *(node.args.get("laterals") or [])]
        tables = [node.args["from_"].this] if node.args.get("from_") else []
        for table in [
            *tables,
            *(getattr(join, "this", join) if isinstance(join, exp.Join) else join for join in joins),
        ]:
            self.add(table, scope, ctes)
        for join in joins:
            scope.shared |= {column.name.lower() for column in join.args.get("using") or []}
        return scope

    def add(self, table: exp.Expression, scope: Scope, ctes: Mapping[str, Relation]) -> None:
        name = (table.alias or getattr(table, "name", "")).lower() or f"#{len(scope.relations)}"
        if isinstance(table, exp.Lateral):
            alias = table.args.get("alias")
            scope.relations[name] = renamed(self.query(table.this, ctes, scope), alias)
        elif isinstance(table, exp.Unnest):
            value = merged(self.value(each, scope, ctes) for each in table.expressions)
            scope.relations[name] = renamed({"unnest": value}, table.args.get("alias"))
        elif isinstance(table, exp.Table):
            scope.relations[name] = renamed(self.table(table, scope, ctes), table.args.get("alias"))
            for join in table.args.get("joins") or []:
                self.add(join.this, scope, ctes)
        else:
            scope.relations[name] = self.query(table, ctes, scope.outer)

    def table(self, table: exp.Table, scope: Scope, ctes: Mapping[str, Relation]) -> Relation:
        if table.args.get("pivots"):
            self.unresolved.append("a pivot")
        if not isinstance(table.this, exp.Identifier):
            if isinstance(table.this, (exp.ReadParquet, exp.ReadCSV)) or table.this.name.lower().startswith(
                "read_"
            ):
                if self.opened is None:
                    self.unresolved.append(f"the files of {table.this.sql('duckdb')[:60]}")
                return dict(self.opened or {})
            return {table.this.key: self.value(table.this, scope, ctes)}
        if not table.args.get("db") and table.name.lower() in ctes:
            return ctes[table.name.lower()]
        name = ".".join(part.name for part in table.parts).lower()
        if name not in self.known:
            self.unresolved.append(f"the relation {name}")
        return self.known.get(name, {})

    # columns of a select

    def columns(
        self, item: exp.Expression, number: int, scope: Scope, ctes: Mapping[str, Relation]
    ) -> list[tuple[str, Value]]:
        if isinstance(item, exp.Star):
            return self.star(item, scope, ctes, scope.relations)
        if isinstance(item, exp.Column) and isinstance(item.this, exp.Star):
            relation = scope.relation(item.table.lower())
            if relation is None:  # the fields of a struct
                found = scope.column(item.table.lower())
                relation = dict(found.fields or {}) if found else None
            if not relation:
                self.unresolved.append(item.sql("duckdb"))
            return self.star(item.this, scope, ctes, {item.table.lower(): relation or {}})
        if chosen := item.find(exp.Columns):
            return self.chosen(item, chosen, scope, ctes)
        value = self.value(item, scope, ctes)
        if (
            isinstance(item, exp.Explode) and item.expressions and value.fields
        ):  # unnest(…, recursive := true)
            return list(value.fields.items())
        return [(item.alias_or_name.lower() or f"column {number + 1}", value)]

    def star(
        self, star: exp.Star, scope: Scope, ctes: Mapping[str, Relation], relations: Mapping[str, Relation]
    ) -> list[tuple[str, Value]]:
        left_out = {(each.name or each.sql()).lower() for each in star.args.get("except_") or []}
        replaced = {
            each.alias.lower(): self.value(each.this, scope, ctes) for each in star.args.get("replace") or []
        }
        renames = {each.this.name.lower(): each.alias.lower() for each in star.args.get("rename") or []}
        output, shared = [], set()
        for relation in relations.values():
            for name, value in relation.items():
                if name in left_out or name in shared:
                    continue
                if name in scope.shared and len(relations) > 1:
                    shared.add(name)
                    value = scope.column(name) or value
                output.append((renames.get(name, name), replaced.get(name, value)))
        return output

    def chosen(
        self, item: exp.Expression, chosen: exp.Columns, scope: Scope, ctes: Mapping[str, Relation]
    ) -> list[tuple[str, Value]]:
        """`columns(…)`: by a star, a pattern, or whatever a lambda says, which is then any."""
        star = chosen.this if isinstance(chosen.this, exp.Star) else exp.Star()
        found = self.star(star, scope, ctes, scope.relations)
        if isinstance(chosen.this, exp.Literal):
            found = [(name, value) for name, value in found if re.search(chosen.this.name, name)]
        beside = self.value(item, scope, ctes).sources
        return [(name, value.and_also(beside)) for name, value in found]

    # expressions

    def value(self, node: exp.Expression | None, scope: Scope, ctes: Mapping[str, Relation]) -> Value:
        if isinstance(node, exp.Column):
            return self.column(node, scope)
        if isinstance(node, exp.Identifier):
            return scope.column(node.name.lower()) or self.missing(node)
        if isinstance(node, (exp.Columns, exp.Star, exp.Exists, exp.DataType, exp.Literal)) or node is None:
            return NOTHING
        if isinstance(node, exp.Query):
            return merged(self.query(node, ctes, scope).values())
        if isinstance(node, exp.Dot):
            return self.value(node.this, scope, ctes).field(node.expression.name)
        if isinstance(node, exp.StructExtract):
            return self.value(node.this, scope, ctes).field(node.expression.name)
        if isinstance(node, exp.Bracket) and len(node.expressions) == 1 and node.expressions[0].is_string:
            return self.value(node.this, scope, ctes).field(node.expressions[0].name)
        if isinstance(node, exp.Struct):
            fields = {
                each.this.name.lower(): self.value(each.expression, scope, ctes) for each in node.expressions
            }
            return Value(row_of(fields).sources, fields)
        if isinstance(node, exp.Alias):
            return self.value(node.this, scope, ctes)
        if isinstance(node, (exp.PropertyEQ, exp.Kwarg)):  # an argument with a name: `always_xy := true`
            return self.value(node.expression, scope, ctes)
        if any(isinstance(part, exp.Lambda) for part in node.iter_expressions()):
            return self.over_a_list(node, scope, ctes)
        if isinstance(node, exp.Filter) and not isinstance(node.this, COUNTS):
            return self.value(node.this, scope, ctes)
        if isinstance(node, PICKS_BY_THE_REST):
            return self.value(node.this, scope, ctes)
        parts = list(node.iter_expressions())
        if isinstance(node, exp.Case):
            conditions = [node.this, *(branch.this for branch in node.args["ifs"])]
            parts = [*(branch.args["true"] for branch in node.args["ifs"]), node.args.get("default")]
            return self.among(parts, conditions, scope, ctes)
        if isinstance(node, exp.If):
            parts = [node.args.get("true"), node.args.get("false")]
            return self.among(parts, [node.this], scope, ctes)
        if isinstance(node, (exp.Bracket, exp.Slice, exp.Filter, exp.Nullif)):
            return self.among(parts[:1], parts[1:], scope, ctes)
        values = [self.value(part, scope, ctes) for part in parts]
        together = merged(values)
        keeps = isinstance(node, (exp.Cast, exp.Where, *HANDS_ON))
        return together if keeps or not together.fields else Value(together.sources)

    def among(
        self,
        parts: Iterable[exp.Expression | None],
        conditions: Iterable[exp.Expression | None],
        scope: Scope,
        ctes: Mapping[str, Relation],
    ) -> Value:
        """One of the parts, chosen by conditions: it tells something of them too."""
        by = merged(self.value(condition, scope, ctes) for condition in conditions)
        return merged(self.value(part, scope, ctes) for part in parts).and_also(by.sources)

    def over_a_list(self, node: exp.Expression, scope: Scope, ctes: Mapping[str, Relation]) -> Value:
        """`list_transform` and its kind: the names of a lambda are the list's elements."""
        parts = list(node.iter_expressions())
        lambdas = [part for part in parts if isinstance(part, exp.Lambda)]
        given = merged(self.value(part, scope, ctes) for part in parts if part not in lambdas)
        if isinstance(node, exp.ArrayFilter):
            return given
        names = {name.name.lower(): given for each in lambdas for name in each.expressions}
        inner = Scope(relations={"#lambda": names}, outer=scope)
        made = merged(self.value(each.this, inner, ctes) for each in lambdas)
        return made if isinstance(node, exp.Transform) else merged([made, given])

    def column(self, node: exp.Column, scope: Scope) -> Value:
        names = [part.name.lower() for part in node.parts]
        relation = scope.relation(names[0]) if len(names) > 1 else None
        if relation is not None and names[1] in relation:
            value, names = relation[names[1]], names[2:]
        else:
            value, names = scope.column(names[0]), names[1:]
            if value and value.fields and names and names[0] not in value.fields:
                value = None
        if value is None:
            return self.missing(node)
        for name in names:
            value = value.field(name)
        return value

    def missing(self, node: exp.Expression) -> Value:
        self.unresolved.append(node.sql("duckdb"))
        return NOTHING


def parsed(sql: str) -> exp.Expression:
    try:
        return sqlglot.parse_one(sql, dialect="duckdb")
    except sqlglot.ParseError:  # `map` is a type to it, and may be a name
        return sqlglot.parse_one(re.sub(r"\bmap\.", '"map".', sql), dialect="duckdb")
