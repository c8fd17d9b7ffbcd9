"""What a page claims, judged by the register: the rules get the claim and the register, never what a human found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import partial
from typing import Any, TypeVar

from cordiale.apps.register.models import Claim as ClaimRow
from cordiale.apps.register.models import Source
from cordiale.apps.register.reads.facts import Fact, facts
from cordiale.apps.register.reads.installation import installation
from cordiale.apps.register.reads.standing import engine
from cordiale.domain.claims import world as rows
from cordiale.domain.claims.judging import judge
from cordiale.domain.claims.standings import SEATED
from cordiale.domain.claims.values import Claim, FactUsed, Verdict
from cordiale.domain.claims.world import NOBODY, Party, Row, Standing, World
from cordiale.domain.participation import Answer, Scope
from cordiale.domain.period import day_of
from cordiale.domain.viewer import Viewer
from cordiale.engines.packs.manifest import Manifest
from cordiale.engines.standing.explaining import Explanation, Outcome, explain
from cordiale.engines.standing.snapshot import NoSuchFramework, NoSuchParty, Snapshot

COLUMNS: Mapping[type[Row], Mapping[str, str]] = {
    rows.Aim: {"words": "text"},
    rows.Contribution: {"start": "from", "end": "to"},
    rows.Note: {"words": "text"},
    rows.Objective: {"words": "text_in_own_words"},
    rows.Precondition: {"words": "text"},
}
"""Where a column of the pack format bears another name than the value of the rules."""

TABLES: Mapping[str, type[Row]] = {
    "founding_dates": rows.FoundingDate,
    "aims": rows.Aim,
    "agreements": rows.Agreement,
    "signatures": rows.Signature,
    "entitlements": rows.Entitlement,
    "policies": rows.Policy,
    "preconditions": rows.Precondition,
    "instruments": rows.Instrument,
    "programmes": rows.Programme,
    "meetings": rows.Meeting,
    "cadences": rows.Cadence,
    "notes": rows.Note,
    "events": rows.Event,
    "event_links": rows.EventLink,
    "offices": rows.Office,
    "objectives": rows.Objective,
    "areas": rows.Area,
    "operations": rows.Operation,
    "contributions": rows.Contribution,
    "party_regions": rows.RegionOfParty,
}
"""Part of a world to the rows it holds."""

Made = TypeVar("Made", bound=Row)


class NoSuchSource(LookupError):
    """The register knows no source of that id."""

    code = "no-such-source"

    def __init__(self, source: str) -> None:
        super().__init__(f'There is no source "{source}" in this register.')


@dataclass(frozen=True)
class ClaimRead:
    """A claim and what the register makes of it.

    Args:
        locator, kind, subject, predicate, object, date_or_period: the claim, as the page puts it.
        verdict: agree, disagree, partly or cannot tell.
        reason: why, in full sentences.
        facts: the rows of the register that it rests on.
    """

    locator: str
    kind: str
    subject: str
    predicate: str
    object: str
    date_or_period: str
    verdict: Verdict
    reason: str
    facts: tuple[FactUsed, ...]


def claims(viewer: Viewer, *, source: str) -> list[ClaimRead]:
    """Every claim of a page with the verdict of the register, in the order of the page; public.

    Raises:
        NoSuchSource: the register knows no such source.
        NoPackLoaded: the register is empty.
    """
    installation(viewer)
    if not Source.objects.filter(code=source).exists():
        raise NoSuchSource(source)
    return judged(viewer).get(source, [])


def judged(viewer: Viewer) -> Mapping[str, list[ClaimRead]]:
    """Every claim of every page, by source; public. Kept for each state of the register.

    Raises:
        NoPackLoaded: the register is empty.
    """
    manifest = installation(viewer)
    with engine(viewer) as now:
        if now.judged is None or now.judged[0] != now.snapshot.state:
            sources = ClaimRow.objects.filter(known_to=None).values_list("source", flat=True).distinct()
            now.judged = (
                now.snapshot.state,
                {source: _judged(viewer, manifest, now.snapshot, source) for source in sorted(sources)},
            )
        found: dict[str, list[ClaimRead]] = now.judged[1]
        return found


def _judged(viewer: Viewer, manifest: Manifest, snapshot: Snapshot, source: str) -> list[ClaimRead]:
    said = _claims_of(viewer, source)
    world = _world(viewer, manifest, snapshot, said)
    return [
        ClaimRead(
            claim.locator,
            claim.kind,
            claim.subject,
            claim.predicate,
            claim.object,
            claim.date_or_period,
            judgement.verdict,
            judgement.reason,
            judgement.facts,
        )
        for claim in said
        for judgement in (judge(claim, world),)
    ]


def _claims_of(viewer: Viewer, source: str) -> tuple[Claim, ...]:
    """The claims as the page makes them; the columns a human filled in are not even loaded."""
    columns = [field.name for field in fields(Claim)]
    names = ["source_id" if name == "source" else name for name in columns]
    found = ClaimRow.objects.filter(known_to=None, source=source).order_by("id").values_list(*names)
    return tuple(Claim(*row) for row in found)


def _world(viewer: Viewer, manifest: Manifest, snapshot: Snapshot, said: tuple[Claim, ...]) -> World:
    assertions = {one.row: one for one in _assertions(viewer, manifest)}
    held: dict[str, Any] = {
        name: tuple(_row(made, fact) for fact in facts(viewer, table=made.table)) for name, made in TABLES.items()
    }
    return World(
        host=manifest.host,
        membership=manifest.membership,
        coverage_to=manifest.coverage_to,
        standing=_kept(partial(_standing, snapshot, assertions)),
        seated=_kept(partial(_seated, snapshot)),
        precedence={fact["id"]: fact["precedence"] for fact in facts(viewer, table="sources")},
        parties=_parties(viewer),
        frameworks={fact["id"]: _row(rows.Framework, fact) for fact in facts(viewer, table="frameworks")},
        regions={fact["id"]: fact["name"] for fact in facts(viewer, table="regions")},
        bodies={code: body.name for code, body in manifest.bodies.items()},
        claims=said,
        assertions=tuple(assertions.values()),
        **held,
    )


def _row(made: type[Made], fact: Fact) -> Made:
    """A row of the register as the rules see it, field by field."""
    renamed = COLUMNS.get(made, {})
    names = [field.name for field in fields(made) if field.name != "row"]
    return made(row=fact.id, **{name: fact[renamed.get(name, name)] for name in names})


def _assertions(viewer: Viewer, manifest: Manifest) -> list[rows.Assertion]:
    return [
        rows.Assertion(
            row=fact.id,
            source=fact["source"],
            party=fact["party"],
            framework=fact["framework"],
            status=fact["status"],
            scope=Scope(fact["scope"]),
            answer=manifest.answer(status=fact["status"], framework=fact["framework"]),
            entry=fact["start_kind"] == "entry",
            start=fact["valid_from"],
            end=fact["valid_to"],
            note=fact["note"],
        )
        for fact in facts(viewer, table="participation")
    ]


def _parties(viewer: Viewer) -> dict[str, Party]:
    named: dict[str, list[FactUsed]] = defaultdict(list)
    for fact in facts(viewer, table="party_names"):
        named[fact["party"]].append(FactUsed("party_names", fact.id, fact["source"], fact["name"]))
    return {
        fact["id"]: Party(
            id=fact["id"],
            is_state=fact["kind"] == "state",
            name=fact["name"],
            names=tuple(one.says for one in named[fact["id"]]),
            named=tuple(named[fact["id"]]),
        )
        for fact in facts(viewer, table="parties")
    }


def _kept(ask: Any) -> Any:
    """Answers of one judging, each worked out once."""
    known: dict[Any, Any] = {}

    def answer(*asked: Any) -> Any:
        if asked not in known:
            known[asked] = ask(*asked)
        return known[asked]

    return answer


def _standing(
    snapshot: Snapshot, assertions: Mapping[int, rows.Assertion], party: str, framework: str, on: date
) -> Standing:
    try:
        found = explain(snapshot, party, framework, day_of(on, snapshot.zone))
    except (NoSuchFramework, NoSuchParty):
        return NOBODY
    return Standing(
        found.standing.answer,
        found.scopes,
        _with(found, assertions, (Outcome.WON, Outcome.DISPUTES, Outcome.AGREES)),
        _with(found, assertions, (Outcome.LOST,)),
    )


def _with(
    found: Explanation, assertions: Mapping[int, rows.Assertion], outcomes: tuple[Outcome, ...]
) -> tuple[rows.Assertion, ...]:
    ids = [claim.assertion.id for claim in found.claims if claim.outcome in outcomes]
    return tuple(assertions[pk] for pk in ids if pk in assertions)


def _seated(snapshot: Snapshot, framework: str, on: date) -> dict[str, Answer]:
    day = day_of(on, snapshot.zone)
    try:
        parties = snapshot.spoken_of(framework)
    except NoSuchFramework:
        return {}
    answers = {party: snapshot.standing_on(party, framework, day).answer for party in parties}
    return {party: answer for party, answer in answers.items() if answer in SEATED}
