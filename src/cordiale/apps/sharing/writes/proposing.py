"""Says how another label for a document is proposed, weighed again and carried out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cordiale.apps.ledger.reads import head
from cordiale.apps.people.writes.proposals import Effect, proposable
from cordiale.apps.people.writes.proposals import Kind as Proposable
from cordiale.apps.sharing.reads.labels import label_of_document
from cordiale.apps.sharing.writes.documents import gains_of, relabel
from cordiale.domain.labels import Label
from cordiale.domain.ledger import canonical
from cordiale.domain.viewer import Viewer

RELABELLING = "sharing.relabel"
"""The verb of a proposal to give a document another label."""


def kept(code: str, label: Label) -> dict[str, Any]:
    """The arguments as a proposal keeps them."""
    return {"code": code, "policy": label.policy, "level": label.level, "release": label.release, "group": label.group}


def relabelling_kind() -> None:
    """Once, when the process starts."""
    proposable(
        RELABELLING,
        Proposable(
            lambda arguments: ["sharing.file"],
            _effect,
            _carry_out,
            # focal points file too, and must not hear of documents they may not read
            deciding=lambda arguments: ["register.define"],
        ),
    )


def _label(arguments: Mapping[str, Any]) -> Label:
    return Label(arguments["policy"], arguments["level"], arguments["release"], arguments["group"])


def _effect(viewer: Viewer, arguments: Mapping[str, Any], at: datetime) -> Effect:
    before = label_of_document(viewer, code=arguments["code"])
    gains = gains_of(viewer, old=before, new=_label(arguments), at=at) if before else ["the document is withdrawn"]
    return Effect(tuple(gains), hashlib.sha256(canonical(gains)).hexdigest())


def _carry_out(arguments: Mapping[str, Any], reason: str, by: Viewer, at: datetime) -> tuple[int, str]:
    relabel(code=arguments["code"], label=_label(arguments), reason=reason, by=by, at=at)
    return head(by).number, ""
