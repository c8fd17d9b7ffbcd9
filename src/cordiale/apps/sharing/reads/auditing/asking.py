"""Who could read a document at a moment, and why; and the reverse: what a party could read then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from cordiale.apps.ledger.reads import chosen, head, last_by
from cordiale.apps.people.reads.people import names as names_of_people
from cordiale.apps.register.reads.asking import Knowledge, StandingRead, standings_at
from cordiale.apps.register.reads.installation import NoPackLoaded, installation
from cordiale.apps.register.reads.labels import labels as names_in_register
from cordiale.apps.register.reads.standing import Engine
from cordiale.apps.sharing.models import DocumentVersion
from cordiale.apps.sharing.models.rights import held_at
from cordiale.apps.sharing.reads.auditing.then import (
    Rights,
    borne,
    engine_known,
    label_at,
    labels_by_number,
    rights,
)
from cordiale.apps.sharing.reads.documents import document as document_read
from cordiale.apps.sharing.reads.labels import Interned, audience_of, ceiling_of, home, label_windows
from cordiale.apps.sharing.reads.markings import marking_of
from cordiale.apps.sharing.reads.reading import reading
from cordiale.domain import clock
from cordiale.domain.labels import Label, is_readable
from cordiale.domain.ledger import Entry
from cordiale.domain.period import microseconds
from cordiale.domain.roles import Mandate
from cordiale.domain.viewer import Viewer, require
from cordiale.engines.audience.deciding import expanded, windows
from cordiale.engines.audience.language import (
    SUSPENDED,
    Audience,
    Except,
    Name,
    Union,
    canonical,
    frameworks_in,
    reworded,
    written,
)
from cordiale.engines.packs.manifest import Manifest

AT_ONCE = 50
"""Documents on a page of what a party could read."""


class Filed(StrEnum):
    """Whether there was a document to read at a moment."""

    YES = "filed"
    NOT_YET = "not filed yet"
    WITHDRAWN = "withdrawn"


class Way(StrEnum):
    """How a party came to be a reader, or why it was none."""

    HOST = "host"
    MEMBER = "member"
    RELEASED = "released"
    SUSPENDED = "suspended"
    EXCEPTED = "excepted"
    OUTSIDE = "outside"
    UNTOLD = "untold"


class Refusal(StrEnum):
    """Why a person could not read what bore a label."""

    NO_PARTY = "no party"
    PARTY = "party"
    LEVEL = "level"
    GROUP = "group"


@dataclass(frozen=True)
class PartyThen:
    """A party at the moment.

    Args:
        party: id.
        is_reader: whether it was in the audience of the label.
        way: how, or why not.
        terms: the terms of the release that let it in, in the words people use.
        standings: for a party that was left out as suspended: where, since when, by which source; for one outside: how
            it stood in the frameworks that the label names, where any source speaks of it.
    """

    party: str
    is_reader: bool
    way: Way
    terms: tuple[str, ...] = ()
    standings: tuple[StandingRead, ...] = ()


@dataclass(frozen=True)
class PersonThen:
    """Somebody who held a role that day.

    Args:
        person, name: number, and name where it is kept.
        mandates: roles held.
        parties: ids of the parties they read for.
        level: id of the level they were cleared for; "" without a clearance.
        refusals: every reason for which they could not read; none where they could.
    """

    person: int
    name: str
    mandates: tuple[Mandate, ...]
    parties: tuple[str, ...]
    level: str
    refusals: tuple[Refusal, ...]

    @property
    def is_reader(self) -> bool:
        """Whether they could read it."""
        return not self.refusals


@dataclass(frozen=True)
class Readers:
    """Who could read a document at a moment.

    Args:
        document: code.
        title: its title of now, where the auditor may read it now; "" otherwise.
        at: the moment.
        known: the last ledger entry by that moment: everything is answered as known at it.
        filed: whether there was anything to read.
        filed_by: the entry from which the document bore the label, or that withdrew it; None where not filed yet.
        label, marking: what it bore, the marking in the names of now; None and "" where there was nothing to read.
        parties: every party of the register, readers first.
        people: everybody who held a role that day, readers first.
    """

    document: str
    title: str
    at: datetime
    known: int
    filed: Filed
    filed_by: Entry | None
    label: Label | None
    marking: str
    parties: tuple[PartyThen, ...]
    people: tuple[PersonThen, ...]


@dataclass(frozen=True)
class DocumentThen:
    """A document that a party could read at a moment.

    Args:
        document: code.
        marking: of the label it bore.
        way, terms: what let the party in.
        group: id of the group that needed to know besides; "" for none.
    """

    document: str
    marking: str
    way: Way
    terms: tuple[str, ...]
    group: str


@dataclass(frozen=True)
class CouldRead:
    """Some of the documents a party could read at a moment, by code.

    Args:
        following: the code after which the next page begins; "" when this is the last.
    """

    party: str
    at: datetime
    known: int
    documents: tuple[DocumentThen, ...]
    following: str


def readers(viewer: Viewer, *, document: str, at: datetime | None = None) -> Readers | None:
    """Who could read a document at a moment, and why; as known then. None where there never was such a document.

    Args:
        document: code.
        at: the moment; None for now. One that is still to come is answered as known now.

    Raises:
        NotPermitted: the viewer may not audit.
        NoPackLoaded: no pack was known then, though the document was filed.
        CannotRead, LogUnwritable: whether the viewer may know the title cannot be decided or written down.
    """
    require(viewer, "sharing.audit")
    bore = borne(viewer, documents=[document]).get(document)
    if not bore:
        return None
    moment, known = _moment(viewer, at)
    number = label_at(bore, known)
    if not number:
        past = [one for one in bore if one.since <= known]
        by = past[-1].until if past else None
        filed = Filed.WITHDRAWN if past else Filed.NOT_YET
        return Readers(document, _title(viewer, document), moment, known, filed, _entry(viewer, by), None, "", (), ())
    label = labels_by_number(viewer)[number]
    since = next(one.since for one in bore if one.label == number and one.since <= known)
    manifest = installation(viewer, known=known)
    with engine_known(viewer, known=known) as then:
        parties = _parties(viewer, label, manifest, then, moment, known)
    audience = frozenset(one.party for one in parties if one.is_reader)
    held = rights(viewer, known=known, at=moment)
    called = names_of_people(viewer)
    people = [
        _person(person, called.get(person, ""), one, label.label, manifest, audience) for person, one in held.items()
    ]
    return Readers(
        document=document,
        title=_title(viewer, document),
        at=moment,
        known=known,
        filed=Filed.YES,
        filed_by=_entry(viewer, since),
        label=label.label,
        marking=marking_of(viewer, label=label.label),
        parties=tuple(sorted(parties, key=lambda one: (list(Way).index(one.way), one.party))),
        people=tuple(sorted(people, key=lambda one: (not one.is_reader, one.person))),
    )


def could_read(
    viewer: Viewer, *, party: str, at: datetime | None = None, after: str = "", limit: int = AT_ONCE
) -> CouldRead:
    """What a party could read at a moment, as known then, its people being cleared and in the groups that need to know.

    Args:
        party: id.
        at: the moment; None for now.
        after: code of the last document of the page before.
        limit: documents on a page.

    Raises:
        NotPermitted: the viewer may not audit.
    """
    require(viewer, "sharing.audit")
    moment, known = _moment(viewer, at)
    try:
        manifest = installation(viewer, known=known)
    except NoPackLoaded:
        return CouldRead(party, moment, known, (), "")
    ways: dict[int, tuple[Label, Way, tuple[str, ...]]] = {}
    with engine_known(viewer, known=known) as then:
        for number, label in labels_by_number(viewer).items():
            level = manifest.levels.get(label.label.level)
            if level is not None and level.rank <= ceiling_of(manifest).rank:
                way, terms = _Deciding(viewer, label, manifest, then, moment, known).way_in(party)
                if way is not None:
                    ways[number] = (label.label, way, terms)
    rows = DocumentVersion.behind.filter(held_at(known), label__in=ways.keys(), document__gt=after)
    found = list(rows.order_by("document").values_list("document", "label")[: limit + 1])
    markings = {number: marking_of(viewer, label=ways[number][0]) for number in {label for _code, label in found}}
    documents = tuple(
        DocumentThen(code, markings[label], ways[label][1], ways[label][2], ways[label][0].group)
        for code, label in found[:limit]
    )
    return CouldRead(party, moment, known, documents, documents[-1].document if len(found) > limit else "")


def _moment(viewer: Viewer, at: datetime | None) -> tuple[datetime, int]:
    """The moment asked about, and the last entry by then. Without one: now, and the last entry there is."""
    if at is not None:
        return at, last_by(viewer, at=at)
    now = head(viewer)
    return max(clock.now(), datetime.fromisoformat(now.at)) if now.at else clock.now(), now.number


def _entry(viewer: Viewer, number: int | None) -> Entry | None:
    return next(iter(chosen(viewer, numbers=[number])), None) if number else None


def _title(viewer: Viewer, code: str) -> str:
    """The title of a document, where the viewer may read it; the installation itself reads nothing."""
    if not viewer.person:
        return ""
    with reading(viewer) as now:
        found = document_read(now, code=code)
    return found.title if found else ""


def _person(
    person: int, name: str, held: Rights, label: Label, manifest: Manifest, audience: frozenset[str]
) -> PersonThen:
    """Somebody, with every reason why they could not read."""
    reader = held.reader
    level = manifest.levels.get(label.level)
    reasons = {
        Refusal.NO_PARTY: not reader.parties,
        Refusal.PARTY: bool(reader.parties) and not reader.parties & audience,
        Refusal.LEVEL: level is None or level.rank > min(ceiling_of(manifest).rank, reader.clearance),
        Refusal.GROUP: bool(label.group) and label.group not in reader.groups,
    }
    refusals = tuple(reason for reason, holds in reasons.items() if holds)
    highest = ceiling_of(manifest)
    if is_readable(label, levels=manifest.levels, ceiling=highest, reader=reader, audience=audience) == bool(refusals):
        raise RuntimeError("the reasons do not agree with the rule")  # pragma: no cover  # a mistake of ours
    return PersonThen(person, name, tuple(sorted(held.mandates)), tuple(sorted(reader.parties)), held.level, refusals)


def _parties(
    viewer: Viewer, label: Interned, manifest: Manifest, then: Engine, at: datetime, known: int
) -> list[PartyThen]:
    deciding = _Deciding(viewer, label, manifest, then, at, known)
    found = [deciding.party(party) for party in sorted(names_in_register(viewer, known=known).of["parties"])]
    why = {one.party: deciding.frameworks(one) for one in found}
    pairs = [(party, framework) for party, wanted in why.items() for framework in wanted]
    told: dict[str, list[StandingRead]] = {}
    for one in standings_at(viewer, pairs=pairs, at=at, knowledge=Knowledge(known=known)):
        told.setdefault(one.party, []).append(one)
    return [replace(one, standings=tuple(told.get(one.party, ()))) for one in found]


class _Deciding:
    """How each party stood to one label at a moment; use it inside the engine's block.

    Nothing is decided here a second time: who reads is `label_windows`, as for every reader; the rest explains it.
    """

    def __init__(
        self, viewer: Viewer, label: Interned, manifest: Manifest, then: Engine, at: datetime, known: int
    ) -> None:
        self.manifest, self.then, self.at = manifest, then, microseconds(at)
        through = label_windows(label, manifest, then)
        self.told = through is not None
        self.bits = through.at(self.at).bits if through else 0
        self._words = names_in_register(viewer, known=known)
        self._label = label.label
        if through is None:
            return
        audience = audience_of(label.label, manifest, then)
        assert audience is not None  # noqa: S101  # it has windows
        self.own = self._meant(canonical(home(manifest)))
        release = then.audience(label.label.release) if label.label.release else None
        self.terms = [(self._shown(term), self._meant(term)) for term in _terms(release)] if release else []
        plain = expanded(audience, then.groups)
        self.seated = self._meant(_without_suspended(plain), roster=True)
        self.without_exceptions = self._meant(_without_exceptions(plain), roster=True)
        self.restricted = then.sets.restricted().at(self.at).bits
        self.named = frameworks_in(plain)

    def party(self, party: str) -> PartyThen:
        """A party, without the standings that explain it."""
        way, terms = self.way_in(party)
        if way is not None:
            return PartyThen(party, True, way, terms)
        if not self.told:
            return PartyThen(party, False, Way.UNTOLD)
        bit = self._bit(party)
        if bit & self.restricted & self.seated:
            return PartyThen(party, False, Way.SUSPENDED)
        excepted = bit & self.without_exceptions & ~self.seated
        return PartyThen(party, False, Way.EXCEPTED if excepted else Way.OUTSIDE)

    def way_in(self, party: str) -> tuple[Way | None, tuple[str, ...]]:
        """How a party is let in, and by which terms of the release; None where it is not."""
        bit = self._bit(party)
        if not bit & self.bits:
            return None, ()
        terms = tuple(shown for shown, bits in self.terms if bits & bit)
        if party == self.manifest.host:
            return Way.HOST, terms
        return (Way.MEMBER if bit & self.own else Way.RELEASED), terms

    def frameworks(self, one: PartyThen) -> list[str]:
        """The frameworks in which a party's standing explains what it is told."""
        snapshot = self.then.snapshot
        if one.way is Way.SUSPENDED:
            local = snapshot.rules_at(None).local
            spoken = sorted(framework for party, framework in snapshot.pairs() if party == one.party)
            return [f for f in spoken if f not in local and snapshot.standing(one.party, f, self.at).restricted]
        if one.way in (Way.OUTSIDE, Way.EXCEPTED):
            return [framework for framework in sorted(self.named) if one.party in snapshot.spoken_of(framework)]
        return []

    def _bit(self, party: str) -> int:
        code = self.then.snapshot.columns.parties.of.get(party)
        return 0 if code is None else 1 << code

    def _meant(self, audience: Audience, *, roster: bool = False) -> int:
        return windows(audience, sets=self.then.sets, groups=self.then.groups, roster=roster).at(self.at).bits

    def _shown(self, term: Audience) -> str:
        """A term in the words people use."""
        tables: Mapping[str, tuple[str, ...]] = {"framework": ("frameworks",), "party": ("parties",)}

        def word(name: Name) -> str:
            return self._words.name(tables[name.kind], name.id) if name.kind in tables else name.id

        return written(reworded(term, word))


def _terms(audience: Audience) -> Iterator[Audience]:
    """The single terms of an audience, each with the exception that stands behind it."""
    match audience:
        case Union(parts):
            for part in parts:
                yield from _terms(part)
        case Except(keep, drop):
            for term in _terms(keep):
                yield Except(term, drop)
        case _:
            yield audience


def _without_exceptions(audience: Audience) -> Audience:
    match audience:
        case Union(parts):
            return Union(tuple(_without_exceptions(part) for part in parts))
        case Except(keep, _):
            return _without_exceptions(keep)
        case _:
            return audience


def _without_suspended(audience: Audience) -> Audience:
    """The same audience where exceptions do not name the suspended: whom else they leave out."""
    match audience:
        case Union(parts):
            return Union(tuple(_without_suspended(part) for part in parts))
        case Except(keep, Union(parts)):
            left = tuple(part for part in parts if not _is_suspended(part))
            return Except(_without_suspended(keep), Union(left)) if left else _without_suspended(keep)
        case Except(keep, drop):
            return _without_suspended(keep) if _is_suspended(drop) else Except(_without_suspended(keep), drop)
        case _:
            return audience


def _is_suspended(audience: Audience) -> bool:
    return isinstance(audience, Name) and audience.kind == SUSPENDED
