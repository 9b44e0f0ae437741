"""How the cost of a city grows with its size, as a picture: seconds, memory and disk over scale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import cycle
from math import floor, log10
from typing import Any

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 420, 300, 64, 34, 110, 40
COLOURS = ("#1b6ca8", "#c8553d", "#3d8361", "#8e5aa8", "#b5832b", "#4d5b6a", "#d4578a", "#2a9d9d", "#7a7a1f")
PANELS = (("seconds", "seconds", 1.0), ("peak_memory", "peak memory, MB", 1.0), ("disk", "home, MB", 1e6))
"""What of a step is drawn, what it is called, and what it is divided by."""


def over_scale(cities: Sequence[dict[str, Any]]) -> str:
    """An SVG with a panel for each of `PANELS`: a line a step over the scales of the cities, both axes
    logarithmic, so that what grows as the city grows goes up at the slope of the grid.
    """
    names = list(dict.fromkeys(step["name"] for city in cities for step in city["steps"]))
    panels = []
    for at, (key, title, unit) in enumerate(PANELS):
        lines = {
            name: [
                (float(city["scale"]), step[key] / unit)
                for city in cities
                for step in city["steps"]
                if step["name"] == name and step[key]
            ]
            for name in names
        }
        panels.append(f'<g transform="translate({at * WIDTH} 0)">{_panel(title, lines)}</g>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH * len(PANELS)} {HEIGHT}"'
        ' font-family="sans-serif" font-size="11" role="img">'
        "<title>What each step costs over the scale of the city</title>"
        '<rect width="100%" height="100%" fill="#fff"/>' + "".join(panels) + "</svg>\n"
    )


def _panel(title: str, lines: dict[str, list[tuple[float, float]]]) -> str:
    points = [point for line in lines.values() for point in line]
    if not points:
        return ""
    x, y = (_Axis([point[side] for point in points]) for side in (0, 1))
    to_x = lambda value: LEFT + x.share(value) * (WIDTH - LEFT - RIGHT)  # noqa: E731
    to_y = lambda value: HEIGHT - BOTTOM - y.share(value) * (HEIGHT - TOP - BOTTOM)  # noqa: E731
    drawn = [f'<text x="{LEFT}" y="20" font-weight="bold">{escape(title)}</text>']
    for tick in y.ticks():
        drawn.append(
            f'<path d="M{LEFT} {to_y(tick):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
            f'<text x="{LEFT - 6}" y="{to_y(tick) + 4:.1f}" text-anchor="end">{tick:,g}</text>'
        )
    for tick in x.ticks():
        drawn.append(
            f'<path d="M{to_x(tick):.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>'
            f'<text x="{to_x(tick):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{tick:g}</text>'
        )
    drawn.append(f'<text x="{LEFT}" y="{HEIGHT - 6}">scale (1 is London)</text>')
    labels = _apart([(to_y(line[-1][1]), name) for name, line in lines.items() if line])
    for colour, (name, line) in zip(cycle(COLOURS), lines.items(), strict=False):
        if not line:
            continue
        path = "L".join(f"{to_x(at):.1f} {to_y(value):.1f}" for at, value in line)
        end = to_x(line[-1][0])
        drawn.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.8"/>')
        drawn += [f'<circle cx="{to_x(a):.1f}" cy="{to_y(v):.1f}" r="2.5" fill="{colour}"/>' for a, v in line]
        drawn.append(
            f'<text x="{end + 7:.1f}" y="{labels[name] + 4:.1f}" fill="{colour}">{escape(name)}</text>'
        )
    return "".join(drawn)


class _Axis:
    """A logarithmic axis over some positive values, from one tick to another."""

    STEPS = (1, 3)

    def __init__(self, values: Iterable[float]):
        values = list(values)
        low, high = min(values), max(values)
        every = [
            step * 10.0**power
            for power in range(floor(log10(low)) - 1, floor(log10(high)) + 2)
            for step in self.STEPS
        ]
        self.low = max(tick for tick in every if tick <= low * 1.0001)
        self.high = min(tick for tick in every if tick >= high / 1.0001 and tick > self.low)
        self.every = every

    def share(self, value: float) -> float:
        return (log10(value) - log10(self.low)) / (log10(self.high) - log10(self.low))

    def ticks(self) -> list[float]:
        return [tick for tick in self.every if self.low * 0.999 <= tick <= self.high * 1.001]


def _apart(labels: list[tuple[float, str]], gap: float = 12) -> dict[str, float]:
    """Where each label stands, so that none covers another and all are in the panel."""
    found: dict[str, float] = {}
    lowest = HEIGHT - BOTTOM + gap
    for at, name in sorted(labels, reverse=True):
        found[name] = lowest = min(at, lowest - gap)
    highest = TOP - gap
    for name in reversed(found):
        found[name] = highest = max(found[name], highest + gap)
    return found
