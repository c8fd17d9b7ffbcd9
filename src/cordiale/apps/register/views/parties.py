"""Countries and organisations: the list, and one page each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.register.exports.contradictions import judged_table
from cordiale.apps.register.exports.standings import standing_table
from cordiale.apps.register.exports.tables import PRECISION, Showing
from cordiale.apps.register.exports.timelines import LEGEND
from cordiale.apps.register.exports.words import word
from cordiale.apps.register.reads.asking import standings
from cordiale.apps.register.reads.claims import judged
from cordiale.apps.register.reads.exploring import lines, turns
from cordiale.apps.register.reads.facts import Fact, facts
from cordiale.apps.register.reads.meetings import meetings_of_party
from cordiale.apps.register.reads.overview import frameworks_by_party
from cordiale.apps.register.views.asking import Question, question_of
from cordiale.apps.register.views.exploring import explorer_page, turn
from cordiale.apps.register.views.showing import one_or_404, page, showing, viewer_of
from cordiale.apps.register.views.timelines import described, drawing
from cordiale.domain.viewer import Viewer
from cordiale.ui.dates import day_shown
from cordiale.ui.pages import Page
from cordiale.ui.tables import Cell, Column, Link, Table

Held = Callable[..., list[Fact]]
"""Facts as known at the number a page is asked for."""

PARTICIPATION = (
    "framework",
    "status",
    "scope",
    "valid_from",
    "valid_to",
    PRECISION,
    "start_kind",
    "source",
    "locator",
    "note",
)


def countries(request: HttpRequest) -> Page:
    """Every party the register knows, states and organisations apart."""
    viewer = viewer_of(request)
    show = showing(viewer)
    taking_part = frameworks_by_party(viewer)
    parties = facts(viewer, table="parties", order=("name",))
    regions = facts(viewer, table="party_regions")
    return page(
        request,
        template="register/tables.html",
        title=_("Countries and organisations"),
        lead=_("Every country and organisation the register knows."),
        tables=(
            _listed(
                show, "countries", _("Countries"), [p for p in parties if p["kind"] == "state"], taking_part, regions
            ),
            _listed(
                show,
                "organisations",
                _("Organisations"),
                [p for p in parties if p["kind"] == "organisation"],
                taking_part,
                regions,
            ),
        ),
    )


def _listed(
    show: Showing,
    key: str,
    caption: str,
    parties: list[Fact],
    taking_part: Mapping[str, tuple[str, ...]],
    regions: list[Fact],
) -> Table:
    in_region: dict[str, list[str]] = {}
    for fact in regions:
        in_region.setdefault(fact["party"], []).append(show.labels.name(("regions",), fact["region"]))
    rows = tuple(
        (
            show.reference(("parties",), party["id"]),
            Cell(party["iso3"]),
            Cell(", ".join(in_region.get(party["id"], ()))),
            Cell(links=tuple(show.link(("frameworks",), code) for code in taking_part.get(party["id"], ()))),
            _existed(show, party),
        )
        for party in parties
    )
    columns = (
        Column("party", _("Name")),
        Column("iso3", _("ISO code"), kind="code"),
        Column("regions", _("Regions")),
        Column("frameworks", _("Frameworks, now or earlier")),
        Column("existed", _("Existed")),
    )
    return Table(key, caption, columns, rows)


def _existed(show: Showing, party: Fact) -> Cell:
    """From when to when a party existed, where that lies within the register's time."""
    return existence(show, party, "valid_from", "valid_to")


def existence(show: Showing, fact: Fact, start: str, end: str) -> Cell:
    """A life in words: "from 1991", "until 2 June 2006"."""
    table = show.table(fact.table.name, [fact], (start, end))
    first, last = (cell.text for cell in table.rows[0])
    if first and last:
        return Cell(_("%(first)s to %(last)s") % {"first": first, "last": last})
    if first:
        return Cell(_("from %(first)s") % {"first": first})
    return Cell(_("until %(last)s") % {"last": last} if last else "")


def country(request: HttpRequest, party: str) -> Page:
    """What the register holds on one country or organisation."""
    viewer, question = viewer_of(request), question_of(request)
    show = showing(viewer, known=question.known)
    held = partial(facts, viewer, known=question.known)
    found = one_or_404(viewer, table="parties", code=party, known=question.known)
    participation = held(table="participation", order=("framework", "valid_from"), party=party)
    spoken_of = list(dict.fromkeys(fact["framework"] for fact in participation))
    known = held(table="frameworks", order=("established",))
    pairs = lines(viewer, party=party, knowledge=question.knowledge)
    ages = {one["id"]: place for place, one in enumerate(known)}
    pairs.sort(key=lambda line: ages.get(line.framework, len(ages)))
    drawn, files = drawing(show, question, pairs, by="country", known=known, title=found["name"])
    near = turns(
        viewer, frameworks=[line.framework for line in pairs], on=question.on, knowledge=question.knowledge, party=party
    )
    tables = (
        _stands(viewer, show, question, party, spoken_of),
        show.table("participation", participation, PARTICIPATION, help=_participation_help()),
        *_papers(held, show, party),
        *_deeds(viewer, held, show, party, known=question.known),
        *claimed(viewer, show, question, party),
        show.table(
            "party_names",
            held(table="party_names", order=("kind", "language"), party=party),
            ("name", "language", "kind", "valid_from", "valid_to", "source"),
        ),
    )
    return explorer_page(
        request,
        question,
        template="register/country.html",
        title=found["name"],
        lead=found["note"],
        trail=(Link(_("Register"), reverse("home")), Link(_("Countries and organisations"), reverse("countries"))),
        tables=tables,
        files=files,
        context={
            "timeline": drawn,
            "legend": LEGEND,
            "description": described(question),
            "previous": turn(question, near.previous),
            "following": turn(question, near.following),
            "facts": _at_a_glance(held, show, found),
            "frameworks": [show.reference(("frameworks",), code) for code in spoken_of],
            "feed": reverse("country-feed", args=[party]),
            "optional": [table for table in tables[2:-1] if table.rows],
            "missing": [table.caption for table in tables[2:-1] if not table.rows],
        },
    )


def _stands(viewer: Viewer, show: Showing, question: Question, party: str, frameworks: list[str]) -> Table:
    """How it stands on the day in each framework that any source speaks of."""
    found = standings(
        viewer, questions=[(party, code, question.on) for code in frameworks], knowledge=question.knowledge
    )
    return standing_table(
        show,
        found,
        key="standings",
        caption=_("Standing on %(day)s") % {"day": day_shown(question.on)},
        about=("framework",),
        query=question.query(),
        help=_("One row for each framework in which any source ever placed it. Follow “explain” to see why."),
    )


def _at_a_glance(held: Held, show: Showing, found: Fact) -> list[tuple[str, Cell]]:
    lived = found["valid_from"].text or found["valid_to"]
    return [
        (_("Kind"), Cell(word(found["kind"]))),
        (_("Id in this register"), Cell(found["id"])),
        *([(_("ISO codes"), Cell(f"{found['iso2']}, {found['iso3']}"))] if found["iso3"] else []),
        *([(_("Existed"), _existed(show, found))] if lived else []),
        *((_("Region"), _region(show, fact)) for fact in held(table="party_regions", party=found["id"])),
    ]


def claimed(viewer: Viewer, show: Showing, question: Question, code: str) -> list[Table]:
    """What pages claim of a party or framework, judged by the register as it is now: not part of an earlier answer."""
    if question.known is not None:
        return []
    found = [
        (source, one) for source, said in judged(viewer).items() for one in said if code in (one.subject, one.object)
    ]
    return [judged_table(show, found, caption=_("What pages claim of it, judged"))]


def _region(show: Showing, fact: Fact) -> Cell:
    name = show.labels.name(("regions",), fact["region"])
    return Cell(name, links=(show.link(("sources",), fact["source"]),))


def _participation_help() -> str:
    return _(
        "One row for each statement of one source. Sources may contradict each other: both stay, and the precedence "
        "of the sources decides which one counts. A source never contradicts itself."
    )


def _papers(held: Held, show: Showing, party: str) -> list[Table]:
    """What the party signed, was granted, must fulfil."""
    return [
        show.table(
            "instruments",
            held(table="instruments", order=("valid_from",), party=party),
            ("title", "type", "signed_or_agreed", "valid_from", "valid_to", "supersedes", "source", "note"),
        ),
        show.table(
            "agreements",
            held(table="agreements", order=("date",), parties=party),
            ("id", "kind", "date", "place", "parties", "source"),
        ),
        show.table(
            "signatures",
            held(table="signatures", order=("date",), organisation=party),
            ("agreement", "office", "person", "date", "source"),
        ),
        show.table(
            "entitlements",
            held(table="entitlements", order=("valid_from",), beneficiary=party),
            ("what", "agreement", "valid_from", "valid_to", "source"),
        ),
        show.table(
            "preconditions",
            held(table="preconditions", order=("since",), party=party),
            ("text", "framework", "state", "since", "source"),
        ),
    ]


def _deeds(viewer: Viewer, held: Held, show: Showing, party: str, *, known: int | None) -> list[Table]:
    """What the party does: meetings, operations, offices, and other facts."""
    hosting = held(table="offices", order=("opened",), party=party)
    keeping = held(table="offices", order=("opened",), organisation=party)
    return [
        show.table(
            "bodies_meetings",
            meetings_of_party(viewer, party=party, known=known),
            ("date", "body", "level", "place", "topic", "source"),
            help=_("Meetings of the bodies in which the party sat on that day, by any source."),
        ),
        show.table(
            "contributions",
            held(table="contributions", order=("operation", "from"), party=party),
            ("operation", "from", "to", "personnel", "source", "note"),
        ),
        show.table(
            "offices",
            [*hosting, *(office for office in keeping if office not in hosting)],
            ("name", "organisation", "party", "place", "opened", "closed", "note", "source"),
        ),
        show.table(
            "relation_notes",
            held(table="relation_notes", order=("date",), party=party),
            ("date", "framework", "text", "source"),
        ),
    ]
