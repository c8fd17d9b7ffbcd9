"""Every text of ours can be translated: a pseudo-language replaces all of them, and no page keeps an English word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override, trans_real
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings

from tests.browser.packs import write_pack
from tests.browser.pages import MISSING, PageFound, Said, addresses
from tests.databases import Databases, OwnDatabase, rolled_back
from tests.makers import AT, owner

PSEUDO = "en-xa"
"""The code that is customary for a pseudo-language."""

WORD = re.compile(r"[A-Za-z]{2,}")
PLACEHOLDER = re.compile(r"(%\(\w+\)[sd]|%[sd%]|\{\w*\})")
EXEMPT: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("the name of the product", re.compile(r"\bCordiale\b")),
    ("names of file formats", re.compile(r"\b(?:CSV|XLSX|JSON|SVG|PNG|BibTeX|CSL-JSON)\b")),
    ("the name of the time scale, and here the time zone of the pack", re.compile(r"\bUTC\b")),
    ("a licence, by its SPDX name", re.compile(r"\bApache-2\.0\b")),
    ("an address, as the pack gives it", re.compile(r"https://1\.invalid/\d+")),
    ("a hash, or its beginning", re.compile(r"\b(?:[0-9a-f]{64}|(?<=\()[0-9a-f]{16}(?=\)))\b")),
    ("the permanent address of an answer", re.compile(r"http://testserver/\S*")),
    ("a route of the API", re.compile(r"\b(?:GET|POST) /api/v1/[\w/{}]*")),
    ("a moment, as the ledger writes it", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")),
    ("who made a change, as the ledger wrote it down then", re.compile(r"\b(?:system: command line|owner)\b")),
    ("what was changed, as the ledger wrote it down then", re.compile(r"\b(?:pack|assertion|participation):[\d/]+")),
    ("a language, named by Unicode CLDR, which knows no pseudo-language", re.compile(r"^\s*En\s*$")),
    ("a command to type", re.compile(r"`cordiale ledger verify`|ｃｏｒｄｉａｌｅ")),
)
"""What stands on a page in Latin letters in every language, and why."""

DATA = {
    "column-table": "a table of the pack format, by its name in the format",
    "column-target_table": "as above",
}
"""Columns whose cells are data in Latin letters, and why."""


def marked(text: str) -> str:
    """A text as the pseudo-language has it: in brackets, each letter in its wide form, placeholders as they are."""
    parts = PLACEHOLDER.split(text)
    wide = ["".join(_wide(letter) for letter in part) if place % 2 == 0 else part for place, part in enumerate(parts)]
    return f"⟦{''.join(wide)}⟧"


def _wide(letter: str) -> str:
    return chr(ord(letter) + 0xFEE0) if letter.isascii() and letter.isalpha() else letter


class Pseudo:
    """What Django expects of a catalogue; every text is in it."""

    def gettext(self, message: str) -> str:
        """A text without its context."""
        return marked(message.rpartition("\x04")[2])

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Three forms, as in Slavic languages: 1; 2 to 4; the others."""
        form = "①" if number == 1 else "②" if 2 <= number <= 4 else "③"
        return form + marked((singular if number == 1 else plural).rpartition("\x04")[2])

    def language(self) -> str:
        """Its code."""
        return PSEUDO

    def to_language(self) -> str:
        """Its code."""
        return PSEUDO


@pytest.fixture
def pseudo(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A reader of the pseudo-language."""
    settings.LANGUAGES = [("en", "English"), (PSEUDO, "Pseudo"), ("ar", "Arabic")]
    catalogues: dict[str, Any] = trans_real._translations  # type: ignore[attr-defined]  # where Django keeps them
    monkeypatch.setitem(catalogues, PSEUDO, Pseudo())
    return Client(raise_request_exception=False, headers={"Accept-Language": PSEUDO})


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack without a Latin letter in its texts."""
    return write_pack(
        tmp_path_factory.mktemp("packs") / "figures",
        lambda table, column, number: f"№ {number} § {number}",
        title="№ 0",
    )


@pytest.fixture(scope="module")
def database(
    _engine: Databases, _new_place: Callable[[str], tuple[Path, str]], migrated_database: OwnDatabase, pack: Path
) -> Iterator[OwnDatabase]:
    """The database that these tests share, with the pack; each rolls back what it did."""
    database = _engine.copy(migrated_database, *_new_place("figures"))
    database.run_or_fail("pack", "load", pack, "--reason", "№ 1")
    yield database
    _engine.drop(database)


@pytest.fixture
def loaded(database: OwnDatabase, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with rolled_back(database, django_db_blocker):
        yield


def untranslated(page: PageFound) -> list[str]:
    """Texts of a page in which two Latin letters follow each other, and which nothing above explains."""
    ours = (said for said in page.said if not _is_data(said))
    return sorted({said.text.strip() for said in ours if WORD.search(_without_exempt(said))})


def _is_data(said: Said) -> bool:
    """Or says of itself that it is English, as reasons of verdicts and the description of the API do."""
    return said.lang == "en" or (
        "thead" not in said.inside and any(name in DATA for place in said.inside for name in place.split("."))
    )


def _without_exempt(said: Said) -> str:
    text = said.text
    for _why, pattern in EXEMPT:
        text = pattern.sub("", text)
    return text


def test_the_pseudo_language_marks_a_text_and_spares_its_placeholders():
    assert marked("Entry %(number)s of {n}") == "⟦Ｅｎｔｒｙ %(number)s ｏｆ {n}⟧"


@pytest.mark.usefixtures("loaded")
def test_no_page_keeps_a_word_that_cannot_be_translated(pseudo: Client, pack: Path):
    found: dict[str, str] = {}
    for path in [*addresses(pack), MISSING]:
        answer = pseudo.get(path)
        page = PageFound(answer.content.decode())
        assert answer.status_code < 500, path
        assert "⟦" in page.texts, path
        found |= dict.fromkeys(untranslated(page), path)

    assert found == {}


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("query", ["1", "12", "1 999999", "999999", "1" * 300, "5&kind=parties"])
def test_no_page_of_hits_keeps_a_word_that_cannot_be_translated(pseudo: Client, query: str):
    assert untranslated(PageFound(pseudo.get(f"/search/?q={query}").content.decode())) == []


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("path", ["/changes/feed.atom", "/countries/1/feed.atom", "/frameworks/1/feed.atom"])
def test_no_feed_keeps_a_word_that_cannot_be_translated(pseudo: Client, path: str):
    told = re.findall(r"<(?:title|summary)[^>]*>(.*?)</", pseudo.get(path).content.decode(), re.DOTALL)

    text = re.sub(r"&lt;.*?&gt;|pack:1|UTC", " ", " ".join(told))
    assert WORD.findall(text) == []


@pytest.mark.usefixtures("loaded")
def test_no_download_keeps_a_heading_that_cannot_be_translated(pseudo: Client):
    for path in ("/countries/1/", "/frameworks/1/", "/sources/1/", "/agreements/", "/contact/", "/changes/1/"):
        for table in PageFound(pseudo.get(path).content.decode()).tables:
            header = pseudo.get(table.downloads[0]).content.decode("utf-8-sig").splitlines()[0]

            assert not WORD.search(header), (table.downloads[0], header)


@pytest.mark.usefixtures("loaded")
def test_what_every_kind_of_change_is_called_can_be_translated(pseudo: Client):
    _change_everything()

    for path in ("/changes/", *(f"/changes/{number}/" for number in range(1, 6))):
        assert untranslated(PageFound(pseudo.get(path).content.decode())) == [], path


def _change_everything() -> None:
    """One change of each kind, after the load of the pack."""
    from cordiale.apps.register.writes.participation import assert_participation, correct, end, retract
    from cordiale.domain.participation import Scope, StartKind, Statement
    from cordiale.domain.period import Period, parse_when

    def said(status: str) -> Statement:
        period = Period(parse_when("2012-01-01"), None)
        return Statement("1", "8", status, Scope.ALL, StartKind.ENTRY, period, "8")

    first = assert_participation(statement=said("1"), reason="№ 2", by=owner, at=AT)
    second = correct(assertion=first, statement=said("2"), reason="№ 3", by=owner, at=AT)
    third = end(assertion=second, on=parse_when("2013-01-01"), source="1", reason="№ 4", by=owner, at=AT)
    retract(assertion=third, reason="№ 5", by=owner, at=AT)


@pytest.mark.usefixtures("nato")
@pytest.mark.parametrize(
    ("table", "count", "form"), [("agreements", 1, "①"), ("instruments", 2, "②"), ("participation", 12, "③")]
)
def test_a_count_takes_the_form_that_the_language_has_for_its_number(pseudo: Client, table: str, count: int, form: str):
    html = pseudo.get("/countries/fin/").content.decode()

    block = html.partition(f'id="table-{table}"')[2]
    shown = re.search(r'<p class="table-count">(.*?)</p>', block)
    assert shown is not None
    assert shown[1].startswith(f"{form}⟦{count} ")


@pytest.mark.usefixtures("nato")
@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), (PSEUDO, "ltr"), ("ar", "rtl")])
def test_a_page_names_its_language_and_the_way_it_is_written(pseudo: Client, language: str, direction: str):
    answer = pseudo.get("/countries/fin/", headers={"Accept-Language": language})

    assert f'<html lang="{language}" dir="{direction}">' in answer.content.decode()
    assert answer.headers["Content-Language"] == language
    assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.usefixtures("nato")
def test_a_language_that_nobody_translated_gets_the_first_one(client: Client):
    assert '<html lang="en" dir="ltr">' in client.get("/", headers={"Accept-Language": "tlh, *;q=0"}).content.decode()


@pytest.mark.usefixtures("nato")
def test_a_page_written_from_right_to_left_keeps_names_and_ids_apart(pseudo: Client):
    html = pseudo.get("/countries/fin/", headers={"Accept-Language": "ar"}).content.decode()

    cells = re.findall(r"<t[dh] role=\"(?:cell|rowheader)\"[^>]*>(.*?)</t[dh]>", html, re.DOTALL)
    bare = [cell for cell in cells if re.sub(r"<bdi.*?</bdi>|<small.*?</small>|<a .*?</a>|<[^>]*>|[,\s]", "", cell)]

    assert bare == []


@pytest.mark.usefixtures("nato")
@pytest.mark.parametrize(("language", "name"), [("en", "English"), ("pt-br", "Inglês"), ("zh-hans", "英语")])
def test_a_language_is_called_by_its_name_in_the_language_of_the_reader(
    client: Client, settings: Settings, language: str, name: str
):
    settings.LANGUAGES = [("en", "English"), (language, language)]

    with override(language):
        page = PageFound(client.get("/sources/pycountry/", headers={"Accept-Language": language}).content.decode())

    (names,) = [table for table in page.tables if table.key == "party_names"]
    assert {cell.text.strip() for row in names.rows for cell in row if cell.column == "language"} >= {name}
