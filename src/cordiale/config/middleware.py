"""What every request is given before a view sees it: one moment and one viewer."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cordiale.apps.ledger.reads import one_look
from cordiale.apps.register.reads.installation import NoPackLoaded
from cordiale.domain import clock
from cordiale.domain.viewer import Viewer


class RequestMoment:
    """Gives the request `at`, its one moment in time, and `viewer`, who is asking."""

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
        return None
