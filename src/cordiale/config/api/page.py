"""The page that describes the API, made from its OpenAPI document: no script, nothing from another host."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.config.api.problems import STATUSES, code_of, title_of
from cordiale.config.api.root import document
from cordiale.ui.permitting import needs
from cordiale.ui.tables import Cell, Column, Link, Table


@dataclass(frozen=True)
class Route:
    """A question that the API answers.

    Args:
        id: its name in the document.
        asked: method and address.
        says: what it answers, paragraph by paragraph.
        parameters: what may be asked along.
        keys: the keys of the answer, or of each item of a list.
        example: an address to try; empty where a word of the register is needed.
    """

    id: str
    asked: str
    says: tuple[str, ...]
    parameters: Table
    keys: tuple[str, ...]
    example: str


@dataclass(frozen=True)
class Part:
    """Routes that belong together."""

    title: str
    routes: tuple[Route, ...]


@needs("public")
def described(request: HttpRequest) -> HttpResponse:
    """Every route, what it takes, what it answers, and every code of a problem."""
    made = document()
    parts: dict[str, list[Route]] = {}
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            parts.setdefault(operation["tags"][0], []).append(_route(made, path, method, operation))
    return render(
        request,
        "config/api.html",
        {
            "title": made["info"]["title"] + " API",
            "paragraphs": _paragraphs(made["info"]["description"]),
            "parts": [Part(title, tuple(routes)) for title, routes in parts.items()],
            "problems": [(code_of(reason), status, title_of(reason)) for reason, status in _by_code()],
            "breadcrumbs": (Link(_("Register"), reverse("home")), Link(_("For programs"))),
            "openapi": reverse("api:openapi-json"),
        },
    )


def _paragraphs(text: str) -> list[str]:
    """A text of the document, without the marks that Markdown gives to code."""
    return text.replace("`", "").split("\n\n")


def _by_code() -> list[tuple[type[Exception], int]]:
    return sorted(STATUSES.items(), key=lambda item: code_of(item[0]))


def _route(made: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Route:
    asked = f"{method.upper()} {path}"
    parameters = [one for one in operation["parameters"] if one["in"] != "header"]
    needed = any(one["required"] for one in parameters)
    return Route(
        id=operation["operationId"],
        asked=asked,
        says=tuple(_paragraphs(operation["description"])),
        parameters=Table(
            f"parameters-{operation['operationId']}",
            _("What %(address)s takes") % {"address": asked},
            (
                Column("name", _("Parameter"), kind="code"),
                Column("in", _("Where")),
                Column("needed", _("Needed")),
                Column("holds", _("Holds")),
                Column("meaning", _("Meaning")),
            ),
            tuple((*_row(made, one),) for one in (*parameters, *_of_body(made, operation))),
            empty=_("It takes no parameters."),
        ),
        keys=tuple(_keys(made, operation)),
        example="" if method != "get" or needed else path,
    )


def _row(made: dict[str, Any], parameter: dict[str, Any]) -> Iterator[Cell]:
    places = {"query": _("in the question"), "path": _("in the address"), "body": _("in the body")}
    yield Cell(parameter["name"], lang="en")
    yield Cell(places[parameter["in"]])
    yield Cell(_("yes") if parameter["required"] else _("no"))
    values = _values(made, parameter["schema"])
    yield Cell(values, lang="en") if values else Cell(_holds(made, parameter["schema"]))
    yield Cell(" ".join(_paragraphs(parameter.get("description", ""))), lang="en")


def _of_body(made: dict[str, Any], operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The keys of a body, as parameters."""
    if "requestBody" not in operation:
        return
    (content,) = operation["requestBody"]["content"].values()
    body = _resolved(made, content["schema"])
    for name, schema in body["properties"].items():
        needed = name in body.get("required", ())
        yield {**schema, "name": name, "in": "body", "required": needed, "schema": schema}


def _values(made: dict[str, Any], schema: dict[str, Any]) -> str:
    """The words to choose from; empty where that is not so."""
    return ", ".join(str(value) for value in _resolved(made, schema).get("enum", ()))


def _holds(made: dict[str, Any], schema: dict[str, Any]) -> str:
    """What a value may be, in words."""
    for one in schema.get("anyOf", ()):
        if one.get("type") != "null":
            return _holds(made, one)
    if schema.get("format") == "date":
        return _("a day, yyyy-mm-dd")
    if schema.get("type") == "integer":
        return _("a whole number from %(first)s to %(last)s") % {"first": schema["minimum"], "last": schema["maximum"]}
    if schema.get("type") == "boolean":
        return _("true or false")
    if schema.get("type") == "array":
        return _("a list of objects, %(most)s at most") % {"most": schema["maxItems"]}
    return _("an id") if "maxLength" in schema and schema["maxLength"] == 60 else _("text")


def _keys(made: dict[str, Any], operation: dict[str, Any]) -> Iterator[str]:
    """The keys of an answer in JSON; those of its items where it is a page or a list."""
    schema = operation["responses"]["200"]["content"].get("application/json", {}).get("schema")
    if schema is None:
        return
    answer = _resolved(made, schema)
    if answer.get("type") == "array":
        answer = _resolved(made, answer["items"])
    elif "items" in answer["properties"]:
        answer = _resolved(made, answer["properties"]["items"]["items"])
    yield from answer["properties"]


def _resolved(made: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = made["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found
