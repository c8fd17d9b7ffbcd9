"""What every page of the register begins with: who asks, the names in force, and where a download comes from."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from cordiale.apps.ledger.reads import one, seen
from cordiale.apps.register.exports.tables import Showing
from cordiale.apps.register.reads.facts import Fact, facts
from cordiale.apps.register.reads.installation import installation
from cordiale.apps.register.reads.labels import labels
from cordiale.domain.viewer import Viewer
from cordiale.ui.dates import moment_shown
from cordiale.ui.pages import Page


def viewer_of(request: HttpRequest) -> Viewer:
    """Who asks."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # set by config.middleware
    return viewer


def showing(viewer: Viewer, *, known: int | None = None) -> Showing:
    """Names and words for this page, as known at a ledger number or now."""
    return Showing(labels(viewer, known=known), installation(viewer, known=known))


def one_or_404(viewer: Viewer, *, table: str, code: str, known: int | None = None) -> Fact:
    """The row of an id, as known at a ledger number or now, or a 404 that says no more than that."""
    found = facts(viewer, table=table, known=known, id=code)
    if not found:
        raise Http404
    return found[0]


def page(request: HttpRequest, *, known: int | None = None, **fields: Any) -> Page:
    """A page of the register, with lines that tell a download where it comes from: from what was known then, or now."""
    viewer = viewer_of(request)
    number = seen(viewer).register_number if known is None else known
    manifest = installation(viewer, known=known)
    last = one(viewer, number=number)
    lines = (
        f"{manifest.title}, {_('edition')} {manifest.edition}, {manifest.terms}",
        _("Register as of ledger entry %(number)s, %(at)s")
        % {"number": number, "at": moment_shown(last.at if last else "")},
    )
    return Page(provenance=lines, **fields)
