"""Labels and whom they let read: the audience of each at an instant, and the labels one reader may read."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakKeyDictionary

from django.conf import settings

from cordiale.apps.register.reads.installation import installation
from cordiale.apps.register.reads.standing import Engine
from cordiale.apps.sharing import models
from cordiale.apps.sharing.models.rights import OPEN
from cordiale.domain.labels import Label, Level, Reader, is_readable
from cordiale.domain.viewer import Viewer
from cordiale.engines.audience.deciding import windows
from cordiale.engines.audience.language import Audience, Name, Union, canonical
from cordiale.engines.packs.manifest import Manifest
from cordiale.engines.standing.sets import Sets, Window, Windows

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Interned:
    """A label with its number.

    Args:
        number: of its row.
        label: what it says.
        sound: whether it says what it said when it was made.
    """

    number: int
    label: Label
    sound: bool


class Span(NamedTuple):
    """Numbers of labels, and the instants for which that holds: from `begins`, until `ends`, half-open."""

    begins: int
    ends: int
    labels: frozenset[int]


def interned(viewer: Viewer, *, after: int = 0) -> list[Interned]:
    """Every label there is, those with a number above `after`, in order; they name no document, so they are public."""
    rows = models.Label.objects.filter(pk__gt=after).order_by("pk")
    found = []
    for number, policy, level, release, group, digest in rows.values_list(
        "pk", "policy", "level", "release", "group", "digest"
    ):
        label = Label(policy, level, release, group)
        found.append(Interned(number, label, label.digest == digest))
    return found


def label_numbered(viewer: Viewer, *, number: int) -> Label:
    """What a label says; for whoever reads what bears it."""
    policy, level, release, group = models.Label.objects.values_list("policy", "level", "release", "group").get(
        pk=number
    )
    return Label(policy, level, release, group)


def labels_numbered(viewer: Viewer, *, numbers: Collection[int]) -> dict[int, Label]:
    """What several labels say, by number; for whoever reads what bears them."""
    rows = models.Label.objects.filter(pk__in=numbers).values_list("pk", "policy", "level", "release", "group")
    return {number: Label(*said) for number, *said in rows}


def label_of_document(viewer: Viewer, *, code: str) -> Label | None:
    """The label a document bears now, None when it was withdrawn: for writes, which look at more than one may read."""
    found = models.DocumentVersion.behind.filter(OPEN, document=code).values_list("label", flat=True).first()
    return None if found is None else label_numbered(viewer, number=found)


def levels(viewer: Viewer) -> Mapping[str, Level]:
    """The levels of the pack in force, the lowest first; public."""
    return installation(viewer).levels


def ceiling(viewer: Viewer) -> Level:
    """The highest level this installation may hold; public."""
    return ceiling_of(installation(viewer))


def ceiling_of(manifest: Manifest) -> Level:
    """The highest level under a pack: the one of the settings, the lowest where they name none that there is."""
    named = manifest.levels.get(settings.CEILING)
    return named or min(manifest.levels.values(), key=lambda level: level.rank)


def home(manifest: Manifest) -> Audience:
    """The home audience of a policy: the members of the host, and the host itself."""
    return Union((Name("framework", manifest.membership), Name("party", manifest.host)))


def audience_of(label: Label, manifest: Manifest, now: Engine) -> Audience | None:
    """Whom a label speaks of; None where it speaks of a policy that is not in force.

    Raises:
        BadAudience: the release names what the register does not have.
    """
    if label.policy != manifest.host:
        return None
    if not label.release:
        return canonical(home(manifest))
    return canonical(Union((home(manifest), now.audience(label.release))))


def label_windows(label: Interned, manifest: Manifest, now: Engine) -> Windows | None:
    """The audience of a label through time; None, and a line in the log, where it cannot be told: then nobody reads."""
    kept = _windows.setdefault(now.sets, {})
    if label.number not in kept:
        kept[label.number] = None
        if not label.sound:
            logger.error("label %s is damaged; nobody reads what bears it", label.number)
            return None
        try:
            audience = audience_of(label.label, manifest, now)
            if audience is not None:
                kept[label.number] = windows(audience, sets=now.sets, groups=now.groups)
        except (ValueError, LookupError) as fault:
            logger.error(
                "label %s cannot be told, so nobody reads what bears it: %s", label.number, fault
            )  # the sentence says it
    return kept[label.number]


_windows: WeakKeyDictionary[Sets, dict[int, Windows | None]] = WeakKeyDictionary()
"""Label to its windows, for each compiled register there is; they follow the news of it by themselves."""


def readable_labels(labels: Iterable[Interned], *, reader: Reader, manifest: Manifest, now: Engine, at: int) -> Span:
    """The labels somebody may read at an instant.

    Args:
        labels: all there are.
        at: microseconds since 1970 UTC.

    Returns:
        Their numbers, with the instants between which nothing of it changes by itself.
    """
    begins, ends = now.sets.always
    found: set[int] = set()
    highest, codes = ceiling_of(manifest), now.snapshot.columns.parties.of
    mine = sum(1 << codes[party] for party in reader.parties if party in codes)
    for one in labels:
        through = label_windows(one, manifest, now)
        if through is None:
            continue
        window: Window = through.at(at)
        begins, ends = max(begins, window.begins), min(ends, window.ends)
        audience = reader.parties if window.bits & mine else frozenset[str]()
        if is_readable(one.label, levels=manifest.levels, ceiling=highest, reader=reader, audience=audience):
            found.add(one.number)
    return Span(begins, ends, frozenset(found))
