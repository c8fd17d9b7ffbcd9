"""Timelines by framework and by country."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.register.exports.maps import shown_frameworks
from cordiale.apps.register.exports.tables import Showing
from cordiale.apps.register.exports.timelines import LEGEND, span_table, timeline, timeline_files
from cordiale.apps.register.reads.exploring import Line, lines
from cordiale.apps.register.reads.facts import Fact, facts
from cordiale.apps.register.views.asking import Question, question_of
from cordiale.apps.register.views.exploring import explorer_page
from cordiale.apps.register.views.showing import showing, viewer_of
from cordiale.domain.period import Precision
from cordiale.ui.dates import day_shown
from cordiale.ui.pages import BadAddress, File, Page
from cordiale.ui.tables import Link
from cordiale.ui.timelines import Timeline

BY = ("framework", "country")


def timelines(request: HttpRequest) -> Page:
    """Every episode of participation, by framework or by country."""
    viewer, question = viewer_of(request), question_of(request, "by", "framework", "party")
    show = showing(viewer, known=question.known)
    known = facts(viewer, table="frameworks", order=("established",), known=question.known)
    by = question.other("by") or BY[0]
    framework, party = question.other("framework"), question.other("party")
    _check(show, by, framework, party)
    chosen = [framework] if framework else _all(show, known) if party else _usual(show, known)
    found = [
        line
        for line in lines(viewer, frameworks=chosen, party=party or None, knowledge=question.knowledge)
        if party or line.party != show.manifest.host  # which sits in whatever is its own
    ]
    title = _("Participation timelines")
    drawn, files = drawing(show, question, found, by=by, known=known, title=title)
    about = ("framework", "party") if by == "framework" else ("party", "framework")
    return explorer_page(
        request,
        question,
        template="register/timelines.html",
        title=title,
        lead=_("Every episode of participation in a framework, drawn as exactly as the sources date it."),
        trail=(Link(_("Register"), reverse("home")),),
        tables=(span_table(show, found, about=about, query=question.query(on="", by="", framework="", party="")),),
        files=files,
        context={
            "timeline": drawn,
            "legend": LEGEND,
            "description": described(question),
            "by": by,
            "frameworks": [(one["id"], one["name"], one["id"] == framework) for one in known],
            "parties": sorted((name, code, code == party) for code, name in show.labels.of["parties"].items()),
        },
    )


def _check(show: Showing, by: str, framework: str, party: str) -> None:
    """Refuse what the register does not know.

    Raises:
        BadAddress: says which part of the address it is.
    """
    if by not in BY:
        raise BadAddress(_('by: "%(by)s" is no order; write framework or country.') % {"by": by[:40]})
    if framework and framework not in show.labels.of["frameworks"]:
        raise BadAddress(_('framework: there is no framework "%(code)s" in this register.') % {"code": framework[:60]})
    if party and party not in show.labels.of["parties"]:
        raise BadAddress(_('party: there is no party "%(code)s" in this register.') % {"code": party[:60]})


def _usual(show: Showing, known: Sequence[Fact]) -> list[str]:
    """The frameworks that the map shows together, without the host's own membership."""
    codes = shown_frameworks(show.manifest, [one["id"] for one in known])
    return [code for code in codes if code != show.manifest.membership] or _all(show, known)


def _all(show: Showing, known: Sequence[Fact]) -> list[str]:
    first = shown_frameworks(show.manifest, [one["id"] for one in known])
    return [*first, *(one["id"] for one in known if one["id"] not in first)]


def drawing(
    show: Showing, question: Question, found: Sequence[Line], *, by: str, known: Sequence[Fact], title: str
) -> tuple[Timeline, tuple[File, ...]]:
    """The timeline of some pairs, and the files that hold it."""
    shown = {line.framework for line in found}
    established = {
        one["id"]: one["established"].first_day
        for one in known
        if one["id"] in shown and one["established"].precision is not Precision.UNKNOWN
    }
    last = max(question.on, show.manifest.coverage_to.last_day)
    drawn = timeline(show, found, by=by, on=question.on, established=established, last=last)
    texts = [str(text) for _state, text in LEGEND]
    source = f"Cordiale, {show.manifest.title}, {_('edition')} {show.manifest.edition}"
    signs = _("Solid: %s. Pale: %s. Hatched: %s. Dots: %s. Red outline: %s. Dotted line: %s.") % tuple(texts)
    made = timeline_files(
        drawn,
        title=title,
        description=described(question),
        lines=(signs, source),
        fonts=settings.VENDOR / "print-fonts",
    )
    return drawn, tuple(made)


def described(question: Question) -> str:
    """What a timeline shows, for who cannot see it."""
    return _("The red line is %(day)s. The table tells the same.") % {"day": day_shown(question.on)}
