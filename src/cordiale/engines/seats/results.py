"""A result as a file: `cordiale-seats-result/1` of docs/reference/seats.md."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import numpy as np

from cordiale.engines.seats.explaining import refusals, words_of
from cordiale.engines.seats.files import written
from cordiale.engines.seats.highs import SEED, VERSION
from cordiale.engines.seats.instances import Ints, digest_of
from cordiale.engines.seats.official import Allocation, Certificate
from cordiale.engines.seats.policies import Stage
from cordiale.engines.seats.presolve import Settled
from cordiale.engines.seats.prices import Account, measures
from cordiale.engines.seats.replanning import Changes, Replanned

FORMAT = "cordiale-seats-result/1"
PRICES = "cordiale-seats-prices/1"


def previewed(settled: Settled, seats: Ints) -> dict[str, Any]:
    """The result of a preview."""
    return {
        **_head(settled, "preview", {"cordiale": version("cordiale")}),
        "complete": False,
        **_who(settled, seats),
        "stages": [],
        **_tables(settled, seats, None),
    }


def decided(allocation: Allocation, *, seed: int = SEED) -> dict[str, Any]:
    """The result of an official run."""
    settled, progress = allocation.settled, allocation.progress
    made_by = {
        "cordiale": version("cordiale"), "solver": "HiGHS", "version": VERSION, "seed": seed, "threads": 1,
    }  # fmt: skip
    found = {
        **_head(settled, "official", made_by),
        "complete": allocation.complete,
        **_who(settled, allocation.seats),
        "stages": [_stage(allocation, one) for one in progress.certificates],
    }
    if progress.bound is not None:
        names = allocation.row_names
        found["total_bound"] = {
            "scale": progress.bound.scale,
            "rows": {
                names[row]: int(progress.bound.prices[row]) for row in np.flatnonzero(progress.bound.prices).tolist()
            },
        }
    return {**found, **_tables(settled, allocation.seats, progress.thresholds)}


def replanned_result(found: Replanned, changes: Changes, before: Mapping[str, Any]) -> dict[str, Any]:
    """The result of planning again.

    Args:
        before: the result that was changed.
    """
    allocation, instance = found.allocation, found.allocation.settled.instance

    def by_id(of_line: Mapping[int, int]) -> dict[str, int]:
        return {instance.lines[line].id: seats for line, seats in sorted(of_line.items())}

    return {
        **decided(allocation),
        "tier": "replan",
        "replanned": {
            "before": digest_of(before),
            "withdrawn": sorted(changes.withdrawn),
            "cancelled": sorted(changes.cancelled),
            "added": dict(sorted((changes.added or {}).items())),
            "lost": by_id(found.lost),
            "gained": by_id(found.gained),
            "given_up": [instance.activities[place].id for place in sorted(found.given_up)],
        },
    }


def accounted(found: Account, settled: Settled, result: Mapping[str, Any]) -> dict[str, Any]:
    """What the rules of a result cost.

    Args:
        result: the one that it is of.
    """
    instance = settled.instance
    seats = np.zeros(len(instance.lines), np.int64)
    for line, count in result["seats"].items():
        seats[instance.line_at[line]] = count
    shares = measures(settled, seats).shares
    lines = instance.lines
    return {
        "format": PRICES,
        "result": digest_of(result),
        "total": found.total,
        "without": {stage.value: total for stage, total in found.without.items()},
        "parties": [
            {
                "party": one.id,
                "first_asked": int(settled.wanted[place]),
                "first_seats": shares[place],
                "alone": found.alone[place],
                "envies": [
                    {
                        "line": lines[envy.line].id,
                        "holders": [{"line": lines[by].id, "holds": right} for by, right in envy.holders.items()],
                    }
                    for envy in found.envies
                    if instance.party[envy.line] == place
                ],
            }
            for place, one in enumerate(instance.parties)
        ],
    }


def _head(settled: Settled, tier: str, made_by: dict[str, Any]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "instance": settled.instance.digest,
        "asked": written(settled.instance),
        "policy": settled.policy.said(),
        "tier": tier,
        "made_by": made_by,
    }


def _who(settled: Settled, seats: Ints) -> dict[str, Any]:
    instance = settled.instance
    taken = np.bincount(instance.activity, seats, len(instance.activities)).astype(np.int64)
    return {
        "seats": {instance.lines[line].id: int(seats[line]) for line in np.flatnonzero(seats).tolist()},
        "cancelled": [
            {
                "activity": one.id,
                "minimum": one.minimum,
                "could": settled.could[place],
                "beforehand": place in settled.cancelled,
            }
            for place, one in enumerate(instance.activities)
            if one.minimum and not taken[place]
        ],
    }


def _stage(allocation: Allocation, one: Certificate) -> dict[str, Any]:
    told: dict[str, Any] = {"stage": one.stage.value, "value": one.value, "bound": one.bound, "proven": one.proven}
    if one.lp is not None:
        told["lp"] = one.lp
    told |= {"programs": one.runs, "nodes": one.nodes}
    frozen = allocation.progress.frozen
    if one.stage is Stage.FAIRNESS and frozen is not None:
        parties, wanted = allocation.settled.instance.parties, allocation.settled.wanted
        told["thresholds"] = {
            parties[party].id: least for party, least in enumerate(frozen.thresholds) if wanted[party]
        }
        told["frozen"] = [
            {"party": parties[it.party].id, "seats": it.seats, "refused": it.refused, "proof": it.proof.value}
            for it in frozen.frozen
        ]
    return told


def _tables(settled: Settled, seats: Ints, thresholds: tuple[int, ...] | None) -> dict[str, Any]:
    instance = settled.instance
    count = len(instance.parties)
    first = settled.alive & (settled.counts_as == 1)
    cost = np.array([one.cost for one in instance.activities], np.int64)[instance.activity]

    def by_party(of_line: Ints) -> list[int]:
        found = np.zeros(count, np.int64)
        np.add.at(found, instance.party, of_line)
        return [int(one) for one in found]

    asked, given, spent = by_party(instance.asked), by_party(seats), by_party(seats * cost)
    first_seats = by_party(seats * first)
    claims, missed = [0] * count, [0] * count
    by_pair = np.zeros(len(settled.most), np.int64)
    np.add.at(by_pair, settled.pair[settled.alive], seats[settled.alive])
    for pair, claim in settled.claims.items():
        party = int(settled.pairs[pair, 0])
        claims[party] += claim
        missed[party] += max(0, claim - int(by_pair[pair]))
    return {
        "parties": [
            {
                "party": one.id,
                "asked": asked[place],
                "seats": given[place],
                "first_asked": int(settled.wanted[place]),
                "first_seats": first_seats[place],
                "cost": spent[place],
                "claims": claims[place],
                "missed": missed[place],
            }
            for place, one in enumerate(instance.parties)
        ],
        "refusals": [
            {
                "line": instance.lines[one.line].id,
                "asked": one.asked,
                "got": one.got,
                "reasons": [words_of(reason) for reason in one.reasons],
            }
            for one in refusals(settled, seats, thresholds)
        ],
    }
