"""A whole register compiled: each question about one party costs a look-up and two bisections.

Per framework, the instants at which any party's state changes lie in one sorted run per party. What is believed now
is compiled; what was believed earlier is answered from the rows of the pair, so that today never pays for history.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cordiale.domain.participation import Answer
from cordiale.engines.standing.columns import Codes, Columns
from cordiale.engines.standing.compiling import Compiled, Run, as_run, compile_all, compile_pair
from cordiale.engines.standing.facts import (
    FOREVER,
    Assertion,
    Facts,
    Known,
    Life,
    Rules,
    Weight,
    first_instant,
    never,
)
from cordiale.engines.standing.resolving import (
    BITS,
    DISPUTED,
    ENTITLED,
    IN_FORCE,
    NOT,
    POSSIBLE,
    RESTRICTED,
    SEVERITY,
    SILENT,
    SUSPENDED,
    UNCLEAR,
    Voices,
    instants,
    severity,
    state,
    timeline,
    voices,
)

ANSWERS = {
    IN_FORCE: Answer.IN_FORCE,
    SUSPENDED: Answer.SUSPENDED,
    UNCLEAR: Answer.UNCLEAR,
    DISPUTED: Answer.DISPUTED,
    NOT: Answer.NOT,
}


def _guess(near: str) -> str:
    return f'; did you mean "{near}"?' if near else "."


class NoSuchFramework(LookupError):
    """The register knows no framework of that id."""

    code = "no-such-framework"

    def __init__(self, framework: str, near: str = "") -> None:
        super().__init__(f'There is no framework "{framework}" in this register{_guess(near)}')
        self.framework = framework


class NoSuchParty(LookupError):
    """The register knows no party of that id."""

    code = "no-such-party"

    def __init__(self, party: str, near: str = "") -> None:
        super().__init__(f'There is no party "{party}" in this register{_guess(near)}')
        self.party = party


class Standing(NamedTuple):
    """How a party stands in a framework at an instant or on a day.

    Args:
        answer: one of the six.
        certain: whether no other answer is possible by what the sources leave open.
        entitled: whether it certainly takes part in every scope.
        restricted: whether a source that counts possibly calls it suspended, in any scope.
    """

    answer: Answer
    certain: bool
    entitled: bool
    restricted: bool


class Asked(NamedTuple):
    """Under which knowledge a question is asked.

    Args:
        number: ledger number as known at which, None for now.
        published: instant by which a source must have appeared, None for all.
    """

    number: int | None = None
    published: int | None = None


NOW = Asked()

NO_RULES = Rules(lambda _status, _framework: Answer.NOT_KNOWN)
"""Before any pack is known no status means anything."""


History = tuple[list[int], list[Run | None]]
"""Ledger numbers, and the runs believed before, between and after them; None where nobody asked yet."""

AT_HAND = 250_000
"""Pairs whose runs are kept at hand as Python likes them, at some 300 bytes each; beyond, all are forgotten."""


class Change(NamedTuple):
    """What one piece of news changed: a pair, and the first instant at which its state differs."""

    framework: int
    party: int
    at: int


@dataclass
class Snapshot:
    """A compiled register.

    Args:
        number: register number it is compiled for.
        state: hash of the register entry of that number.
        columns: every assertion ever recorded.
        compiled: one for each framework, by its code.
        extra: places of rows recorded after the compilation, by framework and party code.
        journal: what changed since the compilation, so that whatever was derived knows what to forget.
    """

    number: int
    state: str
    zone: ZoneInfo
    columns: Columns
    compiled: list[Compiled]
    lives: dict[str, list[Life]]
    weights: dict[str, list[Weight]]
    rules: list[Rules]
    extra: dict[tuple[int, int], list[int]]
    journal: list[Change]
    _near: dict[tuple[str, str], Run] = field(default_factory=dict)
    """What is believed now of the pairs that were asked about, by framework and party."""
    _history: dict[tuple[str, str], History] = field(default_factory=dict)
    """What was believed of the pairs that were asked about as known at some number."""

    @classmethod
    def build(cls, facts: Facts) -> Snapshot:
        """Compile a register."""
        columns = Columns(Codes(facts.parties), Codes(facts.lives))
        for row in facts.assertions:
            columns.append(row)
        columns.sort()
        lives = {framework: list(versions) for framework, versions in facts.lives.items()}
        weights = {source: list(versions) for source, versions in facts.weights.items()}
        made = cls(
            number=facts.number,
            state=facts.state,
            zone=facts.zone,
            columns=columns,
            compiled=[],
            lives=lives,
            weights=weights,
            rules=list(facts.rules),
            extra={},
            journal=[],
        )
        made.compiled = compile_all(
            columns, life=made.life_now, weigh=made.weight_now, bit=made.bit_now, spared=made.rules_at(None).spared
        )
        return made

    # What is believed now, and what was believed at a number.

    def life_now(self, framework: str) -> Life:
        """The life of a framework as believed now."""
        return self.life(framework, None)

    def life(self, framework: str, number: int | None) -> Life:
        """The life of a framework as known at a number; without bounds, never complete, when it was not known then."""
        for life in reversed(self.lives[framework]):
            if _holds(life.known, number):
                return life
        start = first_instant(self.zone)
        return Life(start, never(self.zone), start, start, Known(0))

    def weight_now(self, source: str) -> int:
        """The precedence of a source as believed now."""
        return self.weight(source, None).precedence

    def weight(self, source: str, number: int | None) -> Weight:
        """The weight of a source as known at a number; none at all when it was not known then."""
        for weight in reversed(self.weights[source]):
            if _holds(weight.known, number):
                return weight
        return Weight(-1, None, Known(0))

    def bit_now(self, framework: str, status: str) -> int:
        """What a status means in a framework, as believed now."""
        return self.bit(framework, status, None)

    def bit(self, framework: str, status: str, number: int | None) -> int:
        """What a status means in a framework, as known at a number."""
        return BITS[self.rules_at(number).meaning(status, framework)]

    def rules_at(self, number: int | None) -> Rules:
        """What the pack lays down, as known at a number; before any pack was known, that no status means anything."""
        for rules in reversed(self.rules):
            if _holds(rules.known, number):
                return rules
        return NO_RULES

    # Rows of a pair.

    def places(self, party: int, framework: int) -> Iterator[int]:
        """Places of every row ever recorded of a pair."""
        compiled = self.compiled[framework] if framework < len(self.compiled) else None
        if compiled is not None:
            pair = compiled.pair(party)
            if pair >= 0:
                yield from range(compiled.rows_from[pair], compiled.rows_to[pair])
        yield from self.extra.get((framework, party), ())

    def rows(self, party: str, framework: str, asked: Asked = NOW) -> list[Assertion]:
        """Assertions on a pair that are believed under some knowledge.

        An end that no source published by the day asked about could tell is taken as open: nobody could know it then.
        """
        codes = self._codes(party, framework)
        number, published = asked
        until, since = self.columns.until, self.columns.since
        known = FOREVER - 1 if number is None else number
        found = [self.columns.row(place) for place in self.places(*codes) if since[place] <= known < until[place]]
        return found if published is None else list(self._readable(found, number, published))

    def _readable(self, rows: Iterable[Assertion], number: int | None, published: int) -> Iterator[Assertion]:
        """Rows whose source could be read by then; an end nobody could read is open, or where the source goes on."""
        readable = [row for row in rows if self._published(row.source, number, published)]
        for row in readable:
            if row.end_source and not self._published(row.end_source, number, published):
                after = [
                    one for one in readable if one[4:6] == row[4:6] and one.starts >= row.starts and one.id != row.id
                ]
                edge = min(((one.starts, one.starts_latest) for one in after), default=(never(self.zone),) * 2)
                row = row._replace(ends=edge[0], ends_latest=edge[1], end_source="")
            yield row

    def _published(self, source: str, number: int | None, by: int) -> bool:
        appeared = self.weight(source, number).published
        return appeared is not None and appeared <= by

    def voices(self, party: str, framework: str, asked: Asked = NOW) -> tuple[Voices, Life]:
        """Who says what of a pair under some knowledge, and the life of the framework."""
        life = self.life(framework, asked.number)
        heard = voices(
            self.rows(party, framework, asked),
            life=life,
            weigh=lambda source: self.weight(source, asked.number).precedence,
            bit=lambda status: self.bit(framework, status, asked.number),
            spared=self.rules_at(asked.number).spared,
        )
        return heard, life

    def under(self, asked: Asked) -> Snapshot:
        """The register compiled as it was, or could be, known: for questions about all parties at once."""
        rows = [
            row._replace(since=0, until=FOREVER)
            for party, framework in self.pairs()
            for row in self.rows(party, framework, asked)
        ]
        lives = {name: [self._life_under(name, asked)] for name in self.lives}
        weights = {name: [self.weight(name, asked.number)._replace(known=Known(0))] for name in self.weights}
        rules = [self.rules_at(asked.number)._replace(known=Known(0))]
        number = self.number if asked.number is None else asked.number
        facts = Facts(rows, lives, weights, self.columns.parties.ids, rules, self.zone, number)
        return Snapshot.build(facts)

    def _life_under(self, framework: str, asked: Asked) -> Life:
        """The life of a framework for a register of its own; no roster is complete where sources were left out."""
        life = self.life(framework, asked.number)._replace(known=Known(0))
        return life if asked.published is None else life._replace(complete_from=life.begins, complete_to=life.begins)

    def pairs(self) -> list[tuple[str, str]]:
        """Every party and framework of which any source ever said anything."""
        parties, frameworks = self.columns.parties.ids, self.columns.frameworks.ids
        found = {(party, code) for code, compiled in enumerate(self.compiled) for party in compiled.parties}
        found.update((party, code) for code, party in self.extra)
        return [(parties[party], frameworks[code]) for party, code in sorted(found)]

    # Questions.

    def bits(self, party: str, framework: str, at: int) -> int:
        """The state of a pair at an instant as believed now: possible answers with `ENTITLED` and `RESTRICTED`.

        Raises:
            NoSuchFramework, NoSuchParty.
        """
        try:
            times, states = self._near[framework, party]
        except KeyError:
            return self._bits_far(party, framework, at)
        return states[bisect_right(times, at)]

    def _bits_far(self, party: str, framework: str, at: int) -> int:
        """The state of a pair nobody asked about yet; its run is at hand the next time."""
        party_code, framework_code = self._codes(party, framework)
        if len(self._near) >= AT_HAND:
            self._near.clear()
        times, states = self._near[framework, party] = self.compiled[framework_code].run(party_code)
        return states[bisect_right(times, at)]

    def bits_known(self, party: str, framework: str, at: int, asked: Asked) -> int:
        """The state of a pair at an instant under other knowledge than today's.

        Raises:
            NoSuchFramework, NoSuchParty.
        """
        number, published = asked
        if number is None or published is not None:
            self._known(party, framework)
            heard, life = self.voices(party, framework, asked)
            return state(heard, life, at)
        try:
            numbers, runs = self._history[framework, party]
        except KeyError:
            numbers, runs = self._history_of(party, framework)
        place = bisect_right(numbers, number)
        run = runs[place]
        if run is None:
            run = runs[place] = as_run(timeline(*self.voices(party, framework, asked)))
        return run[1][bisect_right(run[0], at)]

    def _history_of(self, party: str, framework: str) -> History:
        """The ledger numbers at which anything believed of a pair changed, with room for a run between each.

        What was believed at a number never changes again, so a run made once is kept; only news of the pair drops it.
        """
        pair = self._codes(party, framework)
        columns = self.columns
        places = list(self.places(*pair))
        sources = {columns.sources.ids[columns.source[place]] for place in places}
        known = [Known(columns.since[place], columns.until[place]) for place in places]
        known += [life.known for life in self.lives[framework]]
        known += [weight.known for source in sources for weight in self.weights[source]]
        known += [rules.known for rules in self.rules]
        numbers = sorted({number for each in known for number in each if number != FOREVER})
        if len(self._history) >= AT_HAND:
            self._history.clear()
        made: History = (numbers, [None] * (len(numbers) + 1))
        self._history[framework, party] = made
        return made

    def standing(self, party: str, framework: str, at: int, asked: Asked = NOW) -> Standing:
        """How a party stands in a framework at an instant.

        Args:
            party, framework: ids.
            at: microseconds since 1970 UTC.
            asked: under which knowledge.

        Raises:
            NoSuchFramework, NoSuchParty.
        """
        bits = self.bits(party, framework, at) if asked == NOW else self.bits_known(party, framework, at, asked)
        return self._read(bits, framework, at, asked)

    def standing_on(self, party: str, framework: str, day: tuple[int, int], asked: Asked = NOW) -> Standing:
        """How a party stands in a framework on a day.

        Args:
            day: the instants at which the day begins and ends.

        When something changes within the day, the most restrictive of its answers is given, as possible.
        """
        begins, ends = day
        found = self.standing(party, framework, begins, asked)
        for at in self.changes(party, framework, begins, ends, asked):
            other = self.standing(party, framework, at, asked)
            if other != found:
                worst = max(found, other, key=lambda standing: _RANK[standing.answer])
                found = Standing(
                    worst.answer, False, found.entitled and other.entitled, found.restricted or other.restricted
                )
        return found

    def changes(self, party: str, framework: str, after: int, before: int, asked: Asked = NOW) -> list[int]:
        """Instants in (after, before) at which the state of a pair changes."""
        if asked == NOW:
            compiled = self.compiled[self.columns.frameworks.of[framework]]
            times = compiled.instants(self.columns.parties.of[party], after, before)
        else:
            times = [at for at, _ in timeline(*self.voices(party, framework, asked)) if after < at < before]
        life = self.life(framework, asked.number)
        return sorted({*times, *(at for at in life[:4] if after < at < before)})

    def boundaries(self, party: str, framework: str, asked: Asked = NOW) -> list[int]:
        """Every instant at which anything said of a pair begins, ends, or may do so."""
        return instants(*self.voices(party, framework, asked))

    def complete(self, framework: str, at: int, asked: Asked = NOW) -> bool:
        """Whether the roster of a framework is held complete at an instant, so that to be absent means not.

        What sources published by some day left out, nobody could know then: for such questions no roster is complete.
        """
        life = self.life(framework, asked.number)
        if not life.begins <= at < life.ends:
            return True
        return asked.published is None and life.complete_from <= at < life.complete_to

    def _read(self, bits: int, framework: str, at: int, asked: Asked) -> Standing:
        possible = bits & POSSIBLE
        if possible & NOT and possible & SILENT and self.complete(framework, at, asked):
            possible &= ~SILENT  # to be absent from a complete roster is to be out, as certainly as by any word
        worst = SEVERITY[severity(possible)]
        if worst == SILENT:
            answer = Answer.NOT if self.complete(framework, at, asked) else Answer.NOT_KNOWN
        else:
            answer = ANSWERS[worst]
        return Standing(answer, possible == worst, bool(bits & ENTITLED), bool(bits & RESTRICTED))

    def mildest(self, party: str, framework: str, at: int, asked: Asked = NOW) -> Answer:
        """The mildest of the answers that the dates leave possible; `standing` gives the most restrictive.

        Raises:
            NoSuchFramework, NoSuchParty.
        """
        bits = self.bits(party, framework, at) if asked == NOW else self.bits_known(party, framework, at, asked)
        mild = next(bit for bit in SEVERITY if bits & bit)
        if mild == SILENT:
            return Answer.NOT if self.complete(framework, at, asked) else Answer.NOT_KNOWN
        return ANSWERS[mild]

    def mildest_on(self, party: str, framework: str, day: tuple[int, int], asked: Asked = NOW) -> Answer:
        """The mildest of the answers possible at any instant of a day; `standing_on` gives the most restrictive.

        Raises:
            NoSuchFramework, NoSuchParty.
        """
        times = [day[0], *self.changes(party, framework, *day, asked)]
        return min((self.mildest(party, framework, at, asked) for at in times), key=lambda answer: _RANK[answer])

    def spoken_of(self, framework: str, asked: Asked = NOW) -> list[str]:
        """Parties of which any source ever said anything in a framework, in alphabetical order.

        As known at a number: of which anything had been recorded by then, so that later news of others adds nobody.

        Raises:
            NoSuchFramework.
        """
        code = self.columns.frameworks.of.get(framework)
        if code is None:
            raise NoSuchFramework(framework)
        ids = self.columns.parties.ids
        found = {ids[party] for party in self.compiled[code].parties}
        found.update(ids[party] for of, party in self.extra if of == code)
        return sorted(party for party in found if self._recorded(party, code, asked.number))

    def _recorded(self, party: str, framework: int, number: int | None) -> bool:
        """Whether anything of a pair had been recorded at a number."""
        if number is None:
            return True
        code, since = self.columns.parties.of[party], self.columns.since
        return any(since[place] <= number for place in self.places(code, framework))

    def _known(self, party: str, framework: str) -> None:
        if framework not in self.columns.frameworks.of:
            raise NoSuchFramework(framework)
        if party not in self.columns.parties.of:
            raise NoSuchParty(party)

    def _codes(self, party: str, framework: str) -> tuple[int, int]:
        self._known(party, framework)
        return self.columns.parties.of[party], self.columns.frameworks.of[framework]

    # News.

    def learn(
        self, *, added: Sequence[Assertion], closed: Sequence[tuple[int, str, str, int]], number: int, state: str
    ) -> None:
        """Take in what was recorded since, without compiling anything but the pairs it touches.

        Args:
            added: assertions recorded since `self.number`.
            closed: number, party, framework, and closing entry of those no longer believed.
            number: the register number reached.
            state: hash of its entry.
        """
        touched: set[tuple[int, int]] = set()
        for row in added:
            place = self.columns.append(row)
            pair = (self.columns.framework[place], self.columns.party[place])
            self.extra.setdefault(pair, []).append(place)
            touched.add(pair)
        for row_id, party, framework, until in closed:
            pair = (self.columns.frameworks.of[framework], self.columns.parties.of[party])
            for place in self.places(pair[1], pair[0]):
                if self.columns.id[place] == row_id:
                    self.columns.until[place] = until
            touched.add(pair)
        for framework_code, party_code in touched:
            self._splice(framework_code, party_code)
        self.number, self.state = number, state

    def _splice(self, framework: int, party: int) -> None:
        names = self.columns.parties.ids[party], self.columns.frameworks.ids[framework]
        self._near.pop((names[1], names[0]), None)
        self._history.pop((names[1], names[0]), None)
        changed = self.compiled[framework].splice(party, compile_pair(*self.voices(*names)))
        # Sets of those spoken of change with the first row, even where no state does.
        edges = [self.columns.starts[place] for place in self.places(party, framework)]
        self.journal.append(Change(framework, party, min([*edges, *([changed] if changed is not None else [])])))


_RANK = {
    answer: rank
    for rank, answer in enumerate(
        (Answer.IN_FORCE, Answer.UNCLEAR, Answer.DISPUTED, Answer.SUSPENDED, Answer.NOT_KNOWN, Answer.NOT)
    )
}


def _holds(known: Known, number: int | None) -> bool:
    return known.until == FOREVER if number is None else known.since <= number < known.until
