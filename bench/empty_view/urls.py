"""The addresses of an installation, and /empty/: through every middleware, to a view that asks nothing of anybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from cordiale.config.urls import handler404, handler500

__all__ = ["handler404", "handler500", "urlpatterns"]


def empty(request: HttpRequest) -> HttpResponse:
    """Nothing."""
    return HttpResponse()


urlpatterns = [path("empty/", empty), path("", include("cordiale.config.urls"))]
