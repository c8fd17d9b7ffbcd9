"""What django-allauth asks of us: nobody signs up uninvited, and whom an identity provider speaks for."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlencode

import requests
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.signals import authentication_failed as second_factor_failed
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.people.reads.people import speaks_for
from cordiale.apps.people.writes.following import (
    IDENTITY_PROVIDER,
    NoAddressClaimed,
    NoRoleClaimed,
    UnknownPartyClaimed,
    follow,
)
from cordiale.apps.people.writes.joining import AddressTaken
from cordiale.domain.identity import Identity
from cordiale.domain.viewer import Viewer

logger = logging.getLogger(__name__)
security = logging.getLogger("cordiale.security")
ELSEWHERE = "socialaccount"
"""How allauth records that somebody was signed in by an identity provider."""


class Accounts(DefaultAccountAdapter):
    """Local accounts: made by an invitation, and in no other way."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: whoever wants an account asks for access."""
        return False

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Whether to ask again who it is: not within minutes of signing in, when nobody else sits there."""
        if not super().is_reauthentication_required(app=app, **more):
            return False
        done = get_authentication_records(context.request, context.request.user)
        return not done or context.request.at.timestamp() - done[-1]["at"] > REAUTHENTICATION_TIMEOUT

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse whoever tried too often, and tell the log."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            security.warning("an account or an address is shut after too many failures")
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Tell the log; whose account it was stays untold, as there may be none."""
        security.info("a sign-in failed")

    def post_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse:
        """Tell the log who signed in, and how."""
        methods = [one.get("type", one["method"]) for one in get_authentication_records(request, user)]
        security.info("signed in by %s", ", ".join(methods), extra={"who": f"person:{user.pk}"})
        answer: HttpResponse = super().post_login(request, user, **more)
        return answer

    def pre_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse | None:
        """Whoever an identity provider speaks for signs in there and in no other way: it may have let them go."""
        refused: HttpResponse | None = super().pre_login(request, user, **more)
        if refused is None and _is_spoken_for(user) and not _came_from_elsewhere(request, user):
            messages.error(request, _("Sign in at the identity provider: it speaks for this account."))
            return HttpResponseRedirect(reverse("account_login"))
        return refused

    def set_password(self, user: Any, password: str) -> None:
        """A password would be another way in.

        Raises:
            PermissionDenied: an identity provider speaks for the account.
        """
        if _is_spoken_for(user):
            raise PermissionDenied
        super().set_password(user, password)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Whoever was signed in by an identity provider is signed out there too, where it offers that."""
        home: str = super().get_logout_redirect_url(request)
        if settings.OIDC is None or not _came_from_elsewhere(request, request.user):
            return home
        ending = _end_session_address(request, settings.OIDC.id)
        asked = {"client_id": settings.OIDC.client, "post_logout_redirect_uri": request.build_absolute_uri(home)}
        return f"{ending}{'&' if '?' in ending else '?'}{urlencode(asked)}" if ending else home


@receiver(second_factor_failed)
def _second_factor_failed(user: Any, **more: Any) -> None:
    """Tell the log: whoever fails here knows the password."""
    security.warning("a second factor failed", extra={"who": f"person:{user.pk}"})


class Identities(DefaultSocialAccountAdapter):
    """Accounts of an identity provider."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never by allauth's form."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Let in whoever has a role by what the provider says, and bring the roles in step with that.

        Raises:
            ImmediateHttpResponse: the page that says why not, and whom to ask.
        """
        said, sociallogin.account.extra_data = sociallogin.account.extra_data, {}  # more than we need to keep
        if sociallogin.account.pk:
            sociallogin.account.save(update_fields=["extra_data"])
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            return
        try:
            identity = identity_of(
                said,
                provider=sociallogin.account.provider,
                subject=sociallogin.account.uid,
                roles=settings.OIDC.roles if settings.OIDC else "",
                party=settings.OIDC.party if settings.OIDC else "",
            )
            person = follow(identity=identity, by=IDENTITY_PROVIDER, at=request.at)  # type: ignore[attr-defined]
        except (AddressTaken, NoAddressClaimed, NoRoleClaimed, NotOnePerson, UnknownPartyClaimed) as refusal:
            logger.warning("an identity provider's person was not let in: %s", refusal.code)
            page = render(request, "people/not_admitted.html", {"refusal": str(refusal)}, status=403)
            raise ImmediateHttpResponse(page) from None
        sociallogin.user = SocialAccount.objects.get(
            provider=sociallogin.account.provider, uid=sociallogin.account.uid, user=person
        ).user

    def validate_disconnect(self, account: SocialAccount, accounts: Any) -> None:
        """Never by oneself: the roles that the provider gave would outlast it.

        Raises:
            ValidationError: always.
        """
        raise ValidationError(_("The identity provider speaks for this account until an administrator closes it."))


class NotOnePerson(ValueError):
    """An identity provider's two answers are not about the same person."""

    code = "not-one-person"

    def __init__(self) -> None:
        super().__init__("The identity provider's answers are not about one person.")


def identity_of(said: dict[str, Any], *, provider: str, subject: str, roles: str, party: str) -> Identity:
    """What an identity provider said, as far as it matters here.

    Args:
        said: the claims of the "id_token" and of "userinfo", which may add to it.
        provider: which identity provider.
        subject: what it calls the person.
        roles, party: names of the claims that hold these.

    Raises:
        NotOnePerson: the two are about different people. Rule: OpenID Connect Core 1.0, 5.3.2.
    """
    token, more = said.get("id_token") or {}, said.get("userinfo") or {}
    if token and more and token.get("sub") != more.get("sub"):
        raise NotOnePerson
    claims = {**token, **more}
    return Identity(
        provider=provider,
        subject=subject,
        name=_text(claims.get("name")),
        email=_text(claims.get("email")).lower(),
        email_verified=claims.get("email_verified") is True,
        roles=_texts(claims.get(roles)),
        parties=_texts(claims.get(party)),
    )


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    """A claim holds one value or a list of them."""
    several = value if isinstance(value, list) else [value]
    return tuple(one for one in several if isinstance(one, str))


def _is_spoken_for(user: Any) -> bool:
    return settings.OIDC is not None and speaks_for(Viewer.public(), provider=settings.OIDC.id, person=user.pk)


def _came_from_elsewhere(request: HttpRequest, user: Any) -> bool:
    return any(one["method"] == ELSEWHERE for one in get_authentication_records(request, user))


def _end_session_address(request: HttpRequest, provider: str) -> str:
    """Where a provider signs people out (OpenID Connect RP-Initiated Logout); "" where it offers nothing."""
    try:
        asked = Identities(request).get_provider(request, provider).get_oauth2_adapter(request)
        return _text(asked.openid_config.get("end_session_endpoint"))
    except (requests.RequestException, ValueError):
        logger.warning("the identity provider does not answer; signed out here only")
        return ""
