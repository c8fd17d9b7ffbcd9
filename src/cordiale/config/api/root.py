"""The API: its routes, how it refuses, and its OpenAPI document."""

from __future__ import annotations

import json
from functools import lru_cache
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation
from ninja.renderers import JSONRenderer

from cordiale.apps.ledger import api as ledger
from cordiale.apps.people import api as people
from cordiale.apps.register import api as register
from cordiale.apps.sharing import api as sharing
from cordiale.apps.sharing.reads.reading import CannotRead
from cordiale.config.api.problems import (
    ADDRESS,
    MEDIA_TYPE,
    STATUSES,
    BadBody,
    BadParameters,
    BodyTooLarge,
    CannotBeShown,
    code_of,
    problem,
)
from cordiale.engines.readlog.writing import LogUnwritable

DESCRIPTION = """\
Who takes part in what, on any day, as known at any entry, according to whom. Everything here is public and needs no
sign-in; nothing here changes anything. Whoever has an account may send a token (`Authorization: Bearer TOKEN`): the
answer is then theirs, and one that does not hold is refused with 401.

Answers are those of the command line. Lists come page by page: follow `next`. Every answer carries an `ETag`; sent back
as `If-None-Match`, it gets 304 as long as nothing changed. A parameter that an address does not know, or that is given
twice, is refused. What goes wrong is told as problem details (RFC 9457) with a code that never changes."""


class _Renderer(JSONRenderer):
    """JSON as the command line prints it: characters outside ASCII as they are."""

    json_dumps_params = {"ensure_ascii": False}


class Api(NinjaAPI):
    """Ninja's, with a document that tells the whole truth about problems and headers."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of the function: one word for one question."""
        return operation.view_func.__name__

    def get_openapi_schema(self, **options: Any) -> Any:
        """The OpenAPI document."""
        return _completed(super().get_openapi_schema(**options))


api = Api(
    title="Cordiale",
    version="1.0.0",
    description=DESCRIPTION,
    docs_url=None,
    urls_namespace="api",
    renderer=_Renderer(),
)
api.add_router("", register.router)
api.add_router("", ledger.router)
api.add_router("", people.router)
api.add_router("", sharing.router)
for _unreadable in (CannotRead, LogUnwritable):
    api.add_exception_handler(_unreadable, lambda request, refusal: problem(CannotBeShown()))


for _reason in STATUSES:
    api.add_exception_handler(_reason, lambda request, refusal: problem(refusal))  # type: ignore[arg-type]  # never a class


@api.exception_handler(ValidationError)
def _bad_parameters(request: HttpRequest, refusal: ValidationError) -> HttpResponse:
    return problem(BadParameters([_error(error) for error in refusal.errors]))


@api.exception_handler(HttpError)
def _bad_body(request: HttpRequest, refusal: HttpError) -> HttpResponse:
    """The only one that ninja raises by itself here; a body too large is its cause."""
    return problem(BodyTooLarge() if isinstance(refusal.__cause__, RequestDataTooBig) else BadBody())


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, refusal: RequestDataTooBig) -> HttpResponse:
    return problem(BodyTooLarge())


def _error(error: dict[str, Any]) -> dict[str, str]:
    """Where something is wrong, and what, with how to mend it."""
    source, *inside = [str(part) for part in error["loc"]]
    # a body is named after the argument that takes it, which is nothing to the reader
    place = inside[1:] if source == "body" else inside
    what = {"missing": "is needed; add it", "extra_forbidden": "is not known here; leave it out"}
    return {
        "location": ".".join((source, *place)),
        "problem": what.get(error["type"], str(error["msg"]).removeprefix("Value error, ")),
    }


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The OpenAPI document, made once."""
    made: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(), default=dict))
    return made


def release() -> str:
    """Which program answers: part of every ETag, as another one may answer otherwise."""
    return f"{api.version} {version('cordiale')}"


PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened and how to mend it."},
        "code": {"type": "string", "enum": sorted(code_of(reason) for reason in STATUSES)},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["location", "problem"],
                "properties": {
                    "location": {"type": "string", "examples": ["query.on", "body.questions.17.party"]},
                    "problem": {"type": "string"},
                },
            },
        },
    },
}


def _completed(made: Any) -> Any:
    """The document with problems, headers and conditional requests, which hold for every route alike."""
    made["components"]["schemas"]["Problem"] = PROBLEM
    made["components"]["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of one's own, made on the page of one's account; it acts for its person.",
        }
    }
    made["components"]["headers"] = {
        "ETag": {"schema": {"type": "string"}, "description": "Names the state that the answer rests on."},
        "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."},
        "WWW-Authenticate": {"schema": {"type": "string"}, "description": "What would be taken."},
    }
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            _complete(operation, finds="{" in path or bool(operation["parameters"]), reads=method == "get")
            if method == "get" and path.startswith(f"{ADDRESS}documents"):
                _kept_by_nobody(operation)
    return made


def _complete(operation: dict[str, Any], *, finds: bool, reads: bool) -> None:
    """One operation's answers beside the good one."""
    answers = operation["responses"]
    statuses = [401, 422, 429, 503]
    operation["security"] = [{}, {"token": []}]  # with or without
    if finds or not reads:
        statuses.append(404)
    if not reads:
        statuses += [400, 413]
    for status in sorted(statuses):
        answers[status] = {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    answers[401]["headers"] = {"WWW-Authenticate": {"$ref": "#/components/headers/WWW-Authenticate"}}
    answers[429]["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    for parameter in operation["parameters"]:
        parameter["schema"] = _without_null(parameter["schema"])
    if reads:
        answers[200]["headers"] = {"ETag": {"$ref": "#/components/headers/ETag"}}
        answers[304] = {"description": "Nothing changed since the ETag that If-None-Match names."}
        operation["parameters"].append(
            {"in": "header", "name": "If-None-Match", "schema": {"type": "string"}, "required": False}
        )


def _kept_by_nobody(operation: dict[str, Any]) -> None:
    """What each reader is told anew bears no name of a state that could be told unchanged."""
    del operation["responses"][200]["headers"], operation["responses"][304]
    operation["parameters"] = [one for one in operation["parameters"] if one["in"] != "header"]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """What a parameter of an address may hold: it is given or left out, and null is nothing that can be written."""
    possible = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return _without_null(possible[0]) if len(possible) == 1 else schema
