"""The newest documents as an Atom feed, for whoever follows them with a token of theirs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cordiale.apps.ledger.reads import chosen
from cordiale.apps.register.reads.installation import installation
from cordiale.apps.register.reads.labels import labels
from cordiale.apps.sharing.exports.feeds import CONTENT_TYPE, atom
from cordiale.apps.sharing.reads.reading import reading
from cordiale.apps.sharing.reads.told import new_documents
from cordiale.domain.viewer import Viewer
from cordiale.ui.permitting import needs

PAGE = "/documents/"


@needs("signed in")
@require_safe
def documents_feed(request: HttpRequest) -> HttpResponse:
    """The newest that the reader may read at this moment."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # set by config.middleware and config.tokens
    names, manifest = labels(viewer), installation(viewer)
    with reading(viewer, action="feed") as now:
        found = new_documents(now)
        entries = chosen(viewer, numbers={one.entry for one in found})
        body = atom(
            found,
            moments={entry.number: entry.at for entry in entries},
            originators=lambda party: names.name(("parties",), party),
            title=_("%(register)s: documents") % {"register": manifest.title},
            page=PAGE,
            address=request.build_absolute_uri,
        )
    return HttpResponse(body, content_type=CONTENT_TYPE)
