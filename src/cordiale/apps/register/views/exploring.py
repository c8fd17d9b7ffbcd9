"""What every page of the explorer shares: it answers for a day, keeps the question in its links, and can be cited."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cordiale.apps.ledger.reads import one, seen
from cordiale.apps.register.exports.citing import Citation, citation_files
from cordiale.apps.register.reads.installation import installation
from cordiale.apps.register.views.asking import Question
from cordiale.apps.register.views.showing import page, viewer_of
from cordiale.domain.viewer import Viewer
from cordiale.ui.dates import day_shown
from cordiale.ui.pages import Page


def explorer_page(request: HttpRequest, question: Question, **fields: Any) -> Page:
    """A page that answers a question for a day: it says so, keeps the question in every link, and can be cited."""
    viewer = viewer_of(request)
    now = seen(viewer)
    cited = _citation(request, question, title=fields["title"], number=now.register_number, viewer=viewer)
    made = page(
        request,
        known=question.known,
        **{
            **fields,
            "query": question.query(),
            "files": (*fields.get("files", ()), *citation_files(cited)),
            "context": {
                **fields.get("context", {}),
                "question": question,
                "on": question.on.isoformat(),
                "kept": [(name, value) for name, value in parse_qsl(question.query(on="", framework="")[1:])],
                "citation": cited,
                "last_entry": now.number,
            },
        },
    )
    asked = [_("As of %(day)s") % {"day": day_shown(question.on)}]
    if question.known is not None:
        asked.append(_("As known at ledger entry %(number)s") % {"number": question.known})
    if question.published_by is not None:
        asked.append(_("From sources published by %(day)s") % {"day": day_shown(question.published_by)})
    return replace(made, provenance=(*made.provenance, "; ".join(asked)))


def _citation(request: HttpRequest, question: Question, *, title: str, number: int, viewer: Viewer) -> Citation:
    known = number if question.known is None else question.known
    manifest = installation(viewer, known=known)
    stated = replace(question, stated=True, known=known)
    state = one(viewer, number=known)
    return Citation(
        title=title,
        register=manifest.title,
        edition=manifest.edition,
        number=known,
        state=state.hash if state else "",
        on=question.on,
        published_by=question.published_by,
        address=request.build_absolute_uri(f"{_page_of(request)}{stated.query()}"),
        read_on=request.at.date(),  # type: ignore[attr-defined]  # set by config.middleware
    )


def _page_of(request: HttpRequest) -> str:
    """The address of the page, also when a file beside it is asked for."""
    return request.path[: request.path.rindex("/") + 1]


def turn(question: Question, day: date | None) -> tuple[str, str] | None:
    """The question on a turning day, and that day in words."""
    return None if day is None else (question.query(on=day.isoformat()), day_shown(day))
