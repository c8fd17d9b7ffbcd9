"""Says how another label for a document is proposed, weighed again and carried out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cordiale.apps.ledger.reads import head
from cordiale.apps.people.reads.viewers import name_of
from cordiale.apps.people.writes.proposals import Effect, proposable
from cordiale.apps.people.writes.proposals import Kind as Proposable
from cordiale.apps.sharing.reads.labels import label_of_document
from cordiale.apps.sharing.writes.documents import gains_of, relabel
from cordiale.apps.sharing.writes.rights import clear, let_know
from cordiale.domain.labels import Label
from cordiale.domain.ledger import canonical
from cordiale.domain.viewer import Viewer

RELABELLING, CLEARING, LETTING_KNOW = "sharing.relabel", "sharing.clear", "sharing.let-know"
"""The verbs of proposals to give a document another label, to clear somebody, to let somebody know."""


def kept(viewer: Viewer, *, code: str, label: Label) -> dict[str, Any]:
    """The arguments as a proposal keeps them."""
    return {"code": code, "policy": label.policy, "level": label.level, "release": label.release, "group": label.group}


def proposable_kinds() -> None:
    """Once, when the process starts."""
    proposable(
        CLEARING,
        Proposable(
            lambda arguments: ["sharing.clear"],
            lambda viewer, arguments, at: _said(
                f"{name_of(arguments['person'])} may read up to the level {arguments['level']}"
            ),
            lambda arguments, reason, by, at: _done(by, clear, arguments, reason, at),
        ),
    )
    proposable(
        LETTING_KNOW,
        Proposable(
            lambda arguments: ["sharing.clear"],
            lambda viewer, arguments, at: _said(
                f"{name_of(arguments['person'])} knows what {arguments['group']} knows"
            ),
            lambda arguments, reason, by, at: _done(by, let_know, arguments, reason, at),
        ),
    )
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
    return _said(*gains)


def _said(*gains: str) -> Effect:
    return Effect(gains, hashlib.sha256(canonical(list(gains))).hexdigest())


def _done(
    by: Viewer, write: Callable[..., None], arguments: Mapping[str, Any], reason: str, at: datetime
) -> tuple[int, str]:
    write(**arguments, reason=reason, by=by, at=at)
    return head(by).number, ""


def _carry_out(arguments: Mapping[str, Any], reason: str, by: Viewer, at: datetime) -> tuple[int, str]:
    relabel(code=arguments["code"], label=_label(arguments), reason=reason, by=by, at=at)
    return head(by).number, ""
