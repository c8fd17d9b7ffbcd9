"""An allocation at once, without proof: each party in turn takes the best it can still have.

And a better one from the solution of a linear program: its whole part, then what still fits, the dearest first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cordiale.engines.seats.instances import Ints
from cordiale.engines.seats.matrix import Floats, Model
from cordiale.engines.seats.presolve import Settled
from cordiale.engines.seats.room import Room, Unit, units_of


def preview(settled: Settled) -> Ints:
    """By line, seats: parties take turns in their order of seniority, each its best unit.

    What then has fewer seats than its minimum is cancelled, and all is dealt anew, until everything runs.
    """
    instance, units = settled.instance, units_of(settled)
    of: dict[int, list[int]] = {}
    for place, unit in enumerate(units):
        of.setdefault(int(instance.party[unit.lines[0]]), []).append(place)
    worth = [_worth(settled, unit) for unit in units]
    for places in of.values():
        places.sort(key=lambda place: (*worth[place], place))
    minimum = [one.minimum for one in instance.activities]
    closed: set[int] = set()
    while True:
        room = Room(settled)
        _turns(settled, units, of, room, closed)
        few = {at for at, taken in enumerate(room.taken) if 0 < taken < minimum[at]}
        if not few:
            return np.array(room.given, np.int64)
        closed |= few


def _worth(settled: Settled, unit: Unit) -> tuple[int, float]:
    """Priority first, then points for a seat, the most first."""
    priority = min(int(settled.counts_as[line]) for line in unit.lines)
    seats = sum(unit.times)
    points = sum(int(settled.value[line]) * times for line, times in zip(unit.lines, unit.times, strict=True))
    return priority, -points / seats


def _turns(settled: Settled, units: Sequence[Unit], of: dict[int, list[int]], room: Room, closed: set[int]) -> None:
    activity = settled.instance.activity.tolist()
    queues = {
        party: iter([units[at] for at in of[party] if not any(activity[line] in closed for line in units[at].lines)])
        for party in settled.order
        if party in of
    }
    now: dict[int, Unit] = {}
    while queues:
        for party in [one for one in settled.order if one in queues]:
            unit = now.get(party)
            while unit is None or not room.times(unit):
                unit = next(queues[party], None)
                if unit is None:
                    del queues[party]
                    break
            else:
                room.take(unit)
                now[party] = unit


def rounded(model: Model, columns: Floats) -> Ints:
    """By line, seats: the whole part of a solution of the linear program, made to run, then filled up.

    Args:
        columns: any solution of the linear program.
    """
    settled = model.settled
    instance, units = settled.instance, units_of(settled)
    whole = np.floor(columns[: model.units] + 1e-6).astype(np.int64)
    room = Room(settled)
    activity = instance.activity.tolist()
    for at in np.flatnonzero(whole).tolist():
        times = min(int(whole[at]), room.times(units[at]))
        if times:
            room.take(units[at], times)
    value = model.total()[: model.units]
    seats = np.array([sum(unit.times) for unit in units], np.int64)
    order = np.lexsort((np.arange(len(units)), -(value / np.maximum(seats, 1)), -(columns[: model.units] - whole)))
    minimum = [one.minimum for one in instance.activities]
    of: dict[int, list[int]] = {}
    for at in order.tolist():
        for line in units[at].lines:
            of.setdefault(activity[line], []).append(at)
    closed = {at for at in range(len(minimum)) if minimum[at] > 1 and not room.taken[at]}
    for at in range(len(minimum)):
        if 0 < room.taken[at] < minimum[at]:
            _fill(room, units, of.get(at, []), closed, activity)
            if room.taken[at] < minimum[at]:
                closed.add(at)
                _empty(room, units, of.get(at, []))
    _fill(room, units, order.tolist(), closed, activity)
    while few := [at for at in range(len(minimum)) if 0 < room.taken[at] < minimum[at]]:
        # a bundle that was given up took another activity below its minimum
        for at in few:
            closed.add(at)
            _empty(room, units, of.get(at, []))
        _fill(room, units, order.tolist(), closed, activity)
    return np.array(room.given, np.int64)


def _fill(room: Room, units: Sequence[Unit], order: Sequence[int], closed: set[int], activity: list[int]) -> None:
    for at in order:
        unit = units[at]
        if any(activity[line] in closed for line in unit.lines):
            continue
        times = room.times(unit)
        if times:
            room.take(unit, times)


def _empty(room: Room, units: Sequence[Unit], of: Sequence[int]) -> None:
    """Give back every unit that has a seat in an activity."""
    for at in of:
        for line in units[at].lines:
            if room.given[line]:
                room.give_back(line)
