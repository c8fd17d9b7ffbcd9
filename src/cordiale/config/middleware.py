"""What every request is given before a view sees it: one moment, and whoever is asking."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from requests import RequestException

from cordiale.apps.ledger.reads import one_look
from cordiale.apps.people.reads.viewers import viewer_of
from cordiale.apps.register.reads.installation import NoPackLoaded
from cordiale.apps.sharing.reads.reading import CannotRead
from cordiale.config.api.problems import ADDRESS, CannotBeShown, problem
from cordiale.config.sessions import is_over
from cordiale.domain import clock
from cordiale.domain.viewer import Viewer
from cordiale.engines.readlog.writing import LogUnwritable

logger = logging.getLogger(__name__)
security = logging.getLogger("cordiale.security")
ACCOUNTS = "/accounts/"
"""Where people sign in; what stands below is kept by nobody, whoever asks."""


class RequestMoment:
    """Gives the request `at`, its one moment in time, and `viewer`: the public, until somebody is known better."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, with both."""
        request.at = clock.now()  # type: ignore[attr-defined]  # Django requests are open for attributes
        request.viewer = Viewer.public()  # type: ignore[attr-defined]  # as above
        if request.method in ("GET", "HEAD"):
            with one_look():
                return self.get_response(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """An installation without a pack has nothing to show yet, and says how to change that."""
        if isinstance(exception, NoPackLoaded):
            return render(request, "config/no_pack.html", status=503)
        if isinstance(exception, (CannotRead, LogUnwritable)):
            # told to whoever runs the installation; the reader learns that nothing can be shown, and no more
            logger.error("documents cannot be read: %s", exception)
            if request.path_info.startswith(ADDRESS):
                return problem(CannotBeShown())
            return render(request, "config/cannot_read.html", status=503)
        return None


class SignedIn:
    """Makes whoever is signed in the viewer, with the roles held on this day.

    The API takes no session: a page elsewhere could make a browser ask with it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look the person up, if a session says that there is one: without its cookie no session is opened."""
        was_signed_in = is_signed_out = False
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not request.path_info.startswith(ADDRESS):
            person, at = request.user.pk, request.at  # type: ignore[attr-defined]  # set above
            if person is not None and is_over(request.session, at=at):
                security.info("a session ended by itself", extra={"who": f"person:{person}"})
                logout(request)
                is_signed_out = True
            elif person is not None:
                was_signed_in = True
                request.viewer = viewer_of(Viewer.public(), person=person, at=at)  # type: ignore[attr-defined]
        response = self.get_response(request)
        if was_signed_in and request.user.pk is None:
            is_signed_out = True
            security.info("signed out", extra={"who": request.viewer.name})  # type: ignore[attr-defined]
        if is_signed_out:
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        if request.viewer.person or request.path_info.startswith(ACCOUNTS):  # type: ignore[attr-defined]
            _keep_private(response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """An identity provider that does not answer is no mistake of ours; people can sign in otherwise."""
        if isinstance(exception, RequestException) and request.path_info.startswith(ACCOUNTS):
            logger.warning("the identity provider does not answer: %s", exception)
            return render(request, "socialaccount/authentication_error.html", status=502)
        return None


def _keep_private(response: HttpResponse) -> None:
    """Nobody between us and the reader keeps what is for one reader; nor does the browser, unless it asks each time."""
    said = response.get("Cache-Control", "")
    if "private" not in said or not ("no-store" in said or "no-cache" in said):
        response.headers["Cache-Control"] = "private, no-store"
