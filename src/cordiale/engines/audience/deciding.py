"""Turns an audience into the set of parties it means at an instant, with the window in which that holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cordiale.engines.audience.language import Audience, Both, Except, Name, Union
from cordiale.engines.standing.sets import Sets, Window, Windows


class UnknownGroup(LookupError):
    """An audience names a group that nobody defined."""

    code = "unknown-group"

    def __init__(self, group: str) -> None:
        super().__init__(f'There is no group "{group}"; define it, or name what it stands for.')


def windows(audience: Audience, *, sets: Sets, groups: Mapping[str, Audience], roster: bool = False) -> Windows:
    """The windows of an audience.

    Args:
        audience: in canonical form.
        sets: over the snapshot to ask.
        groups: group id to what it stands for; must not go in circles.
        roster: whether to list those with a seat instead of those entitled; then nobody is left out for being
            suspended somewhere.

    Raises:
        NoSuchFramework, NoSuchParty, UnknownGroup.
    """
    plain = expanded(audience, groups)
    frameworks = _codes(plain, sets)  # refuses unknown names now, not on first use
    deciding = _Deciding(sets, sets.seated if roster else sets.entitled)

    def find(at: int) -> Window:
        found = deciding.included(plain, at)
        return found if roster else _minus(found, sets.restricted().at(at))

    return sets.derived(find, frameworks if roster and not _says_suspended(plain) else None)


def expanded(audience: Audience, groups: Mapping[str, Audience]) -> Audience:
    """The same audience with each group replaced by what it stands for.

    Raises:
        UnknownGroup: one is not defined.
    """
    match audience:
        case Name("group", name):
            if name not in groups:
                raise UnknownGroup(name)
            return expanded(groups[name], groups)
        case Union(parts):
            return Union(tuple(expanded(part, groups) for part in parts))
        case Both(one, other):
            return Both(expanded(one, groups), expanded(other, groups))
        case Except(keep, drop):
            return Except(expanded(keep, groups), expanded(drop, groups))
        case _:
            return audience


def circle(groups: Mapping[str, Audience]) -> list[str]:
    """Ids of groups that stand for one another in a circle, in order; empty when none do."""
    done: set[str] = set()

    def visit(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done or name not in groups:
            return []
        for other in _groups_in(groups[name]):
            found = visit(other, [*way, name])
            if found:
                return found
        done.add(name)
        return []

    return next((found for name in groups if (found := visit(name, []))), [])


class _Deciding:
    """Evaluates an audience: to be included takes a right (or a seat), to be dropped it is enough to be spoken of."""

    def __init__(self, sets: Sets, takes_part: Callable[[str], Windows]) -> None:
        self.sets, self.takes_part = sets, takes_part

    def included(self, audience: Audience, at: int) -> Window:
        """Whom an audience means."""
        match audience:
            case Name("framework", name):
                return self.takes_part(name).at(at)
            case Name("party", name):
                return Window(*self.sets.always, self.sets.party(name))
            case Except(keep, drop):
                return _minus(self.included(keep, at), self.dropped(drop, at))
            case Union(parts):
                return _any([self.included(part, at) for part in parts])
            case Both(one, other):
                return _all(self.included(one, at), self.included(other, at))
            case _:
                raise UnknownGroup(str(audience))

    def dropped(self, audience: Audience, at: int) -> Window:
        """Whom an exception removes: more than it would include, so that leaving a framework lets nobody in."""
        match audience:
            case Name("suspended", _):
                return self.sets.restricted().at(at)
            case Name("framework", name):
                return self.sets.spoken_of(name).at(at)
            case Name("party", name):
                return Window(*self.sets.always, self.sets.party(name))
            case Union(parts):
                return _any([self.dropped(part, at) for part in parts])
            case Both(one, other):
                return _all(self.dropped(one, at), self.dropped(other, at))
            case Except(keep, _):
                return self.dropped(keep, at)  # of a group that holds an exception: drop it whole
            case _:
                raise UnknownGroup(str(audience))


def _any(found: list[Window]) -> Window:
    begins, ends, bits = found[0]
    for window in found[1:]:
        begins, ends, bits = max(begins, window.begins), min(ends, window.ends), bits | window.bits
    return Window(begins, ends, bits)


def _all(one: Window, other: Window) -> Window:
    return Window(max(one.begins, other.begins), min(one.ends, other.ends), one.bits & other.bits)


def _minus(one: Window, other: Window) -> Window:
    return Window(max(one.begins, other.begins), min(one.ends, other.ends), one.bits & ~other.bits)


def _codes(audience: Audience, sets: Sets) -> frozenset[int]:
    match audience:
        case Name("framework", name):
            return frozenset((sets.framework(name),))
        case Name("party", name):
            sets.party(name)
            return frozenset()
        case Union(parts):
            return frozenset().union(*(_codes(part, sets) for part in parts))
        case Both(one, other) | Except(one, other):
            return _codes(one, sets) | _codes(other, sets)
        case _:
            return frozenset()


def _says_suspended(audience: Audience) -> bool:
    match audience:
        case Name(kind, _):
            return kind == "suspended"
        case Union(parts):
            return any(_says_suspended(part) for part in parts)
        case Both(one, other) | Except(one, other):
            return _says_suspended(one) or _says_suspended(other)


def _groups_in(audience: Audience) -> list[str]:
    match audience:
        case Name("group", name):
            return [name]
        case Union(parts):
            return [name for part in parts for name in _groups_in(part)]
        case Both(one, other) | Except(one, other):
            return [*_groups_in(one), *_groups_in(other)]
        case _:
            return []
