"""Gives the standing engine the register, and keeps one compiled snapshot for each process, exact to the entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from cordiale.apps.ledger.reads import head
from cordiale.apps.register.models import Assertion, FrameworkVersion, PackEdition, PartyVersion, SourceVersion
from cordiale.apps.register.reads.installation import installation
from cordiale.domain.participation import Answer, Scope, StartKind
from cordiale.domain.period import Precision, When, midnight
from cordiale.domain.viewer import Viewer
from cordiale.engines.packs.manifest import Manifest, read_manifest
from cordiale.engines.standing import facts as engine
from cordiale.engines.standing.facts import FOREVER, Facts, Known, Life, Weight, first_instant, never
from cordiale.engines.standing.snapshot import Snapshot

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


def register_facts(viewer: Viewer) -> Facts:
    """The whole register as the engine sees it."""
    now = head(viewer)
    manifest = installation(viewer)
    weights = _weights(manifest)
    return Facts(
        assertions=_assertions(weights),
        lives=_lives(manifest),
        weights=weights,
        parties=list(PartyVersion.objects.order_by("named_id").values_list("named_id", flat=True).distinct()),
        meanings=_meanings(),
        zone=manifest.zone,
        number=now.register_number,
        state=now.register_hash,
        local=frozenset(),
    )


def _assertions(weights: dict[str, list[Weight]]) -> Iterator[engine.Assertion]:
    rows = Assertion.objects.order_by("id").values_list(*_COLUMNS)
    scopes = {str(scope): scope for scope in Scope}
    for row in rows.iterator(chunk_size=10_000):
        pk, party, framework, status, source, scope, start_kind, start, s0, s1, e0, e1, end_source, since, until = row
        if start.precision is Precision.UNKNOWN:
            s1 = _seen(weights.get(source, ()), s1)
        yield engine.Assertion(
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
            FOREVER if until is None else until,
        )


def _seen(weights: list[Weight] | tuple[()], latest: int) -> int:
    """A source that gives no start vouches for the days from its own publication on."""
    published = weights[-1].published if weights else None
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
    zone = manifest.zone
    for framework, established, dissolved, complete_from, complete_to, since, until in rows:
        begins = first_instant(zone) if _unknown(established) else established.bounds(zone)[0]
        ends = never(zone) if _unknown(dissolved) else dissolved.bounds(zone)[1]
        complete = (begins, begins)
        if not _unknown(complete_from):
            stop = manifest.coverage_to if _unknown(complete_to) else complete_to
            complete = (complete_from.bounds(zone)[1], stop.bounds(zone)[0])
        lives[framework].append(Life(begins, ends, *complete, _known(since, until)))
    return dict(lives)


def _meanings() -> list[tuple[Known, engine.Meaning]]:
    meanings = []
    rows = PackEdition.objects.order_by("id").values_list("manifest", "known_from_id", "known_to_id")
    for text, since, until in rows:
        manifest, _ = read_manifest(text)
        if manifest is not None:
            meanings.append((_known(since, until), _meaning(manifest)))
    return meanings


def _meaning(manifest: Manifest) -> engine.Meaning:
    def answer(status: str, framework: str) -> Answer:
        return manifest.answer(status=status, framework=framework)

    return answer


def _known(since: int, until: int | None) -> Known:
    return Known(since, FOREVER if until is None else until)


def _unknown(when: When) -> bool:
    return when.precision is Precision.UNKNOWN
