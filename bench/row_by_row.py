"""Policy engines that decide on one document at a time, in their best shape: audiences are expanded for them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


class Cedar:
    """cedarpy: an audience is an attribute of the label; requests go in batches, each with the labels it speaks of."""

    name = "cedarpy"
    BATCH = 100

    def __init__(self, audiences: Mapping[int, Sequence[str]]) -> None:
        import cedarpy

        self.cedarpy = cedarpy
        self.policies = (
            'permit(principal, action == Action::"read", resource) when { resource.audience.contains(principal) };'
        )
        self.labels = {
            label: {
                "uid": {"type": "Label", "id": str(label)},
                "attrs": {"audience": [{"__entity": {"type": "Party", "id": party}} for party in parties]},
                "parents": [],
            }
            for label, parties in audiences.items()
        }

    def allowed(self, party: str, asked: Sequence[int]) -> list[bool]:
        """A decision for each label, of a document each."""
        found: list[bool] = []
        for first in range(0, len(asked), self.BATCH):
            part = asked[first : first + self.BATCH]
            entities = json.dumps([self.labels[label] for label in set(part)])
            requests = [
                {
                    "principal": f'Party::"{party}"',
                    "action": 'Action::"read"',
                    "resource": f'Label::"{label}"',
                    "context": {},
                }
                for label in part
            ]
            answers = self.cedarpy.is_authorized_batch(requests, self.policies, entities)
            found += [bool(answer.allowed) for answer in answers]
        return found


class Casbin:
    """casbin: one rule over attributes, as it walks all policies for each decision."""

    name = "casbin"
    MODEL = """
[request_definition]
r = sub, obj, act
[policy_definition]
p = act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act && r.sub in r.obj
"""

    def __init__(self, audiences: Mapping[int, Sequence[str]]) -> None:
        import casbin  # type: ignore[import-untyped]  # it ships no types

        model = casbin.Model()
        model.load_model_from_text(self.MODEL)
        self.enforcer: Any = casbin.Enforcer(model)
        self.enforcer.add_policy("read")
        self.audiences = {label: frozenset(parties) for label, parties in audiences.items()}

    def allowed(self, party: str, asked: Sequence[int]) -> list[bool]:
        """A decision for each label, of a document each."""
        return [bool(self.enforcer.enforce(party, self.audiences[label], "read")) for label in asked]
