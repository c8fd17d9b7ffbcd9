"""S1: after every step of a random life, every reader is told on every way what plain loops over the rows say.

`tests/life.py` is the life, and the rule written a second time. Rule: issue 6, section 3.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from cordiale.apps.ledger.reads import head
from cordiale.apps.people.writes.tokens import make_token
from cordiale.apps.sharing.models import DocumentFile, DocumentLink, DocumentVersion
from cordiale.apps.sharing.models.rights import OPEN
from cordiale.apps.sharing.reads import documents as reads
from cordiale.apps.sharing.reads.documents import Filters, Linked
from cordiale.apps.sharing.reads.reading import reading
from cordiale.apps.sharing.reads.searching import search
from cordiale.domain.sharing import Kind, LinkedTo
from cordiale.domain.viewer import Viewer
from cordiale.engines.standing.facts import Facts
from tests.life import CEILING, FILES, GROUPS, Reads, Steps, World, begun, facts_now, readable_by, step
from tests.makers import owner
from tests.people import seen, signed_in
from tests.unit import oracle
from tests.walk import everything_told

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def world(db, tmp_path, settings, monkeypatch, seed):
    settings.CEILING, settings.DOCUMENTS, settings.API_RATE = CEILING, tmp_path / "documents", ""
    monkeypatch.setitem(oracle.GROUP_TREES, "friends", GROUPS["forum"])
    return begun(tmp_path, seed)


def check(world: World, viewer: Viewer, facts: Facts) -> None:
    """Every read of one reader against what it should be."""
    with reading(viewer) as now:
        should = readable_by(viewer, facts, now.at, world.trees)
        in_order = sorted(should.now.values(), key=lambda row: (row.dated_on, row.pk), reverse=True)
        assert all_pages(now, Filters()) == [row.pk for row in in_order]
        assert reads.count(now) == len(in_order)
        assert reads.kinds(now) == dict(Counter(Kind(row.kind) for row in in_order))
        for filters, fits in filters_of(world):
            wanted = [row.pk for row in in_order if fits(row)]
            assert (filters, all_pages(now, filters)) == (filters, wanted)
            assert reads.count(now, filters=filters) == len(wanted)
            assert sum(reads.kinds(now, filters=filters).values()) == len(wanted)
        assert [one.version for one in reads.documents_of(now, versions=everything())] == sorted(should.now)
        check_search(now, in_order)
        check_single(world, now, should)
    assert {code for code, _label in now.shown} <= {
        row.document_id for row in (*should.now.values(), *should.before.values())
    }
    world.shown[viewer.name] += len(in_order)
    world.hidden[viewer.name] += DocumentVersion.behind.filter(OPEN).count() - len(in_order)


def everything() -> list[int]:
    return list(DocumentVersion.behind.order_by("pk").values_list("pk", flat=True))


def all_pages(now, filters: Filters) -> list[int]:
    """A list, page after page of three."""
    found, place = [], None
    while True:
        page = reads.newest(now, filters=filters, after=place, limit=3)
        found += [one.version for one in page.documents]
        if page.following is None:
            return found
        place = page.following


def filters_of(world: World):
    """Filters, and the rows that fit each."""
    links: dict[int, set[tuple[str, str]]] = {}
    for version, kind, target in DocumentLink.behind.values_list("version_id", "kind", "target"):
        links.setdefault(version, set()).add((kind, target))
    alpha, forum = ("party", "alpha"), ("framework", "forum")
    half = head(owner).number - 5
    yield Filters(kind=Kind.LESSON), lambda row: row.kind == "lesson"
    yield Filters(originator="beta"), lambda row: row.originator == "beta"
    yield Filters(since=half), lambda row: row.known_from_id > half
    yield (
        Filters(about=(Linked(LinkedTo.PARTY, "alpha"),)),
        lambda row: alpha in links.get(row.pk, set()),
    )
    yield (
        Filters(about=(Linked(LinkedTo.PARTY, "alpha"), Linked(LinkedTo.FRAMEWORK, "forum")), kind=Kind.PAPER),
        lambda row: {alpha, forum} <= links.get(row.pk, set()) and row.kind == "paper",
    )


def check_search(now, in_order: list[DocumentVersion]) -> None:
    """What is found by words that stand in titles and summaries."""
    for word in ("ships", "paper", "aeropl"):
        wanted = [row.pk for row in in_order if word in f"{row.title} {row.summary}".lower()]
        found = search(now, query=word, limit=1_000)
        assert (word, [hit.document.version for hit in found.hits]) == (word, wanted)
        assert (found.count, sum(found.kinds.values())) == (len(wanted), len(wanted))


def check_single(world: World, now, should: Reads) -> None:
    """Each document by its code, its files, and what it said before."""
    of_now = {row.document_id: row for row in should.now.values()}
    for code in [*world.codes, "nosuchdocument"]:
        found, row = reads.document(now, code=code), of_now.get(code)
        assert (found and found.version) == (row and row.pk)
        assert (code in now.refused) is (row is None)
        names = (
            list(DocumentFile.behind.filter(version=row).order_by("name").values_list("name", flat=True)) if row else []
        )
        assert [file.name for file in (found.files if found else ())] == names
        for name in ("file-0.txt", "file-1.txt"):
            assert (reads.file_of(now, code=code, name=name) is not None) is (name in names)
        before: dict[int, int] = {}
        for old in should.before.values():
            if row and old.document_id == code and old.number < row.number:
                before[old.number] = max(before.get(old.number, 0), old.pk)
        assert [one.version for one in reads.earlier(now, code=code)] == sorted(before.values(), reverse=True)


# The same by every way in.

CODE = re.compile(r"/documents/([a-z2-7]{26})/")
FOLLOWING = re.compile(r'rel="next" href="([^"]*)"')


@dataclass(frozen=True)
class Asking:
    """A browser and a program of one reader; both go on asking when their rights are gone."""

    browser: Client
    headers: dict[str, str]

    def page(self, address: str) -> tuple[int, str]:
        """Status and text of a page."""
        answer = self.browser.get(address)
        return answer.status_code, answer.content.decode() if not answer.streaming else ""

    def program(self, address: str) -> tuple[int, str]:
        """Status and text of an answer to a program."""
        answer = self.browser.get(address, headers=self.headers)
        return answer.status_code, answer.content.decode() if not answer.streaming else ""


def asking(world: World, name: str) -> Asking:
    """How somebody asks."""
    if name == "public":
        return Asking(Client(), {})
    person = world.people[name]
    until = world.at.date() + timedelta(days=9)
    token = make_token(name="t", scope="read", expires_on=until, by=seen(person, world.at), at=world.at)
    return Asking(signed_in(person), {"Authorization": f"Bearer {token}"})


def listed(ask: Callable[[str], tuple[int, str]], address: str, following: Callable[[str], str]) -> list[str]:
    """Codes on all pages of a list, in order; none where it is refused."""
    found: list[str] = []
    while address:
        status, text = ask(address)
        assert status in (200, 302, 401, 403, 404), address
        if status != 200:
            break
        found += codes_in(text)
        address = following(text)
    return found


def codes_in(text: str) -> list[str]:
    """Codes of the documents that an answer lists, each once."""
    if text.startswith("{"):
        return [one["code"] for one in json.loads(text)["items"]]
    main = re.search(r"<main.*</main>", text, re.DOTALL)
    return list(dict.fromkeys(CODE.findall(main[0] if main else text)))


def next_page(text: str) -> str:
    """Where a page of people goes on; "" for the last."""
    found = FOLLOWING.search(text)
    return unescape(found[1]) if found else ""


def next_of_api(text: str) -> str:
    """Where an answer to a program goes on; "" for the last."""
    following = json.loads(text)["next"]
    return str(following["link"]).removeprefix("http://testserver") if following else ""


def no_more(_: str) -> str:
    """Of what comes on one page."""
    return ""


def check_endpoints(world: World, name: str, by: Asking) -> None:
    """Lists, searches, feed, inbox, and some documents by their code, as page, file, label and answer to a program."""
    some = world.chance.sample(world.codes, 3)
    while True:  # a moment that a statement names may pass while we ask
        should = should_read(world, name)
        newest = [row.document_id for row in sorted(should, key=lambda row: (row.dated_on, row.pk), reverse=True)]
        papers = [row.document_id for row in should if "paper" in f"{row.title} {row.summary}".lower()]
        told = {
            "list": listed(by.page, "/documents/", next_page),
            "list of the API": listed(by.program, "/api/v1/documents?limit=3", next_of_api),
        }
        found = {
            "search": sorted(listed(by.page, "/documents/?q=paper", next_page)),
            "search of the API": sorted(listed(by.program, "/api/v1/documents/search?q=paper&limit=3", next_of_api)),
            "feed": sorted(listed(by.program, "/documents/feed.atom", no_more)),
            "inbox": sorted(listed(by.page, "/inbox/", no_more)),
        }
        single = {(code, way): status for code in some for way, status in statuses(by, code)}
        files = {
            (code, file): by.browser.get(f"/documents/{code}/files/{file}").status_code
            for code in some
            for file in FILES
        }
        if should_read(world, name) == should:
            break
    assert told == dict.fromkeys(told, newest)
    for way in ("search", "search of the API"):
        assert (way, found[way]) == (way, sorted(papers))
    for way in ("feed", "inbox"):
        assert (way, found[way]) == (way, sorted(newest)) or len(newest) > reads.AT_ONCE
    of_now = {row.document_id: row for row in should}
    assert {one for one, status in single.items() if status == 200} == {
        (code, way) for code, way in single if code in of_now
    }
    names = {
        (code, file)
        for code, row in of_now.items()
        for file in DocumentFile.behind.filter(version=row).values_list("name", flat=True)
    }
    assert {one for one, status in files.items() if status == 200} == names & files.keys()


def should_read(world: World, name: str) -> set[DocumentVersion]:
    """Rows that somebody may read at this moment."""
    viewer = world.viewers()[name]
    return set(readable_by(viewer, facts_now(), world.at, world.trees).now.values())


def statuses(by: Asking, code: str) -> Iterator[tuple[str, int]]:
    """How a document is answered, way by way."""
    yield "page", by.page(f"/documents/{code}/")[0]
    yield "label", by.page(f"/documents/{code}/label.xml")[0]
    yield "program", by.program(f"/api/v1/documents/{code}")[0]


def check_every_way(world: World, name: str, by: Asking) -> None:
    """No answer of any route or operation names a document that its reader may not read.

    Auditors are told codes of documents by their own pages, as they should be.
    """
    before, may_audit = should_read(world, name), world.viewers()[name].may("sharing.audit")
    asked = world.chance.choice(world.codes)
    told = everything_told(by.browser, by.headers, asked, party="alpha", framework="forum", word="paper")
    may = {row.document_id for row in before | should_read(world, name)}
    secret = {code.encode() for code in world.codes if code not in may}
    telling = {address for address, (_status, body) in told.items() if any(code in body for code in secret)}
    assert len(told) > 80
    assert (
        telling <= {"/documents/exposures/", "/documents/could-read/", f"/documents/{asked}/readers/"}
        if may_audit
        else not telling
    ), telling


def live(world: World, seed: int, steps: int) -> None:
    """A random life, looked at after each step."""
    for _ in range(8):
        Steps().files(world)
    by = {name: asking(world, name) for name in world.viewers()}
    for number in range(steps):
        done = step(world)
        facts = facts_now()
        asked = world.chance.choice([*by])
        for name, viewer in world.viewers().items():
            try:
                check(world, viewer, facts)
                if name == asked:
                    check_endpoints(world, name, by[name])
            except AssertionError as error:
                raise AssertionError(f"step {number} ({done}), {name}: {error}") from error
    # some hundred and seventy addresses each: half of the readers, and the others in the life of the next seed
    for name in [*by][seed % 2 :: 2]:
        check_every_way(world, name, by[name])
    # a life in which partners read all or nothing would prove little
    partners = [f"person:{world.people[name]}" for name in ("alpha's", "beta's", "gamma's")]
    assert min(sum(seen_by[name] for name in partners) for seen_by in (world.shown, world.hidden)) >= steps, world


@pytest.mark.parametrize("seed", [1, 2])
def test_s1_every_read_is_what_the_rule_says_after_every_step(world, seed):
    live(world, seed, 25)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 130))
def test_s1_every_read_is_what_the_rule_says_in_thirty_long_lives(world, seed):
    live(world, seed, 150)
