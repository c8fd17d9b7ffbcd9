"""Which agreements a framework rests on."""

from __future__ import annotations

from cordiale.apps.register.reads.facts import Fact, facts
from cordiale.domain.viewer import Viewer


def agreements_of_framework(viewer: Viewer, *, framework: str, known: int | None = None) -> list[Fact]:
    """Agreements, oldest first, that name the framework as a party, entitle those in it, or bind exactly its parties.

    "Exactly its parties" holds for councils with one partner: what both agreed is theirs. A roster of one says nothing.
    """
    entitling = {fact["agreement"] for fact in facts(viewer, table="entitlements", known=known, beneficiary=framework)}
    roster = {fact["party"] for fact in facts(viewer, table="participation", known=known, framework=framework)}
    return [
        agreement
        for agreement in facts(viewer, table="agreements", order=("date",), known=known)
        if framework in agreement["parties"]
        or agreement["id"] in entitling
        or (len(roster) > 1 and set(agreement["parties"]) == roster)
    ]
