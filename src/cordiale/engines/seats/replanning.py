"""Plans again after a withdrawal, a cancellation or added seats, and changes as little as can be.

Everybody keeps what they have; what became free is shared out by the same stages among those who could not have more.
Only where an activity now falls below its minimum, and nobody can fill it up, are its lines given up, too.
Rule: design/seats.md, section 8.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cordiale.engines.seats.highs import SEED, Ending, search
from cordiale.engines.seats.instances import Contradiction, Instance, Ints
from cordiale.engines.seats.matrix import Model, model_of
from cordiale.engines.seats.official import Allocation, Official
from cordiale.engines.seats.policies import Policy
from cordiale.engines.seats.presolve import settled
from cordiale.engines.seats.room import Room

WITHDRAWN = "it was withdrawn"
CANCELLED = "the activity was cancelled"


@dataclass(frozen=True)
class Changes:
    """What happened since.

    Args:
        withdrawn: ids of lines.
        cancelled: ids of activities.
        added: id of an activity to the seats it has more.
    """

    withdrawn: Sequence[str] = ()
    cancelled: Sequence[str] = ()
    added: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Replanned:
    """The allocation after changes.

    Args:
        allocation: of the changed instance.
        lost: place of each line that has fewer seats than before, to how many fewer; those withdrawn or cancelled too.
        gained: place of each line that has more, to how many more.
        given_up: places of activities that run no more.
    """

    allocation: Allocation
    lost: Mapping[int, int]
    gained: Mapping[int, int]
    given_up: frozenset[int]


def changed(instance: Instance, changes: Changes) -> Instance:
    """The instance after changes.

    Raises:
        Contradiction: they name what there is not, or take more seats than there are.
    """
    added = changes.added or {}
    for what, ids, known in (
        ("no such line", changes.withdrawn, instance.line_at),
        ("no such activity", [*changes.cancelled, *added], instance.activity_at),
    ):
        strangers = [one for one in ids if one not in known]
        if strangers:
            raise Contradiction(what, strangers)
    gone, closed = set(changes.withdrawn), set(changes.cancelled)
    lines = [
        replace(one, refused=WITHDRAWN if one.id in gone else CANCELLED)
        if not one.refused and (one.id in gone or one.activity in closed)
        else one
        for one in instance.lines
    ]
    activities = [
        replace(one, seats=one.seats + added[one.id]) if one.id in added else one for one in instance.activities
    ]
    return Instance(instance.parties, activities, lines, title=instance.title)


def replanned(instance: Instance, policy: Policy, seats: Ints, changes: Changes, *, seed: int = SEED) -> Replanned:
    """Plan again.

    Args:
        seats: by line, as it was.

    Raises:
        Contradiction: as `changed`.
    """
    after = changed(instance, changes)
    model = model_of(settled(after, policy))
    kept = np.where(model.settled.alive, seats, 0)
    kept = _still_running(model, kept, seed)
    lower, upper = _held(model, seats, kept, {after.activity_at[one] for one in (changes.added or {})})
    allocation = Official(model, seed=seed, held=(lower, upper)).run()
    difference = allocation.seats - seats
    taken = [np.bincount(after.activity, given, len(after.activities)) for given in (seats, allocation.seats)]
    return Replanned(
        allocation,
        {line: -int(difference[line]) for line in np.flatnonzero(difference < 0).tolist()},
        {line: int(difference[line]) for line in np.flatnonzero(difference > 0).tolist()},
        frozenset(np.flatnonzero((taken[0] > 0) & (taken[1] == 0)).tolist()),
    )


def _still_running(model: Model, kept: Ints, seed: int) -> Ints:
    """What can be kept: lines of activities that fall below their minimum and cannot be filled up are given up."""
    instance = model.settled.instance
    minimum = np.array([one.minimum for one in instance.activities], np.int64)
    while True:
        taken = np.bincount(instance.activity, kept, len(instance.activities))
        short = (taken > 0) & (taken < minimum)
        if not short.any():
            return kept
        lower, upper = _floor(model, kept), model.upper
        nothing = np.zeros(model.columns, np.int64)
        if search(model, nothing, lower=lower, upper=upper, seed=seed).ending is Ending.BEST:
            return kept
        # the one that lacks most is given up first, as the others may be filled up with what it frees
        lack = np.where(short, minimum - taken, 0)
        at = int(np.argmax(lack))
        given_up = (instance.activity == at) & (kept > 0)
        bundles = {instance.lines[line].bundle for line in np.flatnonzero(given_up).tolist()} - {""}
        for line in np.flatnonzero(kept).tolist():
            if given_up[line] or instance.lines[line].bundle in bundles:
                kept[line] = 0


def _floor(model: Model, kept: Ints) -> Ints:
    """By column, what everybody keeps."""
    floor = model.columns_of(kept)
    floor[list(model.missed.values())] = 0
    return floor


def _held(model: Model, before: Ints, kept: Ints, grown: set[int]) -> tuple[Ints, Ints]:
    """Bounds of columns: nobody loses, and only those win whom something that became free could help.

    The allocation before had no seat left for anybody, so whoever shares neither an activity, nor a party's budget,
    nor a person with what was freed, has none now.
    """
    settled_, instance = model.settled, model.settled.instance
    lower, upper = _floor(model, kept), model.upper.copy()
    freed = np.flatnonzero(before > kept)
    activities = set(instance.activity[freed].tolist()) | grown
    parties = set(instance.party[freed].tolist())
    touched = np.isin(instance.activity, list(activities)) | np.isin(instance.party, list(parties))
    room = Room(settled_, kept)
    idle = {place for place, taken in enumerate(room.taken) if not taken}
    touched |= np.isin(instance.activity, list(idle & _of(instance, touched)))
    open_ = np.zeros(model.columns, np.bool_)
    open_[model.column[touched[model.lines]]] = True
    units = np.arange(model.columns) < model.units
    shut = units & ~open_
    upper[shut] = lower[shut]
    return lower, upper


def _of(instance: Instance, lines: np.typing.NDArray[np.bool_]) -> set[int]:
    return set(instance.activity[lines].tolist())
