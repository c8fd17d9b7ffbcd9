"""What fractions promise never changes who is lifted how far, only how often whole seats are asked for."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from cordiale.engines.seats.fairness import Oracle, Proof, Thresholds, leximin

NUMBERS = st.integers(0, 10**9)


def possible(dice: random.Random, wanted: Sequence[int]) -> list[Thresholds]:
    """What parties can have together: seats of a few kinds, each for some of them."""
    kinds = [(dice.sample(range(len(wanted)), dice.randint(1, len(wanted))), dice.randint(1, 6)) for _ in range(4)]
    return [
        shares
        for shares in product(*(range(most + 1) for most in wanted))
        if all(sum(shares[party] for party in parties) <= seats for parties, seats in kinds)
    ]


def one_by_one(wanted: Sequence[int], order: Sequence[int], can: Sequence[Thresholds]) -> list[tuple[int, int]]:
    """The rule, step by step: every level in turn, and every party that can still rise to it."""

    def feasible(thresholds: Sequence[int]) -> bool:
        return any(all(has >= least for has, least in zip(one, thresholds, strict=True)) for one in can)

    now = [0] * len(wanted)
    active = [party for party in order if wanted[party]]
    frozen = []
    for level in sorted({Fraction(seats, most) for most in wanted if most for seats in range(1, most + 1)}):
        for party in list(active):
            lifted = [*now]
            lifted[party] = max(now[party], -(-level.numerator * wanted[party] // level.denominator))
            if feasible(lifted):
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

    most = tuple(max(one[party] for one in can) + dice.choice([0, 0, 1]) for party in range(len(wanted)))
    met = dice.choices(can, k=dice.randint(0, 2))
    told = leximin(wanted, order, Oracle(promises, search, met=met, most=dice.choice([None, most])))

    assert [(one.party, one.seats) for one in told.frozen] == one_by_one(wanted, order, can)
    assert [told.thresholds[one.party] for one in told.frozen] == [one.seats for one in told.frozen]
    assert {one.proof for one in told.frozen} <= {Proof.ALL, Proof.PROGRAM, Proof.SEARCH}
    assert len(asked) == len(set(asked))
    if not loose:
        assert len(asked) <= 1, "promises that are kept are confirmed once, at the end"
