"""What a change of the register would do: to standings, to compositions, and to who belongs to which audience."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from cordiale.apps.register.reads.asking import SEATS
from cordiale.apps.register.reads.groups import groups_now
from cordiale.apps.register.reads.standing import facts_of, words_of
from cordiale.domain.ledger import canonical
from cordiale.domain.participation import Answer
from cordiale.domain.period import NEVER_DAY, microseconds, midnight, written_instant
from cordiale.domain.viewer import Viewer
from cordiale.engines.audience.deciding import windows
from cordiale.engines.audience.language import Audience, Name
from cordiale.engines.standing.consequences import RightMove, StandingMove, right_moves, standing_moves
from cordiale.engines.standing.sets import Sets
from cordiale.engines.standing.snapshot import Snapshot

MOST_INSTANTS = 200
"""Instants at which audiences are compared; a change that turns more often is compared at the first of them."""


@dataclass(frozen=True)
class Weighed:
    """What is believed at one instant of a transaction, of the parties that a change is about."""

    snapshot: Snapshot
    sets: Sets
    groups: dict[str, Audience]
    parties: tuple[str, ...]


@dataclass(frozen=True)
class StandingChange:
    """A standing that would be another: from which day until which (half-open, "" for no end)."""

    party: str
    framework: str
    since: str
    until: str
    before: Answer
    after: Answer

    @property
    def seat(self) -> str:
        """What becomes of the seat: "gained", "lost", or "" when there is one before and after, or neither."""
        had, has = self.before in SEATS, self.after in SEATS
        return "" if had is has else "gained" if has else "lost"


@dataclass(frozen=True)
class AudienceChange:
    """A party that would belong to an audience, or no longer: from which day until which ("" for no end)."""

    audience: str
    party: str
    gained: bool
    since: str
    until: str


@dataclass(frozen=True)
class RightChange:
    """A right that somebody would gain or lose; see `engines.standing.consequences.RightMove`."""

    party: str
    framework: str
    kind: str
    gained: bool
    since: str
    until: str


@dataclass(frozen=True)
class Consequences:
    """All that a change would do, from the moment it was weighed on for rights, over all time for standings."""

    standings: tuple[StandingChange, ...] = ()
    audiences: tuple[AudienceChange, ...] = ()
    rights: tuple[RightChange, ...] = ()

    @property
    def gains(self) -> tuple[str, ...]:
        """Who gains what, one sentence each; empty when nobody gains anything."""
        said = {"entitled": "is entitled in", "restricted": "is suspended no more", "spoken of": "is not spoken of in"}
        return tuple(
            " ".join(filter(None, (one.party, said[one.kind], one.framework, _span(one.since, one.until))))
            for one in self.rights
            if one.gained
        ) + tuple(
            f"{one.party} belongs to {one.audience} {_span(one.since, one.until)}"
            for one in self.audiences
            if one.gained and one.audience.startswith("group ")
        )

    @property
    def empty(self) -> bool:
        """Whether nothing would change for anybody."""
        return not (self.standings or self.audiences or self.rights)

    @property
    def digest(self) -> str:
        """Names these consequences: two that are alike have the same. Days already past do not count."""
        rows = [
            *([one.party, one.framework, one.before.value, one.after.value, one.until] for one in self.standings),
            *([one.party, one.framework, one.kind, str(one.gained), one.until] for one in self.rights),
            *([one.party, one.audience, str(one.gained), one.until] for one in self.audiences),
        ]
        return hashlib.sha256(canonical(sorted(rows))).hexdigest()


def weighed(viewer: Viewer, *, parties: Collection[str] | None, number: int) -> Weighed:
    """Compile what is believed at this instant of the transaction, uncommitted changes included.

    Args:
        parties: those the change is about; None for all.
        number: of the open entry.
    """
    facts = facts_of(viewer, parties=parties, number=number)
    snapshot = Snapshot.build(facts)
    sentences = {code: group.audience for code, group in groups_now(viewer).items()}
    return Weighed(snapshot, Sets(snapshot), words_of(viewer, sentences)[1], tuple(facts.parties))


def consequences(viewer: Viewer, *, before: Weighed, after: Weighed, at: datetime) -> Consequences:
    """What happens between two states of the register.

    Args:
        at: rights and audiences are compared from this moment on; what is past gains nobody anything.
    """
    now, zone = microseconds(at), after.snapshot.zone
    parties = {*before.parties, *after.parties}
    rights = right_moves(before.snapshot, after.snapshot, parties, at=now)
    instants = sorted({now, *(one.begins for one in rights), *_turns(before, after, now)})[:MOST_INSTANTS]
    return Consequences(
        tuple(_standing(one, zone) for one in standing_moves(before.snapshot, after.snapshot, parties)),
        tuple(_audiences(before, after, instants)),
        tuple(_right(one, zone) for one in rights),
    )


def _turns(before: Weighed, after: Weighed, now: int) -> Iterable[int]:
    """When groups mean others: only where a definition changed do their own turning instants matter."""
    if before.groups == after.groups:
        return ()
    never = midnight(NEVER_DAY, after.snapshot.zone)
    return (at for compiled in after.snapshot.compiled for at in set(compiled.times) if now < at < never)


def _audiences(before: Weighed, after: Weighed, instants: list[int]) -> list[AudienceChange]:
    """Parties that enter or leave the audience of a framework or a group, with the span in which they differ."""
    zone = after.snapshot.zone
    never = midnight(NEVER_DAY, zone)
    found: list[AudienceChange] = []
    frameworks: dict[str, Audience] = {code: Name("framework", code) for code in after.snapshot.columns.frameworks.ids}
    both: list[tuple[str, dict[str, Audience], dict[str, Audience]]] = [
        ("", frameworks, frameworks),
        ("group ", before.groups, after.groups),
    ]
    for lead, old, new in both:
        for code in sorted({*old, *new}):
            was = [_meant(before, old.get(code), at) for at in instants]
            becomes = [_meant(after, new.get(code), at) for at in instants]
            for party in sorted({name for one in (*was, *becomes) for name in one}):
                states = [(party in new_, party in old_) for old_, new_ in zip(was, becomes, strict=True)]
                for place, (has, had) in enumerate(states):
                    if has is had or (place and states[place - 1] == (has, had)):
                        continue
                    ends = next((n for n in range(place + 1, len(states)) if states[n] != (has, had)), None)
                    until = never if ends is None else instants[ends]
                    since, stop = written_instant(instants[place], zone), _until(until, zone)
                    found.append(AudienceChange(f"{lead}{code}", party, has, since, stop))
    return found


def _meant(state: Weighed, audience: Audience | None, at: int) -> frozenset[str]:
    if audience is None:
        return frozenset()
    known = state.snapshot.columns.frameworks.of
    if isinstance(audience, Name) and audience.kind == "framework" and audience.id not in known:
        return frozenset()
    bits = windows(audience, sets=state.sets, groups=state.groups).at(at).bits
    return frozenset(state.sets.names(bits))


def _standing(move: StandingMove, zone: ZoneInfo) -> StandingChange:
    return StandingChange(
        move.party, move.framework, written_instant(move.begins, zone), _until(move.ends, zone), move.before, move.after
    )


def _right(move: RightMove, zone: ZoneInfo) -> RightChange:
    since, until = written_instant(move.begins, zone), _until(move.ends, zone)
    return RightChange(move.party, move.framework, move.kind, move.gained, since, until)


def _until(at: int, zone: ZoneInfo) -> str:
    return "" if at >= midnight(NEVER_DAY, zone) else written_instant(at, zone)


def _span(since: str, until: str) -> str:
    return f"from {since}" + (f" until {until}" if until else "")
