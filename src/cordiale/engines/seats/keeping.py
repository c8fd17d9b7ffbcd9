"""What an official run has decided so far, as JSON, so that a run that was killed goes on to the same end."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from cordiale.engines.seats.bounds import Bound
from cordiale.engines.seats.fairness import Frozen, Leximin, Proof
from cordiale.engines.seats.highs import VERSION
from cordiale.engines.seats.instances import digest_of
from cordiale.engines.seats.official import Certificate, Progress
from cordiale.engines.seats.policies import Stage
from cordiale.engines.seats.presolve import Settled

FORMAT = "cordiale-seats-checkpoint/1"


def kept(settled: Settled, seed: int, progress: Progress) -> dict[str, Any]:
    """Progress as JSON, with what it is the progress of."""
    bound, frozen = progress.bound, progress.frozen
    told: dict[str, Any] = {
        **_of(settled, seed),
        "certificates": [{**asdict(one), "stage": one.stage.value} for one in progress.certificates],
        "missed": progress.missed,
        "frozen": None
        if frozen is None
        else {
            "thresholds": frozen.thresholds,
            "frozen": [{**asdict(one), "proof": one.proof.value} for one in frozen.frozen],
        },
        "total": progress.total,
        "bound": None
        if bound is None
        else {"scale": bound.scale, "prices": bound.prices.tolist(), "value": bound.value},
        "columns": None if progress.columns is None else progress.columns.tolist(),
    }
    return {**told, "seal": digest_of(told)}


def taken_up(settled: Settled, seed: int, said: Any) -> Progress | None:
    """Progress of this very run; None where it is of another, or damaged: then the run begins anew."""
    if not isinstance(said, dict) or any(said.get(key) != value for key, value in _of(settled, seed).items()):
        return None
    if said.get("seal") != digest_of({key: value for key, value in said.items() if key != "seal"}):
        return None
    frozen, bound = said["frozen"], said["bound"]
    leximin = frozen and Leximin(
        tuple(frozen["thresholds"]),
        tuple(Frozen(**{**one, "proof": Proof(one["proof"])}) for one in frozen["frozen"]),
    )
    return Progress(
        certificates=[Certificate(**{**one, "stage": Stage(one["stage"])}) for one in said["certificates"]],
        missed=said["missed"],
        thresholds=leximin.thresholds if leximin else None,
        frozen=leximin,
        total=said["total"],
        bound=bound and Bound(bound["scale"], np.array(bound["prices"], np.int64), bound["value"]),
        columns=None if said["columns"] is None else np.array(said["columns"], np.int64),
    )


def _of(settled: Settled, seed: int) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "instance": settled.instance.digest,
        "policy": settled.policy.said(),
        "solver": VERSION,
        "seed": seed,
    }
