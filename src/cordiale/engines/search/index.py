"""Keeps what a register names, and answers a query with hits in order of how well they fit."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from cordiale.engines.search.folding import fold, folded

LONGEST_QUERY = 200
"""Characters of a query that are looked at; the rest is ignored."""

_MOST_WORDS = 12

_FIGURES = re.compile(r"\d")
_NEAR_ENOUGH = 65
"""How alike, from 0 to 100, a name must be to be suggested."""

_ABSENT = 3
"""The cost of a word that a text does not hold; 0 begins a word, 1 inside one, 2 near one."""

Span = tuple[int, int]


class Sort(IntEnum):
    """What a text is to the thing it belongs to; between equal hits the smaller counts more.

    A detail is short and shown with the thing anyway, such as its place; prose is longer.
    """

    NAME = 0
    CODE = 1
    OTHER_NAME = 2
    FORMER_NAME = 3
    DETAIL = 4
    PROSE = 5


class Way(IntEnum):
    """How a query was found; the smaller, the better.

    EXACT: it is a name or code. BEGINS: a name or code begins with it. WORDS: each of its words begins a word of one
    text, in any order. ACROSS: as WORDS, in several texts of one thing. INSIDE: some stand inside words. NEAR: some
    differ from a word by a typing error.
    """

    EXACT = 0
    BEGINS = 1
    WORDS = 2
    ACROSS = 3
    INSIDE = 4
    NEAR = 5


@dataclass(frozen=True, slots=True)
class Text:
    """Something that an entry can be found by.

    Args:
        text: as it is shown.
        sort: what it is to the entry.
        language: its language where it is not that of the entry, as in BCP 47.
    """

    text: str
    sort: Sort = Sort.NAME
    language: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be found. Its first text is what it is called; kind and id together name it."""

    kind: str
    id: str
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that fits a query.

    Args:
        entry: the entry.
        way: how it was found.
        texts: where: the best text first; more than one where the words stand in several.
    """

    entry: Entry
    way: Way
    texts: tuple[Text, ...]

    @property
    def score(self) -> int:
        """How well it fits, from 100 downwards, for showing; the order of hits is finer."""
        return 100 - 15 * self.way - self.texts[0].sort


_Fit = tuple[Way, tuple[int, ...]]
"""A way, and the numbers of the texts."""


class Index:
    """All entries of a register, ready to be searched. Never changes, so threads may share one.

    Args:
        entries: what can be found; the kinds that come first count more between hits that are much alike.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self._kinds = {kind: rank for rank, kind in enumerate(dict.fromkeys(entry.kind for entry in self.entries))}
        self._texts: list[tuple[int, Text, str]] = []
        holders: dict[str, list[int]] = defaultdict(list)
        for place, entry in enumerate(self.entries):
            for text in entry.texts:
                plain = folded(text.text)
                if not plain:
                    continue
                for word in dict.fromkeys(plain.split()):
                    holders[word].append(len(self._texts))
                self._texts.append((place, text, plain))
        self._words = sorted(holders)
        self._holders = [holders[word] for word in self._words]
        self._called = {
            number: plain
            for number, (_place, text, plain) in enumerate(self._texts)
            if text.sort in (Sort.NAME, Sort.OTHER_NAME, Sort.FORMER_NAME)
        }
        self._named = {
            number: plain for number, (_place, text, plain) in enumerate(self._texts) if text.sort < Sort.DETAIL
        }

    def find(self, query: str) -> list[Hit]:
        """Every entry in which all words of the query are found, the best first; the same query, the same order."""
        whole = folded(query[:LONGEST_QUERY])
        if not whole:
            return []
        found = self._by_words(_words_of(query), whole)
        for number in self._nearly(whole):
            found.setdefault(self._texts[number][0], (Way.NEAR, (number,)))
        ranked = sorted((self._rank(place, *fit, whole), place) for place, fit in found.items())
        return [self._hit(place, *found[place]) for _rank, place in ranked]

    def suggest(self, query: str, *, limit: int = 5) -> list[str]:
        """Names that look like the query, the likeliest first, for somebody who found nothing."""
        plain = folded(query[:LONGEST_QUERY])
        if not plain:
            return []
        alike: dict[int, float] = {}
        for scorer in (fuzz.ratio, fuzz.token_set_ratio):
            near = process.extract(plain, self._called, scorer=scorer, score_cutoff=_NEAR_ENOUGH, limit=4 * limit)
            for _name, score, number in near:
                alike[number] = max(score, alike.get(number, 0))
        likeliest = sorted(alike, key=lambda number: (-alike[number], number))
        entries = dict.fromkeys(self._texts[number][0] for number in likeliest)
        return list(dict.fromkeys(self.entries[place].texts[0].text for place in entries))[:limit]

    def _by_words(self, words: Sequence[str], whole: str) -> dict[int, _Fit]:
        """Entries that hold every word, by their position."""
        held: dict[int, dict[int, list[int]]] = {}
        for which, word in enumerate(words):
            for number, cost in self._texts_with(word).items():
                place = self._texts[number][0]
                if which == 0 or place in held:
                    held.setdefault(place, {}).setdefault(number, [_ABSENT] * len(words))[which] = cost
        found = {}
        for place, texts in held.items():
            best = [min(costs) for costs in zip(*texts.values(), strict=True)]
            if _ABSENT not in best:
                found[place] = self._fit(texts, best, whole)
        return found

    def _fit(self, texts: Mapping[int, Sequence[int]], best: Sequence[int], whole: str) -> _Fit:
        """The best way in which the texts of one entry hold the query.

        Args:
            texts: number of a text to the cost of each word in it.
            best: the least cost of each word in any of them.
            whole: the query.
        """
        across = {0: Way.ACROSS, 1: Way.INSIDE}.get(max(best), Way.NEAR)
        alone = [
            (self._way(number, max(costs), whole), self._weight(number, whole))
            for number, costs in texts.items()
            if _ABSENT not in costs
        ]
        if alone and min(alone)[0] <= across:
            way, (_sort, _more, number) = min(alone)
            return way, (number,)
        chosen: list[int] = []
        wanted = set(range(len(best)))
        for number in sorted(texts, key=lambda number: self._weight(number, whole)):
            here = {which for which in wanted if texts[number][which] == best[which]}
            if here:
                chosen.append(number)
                wanted -= here
        return across, tuple(chosen)

    def _way(self, number: int, cost: int, whole: str) -> Way:
        """How one text that holds every word holds the query."""
        _place, text, plain = self._texts[number]
        if text.sort < Sort.DETAIL and plain == whole:
            return Way.EXACT
        if text.sort < Sort.DETAIL and plain.startswith(whole):
            return Way.BEGINS
        return {0: Way.WORDS, 1: Way.INSIDE}.get(cost, Way.NEAR)

    def _weight(self, number: int, whole: str) -> tuple[int, int, int]:
        """Order among texts that hold a query in the same way: what they are, how much else they say."""
        _place, text, plain = self._texts[number]
        return text.sort, abs(len(plain) - len(whole)), number

    def _rank(self, place: int, way: Way, numbers: tuple[int, ...], whole: str) -> tuple[int | str, ...]:
        """What hits are sorted by: between hits that are alike the kind decides, so parties precede papers on them."""
        sort, more, _number = self._weight(numbers[0], whole)
        tier = way
        if way in (Way.BEGINS, Way.WORDS):
            tier = Way.ACROSS if sort >= Sort.DETAIL else Way.WORDS
        kind = self._kinds[self.entries[place].kind]
        return tier, kind, way, len(numbers), sort, more, self._texts[numbers[0]][2]

    def _hit(self, place: int, way: Way, numbers: tuple[int, ...]) -> Hit:
        return Hit(self.entries[place], way, tuple(self._texts[number][1] for number in numbers))

    def _texts_with(self, word: str) -> dict[int, int]:
        """Numbers of the texts that hold a word, and its cost in each."""
        places: dict[int, int] = {}
        if len(word) >= 5 and not _FIGURES.search(word):
            allowed = _errors_allowed(word)
            near = process.extract(word, self._words, scorer=OSA.distance, score_cutoff=allowed, limit=None)
            places.update((place, 2) for other, _distance, place in near if not _FIGURES.search(other))
        if len(word) >= (3 if word.isascii() else 2):
            places.update((place, 1) for place, other in enumerate(self._words) if word in other)
        begin = bisect_left(self._words, word)
        while begin < len(self._words) and self._words[begin].startswith(word):
            places[begin] = 0
            begin += 1
        found: dict[int, int] = {}
        for place, cost in places.items():
            for number in self._holders[place]:
                found[number] = min(found.get(number, cost), cost)
        return found

    def _nearly(self, whole: str) -> list[int]:
        """Names and codes that differ from the whole query by a typing error, a missing space among them."""
        if len(whole) < 5:
            return []
        found = process.extract(
            whole, self._named, scorer=OSA.distance, score_cutoff=_errors_allowed(whole), limit=None
        )
        figures = _FIGURES.findall(whole)
        return [number for plain, _distance, number in found if _FIGURES.findall(plain) == figures]


def spans(text: str, query: str) -> tuple[Span, ...]:
    """The stretches of a text that a query found, in order and apart: (start, end), the end out.

    A word that begins with a word of the query is marked as far as it does; one that is near it, whole.
    """
    words = _words_of(query)
    plain = fold(text)
    marked: list[Span] = []
    for match in re.finditer(r"[^ ]+", plain.text):
        lengths = [_marked(match[0], word) for word in words]
        start, length = max(lengths, key=lambda part: part[1], default=(0, 0))
        if length:
            marked.append(plain.span(match.start() + start, match.start() + start + length))
    return tuple(_joined(marked))


def _marked(word: str, wanted: str) -> tuple[int, int]:
    """Where in a word, and how far, a word of the query is to be marked; nowhere is a length of 0."""
    if word == wanted or (len(wanted) > 1 and word.startswith(wanted)):
        return 0, len(wanted)
    if len(wanted) >= (3 if wanted.isascii() else 2) and wanted in word:
        return word.index(wanted), len(wanted)
    if len(wanted) >= 5 and not _FIGURES.search(wanted + word):
        allowed = _errors_allowed(wanted)
        if OSA.distance(word, wanted, score_cutoff=allowed) <= allowed:
            return 0, len(word)
    return 0, 0


def _joined(marked: Sequence[Span]) -> list[Span]:
    """Marks in order, those that meet made one."""
    out: list[Span] = []
    for start, end in marked:
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def _words_of(query: str) -> list[str]:
    return list(dict.fromkeys(folded(query[:LONGEST_QUERY]).split()))[:_MOST_WORDS]


def _errors_allowed(word: str) -> int:
    """One typing error from five letters on, two from nine."""
    return 2 if len(word) >= 9 else 1
