"""Leximin on whole seats: the worst party's share as high as can be, then the next one's, and so on.

The share of a party is its seats of priority 1 by what it asked for of that. Shares are fractions of whole numbers, so
levels are counted, never measured. Everybody who can still rise is lifted to the highest level that is feasible for all
together; at the next level they are lifted one by one, the most senior first, and who cannot rise is frozen for good.
Rule: design/seats.md, section 2; trap 6.2.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

Thresholds = tuple[int, ...]
"""By party, the seats of priority 1 that it gets at least."""


class Proof(StrEnum):
    """How it is known that a party cannot rise."""

    ALL = "it has all it asked for"
    PROGRAM = "not even fractions of seats would do"
    SEARCH = "no whole seats would do"


@dataclass(frozen=True)
class Frozen:
    """A party that cannot rise.

    Args:
        party: its place.
        seats: what it has at least.
        refused: what it would have at the next level; not feasible while all others keep what they have.
        proof: how that is known.
    """

    party: int
    seats: int
    refused: int
    proof: Proof


@dataclass(frozen=True)
class Leximin:
    """What every party gets at least, and in which order they were frozen."""

    thresholds: Thresholds
    frozen: tuple[Frozen, ...]


class Oracle:
    """Says whether thresholds can be met together; asks as little as can be.

    What a solution gives meets all thresholds below it, and what is not feasible is not so for higher ones either.

    Args:
        program: whether fractions of seats would do: when it says no, that is rigorous.
        search: what every party gets in whole seats that do, None where none do; dear.
        met: what the solutions that are known give.
        most: by party, what no solution exceeds; None where that is not known.
    """

    def __init__(
        self,
        program: Callable[[Thresholds], bool],
        search: Callable[[Thresholds], Thresholds | None],
        *,
        met: Sequence[Thresholds] = (),
        most: Thresholds | None = None,
    ) -> None:
        self._program, self._search, self._most = program, search, most
        self._met: list[Thresholds] = list(met)
        self._promised: set[Thresholds] = set()
        self._refused: list[tuple[Thresholds, Proof]] = []

    def promises(self, wanted: Thresholds) -> bool:
        """Whether fractions of seats would do, and whole seats are not known to fail."""
        if self.proof(wanted) is not None:
            return False
        if wanted in self._promised or any(covers(one, wanted) for one in self._met):
            return True
        if self._program(wanted):
            self._promised.add(wanted)
            return True
        self._refused.append((wanted, Proof.PROGRAM))
        return False

    def meets(self, wanted: Thresholds) -> bool:
        """Whether whole seats do."""
        if any(covers(one, wanted) for one in self._met):
            return True
        if not self.promises(wanted):
            return False
        found = self._search(wanted)
        if found is None:
            self._refused.append((wanted, Proof.SEARCH))
            return False
        self._met.append(found)
        return True

    def proof(self, wanted: Thresholds) -> Proof | None:
        """How it is known that thresholds cannot be met; None where it is not known."""
        if self._most is not None and not covers(self._most, wanted):
            return Proof.PROGRAM
        return next((proof for one, proof in self._refused if covers(wanted, one)), None)


@dataclass(frozen=True)
class _State:
    """How far the parties are lifted.

    Args:
        now: what each gets at least.
        active: who can still rise, the most senior first.
        place: of the level that all of them have reached, among the levels.
        frozen: who cannot.
    """

    now: Thresholds
    active: tuple[int, ...]
    place: int
    frozen: tuple[Frozen, ...] = ()


def leximin(wanted: Sequence[int], order: Sequence[int], oracle: Oracle) -> Leximin:
    """Thresholds by the order in which parties are lifted.

    What fractions of seats promise is believed at first. A state that whole seats meet proves every state before it,
    as thresholds only rise; where the last is not met, the run goes back to the last one that is, and asks for whole
    seats until the next party is frozen.

    Args:
        wanted: by party, seats of priority 1 that it asks for; parties that ask for none have no share.
        order: places of parties, the most senior first.
    """
    active = tuple(party for party in order if wanted[party])
    levels = _levels({wanted[party] for party in active})
    states = [_State((0,) * len(wanted), active, 0)]
    known = 0
    while True:
        while states[-1].active:
            states.append(_lift(states[-1], wanted, levels, oracle, oracle.promises))
        if oracle.meets(states[-1].now):
            return Leximin(states[-1].now, states[-1].frozen)
        # once a promise was not kept, the next ones seldom are
        step = 1 if known else len(states) // 2
        known = _highest(known, len(states) - 1, lambda place: oracle.meets(states[place].now), step=step)
        del states[known + 1 :]
        states.append(_lift(states[-1], wanted, levels, oracle, oracle.meets))
        known += 1


def _lift(
    state: _State, wanted: Sequence[int], levels: Sequence[Fraction], oracle: Oracle, asks: Callable[[Thresholds], bool]
) -> _State:
    """Lift all who can rise to the highest level for all, then one by one to the next, and freeze who cannot.

    Args:
        asks: whether thresholds can be met.
    """

    def at(level: int) -> Thresholds:
        return _lifted(state.now, wanted, state.active, levels[level])

    high = _highest(state.place, len(levels), lambda level: oracle.promises(at(level)))
    place = high
    if not asks(at(high)):  # what fractions promise is a little more than whole seats meet
        place = _highest_near(state.place, high, lambda level: asks(at(level)))
    now, frozen, still = at(place), list(state.frozen), []
    if place + 1 == len(levels):
        frozen += [Frozen(party, now[party], now[party], Proof.ALL) for party in state.active]
        return _State(now, (), place, tuple(frozen))
    for party in state.active:
        lifted = _lifted(now, wanted, [party], levels[place + 1])
        if lifted == now or asks(lifted):
            now = lifted
            still.append(party)
        else:
            frozen.append(Frozen(party, now[party], lifted[party], oracle.proof(lifted) or Proof.SEARCH))
    return _State(now, tuple(still), place + 1, tuple(frozen))


def _levels(wanted: Collection[int]) -> list[Fraction]:
    """Every share that a party can have, rising."""
    fine = (
        2 * max(wanted, default=1) ** 2
    )  # two that differ do so by more than two parts of it, so whole parts rank them
    return sorted(
        {Fraction(seats, most) for most in wanted for seats in range(most + 1)},
        key=lambda share: share.numerator * fine // share.denominator,
    )


def covers(high: Thresholds, low: Thresholds) -> bool:
    """Whether every party has at least as much."""
    return all(one >= other for one, other in zip(high, low, strict=True))


def _lifted(now: Thresholds, wanted: Sequence[int], active: Sequence[int], level: Fraction) -> Thresholds:
    """The thresholds with these parties at a level, or where they are if that is higher."""
    found = list(now)
    for party in active:
        found[party] = max(found[party], -(-level.numerator * wanted[party] // level.denominator))
    return tuple(found)


def _highest(low: int, end: int, asks: Callable[[int], bool], *, step: int = 1) -> int:
    """The highest number below `end` that is feasible, above one that is: by steps that double, then by halving."""
    high = end
    while low + step < end:
        if not asks(low + step):
            high = low + step
            break
        low += step
        step *= 2
    return _between(low, high, asks)


def _highest_near(low: int, end: int, asks: Callable[[int], bool]) -> int:
    """The same, where it is expected close to the end."""
    step = 1
    while end - step > low:
        if asks(end - step):
            low = end - step
            break
        end -= step
        step *= 2
    return _between(low, end, asks)


def _between(low: int, high: int, asks: Callable[[int], bool]) -> int:
    """The last that is feasible, between one that is and one that is not; by halving."""
    while high - low > 1:
        middle = (low + high) // 2
        if asks(middle):
            low = middle
        else:
            high = middle
    return low
