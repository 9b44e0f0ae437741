"""The pictures of a product: where it comes from, which boroughs have sent, and a table of months."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Edge = tuple[str, str, str, str]
WIDEST = 14
"""Boxes above each other; more are told as a list."""
FOLDED = 8
"""Providers that are drawn one by one."""
BOX, GAP, HIGH, STEP = 168, 44, 26, 36
LETTER = 6.4
LAYERS = ("Providers", "Subjects", "Staging", "Conformed", "Other products", "Product")

WORDS = {
    "received": "received",
    "late": "came late",
    "partly": "received in part",
    "held": "held back",
    "refused": "refused",
    "missing": "missing",
    "due": "not due yet",
    "none": "nothing due",
}
CAME = ("received", "late")


# -- Lineage --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Box:
    x: int
    y: int
    label: str
    short: str


@dataclass(frozen=True)
class Lineage:
    """Layers of names from left to right, and their picture, if it is not too wide to be read."""

    layers: list[tuple[str, list[str]]]
    boxes: list[Box]
    paths: list[str]
    width: int
    height: int


def lineage(edges: Sequence[Edge], product: str) -> Lineage | None:
    """The way to a product; None for one that rests on nothing that is delivered or built.

    Of each layer only what the next one reads is shown; what lies between them within a layer is passed
    through, and so are seeds and the landing.
    """
    parents: dict[str, set[tuple[str, str]]] = {}
    for start, kind, end, _ in edges:
        parents.setdefault(end, set()).add((start, kind))
    layer = {product: 5}
    links: set[tuple[str, str]] = set()
    waiting = [product]
    while waiting:
        node = waiting.pop()
        for above, kind in _readable(parents, node, layer[node]):
            if above not in layer:
                layer[above] = _layer(kind)
                waiting.append(above)
            links.add((above, node))
    if len(layer) == 1:
        return None
    names = [sorted(node for node, at in layer.items() if at == number) for number in range(6)]
    layers = [(LAYERS[at], found) for at, found in enumerate(names) if found]
    folded = {}
    if len(names[0]) > FOLDED:
        told = f"{len(names[0])} providers"
        folded = dict.fromkeys(names[0], told)
        names[0] = [told]
    links = {(folded.get(start, start), end) for start, end in links}
    drawn = [found for found in names if found]
    if max(map(len, drawn)) > WIDEST:
        return Lineage(layers, [], [], 0, 0)
    return Lineage(layers, *_drawn(_untangled(drawn, links), links))


def _layer(kind: str) -> int:
    return {"provider": 0, "subject": 1, "staging": 2, "conformed": 3}.get(kind, 4)


def _readable(
    parents: Mapping[str, set[tuple[str, str]]], node: str, layer: int
) -> Iterator[tuple[str, str]]:
    """What stands left of a node, in an earlier layer, by any way through its own and what is not shown."""
    seen, waiting = {node}, [node]
    while waiting:
        for above, kind in sorted(parents.get(waiting.pop(), ())):
            if above in seen:
                continue
            seen.add(above)
            hidden = kind in ("seeds", "landing")
            if hidden or _layer(kind) >= layer:
                waiting.append(above)
            else:
                yield above, kind


def _untangled(layers: list[list[str]], links: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Each layer in the order of the middle of what it is joined to: fewer lines cross."""
    near: dict[str, list[str]] = {}
    for start, end in sorted(links):
        near.setdefault(start, []).append(end)
        near.setdefault(end, []).append(start)
    for _ in range(2):
        for way in (range(len(layers) - 2, -1, -1), range(1, len(layers))):
            for at in way:
                place = {
                    name: (row + 0.5) / len(layer)
                    for number, layer in enumerate(layers)
                    if number != at
                    for row, name in enumerate(layer)
                }

                def middle(name: str, place: Mapping[str, float] = place) -> tuple[float, str]:
                    found = [place[each] for each in near.get(name, ()) if each in place]
                    return (sum(found) / len(found) if found else 0.5), name

                layers[at] = sorted(layers[at], key=middle)
    return layers


def _drawn(
    layers: list[list[str]], links: Iterable[tuple[str, str]]
) -> tuple[list[Box], list[str], int, int]:
    height = max(map(len, layers)) * STEP + 8
    place = {}
    for column, layer in enumerate(layers):
        top = (height - len(layer) * STEP) // 2 + (STEP - HIGH) // 2
        for row, name in enumerate(layer):
            place[name] = Box(column * (BOX + GAP), top + row * STEP, name, _short(name))
    paths = []
    for start, end in sorted(links):
        one, two = place[start], place[end]
        x, y, to_x, to_y = one.x + BOX, one.y + HIGH // 2, two.x, two.y + HIGH // 2
        bend = min(GAP, (to_x - x) // 2)
        paths.append(f"M{x} {y}C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}")
    return list(place.values()), paths, len(layers) * (BOX + GAP) - GAP, height


def _short(name: str) -> str:
    bare = name.rpartition(".")[2]
    longest = int((BOX - 14) / LETTER)
    return bare if len(bare) <= longest else bare[: longest - 1] + "…"


# -- Months ---------------------------------------------------------------------------------------


def months(
    cells: Iterable[Mapping[str, Any]], rows: Sequence[tuple[str, str]], by: str, link: str
) -> dict[str, Any] | None:
    """A table: a line for each of `rows` (value of the column `by`, name), a column a month.

    A cell of several deliveries says how many of those that are due or have come are there.
    """
    found: dict[tuple[str, Any], list[str]] = {}
    heads = set()
    for cell in cells:
        heads.add(cell["month"])
        found.setdefault((cell[by], cell["month"]), []).append(cell["state"])
    lines = [
        {
            "code": code,
            "name": name,
            "cells": [_told(found.get((code, month), [])) for month in sorted(heads)],
        }
        for code, name in rows
        if any((code, month) in found for month in heads)
    ]
    return {"months": sorted(heads), "lines": lines, "link": link} if lines else None


def _told(states: Sequence[str]) -> dict[str, str]:
    counts = Counter(states)
    if len(counts) <= 1:
        state = states[0] if states else "none"
        short = WORDS[state] if len(states) <= 1 else f"{len(states)} {WORDS[state]}"
        return {"state": state, "short": short, "long": ""}
    came = sum(counts[state] for state in CAME)
    due = len(states) - counts["due"]
    if came == due:
        state = "late" if counts["late"] else "received"
    else:
        state = "partly" if came else "held" if counts["held"] else "missing"
    told = ", ".join(f"{counts[each]} {WORDS[each]}" for each in WORDS if counts[each])
    return {"state": state, "short": f"{came} of {due}", "long": told}


# -- Map ------------------------------------------------------------------------------------------


def borough_map(
    outlines: Sequence[Mapping[str, Any]], coverage: Iterable[Mapping[str, Any]]
) -> dict[str, Any] | None:
    """The outlines of the boroughs that are expected to send, each with what came of it."""
    states: dict[str, list[str]] = {}
    for row in coverage:
        state = row["state"] if row["state"] != "received" else ("late" if row["is_late"] else "received")
        states.setdefault(row["provider_code"], []).append(state)
    shown = [row for row in outlines if row["provider_code"] in states]
    if not shown:
        return None
    shapes = [(row, list(_rings(json.loads(row["outline"])))) for row in shown]
    points = [point for _, rings in shapes for ring in rings for point in ring]
    west, north = min(x for x, _ in points), max(y for _, y in points)
    narrow = math.cos(math.radians(north))
    width = max((max(x for x, _ in points) - west) * narrow, 1e-9)
    scale = 480 / width
    height = (north - min(y for _, y in points)) * scale
    drawn = []
    for row, rings in shapes:
        state, told = _of_borough(states[row["provider_code"]])
        path = "".join(
            "M"
            + "L".join(f"{(x - west) * narrow * scale:.1f} {(north - y) * scale:.1f}" for x, y in ring)
            + "Z"
            for ring in rings
        )
        drawn.append({"name": row["borough_name"], "state": state, "told": told, "path": path})
    return {"shapes": drawn, "height": math.ceil(height), "expected": len(states)}


def _of_borough(states: Sequence[str]) -> tuple[str, str]:
    counts = Counter(states)
    told = ", ".join(f"{counts[each]} {WORDS[each]}" for each in WORDS if counts[each])
    if len(counts) == 1:
        return states[0], told if len(states) > 1 else WORDS[states[0]]
    return ("partly" if counts["received"] else "late"), told


def _rings(shape: Mapping[str, Any]) -> Iterator[list[tuple[float, float]]]:
    polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    for polygon in polygons:
        for ring in polygon:
            yield [(point[0], point[1]) for point in ring]
