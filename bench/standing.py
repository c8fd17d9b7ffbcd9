"""Standing and audiences beside databases and policy engines: the same questions, in the same run, answers compared.

    make bench-standing                     a register of NATO's size, and one of 100,000 assertions
    python -m bench.standing --world        also 2,000,000 assertions (several minutes, some 6 GB)

Databases get the easy form: for what is believed now, a table of periods already resolved; for what was believed at a
number, the raw table with the rules in SQL. Generated dates are days, of one scope, and no two sources of a pair weigh
the same, so that the rules fit into SQL; the engine is not told. Questions are prepared for each beforehand.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log
from pathlib import Path
from time import perf_counter
from typing import Any

from bench import Answer, engines, place, report
from bench.peers import Casbin, Cedar, Database, Duck, Engine, Postgres, Sqlite, union
from bench.racing import race
from bench.registers import DAY, DAYS, FIRST, PACK, REGISTER, SEED, WORLD, Scale, generated
from cordiale.domain.participation import Scope
from cordiale.engines.audience.deciding import windows
from cordiale.engines.audience.language import Name
from cordiale.engines.standing.facts import FOREVER, Assertion, Facts, never
from cordiale.engines.standing.resolving import SUSPENDED
from cordiale.engines.standing.sets import Sets
from cordiale.engines.standing.snapshot import Snapshot
from cordiale.engines.standing.storing import load, save

STANDING, KNOWN, COLD, SEEN = "standing", "known at", "audience, first asked", "audience, asked again"
ONE, RELOAD, BYTES, DECISION = "one new assertion", "reload", "memory", "decision"

TARGETS: dict[tuple[str, str, str], float] = {
    ("register", STANDING, "SQLite"): 5,
    ("register", STANDING, "PostgreSQL"): 20,
    ("register", KNOWN, "SQLite"): 5,
    ("register", COLD, "SQLite"): 5,
    ("register", SEEN, "SQLite"): 300,
    ("register", DECISION, "cedarpy"): 100,
    ("register", DECISION, "casbin"): 1_000,
    ("register", ONE, "a build"): 1_000,
    ("world", STANDING, "SQLite"): 5,
    ("world", SEEN, "SQLite"): 1_000,
    ("world", BYTES, "110 bytes an assertion"): 1,
    ("world", RELOAD, "a build"): 20,
    ("world", ONE, "a build"): 10_000,
    ("NATO", STANDING, "SQLite"): 8,
}
"""By scale, question and peer: how many times faster or smaller we said we would be."""


@dataclass
class Questions:
    """Points, days and sentences, the same for everybody."""

    points: list[tuple[str, str, int]]
    known: list[tuple[str, str, int, int]]
    audiences: list[tuple[tuple[str, ...], int]]


def asked_of(scale: Scale, snapshot: Snapshot) -> Questions:
    """Half of the points are of pairs that somebody speaks of, half of any."""
    dice = random.Random(SEED + 1)  # not for secrets
    parties, frameworks = snapshot.columns.parties.ids, snapshot.columns.frameworks.ids
    first, last = FIRST // DAY, FIRST // DAY + DAYS
    points = []
    for number in range(scale.points):
        row = snapshot.columns.row(dice.randrange(len(snapshot.columns)))
        pair = (row.party, row.framework) if number % 2 else (dice.choice(parties), dice.choice(frameworks))
        points.append((*pair, dice.randrange(first, last) * DAY))
    known = [(*point, dice.randrange(1, snapshot.number + 1)) for point in points]
    audiences = [
        (tuple(sorted(dice.sample(frameworks, 3))), dice.randrange(first, last) * DAY) for _ in range(scale.audiences)
    ]
    return Questions(points, known, audiences)


def compare(scale: Scale, snapshot: Snapshot, peers: Sequence[Database]) -> list[Answer]:
    """Every question to everybody; answers must agree before anything is measured."""
    questions = asked_of(scale, snapshot)
    ours = Engine(snapshot)
    answers = []
    for title, what, asked in (
        (STANDING, "standing", questions.points),
        (KNOWN, "known", questions.known),
        (COLD, "cold", questions.audiences),
    ):
        own = [ours.prepared(what, question) for question in asked]
        contenders = {ours.name: (getattr(ours, f"ask_{what}"), own)}
        if what == "known":
            answers.append(_first_time(scale, ours, own))
        for peer in peers:
            chosen = [peer.prepared(what, question) for question in asked[: peer.patience]]
            _agree(f"{scale.name}, {title}", what, ours, peer, own, chosen)
            contenders[peer.name] = (getattr(peer, f"ask_{what}"), chosen)
        if what == "cold":
            contenders[SEEN] = (ours.ask_seen, asked)
        rates = race(contenders)
        for peer in peers:
            answers.append(_rated(scale, title, peer.name, rates[ours.name], rates[peer.name]))
            if what == "cold":
                answers.append(_rated(scale, SEEN, peer.name, rates[SEEN], rates[peer.name]))
    return [*answers, *_decisions(scale, snapshot, questions)]


def _agree(where: str, what: str, ours: Engine, peer: Database, own: Sequence[Any], theirs: Sequence[Any]) -> None:
    for mine, other in zip(own, theirs, strict=False):
        expected = ours.read(what, getattr(ours, f"ask_{what}")(mine))
        found = peer.read(what, getattr(peer, f"ask_{what}")(other))
        if expected != found:
            raise SystemExit(f"{where}: {peer.name} answers {found}, we {expected}, to {mine}")


def _first_time(scale: Scale, ours: Engine, own: Sequence[Any]) -> Answer:
    """What it costs to ask about a pair as known at a number for the first time: nothing is kept of it yet."""
    began = perf_counter()
    for question in own:
        ours.ask_known(question)
    taken = perf_counter() - began
    return Answer(
        f"{scale.name}: {KNOWN}, first time", "", None, "", None, {"questions a second": round(len(own) / taken)}
    )


def _rated(scale: Scale, title: str, peer: str, ours: float, theirs: float) -> Answer:
    return _answer(scale, title, peer, ours / theirs, {"ours a second": round(ours), "theirs a second": round(theirs)})


def _answer(scale: Scale, title: str, peer: str, ratio: float, figures: dict[str, float | int | str]) -> Answer:
    target = TARGETS.get((scale.name, title, peer))
    promised = "" if target is None else f"{target:g} times"
    return Answer(f"{scale.name}: {title}", peer, ratio, promised, None if target is None else ratio >= target, figures)


def _decisions(scale: Scale, snapshot: Snapshot, questions: Questions) -> list[Answer]:
    """May this party read what bears this label, now: one decision."""
    dice = random.Random(SEED + 2)  # not for secrets
    names, at = questions.audiences[0]
    kept = windows(union(names), sets=Sets(snapshot), groups={})
    codes = snapshot.columns.parties.of
    parties = [dice.choice(snapshot.columns.parties.ids) for _ in range(400)]

    def decide(party: str) -> bool:
        return bool(kept.at(at).bits >> codes[party] & 1)

    labels: dict[str, Sequence[str]] = {"label": names}
    frameworks = snapshot.columns.frameworks.ids
    while sum(len(named) + 1 for named in labels.values()) < min(5_000, 20 * len(frameworks)):
        labels[f"label{len(labels)}"] = dice.sample(frameworks, 3)
    cedar, casbin = Cedar(snapshot, names, at), Casbin(snapshot, labels, at)
    few = [(party, "label") for party in parties[:5]]
    for party in parties[:200]:
        if decide(party) != cedar.allowed(party):
            raise SystemExit(f"cedarpy decides otherwise on {party}")
    for party, label in few:
        if decide(party) != casbin.allowed((party, label)):
            raise SystemExit(f"casbin decides otherwise on {party}")
    rates = race(
        {"engine": (decide, parties), "cedarpy": (cedar.allowed, parties[:100]), "casbin": (casbin.allowed, few)}
    )
    return [
        _rated(scale, DECISION, "cedarpy", rates["engine"], rates["cedarpy"]),
        _rated(scale, DECISION, "casbin", rates["engine"], rates["casbin"]),
    ]


def grow(scale: Scale, facts: Facts, folder: Path) -> tuple[Snapshot, list[Answer], float]:
    """Build, memory, reload, and one new assertion; also the seconds a build takes."""
    rows = list(facts.assertions)
    began = perf_counter()
    snapshot = Snapshot.build(replace(facts, assertions=rows))
    build = perf_counter() - began
    size = snapshot.columns.nbytes + sum(compiled.nbytes for compiled in snapshot.compiled)
    path = folder / "snapshot"
    save(snapshot, path)
    reloads = []
    for _ in range(3):
        began = perf_counter()
        load(path, replace(facts, assertions=()))
        reloads.append(perf_counter() - began)
    learner = load(path, replace(facts, assertions=()))
    learnt = _news(learner, rows)
    count = len(rows)
    return (
        snapshot,
        [
            _answer(
                scale, ONE, "a build", build / learnt, {"microseconds": round(learnt * 1e6), "build s": round(build, 3)}
            ),
            _answer(scale, RELOAD, "a build", build / min(reloads), {"reload s": round(min(reloads), 3)}),
            _answer(
                scale, BYTES, "110 bytes an assertion", 110 * count / size, {"bytes an assertion": round(size / count)}
            ),
        ],
        build,
    )


def _news(snapshot: Snapshot, rows: Sequence[Assertion]) -> float:
    """Seconds from one new assertion to the right answer: a suspension, asked after at once; the median of many."""
    dice = random.Random(SEED + 3)  # not for secrets
    sets = Sets(snapshot)
    heaviest = max(snapshot.weights, key=lambda source: snapshot.weight(source, None).precedence)
    word = next(status for status in snapshot.columns.statuses.ids if snapshot.bit("", status, None) == SUSPENDED)
    number, at, last = snapshot.number, FIRST + (DAYS - 100) * DAY, never(snapshot.zone)
    taken = []
    for mark, row in enumerate(row for row in dice.sample(rows, min(len(rows), 400)) if row.until == FOREVER):
        kept = windows(Name("framework", row.framework), sets=sets, groups={})
        kept.at(at + DAY)
        number += 1
        fresh = Assertion(
            id=10**9 + mark,
            party=row.party,
            framework=row.framework,
            status=word,
            source=heaviest,
            scope=Scope.ALL,
            entry=False,
            starts=at,
            starts_latest=at,
            ends=last,
            ends_latest=last,
            end_source="",
            since=number,
        )
        began = perf_counter()
        snapshot.learn(added=[fresh], closed=[], number=number, state="bench")
        entitled = sets.party(row.party) & kept.at(at + DAY).bits
        taken.append(perf_counter() - began)
        if entitled:
            raise SystemExit(f"{row.party} is suspended in {row.framework} and still entitled")
    return sorted(taken)[len(taken) // 2]


def growth_of(builds: dict[Scale, float]) -> list[Answer]:
    """How the time of a build grows with the number of assertions: the exponent between each two scales."""
    scales = list(builds)
    return [
        Answer(
            f"growth of a build from {small.name} to {large.name}",
            "",
            None,
            "",
            None,
            {"exponent": round(log(builds[large] / builds[small]) / log(large.assertions / small.assertions), 2)},
        )
        for small, large in pairwise(scales)
    ]


def main() -> None:
    """Run the scales and print the table."""
    options = argparse.ArgumentParser()
    options.add_argument("--world", action="store_true", help="the world scale too")
    chosen = options.parse_args()
    answers: list[Answer] = []
    builds: dict[Scale, float] = {}
    with engines() as databases, place() as folder:
        for scale in (PACK, REGISTER, *([WORLD] if chosen.world else [])):
            print(f"{scale.name}: {scale.assertions:,} assertions", flush=True)
            own = folder / scale.name
            own.mkdir()
            snapshot, grown, builds[scale] = grow(scale, generated(scale), own)
            sqlite = Sqlite(snapshot, own)
            peers: list[Database] = [sqlite, Duck(snapshot, sqlite)]
            if "PostgreSQL" in databases:
                made = databases["PostgreSQL"].create(own / "home", f"bench_{scale.name.lower()}")
                peers.insert(1, Postgres(snapshot, made.url))
            answers += [*grown, *compare(scale, snapshot, peers)]
    report("standing", [*answers, *growth_of(builds)])


if __name__ == "__main__":
    main()
