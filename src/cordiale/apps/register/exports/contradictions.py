"""Tables of what differs: between sources, and between two days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.register.exports import words
from cordiale.apps.register.exports.standings import day_cell
from cordiale.apps.register.exports.tables import Showing
from cordiale.apps.register.reads.asking import Moved
from cordiale.apps.register.reads.claims import ClaimRead
from cordiale.apps.register.reads.conflicts import Conflict, Side
from cordiale.domain.participation import Answer
from cordiale.ui.answers import answer_cell
from cordiale.ui.tables import Cell, Column, Table


def conflict_table(show: Showing, found: Sequence[Conflict], *, key: str, caption: str, help: str, empty: str) -> Table:
    """Contradictions, one a row: the two claims side by side."""
    columns = (
        Column("party", _("Country or organisation")),
        Column("framework", _("Framework")),
        Column("since", _("From"), kind="date"),
        Column("until", _("Over on"), kind="date"),
        Column("one", _("One source says")),
        Column("one_source", _("Source")),
        Column("other", _("The other says")),
        Column("other_source", _("Other source")),
        Column("decision", _("Decision")),
        Column("why", _("Why")),
    )
    rows = tuple(
        (
            show.reference(("parties",), one.party),
            show.reference(("frameworks",), one.framework),
            day_cell(one.since),
            day_cell(one.until),
            _says(one.one),
            _source(show, one.one),
            _says(one.other),
            _source(show, one.other),
            _decision(one),
            Cell(_("explain"), href=_explained(one), value=""),
        )
        for one in found
    )
    return Table(key, caption, columns, rows, help=help, empty=empty)


def judged_table(show: Showing, found: Sequence[tuple[str, ClaimRead]], *, caption: str) -> Table:
    """What pages claim, each with the verdict of the register.

    Args:
        found: source and claim.
    """
    return Table(
        "claimed",
        caption,
        (
            Column("source", _("Source")),
            Column("locator", _("Place in the source")),
            Column("subject", _("Subject")),
            Column("predicate", _("Predicate")),
            Column("object", _("Object")),
            Column("date_or_period", _("When, as the page puts it")),
            Column("verdict", _("Verdict")),
            Column("reason", _("Reason")),
        ),
        tuple(
            (
                Cell(source, href=show.link(("sources",), source).href),
                Cell(one.locator),
                _named(show, one.subject),
                Cell(words.word(one.predicate), value=one.predicate),
                _named(show, one.object),
                Cell(one.date_or_period),
                Cell(str(words.VERDICTS[one.verdict][0]), tone=words.VERDICTS[one.verdict][1], value=one.verdict.value),
                Cell(one.reason, lang="en"),
            )
            for source, one in found
        ),
        help=_("Found by the rules of this register from all its sources; stated counts stand beside computed ones."),
    )


def _named(show: Showing, code: str) -> Cell:
    """An id as its name, where it is one; a page's own words as they are."""
    known = ("parties", "frameworks")
    return show.reference(known, code) if show.labels.table_of(known, code) else Cell(code)


def _says(side: Side) -> Cell:
    return answer_cell(side.says)


def _source(show: Showing, side: Side) -> Cell:
    note = _("precedence %(precedence)s") % {"precedence": side.precedence}
    return Cell(links=(show.link(("sources",), side.source),), note=note, value=side.source)


def _decision(one: Conflict) -> Cell:
    if not one.decided:
        return Cell(_("Open"), tone="stop", value="open")
    text = _("%(source)s counts") % {"source": one.one.source}
    return Cell(text, note=f"{one.one.precedence} > {one.other.precedence}", value=one.one.source)


def _explained(one: Conflict) -> str:
    """The page of the standing, on the first whole day of the contradiction."""
    return f"{reverse('standing', args=[one.party, one.framework])}?on={one.since[:10]}"


def moved_table(show: Showing, found: Sequence[Moved], *, caption: str, days: Mapping[str, str], query: str) -> Table:
    """Standings that differ between two days."""
    columns = (
        Column("framework", _("Framework")),
        Column("party", _("Country or organisation")),
        Column("before", days["first"]),
        Column("after", days["second"]),
        Column("why", _("Why")),
    )
    rows = tuple(
        (
            show.reference(("frameworks",), one.framework),
            show.reference(("parties",), one.party),
            _answer(one.before),
            _answer(one.after),
            Cell(_("explain"), href=reverse("standing", args=[one.party, one.framework]) + query, value=""),
        )
        for one in found
    )
    return Table("moved", caption, columns, rows, empty=_("No standing differs between these days."))


def _answer(answer: Answer) -> Cell:
    return answer_cell(answer)
