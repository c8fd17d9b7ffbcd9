"""The tables of accounts, grants, invitations, tokens and proposals."""

from __future__ import annotations

from cordiale.apps.people.models.asking import AccessRequest, Invitation
from cordiale.apps.people.models.counting import Counted
from cordiale.apps.people.models.grants import Demand, Grant
from cordiale.apps.people.models.person import Person
from cordiale.apps.people.models.proposals import Proposal
from cordiale.apps.people.models.tokens import Token

__all__ = ["AccessRequest", "Counted", "Demand", "Grant", "Invitation", "Person", "Proposal", "Token"]
