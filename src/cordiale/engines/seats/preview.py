"""An allocation at once, without proof: each party in turn takes the best it can still have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cordiale.engines.seats.instances import Ints
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
