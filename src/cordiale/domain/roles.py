"""The roles people hold, and for whom: a mandate is a role for a party, a body, or the whole installation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is to the partnership. Rule: DESIGN.md, "What it is, and for whom"."""

    ADMINISTRATOR = "administrator"
    DESK_OFFICER = "desk officer"
    FOCAL_POINT = "focal point"
    PROVIDER = "provider"
    ANALYST = "analyst"
    SECURITY_OFFICER = "security officer"
    AUDITOR = "auditor"


FOR_A_PARTY = frozenset({Role.FOCAL_POINT})
"""Roles that are held for one party and mean nothing without it."""

FOR_A_BODY = frozenset({Role.PROVIDER})
"""Roles that are held for one body of the partnership: a school, a centre, a command."""


@dataclass(frozen=True, order=True)
class Mandate:
    """A role somebody holds.

    Args:
        role: which.
        party: id of the party it is held for; "" where the role is for no party.
        body: name of the body it is held for; "" where the role is for none.
    """

    role: Role
    party: str = ""
    body: str = ""

    def __str__(self) -> str:
        """In words: "focal point for aut"."""
        whom = self.party or self.body
        return f"{self.role} for {whom}" if whom else str(self.role)

    @property
    def fault(self) -> str:
        """What is wrong with the mandate, as a sentence that says how to mend it; "" when it is sound."""
        if (self.role in FOR_A_PARTY) != bool(self.party):
            return (
                f"A {self.role} acts for a party: name it." if not self.party else f"A {self.role} acts for no party."
            )
        if (self.role in FOR_A_BODY) != bool(self.body):
            return f"A {self.role} acts for a body: name it." if not self.body else f"A {self.role} acts for no body."
        return ""
