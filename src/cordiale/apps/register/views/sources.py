"""Sources: the list, and one page each with everything the source asserts."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.register.exports.contradictions import conflict_table, judged_table
from cordiale.apps.register.exports.tables import Showing
from cordiale.apps.register.reads.claims import judged
from cordiale.apps.register.reads.conflicts import conflicts
from cordiale.apps.register.reads.facts import facts
from cordiale.apps.register.reads.overview import statements_by_source
from cordiale.apps.register.views.showing import one_or_404, page, showing, viewer_of
from cordiale.domain.viewer import Viewer
from cordiale.engines.packs.tables import TABLES
from cordiale.engines.packs.tables import Table as PackTable
from cordiale.ui.pages import Page
from cordiale.ui.tables import Cell, Column, Link, Table

SHOWN_FIRST = ("participation", "party_names", "frameworks", "framework_dates", "instruments", "agreements")
"""Tables that come first on the page of a source."""


def sources(request: HttpRequest) -> Page:
    """Every source, weightiest first."""
    viewer = viewer_of(request)
    show = showing(viewer)
    spoken = statements_by_source(viewer)
    found = sorted(facts(viewer, table="sources", order=("id",)), key=lambda fact: -fact["precedence"])
    listed = show.table("sources", found, ("title", "publisher", "published", "language", "precedence"))
    rows = tuple(
        (
            show.reference(("sources",), fact["id"]),
            *row,
            Cell(str(spoken.get(fact["id"], 0)), value=spoken.get(fact["id"], 0)),
        )
        for fact, row in zip(found, listed.rows, strict=True)
    )
    columns = (
        Column("source", _("Source"), kind="code"),
        *listed.columns,
        Column("statements", _("Statements on participation"), kind="number"),
    )
    return page(
        request,
        template="register/tables.html",
        title=_("Sources"),
        lead=_("Every publication that a fact in this register rests on, the weightiest first."),
        tables=(Table("sources", _("Sources by precedence"), columns, rows),),
    )


def source(request: HttpRequest, source: str) -> Page:
    """One source and everything it asserts."""
    viewer = viewer_of(request)
    show = showing(viewer)
    found = one_or_404(viewer, table="sources", code=source)
    (cells,) = show.table("sources", [found], ("publisher", "url", "published", "language", "precedence")).rows
    labels = (_("Publisher"), _("Address"), _("Published"), _("Language"), _("Precedence"))
    tables = (*_fares(viewer, show, source), *_asserted(viewer, show, source))
    return page(
        request,
        template="register/source.html",
        title=found["title"],
        lead=_("What this source asserts stays its claim, whether or not others agree."),
        trail=(Link(_("Register"), reverse("home")), Link(_("Sources"), reverse("sources"))),
        tables=tables,
        context={"facts": [*zip(labels, cells, strict=True), (_("Id in this register"), Cell(source))]},
    )


def _fares(viewer: Viewer, show: Showing, source: str) -> list[Table]:
    """How what it says fares: its claims judged, and where others contradict it."""
    said = [(source, one) for one in judged(viewer).get(source, ())]
    against = [one for one in conflicts(viewer) if source in (one.one.source, one.other.source)]
    contradicted = conflict_table(
        show,
        against,
        key="contradicted",
        caption=_("Where others contradict it"),
        help=_("The first claim of a row is the one that counts, unless the decision is open."),
        empty=_("No other source contradicts it."),
    )
    return [contradicted, *([judged_table(show, said, caption=_("Its claims, judged"))] if said else [])]


def _asserted(viewer: Viewer, show: Showing, source: str) -> list[Table]:
    """A table for each kind of fact the source asserts, and one for the ends it dates."""
    ordered = sorted(TABLES, key=lambda table: SHOWN_FIRST.index(table.name) if table.name in SHOWN_FIRST else 99)
    made = []
    for table in ordered:
        if "source" not in table.places:
            continue
        found = facts(viewer, table=table.name, source=source)
        if found:
            made.append(show.table(table.name, found, _columns(table)))
    ends = facts(viewer, table="participation", order=("party",), end_source=source)
    if ends:
        columns = ("party", "framework", "status", "valid_to", "source")
        made.append(show.table("participation", ends, columns, key="ends", caption=_("Ends it dates")))
    return made


def _columns(table: PackTable) -> tuple[str, ...]:
    """All but the source itself and, in its own page, what only a machine or a test reads."""
    hidden = {"source", "agrees_with_register", "explanation", "rule", "end_source"}
    return tuple(column.name for column in table.columns if column.name not in hidden)
