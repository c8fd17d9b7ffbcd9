"""A map edition is whole or refused, and a drawing shows every country it is given, however small."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import translation

from cordiale.ui.maps import LENS, SMALL, TEXTURES, BadEdition, Drawing, Edition, Painted, Shape, edition, lens
from tests.databases import ROOT

OURS = ROOT / "src/cordiale/ui/map"
WORLD = '<svg xmlns="http://www.w3.org/2000/svg"><g id="land"><path id="AAA" d="M0 0h9v9z"/></g></svg>'
ABOUT: dict[str, Any] = {
    "title": "Invented",
    "attribution": "Nobody",
    "disclaimer": "No such place",
    "width": 1000,
    "height": 435,
    "shapes": {"AAA": {"area": 40, "x": 5, "y": 5}, "BBB": {"area": 0.1, "x": 7, "y": 7, "drawn": False}},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small edition, whole."""
    (tmp_path / "world.svg").write_text(WORLD, "utf-8")
    (tmp_path / "map.json").write_text(json.dumps(ABOUT), "utf-8")
    return tmp_path


def told(folder: Path, **changed: Any) -> None:
    """Write map.json anew; None leaves a part out."""
    parts = {name: value for name, value in (ABOUT | changed).items() if value is not None}
    (folder / "map.json").write_text(json.dumps(parts), "utf-8")


def shape(code: str, **changed: Any) -> Callable[[Path], None]:
    given = {"area": 40, "x": 5, "y": 5} | changed
    return lambda folder: told(
        folder, shapes={code: {name: value for name, value in given.items() if value is not None}}
    )


class TestEdition:
    def test_that_is_whole_is_read(self, folder):
        read = edition(folder)

        assert (read.title, read.disclaimer, read.width, read.height) == ("Invented", "No such place", 1000, 435)
        assert read.shapes["AAA"] == Shape(area=40, x=5, y=5, drawn=True)
        assert not read.shapes["BBB"].drawn

    def test_of_cordiale_itself_is_whole(self):
        assert len(edition(OURS).shapes) > 200

    @pytest.mark.parametrize(
        ("damage", "file", "says"),
        [
            (lambda folder: (folder / "world.svg").unlink(), "world.svg", "missing"),
            (lambda folder: (folder / "world.svg").write_text(WORLD.replace("land", "x")), "world.svg", "land"),
            (lambda folder: (folder / "world.svg").write_text("<svg/>"), "world.svg", "land"),
            (lambda folder: (folder / "world.svg").write_bytes(b"\xff\xfe<"), "world.svg", "UTF-8"),
            (lambda folder: (folder / "world.svg").write_text(WORLD.replace("AAA", "X")), "world.svg", "AAA"),
            (lambda folder: (folder / "map.json").unlink(), "map.json", "No such file"),
            (lambda folder: (folder / "map.json").write_text("{"), "map.json", "cannot be understood"),
            (lambda folder: (folder / "map.json").write_text("[]"), "map.json", "cannot be understood"),
            (lambda folder: (folder / "map.json").write_text("null"), "map.json", "cannot be understood"),
            (lambda folder: (folder / "map.json").write_bytes(b"\xff\xfe"), "map.json", "cannot be understood"),
            (lambda folder: told(folder, title=None), "map.json", "title"),
            (lambda folder: told(folder, attribution=None), "map.json", "attribution"),
            (lambda folder: told(folder, disclaimer=None), "map.json", "disclaimer"),
            (lambda folder: told(folder, width=None), "map.json", "width"),
            (lambda folder: told(folder, shapes=None), "map.json", "shapes"),
            (lambda folder: told(folder, shapes=["AAA"]), "map.json", "cannot be understood"),
            (lambda folder: told(folder, shapes={"AAA": 1}), "map.json", "cannot be understood"),
            (lambda folder: told(folder, height="tall"), "map.json", "tall"),
            (lambda folder: told(folder, height=0), "map.json", "height"),
            (lambda folder: told(folder, width=-5), "map.json", "width"),
            (lambda folder: told(folder, width=float("nan")), "map.json", "width"),
            (shape("AAA", area=None), "map.json", "area"),
            (shape("AAA", x="east"), "map.json", "east"),
            (shape("AAA", y=float("inf")), "map.json", "AAA"),
            (shape('A"A'), "map.json", "letters and figures"),
            (shape(""), "map.json", "letters and figures"),
        ],
    )
    def test_that_is_damaged_is_refused_with_its_file_and_what_is_wrong(self, folder, damage, file, says):
        damage(folder)

        with pytest.raises(BadEdition) as refusal:
            edition(folder)

        assert str(folder / file) in str(refusal.value)
        assert says in str(refusal.value)

    def test_that_is_not_there_is_refused(self, tmp_path):
        with pytest.raises(BadEdition, match=r"map.json cannot be read: No such file"):
            edition(tmp_path / "nowhere")


def one(code: str = "FIN", state: str = "in-force", **changed: Any) -> Painted:
    given = {"shape": code, "name": code.title(), "colour": "square", "state": state} | changed
    return Painted(**given)


def drawn(*painted: Painted, on: Edition | None = None) -> Drawing:
    return Drawing(on or edition(OURS), painted, [each.shape for each in painted])


class TestRings:
    @pytest.mark.parametrize("code", ["MLT", "BHR", "LUX", "SGP", "SMR", "VAT", "MCO", "LIE", "AND", "BRB"])
    def test_stand_where_a_country_is_too_small_to_be_seen(self, code):
        (ring,) = drawn(one(code, name="Small")).rings

        assert ring.name == "Small"
        assert (float(ring.x), float(ring.y)) == (edition(OURS).shapes[code].x, edition(OURS).shapes[code].y)

    @pytest.mark.parametrize("code", ["FIN", "RUS", "AUT", "EST", "SVN", "GEO"])
    def test_stand_nowhere_else(self, code):
        assert edition(OURS).shapes[code].area >= SMALL
        assert drawn(one(code)).rings == []

    def test_wear_the_colour_and_texture_of_their_country(self):
        (ring,) = drawn(one("MLT", state="suspended", colour="disc")).rings

        assert set(ring.classes.split()) == {"on-map", "map-disc", "map-suspended"}
        assert ring.texture == "map-suspended-disc"

    def test_of_neighbours_have_their_names_on_different_sides(self):
        shapes = {code: Shape(0.1, x, 50, drawn=True) for code, x in (("AAA", 100), ("BBB", 110), ("CCC", 400))}
        crowd = Edition("", "", "", 1000, 435, (), shapes)

        rings = {ring.name: ring for ring in drawn(one("AAA"), one("BBB"), one("CCC"), on=crowd).rings}

        assert {name: ring.side for name, ring in rings.items()} == {"Aaa": "end", "Bbb": "start", "Ccc": "start"}
        assert float(rings["Aaa"].text_x) < 100 < 110 < float(rings["Bbb"].text_x)


class TestFills:
    def test_leave_out_and_name_what_has_no_shape(self):
        drawing = drawn(one("FIN"), one("YUG", name="Yugoslavia"))

        assert [fill.code for fill in drawing.fills] == ["FIN"]
        assert drawing.missing == ["Yugoslavia"]

    def test_with_an_outline_lie_above_the_others(self):
        drawing = drawn(one("DEU", "disputed"), one("AUT", "unclear"), one("POL"), one("FRA", "suspended"))

        assert [fill.code for fill in drawing.fills] == ["FRA", "POL", "AUT", "DEU"]

    def test_draw_nothing_that_world_svg_does_not_hold(self, folder):
        drawing = drawn(one("AAA"), one("BBB"), on=edition(folder))

        assert [fill.code for fill in drawing.fills] == ["AAA"]
        assert [ring.name for ring in drawing.rings] == ["Bbb"]
        assert drawing.missing == []


class TestTextures:
    @pytest.mark.parametrize("state", ["in-force", "disputed", "not-known"])
    def test_are_absent_where_nothing_needs_them(self, state):
        drawing = drawn(one("FIN", state))

        assert drawing.textures == []
        assert drawing.fills[0].texture == ""

    @pytest.mark.parametrize("state", TEXTURES)
    def test_are_one_for_each_colour_that_needs_them(self, state):
        drawing = drawn(one("FIN", state), one("SWE", state), one("AUT", state, colour="disc"), one("POL"))

        assert drawing.textures == [(state, "disc"), (state, "square")]
        assert {fill.texture for fill in drawing.fills} == {f"map-{state}-disc", f"map-{state}-square", ""}


class TestLens:
    def test_shows_most_countries_of_a_crowd_and_stays_on_the_map(self):
        crowd = {f"A{place}": Shape(50, 480 + 9 * place, 60 + 7 * place, drawn=True) for place in range(20)}
        far = {f"F{place}": Shape(50, 20 + 300 * place, 420, drawn=True) for place in range(4)}
        world = Edition("", "", "", 1000, 435, (), crowd | far)

        left, top, width, height = lens(world, frozenset(world.shapes))

        inside = {
            code
            for code, shape in world.shapes.items()
            if left < shape.x < left + width and top < shape.y < top + height
        }
        assert inside >= set(crowd)
        assert 0 <= left <= 1000 - width
        assert 0 <= top <= 435 - height
        assert (width, height) == LENS

    @pytest.mark.parametrize("codes", [(), ("NOWHERE",), ("FIN",)])
    def test_is_there_however_few_countries_there_are(self, codes):
        assert lens(edition(OURS), frozenset(codes))[2:] == LENS

    def test_is_the_same_in_whichever_order_countries_come(self):
        codes = ["FIN", "AUT", "NZL", "USA", "MLT"]

        assert lens(edition(OURS), frozenset(codes)) == lens(edition(OURS), frozenset(reversed(codes)))


@pytest.mark.parametrize("language", ["en", "de", "fr", "ru", "ar"])
def test_numbers_in_a_drawing_are_written_as_svg_wants_them_in_every_language(language):
    drawing = drawn(one("MLT", "suspended", diamond=True), one("FIN", diamond=True), one("BHR"))
    given = {"drawing": drawing, "title": "T", "description": "D"}

    with translation.override(language):
        html = Template("{% cotton map :attrs='given' / %}").render(Context({"given": given}))

    numbers = re.findall(r'\s(?:x|y|cx|cy|r|width|height|viewBox)="([^"]*)"', html)
    assert len(numbers) > 15
    assert [text for text in numbers if not re.fullmatch(r"-?[\d.]+(?: -?[\d.]+)*", text, re.ASCII)] == []
