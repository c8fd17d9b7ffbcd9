"""Questions of standing for programs: of one pair, of many at once, of a framework, of an audience, of two days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
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
from cordiale.ui.parameters import Code, Cursor, Day, Flag, Limit, Number, Text, Whole

MOST_QUESTIONS = 1_000

router = Router(tags=["Asking"])

On = Annotated[Day | None, Field(description="The day; today in the host's zone when it is left out.")]
Known = Annotated[Number | None, Field(description="As known at this ledger entry; now when it is left out.")]
PublishedBy = Annotated[Day | None, Field(description="From sources certainly published by this day only.")]

CONFLICTS: Order[Conflict] = Order(
    lambda one: (int(one.decided), one.framework, one.party, one.since, one.one.assertion, one.other.assertion),
    (int, str, str, str, int, int),
)
MOVED: Order[Moved] = Order(lambda one: (one.framework, one.party), (str, str))


@router.get("/standing", response=answers.Standing, exclude_unset=True)
def standing(
    request: HttpRequest,
    party: Code,
    framework: Code,
    on: On = None,
    known: Known = None,
    published_by: PublishedBy = None,
    why: Annotated[Flag, Field(description="Add every claim and what became of it.")] = False,
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

    questions: list[Question] = Field(min_length=1, max_length=MOST_QUESTIONS)
    known: Whole | None = None
    published_by: Day | None = None


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
    framework: Code,
    on: On = None,
    known: Known = None,
    published_by: PublishedBy = None,
) -> dict[str, Any]:
    """Who has a seat in a framework on a day: in force, suspended, unclear or disputed."""
    found = asking.composition(
        viewer_of(request), framework=framework, on=on or today(request), knowledge=Knowledge(known, published_by)
    )
    return composition_value(found)


@router.get("/audience", response=answers.Audience)
def audience(
    request: HttpRequest,
    expression: Annotated[Text, Field(description='A sentence such as "a, b and c except d".')],
    on: On = None,
    known: Known = None,
    published_by: PublishedBy = None,
    roster: Annotated[Flag, Field(description="Those with a seat instead of those entitled.")] = False,
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
    party: Code | None = None,
    framework: Code | None = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Where sources contradict each other, open conflicts first."""
    viewer = viewer_of(request)
    refuse_unknown(viewer, party=party, framework=framework)
    found = sorted(conflicts_read(viewer, party=party, framework=framework), key=CONFLICTS.key)
    return CONFLICTS.page(request, CONFLICTS.rest(found, cursor), limit=limit, show=conflict_value)


@router.get("/diff", response=answers.Diff)
def diff(
    request: HttpRequest,
    first: Day,
    second: Day,
    framework: Code | None = None,
    known: Known = None,
    published_by: PublishedBy = None,
    cursor: Cursor = None,
    limit: Limit = 100,
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
def claims(request: HttpRequest, source: Code) -> list[dict[str, Any]]:
    """What the register makes of the claims of a page: a verdict and a reason each, in the order of the page."""
    return [claim_of_page_value(one) for one in claims_read(viewer_of(request), source=source)]
