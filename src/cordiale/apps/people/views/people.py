"""Accounts and roles, for those who run the installation."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.people.forms import GrantForm, InviteForm, ReasonForm
from cordiale.apps.people.reads.held import held_about
from cordiale.apps.people.reads.people import invitations, may_end, one_person, people, requests
from cordiale.apps.people.reads.viewers import legal_day, second_demanded
from cordiale.apps.people.views.leaving import day_kept, left_to_another, mandate_kept
from cordiale.apps.people.views.mailing import send_invitation
from cordiale.apps.people.views.showing import mandate_shown, moment, parties, person_table, viewer_of
from cordiale.apps.people.writes.erasing import erase_person
from cordiale.apps.people.writes.grants import (
    BadMandate,
    HeldAlready,
    LastAdministrator,
    NoSuchGrant,
    NoSuchPerson,
    close_account,
    demand_second,
    end_grant,
    grant,
)
from cordiale.apps.people.writes.joining import (
    AddressTaken,
    BadInvitation,
    NoSuchRequest,
    answer_request,
    invite,
    withdraw_invitation,
)
from cordiale.domain.viewer import NeedsSecondPerson, Viewer
from cordiale.ui.dates import day_shown
from cordiale.ui.permitting import needs
from cordiale.ui.tables import Cell, Column, Link, Table

REFUSALS = (
    AddressTaken,
    BadInvitation,
    BadMandate,
    HeldAlready,
    LastAdministrator,
    NeedsSecondPerson,
    NoSuchPerson,
    NoSuchRequest,
)


@needs("people.see")
def all_people(request: HttpRequest) -> HttpResponse:
    """Every account, who is invited, who asks."""
    viewer = viewer_of(request)
    day = legal_day(viewer, at=moment(request))
    accounts = Table(
        "people",
        _("Accounts"),
        (
            Column("name", _("Name")),
            Column("email", _("E-mail address")),
            Column("roles", _("Roles now")),
            Column("state", _("Account")),
        ),
        tuple(
            (
                Cell(one.name, href=reverse("person", args=[one.id])),
                Cell(one.email),
                Cell("; ".join(mandate_shown(viewer, held.mandate) for held in one.grants if held.holds_on(day))),
                Cell(_("open"), tone="ok") if one.is_open else Cell(_("closed"), tone="mute"),
            )
            for one in people(viewer)
        ),
    )
    waiting = Table(
        "invitations",
        _("Invitations that wait"),
        (
            Column("email", _("E-mail address")),
            Column("role", _("Role")),
            Column("expires", _("Holds until"), "date"),
            Column("change", _("Change")),
        ),
        tuple(
            (
                Cell(one.email or _("whoever has the link")),
                Cell(mandate_shown(viewer, one.mandate)),
                Cell(day_shown(one.expires_at.date())),
                Cell(links=(Link(_("Withdraw"), reverse("invitation-withdraw", args=[one.id])),)),
            )
            for one in invitations(viewer, at=moment(request))
        ),
        empty=_("Nobody is invited."),
    )
    asking = Table(
        "requests",
        _("Requests for access"),
        (
            Column("name", _("Name")),
            Column("email", _("E-mail address")),
            Column("organisation", _("Institution")),
            Column("reason", _("What for")),
            Column("change", _("Answer")),
        ),
        tuple(
            (
                Cell(one.name),
                Cell(one.email),
                Cell(one.organisation),
                Cell(one.reason),
                Cell(
                    links=(
                        Link(_("Invite"), f"{reverse('invite')}?request={one.id}"),
                        Link(_("Refuse"), reverse("request-refuse", args=[one.id])),
                    )
                ),
            )
            for one in requests(viewer)
        ),
        empty=_("Nobody asks."),
    )
    shown = (asking, waiting, accounts) if viewer.may("people.invite") else (accounts,)
    return render(request, "people/people.html", {"tables": shown, "second": second_demanded(viewer), **_ways(viewer)})


@needs("people.invite")
def new_invitation(request: HttpRequest) -> HttpResponse:
    """Invite somebody; the link is shown once, and sent where mail is set up."""
    viewer = viewer_of(request)
    asking = {str(one.id): one for one in requests(viewer)}
    asked = asking.get(request.GET.get("request", ""))
    form = InviteForm(request.POST or None, parties=parties(viewer), initial={"email": asked.email} if asked else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            _number, secret = invite(
                email=given["email"],
                mandate=form.mandate,
                until_on=given["until_on"],
                reason=given["reason"],
                by=viewer,
                at=moment(request),
            )
            if asked:
                answer_request(request=asked.id, granted=True, by=viewer, at=moment(request))
        except NeedsSecondPerson:
            return left_to_another(
                request,
                "people.invite",
                {"email": given["email"], **mandate_kept(form.mandate), "until_on": day_kept(given["until_on"])},
                title=_("Somebody becomes %(role)s") % {"role": form.mandate},
                reason=given["reason"],
                back=reverse("people"),
            )
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            link = request.build_absolute_uri(reverse("invitation", args=[secret]))
            sent = send_invitation(address=given["email"], link=link)
            return render(request, "people/invited.html", {"link": link, "sent": sent, "email": given["email"]})
    return render(
        request,
        "ui/form.html",
        {"form": form, "title": _("Invite somebody"), "submit": _("Invite"), "back": reverse("people")},
    )


@needs("people.invite")
def end_invitation(request: HttpRequest, invitation: int) -> HttpResponse:
    """Withdraw an invitation."""
    if all(one.id != invitation for one in invitations(viewer_of(request), at=moment(request))):
        raise Http404
    if request.method == "POST":
        try:
            withdraw_invitation(invitation=invitation, by=viewer_of(request), at=moment(request))
        except BadInvitation as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("people"))
    return _confirm(request, title=_("Withdraw the invitation"), submit=_("Withdraw"), back=reverse("people"))


@needs("people.invite")
def refuse_request(request: HttpRequest, asked: int) -> HttpResponse:
    """Refuse a request for access."""
    if all(one.id != asked for one in requests(viewer_of(request))):
        raise Http404
    if request.method == "POST":
        try:
            answer_request(request=asked, granted=False, by=viewer_of(request), at=moment(request))
        except NoSuchRequest as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("people"))
    return _confirm(request, title=_("Refuse the request"), submit=_("Refuse"), back=reverse("people"))


@needs("people.see")
def person(request: HttpRequest, number: int) -> HttpResponse:
    """One account: its roles, and what may be done with it."""
    viewer = viewer_of(request)
    found = one_person(viewer, person=number)
    if found is None:
        raise Http404
    return render(
        request, "people/person.html", {"person": found, "roles": person_table(request, found), **_ways(viewer)}
    )


@needs("people.grant")
def new_role(request: HttpRequest, number: int) -> HttpResponse:
    """Give somebody a role."""
    viewer = viewer_of(request)
    found = one_person(viewer, person=number)
    if found is None:
        raise Http404
    back = reverse("person", args=[number])
    today = {"from_on": legal_day(viewer, at=moment(request))}
    form = GrantForm(request.POST or None, parties=parties(viewer), initial=today)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            grant(
                person=number,
                mandate=form.mandate,
                from_on=given["from_on"],
                until_on=given["until_on"],
                reason=given["reason"],
                by=viewer,
                at=moment(request),
            )
        except NeedsSecondPerson:
            return left_to_another(
                request,
                "people.grant",
                {
                    "person": number,
                    **mandate_kept(form.mandate),
                    "from_on": day_kept(given["from_on"]),
                    "until_on": day_kept(given["until_on"]),
                },
                title=_("person:%(number)s becomes %(role)s") % {"number": number, "role": form.mandate},
                reason=given["reason"],
                back=back,
            )
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The role is given."))
            return HttpResponseRedirect(back)
    return render(
        request,
        "ui/form.html",
        {"form": form, "title": _("Give a role"), "lead": found.name, "submit": _("Give"), "back": back},
    )


@needs("a role")
def end_role(request: HttpRequest, grant: int) -> HttpResponse:
    """End a role, or take back one that was lent."""
    viewer = viewer_of(request)
    if not may_end(viewer, grant=grant):
        raise Http404
    form = ReasonForm(request.POST or None)
    back = reverse("people") if viewer.may("people.see") else reverse("account")
    if request.method == "POST" and form.is_valid():
        try:
            end_grant(number=grant, reason=form.cleaned_data["reason"], by=viewer, at=moment(request))
        except (NoSuchGrant, LastAdministrator) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The role is ended."))
            return HttpResponseRedirect(back)
    return render(
        request, "ui/form.html", {"form": form, "title": _("End a role"), "submit": _("End the role"), "back": back}
    )


@needs("people.close")
def close(request: HttpRequest, number: int) -> HttpResponse:
    """Close an account."""
    viewer = viewer_of(request)
    found = one_person(viewer, person=number)
    if found is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    back = reverse("person", args=[number])
    if request.method == "POST" and form.is_valid():
        try:
            close_account(person=number, reason=form.cleaned_data["reason"], by=viewer, at=moment(request))
        except (NoSuchPerson, LastAdministrator) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The account is closed."))
            return HttpResponseRedirect(back)
    lead = _("%(name)s is signed out at once, and every role ends.") % {"name": found.name}
    return render(
        request,
        "ui/form.html",
        {"form": form, "title": _("Close the account"), "lead": lead, "submit": _("Close it"), "back": back},
    )


@needs("people.erase")
def held(request: HttpRequest, number: int) -> HttpResponse:
    """Everything that is held about somebody, as a file to hand over."""
    found = held_about(viewer_of(request), person=number)
    if found is None:
        raise Http404
    return JsonResponse(
        found,
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": f'attachment; filename="cordiale-person-{number}.json"'},
    )


@needs("people.erase")
def erase(request: HttpRequest, number: int) -> HttpResponse:
    """Erase all that is held about somebody."""
    viewer = viewer_of(request)
    found = one_person(viewer, person=number)
    if found is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            erase_person(person=number, reason=form.cleaned_data["reason"], by=viewer, at=moment(request))
        except (NoSuchPerson, LastAdministrator) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("All that was held is erased."))
            return HttpResponseRedirect(reverse("people"))
    return render(
        request,
        "ui/form.html",
        {
            "form": form,
            "title": _("Erase a person's data"),
            "lead": _(
                "Name, addresses, second factors and sessions of %(name)s go, for good; the ledger keeps the number."
            )
            % {"name": found.name},
            "submit": _("Erase"),
            "back": reverse("person", args=[number]),
        },
    )


@needs("people.demand")
def second_person(request: HttpRequest) -> HttpResponse:
    """Demand a second person, or stop demanding one."""
    viewer = viewer_of(request)
    demanded = second_demanded(viewer)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            demand_second(demanded=not demanded, reason=form.cleaned_data["reason"], by=viewer, at=moment(request))
        except NeedsSecondPerson:
            return left_to_another(
                request,
                "people.cease",
                {},
                title=_("No second person is demanded any more"),
                reason=form.cleaned_data["reason"],
                back=reverse("people"),
            )
        except BadMandate as refusal:
            form.add_error(None, str(refusal))
        else:
            return HttpResponseRedirect(reverse("people"))
    return render(
        request,
        "ui/form.html",
        {
            "form": form,
            "title": _("Stop demanding a second person") if demanded else _("Demand a second person"),
            "lead": _(
                "Where a second person is demanded, whatever gains anybody a right waits until another person who "
                "may do it approves: lifting a suspension, re-ranking a source, deciding a conflict, defining a "
                "group, giving a role."
            ),
            "submit": _("Stop demanding") if demanded else _("Demand"),
            "back": reverse("people"),
        },
    )


def _ways(viewer: Viewer) -> dict[str, bool]:
    """What the page offers to this viewer."""
    return {
        "can_invite": viewer.may("people.invite"),
        "can_grant": viewer.may("people.grant"),
        "can_close": viewer.may("people.close"),
        "can_erase": viewer.may("people.erase"),
        "can_demand": viewer.may("people.demand"),
    }


def _confirm(request: HttpRequest, **shown: str) -> HttpResponse:
    return render(request, "ui/confirm.html", shown)
