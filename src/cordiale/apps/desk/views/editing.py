"""One page for each edit: fill in, see what it would do, record it or have a second person decide.

The address holds the edit, so a page that shows what it would do can be sent to a colleague.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.desk.forms import FORMS, EditForm, RecordForm
from cordiale.apps.desk.views.showing import consequence_tables, edit_shown, editor_address, known, moment, viewer_of
from cordiale.apps.desk.writes.proposing import EDITING, kept
from cordiale.apps.people.writes.proposals import propose
from cordiale.apps.register.reads.assertions import Asserted, NothingOfThatNumber, assertion, assertions
from cordiale.apps.register.reads.labels import labels
from cordiale.apps.register.writes.editing import BadGroup, BadPrecedence, carry_out, preview
from cordiale.apps.register.writes.participation import (
    AlreadyEnded,
    BadStatement,
    NoSuchAssertion,
    NoSuchThing,
    ReasonMissing,
    SourceContradictsItself,
)
from cordiale.domain.editing import PERMISSIONS, Edit
from cordiale.domain.period import EndsBeforeItStarts
from cordiale.domain.viewer import NeedsSecondPerson
from cordiale.engines.standing.snapshot import NoSuchFramework, NoSuchParty
from cordiale.ui.permitting import needs
from cordiale.ui.tables import Cell, Column, Link, Table

REFUSALS = (
    AlreadyEnded,
    BadGroup,
    BadPrecedence,
    BadStatement,
    EndsBeforeItStarts,
    NoSuchAssertion,
    NoSuchThing,
    ReasonMissing,
    SourceContradictsItself,
)
"""What refuses an edit, told beside the form."""


@needs("a role")
def edit(request: HttpRequest, verb: str) -> HttpResponse:
    """Fill in an edit; with `preview` in the address, see what it would do; recording is a POST to the same address."""
    if verb not in FORMS:
        raise Http404
    viewer, at = viewer_of(request), moment(request)
    given = request.GET if "preview" in request.GET else None
    form = FORMS[verb](given, known=known(viewer), initial=_initial(request, verb), label_suffix="")
    if given is None or not form.is_valid():
        return _asking(request, verb, form)
    wanted = form.edits(at=at, said=_said(request, form))
    try:
        tried = preview(viewer, edits=wanted, at=at)
    except REFUSALS as refusal:
        form.add_error(None, str(refusal))
        return _asking(request, verb, form)
    record = RecordForm(request.POST if request.method == "POST" else None)
    may_record = all(viewer.may(PERMISSIONS[type(one)]) for one in wanted)
    if request.method == "POST":
        if not may_record:
            raise Http404
        if record.is_valid():
            answer = _recorded(request, wanted, record)
            if answer is not None:
                return answer
    gains = tried.consequences.gains
    return render(
        request,
        "desk/consequences.html",
        {
            "title": form.title,
            "edits": [edit_shown(viewer, one) for one in wanted],
            "tables": consequence_tables(viewer, tried.consequences),
            "nothing": tried.consequences.empty,
            "gains": gains,
            "form": record if may_record else None,
            "propose": viewer.needs_second and bool(gains),
            "link": request.build_absolute_uri(),
            "back": editor_address(verb, **{name: str(one) for name, one in request.GET.items() if name != "preview"}),
            "tried_on": tried.register_number,
        },
    )


def _said(request: HttpRequest, form: EditForm) -> list[Asserted]:
    """What is said now of the party and the framework that a form names; nothing where it names none."""
    given = form.cleaned_data
    if "party" not in given or "framework" not in given:
        return []
    return assertions(viewer_of(request), party=given["party"], framework=given["framework"], limit=500)


def _recorded(request: HttpRequest, wanted: list[Edit], record: RecordForm) -> HttpResponse | None:
    """Record the edit, or propose it where it takes a second person; None when it is refused."""
    viewer, at, reason = viewer_of(request), moment(request), record.cleaned_data["reason"]
    try:
        if "propose" in request.POST:
            return _proposed(request, wanted, reason)
        number = carry_out(edits=wanted, reason=reason, by=viewer, at=at)
    except NeedsSecondPerson:
        return _proposed(request, wanted, reason)
    except REFUSALS as refusal:
        record.add_error(None, str(refusal))
        return None
    messages.success(request, _("Recorded as entry %(number)s.") % {"number": number})
    return HttpResponseRedirect(reverse("change", args=[number]))


def _proposed(request: HttpRequest, wanted: list[Edit], reason: str) -> HttpResponse:
    """Have a second person decide: because it takes one, or because whoever prepared it wants one."""
    viewer = viewer_of(request)
    title = "; ".join(edit_shown(viewer, one) for one in wanted)
    made = propose(
        verb=EDITING, title=title, arguments=kept(viewer, wanted), reason=reason, by=viewer, at=moment(request)
    )
    messages.success(request, _("Proposed. Another person decides."))
    return HttpResponseRedirect(reverse("proposal", args=[made]))


def _asking(request: HttpRequest, verb: str, form: EditForm) -> HttpResponse:
    return render(request, "desk/edit.html", {"form": form, "title": form.title, "lead": form.lead, "verb": verb})


def _initial(request: HttpRequest, verb: str) -> dict[str, str]:
    """What the address fills in; a correction begins with what is said now."""
    initial = {name: str(value) for name, value in request.GET.items() if value}
    if verb == "correct" and initial.get("assertion", "").isdecimal() and "party" not in initial:
        try:
            row = assertion(viewer_of(request), number=int(initial["assertion"]))
        except NothingOfThatNumber:
            return initial
        names = ("party", "framework", "status", "scope", "start_kind", "valid_from", "valid_to", "source")
        initial |= {name: getattr(row, name) for name in (*names, "end_source", "locator", "note")}
    return initial


@needs("a role")
def statements(request: HttpRequest, party: str, framework: str) -> HttpResponse:
    """What sources say of a party in a framework, with the editors for each statement."""
    viewer = viewer_of(request)
    try:
        rows = assertions(viewer, party=party, framework=framework, limit=500)
    except (NoSuchParty, NoSuchFramework):
        raise Http404 from None
    names = labels(viewer)
    ways = [("end", _("End")), ("correct", _("Correct")), ("retract", _("Retract")), ("decide", _("Side with it"))]
    table = Table(
        "statements",
        _("Statements believed now"),
        (
            Column("number", _("Number"), "number"),
            Column("status", _("Status")),
            Column("scope", _("Scope")),
            Column("valid_from", _("From"), "date"),
            Column("valid_to", _("Over on"), "date"),
            Column("source", _("Source")),
            Column("ways", _("Change")),
        ),
        tuple(
            (
                Cell(str(row.assertion), value=row.assertion),
                Cell(row.status),
                Cell(row.scope),
                Cell(row.valid_from),
                Cell(row.valid_to),
                Cell(row.source, href=reverse("source", args=[row.source])),
                Cell(
                    links=tuple(
                        Link(label, editor_address(verb, assertion=row.assertion))
                        for verb, label in ways
                        if verb != "end" or not row.valid_to
                    )
                ),
            )
            for row in rows
        ),
        empty=_("No source says anything of it."),
    )
    title = f"{names.name(('parties',), party)}, {names.name(('frameworks',), framework)}"
    return render(
        request,
        "desk/statements.html",
        {
            "title": title,
            "table": table,
            "assert_link": editor_address("assert", party=party, framework=framework),
            "suspend_link": editor_address("suspend", party=party, framework=framework),
            "standing": reverse("standing", args=[party, framework]),
        },
    )
