"""Who is asking: every read and every write takes a viewer before anything else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

Permission = Literal[
    "ledger.erase",
    "ledger.export",
    "register.assert",
    "register.end",
    "register.correct",
    "register.retract",
    "register.load_pack",
]
EVERY_PERMISSION: frozenset[Permission] = frozenset(get_args(Permission))


class NotPermitted(Exception):
    """The viewer may not do this."""

    code = "not-permitted"

    def __init__(self, viewer: Viewer, permission: Permission) -> None:
        super().__init__(f"{viewer.name} may not do this: it needs the permission {permission}.")


@dataclass(frozen=True)
class Viewer:
    """A person, a process or the public, with what it may do.

    Args:
        name: what the ledger writes down as the actor.
        permissions: what this viewer may do; the public may do nothing but read what is public.
    """

    name: str
    permissions: frozenset[Permission] = field(default=frozenset())

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


def require(by: Viewer, permission: Permission) -> None:
    """Refuse unless `by` holds `permission`; every write begins with this line.

    Raises:
        NotPermitted: it does not.
    """
    if permission not in by.permissions:
        raise NotPermitted(by, permission)
