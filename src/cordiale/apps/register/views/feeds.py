"""Feeds of changes, for whoever wants to be told: all, about one party, about one framework."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cordiale.apps.register.exports.feeds import CONTENT_TYPE, atom
from cordiale.apps.register.reads.changes import Changed, changes, changes_about
from cordiale.apps.register.views.showing import one_or_404, showing, viewer_of
from cordiale.ui.permitting import needs

NEWEST = 50
"""Entries in a feed."""


@needs("public")
@require_safe
def changes_feed(request: HttpRequest) -> HttpResponse:
    """Every change."""
    viewer = viewer_of(request)
    return _answer(request, changes(viewer, limit=NEWEST), about=_("Changes"), page=reverse("changes"))


@needs("public")
@require_safe
def country_feed(request: HttpRequest, party: str) -> HttpResponse:
    """What changed about one party."""
    viewer = viewer_of(request)
    found = one_or_404(viewer, table="parties", code=party)
    told = changes_about(viewer, subject="parties", code=party, limit=NEWEST)
    return _answer(request, told, about=found["name"], page=reverse("country", args=[party]))


@needs("public")
@require_safe
def framework_feed(request: HttpRequest, framework: str) -> HttpResponse:
    """What changed about one framework."""
    viewer = viewer_of(request)
    found = one_or_404(viewer, table="frameworks", code=framework)
    told = changes_about(viewer, subject="frameworks", code=framework, limit=NEWEST)
    return _answer(request, told, about=found["name"], page=reverse("framework", args=[framework]))


def _answer(request: HttpRequest, told: Sequence[Changed], *, about: str, page: str) -> HttpResponse:
    show = showing(viewer_of(request))
    title = _("%(register)s: %(about)s") % {"register": show.manifest.title, "about": about}
    body = atom(show, told, title=title, page=page, address=request.build_absolute_uri)
    headers = {"Last-Modified": http_date(datetime.fromisoformat(told[0].entry.at).timestamp())} if told else {}
    return HttpResponse(body, content_type=CONTENT_TYPE, headers=headers)
