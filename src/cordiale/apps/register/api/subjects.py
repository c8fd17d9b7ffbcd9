"""Parties, frameworks, sources and single assertions for programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router
from ninja.params.functions import Path, Query

from cordiale.apps.ledger.reads import seen
from cordiale.apps.register.api import answers
from cordiale.apps.register.api.request import today, viewer_of
from cordiale.apps.register.exports.answers import assertion_value, fact_value
from cordiale.apps.register.reads import listing
from cordiale.apps.register.reads.assertions import Asserted, refuse_unknown
from cordiale.apps.register.reads.assertions import assertion as assertion_read
from cordiale.apps.register.reads.assertions import assertions as assertions_read
from cordiale.apps.register.reads.facts import facts
from cordiale.apps.register.reads.installation import installation
from cordiale.ui.paging import Order
from cordiale.ui.parameters import CURSOR, LIMIT, Code, Cursor, Day, Limit, Number, Text

router = Router(tags=["The register"])

ON: Any = Query(None, description="Only what there was on this day; everything when it is left out.")
IN: Any = Query(None, alias="in", description='Only what concerns an audience on that day, or today, such as "a, b".')
OF_PARTY: Any = Query(None, description="Only those about this party.")
OF_FRAMEWORK: Any = Query(None, description="Only those about this framework.")
OF_SOURCE: Any = Query(None, description="Only those of this source.")
KNOWN: Any = Query(None, description="Those believed as known at this ledger entry; now when it is left out.")
ID: Any = Path(..., description="Its id.")
NUMBER: Any = Path(..., description="Its number.")
BY_ID: Order[tuple[str, ...]] = Order(lambda row: (row[0],), (str,))
BY_NUMBER: Order[Asserted] = Order(lambda one: (one.assertion,), (int,))


@router.get("/register", response=answers.Register)
def register(request: HttpRequest) -> dict[str, Any]:
    """Which register this is: its pack, and where its ledger stands."""
    viewer = viewer_of(request)
    manifest, now = installation(viewer), seen(viewer)
    return {
        "pack": manifest.id,
        "title": manifest.title,
        "edition": manifest.edition,
        "host": manifest.host,
        "membership": manifest.membership,
        "zone": manifest.zone.key,
        "coverage_to": str(manifest.coverage_to),
        "terms": manifest.terms,
        "number": now.number,
        "hash": now.hash,
        "at": now.at,
        "register_number": now.register_number,
        "register_hash": now.register_hash,
    }


@router.get("/parties", response=answers.Parties)
def parties(
    request: HttpRequest,
    on: Day | None = ON,
    expression: Text | None = IN,
    cursor: Cursor | None = CURSOR,
    limit: Limit = LIMIT,
) -> dict[str, Any]:
    """Countries and organisations, by id."""
    found = listing.parties(viewer_of(request), on=on, expression=expression, today=today(request))
    return _listed(request, found, ("id", "kind", "name", "iso3"), cursor, limit)


@router.get("/parties/{party}", response=answers.Party)
def party(request: HttpRequest, party: Code = ID) -> dict[str, Any]:
    """One country or organisation."""
    viewer = viewer_of(request)
    refuse_unknown(viewer, party=party)
    (found,) = facts(viewer, table="parties", id=party)
    names = facts(viewer, table="party_names", order=("kind", "language"), party=party)
    regions = facts(viewer, table="party_regions", party=party)
    return {
        **fact_value(found, known=True),
        "names": [fact_value(one) for one in names],
        "regions": [fact_value(one) for one in regions],
    }


@router.get("/frameworks", response=answers.Frameworks)
def frameworks(
    request: HttpRequest,
    on: Day | None = ON,
    expression: Text | None = IN,
    cursor: Cursor | None = CURSOR,
    limit: Limit = LIMIT,
) -> dict[str, Any]:
    """Frameworks, by id; with `in`, those in which somebody of the audience has a seat."""
    found = listing.frameworks(viewer_of(request), on=on, expression=expression, today=today(request))
    return _listed(request, found, ("id", "kind", "name", "established", "dissolved"), cursor, limit)


@router.get("/frameworks/{framework}", response=answers.Framework)
def framework(request: HttpRequest, framework: Code = ID) -> dict[str, Any]:
    """One framework."""
    viewer = viewer_of(request)
    refuse_unknown(viewer, framework=framework)
    (found,) = facts(viewer, table="frameworks", id=framework)
    aims = facts(viewer, table="framework_aims", framework=framework)
    dates = facts(viewer, table="framework_dates", order=("date",), framework=framework)
    return {
        **fact_value(found, known=True),
        "aims": [fact_value(one) for one in aims],
        "dates": [fact_value(one) for one in dates],
    }


@router.get("/sources", response=answers.Sources)
def sources(
    request: HttpRequest,
    on: Day | None = ON,
    expression: Text | None = IN,
    cursor: Cursor | None = CURSOR,
    limit: Limit = LIMIT,
) -> dict[str, Any]:
    """Sources, by id; with `on`, those published by then; with `in`, those that speak of somebody of the audience."""
    found = listing.sources(viewer_of(request), on=on, expression=expression, today=today(request))
    return _listed(request, found, ("id", "precedence", "published", "publisher", "title"), cursor, limit)


@router.get("/sources/{source}", response=answers.Source)
def source(request: HttpRequest, source: Code = ID) -> dict[str, Any]:
    """One source."""
    viewer = viewer_of(request)
    refuse_unknown(viewer, source=source)
    (found,) = facts(viewer, table="sources", id=source)
    return fact_value(found, known=True)


@router.get("/assertions", response=answers.Assertions)
def assertions(
    request: HttpRequest,
    party: Code | None = OF_PARTY,
    framework: Code | None = OF_FRAMEWORK,
    source: Code | None = OF_SOURCE,
    known: Number | None = KNOWN,
    cursor: Cursor | None = CURSOR,
    limit: Limit = LIMIT,
) -> dict[str, Any]:
    """What sources assert of parties in frameworks, in the order of recording."""
    last = BY_NUMBER.last_read(cursor)
    found = assertions_read(
        viewer_of(request),
        party=party,
        framework=framework,
        source=source,
        known=known,
        after=int(last[0]) if last else 0,
        limit=limit + 1,
    )
    return BY_NUMBER.page(request, found, limit=limit, show=assertion_value)


@router.get("/assertions/{number}", response=answers.Assertion)
def assertion(request: HttpRequest, number: Number = NUMBER) -> dict[str, Any]:
    """One assertion, believed or closed."""
    return assertion_value(assertion_read(viewer_of(request), number=number))


def _listed(
    request: HttpRequest, found: listing.Rows, columns: tuple[str, ...], cursor: str | None, limit: int
) -> dict[str, Any]:
    """A page of a list, its rows as the command line names them."""
    found.sort(key=BY_ID.key)
    return BY_ID.page(
        request, BY_ID.rest(found, cursor), limit=limit, show=lambda row: dict(zip(columns, row, strict=True))
    )
