"""The start of the desk: what is due, and the editors."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.desk.forms import FORMS
from cordiale.apps.desk.views.proposals import decides
from cordiale.apps.desk.views.showing import editor_address, moment, viewer_of
from cordiale.apps.people.reads.people import invitations, requests
from cordiale.apps.people.reads.proposals import proposals
from cordiale.apps.register.reads.conflicts import conflicts
from cordiale.ui.permitting import needs
from cordiale.ui.tables import Cell, Column, Table


@needs("a role")
def start(request: HttpRequest) -> HttpResponse:
    """What waits for this viewer, and what can be done."""
    viewer = viewer_of(request)
    waiting = proposals(viewer, may=decides(viewer))
    due = [
        (
            _("Proposals that wait for you"),
            sum(one.proposed_by != viewer.person for one in waiting),
            reverse("proposals"),
        ),
        (_("Your proposals that wait"), sum(one.proposed_by == viewer.person for one in waiting), reverse("proposals")),
        (
            _("Conflicts between sources that are open"),
            sum(not one.decided for one in conflicts(viewer)),
            reverse("conflicts"),
        ),
    ]
    if viewer.may("people.invite"):
        due += [
            (_("Requests for access"), len(requests(viewer)), reverse("people")),
            (_("Invitations that wait"), len(invitations(viewer, at=moment(request))), reverse("people")),
        ]
    table = Table(
        "due",
        _("What is due"),
        (Column("what", _("What")), Column("count", _("How many"), "number")),
        tuple((Cell(what, href=href), Cell(str(count), value=count)) for what, count, href in due),
    )
    editors = [(editor_address(verb), form.title, form.lead) for verb, form in FORMS.items()]
    context = {"table": table, "editors": editors, "workbooks": viewer.may("register.assert")}
    return render(request, "desk/start.html", context)
