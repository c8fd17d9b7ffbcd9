"""Who stands how on a day as a map: one main framework for each country, the rest as a diamond."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cordiale.apps.register.exports.tables import Showing
from cordiale.apps.register.reads.asking import SEATS
from cordiale.apps.register.reads.exploring import Seen
from cordiale.apps.register.reads.facts import Fact
from cordiale.domain.participation import Answer
from cordiale.engines.packs.manifest import Manifest
from cordiale.ui.maps import Painted

MEMBER = "member"
"""The colour of the host's own members."""

OWN = "outline"
"""The mark of frameworks with one partner, such as a commission: a diamond on the map, never a colour."""

STATES = {
    Answer.IN_FORCE: "in-force",
    Answer.SUSPENDED: "suspended",
    Answer.UNCLEAR: "unclear",
    Answer.DISPUTED: "disputed",
    Answer.NOT_KNOWN: "not-known",
}
"""How an answer is drawn; who does not take part is not."""


def shown_frameworks(manifest: Manifest, known: Iterable[str]) -> list[str]:
    """The frameworks a map shows together: the membership, then those with a mark in the order of the pack.

    Args:
        known: ids of the frameworks there are; a pack may mark one that a later edition removed.
    """
    held = set(known)
    return [code for code in dict.fromkeys((manifest.membership, *manifest.marks)) if code in held]


def colour(manifest: Manifest, framework: str) -> str:
    """The colour of a framework on the map."""
    return MEMBER if framework == manifest.membership else manifest.marks.get(framework, "plain")


def painted(show: Showing, seen: Sequence[Seen], parties: Mapping[str, Fact]) -> list[Painted]:
    """What to paint: each country in the colour of the first framework in which it has a seat.

    A country of which it is not known whether it takes part is painted palely, where nothing better is known.

    Args:
        seen: standings, the framework that counts first coming first.
        parties: countries by id.
    """
    seats: dict[str, list[Seen]] = {}
    perhaps: dict[str, Seen] = {}
    for one in seen:
        if one.answer in SEATS:
            seats.setdefault(one.party, []).append(one)
        elif one.answer is Answer.NOT_KNOWN:
            perhaps.setdefault(one.party, one)
    made = []
    for code, party in parties.items():
        if code not in seats and code not in perhaps:
            continue
        found = seats.get(code) or [perhaps[code]]
        main = next((one for one in found if colour(show.manifest, one.framework) != OWN), found[0])
        own = any(colour(show.manifest, one.framework) == OWN for one in found if one is not main)
        hue = colour(show.manifest, main.framework)
        made.append(Painted(party["iso3"], show.labels.name(("parties",), code), hue, STATES[main.answer], own))
    return made


@dataclass(frozen=True)
class Key:
    """A line of the legend: what a colour or texture means, and how many countries wear it."""

    text: str
    classes: str
    texture: str = ""
    shape: str = ""


def legend(show: Showing, drawn: Sequence[Painted], names: Mapping[str, str], seen: Sequence[Seen]) -> list[Key]:
    """What the colours and textures on a map mean; only those that are on it.

    Args:
        names: id to name of the frameworks shown together.
        seen: standings in them.
    """
    counts: dict[str, set[str]] = {}
    for one in seen:
        if one.answer in SEATS:
            counts.setdefault(one.framework, set()).add(one.party)
    colours = {one.colour for one in drawn}
    keys: dict[str, list[str]] = {}
    for framework in names:
        hue = colour(show.manifest, framework)
        if framework in counts and hue in colours and hue != OWN:
            name = names[framework]
            keys.setdefault(hue, []).append(f"{name} ({len(counts[framework])})")
    found = [Key(", ".join(names), f"map-{hue} map-in-force", shape=hue) for hue, names in keys.items()]
    states = {one.state for one in drawn}
    first = {state: next(one.colour for one in drawn if one.state == state) for state in states}
    texts = {
        "suspended": _("Suspended"),
        "unclear": _("Unclear"),
        "disputed": _("Sources of the same weight differ"),
        "not-known": _("Not known for this day"),
    }
    for state, text in texts.items():
        if state in states:
            texture = f"map-{state}-{first[state]}" if state in ("suspended", "unclear") else ""
            found.append(Key(text, f"map-{first[state]} map-{state}", texture))
    if any(one.diamond for one in drawn):
        found.append(Key(_("Also in a commission or council of its own"), "", shape="outline"))
    return found
