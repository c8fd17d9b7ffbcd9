"""A digest as a mail: of each document its marking, title, kind, date and a link, and no more than that."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cordiale.apps.sharing.reads.documents import DocumentRead
from cordiale.apps.sharing.reads.words import document_path, kind_shown
from cordiale.domain.period import parse_when
from cordiale.ui.dates import shown

_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


@dataclass(frozen=True)
class Reminder:
    """A task that a mail reminds of, without what it is about.

    Args:
        key: names the task, so that nobody is reminded of it twice.
        text: what kind of task waits.
        address: whole address of the page where it is done.
    """

    key: str
    text: str
    address: str


@dataclass(frozen=True)
class Mail:
    """A mail as it is handed over."""

    subject: str
    text: str


def mail(
    documents: Sequence[DocumentRead],
    reminders: Sequence[Reminder],
    *,
    level: str,
    marking: str,
    more: int,
    doubted: bool,
    address: Callable[[str], str],
    inbox: str,
) -> Mail:
    """A digest: its first line is the marking of the whole; each document's marking comes before its title.

    Args:
        level, marking: of the whole; the level opens the subject.
        more: how many documents are new beside these.
        doubted: whether the digest before may not have arrived.
        address: makes a whole address of a path.
        inbox: path of the inbox.
    """
    lines = [_line(marking), ""]
    if doubted:
        lines += [_("The mail before this one may not have reached you. What it held is in your inbox."), ""]
    for one in documents:
        lines += [_line(one.marking), _line(one.title), f"{kind_shown(one.kind)}, {shown(parse_when(one.dated))}"]
        lines += [address(document_path(one.code)), ""]
    if more:
        said = ngettext("%(count)s more document is new.", "%(count)s more documents are new.", more)
        lines += [said % {"count": more}, address(inbox), ""]
    if reminders:
        lines += [_("What waits for you"), ""]
        for task in reminders:
            lines += [_line(task.text), task.address, ""]
    lines += [
        "-- ",
        _("You are sent this because you asked for it in your inbox. To stop it, choose “never” there:"),
        address(f"{inbox}#digest"),
        _("What you may read is decided anew each time you open a link."),
    ]
    return Mail(f"{level}: {_subject(len(documents) + more, len(reminders))}", "\n".join([*lines, ""]))


def _subject(documents: int, tasks: int) -> str:
    """How much there is, and no word of what."""
    parts = []
    if documents:
        parts.append(ngettext("%(count)s new document", "%(count)s new documents", documents) % {"count": documents})
    if tasks:
        parts.append(ngettext("%(count)s task waits", "%(count)s tasks wait", tasks) % {"count": tasks})
    return ", ".join(parts)


def _line(text: str) -> str:
    """A text on one line, so that no title looks like another part of the mail."""
    return _BREAKS.sub(" ", text).strip()
