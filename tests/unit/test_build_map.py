"""The map that comes with Cordiale: built from its source, in the view of the United Nations, whole at its edges."""

from __future__ import annotations

import csv
import json
import re
from functools import lru_cache
from itertools import pairwise
from math import hypot
from typing import Any

import pytest

from tests.databases import ROOT
from tools.build_map import SOURCE, TARGET, WIDTH, Point, area, files, placed

SHAPE = re.compile(r'<path id="(\w+)" d="([^"]+)"/>')
NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")


@lru_cache(maxsize=1)
def made() -> dict[str, str]:
    return files(SOURCE)


def rings(path: str) -> list[list[Point]]:
    """The rings of a path as Cordiale writes them: a place to begin, then steps from point to point."""
    found = []
    for part in path.split("z")[:-1]:
        numbers = [float(number) for number in NUMBER.findall(part)]
        x, y = numbers[:2]
        points = [(x, y)]
        for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
        found.append(points)
    return found


@lru_cache(maxsize=1)
def shapes() -> dict[str, list[list[Point]]]:
    """The committed map: code to rings."""
    return {code: rings(path) for code, path in SHAPE.findall((TARGET / "world.svg").read_text("utf-8"))}


@lru_cache(maxsize=1)
def measures() -> dict[str, Any]:
    return dict(json.loads((TARGET / "map.json").read_text("utf-8")))


def holds(code: str, longitude: float, latitude: float) -> bool:
    """Whether a place lies in a shape, by the rule of even and odd."""
    x, y = placed(longitude, latitude)
    inside = False
    for ring in shapes().get(code, []):
        for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
            if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
                inside = not inside
    return inside


@pytest.mark.parametrize("name", ["world.svg", "map.json"])
def test_what_is_committed_is_what_the_source_gives(name):
    assert (TARGET / name).read_text("utf-8") == made()[name]


# where, longitude, latitude, the country it is painted with
PLACES = [
    ("Simferopol", 34.10, 44.95, "UKR"),
    ("Bakhchysarai", 33.87, 44.75, "UKR"),
    ("Sevastopol", 33.62, 44.62, "UKR"),
    ("Donetsk", 37.80, 48.00, "UKR"),
    ("Laayoune", -13.16, 27.13, "ESH"),
    ("Dakhla and the land behind it", -15.0, 23.7, "ESH"),
    ("Marrakesh", -8.0, 31.63, "MAR"),
    ("northern Cyprus", 33.5, 35.27, "CYP"),
    ("Nicosia", 33.2, 35.05, "CYP"),
    ("Hargeisa", 44.06, 9.56, "SOM"),
    ("Tskhinvali", 43.97, 42.23, "GEO"),
    ("Sukhumi and the land behind it", 41.3, 42.95, "GEO"),
    ("Tiraspol", 29.6, 46.84, "MDA"),
    ("Stepanakert", 46.75, 39.82, "AZE"),
    ("Vladivostok", 132.0, 43.4, "RUS"),
    ("Chukotka east of the 180th meridian", -175.0, 66.5, "RUS"),
    ("Moscow", 37.6, 55.75, "RUS"),
    ("Paris", 2.35, 48.85, "FRA"),
    ("Corsica", 9.1, 42.15, "FRA"),
    ("Svalbard", 17.0, 79.0, "NOR"),
    ("Palma", 2.9, 39.65, "ESP"),
    ("Fairbanks", -147.7, 64.8, "USA"),
    ("Ankara", 32.85, 39.93, "TUR"),
    ("Pristina", 21.1, 42.6, "XKX"),
]


@pytest.mark.parametrize(("place", "longitude", "latitude", "country"), PLACES, ids=[place[0] for place in PLACES])
def test_a_place_lies_in_one_shape_that_of_its_country(place, longitude, latitude, country):
    assert [code for code in shapes() if holds(code, longitude, latitude)] == [country]


@pytest.mark.parametrize(
    ("place", "longitude", "latitude"),
    [
        ("Cayenne and the land behind it", -53.0, 4.0),
        ("Réunion", 55.53, -21.13),
        ("Guadeloupe", -61.7, 16.15),
        ("Tenerife", -16.6, 28.27),
    ],
)
def test_what_lies_far_from_the_mainland_is_painted_with_no_country(place, longitude, latitude):
    assert [code for code in shapes() if holds(code, longitude, latitude)] in (["apart"], [])


def test_countries_with_parts_that_stand_apart_are_named():
    assert {"FRA", "NLD", "ESP"} <= set(measures()["apart"])


@pytest.mark.parametrize("code", ["RUS", "FJI", "USA", "ATA", "NZL", "KIR"])
def test_a_country_at_the_edge_of_the_map_has_shapes_on_it_not_across_it(code):
    for ring in shapes().get(code, []):
        assert all(-0.1 <= x <= WIDTH + 0.1 for x, _ in ring)
        assert all(abs(ax - bx) < WIDTH / 2 for (ax, _), (bx, _) in pairwise(ring))


def test_no_shape_reaches_from_edge_to_edge_by_a_line():
    long = {
        code
        for code, found in shapes().items()
        for ring in found
        for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True)
        if hypot(bx - ax, by - ay) > WIDTH / 10 and code != "ATA"  # where the map ends below, Antarctica does
    }

    assert long == set()


def test_russia_is_cut_at_the_edge_and_goes_on_at_the_other():
    left = [ring for ring in shapes()["RUS"] if max(x for x, _ in ring) < WIDTH / 2]
    right = [ring for ring in shapes()["RUS"] if min(x for x, _ in ring) > WIDTH / 2]

    assert left
    assert len(left) + len(right) == len(shapes()["RUS"])
    assert sum(abs(area(ring)) for ring in left) < 0.05 * sum(abs(area(ring)) for ring in right)


@pytest.mark.parametrize("pack", ["nato", "asean"])
def test_every_state_of_a_pack_that_exists_today_has_a_shape(pack):
    with (ROOT / "packs" / pack / "parties.csv").open(encoding="utf-8", newline="") as lines:
        states = [row for row in csv.DictReader(lines) if row["iso3"] and not row["valid_to"]]

    assert len(states) > 20
    assert [row["name"] for row in states if row["iso3"] not in measures()["shapes"]] == []


def test_every_centre_lies_on_the_map():
    for code, shape in measures()["shapes"].items():
        assert 0 <= shape["x"] <= measures()["width"], code
        assert -1 <= shape["y"] <= measures()["height"] + 1 or code == "ATA", code


def test_the_centre_of_a_large_country_lies_in_it():
    for code in ("AUT", "DEU", "UKR", "KAZ", "DZA", "AUS", "BRA", "FRA", "RUS", "USA"):
        shape = measures()["shapes"][code]
        x, y = shape["x"], shape["y"]
        box = [point for ring in shapes()[code] for point in ring]
        assert min(px for px, _ in box) < x < max(px for px, _ in box), code
        assert min(py for _, py in box) < y < max(py for _, py in box), code


def test_what_map_json_calls_drawn_is_drawn_and_nothing_else():
    drawn = {code for code, shape in measures()["shapes"].items() if shape["drawn"]}

    assert drawn == set(shapes()) - {"apart"}
