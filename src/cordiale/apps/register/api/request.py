"""What every route takes from the request: who asks, and which day it is for the host."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest

from cordiale.apps.register.reads import installation
from cordiale.domain.viewer import Viewer


def viewer_of(request: HttpRequest) -> Viewer:
    """Who asks."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # set by config.middleware
    return viewer


def today(request: HttpRequest) -> date:
    """The legal day of the request, in the host's zone.

    Raises:
        NoPackLoaded: there is no host yet.
    """
    at: datetime = request.at  # type: ignore[attr-defined]  # set by config.middleware
    return installation.today(viewer_of(request), at=at)
