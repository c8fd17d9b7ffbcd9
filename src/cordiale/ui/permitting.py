"""Who may open an address: each view says so, and whoever may not is told that there is nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Literal, TypeAlias
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from cordiale.domain.viewer import Permission, Viewer

security = logging.getLogger("cordiale.security")

Needs: TypeAlias = Permission | Literal["public", "signed in", "a role", "jobs.run or jobs.see"]
"""What an address needs: a permission or either of two, an account, any role at all, or nothing."""

View: TypeAlias = Callable[..., HttpResponseBase]


def viewer_of(request: HttpRequest) -> Viewer:
    """Who asks."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # set by config.middleware
    return viewer


def moment(request: HttpRequest) -> datetime:
    """The one moment of the request."""
    at: datetime = request.at  # type: ignore[attr-defined]  # as above
    return at


FEED = "/feed.atom"
"""How the address of every feed ends."""


def challenge(said: str) -> HttpResponse:
    """Ask a reader of feeds for a token, as the password of whatever name: it knows no page to sign in on."""
    headers = {"WWW-Authenticate": 'Basic realm="Cordiale", charset="UTF-8"', "Cache-Control": "private, no-store"}
    return HttpResponse(f"{said}\n", status=401, content_type="text/plain", headers=headers)


def needs(what: Needs) -> Callable[[View], View]:
    """Let a view answer only those who may open it; others get 404, as for an address that does not exist.

    Whoever is not signed in is asked to sign in where an account is all it takes, and at a feed for a token.
    """

    def closing(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *arguments: object, **held: object) -> HttpResponseBase:
            viewer = viewer_of(request)
            if what == "signed in" and not viewer.person:
                if request.path_info.endswith(FEED):
                    return challenge("This feed is for people with an account: send a token of yours.")
                return HttpResponseRedirect(
                    f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}"
                )
            if not allowed(viewer, what):
                security.info("not permitted: %s", what, extra={"who": viewer.name})
                raise Http404
            response = view(request, *arguments, **held)
            if what != "public":
                response.headers["Cache-Control"] = "private, no-store"
            return response

        guarded.needs = what  # type: ignore[attr-defined]  # read by the matrix of permissions
        return guarded

    return closing


def allowed(viewer: Viewer, what: Needs) -> bool:
    """Whether a viewer may open what needs this."""
    match what:
        case "public":
            return True
        case "signed in":
            return viewer.person > 0
        case "a role":
            return bool(viewer.mandates)
        case "jobs.run or jobs.see":
            return viewer.may("jobs.run") or viewer.may("jobs.see")
        case _:
            return viewer.may(what)
