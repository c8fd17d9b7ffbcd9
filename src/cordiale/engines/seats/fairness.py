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

TRUST = 2
"""How many parties may be frozen on promises alone, right after one was not kept."""

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


Test = Callable[[Thresholds], Thresholds | None]
Doubt = Callable[[Thresholds, int, Thresholds], Test | None]


class Oracle:
    """Says whether thresholds can be met together; asks as little as can be.

    What a solution gives meets all thresholds below it, and what is not feasible is not so for higher ones either.

    Args:
        program: whether fractions of seats would do: when it says no, that is rigorous.
        search: what every party gets in whole seats that do, None where none do; dear.
        met: what the solutions that are known give.
        most: by party, what no solution exceeds; None where that is not known.
        doubt: is given thresholds that fractions meet, a party, and thresholds that they do not meet. Where it finds
            that whole seats do not meet the first, it gives a test that finds that of others: thresholds below them
            that are not met either, None where it finds none.
    """

    def __init__(
        self,
        program: Callable[[Thresholds], bool],
        search: Callable[[Thresholds], Thresholds | None],
        *,
        met: Sequence[Thresholds] = (),
        most: Thresholds | None = None,
        doubt: Doubt = lambda now, party, refused: None,
    ) -> None:
        self._program, self._search, self._most, self._doubt = program, search, most, doubt
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

    def doubts(self, now: Thresholds, frozen: Frozen) -> Test | None:
        """A test by which whole seats do not meet what is promised, found by looking at one party that cannot rise.

        None where there is no doubt.

        Args:
            now: what fractions promise.
            frozen: the party.
        """
        lifted = list(now)
        lifted[frozen.party] = frozen.refused
        refused = next((one for one, _ in self._refused if covers(lifted, one)), None)
        return None if refused is None else self._doubt(now, frozen.party, refused)

    def refuse(self, thresholds: Thresholds) -> None:
        """Know from now on that whole seats do not meet thresholds."""
        self._refused.append((thresholds, Proof.SEARCH))

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

    What fractions of seats promise is believed at first: to the end, where whole seats that meet the last state prove
    every state before it, as thresholds only rise. Where a promise was not kept, the run goes back to the last state
    that is met, and doubts promises from there on. Where that was not enough, it asks for whole seats until the next
    party is frozen, and then believes few steps, then more.

    Args:
        wanted: by party, seats of priority 1 that it asks for; parties that ask for none have no share.
        order: places of parties, the most senior first.
    """
    active = tuple(party for party in order if wanted[party])
    levels = _levels({wanted[party] for party in active})
    states = [_State((0,) * len(wanted), active, 0)]
    trust, is_doubted = len(active), False
    while True:
        known = len(states) - 1
        while states[-1].active and len(states) - 1 < known + trust:
            found = _lift(states[-1], wanted, levels, oracle, oracle.promises)
            if not is_doubted or not _refuted(states, known, found, wanted, levels, oracle):
                states.append(found)
        if oracle.meets(states[-1].now):
            if not states[-1].active:
                return Leximin(states[-1].now, states[-1].frozen)
            trust *= 2
            continue
        known = _between(known, len(states) - 1, lambda place: oracle.meets(states[place].now))
        del states[known + 1 :]
        if is_doubted:
            states.append(_lift(states[-1], wanted, levels, oracle, oracle.meets))
            trust = TRUST
        is_doubted = True


def _refuted(
    states: list[_State], known: int, found: _State, wanted: Sequence[int], levels: Sequence[Fraction], oracle: Oracle
) -> bool:
    """Whether a promise is found that whole seats do not keep; then no state is left in which it was made.

    Args:
        states: one after the other; shortened.
        known: place of the last one that is met.
        found: the next one, as fractions promise it.
    """
    for frozen in found.frozen[len(states[-1].frozen) :]:
        test = oracle.doubts(found.now, frozen)
        if test is not None:
            place, reason = _first_refused(test, [*states, found], known, wanted, levels)
            oracle.refuse(reason)
            del states[place:]
            return True
    return False


def _first_refused(
    test: Test, states: Sequence[_State], known: int, wanted: Sequence[int], levels: Sequence[Fraction]
) -> tuple[int, Thresholds]:
    """Of the states, the first after one that is met which a test refuses, and the first thresholds on the way there.

    Args:
        test: refuses the last of the states.
    """
    place = _highest_near(known, len(states) - 1, lambda at: test(states[at].now) is None)
    way, steps = _way(states[place], states[place + 1], wanted, levels)
    step = _between(0, steps, lambda at: test(way(at)) is None)
    return place + 1, test(way(step + 1)) or states[place + 1].now


def _way(
    state: _State, found: _State, wanted: Sequence[int], levels: Sequence[Fraction]
) -> tuple[Callable[[int], Thresholds], int]:
    """The thresholds between two states, step by step, and how many steps there are."""
    risen = [party for party in state.active if party in found.active]
    together = found.place - 1 - state.place

    def way(step: int) -> Thresholds:
        base = _lifted(state.now, wanted, state.active, levels[state.place + min(step, together)])
        return _lifted(base, wanted, risen[: max(0, step - together)], levels[found.place])

    return way, together + len(risen)


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


def covers(high: Sequence[int], low: Sequence[int]) -> bool:
    """Whether every party has at least as much."""
    return all(one >= other for one, other in zip(high, low, strict=True))


def _lifted(now: Thresholds, wanted: Sequence[int], active: Sequence[int], level: Fraction) -> Thresholds:
    """The thresholds with these parties at a level, or where they are if that is higher."""
    found = list(now)
    for party in active:
        found[party] = max(found[party], -(-level.numerator * wanted[party] // level.denominator))
    return tuple(found)


def _highest(low: int, end: int, asks: Callable[[int], bool]) -> int:
    """The highest number below `end` that is feasible, above one that is: by steps that double, then by halving."""
    high, step = end, 1
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
