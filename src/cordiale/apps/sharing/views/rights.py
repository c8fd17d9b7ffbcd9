"""Who is cleared for what and who needs to know, and the forms that change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from cordiale.apps.people.writes.proposals import propose
from cordiale.apps.sharing.forms import ClearForm, GroupForm, KnowForm
from cordiale.apps.sharing.reads.labels import levels
from cordiale.apps.sharing.reads.markings import groups_in_the_know
from cordiale.apps.sharing.reads.rights import rights
from cordiale.apps.sharing.writes.proposing import CLEARING, LETTING_KNOW
from cordiale.apps.sharing.writes.rights import BadRight, clear, define_group, let_know, let_know_no_more
from cordiale.domain.viewer import NeedsSecondPerson, Viewer
from cordiale.ui.permitting import moment, needs, viewer_of
from cordiale.ui.tables import Cell, Column, Table


@dataclass(frozen=True)
class Editor:
    """A form that changes a right.

    Args:
        title: what it does.
        form: its form.
        write: carries it out, from what was typed.
        verb: under which it is proposed where a second person is demanded; "" where none is.
    """

    title: Any
    form: type
    write: Callable[..., None]
    verb: str = ""


EDITORS = {
    "clear": Editor(lazy("Clear somebody for a level"), ClearForm, clear, CLEARING),
    "let-know": Editor(lazy("Let somebody know what a group knows"), KnowForm, let_know, LETTING_KNOW),
    "let-know-no-more": Editor(lazy("Take somebody out of a group"), KnowForm, let_know_no_more),
    "group": Editor(lazy("Define a group that needs to know"), GroupForm, define_group),
}


@needs("sharing.audit")
def all_rights(request: HttpRequest) -> HttpResponse:
    """Everybody with an open account, what each is cleared for and needs to know."""
    viewer = viewer_of(request)
    named, titles = levels(viewer), groups_in_the_know(viewer)
    table = Table(
        "rights",
        _("People"),
        (Column("name", _("Name")), Column("level", _("Cleared for")), Column("groups", _("Needs to know"))),
        tuple(
            (
                Cell(one.name, href=reverse("person", args=[one.person])),
                Cell(named[one.level].name if one.level in named else _("what needs no clearance")),
                Cell("; ".join(titles.get(group, group) for group in one.groups)),
            )
            for one in rights(viewer)
        ),
    )
    groups = Table(
        "groups",
        _("Groups that need to know"),
        (Column("title", _("Name")), Column("code", _("Id"), "code")),
        tuple((Cell(title), Cell(code)) for code, title in titles.items()),
        empty=_("None is defined."),
    )
    ways = [(reverse("right-edit", args=[verb]), editor.title) for verb, editor in EDITORS.items()]
    context = {"tables": (table, groups), "ways": ways if viewer.may("sharing.clear") else []}
    return render(request, "sharing/rights.html", context)


@needs("sharing.clear")
def edit_right(request: HttpRequest, verb: str) -> HttpResponse:
    """One of the forms."""
    if verb not in EDITORS:
        raise Http404
    viewer, editor = viewer_of(request), EDITORS[verb]
    form = editor.form(request.POST or None, **_choices(viewer, editor))
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            editor.write(**given, by=viewer, at=moment(request))
        except NeedsSecondPerson:
            reason = given.pop("reason")
            title = _("Person %(number)s: %(what)s") % {"number": given["person"], "what": editor.title}
            propose(verb=editor.verb, title=title, arguments=given, reason=reason, by=viewer, at=moment(request))
            messages.success(request, _("Proposed. Another person decides."))
            return HttpResponseRedirect(reverse("rights"))
        except BadRight as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("It is recorded."))
            return HttpResponseRedirect(reverse("rights"))
    context = {"form": form, "title": editor.title, "submit": _("Record it"), "back": reverse("rights")}
    return render(request, "ui/form.html", context)


def _choices(viewer: Viewer, editor: Editor) -> dict[str, Any]:
    if editor.form is GroupForm:
        return {}
    people = [(one.person, one.name) for one in rights(viewer)]
    if editor.form is ClearForm:
        return {"people": people, "levels": [(level.id, level.name) for level in levels(viewer).values()]}
    return {"people": people, "groups": list(groups_in_the_know(viewer).items())}
