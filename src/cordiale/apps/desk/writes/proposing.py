"""Says how edits of the register are proposed, weighed again and carried out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cordiale.apps.people.writes.proposals import Effect, Kind, proposable
from cordiale.apps.register.writes.editing import carry_out, preview
from cordiale.domain.editing import PERMISSIONS, Edit, as_kept, from_kept
from cordiale.domain.viewer import Permission, Viewer

EDITING = "register.edit"
"""The verb of a proposal to edit the register."""


def kept(viewer: Viewer, edits: list[Edit]) -> dict[str, Any]:
    """Edits as a proposal keeps them."""
    return {"edits": [as_kept(edit) for edit in edits]}


def edits_of(viewer: Viewer, arguments: Mapping[str, Any]) -> list[Edit]:
    """The edits a proposal kept."""
    return [from_kept(one) for one in arguments["edits"]]


def register_kinds(viewer: Viewer | None = None) -> None:
    """Once, when the process starts."""
    proposable(EDITING, Kind(_permissions, _effect, _carry_out))


def _permissions(arguments: Mapping[str, Any]) -> list[Permission]:
    return [PERMISSIONS[type(from_kept(one))] for one in arguments["edits"]]


def _effect(viewer: Viewer, arguments: Mapping[str, Any], at: datetime) -> Effect:
    found = preview(viewer, edits=edits_of(viewer, arguments), at=at).consequences
    return Effect(found.gains, found.digest)


def _carry_out(arguments: Mapping[str, Any], reason: str, by: Viewer, at: datetime) -> tuple[int, str]:
    return carry_out(edits=edits_of(by, arguments), reason=reason, by=by, at=at), ""
