"""What django-allauth asks of us: nobody signs up uninvited, and its pages say what ours say."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest


class Accounts(DefaultAccountAdapter):
    """Local accounts: made by an invitation, and in no other way."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: whoever wants an account asks for access."""
        return False


class Identities(DefaultSocialAccountAdapter):
    """Accounts of an identity provider."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never by allauth's form."""
        return False
