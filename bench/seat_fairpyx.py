"""Runs an algorithm of fairpyx in the environment that it needs; knows nothing of Cordiale. Asked and answered in JSON.

Parties have a value for every activity, 0 where they do not ask: the best total then is a flow of most seats too,
which is what `utilitarian_matching` looks for. Who picks in turns may pick only what he asks for.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

import fairpyx  # type: ignore[import-not-found]  # it is installed in its own environment only


def main() -> None:
    """Answer what stands in the standard input."""
    told = json.load(sys.stdin)
    began, spent = time.perf_counter(), time.process_time()
    bundles = divided(**told)
    answer = {
        "bundles": bundles,
        "s": time.perf_counter() - began,
        "cpu_s": time.process_time() - spent,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    json.dump(answer, sys.stdout)


def divided(
    *, algorithm: str, parties: dict[str, int], activities: dict[str, int], asked: dict[str, dict[str, int]]
) -> Any:
    """Party to activities.

    Args:
        algorithm: name of a function of fairpyx.algorithms.
        parties, activities: how many seats they take, and have.
        asked: party and activity to points.
    """
    instance = fairpyx.Instance(
        agent_capacities=parties,
        item_capacities=activities,
        valuations={party: {one: wanted.get(one, 0) for one in activities} for party, wanted in asked.items()},
        agent_conflicts={party: {one for one in activities if one not in wanted} for party, wanted in asked.items()},
    )
    return fairpyx.divide(algorithm=getattr(fairpyx.algorithms, algorithm), instance=instance)


if __name__ == "__main__":
    main()
