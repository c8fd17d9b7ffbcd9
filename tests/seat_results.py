"""A small allocation in which something of everything happens, and results of the real engine, for tests of reports."""

from __future__ import annotations

from datetime import date
from typing import Any

from cordiale.engines.seats.instances import Activity, Instance, Line, Party
from cordiale.engines.seats.matrix import model_of
from cordiale.engines.seats.official import Official
from cordiale.engines.seats.policies import Policy
from cordiale.engines.seats.presolve import settled
from cordiale.engines.seats.preview import preview
from cordiale.engines.seats.results import decided, previewed

HOSTILE = '</style></title><script>alert("x")</script> & \x00\x1b[31m\n\ud7ff\ufffe\u202e'
"""What nobody would call anything, and a file may hold."""


def small(*, title: str = "Menu 2031", party: str = "Österreich", activity: str = "Cyber defence") -> Instance:
    """Four parties and seven activities.

    Of `course` there are two seats and three are asked for; `seminar` needs four and two are asked for; `workshop` is
    on the days of `visit`, and Jo is meant for both; nobody asks for `exercise`, which needs two, nor for `open`, which
    needs none; `audit` would run if the budget of fin were larger.
    """
    begins, ends = date(2031, 3, 3), date(2031, 3, 8)
    return Instance(
        [
            Party("aut", party, 5_000),
            Party("fin", "Suomi", 1_000),
            Party("new-zealand"),
            Party("zzz", "Åland"),
        ],
        [
            Activity("course", 2, activity, cost=900),
            Activity("seminar", 8, "Law of armed conflict", minimum=4),
            Activity("workshop", 3, "Workshop", begins=begins, ends=ends),
            Activity("visit", 5, "Staff visit", begins=begins, ends=ends),
            Activity("exercise", 5, minimum=2),
            Activity("open", 5, "Open day"),
            Activity("audit", 6, "Peer review", minimum=2, cost=600),
        ],
        [
            Line("n1", "aut", "course", 2, points=90),
            Line("n2", "fin", "course", points=80),
            Line("n3", "aut", "seminar", 2),
            Line("n4", "aut", "visit", person="Jo", points=70),
            Line("n5", "new-zealand", "visit", 3, priority=2),
            Line("n6", "new-zealand", "visit", 1, refused="the form came late"),
            Line("n7", "fin", "audit", 2, priority=3),
            Line("n8", "aut", "workshop", person="Jo", priority=3),
        ],
        title=title,
    )


def official(instance: Instance, policy: Policy | None = None) -> dict[str, Any]:
    """The result of an official run."""
    return decided(Official(model_of(settled(instance, policy or Policy(seed="spring")))).run())


def quick(instance: Instance, policy: Policy | None = None) -> dict[str, Any]:
    """The result of a preview."""
    known = settled(instance, policy or Policy(seed="spring"))
    return previewed(known, preview(known))
