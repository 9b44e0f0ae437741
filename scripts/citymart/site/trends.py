"""How scores have moved from release to release, as words and as a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDE, HIGH = 72, 18
SMALLEST = 10
"""Points that the line has from its bottom to its top at least: what has hardly moved looks so."""
LISTED = 12
"""Releases that are listed one by one; the line has all."""
Trends = Mapping[tuple[str, str], "Trend"]


@dataclass(frozen=True)
class Trend:
    """A score that has moved: its newest step in words, and all of them as a path of SVG."""

    told: str
    path: str


def trends(history: Iterable[Mapping[str, Any]], by: str) -> Trends:
    """(value of the column `by`, dimension) → its trend, of what has had more than one score.

    `history` are rows of `market.score_history` in the order of the releases. A score holds until its next
    row, so that the line goes by steps; its ends are the first and the last release in which anything moved.
    """
    rows = list(history)
    releases = list(dict.fromkeys(row["release_id"] for row in rows))
    place = {name: round(at * WIDE / max(len(releases) - 1, 1), 1) for at, name in enumerate(releases)}
    moved: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        moved.setdefault((row[by], row["dimension"]), []).append(row)
    return {key: Trend(_told(*steps[-2:]), _path(steps, place)) for key, steps in moved.items() if steps[1:]}


def _told(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    if before["rule_version"] != now["rule_version"]:
        return f"by another rule from {_day(now)} on"
    if now["score"] is None:
        return f"not measured from {_day(now)} on; it was {before['score']:g}"
    if before["score"] is None:
        return f"measured again from {_day(now)} on"
    change = now["score"] - before["score"]
    return f"{'+' if change > 0 else '−'}{abs(change):.1f} on {_day(now)}"


def _path(steps: Sequence[Mapping[str, Any]], place: Mapping[str, float]) -> str:
    scores = [step["score"] for step in steps if step["score"] is not None]
    middle, span = (max(scores) + min(scores)) / 2, max(max(scores) - min(scores), SMALLEST)
    path = ""
    for step in steps:
        if step["score"] is not None:
            x, y = (
                place[step["release_id"]],
                round(HIGH / 2 - (step["score"] - middle) / span * (HIGH - 4), 1),
            )
            path += f"H{x}V{y}" if path else f"M{x} {y}"
    return f"{path}H{WIDE}"


def by_release(history: Iterable[Mapping[str, Any]]) -> list[tuple[str, dict[str, float | None]]]:
    """(day, dimension → score) of a product in the releases in which any of them moved, newest first."""
    lines: dict[str, tuple[str, dict[str, float | None]]] = {}
    held: dict[str, float | None] = {}
    for row in history:
        held = held | {row["dimension"]: row["score"]}
        lines[row["release_id"]] = (_day(row), held)
    return list(lines.values())[: -LISTED - 1 : -1]


def _day(row: Mapping[str, Any]) -> str:
    return str(row["released_on"] or row["release_id"])
