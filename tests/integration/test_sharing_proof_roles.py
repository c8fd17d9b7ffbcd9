"""S11: who may do what to documents and to the rights to read them; and what takes a second person.

A table of verb by role. "yes": done; "no": NotPermitted; "unknown": there is no such document, as far as they know.
The focal point is Finland's, an Ally; "own" is a document that comes from Finland. Rule: issue 6, section 3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import pytest

from cordiale.apps.ledger.reads import entries, head
from cordiale.apps.register.writes.editing import carry_out
from cordiale.apps.register.writes.participation import assert_participation, retract
from cordiale.apps.sharing.models import DocumentVersion
from cordiale.apps.sharing.reads.documents import NoSuchDocument
from cordiale.apps.sharing.writes.documents import (
    ConsentMissing,
    consent,
    file_document,
    relabel,
    remark,
    revise,
    withdraw,
)
from cordiale.apps.sharing.writes.rights import clear, define_group, let_know, let_know_no_more
from cordiale.domain.editing import Define
from cordiale.domain.labels import Label
from cordiale.domain.roles import Role
from cordiale.domain.viewer import NeedsSecondPerson, NotPermitted, Viewer
from tests.library import BY, LONG_AGO, filed, label, moment, said, suspension
from tests.people import mandate_of, seen, somebody

pytestmark = pytest.mark.django_db

TABLE = """
| verb                 | desk officer | focal point | security officer | auditor | any other | public |
| files the host's     | yes          | no          | no               | no      | no        | no     |
| files own            | yes          | yes         | no               | no      | no        | no     |
| files another's      | yes          | no          | no               | no      | no        | no     |
| revises the host's   | yes          | no          | no               | no      | no        | no     |
| revises own          | yes          | yes         | no               | no      | no        | no     |
| relabels the host's  | yes          | no          | no               | no      | no        | no     |
| relabels own         | yes          | yes         | no               | no      | no        | no     |
| withdraws the host's | yes          | no          | no               | no      | no        | no     |
| withdraws own        | yes          | yes         | no               | no      | no        | no     |
| consents, the host's | yes          | no          | no               | no      | no        | no     |
| consents, own        | no           | yes         | no               | no      | no        | no     |
| remarks              | yes          | yes         | yes              | yes     | unknown   | no     |
| revises unread       | unknown      | unknown     | no               | no      | no        | no     |
| relabels unread      | unknown      | unknown     | no               | no      | no        | no     |
| withdraws unread     | unknown      | unknown     | no               | no      | no        | no     |
| consents, unread     | unknown      | unknown     | no               | no      | no        | no     |
| remarks, unread      | unknown      | unknown     | unknown          | unknown | unknown   | no     |
| clears               | no           | no          | yes              | no      | no        | no     |
| defines a group      | no           | no          | yes              | no      | no        | no     |
| lets know            | no           | no          | yes              | no      | no        | no     |
| lets know no more    | no           | no          | yes              | no      | no        | no     |
"""
ANY_OTHER = ("administrator", "provider", "analyst")


@dataclass(frozen=True)
class Shelf:
    """Documents of the host and of Finland, one that nobody of the table may read, and somebody to give rights to."""

    hosts: str
    own: str
    unread: str
    person: int


def stocked(place: int = 0) -> Shelf:
    """A new shelf; the groups are made with the first."""
    person = somebody(f"reader{place}@example.org", at=moment() - LONG_AGO)
    for code in ("cyber", "air") if not place else ():
        define_group(code=code, title=code.title(), reason="a test", by=BY, at=moment())
    let_know(person=person, group="air", reason="a test", by=BY, at=moment())
    return Shelf(
        filed("the host's"),
        filed("own", originator="fin"),
        filed("unread", group="cyber", originator="fin"),
        person,
    )


@pytest.fixture
def shelf(nato) -> Shelf:
    return stocked()


def files(originator: str) -> Callable[[Viewer, Shelf], object]:
    return lambda by, _: file_document(said=said(originator=originator), label=label(), by=by, at=moment())


def revises(name: str, originator: str) -> Callable[[Viewer, Shelf], object]:
    return lambda by, shelf: revise(
        code=getattr(shelf, name), said=said("Another", originator=originator), by=by, at=moment()
    )


def relabels(name: str) -> Callable[[Viewer, Shelf], object]:
    return lambda by, shelf: relabel(code=getattr(shelf, name), label=label("pfp"), reason="a test", by=by, at=moment())


def withdraws(name: str) -> Callable[[Viewer, Shelf], object]:
    return lambda by, shelf: withdraw(code=getattr(shelf, name), reason="a test", by=by, at=moment())


def consents(name: str) -> Callable[[Viewer, Shelf], object]:
    return lambda by, shelf: consent(code=getattr(shelf, name), release="pfp", by=by, at=moment())


def remarks(name: str) -> Callable[[Viewer, Shelf], object]:
    return lambda by, shelf: remark(code=getattr(shelf, name), text="Well said.", by=by, at=moment())


VERBS: dict[str, Callable[[Viewer, Shelf], object]] = {
    "files the host's": files("nato"),
    "files own": files("fin"),
    "files another's": files("swe"),
    "revises the host's": revises("hosts", "nato"),
    "revises own": revises("own", "fin"),
    "relabels the host's": relabels("hosts"),
    "relabels own": relabels("own"),
    "withdraws the host's": withdraws("hosts"),
    "withdraws own": withdraws("own"),
    "consents, the host's": consents("hosts"),
    "consents, own": consents("own"),
    "remarks": remarks("hosts"),
    "revises unread": revises("unread", "fin"),
    "relabels unread": relabels("unread"),
    "withdraws unread": withdraws("unread"),
    "consents, unread": consents("unread"),
    "remarks, unread": remarks("unread"),
    "clears": lambda by, shelf: clear(person=shelf.person, level="unclassified", reason="a test", by=by, at=moment()),
    "defines a group": lambda by, _: define_group(code="sea", title="Sea", reason="a test", by=by, at=moment()),
    "lets know": lambda by, shelf: let_know(person=shelf.person, group="cyber", reason="a test", by=by, at=moment()),
    "lets know no more": lambda by, shelf: let_know_no_more(
        person=shelf.person, group="air", reason="a test", by=by, at=moment()
    ),
}


def columns() -> dict[str, dict[str, str]]:
    """Role to verb to answer."""
    heading, *rows = ([cell.strip() for cell in line.split("|")[1:-1]] for line in TABLE.strip().splitlines())
    told = {role: {row[0]: row[place] for row in rows} for place, role in enumerate(heading) if place}
    other = told.pop("any other")
    return told | dict.fromkeys(ANY_OTHER, other)


def viewer(role: str) -> Viewer:
    if role == "public":
        return Viewer.public()
    person = somebody("holder@example.org", mandate_of(Role(role)), at=moment() - LONG_AGO)
    return seen(person, moment())


def answered(work: Callable[[], object]) -> str:
    try:
        work()
    except NotPermitted:
        return "no"
    except NoSuchDocument:
        return "unknown"
    return "yes"


@pytest.mark.parametrize(("role", "may"), columns().items())
def test_s11_a_role_may_do_this_and_no_more(nato, role, may):
    by, shelf = viewer(role), stocked()
    found = {}

    for verb, work in VERBS.items():
        before = head(BY).number
        found[verb] = answered(partial(work, by, shelf))
        made = [one.actor for one in entries(BY, after=before)]
        assert made == ([by.name] if found[verb] == "yes" else [])
        shelf = stocked(place=len(found)) if made else shelf  # what was done once may not be possible again

    assert found == may


def test_s11_the_table_names_every_role_and_every_verb():
    assert set(columns()) == {*(str(role) for role in Role), "public"}
    assert {verb for answers in columns().values() for verb in answers} == set(VERBS)


class TestASecondPerson:
    """Where one is demanded, whatever gains anybody a right takes one, and nothing else does."""

    @pytest.fixture
    def desk(self, nato) -> Viewer:
        return replace(viewer("desk officer"), needs_second=True)

    @pytest.fixture
    def security(self, nato) -> Viewer:
        person = somebody("security@example.org", mandate_of(Role.SECURITY_OFFICER), at=moment() - LONG_AGO)
        return replace(seen(person, moment()), needs_second=True)

    # label before, label after, whether somebody gains
    @pytest.mark.parametrize(
        ("old", "new", "gains"),
        [
            (label(), label("pfp"), True),
            (label("pfp"), label(), False),
            (label("pfp"), label("pfp, jpn"), True),
            (label("pfp, jpn"), label("pfp"), False),
            (label("pfp"), label("aut"), False),
            (label("pfp except aut"), label("pfp"), True),
            (label("pfp"), label("pfp except aut"), False),
            (label("md"), label("ici"), True),
            (label("pfp"), label("pfp", group="cyber"), False),
            (label("pfp", group="cyber"), label("pfp"), True),
            (label(group="cyber"), label(group="air"), True),
            (label("pfp"), label("pfp, fra"), False),  # an Ally reads it already
            (label("pfp"), label("pfp"), False),
        ],
    )
    def test_s11_another_label_takes_one_where_somebody_gains(self, shelf, desk, old, new, gains):
        let_know(person=desk.person, group="cyber", reason="a test", by=BY, at=moment())
        code = filed("labelled", old.release, group=old.group)
        refused = False

        try:
            relabel(code=code, label=new, reason="a test", by=desk, at=moment())
        except NeedsSecondPerson:
            refused = True

        assert refused is gains
        bears = DocumentVersion.behind.filter(document=code, known_to=None).values_list(
            "label__release", "label__group"
        )
        assert list(bears) == [(old.release, old.group)] if gains else [tuple(bears[0])]

    def test_s11_another_label_is_given_when_a_second_person_approved_it(self, shelf, desk):
        relabel(
            code=shelf.hosts, label=label("pfp"), reason="a test", by=desk.approved(Viewer("person:9")), at=moment()
        )

        (bears,) = DocumentVersion.behind.filter(document=shelf.hosts, known_to=None)
        assert bears.label.release == "pfp"

    def test_s11_to_suspend_takes_nobody_else_and_to_lift_it_takes_one(self, nato, desk):
        made = assert_participation(statement=suspension(), reason="a test", by=desk, at=moment())

        with pytest.raises(NeedsSecondPerson):
            retract(assertion=made, reason="a test", by=desk, at=moment())
        retract(assertion=made, reason="a test", by=desk.approved(Viewer("person:9")), at=moment())

    def test_s11_a_suspension_that_ends_by_itself_takes_nobody_else_when_it_is_made(self, nato, desk):
        said = suspension(begins=moment() + timedelta(days=1))

        assert assert_participation(statement=said, reason="a test", by=desk, at=moment())

    @pytest.mark.parametrize("audience", ["pfp", "pfp except aut"])
    def test_s11_another_meaning_of_a_group_takes_one_as_it_may_stand_after_an_exception(self, nato, desk, audience):
        with pytest.raises(NeedsSecondPerson):
            carry_out(edits=[Define("partners", "Partners", audience)], reason="a test", by=desk, at=moment())

    def test_s11_to_clear_takes_one_and_to_take_a_clearance_away_does_not(self, shelf, security):
        with pytest.raises(NeedsSecondPerson):
            clear(person=shelf.person, level="unclassified", reason="a test", by=security, at=moment())
        clear(person=shelf.person, level="", reason="a test", by=security, at=moment())

    def test_s11_to_let_know_takes_one_and_to_let_know_no_more_does_not(self, shelf, security):
        with pytest.raises(NeedsSecondPerson):
            let_know(person=shelf.person, group="cyber", reason="a test", by=security, at=moment())
        let_know_no_more(person=shelf.person, group="air", reason="a test", by=security, at=moment())


class TestConsent:
    """What the originator controls goes no further than it agreed, now and later."""

    @pytest.fixture
    def controlled(self, shelf) -> str:
        return filed("controlled", originator="fin", controlled=True)

    def test_s11_no_release_goes_beyond_what_the_originator_agreed_to(self, controlled):
        desk = viewer("desk officer")
        finlands = somebody("fin@example.org", mandate_of(Role.FOCAL_POINT), at=moment() - LONG_AGO)
        consent(code=controlled, release="pfp except aut", by=seen(finlands, moment()), at=moment())

        with pytest.raises(ConsentMissing, match="aut"):
            relabel(code=controlled, label=label("pfp"), reason="a test", by=desk, at=moment())
        relabel(code=controlled, label=label("pfp except aut"), reason="a test", by=desk, at=moment())

    def test_s11_no_release_to_somebody_who_is_suspended_for_now_goes_without_consent(self, controlled):
        desk = viewer("desk officer")
        ended = replace(suspension().period, end=suspension(begins=moment() + timedelta(days=7)).period.start)
        statement = replace(suspension(), period=ended, end_source="nato-topic-partners-2024")
        assert_participation(statement=statement, reason="a test", by=BY, at=moment())

        with pytest.raises(ConsentMissing, match="aut"):
            relabel(code=controlled, label=Label("nato", "unclassified", "aut"), reason="a test", by=desk, at=moment())
