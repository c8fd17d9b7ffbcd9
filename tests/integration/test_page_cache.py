"""A page given again is the page that would be made anew: whatever it depends on tells kept pages apart."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from django.conf import settings as current
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.test import Client
from django.test.client import ClientHandler
from django.test.utils import CaptureQueriesContext
from django.urls import path
from pytest_django.fixtures import Settings

from cordiale.apps.ledger.writes import entry
from cordiale.config.page_store import ADDRESSES, OVERHEAD, KeptPage, PageStore, kept
from cordiale.domain import clock
from cordiale.ui.pages import of_one_state
from tests.databases import ROOT, OwnDatabase
from tests.makers import AT, ledger_number, owner
from tools.installation import environment_of

Here = Callable[[OwnDatabase], AbstractContextManager[None]]
FINLAND = "/countries/fin/"
FOOTER = re.compile(r"Register entry ([\d,]+), recorded")
MADE = count(1)


def write(said: str = "something") -> int:
    """One more entry; its number."""
    with entry(by=owner, at=AT, verb="test.wrote", subject="test:1", reason="a test") as change:
        change.record({"said": said}, register=True)
    return change.number


def text(response: Any) -> str:
    body = gzip.decompress(response.content) if response.get("Content-Encoding") == "gzip" else response.content
    return str(body.decode())


def footer(response: Any) -> int:
    """The ledger entry that a page says it shows."""
    found = FOOTER.search(text(response))
    assert found is not None
    return int(found[1].replace(",", ""))


def queries(client: Client, address: str, **headers: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address, headers=headers).status_code == 200
    return len(asked)


def keep(client: Client, address: str, **headers: str) -> Any:
    """Ask until a page is kept; what was answered first."""
    first = client.get(address, headers=headers)
    client.get(address, headers=headers)
    return first


def is_kept(client: Client, address: str, **headers: str) -> bool:
    """Whether a page costs nothing but the look at the ledger."""
    return queries(client, address, **headers) == 1


# --- what a repeat costs, and what it answers ---


@pytest.mark.parametrize(
    "address", ["/", FINLAND, "/frameworks/pfp/", "/timelines/", "/?on=2004-03-29", "/countries/fin/participation.csv"]
)
def test_a_page_asked_for_again_is_the_same_and_costs_one_query(nato, client, address):
    first = keep(client, address)

    with CaptureQueriesContext(connection) as asked:
        again = client.get(address)

    assert len(asked) == 1
    assert again.content == first.content
    assert dict(again.items()) == dict(first.items())


def test_a_page_asked_for_once_is_not_kept(nato, client):
    client.get(FINLAND)

    assert not is_kept(client, FINLAND)


def test_a_page_that_many_asked_for_is_kept_at_once_after_an_entry(nato, client):
    keep(client, FINLAND)
    write()

    client.get(FINLAND)

    assert is_kept(client, FINLAND)


def test_pages_say_that_whoever_keeps_them_has_to_ask_first(nato, client):
    assert client.get(FINLAND)["Cache-Control"] == "no-cache, public"


def test_a_kept_page_has_the_headers_that_guard_it(nato, client):
    keep(client, FINLAND)

    again = client.get(FINLAND)

    assert "default-src 'none'" in again["Content-Security-Policy"]
    assert again["X-Frame-Options"] == "DENY"
    assert again["X-Content-Type-Options"] == "nosniff"
    assert again["Referrer-Policy"] == "same-origin"
    assert again["Content-Language"] == "en"
    assert again["Vary"] == "Accept-Language, Accept-Encoding"


def test_without_room_every_page_is_made_anew(nato, settings):
    settings.PAGE_CACHE_BYTES = 0
    client = Client()
    keep(client, FINLAND)

    assert not is_kept(client, FINLAND)


@pytest.mark.parametrize("value", ["lots", "-1", "1.5"])
def test_a_room_that_is_no_number_of_mebibytes_is_refused(tmp_path, value):
    done = subprocess.run(
        [sys.executable, "-c", "import cordiale.config.settings"],
        env=environment_of(tmp_path, CORDIALE_PAGE_CACHE=value),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert "CORDIALE_PAGE_CACHE takes a whole number of MiB" in done.stderr


# --- never stale ---


def test_a_new_entry_shows_at_once(nato, client):
    keep(client, FINLAND)

    number = write()

    assert footer(client.get(FINLAND)) == number


def test_a_write_rolled_back_leaves_nothing_behind(nato, client):
    """The number is used again by the next entry; its hash is another."""
    before = ledger_number()
    keep(client, "/changes/")
    with transaction.atomic():
        write("what never was")
        assert "2 rows" in text(keep(client, "/changes/"))
        shown_inside = text(client.get(f"/changes/{before + 1}/"))
        keep(client, f"/changes/{before + 1}/")
        transaction.set_rollback(True)

    assert footer(client.get("/changes/")) == before
    assert client.get(f"/changes/{before + 1}/").status_code == 404

    write("what is")

    assert footer(client.get("/changes/")) == before + 1
    assert text(client.get(f"/changes/{before + 1}/")) != shown_inside


def test_a_write_that_others_cannot_see_yet_changes_nothing(own_nato_database: OwnDatabase, here: Here):
    """A writer in a thread of its own holds its entry open, rolls it back, and commits another."""
    may_end, opened = threading.Event(), threading.Event()

    def write_and_roll_back() -> None:
        try:
            with transaction.atomic():
                write()
                opened.set()
                may_end.wait(20)
                transaction.set_rollback(True)
        finally:
            connection.close()

    with here(own_nato_database):
        client, before = Client(), ledger_number()
        first = keep(client, FINLAND)
        writer = threading.Thread(target=write_and_roll_back)
        writer.start()
        assert opened.wait(20)

        during = client.get(FINLAND)
        may_end.set()
        writer.join(20)
        after = client.get(FINLAND)
        number = write()
        at_last = client.get(FINLAND)

    assert text(during) == text(after) == text(first)
    assert (footer(first), footer(at_last)) == (before, number)


def test_no_reader_is_answered_with_less_than_was_written_before_they_asked(own_nato_database: OwnDatabase, here: Here):
    """Four readers share one store while a writer writes; each compares with what was committed before it asked."""
    committed, stale, asked = [0], [], [0]
    done = threading.Event()
    handler = ClientHandler()

    def write_on() -> None:
        try:
            while not done.is_set():
                committed[0] = write()
                done.wait(0.02)
        finally:
            connection.close()

    def read_on() -> None:
        client = Client()
        client.handler = handler
        try:
            for _ in range(60):
                wanted = committed[0]
                shown = footer(client.get("/accessibility/"))
                asked[0] += 1
                if shown < wanted:
                    stale.append((shown, wanted))
        finally:
            connection.close()

    with here(own_nato_database):
        committed[0] = ledger_number()
        writer = threading.Thread(target=write_on)
        readers = [threading.Thread(target=read_on) for _ in range(4)]
        for thread in (writer, *readers):
            thread.start()
        for thread in readers:
            thread.join(120)
        done.set()
        writer.join(120)

    assert stale == []
    assert asked[0] == 240
    assert committed[0] > 2


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (datetime(2026, 11, 24, 22, 59, tzinfo=UTC), datetime(2026, 11, 24, 23, 1, tzinfo=UTC), 'value="2026-11-25"'),
        (datetime(2026, 11, 24, 23, 59, tzinfo=UTC), datetime(2026, 11, 25, 0, 1, tzinfo=UTC), "Read on 25 November"),
    ],
    ids=["the day begins in Brussels, for which the page answers", "the day begins in UTC, on which it is read"],
)
def test_a_new_day_shows_at_once(nato, client, monkeypatch, before, after, says):
    monkeypatch.setattr(clock, "now", lambda: before)
    assert says not in text(keep(client, FINLAND))

    monkeypatch.setattr(clock, "now", lambda: after)

    assert says in text(client.get(FINLAND))


# --- languages, hosts, encodings ---


@pytest.fixture
def french(settings: Settings) -> None:
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]


def test_each_language_has_its_own_pages(nato, french, client):
    for language in ("en", "fr"):
        keep(client, FINLAND, accept_language=language)

    for asked, given in (("fr-CA, en;q=0.5", "fr"), ("de, en", "en"), ("de", "en"), ("en;q=0.1, fr;q=0.2", "fr")):
        answer = client.get(FINLAND, headers={"Accept-Language": asked})

        assert answer["Content-Language"] == given
        assert f'<html lang="{given}"' in text(answer)
        assert is_kept(client, FINLAND, accept_language=asked)


def test_the_cookie_of_the_language_counts_as_it_does_for_a_page_made_anew(nato, french, client):
    keep(client, FINLAND)
    client.cookies[current.LANGUAGE_COOKIE_NAME] = "fr"

    assert client.get(FINLAND)["Content-Language"] == "fr"


@pytest.mark.parametrize(
    "value",
    ["*", "", ",,,;;;q==", "en;q=9e99", "x" * 20_000, "en," * 5_000, "../../etc/passwd", "en\x00", "ens\u00e9"],
    ids=["any", "none", "no words", "a huge weight", "long", "many", "a path", "a zero byte", "not ASCII"],
)
def test_a_hostile_language_gets_the_page_in_the_language_of_the_installation(nato, client, value):
    first = keep(client, FINLAND)

    answer = client.get(FINLAND, HTTP_ACCEPT_LANGUAGE=value)

    assert answer.status_code == 200
    assert answer.content == first.content


@pytest.mark.parametrize("host", ["evil.example", "localhost:8000@evil.example", "local host", "", "[::1", "a" * 5_000])
def test_a_host_that_is_not_ours_is_refused_though_the_page_is_kept(nato, client, host):
    keep(client, FINLAND, host="localhost")

    assert client.get(FINLAND, headers={"Host": host}).status_code == 400


def test_citations_name_the_host_that_was_asked(nato, client, settings):
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]
    keep(client, FINLAND, host="one.example")

    answer = text(client.get(FINLAND, headers={"Host": "two.example"}))

    assert "http://two.example/countries/fin/" in answer
    assert "one.example" not in answer


def test_citations_name_the_scheme_that_was_asked(nato, client):
    keep(client, FINLAND)

    assert "https://testserver/countries/fin/" in text(client.get(FINLAND, secure=True))


@pytest.mark.parametrize("address", [FINLAND, "/countries/fin/participation.xlsx"])
def test_a_client_without_gzip_gets_the_same_page(nato, client, address):
    small = keep(client, address, accept_encoding="gzip")

    plain = client.get(address)
    again = client.get(address, headers={"Accept-Encoding": "br, gzip"})

    assert not plain.has_header("Content-Encoding")
    assert plain["Content-Length"] == str(len(plain.content))
    assert again["Content-Encoding"] == "gzip"
    assert again["Content-Length"] == str(len(again.content))
    assert gzip.decompress(again.content) == plain.content == gzip.decompress(small.content)
    assert plain["Vary"] == again["Vary"] == "Accept-Language, Accept-Encoding"


def test_head_answers_what_get_does_without_the_page(nato, client):
    keep(client, FINLAND)
    got = client.get(FINLAND)

    with CaptureQueriesContext(connection) as asked:
        head = client.head(FINLAND)

    assert len(asked) == 1
    assert head.content == b""
    assert dict(head.items()) == dict(got.items())


def test_head_keeps_nothing(nato, client):
    for _ in range(3):
        client.head(FINLAND)

    assert len(store_of(client)) == 0


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_who_has_the_page_already_is_told_so(nato, client, encoding):
    first = keep(client, FINLAND, accept_encoding=encoding)

    answer = client.get(FINLAND, headers={"Accept-Encoding": encoding, "If-None-Match": first["ETag"]})

    assert answer.status_code == 304
    assert answer.content == b""
    assert answer["ETag"] == first["ETag"]
    assert answer["Cache-Control"] == first["Cache-Control"]


def test_who_has_the_page_from_before_an_entry_gets_the_new_one(nato, client):
    first = keep(client, FINLAND)
    number = write()

    answer = client.get(FINLAND, headers={"If-None-Match": first["ETag"]})

    assert answer.status_code == 200
    assert footer(answer) == number


# --- what is not for everybody ---


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"page {next(MADE)}")


def with_cookie(request: HttpRequest) -> HttpResponse:
    response = plain(request)
    response.set_cookie("seen", "1")
    return response


def with_token(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"page {next(MADE)} {get_token(request)}")


def by_cookie(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"page {next(MADE)}", headers={"Vary": "Cookie"})


def by_htmx(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"page {next(MADE)}", headers={"Vary": "HX-Request"})


def by_anything(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"page {next(MADE)}", headers={"Vary": "*"})


def private(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"page {next(MADE)}", headers={"Cache-Control": "private, public"})


def not_to_store(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"page {next(MADE)}", headers={"Cache-Control": "no-store"})


def in_parts(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse([f"page {next(MADE)}"])


def refused(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"page {next(MADE)}", status=400)


def while_somebody_writes(request: HttpRequest) -> HttpResponse:
    write()
    return plain(request)


def absent(request: HttpRequest) -> HttpResponse:
    raise Http404(f"page {next(MADE)}")


NOT_KEPT: dict[str, Callable[..., Any]] = {
    "sets-a-cookie": of_one_state(with_cookie),
    "holds-a-token": of_one_state(with_token),
    "varies-on-cookies": of_one_state(by_cookie),
    "varies-on-htmx": of_one_state(by_htmx),
    "varies-on-anything": of_one_state(by_anything),
    "is-private": private,
    "is-not-to-be-stored": of_one_state(not_to_store),
    "says-nothing": plain,
    "comes-in-parts": of_one_state(in_parts),  # type: ignore[arg-type]  # no view of ours streams so far
    "is-a-refusal": of_one_state(refused),
    "was-overtaken-by-an-entry": of_one_state(while_somebody_writes),
}
urlpatterns = [
    path("kept/", of_one_state(plain)),
    *(path(f"{name}/", view) for name, view in NOT_KEPT.items()),
]
handler404 = "cordiale.config.errors.broken"


@pytest.fixture
def invented(settings: Settings, nato: None) -> Client:
    """A reader of a site with the pages above."""
    settings.ROOT_URLCONF = __name__
    return Client()


def content(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)


def store_of(client: Client) -> PageStore:
    """The store of the client's own chain of middleware."""
    inner: Any = vars(client.handler)["_middleware_chain"]
    while not isinstance(getattr(inner, "store", None), PageStore):
        inner = getattr(inner, "__wrapped__", None) or inner.get_response
    return inner.store  # type: ignore[no-any-return]  # just seen to be one


def test_a_page_of_these_tests_that_says_it_may_is_kept(invented):
    keep(invented, "/kept/")

    assert content(invented.get("/kept/")) == content(invented.get("/kept/"))
    assert len(store_of(invented)) == 1


@pytest.mark.parametrize("name", NOT_KEPT)
def test_an_answer_is_never_kept_that(invented, name):
    answers = [content(Client.get(invented, f"/{name}/")) for _ in range(4)]

    assert len(set(answers)) == 4
    assert len(store_of(invented)) == 0


KNOWN_BY = {
    "a session": {"Cookie": "cordiale_session=1"},
    "a token": {"Cookie": f"cordiale_csrf={'a' * 32}"},
    "a session among others": {"Cookie": "other=2; cordiale_session=1"},
    "credentials": {"Authorization": "Bearer 1"},
}


@pytest.mark.parametrize("headers", KNOWN_BY.values(), ids=KNOWN_BY)
def test_who_is_known_by_something_is_neither_answered_from_memory_nor_kept(invented, headers):
    keep(invented, "/kept/")
    anybody = content(invented.get("/kept/"))

    answers = {content(invented.get("/kept/", headers=headers)) for _ in range(3)}

    assert len(answers) == 3
    assert anybody not in answers
    invented.cookies.clear()  # a session that does not exist is told to go
    assert content(invented.get("/kept/")) == anybody


def test_the_cookies_of_others_change_nothing(invented):
    keep(invented, "/kept/", cookie="balancer=7")

    assert content(invented.get("/kept/")) == content(invented.get("/kept/", headers={"Cookie": "balancer=8"}))


def test_a_post_is_never_answered_from_memory(invented):
    keep(invented, "/kept/")

    assert content(invented.post("/kept/")) != content(invented.get("/kept/"))


def test_a_long_address_is_answered_and_not_kept(invented):
    address = f"/kept/?{'x' * 2_000}"
    keep(invented, address)

    assert content(invented.get(address)) != content(invented.get(address))
    assert len(store_of(invented)) == 0


def test_before_a_pack_is_loaded_nothing_is_kept(db, client):
    for _ in range(3):
        assert client.get(FINLAND).status_code == 503


# --- the room ---


def page(size: int) -> KeptPage:
    return KeptPage(b"x" * (size - OVERHEAD), {}, {}, compressed=True)


def ask(store: PageStore, address: str, *, times: int = 2, size: int = 10_000, state: str = "now") -> bool:
    """Ask for a page so many times, then offer it; whether it is kept."""
    for _ in range(times):
        store.take(state, address)
    return store.put(state, address, page(size))


def test_pages_take_no_more_than_the_room():
    store = PageStore(room=200_000)

    for number in range(100):
        ask(store, f"/{number}", times=number + 2)

        assert store.taken <= 200_000

    assert len(store) == 20


def test_what_a_page_takes_covers_its_body_and_headers():
    made = kept(HttpResponse(os.urandom(50_000)))

    assert made.size > 50_000 + sum(len(name) + len(value) for name, value in made.headers.items())


def test_a_page_larger_than_its_part_of_the_room_is_not_kept():
    store = PageStore(room=160_000)

    assert ask(store, "/", size=10_000)
    assert not ask(store, "/large", size=10_001)


def test_a_flood_of_addresses_does_not_drive_out_what_people_read():
    store = PageStore(room=200_000)
    for number in range(20):
        assert ask(store, f"/read/{number}", times=50)

    for number in range(5 * ADDRESSES):
        ask(store, f"/?{number}", times=2)
        if number % 100 == 0:
            store.take("now", f"/read/{number // 100 % 20}")

    assert sum(store.take("now", f"/read/{number}") is not None for number in range(20)) == 20


def test_what_is_counted_is_bounded_too():
    store = PageStore(room=200_000)

    for number in range(3 * ADDRESSES):
        store.take("now", f"/?{number}")

    assert len(store._asked) <= ADDRESSES


def test_yesterdays_favourites_give_way():
    store = PageStore(room=160_000)
    for number in range(16):
        assert ask(store, f"/old/{number}", times=200)

    for _ in range(10 * ADDRESSES):
        for number in range(8):
            ask(store, f"/new/{number}", times=1)

    assert all(store.take("now", f"/new/{number}") is not None for number in range(8))


def test_another_state_empties_the_store():
    store = PageStore(room=200_000)
    ask(store, "/", state="before")

    assert store.take("after", "/") is None
    assert (len(store), store.taken) == (0, 0)


def test_a_page_of_a_state_that_is_over_is_not_kept():
    store = PageStore(room=200_000)
    ask(store, "/", state="before")
    store.take("after", "/")

    assert not store.put("before", "/", page(10_000))
    assert store.take("after", "/") is None


def test_threads_share_a_store_without_losing_count_of_the_room():
    store = PageStore(room=200_000)

    def use(seed: int) -> None:
        for number in range(3_000):
            state = str(number // 500)
            address = f"/{(seed * number) % 40}"
            if store.take(state, address) is None and store.wants(state, address):
                store.put(state, address, page(1_600 + 300 * (number % 20)))

    threads = [threading.Thread(target=use, args=(seed,)) for seed in (3, 7, 11, 13)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert store.taken == sum(each.size for each in store._pages.values())
    assert 0 < store.taken <= 200_000
