"""Gives the standing engine the register, and keeps one compiled snapshot for each process, exact to the entry."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import RLock
from typing import Any

from django.conf import settings
from django.db.models import Q

from cordiale.apps.ledger.reads import Head, head, one
from cordiale.apps.register.models import (
    Assertion,
    FrameworkVersion,
    PackEdition,
    Party,
    PartyName,
    PartyVersion,
    SourceVersion,
)
from cordiale.apps.register.models import Group as GroupDefined
from cordiale.apps.register.models.known import believed
from cordiale.apps.register.reads.installation import installation, manifest_now
from cordiale.domain.participation import Answer, Scope, StartKind
from cordiale.domain.period import Precision, When
from cordiale.domain.viewer import Viewer
from cordiale.engines.audience.language import Audience, parse
from cordiale.engines.audience.naming import Names
from cordiale.engines.packs.manifest import Manifest, read_manifest
from cordiale.engines.standing import facts as engine_facts
from cordiale.engines.standing.facts import FOREVER, Facts, Known, Life, Weight, first_instant, never
from cordiale.engines.standing.sets import Sets
from cordiale.engines.standing.snapshot import NOW, Asked, Snapshot
from cordiale.engines.standing.storing import DoubtfulFile, load, save

logger = logging.getLogger(__name__)

_COLUMNS = (
    "id",
    "party_id",
    "framework_id",
    "status",
    "source_id",
    "scope",
    "start_kind",
    "valid_from",
    "starts_earliest",
    "starts_latest",
    "ends_earliest",
    "ends_latest",
    "end_source_id",
    "known_from_id",
    "known_to_id",
)


@dataclass
class Engine:
    """One compiled register in this process. Use it inside `with engine(viewer) as now:` only.

    Args:
        snapshot: the register.
        sets: sets of parties over it.
        names: what the words of an audience name.
        groups: id to audience, of the groups defined.
        conflicts, judged: what `conflicts.conflicts` and `claims.judged` found, beside the state it was found in.
        turning_days: what `exploring.turns` found, by state of the register and question.
    """

    snapshot: Snapshot
    sets: Sets
    names: Names
    groups: dict[str, Audience]
    conflicts: tuple[str, list[Any]] | None = None
    judged: tuple[str, dict[str, list[Any]]] | None = None
    turning_days: dict[tuple[str, tuple[str, ...], Asked, str | None], list[date]] = field(default_factory=dict)

    def audience(self, sentence: str) -> Audience:
        """Read a sentence in the names of this register.

        Raises:
            BadAudience: it means nothing.
        """
        return parse(sentence, naming=self.names, known=self.names.known)


_lock = RLock()
_kept: Engine | None = None


class Overtaken(RuntimeError):
    """The engine knows more than the snapshot that asks it: a newer snapshot must be opened."""


@contextmanager
def engine(viewer: Viewer, *, of: Head | None = None) -> Iterator[Engine]:
    """The engine, caught up to exactly the register number the database shows; one thread at a time.

    Whatever was recorded since is taken in as news; a change of frameworks, sources or the pack compiles anew.

    Args:
        of: where the ledger stands in the snapshot that is open, if one is.

    Raises:
        Overtaken: another thread let the engine learn what is newer than `of`.
    """
    global _kept
    with _lock:
        now = of or head(viewer)
        if of is not None and _kept is not None and _kept.snapshot.number > of.register_number:
            raise Overtaken
        if _kept is None or _kept.snapshot.state != now.register_hash:
            _kept = _caught_up(viewer, _kept, now) or _built(viewer, now)
        yield _kept


def under(viewer: Viewer, kept: Engine, asked: Asked) -> Engine:
    """The engine as the register was, or could be, known: for questions about all parties at once.

    Args:
        kept: from `engine`.
        asked: as known at which number, or from sources published by when.
    """
    if asked == NOW:
        return kept
    key = (kept.snapshot.state, asked)
    if key not in _earlier:
        if len(_earlier) >= 8:
            _earlier.pop(next(iter(_earlier)))
        snapshot = kept.snapshot.under(asked)
        names, groups = _words(viewer, asked.number)
        _earlier[key] = Engine(snapshot, Sets(snapshot), names, groups)
    return _earlier[key]


_earlier: dict[tuple[str, Asked], Engine] = {}


def _snapshot_file() -> Path:
    """Where this installation keeps its compiled register."""
    return settings.HOME.path / "cache" / "standing"


def _built(viewer: Viewer, now: Head) -> Engine:
    """From the file when it is of exactly this state, from the database otherwise."""
    facts = register_facts(viewer, now)
    try:
        snapshot = load(_snapshot_file(), facts)
    except DoubtfulFile:
        snapshot = Snapshot.build(facts)
        try:
            save(snapshot, _snapshot_file())
        except OSError as error:
            logger.warning("the compiled register could not be kept: %s", error)
    names, groups = _words(viewer, None)
    return Engine(snapshot, Sets(snapshot), names, groups)


def words_of(viewer: Viewer, sentences: Mapping[str, str]) -> tuple[Names, dict[str, Audience]]:
    """What words name now, and what groups would stand for if these were their sentences.

    Raises:
        BadAudience: a sentence means nothing.
    """
    names = _names(believed(), list(sentences))
    return names, {name: parse(sentence, naming=names, known=names.known) for name, sentence in sentences.items()}


def words_known(viewer: Viewer, *, known: int) -> tuple[Names, dict[str, Audience]]:
    """What words named and what groups stood for as known at a ledger number; public."""
    return _words(viewer, known)


def _words(viewer: Viewer, number: int | None) -> tuple[Names, dict[str, Audience]]:
    """What words name and what groups stand for, as known at a number, or now."""
    held = believed(number)
    text = PackEdition.objects.filter(held).values_list("manifest", flat=True).first()
    manifest = None if text is None else read_manifest(text)[0]
    defined = {} if manifest is None else {name: group.audience for name, group in manifest.groups.items()}
    defined |= dict(GroupDefined.objects.filter(held).values_list("code", "audience"))
    names = _names(held, list(defined))
    return names, {name: parse(sentence, naming=names) for name, sentence in defined.items()}


def _caught_up(viewer: Viewer, kept: Engine | None, now: Head) -> Engine | None:
    """Take in what was recorded between the engine's number and now; None when it takes a new compilation."""
    if kept is None or kept.snapshot.number >= now.register_number:
        return None
    known = one(viewer, number=kept.snapshot.number)
    if known is None or known.hash != kept.snapshot.state:
        return None  # another database, or a restored one
    since, upto = kept.snapshot.number, now.register_number
    recent = Q(known_from__gt=since, known_from__lte=upto) | Q(known_to__gt=since, known_to__lte=upto)
    others = (FrameworkVersion, SourceVersion, PartyVersion, PartyName, PackEdition, GroupDefined)
    if any(model._default_manager.filter(recent).exists() for model in others):
        return None
    weights = kept.snapshot.weights
    added = list(_assertions(weights, Q(known_from__gt=since, known_from__lte=upto), upto))
    closed = Assertion.objects.filter(known_from__lte=since, known_to__gt=since, known_to__lte=upto)
    kept.snapshot.learn(
        added=added,
        closed=list(closed.values_list("id", "party_id", "framework_id", "known_to_id")),
        number=upto,
        state=now.register_hash,
    )
    return kept


def register_facts(viewer: Viewer, now: Head) -> Facts:
    """The whole register as the engine sees it, as far as it is known at `now`."""
    manifest = installation(viewer)
    weights = _weights(manifest)
    return Facts(
        assertions=_assertions(weights, Q(known_from__lte=now.register_number), now.register_number),
        lives=_lives(manifest),
        weights=weights,
        parties=list(Party.objects.order_by("code").values_list("code", flat=True)),
        rules=_rules(),
        zone=manifest.zone,
        number=now.register_number,
        state=now.register_hash,
    )


def facts_of(viewer: Viewer, *, parties: Collection[str] | None, number: int) -> Facts:
    """What is believed at this instant of the transaction of some parties, or of all: for weighing a change.

    Args:
        parties: ids; None for all.
        number: of the open entry.
    """
    manifest = manifest_now(viewer)
    weights = _weights(manifest)
    believed_now = Q(known_to__isnull=True)
    return Facts(
        assertions=_assertions(
            weights, believed_now if parties is None else believed_now & Q(party__in=parties), number
        ),
        lives=_lives(manifest),
        weights=weights,
        parties=sorted(parties) if parties is not None else list(Party.objects.values_list("code", flat=True)),
        rules=_rules(),
        zone=manifest.zone,
        number=number,
    )


def _names(held: Q, groups: list[str]) -> Names:
    parties: dict[str, list[str]] = defaultdict(list)
    for model, key in ((PartyVersion, "named_id"), (PartyName, "party_id")):
        for party, name in model._default_manager.filter(held).values_list(key, "name"):
            parties[party].append(name)
    rows = FrameworkVersion.objects.filter(held).values_list("named_id", "short_name", "name")
    return Names(parties=parties, frameworks={row[0]: row[1:] for row in rows}, groups=groups)


def _assertions(weights: Mapping[str, Sequence[Weight]], condition: Q, upto: int) -> Iterator[engine_facts.Assertion]:
    """Assertions that fulfil a condition; what was closed after `upto` is still open then."""
    rows = Assertion.objects.filter(condition).order_by("id").values_list(*_COLUMNS)
    scopes = {str(scope): scope for scope in Scope}
    for row in rows.iterator(chunk_size=10_000):
        pk, party, framework, status, source, scope, start_kind, start, s0, s1, e0, e1, end_source, since, until = row
        if start.precision is Precision.UNKNOWN:
            s1 = _seen(weights.get(source, ()), since, s1)
        yield engine_facts.Assertion(
            pk,
            party,
            framework,
            status,
            source,
            scopes[scope],
            start_kind == StartKind.ENTRY,
            s0,
            s1,
            e0,
            e1,
            end_source or "",
            since,
            FOREVER if until is None or until > upto else until,
        )


def _seen(weights: Sequence[Weight], number: int, latest: int) -> int:
    """A source that gives no start vouches for the days from its publication on, as it was known when it was read."""
    published = next((weight.published for weight in weights if weight.known.holds(number)), None)
    return latest if published is None else min(latest, published)


def _weights(manifest: Manifest) -> dict[str, list[Weight]]:
    weights: dict[str, list[Weight]] = defaultdict(list)
    rows = SourceVersion.objects.order_by("id").values_list(
        "named_id", "precedence", "published", "known_from_id", "known_to_id"
    )
    for source, precedence, published, since, until in rows:
        latest = None if published.precision is Precision.UNKNOWN else published.bounds(manifest.zone)[1]
        weights[source].append(Weight(precedence, latest, _known(since, until)))
    return dict(weights)


def _lives(manifest: Manifest) -> dict[str, list[Life]]:
    lives: dict[str, list[Life]] = defaultdict(list)
    rows = FrameworkVersion.objects.order_by("id").values_list(
        "named_id", "established", "dissolved", "complete_from", "complete_to", "known_from_id", "known_to_id"
    )
    zone, coverages = manifest.zone, _coverages()
    for framework, established, dissolved, complete_from, complete_to, since, until in rows:
        begins = first_instant(zone) if _unknown(established) else established.bounds(zone)[0]
        ends = never(zone) if _unknown(dissolved) else dissolved.bounds(zone)[1]
        known = _known(since, until)
        if _unknown(complete_from):
            lives[framework].append(Life(begins, ends, begins, begins, known))
            continue
        stops = _while(known, coverages) if _unknown(complete_to) else [(complete_to, known)]
        lives[framework] += [
            Life(begins, ends, complete_from.bounds(zone)[1], stop.bounds(zone)[0], held) for stop, held in stops
        ]
    return dict(lives)


def _coverages() -> list[tuple[When, Known]]:
    """Until when each edition of the pack claimed to know, and at which numbers that edition held."""
    rows = PackEdition.objects.order_by("id").values_list("manifest", "known_from_id", "known_to_id")
    read = [(read_manifest(text)[0], _known(since, until)) for text, since, until in rows]
    return [(manifest.coverage_to, known) for manifest, known in read if manifest is not None]


def _while(known: Known, coverages: Sequence[tuple[When, Known]]) -> list[tuple[When, Known]]:
    """The coverages that held while something was known, each with the numbers at which both were."""
    both = [(stop, Known(max(known.since, held.since), min(known.until, held.until))) for stop, held in coverages]
    return [(stop, held) for stop, held in both if held.since < held.until]


def _rules() -> list[engine_facts.Rules]:
    found = []
    rows = PackEdition.objects.order_by("id").values_list("manifest", "known_from_id", "known_to_id")
    for text, since, until in rows:
        manifest, _ = read_manifest(text)
        if manifest is not None:
            known = _known(since, until)
            local, spared = frozenset(manifest.local_suspension), manifest.spared_scopes
            found.append(engine_facts.Rules(_meaning(manifest), known, local, spared))
    return found


def _meaning(manifest: Manifest) -> engine_facts.Meaning:
    def answer(status: str, framework: str) -> Answer:
        return manifest.answer(status=status, framework=framework)

    return answer


def _known(since: int, until: int | None) -> Known:
    return Known(since, FOREVER if until is None else until)


def _unknown(when: When) -> bool:
    return when.precision is Precision.UNKNOWN
