"""Standings in tables: the answer as a tag, since and until in words, the source that decides."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from cordiale.apps.register.exports import words
from cordiale.apps.register.exports.tables import Showing
from cordiale.apps.register.reads.asking import AssertionRead, StandingRead
from cordiale.apps.register.reads.exploring import Recorded
from cordiale.domain.period import parse_when
from cordiale.ui.answers import ANSWERS, TONES
from cordiale.ui.dates import shown
from cordiale.ui.tables import Cell, Column, Table, Tone

ABOUT_ONE: dict[str, Column] = {
    "party": Column("party", lazy("Country or organisation")),
    "framework": Column("framework", lazy("Framework")),
}

STANDING_COLUMNS = (
    Column(
        "answer",
        lazy("Standing"),
        help=lazy(
            "In force, suspended, unclear (a source says so), disputed (sources of the same weight differ), not, or "
            "not known (the roster is not held complete for this day). Perhaps: the dates leave another answer open."
        ),
    ),
    Column("since", lazy("Since"), kind="date"),
    Column("until", lazy("Until"), kind="date", help=lazy("The day on which this answer ends, where it is known.")),
    Column("source", lazy("Source"), help=lazy("The source that decides.")),
    Column("why", lazy("Why")),
)


def standing_table(
    show: Showing, found: Sequence[StandingRead], *, key: str, caption: str, about: Sequence[str], query: str, help: str
) -> Table:
    """A table of standings.

    Args:
        about: which columns name what a row is about: party, framework or both, in this order.
        query: the question, carried on to the page that explains each standing.
    """
    rows = tuple((*_about(show, one, about), *_cells(show, one, query)) for one in found)
    columns = (*(ABOUT_ONE[name] for name in about), *STANDING_COLUMNS)
    return Table(key, caption, columns, rows, help=help, empty=_("Nobody on this day."))


def _about(show: Showing, one: StandingRead, about: Sequence[str]) -> list[Cell]:
    cells = {
        "party": show.reference(("parties",), one.party),
        "framework": show.reference(("frameworks",), one.framework),
    }
    return [cells[name] for name in about]


def _cells(show: Showing, one: StandingRead, query: str) -> tuple[Cell, ...]:
    why = reverse("standing", args=[one.party, one.framework]) + query
    return (
        answer_cell(one),
        day_cell(one.since),
        day_cell(one.until),
        source_cell(show, one),
        Cell(_("explain"), href=why, value=""),
    )


def answer_cell(one: StandingRead) -> Cell:
    """An answer as a tag; what is not certain says so, and a scope with an answer of its own is named."""
    text = ANSWERS[one.answer]
    notes = [
        _("%(scope)s: %(answer)s") % {"scope": words.word(scope), "answer": ANSWERS[answer]}
        for scope, answer in one.scopes.items()
        if answer is not one.answer
    ]
    if not one.certain:
        notes.insert(0, _("perhaps: the dates leave another answer open"))
    tone: Tone = TONES[one.answer]
    return Cell(str(text), tone=tone, note="; ".join(notes), value=one.answer.value)


def source_cell(show: Showing, one: StandingRead) -> Cell:
    """The source that decides; where none speaks, that of the roster, if it is held complete."""
    if one.source:
        return Cell(links=(show.link(("sources",), one.source),), value=one.source)
    if one.complete and one.roster_source:
        return Cell(links=(show.link(("sources",), one.roster_source),), note=_("of the roster"), value="")
    return Cell(_("no source speaks of this day"), value="")


def day_cell(text: str) -> Cell:
    """A date as a source writes it."""
    return Cell(shown(parse_when(text)), value=text) if text else Cell()


def claim_table(show: Showing, claims: Sequence[AssertionRead]) -> Table:
    """Every claim on a standing with what became of it."""
    return Table(
        "claims",
        _("What the sources say of this day"),
        (
            Column("source", _("Source")),
            Column("outcome", _("What became of it")),
            Column("says", _("Says")),
            Column("status", _("Status")),
            Column("scope", _("Scope"), help=words.HELP["scope"]),
            Column("precedence", _("Precedence"), kind="number", help=words.HELP["precedence"]),
            Column("valid_from", _("From"), kind="date"),
            Column("over", _("Over on"), kind="date", help=_("The first day on which it was over.")),
            Column("locator", _("Place in the source")),
            Column("note", _("Note")),
        ),
        tuple(
            (
                Cell(*_link(show, claim.source), value=claim.source),
                Cell(str(words.OUTCOMES[claim.outcome][0]), tone=words.OUTCOMES[claim.outcome][1], value=claim.outcome),
                Cell(str(ANSWERS[claim.says]) if claim.says else "", value=claim.says or ""),
                Cell(show.manifest.statuses[claim.status].name, value=claim.status)
                if claim.status in show.manifest.statuses
                else Cell(claim.status),
                Cell(words.word(claim.scope), value=claim.scope),
                Cell(str(claim.precedence), value=claim.precedence),
                day_cell(claim.valid_from),
                day_cell(claim.valid_to),
                Cell(claim.locator),
                Cell(claim.note),
            )
            for claim in claims
        ),
        help=_("Those that count come first. A claim that lost stays visible, with the precedence it lost by."),
        empty=_("No source says anything of this party in this framework."),
    )


def _link(show: Showing, source: str) -> tuple[str, str]:
    link = show.link(("sources",), source)
    return link.text, link.href


def history_table(show: Showing, rows: Sequence[Recorded]) -> Table:
    """Every assertion ever recorded on a pair, with the ledger entries between which it was believed."""
    return Table(
        "history",
        _("Everything ever recorded about it"),
        (
            Column("assertion", _("Assertion"), kind="number"),
            Column("status", _("Status")),
            Column("scope", _("Scope"), help=words.HELP["scope"]),
            Column("valid_from", _("From"), kind="date"),
            Column("over", _("Over on"), kind="date", help=_("The first day on which it was over.")),
            Column("source", _("Source")),
            Column("locator", _("Place in the source")),
            Column("known_from", _("Recorded by entry"), kind="number"),
            Column("known_to", _("Closed by entry"), kind="number", help=_("Empty while it is believed.")),
            Column("replaces", _("Replaces"), kind="number"),
        ),
        tuple(
            (
                Cell(str(row.assertion), value=row.assertion),
                Cell(show.manifest.statuses[row.status].name, value=row.status)
                if row.status in show.manifest.statuses
                else Cell(row.status),
                Cell(words.word(row.scope), value=row.scope),
                day_cell(row.valid_from.text),
                day_cell(row.valid_to.text if row.valid_to else ""),
                Cell(*_link(show, row.source), value=row.source),
                Cell(row.locator, note=row.note),
                _entry(row.known_from),
                _entry(row.known_to),
                Cell(str(row.replaces), value=row.replaces) if row.replaces else Cell(),
            )
            for row in rows
        ),
        help=_("Nothing is overwritten: a correction closes the old row and records a new one."),
        empty=_("Nothing was ever recorded."),
    )


def _entry(number: int | None) -> Cell:
    return Cell() if number is None else Cell(str(number), href=reverse("change", args=[number]), value=number)
