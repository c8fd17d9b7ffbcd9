"""What it would cost: a wish, the reserves, fairness; who envies whom, and what each party gave up by sharing.

All of it is decided by the stages that decided the allocation itself: a price is the difference between two allocations
of which both are the best there is. Rule: design/seats.md, section 7, levels 2 and 3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cordiale.engines.seats.explaining import Envy, envies
from cordiale.engines.seats.highs import SEED, Ending, SolverFailed, search
from cordiale.engines.seats.instances import Ints
from cordiale.engines.seats.matrix import Model, model_of
from cordiale.engines.seats.official import Official
from cordiale.engines.seats.policies import Policy, Stage
from cordiale.engines.seats.presolve import Settled, settled


@dataclass(frozen=True)
class Measures:
    """What an allocation comes to.

    Args:
        missed: seats by which claims to a reserve are missed.
        shares: by party, seats of priority 1.
        total: seats times their worth.
    """

    missed: int
    shares: tuple[int, ...]
    total: int


@dataclass(frozen=True)
class Price:
    """What one seat (or one whole unit) more for a line would cost.

    Args:
        line: its place.
        before, after: what the allocations come to, the one at hand and the best one in which the wish is granted.
        moved: place of each line that then has more or fewer seats, to how many more; the fewest that can be.
    """

    line: int
    before: Measures
    after: Measures
    moved: dict[int, int]


@dataclass(frozen=True)
class Account:
    """What the rules of an allocation cost, together and each party.

    Args:
        total: of the allocation.
        without: stage to the best total if it were no rule; of reserves and fairness, those that are stages.
        alone: by party, the seats of priority 1 it would have if no other party stood in its way.
        envies: who lacks a seat that another holds for a line worth less.
    """

    total: int
    without: dict[Stage, int]
    alone: tuple[int, ...]
    envies: tuple[Envy, ...]


class NotForSale(ValueError):
    """No allocation grants the wish, whatever it costs."""

    code = "seats-not-for-sale"


def measures(known: Settled, seats: Ints) -> Measures:
    """What an allocation comes to.

    Args:
        seats: by line.
    """
    first = known.alive & (known.counts_as == 1)
    shares = np.bincount(known.instance.party[first], seats[first], len(known.instance.parties)).astype(int)
    by_pair = np.bincount(known.pair[known.alive], seats[known.alive], len(known.most)).astype(int)
    missed = sum(max(0, claim - int(by_pair[pair])) for pair, claim in known.claims.items())
    return Measures(missed, tuple(shares.tolist()), sum(int(one) for one in known.value * seats))


def price(known: Settled, seats: Ints, line: int, *, seed: int = SEED) -> Price:
    """What it would cost to give a line one seat more, or all of its unit, and who would pay.

    The stages of the policy are decided anew with the wish as given. Of the allocations that are then the best, the
    one is taken in which the fewest seats change hands.

    Args:
        seats: by line, as it is.
        line: the place of one that got less than it asked for.

    Raises:
        NotForSale: no allocation grants it.
    """
    name = known.instance.lines[line].id
    if not known.alive[line]:
        raise NotForSale(f"{name} cannot have a seat in any allocation.")
    model = model_of(known)
    here = model.columns_of(seats)
    at = int(model.column[np.searchsorted(model.lines, line)])
    lower, upper = np.zeros(model.columns, np.int64), model.upper.copy()
    if here[at] >= upper[at]:
        raise NotForSale(f"{name} has all that a line of its party can have there.")
    lower[at] = here[at] + 1
    if search(model, np.zeros(model.columns, np.int64), lower=lower, upper=upper, seed=seed).ending is Ending.NOTHING:
        raise NotForSale(f"{name} cannot have a seat more in any allocation.")
    seats_after = _nearest(model, here, (lower, upper), seed)
    moved = {place: int(seats_after[place] - seats[place]) for place in np.flatnonzero(seats_after != seats).tolist()}
    return Price(line, measures(known, seats), measures(known, seats_after), moved)


def _nearest(model: Model, here: Ints, held: tuple[Ints, Ints], seed: int) -> Ints:
    """By line, seats: of the best allocations within bounds of columns, the one that is least different."""
    stages = tuple(stage for stage in model.settled.policy.stages if stage is not Stage.TIE)
    run = Official(replace(model, settled=_with(model.settled, stages)), seed=seed, held=held)
    if not run.run().complete:
        raise SolverFailed("a run that nobody stopped did not come to its end")
    return model.seats_of(run.nearest(here))


def _with(known: Settled, stages: Sequence[Stage]) -> Settled:
    return replace(known, policy=replace(known.policy, stages=tuple(stages)))


def total_without(known: Settled, stage: Stage, *, seed: int = SEED) -> int:
    """The best total if a stage were no rule: what that is more than the total of the allocation is its price."""
    stages = [one for one in known.policy.stages if one not in (stage, Stage.TIE)]
    policy: Policy = replace(known.policy, stages=tuple(stages))
    progress = Official(model_of(settled(known.instance, policy)), seed=seed).run().progress
    if progress.total is None:
        raise SolverFailed("a run that nobody stopped did not come to its end")
    return progress.total


def best_alone(known: Settled, party: int, *, seed: int = SEED) -> int:
    """The seats of priority 1 that a party would have if nothing but the rules stood in its way: its own budget,
    quotas and people, the seats there are, and what an activity needs to run. Others fill up what it needs.

    Args:
        party: its place.
    """
    model, instance = model_of(known), known.instance
    mine = instance.party[model.lines] == party
    theirs = np.isin(instance.activity[model.lines], instance.activity[model.lines][mine])
    upper = model.upper.copy()
    shut = np.ones(model.units, np.bool_)
    shut[model.column[mine | theirs]] = False
    upper[: model.units][shut] = 0
    lower = np.zeros(model.columns, np.int64)
    every = list(model.missed.values())
    lower[every] = upper[every]
    first = known.alive & (known.counts_as == 1) & (instance.party == party)
    found = search(model, model.per_line(first.astype(np.int64)), lower=lower, upper=upper, seed=seed)
    if found.value is None:
        raise SolverFailed("HiGHS finds nothing where nobody need have a seat")
    return found.value


def account(
    known: Settled,
    seats: Ints,
    thresholds: tuple[int, ...] | None,
    *,
    seed: int = SEED,
    tell: Callable[[str], None] = lambda words: None,
) -> Account:
    """What the rules cost: the stages are decided anew without each of them, and for each party alone.

    Args:
        seats: by line.
        thresholds: what fairness grants every party at least; None where that was not decided.
        tell: is told what is next.
    """
    without: dict[Stage, int] = {}
    for stage in known.policy.stages:
        if stage in (Stage.RESERVES, Stage.FAIRNESS):
            tell(f"without {stage.value}")
            without[stage] = total_without(known, stage, seed=seed)
    alone = []
    for party, one in enumerate(known.instance.parties):
        tell(f"{one.id} alone")
        alone.append(best_alone(known, party, seed=seed) if known.wanted[party] else 0)
    return Account(measures(known, seats).total, without, tuple(alone), tuple(envies(known, seats, thresholds)))


def words_of(price: Price, known: Settled) -> list[str]:
    """A price in sentences: what all would pay, then which lines would."""
    instance, before, after = known.instance, price.before, price.after
    found = []
    if after.missed != before.missed:
        found.append(f"Seats by which claims to a reserve are missed: {before.missed:,} become {after.missed:,}.")
    for party, (had, has) in enumerate(zip(before.shares, after.shares, strict=True)):
        if had != has:
            asked = int(known.wanted[party])
            found.append(
                f"The share of {instance.parties[party].id} {'falls' if has < had else 'rises'} from"
                f" {_percent(had, asked)} to {_percent(has, asked)} ({had:,} to {has:,} of {asked:,} seats)."
            )
    if after.total != before.total:
        found.append(f"The total {'falls' if after.total < before.total else 'rises'} by"
                     f" {abs(after.total - before.total):,}, from {before.total:,} to {after.total:,}.")  # fmt: skip
    for verb, sign in (("lose", -1), ("gain", 1)):
        moved = [
            f"{instance.lines[line].id} of {instance.lines[line].party} {abs(seats):,}"
            for line, seats in price.moved.items()
            if seats * sign > 0 and line != price.line
        ]
        if moved:
            found.append(f"Lines that would {verb} seats: {', '.join(moved)}.")
    return found


def _percent(seats: int, asked: int) -> str:
    return f"{100 * seats / asked:.1f} %"
