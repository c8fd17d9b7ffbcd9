"""What the API answers when it cannot answer: problem details (RFC 9457) with the codes of docs/reference/errors.md."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse

from cordiale.apps.ledger.reads import ClockMissing
from cordiale.apps.register.reads.asking import NoSuchEntry
from cordiale.apps.register.reads.assertions import NothingOfThatNumber
from cordiale.apps.register.reads.claims import NoSuchSource
from cordiale.apps.register.reads.installation import NoPackLoaded
from cordiale.apps.sharing.reads.documents import NoSuchDocument
from cordiale.domain.period import DayOutOfReach
from cordiale.engines.audience.deciding import UnknownGroup
from cordiale.engines.audience.language import BadAudience
from cordiale.engines.standing.snapshot import NoSuchFramework, NoSuchParty
from cordiale.ui.paging import BadCursor

MEDIA_TYPE = "application/problem+json"
ADDRESS = "/api/v1/"


class BadParameters(ValueError):
    """Something in the question is not of the form it must have.

    Args:
        errors: each with its location in the request and what is wrong, with how to mend it.
    """

    code = "bad-parameters"

    def __init__(self, errors: Sequence[Mapping[str, str]]) -> None:
        said = "; ".join(f"{error['location']}: {error['problem']}" for error in errors[:3])
        more = f"; and {len(errors) - 3} more" if len(errors) > 3 else ""
        super().__init__(f"{said}{more}.")
        self.errors = list(errors)


class BadBody(ValueError):
    """The body of the request is not JSON."""

    code = "bad-body"

    def __init__(self) -> None:
        super().__init__("The body cannot be read as JSON in UTF-8; send an object as the reference describes.")


class BodyTooLarge(ValueError):
    """The body of the request is larger than the server reads."""

    code = "body-too-large"

    def __init__(self) -> None:
        super().__init__("The body is too large; ask fewer questions at once.")


class NoSuchAddress(LookupError):
    """Nothing is at this address of the API."""

    code = "no-such-address"

    def __init__(self, path: str) -> None:
        super().__init__(f"There is nothing at {path}; {ADDRESS}openapi.json names every address there is.")


class WrongMethod(ValueError):
    """The address does not know this method."""

    code = "wrong-method"

    def __init__(self, method: str, allowed: str) -> None:
        super().__init__(f"{method} is not answered here; use {allowed}.")


class UnknownToken(Exception):
    """The token sent along is none, was revoked, or is past its day."""

    code = "unknown-token"

    def __init__(self) -> None:
        super().__init__(
            "This token does not hold. Send `Authorization: Bearer TOKEN` with one that does, or ask without one."
        )


class TooManyRequests(RuntimeError):
    """More requests from one address, or with one token, than the installation answers in a span of time."""

    code = "too-many-requests"

    def __init__(self, rate: str, seconds: int) -> None:
        super().__init__(f"This installation answers {rate} to one address or token; ask again in {seconds} seconds.")


class OurMistake(RuntimeError):
    """The program failed; the log of the installation holds the details."""

    code = "our-mistake"

    def __init__(self) -> None:
        super().__init__("The installation made a mistake. Its log holds the details; tell whoever runs it.")


class CannotBeShown(RuntimeError):
    """Who may read what cannot be decided or written down now, so nothing is shown."""

    code = "cannot-be-shown"

    def __init__(self) -> None:
        super().__init__("Who may read cannot be decided or written down now, so nothing is shown; ask again later.")


STATUSES: dict[type[Exception], int] = {
    BadBody: 400,
    UnknownToken: 401,
    NoSuchAddress: 404,
    NoSuchDocument: 404,
    NoSuchEntry: 404,
    NoSuchFramework: 404,
    NoSuchParty: 404,
    NoSuchSource: 404,
    NothingOfThatNumber: 404,
    WrongMethod: 405,
    BodyTooLarge: 413,
    BadAudience: 422,
    BadCursor: 422,
    BadParameters: 422,
    DayOutOfReach: 422,
    UnknownGroup: 422,
    TooManyRequests: 429,
    OurMistake: 500,
    CannotBeShown: 503,
    ClockMissing: 503,
    NoPackLoaded: 503,
}
"""Every reason to answer with a problem, and its status."""


def code_of(reason: type[Exception]) -> str:
    """The code of a reason, which never changes."""
    code: str = reason.code  # type: ignore[attr-defined]  # every reason of STATUSES has one
    return code


def title_of(reason: type[Exception]) -> str:
    """What a reason is about, in the words of docs/reference/errors.md."""
    return (inspect.getdoc(reason) or "").partition("\n")[0].removesuffix(".")


def problem(refusal: Exception) -> HttpResponse:
    """A refusal as an answer.

    Args:
        refusal: of one of the classes in `STATUSES`; a note on it is the place in the request that it is about.
    """
    kind = type(refusal)
    status = STATUSES[kind]
    said: dict[str, Any] = {
        "type": f"{ADDRESS}#{code_of(kind)}",
        "title": title_of(kind),
        "status": status,
        "detail": str(refusal),
        "code": code_of(kind),
    }
    places = getattr(refusal, "__notes__", [])
    errors = getattr(refusal, "errors", [{"location": place, "problem": str(refusal)} for place in places])
    if errors:
        said["errors"] = errors
    return HttpResponse(json.dumps(said), status=status, content_type=MEDIA_TYPE, reason=HTTPStatus(status).phrase)
