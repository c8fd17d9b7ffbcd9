"""Somebody signed in, for tests of pages: a middleware that believes a header."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.test import Client

from cordiale.domain.permissions import MATRIX
from cordiale.domain.roles import Role
from cordiale.domain.viewer import Viewer

OWNER = Viewer("person:1", MATRIX[Role.DESK_OFFICER], person=1)
COLLEAGUE = Viewer("person:2", MATRIX[Role.DESK_OFFICER], person=2)
ADMINISTRATOR = Viewer("person:3", MATRIX[Role.ADMINISTRATOR], person=3)
AUDITOR = Viewer("person:4", MATRIX[Role.AUDITOR], person=4)
OUTSIDER = Viewer.public()
EVERYBODY = {viewer.name: viewer for viewer in (OWNER, COLLEAGUE, ADMINISTRATOR, AUDITOR, OUTSIDER)}


class Believing:
    """Takes the viewer from the header X-Viewer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer = EVERYBODY[request.headers.get("X-Viewer", "public")]  # type: ignore[attr-defined]  # as the real one
        return self.get_response(request)


def browser_of(viewer: Viewer) -> Client:
    """A browser in which somebody is signed in; `Believing` must be the last middleware."""
    return Client(headers={"X-Viewer": viewer.name})
