"""Whom a program acts for: by the token it sends along when it asks the API, or for a feed."""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from cordiale.apps.people.reads.viewers import viewer_of_token
from cordiale.config.api.problems import ADDRESS
from cordiale.domain.viewer import Viewer
from cordiale.ui.permitting import FEED, challenge

security = logging.getLogger("cordiale.security")


class TokenHolder:
    """Makes the person that a token acts for the viewer, where programs ask: nowhere else does a token open anything.

    What is sent instead of a token that holds is refused, so that nobody takes public answers for their own: by the
    door of the API, and here for feeds. `request.token` is the token; `request.token_refused` says that it is none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look the token up, if there is one."""
        is_api = request.path_info.startswith(ADDRESS)
        if "HTTP_AUTHORIZATION" not in request.META or not (is_api or request.path_info.endswith(FEED)):
            return self.get_response(request)
        token = presented(request.META["HTTP_AUTHORIZATION"])
        at = request.at  # type: ignore[attr-defined]  # set by RequestMoment
        viewer = viewer_of_token(Viewer.public(), secret=token, at=at) if token else None
        if viewer is not None:
            request.viewer, request.token = viewer, token  # type: ignore[attr-defined]
            return self.get_response(request)
        security.info("a token was refused")
        if is_api:
            request.token_refused = True  # type: ignore[attr-defined]
        else:
            return challenge("This token does not hold.")
        return self.get_response(request)


def presented(header: str) -> str:
    """The token in a header `Authorization`; "" where it holds none.

    Programs send it as `Bearer TOKEN`. Feed readers know names and passwords only: it is the password (`Basic`),
    under whatever name.
    """
    scheme, _space, value = header.strip().partition(" ")
    match scheme.lower():
        case "bearer":
            return value.strip()
        case "basic":
            try:
                pair = base64.b64decode(value.strip(), validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                return ""
            return pair.partition(":")[2]
        case _:
            return ""
