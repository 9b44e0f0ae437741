"""The way of each column to a product: from a provider's, through those of models, seeds and sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ...dbt_manifest import label_of

if TYPE_CHECKING:
    from .project import ProjectColumns
    from .values import Source

At = tuple[str, str, str]
"""A table, a subject or a provider; its kind, as in `market.lineage`; and a column, a field or a header of it
(`issues.sent` is a field of a struct)."""
Steps = Mapping[At, Sequence[At]]
"""What each column derives from, one step up."""


def column_steps(
    columns: ProjectColumns, products: Iterable[str], headers: Iterable[tuple[str, str, str, str]]
) -> Steps:
    """All steps that lead to a column of a product (the names of their models).

    `headers` are (provider, subject, column as sent, field): what a layout has given to which field.
    """
    steps: dict[At, list[At]] = {}
    waiting: list[Source] = [(name, each, None) for name in products for each in columns.outputs[name]]
    while waiting:
        source = waiting.pop()
        at = _at(columns, source)
        if at in steps:
            continue
        above = sorted(columns.value(source).sources, key=str)
        steps[at] = [_at(columns, each) for each in above]
        waiting += above
    for provider, subject, header, field in headers:
        base, at = (f"staging.base_{subject}", "staging", field), (subject, "subject", field)
        if base in steps:
            steps[base] = [at]
            steps.setdefault(at, []).append((provider, "provider", header))
    return steps


def _at(columns: ProjectColumns, source: Source) -> At:
    name, column, field = source
    node = columns.by_name[name]
    return label_of(node), node["schema"], f"{column}.{field}" if field else column


def steps_to(steps: Steps, wanted: Iterable[At]) -> Iterator[tuple[At, At]]:
    """(from, to): each step on the way to one of these, once."""
    seen, waiting = set(), list(wanted)
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        for above in steps.get(at, ()):
            yield above, at
            waiting.append(above)
