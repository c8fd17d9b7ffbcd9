"""Areas: in which fields a framework, an agreement or the partnerships cooperate, and with which regions."""

from __future__ import annotations

import re
from collections.abc import Callable

from cordiale.domain.claims.matching import Found, by_others, match, said_by_itself
from cordiale.domain.claims.reading import first_day, last_day, when_of, within, words_of
from cordiale.domain.claims.standings import in_force_rows
from cordiale.domain.claims.values import Claim, Judgement, Verdict, cannot_tell, judged
from cordiale.domain.claims.world import Aim, Area, Row, World
from cordiale.domain.period import When

_YEAR = re.compile(r"-(\d{4})$")


def judge(claim: Claim, world: World) -> Judgement:
    """An area is one that the register holds for the subject; two areas run together are right only in part."""
    if claim.predicate == "has-region":
        return _region(claim, world)
    when = when_of(claim.date_or_period)
    scheme = areas_of(world, claim.subject, when)
    aims = [aim for aim in world.aims if aim.framework == claim.subject and aim.kind == "area"]
    rows: list[Row] = [*scheme, *aims]
    if not rows and _is_known(world, claim.subject):
        return cannot_tell(f"The register holds no areas of {world.name(claim.subject)}.")
    closed = bool(rows)
    rows = rows or list(_general(world))
    others = match(claim.object, by_others(claim, rows), _held)
    own = said_by_itself(claim, rows, _held)
    if others.found is Found.WHOLE:
        return _agree(claim, (*others.rows, *own))
    if others.found is Found.SPREAD:
        names = "; ".join(row.text for row in others.rows)
        reason = f"The register holds this as separate areas, not as one: {names}."
        return judged(claim, Verdict.PARTLY, reason, [row.used() for row in others.rows])
    if own:
        return _agree(claim, own)
    if others.found is Found.PART and closed:
        names = "; ".join(row.text for row in others.rows)
        reason = f'The register holds a part of it ({names}), but no area of "{others.missing}".'
        return judged(claim, Verdict.PARTLY, reason, [row.used() for row in others.rows])
    return cannot_tell("No area of the register is near enough in its words to tell whether it is the same.")


def _agree(claim: Claim, rows: tuple[Row, ...]) -> Judgement:
    names = "; ".join(dict.fromkeys(row.text for row in rows))
    reason = f"The register holds this area as: {names}."
    return judged(claim, Verdict.AGREE, reason, [row.used() for row in rows])


def _held(row: Row) -> str:
    return row.text


def _is_known(world: World, subject: str) -> bool:
    documents = {row.id for row in world.agreements}
    return subject in documents or (subject in world.frameworks and subject != world.membership)


def areas_of(world: World, subject: str, when: When) -> list[Area]:
    """Areas of the schemes that belong to a framework or an agreement.

    A scheme belongs to the framework whose id it begins with; if it ends with a year, it is the scheme of that year.
    An agreement has the scheme of its year in the framework whose seats are its parties.
    """
    agreement = next((row for row in world.agreements if row.id == subject), None)
    if agreement is None:
        return [] if subject not in world.frameworks else _schemes(world, subject, lambda year: _by(year, when))
    owners = [
        framework
        for framework in world.frameworks
        if {row.party for row in world.assertions if row.framework == framework} == set(agreement.parties)
    ]
    year = first_day(agreement.date).year
    return [row for owner in owners for row in _schemes(world, owner, lambda other: other in (None, year))]


def _by(year: int | None, when: When) -> bool:
    return year is None or not when.text or year <= last_day(when).year


def _schemes(world: World, framework: str, fits: Callable[[int | None], bool]) -> list[Area]:
    found = []
    for row in world.areas:
        year = _YEAR.search(row.scheme)
        stem_of_scheme = _YEAR.sub("", row.scheme)
        owned = stem_of_scheme == framework or stem_of_scheme.startswith(f"{framework}-")
        if owned and fits(int(year[1]) if year else None):
            found.append(row)
    return found


def _general(world: World) -> list[Area | Aim]:
    """Areas that belong to no framework: they are those of the partnerships as a whole."""
    owned = {row for framework in world.frameworks for row in _schemes(world, framework, lambda year: True)}
    return [row for row in world.areas if row not in owned]


def _region(claim: Claim, world: World) -> Judgement:
    """A region is one from which parties take part in a partner framework in the period."""
    region = next((code for code, name in world.regions.items() if words_of(name) == words_of(claim.object)), None)
    if region is None:
        return cannot_tell(f'The register knows no region "{claim.object}".')
    when = when_of(claim.date_or_period)
    placed = {row.party: row for row in world.party_regions if row.region == region}
    rows = [
        row
        for row in in_force_rows(row for row in world.assertions if row.party in placed)
        if row.framework != world.membership and _overlaps(row.start, row.end, when)
    ]
    if not rows:
        return cannot_tell(f"The register has no partner from {claim.object} in that period.")
    parties = list(dict.fromkeys(row.party for row in rows))
    names = ", ".join(world.name(party) for party in parties)
    facts = [placed[party].used() for party in parties]
    facts += [next(row for row in rows if row.party == party).used() for party in parties]
    return judged(claim, Verdict.AGREE, f"From {claim.object} these took part: {names}.", facts)


def _overlaps(start: When, end: When | None, when: When) -> bool:
    if not when.text:
        return True
    ends = end is None or last_day(end) > first_day(when) or within(end, when)
    return first_day(start) <= last_day(when) and ends
