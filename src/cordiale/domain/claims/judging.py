"""Chooses the rule of a claim by its kind: one rule for each family."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from cordiale.domain.claims import (
    aims,
    areas,
    cadences,
    contributions,
    counts,
    descriptions,
    documents,
    founding,
    happenings,
    joining,
    participation,
    partner_lists,
    signatures,
)
from cordiale.domain.claims.values import Claim, Judgement, cannot_tell
from cordiale.domain.claims.world import World

Rule = Callable[[Claim, World], Judgement]

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "aim": aims.judge,
        "area": areas.judge,
        "cadence": cadences.judge,
        "contribution": contributions.judge,
        "count": counts.judge,
        "event": happenings.judge,
        "founding": founding.judge,
        "instrument": documents.judge,
        "invitation": joining.judge_invitation,
        "joining": joining.judge_joining,
        "meeting": documents.judge_meeting,
        "membership": participation.judge,
        "objective": aims.judge_objective,
        "other": descriptions.judge,
        "participation": participation.judge,
        "partner-list": partner_lists.judge,
        "signature": signatures.judge,
        "succession": founding.judge_succession,
    }
)
"""Kind of claim to its rule."""


def judge(claim: Claim, world: World) -> Judgement:
    """What the register makes of a claim.

    Args:
        claim: the claim.
        world: the register, with every claim of the same page.
    """
    rule = RULES.get(claim.kind)
    if rule is None:
        return cannot_tell(f'No rule judges claims of the kind "{claim.kind}".')
    return rule(claim, world)
