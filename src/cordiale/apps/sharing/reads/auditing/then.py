"""What was known at an earlier number of the ledger: who read for whom, what each document bore, how parties stood."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from cordiale.apps.people.reads.history import mandates_known
from cordiale.apps.register.reads.installation import installation
from cordiale.apps.register.reads.standing import Engine, engine, under
from cordiale.apps.sharing.models import Clearance, DocumentVersion, InTheKnow
from cordiale.apps.sharing.models.rights import held_at
from cordiale.apps.sharing.reads.labels import Interned, interned
from cordiale.apps.sharing.reads.reading import parties_of
from cordiale.domain.labels import NOBODY, Reader
from cordiale.domain.roles import Mandate
from cordiale.domain.viewer import Viewer
from cordiale.engines.packs.manifest import Manifest
from cordiale.engines.standing.snapshot import Asked


@dataclass(frozen=True)
class Rights:
    """What somebody held: roles, the clearance by its level ("" for none), and what that makes of them as a reader."""

    mandates: frozenset[Mandate]
    level: str
    reader: Reader


NO_RIGHTS = Rights(frozenset(), "", NOBODY)


@dataclass(frozen=True)
class Borne:
    """A label that a document bore: from the entry `since`, until the entry `until`, None where it still does."""

    label: int
    since: int
    until: int | None


def rights(viewer: Viewer, *, known: int, at: datetime) -> Mapping[int, Rights]:
    """Number of everybody who held a role on the legal day of a moment, to what they held as known at a number.

    Raises:
        NotPermitted: the viewer may not see people.
        NoPackLoaded: no pack was known then.
    """
    manifest = installation(viewer, known=known)
    ranks = {level.id: level.rank for level in manifest.levels.values()}
    levels = dict(Clearance.objects.filter(held_at(known)).values_list("person", "level"))
    groups: dict[int, set[str]] = defaultdict(set)
    for person, group in InTheKnow.objects.filter(held_at(known)).values_list("person", "group"):
        groups[person].add(group)
    found = {}
    for person, held in mandates_known(viewer, known=known, day=day_in(manifest, at)).items():
        level = levels.get(person, "")
        parties = parties_of(held, host=manifest.host)
        reader = Reader(
            is_active=True, parties=parties, clearance=ranks.get(level, 0), groups=frozenset(groups[person])
        )
        found[person] = Rights(held, level, reader)
    return found


def day_in(manifest: Manifest, at: datetime) -> date:
    """The legal day of a moment under a pack."""
    return at.astimezone(manifest.zone).date()


def borne(viewer: Viewer, *, documents: Collection[str]) -> dict[str, list[Borne]]:
    """Code of each document there ever was among these, to the labels it bore, in order; not who may read it."""
    found: dict[str, list[Borne]] = defaultdict(list)
    rows = DocumentVersion.behind.filter(document__in=documents).order_by("known_from", "pk")
    for code, label, since, until in rows.values_list("document", "label", "known_from", "known_to"):
        found[code].append(Borne(label, since, until))
    return found


def label_at(bore: Collection[Borne], known: int) -> int:
    """The number of the label that a document bore as known at a number; 0 where it was not filed or was withdrawn."""
    return next((one.label for one in bore if one.since <= known and (one.until is None or one.until > known)), 0)


def labels_by_number(viewer: Viewer) -> dict[int, Interned]:
    """Every label there is, by its number; public, as labels name no document."""
    return {one.number: one for one in interned(viewer)}


@contextmanager
def engine_known(viewer: Viewer, *, known: int) -> Iterator[Engine]:
    """The standing engine as the register was known at a ledger number; use it inside the block only."""
    with engine(viewer) as now:
        yield now if known >= now.snapshot.number else under(viewer, now, Asked(known))
