"""Answers for all parties at once: sets of parties as bits of one integer, each with the window in which it holds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cordiale.engines.standing.columns import view
from cordiale.engines.standing.compiling import Compiled
from cordiale.engines.standing.facts import FOREVER, first_instant, never
from cordiale.engines.standing.resolving import (
    DISPUTED,
    ENTITLED,
    IN_FORCE,
    NOT,
    RESTRICTED,
    SILENT,
    SUSPENDED,
    UNCLEAR,
)
from cordiale.engines.standing.snapshot import NoSuchFramework, NoSuchParty, Snapshot

MOST_WINDOWS = 4_096
"""Windows kept for one set; when there are more, all are forgotten and found again when asked for."""

SEATED = IN_FORCE | SUSPENDED | UNCLEAR | DISPUTED
"""Answers with which a party has a seat, whatever it may do there."""

UNSEATED = NOT | SILENT
"""Answers that leave it without one, when they are possible: the more restrictive is given."""

Ints = NDArray[np.int64]


class Window(NamedTuple):
    """A set of parties and the instants for which it holds: from `begins`, until `ends`, half-open."""

    begins: int
    ends: int
    bits: int


class Windows:
    """Windows of one set, sorted and disjoint; what is asked again costs one bisection.

    Args:
        find: finds the window that holds at an instant.
        of: codes of the frameworks it follows from; None for all of them.
    """

    def __init__(self, sets: Sets, find: Callable[[int], Window], of: frozenset[int] | None) -> None:
        self._sets, self._find, self.of = sets, find, of
        self._seen = len(sets.snapshot.journal)
        self._starts: list[int] = []
        self._kept: list[Window] = []

    def at(self, at: int) -> Window:
        """The window that holds at an instant."""
        journal = self._sets.snapshot.journal
        if self._seen != len(journal):
            self._catch_up()
        place = bisect_right(self._starts, at) - 1
        if place >= 0:
            window = self._kept[place]
            if at < window.ends:  # a window that ended before says nothing of now
                return window
        return self._keep(self._find(at))

    def _keep(self, window: Window) -> Window:
        if len(self._starts) >= MOST_WINDOWS:
            self._starts.clear()
            self._kept.clear()
        place = bisect_right(self._starts, window.begins)
        self._starts.insert(place, window.begins)
        self._kept.insert(place, window)
        return window

    def _catch_up(self) -> None:
        """Drop every window that reaches to or beyond what changed; history before it stays."""
        journal = self._sets.snapshot.journal
        changed = [news.at for news in journal[self._seen :] if self.of is None or news.framework in self.of]
        self._seen = len(journal)
        if changed:
            first = min(changed)
            self._kept = [window for window in self._kept if window.ends < first]
            self._starts = [window.begins for window in self._kept]


@dataclass
class _Runs:
    """The runs of one framework as arrays, and the instants between which nothing changes."""

    starts: Ints
    times: Ints
    states: NDArray[np.uint8]
    parties: Ints
    epochs: Ints


class _Restricted:
    """When each party is restricted, over all frameworks; news of a pair goes into a short list beside the long one."""

    LONG = 1_000
    """News after which the long list is made anew."""

    def __init__(self, sets: Sets) -> None:
        snapshot = sets.snapshot
        self.seen = len(snapshot.journal)
        self.never = never(snapshot.zone)
        pairs, begins, ends = [], [], []
        local = snapshot.rules_at(None).local
        for code, compiled in enumerate(snapshot.compiled):
            if snapshot.columns.frameworks.ids[code] not in local:
                found = self._of_framework(code, compiled)
                pairs.append(found[0])
                begins.append(found[1])
                ends.append(found[2])
        empty = np.zeros(0, np.int64)
        self.pairs = np.concatenate(pairs) if pairs else empty
        self.begins = np.concatenate(begins) if begins else empty
        self.ends = np.concatenate(ends) if ends else empty
        self.parties = self.pairs & 0xFFFFFFFF
        self.epochs = np.unique(np.concatenate((self.begins, self.ends)))
        self.news: dict[tuple[int, int], list[tuple[int, int]]] = {}

    def _of_framework(self, code: int, compiled: Compiled) -> tuple[Ints, Ints, Ints]:
        """Pair (framework and party in one number), begin and end of each span, sorted by pair."""
        where = np.flatnonzero(view(compiled.states) & RESTRICTED)
        times, starts = view(compiled.times), view(compiled.starts).astype(np.int64)
        run = np.searchsorted(starts, where, side="right") - 1
        last = where + 1 == starts[run + 1]
        ends = np.where(last, self.never, times[np.minimum(where + 1, max(len(times) - 1, 0))] if len(times) else 0)
        return view(compiled.parties).astype(np.int64)[run] | code << 32, times[where].copy(), ends

    def catch_up(self, snapshot: Snapshot) -> bool:
        """Take in the news; False when there is too much of it."""
        local = snapshot.rules_at(None).local
        for change in snapshot.journal[self.seen :]:
            if snapshot.columns.frameworks.ids[change.framework] in local:
                continue
            pair = change.framework << 32 | change.party
            first, last = np.searchsorted(self.pairs, (pair, pair + 1))
            self.ends[first:last] = self.begins[first:last]
            self.news[change.framework, change.party] = [
                (begins, until)
                for begins, until, state in snapshot.compiled[change.framework].pieces(change.party, self.never)
                if state & RESTRICTED
            ]
        self.seen = len(snapshot.journal)
        return len(self.news) <= self.LONG

    def at(self, at: int) -> tuple[Ints, list[int], list[int]]:
        """Parties restricted at an instant, those of the news apart, and the instants at which news begins or ends."""
        parties = self.parties[(self.begins <= at) & (at < self.ends)]
        fresh = [party for (_, party), spans in self.news.items() if any(b <= at < e for b, e in spans)]
        edges = [edge for spans in self.news.values() for span in spans for edge in span]
        return parties, fresh, edges


class Sets:
    """Sets of parties over a snapshot, kept as long as nothing that concerns them changes.

    Bit n of a set is the party of code n. Codes are those of this process; never store them.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._runs: dict[int, tuple[int, _Runs]] = {}
        self._kept: dict[tuple[str, int], Windows] = {}
        self._restricted: Windows | None = None
        self._restricted_spans: _Restricted | None = None

    def entitled(self, framework: str) -> Windows:
        """Parties that certainly take part in a framework, in every scope.

        Raises:
            NoSuchFramework.
        """
        return self._windows("entitled", framework, self._entitled_at)

    def seated(self, framework: str) -> Windows:
        """Parties with a seat in a framework: in force, suspended, unclear or disputed.

        Raises:
            NoSuchFramework.
        """
        return self._windows("seated", framework, self._seated_at)

    def spoken_of(self, framework: str) -> Windows:
        """Parties of which any source that is believed says anything in a framework by an instant, whatever it says.

        What an exception subtracts: it can only grow with what is recorded, so an expulsion never lets anybody in.

        Raises:
            NoSuchFramework.
        """
        return self._windows("spoken of", framework, self._spoken_of_at)

    def restricted(self) -> Windows:
        """Parties that a source that counts possibly calls suspended, wherever suspension does not stay local."""
        if self._restricted is None:
            self._restricted = Windows(self, self._restricted_at, None)
        return self._restricted

    def derived(self, find: Callable[[int], Window], frameworks: frozenset[int] | None) -> Windows:
        """A set that follows from others; kept until one of the frameworks it rests on changes."""
        return Windows(self, find, frameworks)

    def framework(self, framework: str) -> int:
        """The code of a framework.

        Raises:
            NoSuchFramework.
        """
        code = self.snapshot.columns.frameworks.of.get(framework)
        if code is None:
            raise NoSuchFramework(framework)
        return code

    def party(self, party: str) -> int:
        """The set of one party.

        Raises:
            NoSuchParty.
        """
        code = self.snapshot.columns.parties.of.get(party)
        if code is None:
            raise NoSuchParty(party)
        return 1 << code

    def names(self, bits: int) -> list[str]:
        """The ids of the parties in a set, in alphabetical order."""
        ids = self.snapshot.columns.parties.ids
        found = []
        while bits:
            lowest = bits & -bits
            found.append(ids[lowest.bit_length() - 1])
            bits ^= lowest
        return sorted(found)

    @property
    def always(self) -> tuple[int, int]:
        """All the time there is."""
        return first_instant(self.snapshot.zone), never(self.snapshot.zone)

    # How they are found.

    def _windows(self, what: str, framework: str, find: Callable[[int, int], Window]) -> Windows:
        code = self.framework(framework)
        windows = self._kept.get((what, code))
        if windows is None:
            windows = self._kept[what, code] = Windows(self, lambda at: find(code, at), frozenset((code,)))
        return windows

    def _entitled_at(self, code: int, at: int) -> Window:
        return self._holding(code, at, lambda states: (states & ENTITLED) != 0)

    def _seated_at(self, code: int, at: int) -> Window:
        return self._holding(code, at, lambda states: ((states & SEATED) != 0) & ((states & UNSEATED) == 0))

    def _holding(self, code: int, at: int, test: Callable[[NDArray[np.uint8]], NDArray[np.bool_]]) -> Window:
        """Parties whose state in a framework passes a test at an instant, and how long no state there changes."""
        runs = self._of(code)
        if not len(runs.starts):
            return Window(*self.always, 0)
        reached = np.add.reduceat(runs.times <= at, runs.starts, dtype=np.int64)
        states = np.where(reached > 0, runs.states[runs.starts + reached - 1], NOT).astype(np.uint8)
        return Window(*self._epoch(runs.epochs, at), self._pack(runs.parties[test(states)]))

    def _spoken_of_at(self, code: int, at: int) -> Window:
        columns, compiled = self.snapshot.columns, self.snapshot.compiled[code]
        found: dict[int, int] = {}
        for party in compiled.parties:
            for place in self.snapshot.places(party, code):
                if columns.until[place] == FOREVER:
                    found[party] = min(found.get(party, columns.starts[place]), columns.starts[place])
        epochs = np.unique(np.fromiter(found.values(), np.int64))
        parties = np.array([party for party, starts in found.items() if starts <= at], np.int64)
        return Window(*self._epoch(epochs, at), self._pack(parties))

    def _restricted_at(self, at: int) -> Window:
        spans = self._restricted_spans
        if spans is None or not spans.catch_up(self.snapshot):
            spans = self._restricted_spans = _Restricted(self)
        parties, fresh, edges = spans.at(at)
        begins, ends = self._epoch(spans.epochs, at)
        begins = max((edge for edge in edges if begins < edge <= at), default=begins)
        ends = min((edge for edge in edges if at < edge < ends), default=ends)
        bits = self._pack(parties)
        for party in fresh:
            bits |= 1 << party
        return Window(begins, ends, bits)

    def _of(self, code: int) -> _Runs:
        journal = self.snapshot.journal
        kept = self._runs.get(code)
        if kept is not None and not any(news.framework == code for news in journal[kept[0] :]):
            return kept[1]
        compiled = self.snapshot.compiled[code]
        times = view(compiled.times).copy()
        runs = _Runs(
            view(compiled.starts)[:-1].astype(np.int64),
            times,
            view(compiled.states).astype(np.uint8),
            view(compiled.parties).astype(np.int64),
            np.unique(times),
        )
        self._runs[code] = (len(journal), runs)
        return runs

    def _epoch(self, epochs: Ints, at: int) -> tuple[int, int]:
        """The instants around `at` between which nothing changes."""
        place = int(np.searchsorted(epochs, at, side="right"))
        begins, ends = self.always
        return (
            int(epochs[place - 1]) if place else begins,
            int(epochs[place]) if place < len(epochs) else ends,
        )

    def _pack(self, parties: Ints) -> int:
        members = np.zeros(len(self.snapshot.columns.parties), np.bool_)
        members[parties] = True
        return int.from_bytes(np.packbits(members, bitorder="little").tobytes(), "little")
