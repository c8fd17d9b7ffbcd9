"""What the pages about people share: who asks, and roles as tables."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.people.forms import role_names
from cordiale.apps.people.reads.people import GrantRead, PersonRead, names, tokens
from cordiale.apps.people.reads.viewers import legal_day
from cordiale.apps.register.reads.labels import labels
from cordiale.domain.roles import Mandate
from cordiale.domain.viewer import Viewer
from cordiale.ui.dates import day_shown
from cordiale.ui.tables import Cell, Column, Link, Table


def viewer_of(request: HttpRequest) -> Viewer:
    """Who asks."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # set by config.middleware
    return viewer


def moment(request: HttpRequest) -> datetime:
    """The one moment of the request."""
    at: datetime = request.at  # type: ignore[attr-defined]  # as above
    return at


def mandate_shown(viewer: Viewer, mandate: Mandate) -> str:
    """A role in the reader's words: "Focal point of a party: Austria"."""
    role = str(dict(role_names())[mandate.role.value])
    whom = mandate.body or (labels(viewer).name(("parties",), mandate.party) if mandate.party else "")
    return f"{role}: {whom}" if whom else role


def parties(viewer: Viewer) -> list[tuple[str, str]]:
    """Id and name of every party, by name."""
    return sorted(labels(viewer).of.get("parties", {}).items(), key=lambda one: one[1])


def person_table(request: HttpRequest, person: PersonRead) -> Table:
    """The roles of a person, with the way to end each for whoever may."""
    viewer = viewer_of(request)
    day, known = legal_day(viewer, at=moment(request)), names(viewer)
    return Table(
        "roles",
        _("Roles"),
        (
            Column("role", _("Role")),
            Column("holds", _("Holds")),
            Column("from_on", _("From"), "date"),
            Column("until_on", _("Until"), "date"),
            Column("lent_by", _("Lent by")),
            Column("end", _("Change")),
        ),
        tuple(
            (
                Cell(mandate_shown(viewer, held.mandate)),
                Cell(_("now"), tone="ok") if held.holds_on(day) else Cell(_("not now"), tone="mute"),
                Cell(day_shown(held.from_on)),
                Cell(day_shown(held.until_on) if held.until_on else ""),
                Cell(known.get(held.lent_by, _("a colleague")) if held.lent_by else ""),
                Cell(links=_ways(viewer, held)),
            )
            for held in person.grants
        ),
        empty=_("No role is held."),
    )


def _ways(viewer: Viewer, held: GrantRead) -> tuple[Link, ...]:
    if viewer.may("people.grant") or (held.lent_by and held.lent_by == viewer.person):
        return (Link(_("End"), reverse("role-end", args=[held.id])),)
    return ()


def token_table(viewer: Viewer) -> Table:
    """One's own tokens."""
    scopes = {"read": _("reads"), "act": _("does all that I may")}
    return Table(
        "tokens",
        _("Tokens for programs"),
        (
            Column("name", _("What it is for")),
            Column("scope", _("What it may do")),
            Column("expires_on", _("Holds until"), "date"),
            Column("revoke", _("Change")),
        ),
        tuple(
            (
                Cell(one.name),
                Cell(scopes[one.scope]),
                Cell(day_shown(one.expires_on)),
                Cell(_("revoked"), tone="mute")
                if one.revoked
                else Cell(links=(Link(_("Revoke"), reverse("token-end", args=[one.id])),)),
            )
            for one in tokens(viewer)
        ),
        empty=_("You have no token."),
    )
