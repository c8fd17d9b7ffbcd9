"""Sends what is new by mail, each time decided anew for its reader right before the mail server gets it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from smtplib import SMTPException, SMTPServerDisconnected
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from cordiale.apps.desk.jobs.mails import Mail, Reminder, mail
from cordiale.apps.people.reads.people import one_person
from cordiale.apps.people.reads.viewers import viewer_of
from cordiale.apps.sharing.reads.reading import reading
from cordiale.apps.sharing.reads.told import (
    Mark,
    Subscribed,
    count_new,
    is_anything_new,
    mark_of,
    new_documents,
    reminded,
    subscription,
)
from cordiale.apps.sharing.reads.words import whole
from cordiale.apps.sharing.writes.telling import doubt, hand_over, note_nothing_new, note_told, take_back
from cordiale.domain.viewer import Viewer

MOST = 50
"""Documents named in a mail; the others are counted."""
INBOX = "/inbox/"

logger = logging.getLogger(__name__)

Reminders = Callable[[Viewer], Sequence[Reminder]]
"""Tells what a person is to be reminded of, reminded already or not."""


class Sent(StrEnum):
    """What became of a digest."""

    SENT = "sent"
    NOTHING_NEW = "nothing new"
    NOT_TAKEN = "not taken"
    DOUBTFUL = "doubtful"
    IN_OTHER_HANDS = "in other hands"


class MailServerSilent(RuntimeError):
    """The mail server cannot be reached, or lets nobody in."""

    code = "mail-server-silent"

    def __init__(self, error: Exception) -> None:
        super().__init__(f"The mail server cannot be reached ({type(error).__name__}); it is tried again in an hour.")


def send_digest(*, person: int, reminders: Reminders, by: Viewer, at: datetime) -> Sent:
    """Mail somebody what is new to them, at most once: see `writes.telling`.

    What the mail holds is read after the mail server has answered, in a reading of its own, as the person who is
    looked up anew: between that and the server there is nothing but the handing over.

    Args:
        by: the installation itself.
        at: names the digest, together with the person.

    Raises:
        MailServerSilent: nobody was told anything.
        CannotRead, LogUnwritable: as `reading`; nothing was sent.
    """
    wanted = subscription(by, person=person)
    viewer = viewer_of(by, person=person, at=at)
    with reading(viewer, action="mail") as now:
        upto, news = mark_of(now), is_anything_new(now, since=wanted.told)
    tasks = _unreminded(viewer, reminders)
    if not news and not tasks:
        note_nothing_new(person=person, told_at=wanted.told_at, by=by, at=at)
        return Sent.NOTHING_NEW
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:  # what smtplib raises is one, too
        raise MailServerSilent(error) from error
    try:
        keys = [task.key for task in tasks]
        if not hand_over(person=person, told_at=wanted.told_at, upto=upto, tasks=keys, by=by, at=at):
            return Sent.IN_OTHER_HANDS
        return _hand(connection, person, wanted, upto, tasks, by, at)
    finally:
        _close(connection)


def _unreminded(viewer: Viewer, reminders: Reminders) -> list[Reminder]:
    known = reminded(viewer)
    return [task for task in reminders(viewer) if task.key not in known] if viewer.person else []


def _hand(
    connection: BaseEmailBackend,
    person: int,
    wanted: Subscribed,
    upto: Mark,
    tasks: Sequence[Reminder],
    by: Viewer,
    at: datetime,
) -> Sent:
    """Read, and hand over what was read."""
    try:
        message, told = _composed(person, wanted, upto, tasks, by, at)
    except BaseException:
        take_back(person=person, by=by, at=at)
        raise
    if message is None:
        take_back(person=person, by=by, at=at)
        note_nothing_new(person=person, told_at=wanted.told_at, by=by, at=at)
        return Sent.NOTHING_NEW
    try:
        taken = connection.send_messages([message])
    except OSError as error:  # what smtplib raises is one, too
        if isinstance(error, SMTPException) and not isinstance(error, SMTPServerDisconnected):
            logger.warning("the mail server refused the digest of person:%s: %s", person, type(error).__name__)
            take_back(person=person, by=by, at=at)
            return Sent.NOT_TAKEN
        # the answer was lost, not the mail for certain
        logger.warning("the mail server fell silent over the digest of person:%s: %s", person, type(error).__name__)
        doubt(person=person, by=by, at=at)
        return Sent.DOUBTFUL
    if not taken:
        take_back(person=person, by=by, at=at)
        return Sent.NOT_TAKEN
    note_told(person=person, told=told, by=by, at=at)
    return Sent.SENT


def _composed(
    person: int, wanted: Subscribed, upto: Mark, tasks: Sequence[Reminder], by: Viewer, at: datetime
) -> tuple[EmailMessage | None, Mark]:
    """The mail as its reader may have it now, and up to where it tells; no mail where nothing is left of it."""
    viewer = viewer_of(by, person=person, at=at)
    recipient = one_person(viewer, person=person) if viewer.person else None
    if recipient is None:
        return None, upto
    with reading(viewer, action="mail") as now:
        documents = new_documents(now, since=wanted.told, within=upto, limit=MOST)
        more = count_new(now, since=wanted.told, within=upto) - len(documents)
        told = Mark(upto.number, upto.labels & now.span.labels)
        if not documents and not tasks:
            return None, upto
        level, marking = whole(viewer, documents=documents)
        made = mail(
            documents,
            tasks,
            level=level,
            marking=marking,
            more=more,
            doubted=wanted.doubted,
            address=address_of,
            inbox=INBOX,
        )
    return _message(made, recipient.email, f"{person}:{upto.number}:{at.isoformat()}"), told


def _message(made: Mail, recipient: str, named: str) -> EmailMessage:
    digest = hashlib.sha256(f"{settings.SECRET_KEY}:{named}".encode()).hexdigest()[:32]
    headers = {
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{address_of(INBOX)}#digest>",
        "Message-ID": f"<digest.{digest}@{urlsplit(settings.ADDRESS).hostname}>",
    }
    return EmailMessage(made.subject, made.text, None, [recipient], headers=headers)


def address_of(path: str) -> str:
    """The whole address of a path, for those who are not here."""
    return f"{settings.ADDRESS}{path}"


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except OSError:
        logger.info("the mail server did not say goodbye")
