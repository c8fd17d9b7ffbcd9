"""How much the register holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from cordiale.apps.register.models import Assertion, FrameworkVersion, PartyVersion, SourceVersion
from cordiale.domain.viewer import Viewer


@dataclass(frozen=True)
class Counts:
    """What is believed now, counted."""

    countries: int
    organisations: int
    frameworks: int
    statements: int
    sources: int


def counts(viewer: Viewer) -> Counts:
    """What the register holds now; public."""
    parties = PartyVersion.objects.filter(known_to=None).aggregate(
        countries=Count("pk", filter=Q(kind="state")), organisations=Count("pk", filter=Q(kind="organisation"))
    )
    return Counts(
        **parties,
        frameworks=FrameworkVersion.objects.filter(known_to=None).count(),
        statements=Assertion.objects.filter(known_to=None).count(),
        sources=SourceVersion.objects.filter(known_to=None).count(),
    )


def statements_by_framework(viewer: Viewer) -> Mapping[str, int]:
    """Framework id to the number of statements on participation in it; public."""
    return _grouped("framework")


def statements_by_source(viewer: Viewer) -> Mapping[str, int]:
    """Source id to the number of statements on participation it makes; public."""
    return _grouped("source")


def frameworks_by_party(viewer: Viewer) -> Mapping[str, tuple[str, ...]]:
    """Party id to the frameworks in which some source places it, now or earlier; public."""
    pairs = Assertion.objects.filter(known_to=None).values_list("party", "framework").distinct()
    found: dict[str, list[str]] = {}
    for party, framework in pairs.order_by("party", "framework"):
        found.setdefault(party, []).append(framework)
    return {party: tuple(frameworks) for party, frameworks in found.items()}


def _grouped(column: str) -> dict[str, int]:
    rows = Assertion.objects.filter(known_to=None).order_by().values_list(column).annotate(count=Count("pk"))
    return dict(rows)
