"""Questions of standing for programs: of one pair, of many at once, of a framework, of an audience, of two days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.params.functions import Path, Query
from pydantic import ConfigDict, Field

from cordiale.apps.register.api import answers
from cordiale.apps.register.api.request import today, viewer_of
from cordiale.apps.register.exports.answers import (
    audience_value,
    claim_of_page_value,
    composition_value,
    conflict_value,
    moved_value,
    standing_value,
)
from cordiale.apps.register.reads import asking
from cordiale.apps.register.reads.asking import Knowledge, Moved
from cordiale.apps.register.reads.assertions import refuse_unknown
from cordiale.apps.register.reads.claims import claims as claims_read
from cordiale.apps.register.reads.conflicts import Conflict
from cordiale.apps.register.reads.conflicts import conflicts as conflicts_read
from cordiale.domain.period import DayOutOfReach
from cordiale.engines.standing.snapshot import NoSuchFramework, NoSuchParty
from cordiale.ui.paging import Order
from cordiale.ui.parameters import CURSOR, LIMIT, Code, Cursor, Day, Flag, Limit, Number, Text, Whole

MOST_QUESTIONS = 1_000

router = Router(tags=["Asking"])

PARTY: Any = Query(..., description="The party.")
FRAMEWORK: Any = Query(..., description="The framework.")
OF_PARTY: Any = Query(None, description="Only those of this party.")
OF_FRAMEWORK: Any = Query(None, description="Only those of this framework.")
ON: Any = Query(None, description="The day; today in the host's zone when it is left out.")
KNOWN: Any = Query(None, description="As known at this ledger entry; now when it is left out.")
PUBLISHED_BY: Any = Query(None, description="From sources certainly published by this day only.")
WHY: Any = Query(False, description="Whether to add every claim and what became of it.")
EXPRESSION: Any = Query(..., description='A sentence such as "a, b and c except d".')
ROSTER: Any = Query(False, description="Those with a seat instead of those entitled.")
FIRST: Any = Query(..., description="The earlier day.")
SECOND: Any = Query(..., description="The later day.")
SOURCE: Any = Path(..., description="The source whose page it is.")

CONFLICTS: Order[Conflict] = Order(
    lambda one: (int(one.decided), one.framework, one.party, one.since, one.one.assertion, one.other.assertion),
    (int, str, str, str, int, int),
)
MOVED: Order[Moved] = Order(lambda one: (one.framework, one.party), (str, str))


@router.get("/standing", response=answers.Standing, exclude_unset=True)
def standing(
    request: HttpRequest,
    party: Code = PARTY,
    framework: Code = FRAMEWORK,
    on: Day | None = ON,
    known: Number | None = KNOWN,
    published_by: Day | None = PUBLISHED_BY,
    why: Flag = WHY,
) -> dict[str, Any]:
    """How a party stands in a framework on a day."""
    found = asking.standing(
        viewer_of(request),
        party=party,
        framework=framework,
        on=on or today(request),
        knowledge=Knowledge(known, published_by),
    )
    return standing_value(found, why=why)


class Question(Schema):
    """A party, a framework, and a day; without a day, today."""

    model_config = ConfigDict(extra="forbid")

    party: Code
    framework: Code
    on: Day | None = None


class Questions(Schema):
    """Up to 1,000 questions under one knowledge."""

    model_config = ConfigDict(extra="forbid")

    questions: list[Question] = Field(
        min_length=1,
        max_length=MOST_QUESTIONS,
        description="Each has party, framework and, where another day than today is meant, on.",
    )
    known: Whole | None = Field(None, description="As known at this ledger entry; now when it is left out.")
    published_by: Day | None = Field(None, description="From sources certainly published by this day only.")


@router.post("/standings", response=list[answers.Standing], exclude_unset=True)
def standings(request: HttpRequest, asked: Questions) -> list[dict[str, Any]]:
    """Up to 1,000 questions at once, answered in their order under one state of the register; changes nothing.

    When one cannot be answered, none is; `errors` of the problem says which.
    """
    reached = -1

    def questions() -> Iterator[tuple[str, str, date]]:
        nonlocal reached
        for one in asked.questions:
            reached += 1
            yield one.party, one.framework, one.on or day

    day = today(request)
    knowledge = Knowledge(asked.known, asked.published_by)
    try:
        found = asking.standings(viewer_of(request), questions=questions(), knowledge=knowledge)
    except (DayOutOfReach, NoSuchParty, NoSuchFramework) as refusal:
        refusal.add_note(f"body.questions.{reached}")
        raise
    return [standing_value(one, why=False) for one in found]


@router.get("/composition", response=answers.Composition)
def composition(
    request: HttpRequest,
    framework: Code = FRAMEWORK,
    on: Day | None = ON,
    known: Number | None = KNOWN,
    published_by: Day | None = PUBLISHED_BY,
) -> dict[str, Any]:
    """Who has a seat in a framework on a day: in force, suspended, unclear or disputed."""
    found = asking.composition(
        viewer_of(request), framework=framework, on=on or today(request), knowledge=Knowledge(known, published_by)
    )
    return composition_value(found)


@router.get("/audience", response=answers.Audience)
def audience(
    request: HttpRequest,
    expression: Text = EXPRESSION,
    on: Day | None = ON,
    known: Number | None = KNOWN,
    published_by: Day | None = PUBLISHED_BY,
    roster: Flag = ROSTER,
) -> dict[str, Any]:
    """Whom a sentence means on a day."""
    found = asking.audience(
        viewer_of(request),
        expression=expression,
        on=on or today(request),
        knowledge=Knowledge(known, published_by),
        roster=roster,
    )
    return audience_value(found)


@router.get("/conflicts", response=answers.Conflicts, exclude_unset=True, by_alias=True)
def conflicts(
    request: HttpRequest,
    party: Code | None = OF_PARTY,
    framework: Code | None = OF_FRAMEWORK,
    cursor: Cursor | None = CURSOR,
    limit: Limit = LIMIT,
) -> dict[str, Any]:
    """Where sources contradict each other, open conflicts first."""
    viewer = viewer_of(request)
    refuse_unknown(viewer, party=party, framework=framework)
    found = sorted(conflicts_read(viewer, party=party, framework=framework), key=CONFLICTS.key)
    return CONFLICTS.page(request, CONFLICTS.rest(found, cursor), limit=limit, show=conflict_value)


@router.get("/diff", response=answers.Diff)
def diff(
    request: HttpRequest,
    first: Day = FIRST,
    second: Day = SECOND,
    framework: Code | None = OF_FRAMEWORK,
    known: Number | None = KNOWN,
    published_by: Day | None = PUBLISHED_BY,
    cursor: Cursor | None = CURSOR,
    limit: Limit = LIMIT,
) -> dict[str, Any]:
    """Which standings differ between two days."""
    found = asking.moved(
        viewer_of(request),
        first=first,
        second=second,
        knowledge=Knowledge(known, published_by),
        framework=framework,
    )
    return MOVED.page(request, MOVED.rest(found, cursor), limit=limit, show=moved_value)


@router.get("/claims/{source}", response=list[answers.PageClaim])
def claims(request: HttpRequest, source: Code = SOURCE) -> list[dict[str, Any]]:
    """What the register makes of the claims of a page: a verdict and a reason each, in the order of the page."""
    return [claim_of_page_value(one) for one in claims_read(viewer_of(request), source=source)]
