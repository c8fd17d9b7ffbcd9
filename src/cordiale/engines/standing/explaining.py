"""Why a party stands as it does: which claims won, which lost, since when, until when, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cordiale.domain.participation import Answer, Scope
from cordiale.engines.standing.facts import SCOPES, Assertion, Life, first_instant, never
from cordiale.engines.standing.resolving import (
    BITS,
    NOT,
    POSSIBLE,
    SEVERITY,
    SILENT,
    Said,
    Voices,
    clipped,
    decided,
    severity,
    tightened,
)
from cordiale.engines.standing.snapshot import ANSWERS, NOW, Asked, Snapshot, Standing


class Outcome(StrEnum):
    """What became of a claim on the day asked about."""

    WON = "won"
    AGREES = "agrees"
    DISPUTES = "disputes"
    LOST = "lost"
    SILENT = "silent"


@dataclass(frozen=True)
class Claim:
    """One assertion and what it says on the day.

    Args:
        assertion: the assertion.
        precedence: of its source.
        says: its answer for the day; None when it says nothing of it.
        certain: whether its dates leave no doubt that it speaks of the day.
        outcome: what became of it.
    """

    assertion: Assertion
    precedence: int
    says: Answer | None
    certain: bool
    outcome: Outcome


@dataclass(frozen=True)
class Explanation:
    """Why a party stands as it does.

    Args:
        standing: the answer.
        scope: the scope that decided it.
        scopes: what each scope with statements of its own answers.
        since: instant from which this answer holds without a break; None when it always did.
        until: instant at which another answer follows; None when none is known.
        next_change: instant of the next change of any kind, of certainty too; None when none is known.
        claims: every assertion on the pair, those that count first.
        complete: whether the roster is held complete then, so that to be absent means not.
    """

    standing: Standing
    scope: Scope
    scopes: dict[Scope, Answer]
    since: int | None
    until: int | None
    next_change: int | None
    claims: tuple[Claim, ...]
    complete: bool

    @property
    def winner(self) -> Claim | None:
        """The claim that decided, by saying the answer that is given; None when the answer follows from silence.

        One of the scope that decided comes first; on a disputed day it is the first of those that dispute it.
        """
        disputing = [claim for claim in self.claims if claim.outcome is Outcome.DISPUTES]
        won = [c for c in self.claims if c.outcome is Outcome.WON and c.says is self.standing.answer]
        deciding = [claim for claim in won if claim.assertion.scope is self.scope]
        return next(iter([*disputing, *deciding, *won]), None)

    @property
    def lost(self) -> tuple[Claim, ...]:
        """The claims that say something else and do not count."""
        return tuple(claim for claim in self.claims if claim.outcome is Outcome.LOST)


def explain(snapshot: Snapshot, party: str, framework: str, day: tuple[int, int], asked: Asked = NOW) -> Explanation:
    """Why a party stands as it does on a day.

    Args:
        snapshot: the register.
        party, framework: ids.
        day: the instants at which the day begins and ends.
        asked: under which knowledge.

    Raises:
        NoSuchFramework, NoSuchParty.
    """
    standing = snapshot.standing_on(party, framework, day, asked)
    heard, life = snapshot.voices(party, framework, asked)
    times = [day[0], *snapshot.changes(party, framework, day[0], day[1], asked)]
    at = next(at for at in times if snapshot.standing(party, framework, at, asked).answer is standing.answer)
    scope, answers = _scopes(heard, life, snapshot, framework, at, asked)
    since, until, following = _span(snapshot, party, framework, at, day[1], standing, asked)
    claims = _claims(snapshot, party, framework, at, asked, heard, life, standing)
    complete = snapshot.complete(framework, at, asked)
    return Explanation(standing, scope, answers, since, until, following, claims, complete)


def _scopes(
    heard: Voices, life: Life, snapshot: Snapshot, framework: str, at: int, asked: Asked
) -> tuple[Scope, dict[Scope, Answer]]:
    """Which scope decided, and what each scope with statements of its own answers."""
    if not life.begins <= at < life.ends:
        return Scope.ALL, {}
    overall = decided(heard.general, at)
    found: dict[Scope, int] = {}
    for scope, level in zip(SCOPES[1:], (heard.practical, heard.political), strict=True):
        bits = decided(level, at)
        if bits != SILENT:
            found[scope] = bits & ~SILENT | (overall if bits & SILENT else 0)
    absent = Answer.NOT if snapshot.complete(framework, at, asked) else Answer.NOT_KNOWN
    answers = {scope: _answer(bits, absent) for scope, bits in found.items()}
    if overall != SILENT or not found:
        return Scope.ALL, answers
    return max(found, key=lambda scope: severity(found[scope])), answers


def _answer(bits: int, absent: Answer) -> Answer:
    worst = SEVERITY[severity(bits & POSSIBLE)]
    return absent if worst == SILENT else ANSWERS[worst]


def _span(
    snapshot: Snapshot, party: str, framework: str, at: int, day_ends: int, standing: Standing, asked: Asked
) -> tuple[int | None, int | None, int | None]:
    """Since when and until when the answer of an instant holds, and when, after the day, anything changes."""
    times = snapshot.changes(party, framework, -(2**62), never(snapshot.zone), asked)
    since = until = following = None
    for time in reversed([time for time in times if time <= at]):
        if snapshot.standing(party, framework, time, asked).answer is not standing.answer:
            break
        since = time
    else:
        before = snapshot.standing(party, framework, min(times, default=at) - 1, asked)
        since = None if before.answer is standing.answer else since
    if since is not None and since <= first_instant(snapshot.zone):
        since = None
    for time in (time for time in times if time > at):
        after = snapshot.standing(party, framework, time, asked)
        if until is None and after.answer is not standing.answer:
            until = time
        if following is None and time >= day_ends and after[:2] != standing[:2]:
            following = time
        if until is not None and following is not None:
            break
    return since, until, following


def _claims(
    snapshot: Snapshot,
    party: str,
    framework: str,
    at: int,
    asked: Asked,
    heard: Voices,
    life: Life,
    standing: Standing,
) -> tuple[Claim, ...]:
    """Every assertion on the pair with what became of it."""
    deciding = {scope: _deciding_precedence(level, at) for scope, level in heard.levels.items()}
    rows = snapshot.rows(party, framework, asked)
    covering = {row.source for row in rows if _covers(row, life, snapshot, asked, at)[0]}
    claims = []
    for row in rows:
        precedence = snapshot.weight(row.source, asked.number).precedence
        covers, certain = _covers(row, life, snapshot, asked, at)
        bit = snapshot.bit(row.framework, row.status, asked.number)
        said: int | None = bit if covers else None
        if not covers and row.entry and at < row.starts_latest and row.source not in covering:
            said, certain = NOT, at < row.starts
        says = None if said is None else ANSWERS[said]
        outcome = _outcome(says, precedence, deciding[row.scope], standing, row.scope, heard, at)
        claims.append(Claim(row, precedence, says, certain, outcome))
    order = list(Outcome)
    claims.sort(key=lambda claim: (order.index(claim.outcome), -claim.precedence, claim.assertion.id))
    return tuple(claims)


def _covers(row: Assertion, life: Life, snapshot: Snapshot, asked: Asked, at: int) -> tuple[bool, bool]:
    """Whether a row may speak of an instant, and whether it certainly does."""
    bit = snapshot.bit(row.framework, row.status, asked.number)
    said = Said(row.starts, row.starts_latest, row.ends, row.ends_latest, bit, row.entry)
    found = clipped(tightened([said]), life)
    if not found:
        return False, False
    return found[0].starts <= at < found[0].ends_latest, found[0].starts_latest <= at < found[0].ends


def _deciding_precedence(level: list[tuple[int, list]], at: int) -> int | None:  # type: ignore[type-arg]  # voices
    """The precedence at which a scope was decided; None when nobody certainly spoke."""
    for precedence, _ in level:
        bits = decided([voice for voice in level if voice[0] == precedence], at)
        if not bits & SILENT:
            return precedence
    return None


def _outcome(
    says: Answer | None,
    precedence: int,
    deciding: int | None,
    standing: Standing,
    scope: Scope,
    heard: Voices,
    at: int,
) -> Outcome:
    if says is None:
        return Outcome.SILENT
    bits = decided(heard.levels[scope], at)
    counts = deciding is None or precedence >= deciding
    if bits & POSSIBLE == SEVERITY[2] and precedence == deciding:
        return Outcome.DISPUTES
    if BITS[says] & bits:
        return Outcome.WON if counts else Outcome.AGREES
    return Outcome.LOST
