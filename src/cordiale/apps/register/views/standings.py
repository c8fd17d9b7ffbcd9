"""One standing and why; where sources contradict each other; what differs between two days."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.register.exports.contradictions import conflict_table, moved_table
from cordiale.apps.register.exports.standings import answer_cell, claim_table, day_cell, history_table
from cordiale.apps.register.exports.tables import Showing
from cordiale.apps.register.exports.words import word
from cordiale.apps.register.reads.asking import StandingRead, moved, standing
from cordiale.apps.register.reads.conflicts import conflicts
from cordiale.apps.register.reads.exploring import history, turns
from cordiale.apps.register.views.asking import Question, day_of_address, question_of
from cordiale.apps.register.views.exploring import explorer_page, turn
from cordiale.apps.register.views.showing import one_or_404, page, showing, viewer_of
from cordiale.domain.period import FIRST_DAY
from cordiale.ui.dates import day_shown
from cordiale.ui.pages import BadAddress, Page
from cordiale.ui.tables import Cell, Link


def one_standing(request: HttpRequest, party: str, framework: str) -> Page:
    """How a party stands in a framework on a day, why, and everything ever recorded about it."""
    viewer, question = viewer_of(request), question_of(request)
    show = showing(viewer, known=question.known)
    one_or_404(viewer, table="parties", code=party, known=question.known)
    one_or_404(viewer, table="frameworks", code=framework, known=question.known)
    found = standing(viewer, party=party, framework=framework, on=question.on, knowledge=question.knowledge)
    near = turns(viewer, frameworks=(framework,), on=question.on, knowledge=question.knowledge, party=party)
    country, forum = show.link(("parties",), party), show.link(("frameworks",), framework)
    rows = history(viewer, party=party, framework=framework, known=question.known)
    if not rows and not found.claims and party not in show.labels.of["parties"]:
        raise Http404
    return explorer_page(
        request,
        question,
        template="register/standing.html",
        title=_("%(party)s in %(framework)s") % {"party": country.text, "framework": forum.text},
        lead=_("How it stands on a day, why, and everything that was ever recorded about it."),
        trail=(Link(_("Register"), reverse("home")), country, forum),
        tables=(claim_table(show, found.claims), history_table(show, rows)),
        context={
            "answer": answer_cell(found),
            "facts": _facts(show, found, question),
            "on_shown": day_shown(question.on),
            "previous": turn(question, near.previous),
            "following": turn(question, near.following),
            "party_link": country,
            "framework_link": forum,
        },
    )


def _facts(show: Showing, found: StandingRead, question: Question) -> list[tuple[str, Cell]]:
    decided = show.link(("sources",), found.source) if found.source else None
    entitled = _("yes: it takes part with certainty in every scope that counts") if found.entitled else _("no")
    roster = _("held complete: whoever is not named does not take part")
    incomplete = _("not held complete: whoever is not named is not known to take part or not")
    return [
        (_("Since"), day_cell(found.since)),
        (_("Until"), day_cell(found.until)),
        (_("Next change"), day_cell(found.next_change)),
        (_("Decided by"), Cell(links=(decided,)) if decided else Cell(_("no source speaks of this day"))),
        (_("Scope that decides"), Cell(word(found.scope))),
        (_("Entitled"), Cell(entitled)),
        (_("Roster on this day"), Cell(roster if found.complete else incomplete)),
        (_("Known at ledger entry"), Cell(str(found.known), href=reverse("change", args=[found.known]))),
    ]


def conflict_list(request: HttpRequest) -> Page:
    """Every contradiction between sources, open ones first."""
    viewer = viewer_of(request)
    show = showing(viewer)
    found = conflicts(viewer)
    texts = (
        _("No precedence decides these: sources of the same weight differ. The days count as disputed."),
        _("The source of higher precedence counts; the other stays visible."),
    )
    return page(
        request,
        template="register/tables.html",
        title=_("Conflicts"),
        lead=_("Where sources contradict each other: claim by claim, who counts, and by which precedence."),
        trail=(Link(_("Register"), reverse("home")),),
        tables=(
            conflict_table(
                show,
                [one for one in found if not one.decided],
                key="open",
                caption=_("Open"),
                help=texts[0],
                empty=_("No conflict is open."),
            ),
            conflict_table(
                show,
                [one for one in found if one.decided],
                key="decided",
                caption=_("Decided by precedence"),
                help=texts[1],
                empty=_("No source contradicts another."),
            ),
        ),
    )


def compare(request: HttpRequest) -> Page:
    """Standings that differ between two days."""
    viewer, question = viewer_of(request), question_of(request, "framework")
    show = showing(viewer, known=question.known)
    before = day_of_address(request, "since") or max(question.on - timedelta(days=365), FIRST_DAY)
    chosen = question.other("framework")
    if chosen and chosen not in show.labels.of["frameworks"]:
        raise BadAddress(_('framework: there is no framework "%(code)s" in this register.') % {"code": chosen[:60]})
    asked = Question(
        on=question.on,
        known=question.known,
        published_by=question.published_by,
        others=(("since", before.isoformat()), *question.others),
    )
    found = moved(viewer, first=before, second=question.on, knowledge=question.knowledge, framework=chosen or None)
    days = {"first": day_shown(before), "second": day_shown(question.on)}
    return explorer_page(
        request,
        asked,
        template="register/compare.html",
        title=_("Compare two days"),
        lead=_("Every standing that is not the same on both days."),
        trail=(Link(_("Register"), reverse("home")),),
        tables=(
            moved_table(
                show,
                found,
                caption=_("From %(first)s to %(second)s") % days,
                days=days,
                query=question.query(framework=""),
            ),
        ),
        context={
            "since": before.isoformat(),
            "choices": sorted((name, code, code == chosen) for code, name in show.labels.of["frameworks"].items()),
        },
    )
