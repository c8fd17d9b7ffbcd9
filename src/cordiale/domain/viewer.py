"""Who is asking: every read and every write takes a viewer before anything else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from cordiale.domain.roles import Mandate

Permission = Literal[
    "ledger.erase",
    "ledger.export",
    "register.assert",
    "register.end",
    "register.correct",
    "register.retract",
    "register.decide",
    "register.rank",
    "register.define",
    "register.load_pack",
    "people.see",
    "people.invite",
    "people.grant",
    "people.close",
    "people.erase",
    "people.demand",
    "people.delegate",
    "people.tokens",
    "jobs.see",
    "jobs.run",
    "sharing.file",
    "sharing.remark",
    "sharing.clear",
    "sharing.audit",
    "sharing.acknowledge",
]
EVERY_PERMISSION: frozenset[Permission] = frozenset(get_args(Permission))


class NotPermitted(Exception):
    """The viewer may not do this."""

    code = "not-permitted"

    def __init__(self, viewer: Viewer, permission: Permission) -> None:
        super().__init__(f"{viewer.name} may not do this: it needs the permission {permission}.")


class NeedsSecondPerson(Exception):
    """The change gains somebody a right, and this installation demands that a second person approves it."""

    code = "needs-second-person"

    def __init__(self, gains: Iterable[str]) -> None:
        self.gains = tuple(gains)
        said = "; ".join(self.gains)
        super().__init__(f"This gains somebody a right ({said}); propose it, and another person decides.")


@dataclass(frozen=True)
class Viewer:
    """A person, a process or the public, with what it may do.

    Args:
        name: what the ledger writes down as the actor: for a person "person:17", which says who only as long as the
            installation keeps that person's data.
        permissions: what this viewer may do; the public may do nothing but read what is public.
        mandates: the roles held at this moment, each for a party, a body or the whole installation.
        person: number of the person; 0 for the public and for processes.
        needs_second: whether what gains anybody a right takes a second person.
        approved_by: the second person who approved what is being done, as the ledger names it; "" for nobody.
    """

    name: str
    permissions: frozenset[Permission] = field(default=frozenset())
    mandates: frozenset[Mandate] = field(default=frozenset())
    person: int = 0
    needs_second: bool = False
    approved_by: str = ""

    @classmethod
    def public(cls) -> Viewer:
        """Anybody, not signed in."""
        return cls(name="public")

    @classmethod
    def system(cls, reason: str) -> Viewer:
        """The installation itself, acting for whoever has a shell on the machine.

        Args:
            reason: what for, such as "command line"; it stands in the ledger as the actor.
        """
        return cls(name=f"system: {reason}", permissions=EVERY_PERMISSION)

    def may(self, permission: Permission) -> bool:
        """Whether the viewer holds a permission."""
        return permission in self.permissions

    def approved(self, by: Viewer) -> Viewer:
        """The same viewer, with what it does approved by a second person."""
        return replace(self, approved_by=by.name)


def require(by: Viewer, permission: Permission) -> None:
    """Refuse unless `by` holds `permission`; every write begins with this line.

    Raises:
        NotPermitted: it does not.
    """
    if permission not in by.permissions:
        raise NotPermitted(by, permission)


def require_second(by: Viewer, gains: Iterable[str]) -> None:
    """Refuse what gains anybody a right unless a second person approved it, where the installation demands one.

    Args:
        gains: who gains what, one sentence each; empty when nobody gains anything.

    Raises:
        NeedsSecondPerson: nobody approved it. Rule: DESIGN.md, "Writes".
    """
    told = tuple(gains)
    if told and by.needs_second and not by.approved_by:
        raise NeedsSecondPerson(told)
