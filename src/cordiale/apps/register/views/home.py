"""The first page: the register on a day, as a map and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.ledger.reads import newest
from cordiale.apps.register.exports.maps import legend, painted, shown_frameworks
from cordiale.apps.register.exports.standings import standing_table
from cordiale.apps.register.exports.tables import Showing
from cordiale.apps.register.reads.asking import SEATS, audience, standings
from cordiale.apps.register.reads.conflicts import conflicts
from cordiale.apps.register.reads.exploring import Seen, seen_on, turns
from cordiale.apps.register.reads.facts import Fact, facts
from cordiale.apps.register.reads.groups import groups
from cordiale.apps.register.views.asking import Question, question_of
from cordiale.apps.register.views.exploring import explorer_page, turn
from cordiale.apps.register.views.showing import showing, viewer_of
from cordiale.domain.participation import Answer
from cordiale.domain.viewer import Viewer
from cordiale.engines.packs.manifest import Group
from cordiale.ui.dates import day_shown, moment_shown
from cordiale.ui.maps import Drawing, edition
from cordiale.ui.pages import BadAddress, Page
from cordiale.ui.tables import Table

NEWEST = 5


def home(request: HttpRequest) -> Page:
    """Who takes part in what on a day, on the map and in the table."""
    viewer, question = viewer_of(request), question_of(request, "framework")
    show = showing(viewer, known=question.known)
    chosen = question.other("framework")
    known = facts(viewer, table="frameworks", order=("established",), known=question.known)
    defined = groups(viewer, known=question.known)
    frameworks = _frameworks(show, chosen, known, defined)
    seen = _seen(viewer, question, frameworks, chosen, groups=frozenset(defined))
    countries = {party["id"]: party for party in facts(viewer, table="parties", known=question.known) if party["iso3"]}
    drawn = painted(show, seen, countries)
    drawing = Drawing(
        edition(settings.MAP_EDITION), drawn, (party["iso3"] for party in countries.values() if party["iso3"])
    )
    near = turns(viewer, frameworks=frameworks, on=question.on, knowledge=question.knowledge)
    return explorer_page(
        request,
        question,
        template="register/home.html",
        title=_("Partnership register"),
        lead=_("Who takes part in which framework on a given day, and what the sources say."),
        tables=(_table(viewer, show, question, seen),),
        context={
            "drawing": drawing,
            "keys": legend(show, drawn, _named(known, frameworks), seen),
            "apart": [
                show.labels.name(("parties",), code)
                for code, party in countries.items()
                if party["iso3"] in drawing.edition.apart and any(one.shape == party["iso3"] for one in drawn)
            ],
            "on_shown": day_shown(question.on),
            "previous": turn(question, near.previous),
            "following": turn(question, near.following),
            "choices": _choices(known, chosen, defined),
            "first_day": min(
                (one["established"].first_day.isoformat() for one in known if one["established"].text), default=""
            ),
            "beyond": question.on > show.manifest.coverage_to.last_day,
            "coverage": show.manifest.coverage_to.text,
            "disputes": 0 if question.known is not None else sum(not one.decided for one in conflicts(viewer)),
            "changes": [
                (entry, reverse("change", args=[entry.number]), moment_shown(entry.at))
                for entry in newest(viewer, limit=NEWEST)
            ],
        },
    )


def _frameworks(show: Showing, chosen: str, known: Sequence[Fact], defined: Mapping[str, Group]) -> list[str]:
    """The frameworks to look at: the one chosen, or those the pack shows together."""
    codes = [one["id"] for one in known]
    if not chosen or chosen in defined:
        return shown_frameworks(show.manifest, codes) or codes
    if chosen not in codes:
        raise BadAddress(
            _('framework: there is no framework or group "%(code)s" in this register; choose one from the list.')
            % {"code": chosen[:60]}
        )
    return [chosen]


def _seen(
    viewer: Viewer, question: Question, frameworks: Sequence[str], chosen: str, *, groups: frozenset[str]
) -> list[Seen]:
    """Standings in the frameworks to look at; of a group, of those it means only."""
    found = seen_on(
        viewer,
        frameworks=frameworks,
        on=question.on,
        knowledge=question.knowledge,
        everybody=bool(chosen) and chosen not in groups,
    )
    if chosen not in groups:
        return found
    meant = set(audience(viewer, expression=chosen, on=question.on, knowledge=question.knowledge).parties)
    return [one for one in found if one.party in meant and one.answer is not Answer.NOT_KNOWN]


def _table(viewer: Viewer, show: Showing, question: Question, seen: Sequence[Seen]) -> Table:
    """The seats on the map, by country."""
    seats = [one for one in seen if one.answer in SEATS]
    seats.sort(key=lambda one: show.labels.name(("parties",), one.party))
    found = standings(
        viewer,
        questions=[(one.party, one.framework, question.on) for one in seats],
        knowledge=question.knowledge,
    )
    return standing_table(
        show,
        found,
        key="standings",
        caption=_("Who takes part on %(day)s") % {"day": day_shown(question.on)},
        about=("party", "framework"),
        query=question.query(framework=""),
        help=_("One row for each country and framework: the same facts as on the map. Follow “explain” to see why."),
    )


def _named(known: Sequence[Fact], frameworks: Sequence[str]) -> dict[str, str]:
    """The names of frameworks, in their order."""
    names = {one["id"]: str(one["name"]) for one in known}
    return {code: names[code] for code in frameworks}


def _choices(
    known: Sequence[Fact], chosen: str, defined: Mapping[str, Group]
) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """What the map can be coloured by: heading, and id, name and whether chosen of each."""
    frameworks = [(one["id"], f"{one['short_name']}: {one['name']}", one["id"] == chosen) for one in known]
    groups = [(code, group.name, code == chosen) for code, group in defined.items()]
    return [(_("Frameworks"), frameworks), *([(_("Groups"), groups)] if groups else [])]
