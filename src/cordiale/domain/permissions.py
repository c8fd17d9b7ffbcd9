"""What each role may do: the permission matrix, the one place where it is decided."""

from __future__ import annotations

from collections.abc import Iterable

from cordiale.domain.roles import Mandate, Role
from cordiale.domain.viewer import Permission

EVERYBODY: frozenset[Permission] = frozenset({"people.tokens", "people.delegate", "sharing.remark"})
"""What whoever is signed in and holds a role may do: for oneself, and of what one may read."""

MATRIX: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(
        {
            "people.see",
            "people.invite",
            "people.grant",
            "people.close",
            "people.erase",
            "people.demand",
            "ledger.erase",
            "ledger.export",
            "jobs.see",
            "jobs.run",
            "register.load_pack",
        }
    ),
    Role.DESK_OFFICER: frozenset(
        {
            "register.assert",
            "register.end",
            "register.correct",
            "register.retract",
            "register.decide",
            "register.rank",
            "register.define",
            "register.load_pack",
            "jobs.run",
            "sharing.file",
        }
    ),
    Role.SECURITY_OFFICER: frozenset(
        {
            "people.see",
            "people.close",
            "people.demand",
            "ledger.export",
            "sharing.clear",
            "sharing.audit",
            "sharing.acknowledge",
        }
    ),
    Role.AUDITOR: frozenset({"people.see", "ledger.export", "jobs.see", "sharing.audit"}),
    Role.FOCAL_POINT: frozenset({"sharing.file"}),
    Role.PROVIDER: frozenset(),
    Role.ANALYST: frozenset(),
}

MEANING: dict[Permission, str] = {
    "ledger.erase": "Drop the content of an entry because the law demands it",
    "ledger.export": "Take the whole ledger with its contents away",
    "register.assert": "Record what a source says",
    "register.end": "Record the end of what a source said",
    "register.correct": "Correct a statement",
    "register.retract": "Retract a statement",
    "register.decide": "Decide a conflict between sources",
    "register.rank": "Give a source another precedence",
    "register.define": "Define a group of parties",
    "register.load_pack": "Load an edition of the pack",
    "people.see": "See who holds which role",
    "people.invite": "Invite somebody, answer a request for access",
    "people.grant": "Give or end a role",
    "people.close": "Close an account and end its sessions",
    "people.erase": "Erase the data held about a person",
    "people.demand": "Demand a second person, or stop demanding one",
    "people.delegate": "Lend a role of one's own to somebody for a period",
    "people.tokens": "Make and revoke tokens of one's own",
    "jobs.see": "See the jobs of everybody",
    "jobs.run": "Start long work and follow it",
    "sharing.file": "File a document, label it anew, withdraw it; a focal point those of the own party",
    "sharing.remark": "Send the originator of a document one reads a remark",
    "sharing.clear": "Clear somebody for a level, say who needs to know",
    "sharing.audit": "See who could read a document, and what was read",
    "sharing.acknowledge": "Acknowledge readings that corrected knowledge would have refused",
}


READING: frozenset[Permission] = frozenset({"people.see", "jobs.see", "ledger.export", "sharing.audit"})
"""Permissions that change nothing: a token that reads has these, where its person has them."""


def permissions_of(mandates: Iterable[Mandate]) -> frozenset[Permission]:
    """What somebody with these mandates may do; nothing without any."""
    held = list(mandates)
    return frozenset().union(EVERYBODY, *(MATRIX[mandate.role] for mandate in held)) if held else frozenset()
