"""The world map: an edition of shapes, and what is painted on it, as the pieces a template draws.

An edition is a folder with world.svg, whose shapes carry ids within a group called "land", and map.json, which tells
their measures, where they come from and the disclaimer to show. An installation may bring its own: docs/howto/map.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import isfinite
from pathlib import Path
from typing import Any

SMALL = 12.0
"""Below this area, in square units of a map a thousand units wide, a country gets a ring to be seen at all."""

LENS = (250.0, 196.0)
"""Width and height of the part that is shown larger, in units of the map."""

TEXTURES = ("suspended", "unclear")
"""States shown by a texture in the colour of the framework."""


MARKS_PALE = {
    "member": ("#A9B7C7", "#E4E9EE"),
    "square": ("#1A4F94", "#B8C9E0"),
    "disc": ("#A46919", "#E6D0B4"),
    "diamond": ("#16987A", "#B2DDD3"),
    "triangle": ("#6E2F55", "#D2BBCA"),
    "plain": ("#A9B7C7", "#D5D9DF"),
    "outline": ("#46536A", "#C9CED6"),
}
"""Colour of a framework by its mark, and its pale version, as in cordiale.css: for drawings that stand alone."""


class BadEdition(ValueError):
    """A map edition that cannot be used; the message says which file, what is wrong, and how to mend it."""

    code = "bad-map-edition"


@dataclass(frozen=True)
class Shape:
    """A country on the map: its area, the centre of its largest part, and whether world.svg draws it."""

    area: float
    x: float
    y: float
    drawn: bool


@dataclass(frozen=True)
class Edition:
    """A map edition.

    Args:
        title, attribution, disclaimer: shown below the map.
        width, height: of the drawing, in its own units.
        apart: codes of countries of which some part is drawn apart and never painted with the mainland.
        shapes: code to shape.
    """

    title: str
    attribution: str
    disclaimer: str
    width: float
    height: float
    apart: tuple[str, ...]
    shapes: Mapping[str, Shape]


@lru_cache(maxsize=4)
def edition(folder: Path) -> Edition:
    """Read a map edition.

    Raises:
        BadEdition: a file is missing or does not hold what it must.
    """
    try:
        data = json.loads((folder / "map.json").read_text(encoding="utf-8"))
        found = Edition(
            title=str(data["title"]),
            attribution=str(data["attribution"]),
            disclaimer=str(data["disclaimer"]),
            width=_length("width", data["width"]),
            height=_length("height", data["height"]),
            apart=tuple(str(code) for code in data.get("apart", ())),
            shapes={code: _shape(code, given) for code, given in data["shapes"].items()},
        )
    except OSError as error:
        raise BadEdition(f"{folder / 'map.json'} cannot be read: {error.strerror}") from error
    except KeyError as error:
        raise BadEdition(
            f"{folder / 'map.json'} has no {error}; see docs/howto/map.md for what it must hold"
        ) from error
    except (TypeError, ValueError, AttributeError) as error:
        raise BadEdition(f"{folder / 'map.json'} cannot be understood: {error}") from error
    _check_drawing(folder / "world.svg", found.shapes)
    return found


def _length(name: str, given: Any) -> float:
    length = float(given)
    if not (isfinite(length) and length > 0):
        raise ValueError(f"{name}: {given} is no length; write a number above 0")
    return length


def _shape(code: str, given: Mapping[str, Any]) -> Shape:
    if not code.isalnum():
        raise ValueError(f"shape {code!r}: a code is made of letters and figures")
    area, x, y = float(given["area"]), float(given["x"]), float(given["y"])
    if not all(map(isfinite, (area, x, y))):
        raise ValueError(f"shape {code}: area, x and y must be numbers")
    return Shape(area, x, y, bool(given.get("drawn", True)))


def _check_drawing(file: Path, shapes: Mapping[str, Shape]) -> None:
    """Refuse a drawing that lacks what a page points at: whatever is not there is left out without a word.

    Raises:
        BadEdition: it cannot be read, or has no id that it should have.
    """
    try:
        ids = set(re.findall(r"""\sid\s*=\s*["']([^"']*)["']""", file.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise BadEdition(f"{file} is missing; it draws the shapes, in a group with the id land") from error
    except OSError as error:
        raise BadEdition(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadEdition(f"{file} is not written in UTF-8; save it anew as UTF-8") from error
    if "land" not in ids:
        raise BadEdition(f"{file} has no group with the id land; put all shapes into one")
    absent = sorted(code for code, shape in shapes.items() if shape.drawn and code not in ids)
    if absent:
        few = ", ".join(absent[:5])
        raise BadEdition(f'{file} has no shape with the id {few}; draw it, or write "drawn": false in map.json')


@dataclass(frozen=True)
class Painted:
    """A country to paint.

    Args:
        shape: code of its shape.
        name: shown beside a ring.
        colour: "member", or the mark of a framework: square, disc, diamond, triangle, plain, outline.
        state: in-force, suspended, unclear, disputed or not-known.
        diamond: whether a small diamond is put on it: it also takes part in something of its own.
    """

    shape: str
    name: str
    colour: str
    state: str
    diamond: bool = False


@dataclass(frozen=True)
class Fill:
    """A shape to draw: its code, its classes, and the texture to fill it with, if any."""

    code: str
    classes: str
    texture: str


@dataclass(frozen=True)
class Spot:
    """A ring or diamond: where, which classes, which texture; for the larger part also the name and its side."""

    x: str
    y: str
    classes: str
    texture: str = ""
    name: str = ""
    side: str = "start"
    text_x: str = ""
    text_y: str = ""


class Drawing:
    """A map with countries painted on it, in pieces that a template puts together.

    Args:
        edition: the shapes.
        painted: what to paint; what has no shape is left out and named in `missing`.
        centres: codes of the countries the map is about; the larger part shows where most of them are.
    """

    def __init__(self, edition: Edition, painted: Sequence[Painted], centres: Iterable[str]) -> None:
        self.edition = edition
        self._known = [one for one in painted if one.shape in edition.shapes]
        self.missing = [one.name for one in painted if one.shape not in edition.shapes]
        self._lens = lens(edition, frozenset(centres))

    @property
    def view(self) -> str:
        """The view box of the world."""
        return f"0 0 {_n(self.edition.width)} {_n(self.edition.height)}"

    @property
    def lens_view(self) -> str:
        """The view box of the larger part."""
        return " ".join(_n(value) for value in self._lens)

    @property
    def lens_frame(self) -> dict[str, str]:
        """The larger part as a rectangle on the world."""
        return dict(zip(("x", "y", "width", "height"), map(_n, self._lens), strict=True))

    @cached_property
    def fills(self) -> list[Fill]:
        """Shapes to draw over the land, those with an outline of their own last."""
        drawn = [one for one in self._known if self.edition.shapes[one.shape].drawn]
        drawn.sort(key=lambda one: (one.state in ("disputed", "unclear"), one.shape))
        return [Fill(one.shape, _classes(one), _texture(one)) for one in drawn]

    @cached_property
    def textures(self) -> list[tuple[str, str]]:
        """Textures the drawing needs: state and colour of each."""
        return sorted({(one.state, one.colour) for one in self._known if one.state in TEXTURES})

    @cached_property
    def rings(self) -> list[Spot]:
        """A ring for each painted country that is too small to be seen, with its name beside it."""
        small = [one for one in self._known if self.edition.shapes[one.shape].area < SMALL]
        small.sort(key=lambda one: self.edition.shapes[one.shape].x)
        return [self._ring(one, small) for one in small]

    def _ring(self, one: Painted, small: Sequence[Painted]) -> Spot:
        here = self.edition.shapes[one.shape]
        beside = (self.edition.shapes[other.shape] for other in small if other is not one)
        crowded = any(0 <= there.x - here.x < 45 and abs(there.y - here.y) < 8 for there in beside)
        text_x = here.x - 4.5 if crowded else here.x + 4.5
        return Spot(
            _n(here.x), _n(here.y), _classes(one), _texture(one), one.name,
            "end" if crowded else "start", _n(text_x), _n(here.y + 2.1),
        )  # fmt: skip

    @cached_property
    def diamonds(self) -> list[Spot]:
        """A diamond for each country that also takes part in something of its own."""
        shapes = [self.edition.shapes[one.shape] for one in self._known if one.diamond]
        return [Spot(_n(shape.x), _n(shape.y), "") for shape in shapes]


@lru_cache(maxsize=16)
def _lens(size: tuple[float, float], points: frozenset[tuple[float, float]]) -> tuple[float, ...]:
    width, height = size
    best, most = (0.0, 0.0), -1.0
    for x in {x for x, _ in points}:
        for y in {y for _, y in points}:
            left = min(max(x - 6, 0), width - LENS[0])
            top = min(max(y - 6, 0), height - LENS[1])
            inside = sum(left < px < left + LENS[0] and top < py < top + LENS[1] for px, py in points)
            if (inside, -left, -top) > (most, -best[0], -best[1]):
                most, best = inside, (left, top)
    return (*best, *LENS)


def lens(edition: Edition, codes: frozenset[str]) -> tuple[float, ...]:
    """The part of the map in which most of some countries lie: left, top, width, height."""
    points = frozenset((edition.shapes[code].x, edition.shapes[code].y) for code in codes if code in edition.shapes)
    return _lens((edition.width, edition.height), points)


def _classes(one: Painted) -> str:
    return f"on-map map-{one.colour} map-{one.state}"


def _texture(one: Painted) -> str:
    return f"map-{one.state}-{one.colour}" if one.state in TEXTURES else ""


def _n(value: float) -> str:
    """A number as SVG writes it, in every language."""
    return f"{value:.1f}".removesuffix(".0")
