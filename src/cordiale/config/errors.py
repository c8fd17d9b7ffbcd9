"""Answers for what is not there and for what broke: they say no more than that."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cordiale.config.api.problems import ADDRESS, NoSuchAddress, OurMistake, problem
from cordiale.config.logs import route_of
from cordiale.ui.parameters import shown

security = logging.getLogger("cordiale.security")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The same page for what does not exist and for what this reader may not know."""
    if request.path_info.startswith(ADDRESS):
        return problem(NoSuchAddress(shown(request.path)))
    return render(request, "config/not_found.html", status=404)


def not_permitted(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What a library refuses; ours answer as if there were nothing."""
    security.info("a library refused", extra=_where(request))
    return render(request, "config/not_permitted.html", status=403)


def too_many(request: HttpRequest) -> HttpResponse:
    """Too many attempts from one address or for one account."""
    security.warning("too many attempts", extra=_where(request))
    return render(request, "config/too_many.html", status=429)


def broken(request: HttpRequest) -> HttpResponse:
    """Our own mistake; the details go to the log, not to the reader."""
    if request.path_info.startswith(ADDRESS):
        return problem(OurMistake())
    return render(request, "config/broken.html", status=500)


def not_from_here(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was not sent from a page of ours, or whose page was too old."""
    security.warning("a form came without its token", extra=_where(request))
    return render(request, "config/not_from_here.html", status=403)


def _where(request: HttpRequest) -> dict[str, str]:
    return {"who": request.viewer.name, "route": route_of(request)}  # type: ignore[attr-defined]
