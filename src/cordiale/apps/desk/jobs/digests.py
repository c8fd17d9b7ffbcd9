"""Mails everybody what is new to them, and reminds them of what is due, when their time has come."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from cordiale.apps.desk.jobs.mails import Reminder
from cordiale.apps.desk.jobs.sending import MailServerSilent, Reminders, Sent, address_of, send_digest
from cordiale.apps.desk.reads.tasks import Task, tasks
from cordiale.apps.jobs.jobs.kinds import job_kind
from cordiale.apps.jobs.jobs.work import Done, Work
from cordiale.apps.people.writes.proposals import may_decide
from cordiale.apps.sharing.reads.reading import CannotRead
from cordiale.apps.sharing.reads.told import due_digests
from cordiale.domain import clock
from cordiale.domain.viewer import Viewer
from cordiale.ui.dates import day_shown

KIND = "digests"


class MailNotSetUp(RuntimeError):
    """This installation sends no mail."""

    code = "mail-not-set-up"

    def __init__(self) -> None:
        super().__init__("Mail is not set up here, so no digest is sent; set CORDIALE_MAIL_URL.")


@job_kind(KIND, title=lazy("Mail what is new"), refuses=(MailNotSetUp, MailServerSilent, CannotRead))
def send_digests(work: Work) -> Done:
    """Every digest is claimed, sent and noted by itself, so a worker that takes this up again goes on with the rest."""
    if not settings.MAIL_IS_SET_UP:
        raise MailNotSetUp
    by = Viewer.system("digests")
    due = due_digests(by, at=clock.now())
    became: Counter[Sent] = Counter()
    for place, person in enumerate(due):
        work.save(None, done=place, total=len(due), says=f"Digest {place + 1} of {len(due)}")
        at = clock.now()
        became[send_digest(person=person, reminders=reminders(at), by=by, at=at)] += 1
    work.save(None, done=len(due), total=len(due))
    return Done(
        says=", ".join(f"{count} {what}" for what, count in sorted(became.items())) or "Nobody's time has come."
    )


def reminders(at: datetime) -> Reminders:
    """What a person is to be reminded of at a moment."""

    def of(viewer: Viewer) -> list[Reminder]:
        waiting = tasks(viewer, may=lambda one: may_decide(viewer, verb=one.verb, arguments=one.arguments), at=at)
        return [_reminder(task) for task in waiting if task.reminds]

    return of


def _reminder(task: Task) -> Reminder:
    """Without what the task is about: that stays behind the link."""
    if task.kind == "role":
        said = _("A role of yours ends; its last day is %(day)s.") % {
            "day": day_shown(task.due_on or task.since.date())
        }
        return Reminder(task.key, said, address_of(reverse("account")))
    said = _("A proposal has waited for a second person since %(day)s.") % {"day": day_shown(task.since.date())}
    return Reminder(task.key, said, address_of(reverse("proposal", args=[task.number])))
