"""Contributions: who took part in which operation."""

from __future__ import annotations

from cordiale.domain.claims.naming import own_words
from cordiale.domain.claims.reading import first_day, last_day, stem, tokens_of, when_of, words_of
from cordiale.domain.claims.values import Claim, Judgement, Verdict, cannot_tell, judged
from cordiale.domain.claims.world import Contribution, Operation, World
from cordiale.domain.period import When

COMMON = frozenset(
    stem(word)
    for word in ("operation", "mission", "force", "peace", "support", "military", "otherwise", "keeping", "led", "all")
)
"""Words that every operation's name may hold, so that they name none."""

EVERY = ("all", "every", "each")


def judge(claim: Claim, world: World) -> Judgement:
    """A contribution of the party, or of anybody in the framework, to the operations that are meant, in the period."""
    when = when_of(claim.date_or_period)
    operations = [row for row in _meant(claim, world) if _ran(row, when)]
    if not operations:
        return cannot_tell(f'No operation of the register answers to "{claim.object}".')
    parties = _who(claim, world)
    ids = {row.id for row in operations}
    given = [row for row in world.contributions if row.party in parties and row.operation in ids and _given(row, when)]
    name, names = world.name(claim.subject), {row.id: row.name for row in operations}
    if not given:
        return _nothing(claim, world, operations)
    joined = dict.fromkeys(row.operation for row in given)
    facts = [row.used() for row in given]
    listed = ", ".join(names[operation] for operation in joined)
    if any(token in EVERY for token in tokens_of(claim.object)) and len(joined) < len(ids):
        missing = ", ".join(names[code] for code in names if code not in joined)
        reason = f"The register holds contributions of {name} to {listed}, but none to {missing}."
        return judged(claim, Verdict.PARTLY, reason, facts)
    return judged(claim, Verdict.AGREE, f"The register holds contributions of {name} to {listed}.", facts)


def _who(claim: Claim, world: World) -> set[str]:
    if claim.subject in world.frameworks and claim.subject not in world.parties:
        return {row.party for row in world.assertions if row.framework == claim.subject}
    return {claim.subject}


def _meant(claim: Claim, world: World) -> list[Operation]:
    """Operations whose name, or a note on a contribution to them, has the words that name one; else all of the host."""
    special = words_of(claim.object) - COMMON - own_words(world) - {stem(claim.subject)}
    if not special:
        return [row for row in world.operations if row.led_by == world.host]
    notes: dict[str, set[str]] = {}
    for given in world.contributions:
        notes.setdefault(given.operation, set()).update(words_of(given.note))
    return [row for row in world.operations if special <= words_of(f"{row.name} {row.id}") | notes.get(row.id, set())]


def _ran(row: Operation, when: When) -> bool:
    if not when.text:
        return True
    begun = not row.start.text or first_day(row.start) <= last_day(when)
    return begun and (row.end is None or last_day(row.end) >= first_day(when))


def _given(row: Contribution, when: When) -> bool:
    if not when.text:
        return True
    begun = not row.start.text or first_day(row.start) <= last_day(when)
    return begun and (row.end is None or last_day(row.end) >= first_day(when))


def _nothing(claim: Claim, world: World, operations: list[Operation]) -> Judgement:
    """No contribution held says little: lists of contributions are seldom complete."""
    names = ", ".join(row.name for row in operations)
    return cannot_tell(
        f"The register holds no contribution of {world.name(claim.subject)} to {names}; it need not know all."
    )
