"""What waits for a second person: look at it, approve it, refuse it, withdraw one's own."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.desk.forms import DecisionForm
from cordiale.apps.desk.views.editing import REFUSALS
from cordiale.apps.desk.views.showing import consequence_tables, edit_shown, moment, viewer_of
from cordiale.apps.desk.writes.proposing import EDITING, edits_of
from cordiale.apps.people.reads.people import names
from cordiale.apps.people.reads.proposals import ProposalRead, proposal, proposals
from cordiale.apps.people.writes.grants import BadMandate, HeldAlready, NoSuchPerson
from cordiale.apps.people.writes.joining import AddressTaken
from cordiale.apps.people.writes.proposals import (
    EffectChanged,
    NoSuchProposal,
    OwnProposal,
    approve,
    may_decide,
    refuse,
)
from cordiale.apps.register.writes.editing import Preview, preview
from cordiale.domain.viewer import NotPermitted, Viewer
from cordiale.ui.dates import moment_shown
from cordiale.ui.permitting import needs
from cordiale.ui.tables import Cell, Column, Table, Tone

STATES: dict[str, Tone] = {"open": "info", "approved": "ok", "refused": "stop", "withdrawn": "mute"}
MORE_REFUSALS = (
    *REFUSALS,
    AddressTaken,
    BadMandate,
    EffectChanged,
    HeldAlready,
    NoSuchPerson,
    NoSuchProposal,
    NotPermitted,
    OwnProposal,
)


def decides(viewer: Viewer) -> Callable[[ProposalRead], bool]:
    """Tells which proposals this viewer may decide."""
    return lambda one: may_decide(viewer, verb=one.verb, arguments=one.arguments)


@needs("a role")
def all_proposals(request: HttpRequest) -> HttpResponse:
    """What waits, and what was decided."""
    viewer = viewer_of(request)
    known = names(viewer)
    tables = []
    for key, caption, states in (
        ("open", _("Waiting"), ("open",)),
        ("decided", _("Decided"), ("approved", "refused", "withdrawn")),
    ):
        found = [one for state in states for one in proposals(viewer, may=decides(viewer), state=state)]
        found.sort(key=lambda one: one.id, reverse=key == "decided")
        tables.append(_table(key, caption, found[:200], known))
    return render(request, "desk/proposals.html", {"tables": tables})


def _table(key: str, caption: str, found: list[ProposalRead], known: dict[int, str]) -> Table:
    return Table(
        key,
        caption,
        (
            Column("title", _("What")),
            Column("proposed_by", _("Proposed by")),
            Column("proposed_at", _("Proposed"), "date"),
            Column("state", _("State")),
        ),
        tuple(
            (
                Cell(one.title, href=reverse("proposal", args=[one.id])),
                Cell(_person(one.proposed_by, known)),
                Cell(moment_shown(one.proposed_at.isoformat())),
                Cell(state_shown(one.state), tone=STATES[one.state], value=one.state),
            )
            for one in found
        ),
        empty=_("Nothing."),
    )


def state_shown(state: str) -> str:
    """What became of a proposal, in words."""
    return {
        "open": _("waiting"),
        "approved": _("approved"),
        "refused": _("refused"),
        "withdrawn": _("withdrawn"),
    }[state]


def _person(number: int, known: dict[int, str]) -> str:
    return known.get(number, _("person %(number)s") % {"number": number})


@needs("a role")
def one_proposal(request: HttpRequest, number: int) -> HttpResponse:
    """One proposal: what it does now, and the decision."""
    viewer = viewer_of(request)
    found = proposal(viewer, number=number, may=decides(viewer))
    if found is None:
        raise Http404
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = _decided(request, found, form)
        if answer is not None:
            return answer
    tried, refusal = _tried(request, found)
    own = found.proposed_by == viewer.person
    known = names(viewer)
    return render(
        request,
        "desk/proposal.html",
        {
            "proposal": found,
            "edits": _edits(viewer, found),
            "state": state_shown(found.state),
            "tone": STATES[found.state],
            "proposed_by": _person(found.proposed_by, known),
            "proposed_at": moment_shown(found.proposed_at.isoformat()),
            "decided_by": _person(found.decided_by, known) if found.decided_by else "",
            "decided_at": moment_shown(found.decided_at.isoformat()) if found.decided_at else "",
            "tables": consequence_tables(viewer, tried.consequences) if tried else (),
            "changed": tried is not None and tried.consequences.digest != found.digest,
            "refusal": refusal,
            "form": form,
            "own": own,
            "may_approve": not own and decides(viewer)(found),
            "change": reverse("change", args=[found.entry]) if found.entry else "",
        },
    )


def _edits(viewer: Viewer, found: ProposalRead) -> list[str]:
    """The edits a proposal keeps, a line each; none where it is about people."""
    return [edit_shown(viewer, one) for one in edits_of(viewer, found.arguments)] if found.verb == EDITING else []


def _tried(request: HttpRequest, found: ProposalRead) -> tuple[Preview | None, str]:
    """What the proposal would do now, or why it could not be done any more."""
    if found.state != "open" or found.verb != EDITING:
        return None, ""
    viewer = viewer_of(request)
    try:
        return preview(viewer, edits=edits_of(viewer, found.arguments), at=moment(request)), ""
    except REFUSALS as refusal:
        return None, str(refusal)


def _decided(request: HttpRequest, found: ProposalRead, form: DecisionForm) -> HttpResponse | None:
    viewer, at, decision = viewer_of(request), moment(request), form.cleaned_data["decision"]
    try:
        if request.POST.get("what") != "approve":
            refuse(proposal=found.id, decision=decision, by=viewer, at=at)
            return HttpResponseRedirect(reverse("proposals"))
        number, shown = approve(proposal=found.id, decision=decision, by=viewer, at=at)
    except MORE_REFUSALS as refusal:
        form.add_error(None, str(refusal))
        return None
    messages.success(request, _("Approved, and done as entry %(number)s.") % {"number": number})
    if shown:
        link = request.build_absolute_uri(reverse("invitation", args=[shown]))
        return render(request, "desk/approved.html", {"link": link})
    return HttpResponseRedirect(reverse("proposal", args=[found.id]))
