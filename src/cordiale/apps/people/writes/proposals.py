"""Keeps what waits for a second person, and carries it out when somebody else approves and the effect is unchanged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from cordiale.apps.ledger.reads import head
from cordiale.apps.ledger.writes import entry
from cordiale.apps.people.models import Proposal
from cordiale.apps.people.reads.viewers import name_of, viewer_of
from cordiale.apps.people.writes import grants, joining
from cordiale.domain.ledger import canonical
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.viewer import NotPermitted, Permission, Viewer, require


@dataclass(frozen=True)
class Effect:
    """What carrying out a proposal would do.

    Args:
        gains: who gains what, one sentence each.
        digest: names the whole effect: two that are alike have the same.
    """

    gains: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class Kind:
    """A write that can be proposed.

    Args:
        permissions: what the write takes, from its arguments.
        effect: what it would do now.
        carry_out: does it, from arguments, reason, by and at; returns the entry's number, and what the second person
            is shown once.
        deciding: what deciding it takes; None for what the write takes.
    """

    permissions: Callable[[Mapping[str, Any]], list[Permission]]
    effect: Callable[[Viewer, Mapping[str, Any], datetime], Effect]
    carry_out: Callable[[Mapping[str, Any], str, Viewer, datetime], tuple[int, str]]
    deciding: Callable[[Mapping[str, Any]], list[Permission]] | None = None

    def to_decide(self, arguments: Mapping[str, Any]) -> list[Permission]:
        """What a second person must hold."""
        return (self.deciding or self.permissions)(arguments)


KINDS: dict[str, Kind] = {}
"""Verb of a proposal to its kind; apps above add theirs when the process starts."""


class NoSuchProposal(LookupError):
    """There is no such proposal, or it was decided."""

    code = "no-such-proposal"

    def __init__(self, proposal: int) -> None:
        super().__init__(f"Proposal {proposal} does not wait for a decision.")


class OwnProposal(ValueError):
    """Nobody approves what they proposed themselves."""

    code = "own-proposal"

    def __init__(self) -> None:
        super().__init__("You proposed this yourself; another person decides.")


class EffectChanged(ValueError):
    """The register moved, and carrying the proposal out would do something else than what was proposed."""

    code = "effect-changed"

    def __init__(self) -> None:
        super().__init__(
            "What this would do is no longer what it would have done when it was proposed. "
            "Refuse it, or have it proposed anew."
        )


def proposable(verb: str, kind: Kind) -> None:
    """Let a write be proposed."""
    KINDS[verb] = kind


def propose(*, verb: str, title: str, arguments: Mapping[str, Any], reason: str, by: Viewer, at: datetime) -> int:
    """Keep a write for a second person to decide.

    Args:
        verb: of `KINDS`.
        title: what it is, in one line; no names of people.
        arguments: of the write, as JSON can hold them.

    Returns:
        The number of the proposal.

    Raises:
        NotPermitted: whoever proposes must be one who may do it.
    """
    kind = KINDS[verb]
    for permission in kind.permissions(arguments):
        require(by, permission)
    effect = kind.effect(by, arguments, at)
    with entry(by=by, at=at, verb="people.proposed", subject=verb, reason=reason) as change:
        made = Proposal.objects.create(
            verb=verb,
            title=title,
            arguments=dict(arguments),
            reason=reason,
            proposed_by_id=by.person,
            proposed_at=at,
            register_number=head(by).register_number,
            effect={"gains": list(effect.gains), "digest": effect.digest},
        )
        change.record({"proposal": made.pk, "effect": effect.digest})
    return made.pk


def approve(*, proposal: int, decision: str, by: Viewer, at: datetime) -> tuple[int, str]:
    """Carry a proposal out: as whoever proposed it, approved by a second person, if its effect is unchanged.

    Returns:
        The number of the entry, and what the second person is shown once; "" for nothing.

    Raises:
        NotPermitted: one of the two may not do it (any more).
        NoSuchProposal, OwnProposal, EffectChanged, and whatever refuses the write.
    """
    with transaction.atomic():
        found = Proposal.objects.select_for_update().filter(pk=proposal, state="open").first()
        if found is None:
            raise NoSuchProposal(proposal)
        if found.proposed_by_id == by.person:
            raise OwnProposal
        kind = KINDS[found.verb]
        proposer = viewer_of(by, person=found.proposed_by_id, at=at)
        for permission in kind.to_decide(found.arguments):
            require(by, permission)
        for permission in kind.permissions(found.arguments):
            require(proposer, permission)
        if kind.effect(by, found.arguments, at).digest != found.effect["digest"]:
            raise EffectChanged
        number, shown = kind.carry_out(found.arguments, found.reason, proposer.approved(by), at)
        _decide(found, "approved", decision=decision, by=by, at=at, number=number)
    return number, shown


def refuse(*, proposal: int, decision: str, by: Viewer, at: datetime) -> None:
    """Refuse a proposal, or withdraw one's own.

    Raises:
        NotPermitted, NoSuchProposal.
    """
    with entry(by=by, at=at, verb="people.proposal-decided", subject=f"proposal:{proposal}", reason=decision) as change:
        found = Proposal.objects.filter(pk=proposal, state="open").first()
        if found is None:
            raise NoSuchProposal(proposal)
        own = found.proposed_by_id == by.person
        if not own:
            for permission in KINDS[found.verb].to_decide(found.arguments):
                require(by, permission)
        _decide(found, "withdrawn" if own else "refused", decision=decision, by=by, at=at)
        change.record({"proposal": proposal, "state": found.state})


def _decide(found: Proposal, state: str, *, decision: str, by: Viewer, at: datetime, number: int | None = None) -> None:
    found.state, found.decision, found.decided_by_id, found.decided_at = state, decision, by.person, at
    found.entry_id = number
    found.arguments = without_address(found.arguments)  # decided, it is needed no more
    found.save(update_fields=["state", "decision", "decided_by", "decided_at", "entry", "arguments"])


def without_address(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a write without anybody's address."""
    return {name: "" if name == "email" else value for name, value in arguments.items()}


def may_decide(viewer: Viewer, *, verb: str, arguments: Mapping[str, Any]) -> bool:
    """Whether a viewer holds what a proposal takes; nobody decides what they proposed themselves."""
    try:
        for permission in KINDS[verb].to_decide(arguments):
            require(viewer, permission)
    except NotPermitted:
        return False
    return True


# What of this app can be proposed: arguments are those of the writes, with days as text.


def _said(*gains: str) -> Effect:
    return Effect(gains, hashlib.sha256(canonical(list(gains))).hexdigest())


def _mandate(arguments: Mapping[str, Any]) -> Mandate:
    return Mandate(Role(arguments["role"]), arguments["party"], arguments["body"])


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _granting(arguments: Mapping[str, Any], reason: str, by: Viewer, at: datetime) -> tuple[int, str]:
    from_on = _day(arguments["from_on"])
    assert from_on is not None  # noqa: S101  # the form asked for it
    grants.grant(
        person=arguments["person"],
        mandate=_mandate(arguments),
        from_on=from_on,
        until_on=_day(arguments["until_on"]),
        reason=reason,
        by=by,
        at=at,
    )
    return head(by).number, ""


def _inviting(arguments: Mapping[str, Any], reason: str, by: Viewer, at: datetime) -> tuple[int, str]:
    if not arguments["email"]:
        raise grants.BadMandate("The address of this proposal was erased; invite anew.")
    _number, secret = joining.invite(
        email=arguments["email"],
        mandate=_mandate(arguments),
        until_on=_day(arguments["until_on"]),
        reason=reason,
        by=by,
        at=at,
    )
    return head(by).number, secret


def _lending(arguments: Mapping[str, Any], reason: str, by: Viewer, at: datetime) -> tuple[int, str]:
    from_on, until_on = _day(arguments["from_on"]), _day(arguments["until_on"])
    assert from_on is not None  # noqa: S101  # the form asked for both
    assert until_on is not None  # noqa: S101  # as above
    grants.lend(
        person=arguments["person"],
        mandate=_mandate(arguments),
        from_on=from_on,
        until_on=until_on,
        reason=reason,
        by=by,
        at=at,
    )
    return head(by).number, ""


def _ceasing(arguments: Mapping[str, Any], reason: str, by: Viewer, at: datetime) -> tuple[int, str]:
    grants.demand_second(demanded=False, reason=reason, by=by, at=at)
    return head(by).number, ""


proposable(
    "people.grant",
    Kind(
        lambda arguments: ["people.grant"],
        lambda viewer, arguments, at: _said(f"{name_of(arguments['person'])} becomes {_mandate(arguments)}"),
        _granting,
    ),
)
proposable(
    "people.invite",
    Kind(
        lambda arguments: ["people.invite"],
        lambda viewer, arguments, at: _said(f"somebody becomes {_mandate(arguments)}"),
        _inviting,
    ),
)
proposable(
    "people.lend",
    Kind(
        lambda arguments: ["people.delegate"],
        lambda viewer, arguments, at: _said(
            f"{name_of(arguments['person'])} becomes {_mandate(arguments)} until {arguments['until_on']}"
        ),
        _lending,
        # everybody may lend what is theirs; that it is lent, whoever gives roles decides
        deciding=lambda arguments: ["people.grant"],
    ),
)
proposable(
    "people.cease",
    Kind(
        lambda arguments: ["people.demand"],
        lambda viewer, arguments, at: _said("everybody may gain rights without a second person"),
        _ceasing,
    ),
)
