"""One's own account, and the ways in: an invitation, a request for access."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from allauth.core.ratelimit import consume_or_429
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.people.forms import AccessForm, JoinForm, LendForm, TokenForm
from cordiale.apps.people.reads.held import held_about
from cordiale.apps.people.reads.people import colleague, one_person, tokens
from cordiale.apps.people.reads.viewers import legal_day
from cordiale.apps.people.views.leaving import day_kept, left_to_another, mandate_kept
from cordiale.apps.people.views.showing import mandate_shown, moment, person_table, token_table, viewer_of
from cordiale.apps.people.writes.grants import BadMandate, HeldAlready, NoSuchPerson, lend
from cordiale.apps.people.writes.joining import (
    AddressTaken,
    BadInvitation,
    Invited,
    TooManyRequests,
    ask_for_access,
    join,
    offered,
)
from cordiale.apps.people.writes.tokens import BadToken, make_token, revoke_token
from cordiale.domain.roles import Mandate
from cordiale.domain.viewer import NeedsSecondPerson
from cordiale.ui.permitting import needs


@needs("signed in")
def account(request: HttpRequest) -> HttpResponse:
    """What is held about oneself, one's roles, and the ways to sign in."""
    viewer = viewer_of(request)
    person = one_person(viewer, person=viewer.person)
    return render(
        request,
        "people/account.html",
        {
            "person": person,
            "roles": person_table(request, person) if person else None,
            "tokens": token_table(viewer),
            "provider": settings.OIDC.name if settings.OIDC else "",
        },
    )


@needs("signed in")
def my_data(request: HttpRequest) -> HttpResponse:
    """Everything that is held about oneself, as a file."""
    viewer = viewer_of(request)
    held = held_about(viewer, person=viewer.person)
    return JsonResponse(
        held or {},
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": 'attachment; filename="cordiale-my-data.json"'},
    )


@needs("a role")
def new_token(request: HttpRequest) -> HttpResponse:
    """Make a token of one's own; it is shown this once."""
    form = TokenForm(request.POST or None)
    made = ""
    if request.method == "POST" and form.is_valid():
        try:
            made = make_token(**form.cleaned_data, by=viewer_of(request), at=moment(request))
        except BadToken as refusal:
            form.add_error(None, str(refusal))
    return render(request, "people/token.html", {"form": form, "made": made})


@needs("a role")
def end_token(request: HttpRequest, token: int) -> HttpResponse:
    """Revoke a token of one's own."""
    name = next((one.name for one in tokens(viewer_of(request)) if one.id == token), None)
    if name is None:
        raise Http404
    if request.method == "POST":
        try:
            revoke_token(token=token, by=viewer_of(request), at=moment(request))
            messages.success(request, _("The token is revoked."))
        except BadToken as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("account"))
    return render(
        request,
        "ui/confirm.html",
        {"title": _("Revoke a token"), "lead": name, "submit": _("Revoke"), "back": reverse("account")},
    )


@needs("a role")
def lend_role(request: HttpRequest) -> HttpResponse:
    """Lend a role of one's own for a period."""
    viewer = viewer_of(request)
    own = sorted(viewer.mandates)
    form = LendForm(
        request.POST or None,
        own=[(str(place), mandate_shown(viewer, mandate)) for place, mandate in enumerate(own)],
        initial={"from_on": legal_day(viewer, at=moment(request))},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        mandate: Mandate = own[int(given.pop("mandate"))]
        person = colleague(viewer, email=given.pop("email")) or 0
        try:
            lend(**given, person=person, mandate=mandate, by=viewer, at=moment(request))
        except NeedsSecondPerson:
            return left_to_another(
                request,
                "people.lend",
                {
                    "person": person,
                    **mandate_kept(mandate),
                    "from_on": day_kept(given["from_on"]),
                    "until_on": day_kept(given["until_on"]),
                },
                title=_("person:%(number)s becomes %(role)s for a while") % {"number": person, "role": mandate},
                reason=given["reason"],
                back=reverse("account"),
            )
        except (BadMandate, HeldAlready, NoSuchPerson) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The role is lent."))
            return HttpResponseRedirect(reverse("account"))
    return _form(request, form, title=_("Lend a role"), submit=_("Lend"), back=reverse("account"))


@needs("public")
def request_access(request: HttpRequest) -> HttpResponse:
    """Ask for an account; the answer is the same whether or not there is one already."""
    too_many: HttpResponse | None = consume_or_429(request, action="request_access")
    if too_many is not None:
        return too_many
    form = AccessForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_for_access(**form.cleaned_data, by=viewer_of(request), at=moment(request))
        except TooManyRequests as refusal:
            form.add_error(None, str(refusal))
        else:
            return render(request, "people/asked.html")
    lead = _("Accounts are made by invitation. An administrator reads what you write here and answers by mail.")
    return _form(request, form, title=_("Ask for access"), lead=lead, submit=_("Ask"), back=reverse("account_login"))


@needs("public")
def take_invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Make one's account from an invitation, once."""
    viewer, at = viewer_of(request), moment(request)
    invited = offered(viewer, secret=secret, at=at)
    if invited is None:
        return render(request, "people/invitation_void.html", {"refusal": str(BadInvitation())}, status=404)
    form = JoinForm(request.POST or None, email=invited.email)
    if request.method == "POST" and form.is_valid():
        try:
            join(**form.cleaned_data, secret=secret, by=viewer, at=at)
        except (AddressTaken, BadInvitation) as refusal:
            form.add_error(None, str(refusal))
        else:
            _sign_in(request, invited, form)
            messages.success(request, _("Welcome. Add a second factor now: a passkey, or an authenticator app."))
            return HttpResponseRedirect(reverse("account"))
    return _form(
        request,
        form,
        title=_("Your account"),
        lead=_("You are invited as: %(role)s.") % {"role": mandate_shown(viewer, invited.mandate)},
        submit=_("Make my account"),
    )


def _sign_in(request: HttpRequest, invited: Invited, form: JoinForm) -> None:
    """Sign in whoever has just joined as everybody signs in: a session of its own, listed, begun with the password."""
    given = {"login": invited.email or form.cleaned_data["email"], "password": form.cleaned_data["password"]}
    signing_in = LoginForm(given, request=request)
    if signing_in.is_valid():  # but for too many attempts from this address; then they sign in by themselves
        signing_in.login(request, redirect_url=reverse("account"))


def _form(request: HttpRequest, form: Any, **shown: Any) -> HttpResponse:
    return render(request, "ui/form.html", {"form": form, **shown})
