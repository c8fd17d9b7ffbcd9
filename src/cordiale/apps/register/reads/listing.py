"""Lists of parties, frameworks and sources, on a day and for an audience."""

from __future__ import annotations

from datetime import date

from cordiale.apps.register.models import Assertion
from cordiale.apps.register.reads.asking import Knowledge, audience, composition
from cordiale.apps.register.reads.facts import Fact, facts
from cordiale.apps.register.reads.installation import installation
from cordiale.domain.period import When, day_of
from cordiale.domain.viewer import Viewer

Rows = list[tuple[str, ...]]


def parties(viewer: Viewer, *, on: date | None, expression: str | None, today: date) -> Rows:
    """Id, kind, name and ISO code of parties, by id; public.

    Args:
        on: only parties that existed on this day.
        expression: only parties that an audience means on that day, or today.
        today: the day when none is named.

    Raises:
        BadAudience, DayOutOfReach.
    """
    meant = _meant(viewer, expression, on or today)
    found = facts(viewer, table="parties", order=("id",))
    return [
        (party["id"], party["kind"], party["name"], party["iso3"])
        for party in found
        if (meant is None or party["id"] in meant)
        and (on is None or _lives(viewer, party, "valid_from", "valid_to", on))
    ]


def frameworks(viewer: Viewer, *, on: date | None, expression: str | None, today: date) -> Rows:
    """Id, kind, name and life of frameworks, by id; public.

    Args:
        on: only frameworks that existed on this day.
        expression: only frameworks in which somebody of an audience has a seat on that day, or today.
        today: the day when none is named.

    Raises:
        BadAudience, DayOutOfReach.
    """
    meant = _meant(viewer, expression, on or today)
    found = facts(viewer, table="frameworks", order=("id",))
    return [
        (one["id"], one["kind"], one["name"], str(one["established"]), str(one["dissolved"] or ""))
        for one in found
        if (on is None or _lives(viewer, one, "established", "dissolved", on))
        and (meant is None or _seats(viewer, one["id"], on or today) & meant)
    ]


def sources(viewer: Viewer, *, on: date | None, expression: str | None, today: date) -> Rows:
    """Id, precedence, publication, publisher and title of sources, by id; public.

    Args:
        on: only sources certainly published by this day.
        expression: only sources that say something of somebody whom an audience means on that day, or today.
        today: the day when none is named.

    Raises:
        BadAudience, DayOutOfReach.
    """
    meant = _meant(viewer, expression, on or today)
    speaking = None
    if meant is not None:
        rows = Assertion.objects.filter(known_to=None, party__in=meant).order_by()
        speaking = set(rows.values_list("source", flat=True).distinct())
    found = facts(viewer, table="sources", order=("id",))
    return [
        (one["id"], str(one["precedence"]), str(one["published"]), one["publisher"], one["title"])
        for one in found
        if (speaking is None or one["id"] in speaking)
        and (on is None or (one["published"].text and _by(viewer, one["published"], on)))
    ]


def _meant(viewer: Viewer, expression: str | None, on: date) -> set[str] | None:
    return None if expression is None else set(audience(viewer, expression=expression, on=on).parties)


def _seats(viewer: Viewer, framework: str, on: date) -> set[str]:
    return {seat.party for seat in composition(viewer, framework=framework, on=on, knowledge=Knowledge()).seats}


def _lives(viewer: Viewer, fact: Fact, start: str, end: str, on: date) -> bool:
    """Whether something possibly existed on a day."""
    zone = installation(viewer).zone
    begins, ends = day_of(on, zone)
    starts = not fact[start].text or fact[start].bounds(zone)[0] < ends
    return starts and (fact[end] is None or fact[end].bounds(zone)[1] > begins)


def _by(viewer: Viewer, published: When, on: date) -> bool:
    zone = installation(viewer).zone
    return published.bounds(zone)[1] <= day_of(on, zone)[0]
