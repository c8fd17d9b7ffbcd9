"""At which entries it changed what words mean, and how a party stood at a moment that is over: for auditors."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Model, Q

from cordiale.apps.register.models import (
    Assertion,
    FrameworkVersion,
    Group,
    PackEdition,
    PartyName,
    PartyVersion,
    SourceVersion,
)
from cordiale.apps.register.reads.standing import Engine
from cordiale.domain.viewer import Viewer
from cordiale.engines.standing.snapshot import Asked

WORDS: tuple[type[Model], ...] = (PackEdition, Group, PartyVersion, PartyName, FrameworkVersion)
"""Tables that say what a word of an audience names."""

WEIGHING: tuple[type[Model], ...] = (SourceVersion, FrameworkVersion, PackEdition)
"""Tables that say which statement counts, beside the statements themselves."""


def words_changed(viewer: Viewer) -> list[int]:
    """Numbers of the entries at which what words or groups mean may have changed, in order; public."""
    return sorted(_numbers(WORDS, Q(), after=0))


def corrected_since(viewer: Viewer, *, now: Engine, parties: Collection[str], at: int, after: int) -> list[int]:
    """Numbers of the entries after one that changed how parties stood at an instant, in order; public.

    Where none did by itself (an exception counts whoever is spoken of), those that said anything of the parties.

    Args:
        now: the engine, inside its block.
        parties: ids.
        at: microseconds since 1970 UTC.
        after: ledger number.
    """
    said = _numbers((Assertion,), Q(party__in=parties), after=after)
    wanted = sorted(said | _numbers(WEIGHING, Q(), after=after))
    pairs = [pair for pair in now.snapshot.pairs() if pair[0] in parties]
    changed = [
        number
        for number in wanted
        if any(
            now.snapshot.bits_known(party, framework, at, Asked(number))
            != now.snapshot.bits_known(party, framework, at, Asked(number - 1))
            for party, framework in pairs
        )
    ]
    return changed or sorted(said) or wanted


def _numbers(tables: Iterable[type[Model]], condition: Q, *, after: int) -> set[int]:
    found: set[int] = set()
    for table in tables:
        rows: Any = table._default_manager.filter(condition)
        for side in ("known_from", "known_to"):
            found.update(rows.filter(**{f"{side}__gt": after}).values_list(side, flat=True).distinct())
    return found
