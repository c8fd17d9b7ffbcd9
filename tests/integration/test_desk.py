"""The pages of the desk: an edit is seen before it is made, and what gains a right is decided by two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

import pytest
from django.test import Client

from cordiale.apps.ledger import reads as ledger
from cordiale.apps.people.models import Grant, Invitation, Person, Proposal
from cordiale.apps.people.reads.viewers import second_demanded
from cordiale.apps.people.writes.grants import demand_second, end_grant, grant
from cordiale.apps.register.models import Assertion
from cordiale.apps.register.reads.asking import standing
from cordiale.domain.participation import Answer
from cordiale.domain.roles import Mandate, Role
from tests.makers import AT, assertion_of, load, owner, small_pack

pytestmark = pytest.mark.django_db


@dataclass
class Somebody:
    """A person with one role, and a browser in which they are signed in."""

    id: int
    client: Client


def somebody(name: str, role: Role | None, party: str = "") -> Somebody:
    person = Person.objects.create(email=f"{name}@example.org", name=name, created_at=AT)
    if role is not None:
        day = date(2026, 1, 1)
        grant(
            person=person.pk, mandate=Mandate(role, party), from_on=day, until_on=None, reason="test", by=owner, at=AT
        )
    client = Client()
    client.force_login(person)
    return Somebody(person.pk, client)


@pytest.fixture
def small(db, tmp_path):
    load(small_pack(tmp_path / "small"))


@pytest.fixture
def officer(small):
    return somebody("officer", Role.DESK_OFFICER)


@pytest.fixture
def colleague(small):
    return somebody("colleague", Role.DESK_OFFICER)


@pytest.fixture
def two_needed(officer, colleague):
    for name in ("administrator", "other-administrator"):
        somebody(name, Role.ADMINISTRATOR)
    demand_second(demanded=True, reason="test", by=owner, at=AT)


def asked(verb: str, **given: str | int) -> str:
    return f"/desk/edit/{verb}/?{urlencode({'preview': 1, **given})}"


def retraction() -> str:
    return asked("retract", assertion=assertion_of("beta", status="suspended"))


SUSPENSION = {"party": "alpha", "framework": "forum", "suspension": "suspended", "scope": "all", "ground": "a breach"}


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def answer(party: str, framework: str = "forum", on: date = date(2027, 1, 1)) -> Answer:
    return standing(owner, party=party, framework=framework, on=on).answer


class TestEditing:
    def test_shows_what_an_edit_would_do_and_records_nothing(self, officer):
        number = ledger.head(owner).number

        shown = page(officer.client, retraction())

        assert "This gains somebody a right" in shown
        assert ledger.head(owner).number == number

    def test_records_it_on_demand(self, officer):
        response = officer.client.post(retraction(), {"reason": "the source does not say so"})

        number = ledger.head(owner).number
        entry = ledger.one(owner, number=number)
        assert response.headers["Location"] == f"/changes/{number}/"
        assert entry is not None
        assert (entry.actor, entry.verb) == (f"person:{officer.id}", "register.retracted")

    def test_wants_a_reason(self, officer):
        number = ledger.head(owner).number

        response = officer.client.post(retraction(), {"reason": ""})

        assert response.status_code == 200
        assert ledger.head(owner).number == number

    def test_tells_what_refuses_it(self, officer):
        shown = page(officer.client, asked("retract", assertion=9_999))

        assert "Assertion 9999 is not believed now" in shown

    def test_fills_a_correction_with_what_is_said_now(self, officer):
        number = assertion_of("beta", status="suspended")

        shown = page(officer.client, f"/desk/edit/correct/?assertion={number}")

        assert 'value="2014-04-01"' in shown

    def test_may_be_seen_but_not_recorded_by_another_role(self, small):
        analyst = somebody("analyst", Role.ANALYST)
        number = ledger.head(owner).number

        assert "Record it" not in page(analyst.client, retraction())
        assert analyst.client.post(retraction(), {"reason": "let me"}).status_code == 404
        assert ledger.head(owner).number == number

    @pytest.mark.parametrize("role", [None, "anonymous"])
    def test_does_not_exist_for_others(self, small, role):
        client = Client() if role else somebody("nobody", None).client

        for address in ("/desk/", "/desk/proposals/", "/desk/statements/beta/forum/", retraction()):
            assert client.get(address).status_code == 404

    def test_is_kept_by_nobody(self, officer):
        response = officer.client.get(retraction())

        assert response.headers["Cache-Control"] == "private, no-store"

    @pytest.mark.parametrize("verb", ["suspend", "assert", "end", "correct", "retract", "decide", "rank", "define"])
    def test_has_a_page_for_every_verb_which_says_what_is_missing(self, officer, verb):
        assert page(officer.client, f"/desk/edit/{verb}/")
        assert "field-wrong" in page(officer.client, asked(verb))

    def test_has_no_page_for_another_verb(self, officer):
        assert officer.client.get("/desk/edit/burn/").status_code == 404

    def test_lists_the_statements_of_a_pair(self, officer):
        shown = page(officer.client, "/desk/statements/beta/forum/")

        assert f"/desk/edit/retract/?assertion={assertion_of('beta', status='suspended')}" in shown
        assert officer.client.get("/desk/statements/atlantis/forum/").status_code == 404


class TestSuspending:
    def test_from_this_moment_on_counts_at_once(self, officer):
        response = officer.client.post(asked("suspend", source="journal", **SUSPENSION), {"reason": "a breach"})

        assert response.status_code == 302
        found = Assertion.objects.get(party="alpha", status="suspended", known_to=None)
        assert found.valid_from.text.endswith("Z")
        assert found.note == "a breach"

    def test_by_the_source_that_vouched_so_far_ends_what_it_said(self, officer):
        address = asked("suspend", source="gazette", valid_from="2026-12-01", **SUSPENSION)

        officer.client.post(address, {"reason": "a breach"})

        assert answer("alpha") is Answer.SUSPENDED
        assert answer("alpha", on=date(2026, 11, 30)) is Answer.IN_FORCE

    def test_takes_no_second_person(self, two_needed, officer):
        address = asked("suspend", source="gazette", valid_from="2026-12-01", **SUSPENSION)

        officer.client.post(address, {"reason": "a breach"})

        assert answer("alpha") is Answer.SUSPENDED

    def test_offers_only_statuses_that_suspend(self, officer):
        shown = page(officer.client, "/desk/edit/suspend/")

        assert '<option value="suspended">' in shown
        assert '<option value="member">' not in shown


class TestProposing:
    @pytest.fixture
    def proposed(self, two_needed, officer):
        response = officer.client.post(retraction(), {"reason": "the source does not say so"})
        return response.headers["Location"]

    def test_takes_the_place_of_recording(self, proposed):
        assert proposed.startswith("/desk/proposals/")
        assert answer("beta") is Answer.SUSPENDED

    def test_is_approved_by_a_second_person(self, proposed, officer, colleague):
        response = colleague.client.post(proposed, {"what": "approve", "decision": "seen"})

        number = ledger.head(owner).number
        entry = ledger.one(owner, number=number)
        assert response.status_code == 302
        assert answer("beta") is not Answer.SUSPENDED
        assert entry is not None
        assert (entry.actor, entry.verb) == (f"person:{officer.id}", "register.retracted")
        assert {"approved by": f"person:{colleague.id}"} in (ledger.content(owner, number=number) or [])

    def test_is_not_approved_by_whoever_proposed_it(self, proposed, officer):
        assert "You proposed this" in page(officer.client, proposed)

        officer.client.post(proposed, {"what": "approve"})

        assert answer("beta") is Answer.SUSPENDED

    def test_is_not_approved_where_the_effect_changed(self, proposed, officer, colleague):
        # the Gazette comes to say that beta left: to retract its suspension would do something else
        ending = asked("end", assertion=assertion_of("beta", scope="practical"), on="2026-12-01", source="gazette")
        assert officer.client.post(ending, {"reason": "it left"}).status_code == 302

        shown = colleague.client.post(proposed, {"what": "approve"}).content.decode()

        assert answer("beta") is Answer.SUSPENDED
        assert "no longer what it would have done" in shown or "something else now" in shown

    def test_is_not_approved_for_somebody_who_may_no_longer_do_it(self, proposed, officer, colleague):
        end_grant(number=Grant.objects.get(person=officer.id).pk, reason="left the desk", by=owner, at=AT)

        colleague.client.post(proposed, {"what": "approve"})

        assert answer("beta") is Answer.SUSPENDED

    def test_is_refused_by_a_second_person(self, proposed, colleague):
        colleague.client.post(proposed, {"what": "refuse", "decision": "no"})

        assert "refused" in page(colleague.client, proposed)
        colleague.client.post(proposed, {"what": "approve"})
        assert answer("beta") is Answer.SUSPENDED

    def test_is_withdrawn_by_whoever_proposed_it(self, proposed, officer):
        officer.client.post(proposed, {"what": "withdraw"})

        assert "withdrawn" in page(officer.client, proposed)

    def test_does_not_exist_for_a_role_that_could_not_decide_it(self, proposed):
        focal_point = somebody("focal", Role.FOCAL_POINT, "alpha")

        assert focal_point.client.get(proposed).status_code == 404
        assert focal_point.client.post(proposed, {"what": "approve"}).status_code == 404
        assert "retracted" not in page(focal_point.client, "/desk/proposals/")

    def test_is_seen_by_an_auditor_who_decides_nothing(self, proposed):
        auditor = somebody("auditor", Role.AUDITOR)

        assert "Approve" not in page(auditor.client, proposed)
        auditor.client.post(proposed, {"what": "approve"})
        assert answer("beta") is Answer.SUSPENDED

    def test_stands_among_what_is_due(self, proposed, colleague):
        assert "Proposals that wait for you" in page(colleague.client, "/desk/")


def test_every_page_says_where_one_person_decides_alone(small):
    for name in ("administrator", "other-administrator"):
        somebody(name, Role.ADMINISTRATOR)
    assert "One person decides alone here" in page(Client(), "/countries/")

    demand_second(demanded=True, reason="test", by=owner, at=AT)

    assert "One person decides alone here" not in page(Client(), "/countries/")


def test_a_suspension_is_left_to_a_second_person_where_its_author_wants_that(officer, colleague):
    address = asked("suspend", source="gazette", valid_from="2026-12-01", **SUSPENSION)

    proposed = officer.client.post(address, {"reason": "a breach", "propose": "1"}).headers["Location"]

    assert answer("alpha") is Answer.IN_FORCE
    colleague.client.post(proposed, {"what": "approve"})
    assert answer("alpha") is Answer.SUSPENDED


class TestRolesWithTwo:
    """What gives somebody a role waits for a second person too, where one is demanded."""

    @pytest.fixture
    def administrators(self, small) -> tuple[Somebody, Somebody]:
        both = somebody("administrator", Role.ADMINISTRATOR), somebody("other-administrator", Role.ADMINISTRATOR)
        demand_second(demanded=True, reason="test", by=owner, at=AT)
        return both

    def decided(self, who: Somebody) -> str:
        number = Proposal.objects.latest("pk").pk
        return who.client.post(f"/desk/proposals/{number}/", {"what": "approve"}, follow=True).content.decode()

    def test_a_role_is_given_by_two(self, administrators, officer):
        one, other = administrators
        given = {"role": "auditor", "from_on": "2026-01-01", "reason": "needed"}

        one.client.post(f"/people/{officer.id}/roles/new/", given)

        assert not Grant.objects.filter(person=officer.id, role="auditor").exists()
        self.decided(one)
        assert not Grant.objects.filter(person=officer.id, role="auditor").exists()
        self.decided(other)
        assert Grant.objects.filter(person=officer.id, role="auditor").exists()

    def test_an_invitation_is_made_by_two_and_its_link_shown_to_the_second(self, administrators):
        one, other = administrators
        given = {"email": "new@example.org", "role": "analyst", "reason": "needed"}

        one.client.post("/people/invite/", given)

        assert not Invitation.objects.exists()
        assert "/accounts/invitation/" in self.decided(other)
        assert Invitation.objects.get().email == "new@example.org"
        assert "new@example.org" not in str(Proposal.objects.latest("pk").arguments)

    def test_a_role_is_lent_when_somebody_who_gives_roles_agrees(self, administrators, officer, colleague):
        given = {"mandate": "0", "email": "other-administrator@example.org", "reason": "away"}
        days = {"from_on": "2026-01-01", "until_on": "2099-01-01"}

        officer.client.post("/accounts/lend/", given | days)

        lent = Grant.objects.filter(lent_by=officer.id)
        self.decided(colleague)
        assert not lent.exists()
        self.decided(administrators[0])
        assert lent.exists()

    def test_two_stop_demanding_two(self, administrators):
        one, other = administrators

        one.client.post("/people/second/", {"reason": "too few people"})

        assert second_demanded(owner)
        self.decided(other)
        assert not second_demanded(owner)
