"""Changes as an Atom feed, in the reader's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cordiale.apps.ledger.reads import verb_shown
from cordiale.apps.register.exports.tables import Showing
from cordiale.apps.register.exports.words import TABLES
from cordiale.apps.register.reads.changes import Changed
from cordiale.apps.register.reads.facts import Fact

CONTENT_TYPE = Atom1Feed.content_type

_COLUMNS = ("party", "framework", "status", "scope", "valid_from", "valid_to", "source")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(show: Showing, changed: Sequence[Changed], *, title: str, page: str, address: Callable[[str], str]) -> str:
    """An Atom document: one entry for each entry of the ledger, the newest first.

    Args:
        show: names and words.
        changed: what to tell.
        title: of the feed.
        page: path of the page that the feed follows; the feed itself is "feed.atom" there.
        address: makes a whole address of a path.
    """
    itself = address(f"{page}feed.atom")
    feed = Atom1Feed(
        title=_plain(title), link=address(page), description="", feed_url=itself, feed_guid=itself,
        language=get_language(),
    )  # fmt: skip
    for one in changed:
        at = datetime.fromisoformat(one.entry.at)
        feed.add_item(
            title=_plain(_title(show, one)),
            link=address(reverse("change", args=[one.entry.number])),
            description=_plain(_summary(show, one)),
            author_name=_plain(one.entry.actor),
            unique_id=f"nih:sha-256;{one.entry.hash}",  # RFC 6920: names it alike on every machine
            pubdate=at,
            updateddate=at,
        )
    return feed.writeString("utf-8")


def _title(show: Showing, one: Changed) -> str:
    """What was done, and to what: whose participation in what, where the entry is about one."""
    of_what = one.entry.subject
    about = {(fact["party"], fact["framework"]) for fact in (*one.recorded, *one.closed)}
    if len(about) == 1 and of_what.partition(":")[0] in ("assertion", "participation"):
        ((party, framework),) = about
        of_what = f"{show.labels.name(('parties',), party)}, {show.labels.name(('frameworks',), framework)}"
    return _("%(what)s: %(of_what)s") % {"what": verb_shown(one.entry.verb), "of_what": of_what}


def _summary(show: Showing, one: Changed) -> SafeString:
    """Why, and what changed, as HTML."""
    lines = list(_lines(show, one))
    reason = format_html("<p>{}</p>", one.entry.reason) if one.entry.reason else SafeString("")
    told = format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((line,) for line in lines)))
    return reason + (told if lines else SafeString(""))


def _lines(show: Showing, one: Changed) -> Iterator[str]:
    if one.is_erased:
        yield _("The law demanded that the content of this entry be erased.")
    for fact in one.closed:
        yield _("No longer believed: %(statement)s") % {"statement": _statement(show, fact)}
    for fact in one.recorded:
        yield _("Recorded: %(statement)s") % {"statement": _statement(show, fact)}
    for table, (added, closed) in one.counts.items():
        if table == "participation" and (one.recorded or one.closed):
            continue
        yield _("%(table)s: %(added)s recorded, %(closed)s closed") % {
            "table": TABLES[table], "added": added, "closed": closed,
        }  # fmt: skip


def _statement(show: Showing, fact: Fact) -> str:
    """A statement on participation on one line, each value with its heading."""
    table = show.table("participation", [fact], _COLUMNS)
    return "; ".join(f"{column.label}: {cell.text}" for column, cell in table.labelled_rows[0] if cell.text)


def _plain(text: str) -> str:
    """A text without what XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text)
