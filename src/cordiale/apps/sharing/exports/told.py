"""What is new, as an Atom feed and as a mail: title, marking, kind, date and a link, and no more than that."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from cordiale.apps.sharing.reads.documents import DocumentRead
from cordiale.domain.period import parse_when
from cordiale.domain.sharing import Kind
from cordiale.ui.dates import shown

CONTENT_TYPE = Atom1Feed.content_type
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
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


def document_path(code: str) -> str:
    """Where the page of a document is."""
    return f"/documents/{code}/"


def kind_shown(kind: Kind) -> str:
    """A kind of document in the reader's words."""
    names = {
        Kind.PAPER: _("paper"),
        Kind.MINUTES: _("minutes"),
        Kind.REPORT: _("report"),
        Kind.LESSON: _("lesson"),
        Kind.BEST_PRACTICE: _("best practice"),
        Kind.ADVICE: _("advice"),
        Kind.REFORM_ASSESSMENT: _("reform assessment"),
        Kind.CYBER_THREAT: _("cyber-threat item"),
    }
    return names[kind]


def whole(documents: Sequence[DocumentRead], *, levels: Mapping[int, tuple[int, str]], lowest: str) -> tuple[str, str]:
    """What a whole that holds documents bears: the highest level of them, and a marking for its first line.

    The marking is their own where all bear the same one.

    Args:
        levels: number of a label to rank and name of its level.
        lowest: name of the lowest level: that of a whole without documents.
    """
    if not documents:
        return lowest, lowest
    _rank, level = max(levels[one.label] for one in documents)
    markings = {one.marking for one in documents}
    if len(markings) == 1:
        return level, _line(markings.pop())
    return level, _("%(level)s – each document below bears its own marking") % {"level": level}


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
    lines = [marking, ""]
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


def atom(
    documents: Sequence[DocumentRead],
    *,
    moments: Mapping[int, str],
    originators: Callable[[str], str],
    title: str,
    page: str,
    address: Callable[[str], str],
) -> str:
    """An Atom document: one entry for each document, in this order.

    Args:
        moments: number of an entry of the ledger to its moment.
        originators: says the name of a party.
        title: of the feed.
        page: path of the page that the feed follows; the feed itself is "feed.atom" there.
        address: makes a whole address of a path.
    """
    itself = address(f"{page}feed.atom")
    feed = Atom1Feed(
        title=_plain(title), link=address(page), description="", feed_url=itself, feed_guid=itself,
        language=get_language(),
    )  # fmt: skip
    for one in documents:
        at = datetime.fromisoformat(moments[one.entry])
        told = f"{one.marking}; {kind_shown(one.kind)}, {shown(parse_when(one.dated))}"
        feed.add_item(
            title=_plain(one.title),
            link=address(document_path(one.code)),
            description=_plain(told),
            author_name=_plain(originators(one.originator)),
            unique_id=uuid5(NAMESPACE_URL, f"urn:cordiale:document:{one.code}").urn,
            categories=[_plain(one.marking)],
            updateddate=at,
        )
    if not documents:
        # a feed says when it changed: one that holds nothing must not tell when it came to hold nothing
        feed.latest_post_date = _never  # type: ignore[method-assign]
    return feed.writeString("utf-8")


def _never() -> datetime:
    return datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _plain(text: str) -> str:
    """A text without what XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text)


def _line(text: str) -> str:
    """A text on one line, so that no title looks like another part of the mail."""
    return _BREAKS.sub(" ", text).strip()
