"""Finds what a page means by a name: a framework, a party, a place where leaders met."""

from __future__ import annotations

import re

from cordiale.domain.claims.reading import STOP, stem, tokens_of, words_of
from cordiale.domain.claims.world import Framework, World

_SLASH = re.compile(r"[^\w]+", re.UNICODE)


def own_words(world: World) -> frozenset[str]:
    """Stems of the host's own names, which pages put before the name of anything that is the host's."""
    party = world.parties.get(world.host)
    names = [world.host, *((party.name, *party.names) if party else ())]
    short = [name for name in names if len(tokens_of(name)) == 1]
    return frozenset(stem(token) for name in short for token in tokens_of(name))


def framework_named(world: World, text: str) -> Framework | None:
    """The framework that bears a name: an id, a short name or a name, with or without the host's name before it."""
    wanted = tokens_of(text)
    if text in world.frameworks:
        return world.frameworks[text]
    host = own_words(world)
    bare = tuple(token for token in wanted if stem(token) not in host)
    for framework in world.frameworks.values():
        names = (tokens_of(framework.short_name), tokens_of(framework.name))
        if wanted in names or (bare and bare in names):
            return framework
    return None


def frameworks_near(world: World, text: str) -> list[Framework]:
    """Frameworks whose names share more than half of the words with a name, the nearest first."""
    wanted = words_of(text) - own_words(world)
    found = []
    for framework in world.frameworks.values():
        held = words_of(framework.name) - own_words(world)
        likeness = len(wanted & held) / len(wanted | held) if wanted | held else 0.0
        if likeness >= 0.5:
            found.append((likeness, framework.id, framework))
    return [framework for _, _, framework in sorted(found, key=lambda one: (-one[0], one[1]))]


def frameworks_in(world: World, text: str) -> list[Framework]:
    """Frameworks that a text mentions by their short name, or by every word of their name."""
    plain = {token for token in _SLASH.split(text) if token}
    words = words_of(text)
    found = []
    for framework in world.frameworks.values():
        short = [token for token in _SLASH.split(framework.short_name) if token]
        by_short = bool(short) and all(token in plain for token in short)
        by_name = bool(words_of(framework.name)) and words_of(framework.name) <= words
        if (by_short or by_name) and framework.id != world.membership:
            found.append(framework)
    return found


def framework_of_phrase(world: World, phrase: str) -> Framework | None:
    """The one framework whose names have every word of a phrase, such as "global-partner"."""
    wanted = frozenset(stem(token) for token in tokens_of(phrase) if token not in STOP)
    found = [
        framework
        for framework in world.frameworks.values()
        if wanted and wanted <= words_of(f"{framework.name} {framework.short_name} {framework.id}")
    ]
    return found[0] if len(found) == 1 else None


def bears_name(world: World, party: str, text: str) -> bool:
    """Whether a party bears or bore a name."""
    known = world.parties.get(party)
    names = (known.name, *known.names, known.id) if known else ()
    return tokens_of(text) in {tokens_of(name) for name in names}


def parties_in(world: World, text: str) -> list[str]:
    """Parties that a text mentions by one of their names, the host left out."""
    spoken = tokens_of(text)
    stems = [stem(token) for token in spoken]
    return [
        party.id
        for party in world.parties.values()
        if party.id != world.host and any(_stands_in(name, spoken, stems) for name in (party.name, *party.names))
    ]


def _stands_in(name: str, spoken: tuple[str, ...], stems: list[str]) -> bool:
    """Whether the words of a name stand one after the other; a short name must be written as it is."""
    tokens = tokens_of(name)
    if not tokens:
        return False
    exact = all(len(token) <= 3 for token in tokens)
    held, wanted = (list(spoken), list(tokens)) if exact else (stems, [stem(token) for token in tokens])
    return any(held[place : place + len(wanted)] == wanted for place in range(len(held) - len(wanted) + 1))
