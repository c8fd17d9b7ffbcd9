"""What fractions promise never changes who is lifted how far, only how often whole seats are asked for."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from cordiale.engines.seats.fairness import Oracle, Proof, Test, Thresholds, leximin

NUMBERS = st.integers(0, 10**9)


def possible(dice: random.Random, wanted: Sequence[int]) -> list[Thresholds]:
    """What parties can have together: seats of a few kinds, each for some of them."""
    kinds = [(dice.sample(range(len(wanted)), dice.randint(1, len(wanted))), dice.randint(1, 6)) for _ in range(4)]
    return [
        shares
        for shares in product(*(range(most + 1) for most in wanted))
        if all(sum(shares[party] for party in parties) <= seats for parties, seats in kinds)
    ]


def is_met(thresholds: Sequence[int], can: Sequence[Thresholds]) -> bool:
    """Whether everybody can have that together."""
    return any(all(has >= least for has, least in zip(one, thresholds, strict=True)) for one in can)


def never(now: Thresholds, party: int, refused: Thresholds) -> Test | None:
    """Doubts nothing."""
    return None


def one_by_one(wanted: Sequence[int], order: Sequence[int], can: Sequence[Thresholds]) -> list[tuple[int, int]]:
    """The rule, step by step: every level in turn, and every party that can still rise to it."""

    now = [0] * len(wanted)
    active = [party for party in order if wanted[party]]
    frozen = []
    for level in sorted({Fraction(seats, most) for most in wanted if most for seats in range(1, most + 1)}):
        for party in list(active):
            lifted = [*now]
            lifted[party] = max(now[party], -(-level.numerator * wanted[party] // level.denominator))
            if is_met(lifted, can):
                now = lifted
            else:
                active.remove(party)
                frozen.append((party, now[party]))
    return frozen + [(party, now[party]) for party in active]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(number=NUMBERS)
def test_too_much_promised_changes_nothing(number):
    dice = random.Random(number)
    wanted = [dice.randint(0, 4) for _ in range(dice.randint(1, 4))]
    order = dice.sample(range(len(wanted)), len(wanted))
    can = possible(dice, wanted)
    loose = dice.choice([0, 1, 2, 20])
    asked: list[Thresholds] = []

    def promises(thresholds: Thresholds) -> bool:
        """Never no where whole seats do; and yes for a few seats more."""
        return any(sum(max(0, least - has) for has, least in zip(one, thresholds, strict=True)) <= loose for one in can)

    def search(thresholds: Thresholds) -> Thresholds | None:
        asked.append(thresholds)
        found = [one for one in can if all(has >= least for has, least in zip(one, thresholds, strict=True))]
        return dice.choice(found) if found else None

    def doubt(now: Thresholds, party: int, refused: Thresholds) -> Test | None:
        """Looks at a few parties only, so that it does not find everything."""
        assert not is_met(refused, can)
        assert now[party] < refused[party] or not is_met(now, can)
        parties = {party, *dice.sample(range(len(wanted)), dice.randint(0, len(wanted)))}

        def test(thresholds: Thresholds) -> Thresholds | None:
            reason = tuple(least if one in parties else 0 for one, least in enumerate(thresholds))
            return None if is_met(reason, can) else reason

        return test if test(now) is not None else None

    most = tuple(max(one[party] for one in can) + dice.choice([0, 0, 1]) for party in range(len(wanted)))
    met = dice.choices(can, k=dice.randint(0, 2))
    doubts = doubt if dice.random() < 0.7 else never
    told = leximin(wanted, order, Oracle(promises, search, met=met, most=dice.choice([None, most]), doubt=doubts))

    assert [(one.party, one.seats) for one in told.frozen] == one_by_one(wanted, order, can)
    assert [told.thresholds[one.party] for one in told.frozen] == [one.seats for one in told.frozen]
    assert {one.proof for one in told.frozen} <= {Proof.ALL, Proof.PROGRAM, Proof.SEARCH}
    assert len(asked) == len(set(asked))
    if not loose:
        assert len(asked) <= 1, "promises that are kept are confirmed once, at the end"


def test_doubts_spare_searches():
    """Two parties that share ten seats, of which fractions promise eleven: doubting finds out without a search."""
    can = [(first, 10 - first) for first in range(11)]
    searches: list[Thresholds] = []

    def search(thresholds: Thresholds) -> Thresholds | None:
        searches.append(thresholds)
        return next((one for one in can if is_met(thresholds, [one])), None)

    def doubt(now: Thresholds, party: int, refused: Thresholds) -> Test | None:
        def test(thresholds: Thresholds) -> Thresholds | None:
            return None if is_met(thresholds, can) else thresholds

        return test if test(now) is not None else None

    wanted, order = [9, 8], [0, 1]
    counts = []
    for doubts in (never, doubt):
        searches.clear()
        told = leximin(wanted, order, Oracle(lambda thresholds: sum(thresholds) <= 11, search, doubt=doubts))
        assert [(one.party, one.seats) for one in told.frozen] == one_by_one(wanted, order, can)
        counts.append(len(searches))
    assert counts[1] < counts[0]
