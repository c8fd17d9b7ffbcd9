"""The library: filing with the countries shown first, what each reader finds, files in and out, the API."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from cordiale.apps.people.models import Proposal
from cordiale.apps.people.writes.tokens import make_token
from cordiale.apps.sharing.models import DocumentFile, DocumentText, DocumentVersion
from cordiale.apps.sharing.models.door import OutsideReading
from cordiale.apps.sharing.reads.documents import Filters, Linked, newest
from cordiale.apps.sharing.reads.reading import reading
from cordiale.apps.sharing.reads.searching import search
from cordiale.domain import clock
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.sharing import Kind, LinkedTo
from tests.people import DESK, now_somebody, seen, signed_in
from tests.sharing import BUNDLE, filed

AUT, JPN = Mandate(Role.FOCAL_POINT, "aut"), Mandate(Role.FOCAL_POINT, "jpn")


@pytest.fixture(autouse=True)
def own_folders(settings: Settings, tmp_path: Path) -> None:
    settings.DOCUMENTS = tmp_path / "documents"


@pytest.fixture
def desk(nato: None) -> Client:
    return signed_in(now_somebody("desk@example.org", DESK, password=None))


@pytest.fixture
def austria(nato: None) -> Client:
    return signed_in(now_somebody("aut@example.org", AUT, password=None))


@pytest.fixture
def japan(nato: None) -> Client:
    return signed_in(now_somebody("jpn@example.org", JPN, password=None))


def sent(**changed: Any) -> dict[str, Any]:
    """A form that files a paper."""
    form = {"kind": "paper", "title": "Mine action", "originator": "nato", "dated": "2026-11", "language": "en"}
    return {**form, "summary": "What was learnt.", **changed}


def new(client: Client, release: str = "pfp", **changed: Any) -> Any:
    return client.post(f"/documents/new/?level=unclassified&release={release}&group=", sent(**changed))


def test_the_countries_are_shown_before_anything_is_filed(desk):
    page = desk.get("/documents/new/?level=unclassified&release=PfP,+JPN&group=").content.decode()

    assert "NATO UNCLASSIFIED – Releasable to JPN, PfP" in page
    assert "Austria" in page
    assert "Left out, as suspended" in page
    assert "Belarus, Russia" in page


def test_a_label_that_another_system_sent_is_taken_and_shown_before_anything_is_filed(desk):
    filed_at = new(desk, "pfp, jpn")["Location"]
    sent_label = desk.get(f"{filed_at}label.xml").content

    taken = desk.post("/documents/new/label-xml/", {"label_file": SimpleUploadedFile("label.xml", sent_label)})
    refused = desk.post("/documents/new/label-xml/", {"label_file": SimpleUploadedFile("label.xml", b"<nothing/>")})

    assert "NATO UNCLASSIFIED – Releasable to JPN, PfP" in desk.get(taken["Location"]).content.decode()
    assert refused.status_code == 200
    assert "field-error" in refused.content.decode()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("level=secret&release=&group=", "Select a valid choice"),
        ("level=unclassified&release=pfpp&group=", "Did you mean"),
        ("level=unclassified&release=all+except+rus&group=", "is refused"),
    ],
)
def test_a_label_that_means_nothing_is_refused_with_a_mend(desk, query, said):
    page = desk.get(f"/documents/new/?{query}").content.decode()

    assert said in page


def test_a_paper_released_to_one_framework_is_read_by_its_countries_and_unknown_to_others(desk, austria, japan):
    file = SimpleUploadedFile("Übersicht.txt", "Räumung von Minen".encode())

    filed_at = new(desk, parties="aut", meetings="", sent=file)["Location"]

    assert "Mine action" in austria.get(filed_at).content.decode()
    assert "Mine action" in austria.get("/documents/?q=raumung").content.decode()
    assert japan.get(filed_at).status_code == 404
    assert "Mine action" not in japan.get("/documents/").content.decode()
    assert "Mine action" not in japan.get("/documents/?q=raumung").content.decode()


def test_a_file_comes_back_as_it_was_and_runs_nowhere(desk, austria, japan):
    filed_at = new(desk, sent=SimpleUploadedFile("note.txt", b"all of it"))["Location"]

    answer = austria.get(f"{filed_at}files/note.txt")

    assert b"".join(answer.streaming_content) == b"all of it"
    assert answer["Content-Disposition"] == "attachment; filename*=UTF-8''note.txt"
    assert "no-store" in answer["Cache-Control"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert japan.get(f"{filed_at}files/note.txt").status_code == 404
    assert austria.get(f"{filed_at}files/other.txt").status_code == 404


def test_a_file_that_is_not_what_it_says_is_refused_and_nothing_is_filed(desk):
    answer = new(desk, sent=SimpleUploadedFile("note.pdf", b"no PDF at all"))

    assert answer.status_code == 200
    assert "note.pdf" in answer.content.decode()
    assert "There is no document" in desk.get("/documents/").content.decode()


def test_a_cyber_threat_item_holds_a_stix_bundle(desk):
    without = new(desk, kind="cyber-threat item")
    with_it = new(desk, kind="cyber-threat item", sent=SimpleUploadedFile("item.json", json.dumps(BUNDLE).encode()))

    assert "A cyber-threat item holds a STIX 2.1 bundle" in without.content.decode()
    assert with_it.status_code == 302
    assert "Mine action" in desk.get("/documents/?q=examplebot").content.decode()


def test_what_a_document_is_about_must_be_in_the_register(desk):
    answer = new(desk, frameworks="pfp, nowhere")

    assert "The register has no framework &quot;nowhere&quot;" in answer.content.decode()


def test_a_focal_point_files_for_the_own_party_only_and_not_past_itself(austria):
    others = new(austria, "pfp", originator="nato")
    past = new(austria, "jpn", originator="aut")
    own = new(austria, "pfp", originator="aut")

    assert "Select a valid choice" in others.content.decode()
    assert "could not read its own document" in past.content.decode()
    assert own.status_code == 302


def test_a_new_content_keeps_the_files_that_are_wanted(desk, austria):
    filed_at = new(desk, sent=SimpleUploadedFile("one.txt", b"first words"))["Location"]

    desk.post(
        f"{filed_at}content/", sent(title="Second", keep=["one.txt"], sent=SimpleUploadedFile("two.txt", b"more"))
    )

    page = austria.get(filed_at).content.decode()
    assert "Second" in page
    assert "one.txt" in page
    assert "two.txt" in page
    assert "Earlier contents" in page
    assert "Second" in austria.get("/documents/?q=first").content.decode()


def test_another_label_shows_who_gains_and_who_loses(desk, austria, japan):
    filed_at = new(desk)["Location"]

    preview = desk.get(f"{filed_at}label/?level=unclassified&release=jpn&group=").content.decode()
    desk.post(f"{filed_at}label/?level=unclassified&release=jpn&group=", {"reason": "asked for"})

    assert "Who could read it then" in preview
    assert "Who could read it no more" in preview
    assert japan.get(filed_at).status_code == 200
    assert austria.get(filed_at).status_code == 404


def test_a_wider_label_waits_for_a_second_person_where_one_is_demanded(desk, japan):
    other = now_somebody("second@example.org", DESK, password=None)
    filed_at = new(desk)["Location"]
    _demand()

    desk.post(f"{filed_at}label/?level=unclassified&release=pfp,+jpn&group=", {"reason": "asked for"})
    before = japan.get(filed_at).status_code
    waiting = Proposal.objects.get(state="open")
    signed_in(other).post(f"/desk/proposals/{waiting.pk}/", {"decision": "agreed", "what": "approve"})

    assert before == 404
    assert japan.get(filed_at).status_code == 200


def test_a_document_that_its_originator_controls_goes_further_only_with_consent(desk, austria, japan):
    too_far = new(desk, originator="aut", controlled="on").content.decode()
    filed_at = new(desk, "aut", originator="aut", controlled="on")["Location"]
    wider = f"{filed_at}label/?level=unclassified&release=aut,+jpn&group="

    without = desk.post(wider, {"reason": "asked for"}).content.decode()
    refused = desk.get(f"{filed_at}consent/").status_code
    austria.post(f"{filed_at}consent/", {"release": "jpn"})
    desk.post(wider, {"reason": "asked for"})

    assert "has not agreed" in too_far
    assert "has not agreed" in without
    assert refused == 404
    assert japan.get(filed_at).status_code == 200


def test_a_remark_is_read_by_the_originator_and_its_writer_only(desk, austria, japan):
    filed_at = new(desk, "pfp, jpn")["Location"]

    austria.post(f"{filed_at}remark/", {"text": "Two figures differ."})

    assert "Two figures differ." in desk.get(filed_at).content.decode()
    assert "Two figures differ." in austria.get(filed_at).content.decode()
    assert "Two figures differ." not in japan.get(filed_at).content.decode()


def test_a_document_that_was_withdrawn_is_gone_for_all(desk, austria):
    filed_at = new(desk)["Location"]

    desk.post(f"{filed_at}withdraw/", {"reason": "superseded"})

    assert desk.get(filed_at).status_code == 404
    assert austria.get(filed_at).status_code == 404


def test_the_page_of_a_document_bears_its_marking_and_is_kept_by_nobody(desk, austria):
    filed_at = new(desk)["Location"]

    answer = austria.get(filed_at)

    assert "<strong>NATO UNCLASSIFIED – Releasable to PfP</strong>" in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"


def test_lists_go_on_page_by_page_without_numbers_of_rows(nato):
    for number in range(7):
        filed(f"Paper {number}", dated="2026-11-26")
    reader = seen(now_somebody("reader@example.org", AUT, password=None), clock.now())

    titles, place = [], None
    while True:
        with reading(reader) as now:
            page = newest(now, after=place, limit=3)
        titles += [one.title for one in page.documents]
        place = page.following
        if place is None:
            break

    assert sorted(titles) == [f"Paper {number}" for number in range(7)]
    assert len(set(titles)) == 7


def test_filters_narrow_what_is_listed(nato):
    filed("About Austria", links=(Linked(LinkedTo.PARTY, "aut"),), kind=Kind.REPORT)
    filed("About nothing")
    reader = seen(now_somebody("reader@example.org", AUT, password=None), clock.now())

    with reading(reader) as now:
        about = newest(now, filters=Filters(about=(Linked(LinkedTo.PARTY, "aut"),))).documents
        reports = newest(now, filters=Filters(kind=Kind.REPORT)).documents

    assert [one.title for one in about] == ["About Austria"] == [one.title for one in reports]


@pytest.mark.parametrize(
    "query", ["", "   ", '"', "* OR 1", "title:x", "a" * 1_000, "\x00", "NEAR(", "…", "🦊", "-x !y & | <->"]
)
def test_any_query_is_answered(nato, query):
    filed("A paper")
    reader = seen(now_somebody("reader@example.org", AUT, password=None), clock.now())

    with reading(reader) as now:
        found = search(now, query=query)

    assert found.count in (0, 1)


def test_accents_case_and_punctuation_do_not_matter(nato):
    filed("C-M(2016)0066 über Türkiye")
    reader = seen(now_somebody("reader@example.org", AUT, password=None), clock.now())

    with reading(reader) as now:
        found = [search(now, query=query).count for query in ("c m 2016", "UBER turkiye", "0066", "turk", "missing")]

    assert found == [1, 1, 1, 1, 0]


@pytest.mark.parametrize("model", [DocumentVersion, DocumentFile, DocumentText])
def test_outside_a_reading_the_door_is_shut(nato, model):
    with pytest.raises(OutsideReading):
        model.objects.count()


# --- the API ---


def program(mandate: Mandate) -> dict[str, str]:
    """The header with the token of a new person."""
    person = now_somebody(f"{mandate.party or 'desk'}-program@example.org", mandate, password=None)
    at = clock.now()
    token = make_token(name="t", scope="read", expires_on=at.date() + timedelta(days=9), by=seen(person, at), at=at)
    return {"Authorization": f"Bearer {token}"}


def test_a_program_reads_what_the_person_of_its_token_may(nato, desk):
    code = new(desk, sent=SimpleUploadedFile("note.txt", b"all of it"))["Location"].split("/")[-2]
    austria, japan = program(AUT), program(JPN)
    client = Client()

    def answers(headers: dict[str, str]) -> list[int]:
        return [
            client.get(f"/api/v1/documents{path}", headers=headers).status_code
            for path in (f"/{code}", f"/{code}/files/note.txt")
        ]

    listed = client.get("/api/v1/documents", headers=austria)
    assert [one["code"] for one in listed.json()["items"]] == [code]
    assert "no-store" in listed["Cache-Control"]
    assert "ETag" not in listed
    assert answers(austria) == [200, 200]
    assert client.get("/api/v1/documents?limit=5", headers=japan).json()["items"] == []
    assert answers(japan) == [404, 404] == answers({})
    assert client.get("/api/v1/documents/search?q=mine", headers=austria).json()["count"] == 1
    assert client.get("/api/v1/documents/search?q=mine", headers=japan).json()["count"] == 0
    assert client.head(f"/api/v1/documents/{code}/files/note.txt", headers=austria).status_code == 200


def test_what_nobody_may_know_answers_as_what_is_not_there(nato, desk):
    code = new(desk)["Location"].split("/")[-2]
    japan, client = program(JPN), Client()

    there = client.get(f"/api/v1/documents/{code}", headers=japan)
    not_there = client.get(f"/api/v1/documents/{'a' * 26}", headers=japan)

    assert there.content == not_there.content
    assert {**there.headers, "Date": ""} == {**not_there.headers, "Date": ""}


def test_a_list_of_a_program_goes_on(nato):
    for number in range(5):
        filed(f"Paper {number}", dated=f"2026-11-0{number + 1}")
    austria, client = program(AUT), Client()

    titles, link = [], "/api/v1/documents?limit=2"
    while link:
        page = client.get(link, headers=austria).json()
        titles += [one["title"] for one in page["items"]]
        link = page["next"] and page["next"]["link"]

    assert titles == [f"Paper {number}" for number in (4, 3, 2, 1, 0)]


def _demand() -> None:
    from cordiale.apps.people.writes.grants import demand_second
    from tests.makers import owner

    now_somebody("a@example.org", Mandate(Role.ADMINISTRATOR), password=None)
    now_somebody("b@example.org", Mandate(Role.ADMINISTRATOR), password=None)
    demand_second(demanded=True, reason="a test", by=owner, at=clock.now())
