"""Pages of the ledger: every change, newest first, and one page each."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.ledger import reads
from cordiale.apps.ledger.reads import verb_shown
from cordiale.domain.ledger import Entry
from cordiale.domain.viewer import Viewer
from cordiale.ui.dates import moment_shown
from cordiale.ui.pages import Page
from cordiale.ui.tables import Cell, Column, Link, Table

PAGE = 50
"""Entries on a page."""


def changes(request: HttpRequest) -> Page:
    """Every change, newest first; `?before=` goes back."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # set by config.middleware
    before = request.GET.get("before", "")
    if before and not (before.isascii() and before.isdecimal() and len(before) < 18):
        raise Http404
    found = reads.newest(viewer, before=int(before) if before else None, limit=PAGE + 1)
    shown, older = found[:PAGE], found[PAGE:]
    table = Table(
        "changes",
        _("Ledger entries, newest first"),
        (
            Column("number", _("Entry"), kind="number"),
            Column("at", _("When"), kind="date"),
            Column("verb", _("What")),
            Column("subject", _("Of what"), kind="code"),
            Column("reason", _("Why")),
            Column("actor", _("Who")),
        ),
        tuple(_row(entry) for entry in shown),
        help=_("Each entry is chained to the one before it: nobody can change or remove one unseen."),
        empty=_("Nothing was recorded yet."),
    )
    return Page(
        template="ledger/changes.html",
        title=_("Changes"),
        lead=_("Every change to the register, newest first. Nothing is ever overwritten."),
        tables=(table,),
        context={
            "feed": reverse("changes-feed"),
            "newer": Link(_("Newest entries"), reverse("changes")) if before else None,
            "older": Link(_("Older entries"), f"{reverse('changes')}?before={shown[-1].number}") if older else None,
        },
    )


def _row(entry: Entry) -> tuple[Cell, ...]:
    return (
        Cell(str(entry.number), href=reverse("change", args=[entry.number]), value=entry.number),
        Cell(moment_shown(entry.at), value=entry.at),
        Cell(verb_shown(entry.verb), value=entry.verb),
        Cell(entry.subject),
        Cell(entry.reason),
        Cell(entry.actor),
    )


def change(request: HttpRequest, number: int) -> Page:
    """One entry: who, when, why, how many rows it touched, and its hashes."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # as above
    entry = reads.one(viewer, number=number)
    if entry is None:
        raise Http404
    content = reads.content(viewer, number=number)
    return Page(
        template="ledger/change.html",
        title=_("Entry %(number)s") % {"number": number},
        lead=verb_shown(entry.verb),
        trail=(Link(_("Register"), reverse("home")), Link(_("Changes"), reverse("changes"))),
        tables=(_touched(content or []),),
        context={
            "erased": content is None,
            "facts": [
                (_("When"), Cell(moment_shown(entry.at), note=entry.at)),
                (_("Who"), Cell(entry.actor)),
                (_("Of what"), Cell(entry.subject)),
                (_("Why"), Cell(entry.reason)),
                (_("Commitment to the content"), Cell(entry.commitment)),
                (_("Hash of the entry before"), Cell(entry.previous)),
                (_("Hash"), Cell(entry.hash)),
            ],
            "previous": Link(str(number - 1), reverse("change", args=[number - 1])) if number > 1 else None,
            "next": Link(str(number + 1), reverse("change", args=[number + 1]))
            if reads.head(viewer).number > number
            else None,
        },
    )


def _touched(content: list[Any]) -> Table:
    """How many rows of which table an entry recorded and closed."""
    touched = [
        (table, kept)
        for part in content
        if isinstance(part, dict)
        for table, kept in sorted(part.get("rows", {}).items())
    ]
    return Table(
        "rows",
        _("Rows it touched"),
        (
            Column("table", _("Table"), kind="code"),
            Column("added", _("Recorded"), kind="number"),
            Column("closed", _("Closed"), kind="number"),
            Column("digest", _("Digest of the rows"), kind="code"),
        ),
        tuple(
            (
                Cell(table),
                Cell(str(kept["added"]), value=kept["added"]),
                Cell(str(kept["closed"]), value=kept["closed"]),
                Cell(kept["digest"]),
            )
            for table, kept in touched
        ),
        help=_("The digest pins each row: `cordiale ledger verify` computes it again from the database."),
        empty=_("It touched no row of the register."),
    )
