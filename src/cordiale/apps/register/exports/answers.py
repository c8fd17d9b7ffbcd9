"""Answers as JSON holds them: the command line and the API give the same shapes, docs/reference/standing-json.md."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from cordiale.apps.register.reads.asking import AssertionRead, AudienceRead, Composition, Moved, StandingRead
from cordiale.apps.register.reads.assertions import Asserted
from cordiale.apps.register.reads.claims import ClaimRead
from cordiale.apps.register.reads.conflicts import Conflict
from cordiale.apps.register.reads.facts import Fact
from cordiale.domain.period import When

CLAIM_COLUMNS = ("locator", "kind", "subject", "predicate", "object", "date_or_period", "verdict", "reason")
"""What a claim of a page and its verdict are made of, but for the facts."""


def standing_value(found: StandingRead, *, why: bool) -> dict[str, Any]:
    """How a party stands; with `why` every claim and what became of it."""
    value: dict[str, Any] = {
        "party": found.party,
        "framework": found.framework,
        "on": found.on.isoformat(),
        "known": found.known,
        "answer": found.answer.value,
        "status": found.status or None,
        "scope": found.scope.value,
        "certainty": "certain" if found.certain else "possible",
        "since": found.since or None,
        "until": found.until or None,
        "source": found.source or None,
        "next_change": found.next_change or None,
        "lost": [_claim_value(claim) for claim in found.lost],
    }
    if found.scopes:
        value["scopes"] = {scope.value: answer.value for scope, answer in found.scopes.items()}
    if why:
        value["claims"] = [_claim_value(claim) for claim in found.claims]
        value["entitled"], value["roster_complete"] = found.entitled, found.complete
    return value


def _claim_value(claim: AssertionRead) -> dict[str, Any]:
    return {
        "assertion": claim.assertion,
        "source": claim.source,
        "precedence": claim.precedence,
        "status": claim.status,
        "scope": claim.scope.value,
        "valid_from": claim.valid_from or None,
        "valid_to": claim.valid_to or None,
        "says": claim.says.value if claim.says else None,
        "outcome": claim.outcome.value,
        "locator": claim.locator or None,
        "note": claim.note or None,
    }


def composition_value(found: Composition) -> dict[str, Any]:
    """Who has a seat."""
    return {
        "framework": found.framework,
        "on": found.on.isoformat(),
        "known": found.known,
        "seats": [{"party": seat.party, "answer": seat.answer.value} for seat in found.seats],
        "count": len(found.seats),
        "by_answer": found.by_answer,
    }


def audience_value(found: AudienceRead) -> dict[str, Any]:
    """Whom a sentence means."""
    return {
        "expression": found.expression,
        "on": found.on.isoformat(),
        "known": found.known,
        "parties": list(found.parties),
        "count": len(found.parties),
    }


def conflict_value(one: Conflict) -> dict[str, Any]:
    """A contradiction and its two sides."""
    sides = [
        {
            "assertion": side.assertion,
            "source": side.source,
            "precedence": side.precedence,
            "status": side.status,
            "says": side.says.value,
        }
        for side in (one.one, one.other)
    ]
    return {
        "party": one.party,
        "framework": one.framework,
        "scope": one.scope.value,
        "from": one.since,
        "until": one.until or None,
        "state": "decided" if one.decided else "open",
        "counts" if one.decided else "one": sides[0],
        "lost" if one.decided else "other": sides[1],
    }


def moved_value(one: Moved) -> dict[str, Any]:
    """A standing that differs between two days."""
    return {
        "framework": one.framework,
        "party": one.party,
        "before": one.before.value,
        "after": one.after.value,
    }


def claim_of_page_value(one: ClaimRead) -> dict[str, Any]:
    """A claim of a page, the verdict on it, and the rows used."""
    said = {column: str(getattr(one, column)) for column in CLAIM_COLUMNS}
    facts = [{"table": fact.table, "row": fact.row, "source": fact.source, "says": fact.says} for fact in one.facts]
    return {**said, "facts": facts}


def assertion_value(found: Asserted) -> dict[str, Any]:
    """One assertion; null where nothing is said."""
    return {name: None if value == "" else value for name, value in asdict(found).items()}


def fact_value(fact: Fact, *, known: bool = False) -> dict[str, Any]:
    """A row of a table by its columns, dates as written, null where nothing is said; with `known`, its entry too."""
    value = {column.name: _plain(fact[column.name]) for column in fact.table.columns}
    return {**value, "known_from": fact.known_from} if known else value


def _plain(value: Any) -> Any:
    if isinstance(value, When):
        value = str(value)
    if isinstance(value, tuple):
        return list(value)
    return None if value == "" else value
