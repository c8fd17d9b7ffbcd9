"""Cadence: how often a body meets or reports."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

from cordiale.domain.claims.reading import NUMBERS, days_between, first_day, last_day, stem, tokens_of, when_of
from cordiale.domain.claims.values import Claim, Judgement, Verdict, cannot_tell, judged
from cordiale.domain.claims.world import Cadence, Meeting, World
from cordiale.domain.period import When

TIMES = {"once": 1, "twice": 2, "thrice": 3}
SPANS = {"year": 365, "yearly": 365, "annual": 365, "annually": 365, "month": 30, "monthly": 30, "week": 7, "weekly": 7}
"""Days in a span, for comparing rates only."""

IRREGULAR = ("irregular", "irregularly", "occasional", "occasionally", "sporadic")
LOOK_BACK = 5
"""Years over which meetings are looked at to see whether they are regular."""

_TIMES = re.compile(r"\b(\d+|[a-z]+) times\b")


def judge(claim: Claim, world: World) -> Judgement:
    """A rate is compared with the rates the register holds; "irregular" with the meetings it holds."""
    if claim.predicate not in ("meets", "reports") or claim.subject not in world.frameworks:
        return cannot_tell("The register does not hold who reports to whom, only how often a body meets or reports.")
    said = tokens_of(claim.object)
    if set(said) & set(IRREGULAR):
        return _irregular(claim, world, set(map(stem, said)))
    rate = rate_of(claim.object)
    if rate is None:
        return cannot_tell(f'"{claim.object}" gives no rate.')
    rows = _fitting(world, claim, set(map(stem, said)))
    if not rows:
        return cannot_tell(f"The register holds no cadence of {world.name(claim.subject)}.")
    same = [row for row in rows if abs(_per_year(row) - rate) < 0.5]
    if same:
        return judged(
            claim,
            Verdict.AGREE,
            f"The register holds for {world.name(claim.subject)}: {same[0].text}.",
            [row.used() for row in same],
        )
    texts = "; ".join(row.text for row in rows)
    return judged(claim, Verdict.DISAGREE, f"The register holds other rates: {texts}.", [row.used() for row in rows])


def rate_of(text: str) -> float | None:
    """Times a year: "at least twice a year" is 2, "monthly" is about 12; None when a text gives no rate."""
    said = tokens_of(text)
    days = next((SPANS[token] for token in said if token in SPANS), None)
    if days is None:
        return None
    times = next((TIMES[token] for token in said if token in TIMES), None)
    found = _TIMES.search(text.casefold())
    if times is None and found is not None:
        word = found[1]
        times = int(word) if word.isdigit() else NUMBERS.index(word) if word in NUMBERS else None
    return (times or 1) * 365 / days


def _per_year(row: Cadence) -> float:
    number, _, span = row.per.rpartition(" ")
    return row.times * 365 / (SPANS[span.rstrip("s")] * int(number or 1))


def _fitting(world: World, claim: Claim, said: set[str]) -> list[Cadence]:
    """Cadences of the framework in the period, at the level the claim names if it names one."""
    rows = [row for row in world.cadences if row.framework == claim.subject]
    rows = [row for row in rows if (row.level == "report") == (claim.predicate == "reports")]
    named = [row for row in rows if stem(row.level) in said]
    when = when_of(claim.date_or_period)
    return [row for row in named or rows if not when.text or _during(row, when)]


def _during(row: Cadence, when: When) -> bool:
    begins = not row.valid_from.text or first_day(row.valid_from) <= last_day(when)
    return begins and (row.valid_to is None or last_day(row.valid_to) > first_day(when))


def _irregular(claim: Claim, world: World, said: set[str]) -> Judgement:
    """Meetings in the years before the end of the period: irregular when their distances differ widely."""
    when = when_of(claim.date_or_period)
    first, last = days_between(when, world.coverage_to)
    rows = [row for row in world.meetings if row.body == claim.subject]
    rows = [row for row in rows if stem(row.level) in said] or rows
    since = date(max(last.year - LOOK_BACK, 1), 1, 1)
    recent = sorted((row for row in rows if since <= first_day(row.date) <= last), key=lambda row: first_day(row.date))
    if len(recent) < 2:
        return cannot_tell(f"The register holds too few meetings of {world.name(claim.subject)} before {last}.")
    facts = [row.used() for row in recent]
    gaps = [(first_day(b.date) - first_day(a.date)).days for a, b in pairwise(recent)]
    summary = f"The register holds {len(recent)} such meetings from {recent[0].date} to {recent[-1].date}"
    if max(gaps) < 2 * min(gaps):
        return judged(claim, Verdict.DISAGREE, f"{summary}, at about the same distance.", facts)
    if when.text and not _met(recent, first, last):
        reason = f"{summary}, at uneven distances, but none in {when}, the time the claim speaks of."
        return judged(claim, Verdict.PARTLY, reason, facts)
    return judged(claim, Verdict.AGREE, f"{summary}, at uneven distances.", facts)


def _met(rows: list[Meeting], first: date, last: date) -> bool:
    return any(first <= last_day(row.date) and first_day(row.date) <= last for row in rows)
