"""Agreements: the list, and one page each."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.register.exports.words import word
from cordiale.apps.register.reads.facts import facts
from cordiale.apps.register.views.showing import one_or_404, page, showing, viewer_of
from cordiale.ui.dates import shown
from cordiale.ui.pages import Page
from cordiale.ui.tables import Cell, Link


def agreements(request: HttpRequest) -> Page:
    """Every agreement and every policy, oldest first."""
    viewer = viewer_of(request)
    show = showing(viewer)
    return page(
        request,
        template="register/tables.html",
        title=_("Agreements and policies"),
        lead=_("Treaties, declarations, charters and arrangements, and the decisions that shape the partnerships."),
        tables=(
            show.table(
                "agreements",
                facts(viewer, table="agreements", order=("date",)),
                ("id", "kind", "date", "place", "parties", "source"),
                caption=_("Agreements, oldest first"),
            ),
            show.table(
                "policies",
                facts(viewer, table="policies", order=("date",)),
                ("title", "date", "place", "develops", "summary", "source"),
                caption=_("Policies, oldest first"),
            ),
        ),
    )


def agreement(request: HttpRequest, agreement: str) -> Page:
    """One agreement: who signed it, what it grants, which policy it is."""
    viewer = viewer_of(request)
    show = showing(viewer)
    found = one_or_404(viewer, table="agreements", code=agreement)
    (cells,) = show.table("agreements", [found], ("kind", "date", "place", "parties", "source")).rows
    labels = (_("Kind"), _("Date"), _("Place"), _("Parties"), _("Source"))
    tables = (
        show.table(
            "signatures",
            facts(viewer, table="signatures", order=("date",), agreement=agreement),
            ("office", "person", "organisation", "date", "source"),
        ),
        show.table(
            "entitlements",
            facts(viewer, table="entitlements", order=("valid_from",), agreement=agreement),
            ("what", "beneficiary", "valid_from", "valid_to", "source"),
        ),
        show.table(
            "policies",
            facts(viewer, table="policies", id=agreement),
            ("title", "date", "develops", "summary", "source"),
        ),
    )
    return page(
        request,
        template="register/agreement.html",
        title=found["title"],
        lead=_("%(kind)s, %(date)s") % {"kind": word(found["kind"]), "date": shown(found["date"])},
        trail=(Link(_("Register"), reverse("home")), Link(_("Agreements and policies"), reverse("agreements"))),
        tables=tables,
        context={
            "facts": [*zip(labels, cells, strict=True), (_("Id in this register"), Cell(agreement))],
            "optional": [table for table in tables if table.rows],
            "missing": [table.caption for table in tables if not table.rows],
        },
    )
