"""How accounts are set up: the identity provider, and how django-allauth names a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class IdentityProvider:
    """The OpenID Connect provider that signs people in beside local accounts.

    Args:
        server: its issuer, without a slash at the end.
        client: the id this installation has there.
        secret: the secret of that client.
        name: how people call it: "Sign in with NAME".
        roles: the claim that holds roles.
        party: the claim that holds the party somebody acts for.
    """

    server: str
    client: str
    secret: str
    name: str
    roles: str
    party: str

    @property
    def id(self) -> str:
        """What the installation calls it, also in the address it is called back at.

        Made of the issuer: the subjects of another provider are other people, whatever they are called.
        """
        parts = urlsplit(self.server)
        return re.sub(r"[^a-z0-9.]+", "-", f"{parts.netloc}{parts.path}".lower()).strip("-")

    @property
    def origin(self) -> str:
        """Scheme and host, for the content security policy: forms lead there."""
        parts = urlsplit(self.server)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def for_allauth(self) -> dict[str, Any]:
        """SOCIALACCOUNT_PROVIDERS."""
        app = {
            "provider_id": self.id,
            "name": self.name,
            "client_id": self.client,
            "secret": self.secret,
            "settings": {"server_url": self.server, "oauth_pkce_enabled": True},
        }
        return {"openid_connect": {"APPS": [app]}}


def identity_provider(environment: Mapping[str, str]) -> IdentityProvider | None:
    """The provider that the environment names; None when it names none.

    Raises:
        ImproperlyConfigured: it is named by half, or reached over plain http on another machine.
    """
    server = environment.get("CORDIALE_OIDC_SERVER", "").rstrip("/")
    client, secret = environment.get("CORDIALE_OIDC_CLIENT", ""), environment.get("CORDIALE_OIDC_SECRET", "")
    if not server:
        return None
    if not (client and secret):
        raise ImproperlyConfigured(
            "CORDIALE_OIDC_SERVER needs CORDIALE_OIDC_CLIENT and CORDIALE_OIDC_SECRET beside it."
        )
    parts = urlsplit(server)
    is_here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
        raise ImproperlyConfigured(f'CORDIALE_OIDC_SERVER is "{server}"; write its https address.')
    return IdentityProvider(
        server=server,
        client=client,
        secret=secret,
        name=environment.get("CORDIALE_OIDC_NAME") or parts.netloc,
        roles=environment.get("CORDIALE_OIDC_ROLES") or "roles",
        party=environment.get("CORDIALE_OIDC_PARTY") or "party",
    )


def shown_name(user: Any) -> str:
    """The name that the person chose."""
    return str(user.name)
