"""What django-allauth asks of us: nobody signs up uninvited, and its pages say what ours say."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest


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


class Identities(DefaultSocialAccountAdapter):
    """Accounts of an identity provider."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never by allauth's form."""
        return False
