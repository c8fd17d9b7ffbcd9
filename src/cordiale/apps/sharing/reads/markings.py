"""Labels in words: printed as the marking people know, read from such text, shown with the countries they mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cordiale.apps.register.reads.facts import facts
from cordiale.apps.register.reads.installation import installation
from cordiale.apps.register.reads.standing import engine
from cordiale.apps.sharing.models import NeedToKnow
from cordiale.apps.sharing.models.rights import OPEN
from cordiale.apps.sharing.reads.labels import audience_of, ceiling, home
from cordiale.domain.labels import BadMarking, Label, marking, read_marking
from cordiale.domain.period import microseconds, written_instant
from cordiale.domain.viewer import Viewer
from cordiale.engines.audience.deciding import windows
from cordiale.engines.audience.language import Name, canonical, reworded, written


@dataclass(frozen=True)
class Meant:
    """What a label means now.

    Args:
        label: in canonical form.
        marking: as people write it.
        home: ids of the parties that read whatever the release says: the members and the host.
        released: ids of the parties that the release adds.
        left_out: ids of parties that the release names and that are left out, as suspended.
        until: when this changes by itself, as far as it is known; "" when it is not.
    """

    label: Label
    marking: str
    home: tuple[str, ...]
    released: tuple[str, ...]
    left_out: tuple[str, ...]
    until: str


def label_of(viewer: Viewer, *, text: str = "", level: str = "", release: str = "", group: str = "") -> Label:
    """A label from what somebody wrote: a whole marking, or its parts.

    Args:
        text: a marking, "NATO UNCLASSIFIED – Releasable to PfP"; instead of the parts.
        level: id of a level; the lowest where it is empty.
        release: an audience in any words the register knows; "" for home only.
        group: id or title of a group that needs to know; "" for none.

    Raises:
        BadMarking: the level is not known or above what this installation may hold, or the group does not exist.
        BadAudience: the release means nothing.
    """
    manifest = installation(viewer)
    if text:
        said = read_marking(text, levels=manifest.levels)
        level, release, group = said.level, said.release, said.group
    level = level or min(manifest.levels.values(), key=lambda one: one.rank).id
    highest = ceiling(viewer)
    if level not in manifest.levels:
        raise BadMarking(f'There is no level "{level}"; choose one of {", ".join(manifest.levels)}.')
    if manifest.levels[level].rank > highest.rank:
        raise BadMarking(
            f"This installation holds nothing above {highest.name}; "
            f"{manifest.levels[level].name} must not be kept here."
        )
    with engine(viewer) as now:
        sentence = written(now.audience(release)) if release.strip() else ""
    return Label(manifest.host, level, sentence, _group(viewer, group) if group else "")


def _group(viewer: Viewer, said: str) -> str:
    known = groups_in_the_know(viewer)
    found = [code for code, title in known.items() if said.casefold() in (code.casefold(), title.casefold())]
    if len(found) != 1:
        names = ", ".join(f'"{title}"' for title in known.values()) or "none is defined"
        raise BadMarking(f'There is no group "{said}" that needs to know ({names}).')
    return found[0]


def groups_in_the_know(viewer: Viewer) -> dict[str, str]:
    """Id of every group that needs to know, and its title."""
    return dict(NeedToKnow.objects.filter(OPEN).order_by("title").values_list("code", "title"))


def marking_of(viewer: Viewer, *, label: Label) -> str:
    """The marking of a label, with short names of frameworks and codes of countries."""
    manifest = installation(viewer)
    level = manifest.levels[label.level].name if label.level in manifest.levels else label.level
    group = groups_in_the_know(viewer).get(label.group, label.group) if label.group else ""
    return marking(level, _released(viewer, label.release) if label.release else "", group)


def _released(viewer: Viewer, release: str) -> str:
    with engine(viewer) as now:
        return _in_words(now.snapshot.state, release)


@lru_cache(maxsize=4_096)
def _in_words(state: str, release: str) -> str:
    viewer = Viewer.system("words of a marking")
    words = {("framework", str(one["id"])): str(one["short_name"]) for one in facts(viewer, table="frameworks")}
    words |= {("party", str(one["id"])): str(one["iso3"]) for one in facts(viewer, table="parties")}
    with engine(viewer) as now:

        def word(name: Name) -> str:
            chosen = words.get((name.kind, name.id), "")
            return chosen if chosen and now.names(chosen) == Name(name.kind, name.id, name.word) else written(name)

        return written(reworded(now.audience(release), word))


def meant(viewer: Viewer, *, label: Label, at: datetime) -> Meant:
    """Whom a label lets read at a moment, beside their clearance and their need to know; public, as the register is.

    Raises:
        BadAudience, NoSuchFramework, NoSuchParty: it names what the register does not have.
    """
    manifest = installation(viewer)
    instant = microseconds(at)
    shown = marking_of(viewer, label=label)
    with engine(viewer) as now:
        audience = audience_of(label, manifest, now)
        if audience is None:
            return Meant(label, shown, (), (), (), "")
        window = windows(audience, sets=now.sets, groups=now.groups).at(instant)
        own = windows(canonical(home(manifest)), sets=now.sets, groups=now.groups).at(instant).bits
        seated = windows(audience, sets=now.sets, groups=now.groups, roster=True).at(instant).bits
        restricted = now.sets.restricted().at(instant).bits
        names, last = now.sets.names, now.sets.always[1]
        return Meant(
            label,
            shown,
            tuple(names(window.bits & own)),
            tuple(names(window.bits & ~own)),
            tuple(names(seated & restricted & ~window.bits)),
            written_instant(window.ends, now.snapshot.zone) if window.ends < last else "",
        )
