"""The ground of the city: each borough cut into small areas, of its own making or after given boundaries.

Coordinates are metres on the British National Grid (EPSG:27700).
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ..errors import UsageError

Point = tuple[float, float]
# Greater London, about; what lies nearest to a borough's centre is the borough's.
BOX = [(503600.0, 155900.0), (561900.0, 155900.0), (561900.0, 200900.0), (503600.0, 200900.0)]
PROPERTIES_AN_AREA = 750
FEWEST_AREAS = 6


@dataclass(frozen=True)
class Borough:
    """A borough as `data/boroughs.csv` has it; `share` is its part of the city's properties."""

    provider_code: str
    gss_code: str
    number: int
    name: str
    share: float
    centre: Point
    post_town: str
    postcode_area: str
    first_district: int
    is_pilot: bool


def tessellated(borough: Borough, all_boroughs: list[Borough], areas: int) -> list[list[Point]]:
    """The borough's ground in `areas` convex polygons of about one size, in an order in which neighbours
    follow each other. The ground is what of `BOX` lies nearer to its centre than to any other borough's.
    """
    ground = BOX
    for other in all_boroughs:
        if other != borough:
            ground = _nearer(ground, borough.centre, other.centre)
    return [[(round(x), round(y)) for x, y in part] for part in _split(ground, max(areas, FEWEST_AREAS))]


def _nearer(polygon: list[Point], mine: Point, other: Point) -> list[Point]:
    nx, ny = other[0] - mine[0], other[1] - mine[1]
    at = (nx * (mine[0] + other[0]) + ny * (mine[1] + other[1])) / 2
    return _cut(polygon, nx, ny, at)


def _cut(polygon: list[Point], nx: float, ny: float, at: float) -> list[Point]:
    """What of a convex polygon lies where nx·x + ny·y ≤ at."""
    kept: list[Point] = []
    for (ax, ay), (bx, by) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        a, b = nx * ax + ny * ay - at, nx * bx + ny * by - at
        if a <= 0:
            kept.append((ax, ay))
        if a * b < 0:
            kept.append((ax + (bx - ax) * a / (a - b), ay + (by - ay) * a / (a - b)))
    return kept


def _area(polygon: list[Point]) -> float:
    return 0.5 * abs(
        sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(polygon, polygon[1:] + polygon[:1], strict=True))
    )


def _split(polygon: list[Point], parts: int) -> list[list[Point]]:
    if parts == 1:
        return [polygon]
    # Across the longest side, so that the parts stay compact.
    sides = zip(polygon, polygon[1:] + polygon[:1], strict=True)
    (ax, ay), (bx, by) = max(sides, key=lambda side: math.dist(*side))
    length = math.dist((ax, ay), (bx, by))
    nx, ny = (bx - ax) / length, (by - ay) / length
    less = parts // 2
    wanted = _area(polygon) * less / parts
    along = [nx * x + ny * y for x, y in polygon]
    low, high = min(along), max(along)
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if _area(_cut(polygon, nx, ny, middle)) < wanted else (low, middle)
    return _split(_cut(polygon, nx, ny, low), less) + _split(_cut(polygon, -nx, -ny, -low), parts - less)


def make_areas(
    con: duckdb.DuckDBPyConnection,
    borough: Borough,
    all_boroughs: list[Borough],
    properties: int,
    boundaries: Path | None,
) -> None:
    """Create the table `areas` of the borough.

    Raises `UsageError` when `boundaries` can't be read or has no area of the borough.
    """
    if boundaries is None:
        count = max(FEWEST_AREAS, round(properties / PROPERTIES_AN_AREA))
        in_msoa, in_ward = min(5, max(2, count // 3)), min(8, max(2, count // 3))
        rows = [
            (
                f"Z01{borough.number:02}{at:04}",
                f"{borough.name} {at // in_msoa + 1:03}{chr(65 + at % in_msoa)}",
                f"Z02{borough.number:02}{at // in_msoa:04}",
                f"{borough.name} {at // in_msoa + 1:03}",
                f"Z05{borough.number:02}{at // in_ward:04}",
                _ward(at // in_ward),
                "POLYGON ((" + ", ".join(f"{x:.0f} {y:.0f}" for x, y in [*part, part[0]]) + "))",
            )
            for at, part in enumerate(tessellated(borough, all_boroughs, count))
        ]
    else:
        rows = _given(borough, boundaries, properties)
    con.execute(
        "create or replace table given_areas"
        " (lsoa_code text, lsoa_name text, msoa_code text, msoa_name text,"
        " ward_code text, ward_name text, wkt text)"
    )
    con.executemany("insert into given_areas values (?, ?, ?, ?, ?, ?, ?)", rows)
    con.execute(
        f"""
        create or replace table areas as
        select
            lsoa_code, lsoa_name, msoa_code, msoa_name, ward_code, ward_name,
            '{borough.gss_code}' as borough_code,
            '{borough.name.replace("'", "''")}' as borough_name,
            '{borough.provider_code}' as provider_code,
            wkt as boundary_wkt,
            round(st_x(circle.center), 1) as ground_x,
            round(st_y(circle.center), 1) as ground_y,
            round(circle.radius * 0.85, 1) as ground_radius,
            row_number() over (order by lsoa_code) - 1 as area_number
        from (
            select *, st_maximuminscribedcircle(st_makevalid(st_geomfromtext(wkt))) as circle from given_areas
        )
        """
    )
    con.execute("drop table given_areas")


def _ward(number: int) -> str:
    places = [
        *("Abbey", "Bridge", "Castle", "Canal", "Park", "Market", "Priory", "Station", "Riverside", "Heath"),
        *("Manor", "Church", "Mill", "Spring", "Grove", "Wharf", "Common", "Beacon", "College", "Victoria"),
    ]
    sides = ["", " North", " South", " East", " West"]
    return places[number % len(places)] + sides[number // len(places) % len(sides)]


def _given(borough: Borough, boundaries: Path, properties: int) -> list[tuple]:
    """The borough's areas in a file in the layout of the census (LSOA21CD, …, LAD22CD, geometry)."""

    def column(row: dict[str, str], *patterns: str) -> str:
        for name, value in row.items():
            if any(
                name.upper().startswith(start) and name.upper().endswith(end)
                for start, end in map(str.split, patterns)
            ):
                return value
        return ""

    csv.field_size_limit(1 << 30)
    try:
        with open(boundaries, encoding="utf-8-sig", newline="") as file:
            rows = [
                (
                    column(row, "LSOA CD"),
                    column(row, "LSOA NM"),
                    column(row, "MSOA CD"),
                    column(row, "MSOA NM"),
                    column(row, "WD CD"),
                    column(row, "WD NM"),
                    row.get("geometry") or "",
                )
                for row in csv.DictReader(file)
                if column(row, "LAD CD") == borough.gss_code
            ]
    except OSError as error:
        raise UsageError(f"--boundaries {boundaries} can't be read ({error.strerror})") from None
    rows = sorted({row[0]: row for row in rows if row[0] and row[6]}.values())
    if not rows:
        raise UsageError(
            f"--boundaries {boundaries} has no area of {borough.name} ({borough.gss_code}): it must have the "
            "columns LSOA21CD, LSOA21NM, MSOA21CD, MSOA21NM, LAD22CD and geometry (WKT)"
        )
    # A small city on a fine map keeps whole streets together in some of the areas.
    wanted = max(FEWEST_AREAS, round(properties / 120))
    step = max(1, len(rows) // wanted)
    kept = rows[::step]
    return [
        (*row[:4], row[4] or f"Z05{borough.number:02}{at // 8:04}", row[5] or _ward(at // 8), row[6])
        for at, row in enumerate(kept)
    ]
