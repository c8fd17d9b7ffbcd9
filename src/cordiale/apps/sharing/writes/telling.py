"""What people want to be told and have looked at, and which digest is in the hands of the mail server.

None of it is an entry of the ledger: notifications change no right (DESIGN.md, "Numbers").

A digest is sent at most once. Before it is handed to the mail server that is noted and committed; what comes after is
noted when the server has answered. Where nobody lived to hear the answer, the digest counts as told, and the next one
says that one may be missing: what it held is in the inbox in any case, while a second mail of it could not be called
back, and would be one more copy outside that no suspension reaches.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from cordiale.apps.sharing.models import Reminded, Subscription
from cordiale.apps.sharing.reads.reading import reading
from cordiale.apps.sharing.reads.told import Mark, mark_of
from cordiale.domain.telling import Digest
from cordiale.domain.viewer import NotPermitted, Viewer, require

LEASE = timedelta(minutes=15)
"""After so long in the hands of the mail server nobody lives any more who could tell what became of a digest."""


def subscribe(*, digest: Digest, by: Viewer, at: datetime) -> None:
    """Say how often one is mailed what is new; from now on, so that the first digest is not the whole library.

    Raises:
        NotPermitted: by somebody who is not signed in.
        CannotRead, LogUnwritable: as `reading`.
    """
    _refuse_nobody(by)
    with reading(by, action="page") as now:
        mark = mark_of(now)
    row, made = Subscription.objects.get_or_create(person_id=by.person)
    begins = made or row.digest == Digest.NEVER
    row.digest = digest.value
    fields = ["digest"]
    if begins and digest is not Digest.NEVER:
        row.told, row.told_labels, row.told_at, row.doubted = mark.number, sorted(mark.labels), at, False
        fields += ["told", "told_labels", "told_at", "doubted"]
    row.save(update_fields=fields)


def looked(*, number: int, labels: str, by: Viewer, at: datetime) -> None:
    """Note that somebody has looked at what was new up to an entry.

    Args:
        number: of the ledger, as the page was made.
        labels: `Mark.digest` of the labels that could be read then. Where others can be read by now, what bears those
            stays new.

    Raises:
        NotPermitted: by somebody who is not signed in.
        CannotRead, LogUnwritable: as `reading`.
    """
    _refuse_nobody(by)
    with reading(by, action="page") as now:
        mark = mark_of(now)
    row, _made = Subscription.objects.get_or_create(person_id=by.person)
    row.looked, row.looked_at = max(row.looked, min(number, mark.number)), at
    if labels == mark.digest:
        row.looked_labels = sorted(mark.labels)
    row.save(update_fields=["looked", "looked_at", "looked_labels"])


def hand_over(
    *, person: int, told_at: datetime | None, upto: Mark, tasks: Sequence[str], by: Viewer, at: datetime
) -> bool:
    """Note that a digest is about to be handed to the mail server; committed before that is done.

    Args:
        told_at: when a digest was dealt with last, as it was known when this one was found to be due.
        upto: what the digest goes up to.
        tasks: those it reminds of.
        at: names the digest, together with the person.

    Returns:
        Whether it is for the caller to send: False when another worker has it, or has dealt with it.
    """
    require(by, "jobs.run")
    _refuse_people(by)
    with transaction.atomic():
        mine = Subscription.objects.filter(pk=person, handed__isnull=True, told_at=told_at)
        if not mine.update(handed=upto.number, handed_labels=sorted(upto.labels), handed_at=at):
            return False
        Reminded.objects.bulk_create(Reminded(person_id=person, task=task, at=at) for task in tasks)
    return True


def take_back(*, person: int, by: Viewer, at: datetime) -> None:
    """Note that a digest was certainly not sent: nothing of it was told.

    Args:
        at: of `hand_over`.
    """
    require(by, "jobs.run")
    _refuse_people(by)
    with transaction.atomic():
        mine = Subscription.objects.filter(pk=person, handed_at=at)
        if mine.update(handed=None, handed_labels=[], handed_at=None):
            Reminded.objects.filter(person=person, at=at).delete()


def note_told(*, person: int, told: Mark, by: Viewer, at: datetime) -> None:
    """Note that the mail server has taken a digest.

    Args:
        told: up to where the person knows by it.
        at: of `hand_over`.
    """
    require(by, "jobs.run")
    _refuse_people(by)
    Subscription.objects.filter(pk=person, handed_at=at).update(
        told=told.number, told_labels=sorted(told.labels), told_at=at, doubted=False,
        handed=None, handed_labels=[], handed_at=None,
    )  # fmt: skip


def note_nothing_new(*, person: int, told_at: datetime | None, by: Viewer, at: datetime) -> None:
    """Note that a digest was due and there was nothing to tell, so that the next is due at its time again."""
    require(by, "jobs.run")
    _refuse_people(by)
    Subscription.objects.filter(pk=person, handed__isnull=True, told_at=told_at).update(told_at=at)


def doubt(*, by: Viewer, at: datetime, person: int = 0) -> int:
    """Count digests as told of which nobody can tell any more whether the mail server took them.

    Args:
        person: this one's at once; 0 for all that have been in its hands for `LEASE`.

    Returns:
        How many.
    """
    require(by, "jobs.run")
    _refuse_people(by)
    found = Subscription.objects.filter(handed__isnull=False)
    found = found.filter(pk=person) if person else found.filter(handed_at__lte=at - LEASE)
    doubted = 0
    for row in found:
        doubted += Subscription.objects.filter(pk=row.pk, handed_at=row.handed_at).update(
            told=row.handed, told_labels=row.handed_labels, told_at=row.handed_at, doubted=True,
            handed=None, handed_labels=[], handed_at=None,
        )  # fmt: skip
    return doubted


def _refuse_nobody(by: Viewer) -> None:
    if not by.person:
        raise NotPermitted(by, "people.tokens")


def _refuse_people(by: Viewer) -> None:
    if by.person:
        raise NotPermitted(by, "jobs.run")
