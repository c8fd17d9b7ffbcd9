"""What every answer tells the browser, also those that no page makes: health, metrics, static files, redirects."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from cordiale.config.api.problems import ADDRESS

NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The content security policy of what is no page."""

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class CarefulBrowser:
    """Adds to each answer what it does not say itself.

    An answer of 304 is left alone: a browser would put these headers in place of those that came with the page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on, and add to its answer."""
        response = self.get_response(request)
        if response.status_code == 304:
            return response
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", NOTHING)
        if not request.path_info.startswith(ADDRESS):  # what is public may be read from other sites
            response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if settings.HTTPS:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains; preload")
        return response
