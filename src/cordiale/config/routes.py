"""Every way in from the network and what it needs: printed into docs/reference/permissions.md, walked by a test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from cordiale.config.api.problems import ADDRESS
from cordiale.config.api.root import document
from cordiale.ui.permitting import Needs

LIBRARY: dict[str, Needs] = {
    "account_login": "public",
    "account_logout": "public",
    "account_inactive": "public",
    "account_signup": "public",
    "account_reauthenticate": "signed in",
    "account_email": "signed in",
    "account_email_verification_sent": "public",
    "account_confirm_email": "public",
    "account_change_password": "signed in",
    "account_set_password": "signed in",
    "account_reset_password": "public",
    "account_reset_password_done": "public",
    "account_reset_password_from_key": "public",
    "account_reset_password_from_key_done": "public",
    "account_confirm_login_code": "public",
    "mfa_index": "signed in",
    "mfa_authenticate": "public",
    "mfa_reauthenticate": "signed in",
    "mfa_activate_totp": "signed in",
    "mfa_deactivate_totp": "signed in",
    "mfa_view_recovery_codes": "signed in",
    "mfa_generate_recovery_codes": "signed in",
    "mfa_download_recovery_codes": "signed in",
    "mfa_list_webauthn": "signed in",
    "mfa_add_webauthn": "signed in",
    "mfa_reauthenticate_webauthn": "signed in",
    "mfa_remove_webauthn": "signed in",
    "mfa_edit_webauthn": "signed in",
    "mfa_login_webauthn": "public",
    "socialaccount_login_cancelled": "public",
    "socialaccount_login_error": "public",
    "socialaccount_signup": "public",
    "socialaccount_connections": "signed in",
    "openid_connect_login": "public",
    "openid_connect_callback": "public",
    "usersessions_list": "signed in",
    "openapi-json": "public",
    "api-root": "public",
}
"""What the pages of libraries need, by the name of the route: they check that themselves, and a test that they do."""

MOVED = "django.views.generic.base"
"""Where Django's own redirect comes from: old addresses of django-allauth, which lead on and show nothing."""

OPERATIONS: dict[str, Needs] = {
    "standing": "public",
    "standings": "public",
    "composition": "public",
    "audience": "public",
    "conflicts": "public",
    "diff": "public",
    "claims": "public",
    "register": "public",
    "parties": "public",
    "party": "public",
    "frameworks": "public",
    "framework": "public",
    "sources": "public",
    "source": "public",
    "assertions": "public",
    "assertion": "public",
    "pack": "public",
    "rdf": "public",
    "changes": "public",
    "viewer": "public",
    "documents": "public",
    "document_search": "public",
    "document": "public",
    "document_file": "public",
}
"""What each operation of the API needs, by its name in the document."""

DOWNLOADS = ("-table", "-file")
"""How the names of routes beside a page end: its tables and drawings, which need what the page needs."""


@dataclass(frozen=True)
class Route:
    """A route that is no operation of the API.

    Args:
        address: as the URL configuration writes it.
        name: to reverse it by; "" where it has none.
        needs: what it needs; None where nobody said so.
        parameters: names of what the address holds.
    """

    address: str
    name: str
    needs: Needs | None
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """An operation of the API: method and address, its name, and what it needs; None where nobody said so."""

    asked: str
    name: str
    needs: Needs | None


def routes() -> list[Route]:
    """Every route but those of the API's operations, in the order in which they are tried."""
    named = {one.name for one in operations()}
    return [
        Route(address, found.name or "", _needs(found), parameters)
        for address, parameters, found in _walk(get_resolver())
        if not (address.startswith(ADDRESS.removeprefix("/")) and found.name in named)
    ]


def operations() -> list[Asked]:
    """Every operation of the API."""
    return [
        Asked(f"{method.upper()} {path}", operation["operationId"], OPERATIONS.get(operation["operationId"]))
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    ]


def _needs(found: URLPattern) -> Needs | None:
    if found.callback.__module__ == MOVED:
        return "public"
    said: Needs | None = getattr(found.callback, "needs", None) or LIBRARY.get(found.name or "")
    return said


def _walk(
    resolver: Any, before: str = "", held: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...], URLPattern]]:
    """Address, what it holds, and the pattern of every route below a resolver."""
    for one in resolver.url_patterns:
        address, parameters = f"{before}{one.pattern}", (*held, *one.pattern.regex.groupindex)
        if isinstance(one, URLResolver):
            yield from _walk(one, address, parameters)
        else:
            yield address, parameters, one
