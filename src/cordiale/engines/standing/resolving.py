"""Decides how one party stands in one framework at one instant: the rules, and nothing else.

What cannot be known is kept as the set of answers that are possible, one bit each; a decision narrows it at the end.
Rule: DESIGN.md, "Answers"; decisions 0009 (scopes) and 0010 (possible answers).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from itertools import combinations, product
from operator import and_, or_
from typing import NamedTuple

from cordiale.domain.participation import Answer, Scope
from cordiale.engines.standing.facts import SCOPES, Assertion, Life

IN_FORCE, SUSPENDED, UNCLEAR, NOT, SILENT, DISPUTED = (1 << bit for bit in range(6))
ENTITLED = 1 << 6
"""Set when the party certainly takes part in every scope: the only ground for any right."""
RESTRICTED = 1 << 7
"""Set when a source that counts possibly says suspended, in any scope: deny wins."""
POSSIBLE = (1 << 6) - 1
"""The bits that are answers."""

BITS: dict[Answer, int] = {
    Answer.IN_FORCE: IN_FORCE,
    Answer.SUSPENDED: SUSPENDED,
    Answer.UNCLEAR: UNCLEAR,
    Answer.NOT: NOT,
    Answer.NOT_KNOWN: SILENT,
}
"""Answer of a status to its bit; what means nothing says nothing."""

SEVERITY = (IN_FORCE, UNCLEAR, DISPUTED, SUSPENDED, SILENT, NOT)
"""From the mildest to the most restrictive; of several possible answers the most restrictive is given."""


class Said(NamedTuple):
    """A row as the rules need it, clipped to the life of its framework; `written` are its bounds before that."""

    starts: int
    starts_latest: int
    ends: int
    ends_latest: int
    bit: int
    entry: bool
    written: tuple[int, int, int, int] | None = None


Voice = tuple[int, list[Said]]
"""The precedence of a source, and its rows."""


class Voices(NamedTuple):
    """Who says what of a pair: sources with rows of scope all, and those with rows of one scope; weightiest first.

    Args:
        spared: scopes that bear on no right.
    """

    general: list[Voice]
    practical: list[Voice]
    political: list[Voice]
    spared: frozenset[Scope] = frozenset()

    @property
    def levels(self) -> dict[Scope, list[Voice]]:
        """The voices of each scope."""
        return dict(zip(SCOPES, self[:3], strict=True))

    @property
    def counted(self) -> Iterable[list[Voice]]:
        """The voices of each scope that bears on rights."""
        return [level for scope, level in self.levels.items() if scope not in self.spared] if self.spared else self[:3]


def voices(
    rows: Iterable[Assertion],
    *,
    life: Life,
    weigh: Callable[[str], int],
    bit: Callable[[str], int],
    spared: frozenset[Scope] = frozenset(),
) -> Voices:
    """Sort the rows of a pair by scope and source.

    Args:
        rows: assertions on one party in one framework, those to be believed.
        life: of the framework; what lies outside is cut off, as a date to the day may refine a life known to the month.
        weigh: precedence of a source.
        bit: what a status means in this framework, as its bit.
        spared: scopes that bear on no right.
    """
    scopes: dict[Scope, dict[str, list[Said]]] = {scope: {} for scope in Scope}
    for row in rows:
        written = (row.starts, row.starts_latest, row.ends, row.ends_latest)
        said = Said(*written, bit(row.status), row.entry, written)
        scopes[row.scope].setdefault(row.source, []).append(said)

    def weighed(scope: Scope) -> list[Voice]:
        found = [(weigh(source), clipped(tightened(said), life)) for source, said in scopes[scope].items()]
        return sorted((voice for voice in found if voice[1]), key=lambda voice: -voice[0])

    return Voices(weighed(Scope.ALL), weighed(Scope.PRACTICAL), weighed(Scope.POLITICAL), spared)


def clipped(rows: Iterable[Said], life: Life) -> list[Said]:
    """Rows as far as they lie within the life of their framework."""
    begins, gone = life.begins, life.ends
    found = []
    for row in rows:
        starts, starts_latest, ends, ends_latest = (min(max(edge, begins), gone) for edge in row[:4])
        if starts < ends_latest:
            found.append(Said(starts, starts_latest, ends, ends_latest, row.bit, row.entry, row.written))
    return found


def tightened(rows: list[Said]) -> list[Said]:
    """Rows of one source with bounds that follow from one another: nothing ends before it begins, and where one row
    takes over from another on the same unknown day, what narrows the day for one narrows it for both.
    """
    if all(row.starts_latest <= row.ends for row in rows):
        return rows
    edges = {
        edge: list(edge) for row in rows for edge in ((row.starts, row.starts_latest), (row.ends, row.ends_latest))
    }
    moved = True
    while moved:
        moved = False
        for row in rows:
            begin, stop = edges[row.starts, row.starts_latest], edges[row.ends, row.ends_latest]
            if begin is not stop and (begin[1] > stop[1] or stop[0] < begin[0]):
                begin[1], stop[0] = min(begin[1], stop[1]), max(stop[0], begin[0])
                moved = True
    made = []
    for row in rows:
        starts, starts_latest = edges[row.starts, row.starts_latest]
        ends, ends_latest = edges[row.ends, row.ends_latest]
        made.append(Said(starts, starts_latest, ends, ends_latest, row.bit, row.entry, row.written))
    return made


def said_by_source(rows: Sequence[Said], at: int) -> tuple[int, bool]:
    """What one source says at an instant.

    Every unknown day is tried both ways, come or not; where one row takes over from another it is the same day, and
    no row ends before it begins.

    Returns:
        The answers it may give, as bits, and whether it may say nothing at all.
    """
    unknown: dict[tuple[Said, bool], object] = {}
    for row in rows:
        if row.starts_latest <= at < row.ends:
            return row.bit, False
        for start, edge in ((True, row[:2]), (False, row[2:4])):
            if edge[0] <= at < edge[1]:
                met = any(other is not row and (other[2:4] if start else other[:2]) == edge for other in rows)
                unknown[row, start] = edge if met else (row, start)
    days = list(dict.fromkeys(unknown.values()))
    possible, silent = 0, False
    for chosen in product((True, False), repeat=len(days)):
        come = dict(zip(days, chosen, strict=True))
        bits, denies = 0, False
        for row in rows:
            begun = come[unknown[row, True]] if (row, True) in unknown else row.starts_latest <= at
            over = come[unknown[row, False]] if (row, False) in unknown else row.ends_latest <= at
            if over and not begun:
                break  # no such world
            bits |= row.bit if begun and not over else 0
            denies = denies or (row.entry and not begun)
        else:
            possible |= bits or (NOT if denies else 0)
            silent = silent or not (bits or denies)
    return possible, silent


def unbroken(rows: Sequence[Said], at: int) -> bool:
    """Whether some row certainly covers an instant although none does so alone.

    So it is when a row that has certainly begun may have ended, but on the very day, unknown, on which another takes
    over from it; and so on, until one that has certainly not ended. Rows of several sources that are written with the
    same unknown day share it, so what narrows it for one narrows it for all.
    """
    rows = tightened([Said(*(row.written or row[:4]), row.bit, row.entry) for row in rows])
    for row in rows:
        if row.starts_latest <= at < row.ends_latest:
            here, passed = row, {row}
            while at >= here.ends:
                edge = (here.ends, here.ends_latest)
                following = (o for o in rows if (o.starts, o.starts_latest) == edge and o not in passed)
                found = next(following, None)
                if found is None:
                    break
                here = found
                passed.add(here)
            else:
                return True
    return False


def decided(level: Sequence[Voice], at: int) -> int:
    """What the sources of one scope say together: the highest precedence that speaks decides.

    Among equals, each narrows what the others leave possible: so a finer date beats a coarser one that contains it.
    If nothing is left, the day is disputed.

    Returns:
        The possible answers as bits, `SILENT` among them when nobody may have spoken.
    """
    found, place, count = 0, 0, len(level)
    while place < count:
        precedence = level[place][0]
        sure, perhaps = -1, []
        while place < count and level[place][0] == precedence:
            bits, silent = said_by_source(level[place][1], at)
            place += 1
            if not silent:
                sure &= bits
            elif bits:
                perhaps.append(bits)
        if sure == -1 and perhaps:
            equals = [row for weight, rows in level if weight == precedence for row in rows]
            if unbroken(equals, at):
                return found | reduce(or_, perhaps)
        together = _together(sure, perhaps)
        found |= together & ~SILENT
        if not together & SILENT:
            return found
    return found | SILENT


def _together(sure: int, perhaps: Sequence[int]) -> int:
    """What equals come to when each of some may be silent: every choice of those who speak is possible."""
    found = 0
    for size in range(len(perhaps) + 1):
        for speaking in combinations(perhaps, size):
            if sure == -1 and not speaking:
                found |= SILENT
            else:
                found |= reduce(and_, speaking, sure) or DISPUTED
    return found


def suspends(level: Sequence[Voice], at: int) -> bool:
    """Whether a source that counts possibly says suspended.

    Statements that the party does not take part are passed over: whoever is suspended and then leaves, or is sent
    away, stays suspended until a source of no less weight says otherwise, or the suspension is ended.
    """
    spoke_at = -1
    for precedence, rows in level:
        if precedence < spoke_at:
            return False
        for row in rows:
            if row.bit != NOT and row.starts <= at < row.ends_latest:
                if row.bit == SUSPENDED:
                    return True
                if row.starts_latest <= at < row.ends:
                    spoke_at = precedence
    return False


def state(heard: Voices, life: Life, at: int) -> int:
    """How a party stands at an instant: possible answers as bits, with `ENTITLED` and `RESTRICTED`.

    The answer is that of scope all. Where nobody speaks for it, each scope is answered apart and the most restrictive
    of them stands for the whole. A scope without statements of its own follows scope all.
    Rights look at every scope but those that the pack spares.
    """
    if not life.begins <= at < life.ends:
        return NOT
    general = decided(heard.general, at)
    restricted = RESTRICTED if any(suspends(level, at) for level in heard.counted) else 0
    if not heard.practical and not heard.political:
        return general | restricted | (ENTITLED if general == IN_FORCE else 0)
    own = {scope: decided(heard.levels[scope], at) for scope in SCOPES[1:]}
    overall = _whole(general, own.values())
    counted = {scope: bits for scope, bits in own.items() if scope not in heard.spared}
    scopes = [bits & ~SILENT | general if bits & SILENT else bits for bits in counted.values()]
    entitled = _whole(general, counted.values()) == IN_FORCE and all(bits == IN_FORCE for bits in scopes)
    return overall | restricted | (ENTITLED if entitled else 0)


def _whole(general: int, own: Iterable[int]) -> int:
    """Scope all, and where nobody may have spoken for it the most restrictive of the scopes."""
    return general & ~SILENT | reduce(most_restrictive, own, SILENT) if general & SILENT else general


def most_restrictive(one: int, other: int) -> int:
    """What two scopes come to together, each answer of one with each of the other; silence gives way."""
    found = 0
    for mine in SEVERITY:
        for theirs in SEVERITY:
            if one & mine and other & theirs:
                spoken = [bit for bit in (mine, theirs) if bit != SILENT]
                found |= max(spoken, key=severity, default=SILENT)
    return found


def severity(bits: int) -> int:
    """How restrictive the most restrictive of several possible answers is."""
    return max((place for place, bit in enumerate(SEVERITY) if bits & bit), default=0)


def instants(heard: Voices, life: Life) -> list[int]:
    """Every instant at which the state of a pair may change, in order."""
    found = {life.begins, life.ends}
    for level in heard[:3]:
        for _, rows in level:
            for row in rows:
                found.update(row[:4])
    return sorted(found)


def timeline(heard: Voices, life: Life) -> list[tuple[int, int]]:
    """The states of a pair over all time: instant and state, each different from the one before.

    The first instant is the beginning of the framework; before it the state is `NOT`, as there was nothing to join.
    """
    points: list[tuple[int, int]] = []
    last = -1
    for at in instants(heard, life):
        now = state(heard, life, at)
        if now != last:
            points.append((at, now))
            last = now
    return points
