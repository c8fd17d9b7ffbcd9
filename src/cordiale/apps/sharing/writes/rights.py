"""Clears people for levels, and says who needs to know what."""

from __future__ import annotations

from datetime import datetime

from cordiale.apps.ledger.writes import entry
from cordiale.apps.people.reads.viewers import is_open, name_of
from cordiale.apps.sharing.models import Clearance, InTheKnow, NeedToKnow
from cordiale.apps.sharing.models.rights import OPEN
from cordiale.apps.sharing.reads.labels import ceiling, levels
from cordiale.apps.sharing.reads.markings import groups_in_the_know
from cordiale.domain.viewer import Viewer, require, require_second

LONGEST_TITLE = 200


class BadRight(ValueError):
    """A clearance or a group that cannot be given so."""

    code = "bad-right"


def clear(*, person: int, level: str, reason: str, by: Viewer, at: datetime) -> None:
    """Clear somebody for a level and what is below it; for "" take the clearance away.

    Raises:
        NotPermitted, NeedsSecondPerson, BadRight.
    """
    require(by, "sharing.clear")
    known = levels(by)
    if level and level not in known:
        raise BadRight(f'There is no level "{level}"; choose one of {", ".join(known)}.')
    if level and known[level].rank > ceiling(by).rank:
        raise BadRight(f"This installation holds nothing above {ceiling(by).name}; nobody is cleared for more.")
    _refuse_closed(by, person)
    require_second(by, [f"{name_of(person)} may read up to {known[level].name}"] if level else [])
    with entry(by=by, at=at, verb="sharing.cleared", subject=name_of(person), reason=reason) as change:
        Clearance.objects.filter(OPEN, person=person).update(known_to_id=change.number)
        if level:
            Clearance.objects.create(person_id=person, level=level, known_from_id=change.number)
        change.record({"cleared": person, "level": level}, register=True)


def define_group(*, code: str, title: str, reason: str, by: Viewer, at: datetime) -> None:
    """Define a group of people who need to know, or give it another title; nobody is in a new one.

    Raises:
        NotPermitted, BadRight.
    """
    require(by, "sharing.clear")
    if not (code.replace("-", "").isalnum() and code == code.lower() and code.isascii() and len(code) <= 60):
        raise BadRight("The id of a group is made of lower-case letters, digits and hyphens, 60 at most.")
    title = " ".join(title.split())
    if not title or len(title) > LONGEST_TITLE:
        raise BadRight(f"The group needs a name that people read, of {LONGEST_TITLE} characters at most.")
    others = {one.casefold() for known in groups_in_the_know(by).items() if known[0] != code for one in known}
    if others & {code, title.casefold()}:
        raise BadRight(f'Another group is called "{title}" or "{code}"; markings could not tell them apart.')
    with entry(by=by, at=at, verb="sharing.group-defined", subject="need to know", reason=reason) as change:
        NeedToKnow.objects.filter(OPEN, code=code).update(known_to_id=change.number)
        NeedToKnow.objects.create(code=code, title=title, known_from_id=change.number)
        change.record({"group": code, "title": title}, register=True)


def let_know(*, person: int, group: str, reason: str, by: Viewer, at: datetime) -> None:
    """Put somebody into a group that needs to know.

    Raises:
        NotPermitted, NeedsSecondPerson, BadRight.
    """
    require(by, "sharing.clear")
    if not NeedToKnow.objects.filter(OPEN, code=group).exists():
        raise BadRight(f'There is no group "{group}"; define it first.')
    _refuse_closed(by, person)
    require_second(by, [f"{name_of(person)} needs to know what the group {group} knows"])
    with entry(by=by, at=at, verb="sharing.let-know", subject=name_of(person), reason=reason) as change:
        if not InTheKnow.objects.filter(OPEN, person=person, group=group).exists():
            InTheKnow.objects.create(person_id=person, group=group, known_from_id=change.number)
        change.record({"lets know": person, "group": group}, register=True)


def let_know_no_more(*, person: int, group: str, reason: str, by: Viewer, at: datetime) -> None:
    """Take somebody out of a group that needs to know.

    Raises:
        NotPermitted, BadRight.
    """
    require(by, "sharing.clear")
    with entry(by=by, at=at, verb="sharing.let-know-no-more", subject=name_of(person), reason=reason) as change:
        if not InTheKnow.objects.filter(OPEN, person=person, group=group).update(known_to_id=change.number):
            raise BadRight(f'This person is not in the group "{group}".')
        change.record({"lets know no more": person, "group": group}, register=True)


def _refuse_closed(by: Viewer, person: int) -> None:
    if not is_open(by, person=person):
        raise BadRight(f"There is no open account {person}.")
