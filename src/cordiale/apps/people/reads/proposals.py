"""What waits for a second person, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cordiale.apps.people.models import Proposal
from cordiale.domain.viewer import Viewer


@dataclass(frozen=True)
class ProposalRead:
    """A proposal.

    Args:
        id: its number.
        verb: what kind it is.
        title: what it is, in one line.
        arguments: of the write it keeps.
        reason: why it was proposed.
        proposed_by, decided_by: numbers of people; 0 while nobody decided.
        register_number: state of the register it was prepared on.
        gains: who would gain what.
        digest: of the effect it was proposed for.
        state: "open", "approved", "refused" or "withdrawn".
        entry: the ledger entry that carried it out; None otherwise.
    """

    id: int
    verb: str
    title: str
    arguments: Mapping[str, Any]
    reason: str
    proposed_by: int
    proposed_at: datetime
    register_number: int
    gains: tuple[str, ...]
    digest: str
    state: str
    decided_by: int
    decided_at: datetime | None
    decision: str
    entry: int | None


def proposals(viewer: Viewer, *, may: Callable[[ProposalRead], bool], state: str = "open") -> list[ProposalRead]:
    """Proposals in a state, the oldest first: one's own, and those that `may` says this viewer may decide.

    Auditors see them all.
    """
    found = [_read(row) for row in Proposal.objects.filter(state=state).order_by("pk")]
    return [one for one in found if one.proposed_by == viewer.person or viewer.may("people.see") or may(one)]


def proposal(viewer: Viewer, *, number: int, may: Callable[[ProposalRead], bool]) -> ProposalRead | None:
    """One proposal, whatever became of it; None for those who may not know of it."""
    row = Proposal.objects.filter(pk=number).first()
    if row is None or not viewer.person:
        return None
    found = _read(row)
    return found if found.proposed_by == viewer.person or viewer.may("people.see") or may(found) else None


def _read(row: Proposal) -> ProposalRead:
    return ProposalRead(
        id=row.pk,
        verb=row.verb,
        title=row.title,
        arguments=row.arguments,
        reason=row.reason,
        proposed_by=row.proposed_by_id,
        proposed_at=row.proposed_at,
        register_number=row.register_number,
        gains=tuple(row.effect["gains"]),
        digest=row.effect["digest"],
        state=row.state,
        decided_by=row.decided_by_id or 0,
        decided_at=row.decided_at,
        decision=row.decision,
        entry=row.entry_id,
    )
