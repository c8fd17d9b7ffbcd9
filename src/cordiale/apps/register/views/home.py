"""The first page: what the register holds and where to begin."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.ledger.reads import newest
from cordiale.apps.register.reads.overview import counts
from cordiale.apps.register.views.frameworks import framework_table
from cordiale.apps.register.views.showing import page, showing, viewer_of
from cordiale.ui.dates import moment_shown
from cordiale.ui.pages import Page

NEWEST = 5


def home(request: HttpRequest) -> Page:
    """What the register holds and where to begin."""
    viewer = viewer_of(request)
    show = showing(viewer)
    held = counts(viewer)
    return page(
        request,
        template="register/home.html",
        title=_("Partnership register"),
        lead=_("Who takes part in which framework, since when, and which source says so."),
        tables=(framework_table(viewer, show),),
        context={
            "stats": [
                (held.countries, _("Countries"), reverse("countries")),
                (held.frameworks, _("Frameworks"), reverse("frameworks")),
                (held.statements, _("Statements on participation"), reverse("frameworks")),
                (held.sources, _("Sources"), reverse("sources")),
            ],
            "changes": [
                (entry, reverse("change", args=[entry.number]), moment_shown(entry.at))
                for entry in newest(viewer, limit=NEWEST)
            ],
        },
    )
