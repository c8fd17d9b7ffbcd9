"""Frameworks: the list, and one page each."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.register.exports.standings import standing_table
from cordiale.apps.register.exports.tables import Showing
from cordiale.apps.register.exports.timelines import LEGEND
from cordiale.apps.register.exports.words import word
from cordiale.apps.register.reads.agreements import agreements_of_framework
from cordiale.apps.register.reads.asking import Composition, composition, standings
from cordiale.apps.register.reads.exploring import lines, turns
from cordiale.apps.register.reads.facts import Fact, facts
from cordiale.apps.register.reads.overview import statements_by_framework
from cordiale.apps.register.views.asking import Question, question_of
from cordiale.apps.register.views.exploring import explorer_page, turn
from cordiale.apps.register.views.parties import PARTICIPATION, Held, claimed, existence
from cordiale.apps.register.views.showing import one_or_404, page, showing, viewer_of
from cordiale.apps.register.views.timelines import described, drawing
from cordiale.domain.participation import Answer
from cordiale.domain.viewer import Viewer
from cordiale.ui.answers import ANSWERS
from cordiale.ui.dates import day_shown
from cordiale.ui.pages import Page
from cordiale.ui.tables import Cell, Column, Link, Table


def frameworks(request: HttpRequest) -> Page:
    """Every framework, oldest first."""
    viewer = viewer_of(request)
    return page(
        request,
        template="register/tables.html",
        title=_("Frameworks"),
        lead=_("The forms a partnership can take: memberships, councils, programmes, statuses."),
        tables=(framework_table(viewer, showing(viewer)),),
    )


def framework_table(viewer: Viewer, show: Showing) -> Table:
    """Frameworks with their life and how many statements speak of them."""
    spoken_of = statements_by_framework(viewer)
    found = sorted(facts(viewer, table="frameworks"), key=lambda fact: fact["established"].text or "9999")
    listed = show.table("frameworks", found, ("name", "kind", "established", "dissolved", "source"))
    rows = tuple(
        (show.reference(("frameworks",), fact["id"]), *row[:-1], _number(spoken_of.get(fact["id"], 0)), row[-1])
        for fact, row in zip(found, listed.rows, strict=True)
    )
    columns = (
        Column("framework", _("Framework")),
        *listed.columns[:-1],
        Column("statements", _("Statements"), kind="number"),
        listed.columns[-1],
    )
    return Table("frameworks", _("Frameworks, oldest first"), columns, rows)


def _number(value: int) -> Cell:
    return Cell(str(value), value=value)


def framework(request: HttpRequest, framework: str) -> Page:
    """What the register holds on one framework."""
    viewer, question = viewer_of(request), question_of(request)
    show = showing(viewer, known=question.known)
    held = partial(facts, viewer, known=question.known)
    found = one_or_404(viewer, table="frameworks", code=framework, known=question.known)
    near = turns(viewer, frameworks=(framework,), on=question.on, knowledge=question.knowledge)
    pairs = [
        line
        for line in lines(viewer, frameworks=(framework,), knowledge=question.knowledge)
        if line.party != show.manifest.host
    ]
    drawn, files = drawing(show, question, pairs, by="framework", known=[found], title=found["name"])
    seats = composition(viewer, framework=framework, on=question.on, knowledge=question.knowledge)
    tables = (
        _roster(viewer, show, question, seats),
        show.table(
            "participation",
            held(table="participation", order=("party", "valid_from"), framework=framework),
            ("party", *PARTICIPATION[1:]),
            help=_(
                "One row for each statement of one source. Sources may contradict each other: both stay, and the "
                "precedence of the sources decides which one counts. A source never contradicts itself."
            ),
        ),
        *_nature(held, show, framework),
        *_life(held, show, framework),
        *_papers(viewer, held, show, framework, known=question.known),
        *claimed(viewer, show, question, framework),
    )
    return explorer_page(
        request,
        question,
        template="register/framework.html",
        title=found["name"],
        lead=found["description"],
        trail=(Link(_("Register"), reverse("home")), Link(_("Frameworks"), reverse("frameworks"))),
        tables=tables,
        files=files,
        context={
            "timeline": drawn,
            "legend": LEGEND,
            "description": described(question),
            "previous": turn(question, near.previous),
            "following": turn(question, near.following),
            "counts": [(ANSWERS[Answer(answer)], count) for answer, count in seats.by_answer.items()],
            "seats": len(seats.seats),
            "facts": _facts(held, show, found),
            "feed": reverse("framework-feed", args=[framework]),
            "optional": [table for table in tables[2:] if table.rows],
            "missing": [table.caption for table in tables[2:] if not table.rows],
        },
    )


def _roster(viewer: Viewer, show: Showing, question: Question, seats: Composition) -> Table:
    """Who has a seat on the day."""
    found = standings(
        viewer,
        questions=[(seat.party, seats.framework, question.on) for seat in seats.seats],
        knowledge=question.knowledge,
    )
    found.sort(key=lambda one: show.labels.name(("parties",), one.party))
    return standing_table(
        show,
        found,
        key="composition",
        caption=_("Who has a seat on %(day)s") % {"day": day_shown(question.on)},
        about=("party",),
        query=question.query(),
        help=_("Whoever is in force, suspended, unclear or disputed has a seat; only who is in force has rights."),
    )


def _facts(held: Held, show: Showing, found: Fact) -> list[tuple[str, Cell]]:
    successors = held(table="frameworks", succeeds=found["id"])
    complete = existence(show, found, "complete_from", "complete_to").text or _("never held complete")
    optional = [
        (_("Succeeds"), show.reference(("frameworks",), found["succeeds"])) if found["succeeds"] else None,
        *((_("Succeeded by"), show.reference(("frameworks",), after["id"])) for after in successors),
        (_("Rules, as hints"), Cell(found["rule"].replace(";", "; "))) if found["rule"] else None,
    ]
    return [
        (_("Short name"), show.reference(("frameworks",), found["id"])),
        (_("Kind"), Cell(word(found["kind"]))),
        (_("Id in this register"), Cell(found["id"])),
        (_("Life"), existence(show, found, "established", "dissolved")),
        *(fact for fact in optional if fact is not None),
        (_("Roster"), Cell(complete, note=found["coverage_note"])),
        (_("Source"), Cell(links=(show.link(("sources",), found["source"]),))),
    ]


def _nature(held: Held, show: Showing, framework: str) -> list[Table]:
    """What it is for and how it began."""
    return [
        show.table(
            "framework_aims",
            held(table="framework_aims", order=("kind",), framework=framework),
            ("text", "kind", "source", "locator"),
        ),
        show.table(
            "framework_dates",
            held(table="framework_dates", order=("date",), framework=framework),
            ("date", "event", "source", "locator", "note"),
            help=_("Sources may date a founding differently; each keeps its own row."),
        ),
    ]


def _life(held: Held, show: Showing, framework: str) -> list[Table]:
    """How it meets, what stops it, what it asks for."""
    return [
        show.table(
            "bodies_meetings",
            held(table="bodies_meetings", order=("date",), body=framework),
            ("date", "level", "place", "topic", "source"),
            help=_("Meetings for which a source was found; a missing row proves nothing."),
        ),
        show.table(
            "cadences",
            held(table="cadences", order=("level",), framework=framework),
            ("level", "times", "per", "valid_from", "valid_to", "source"),
        ),
        show.table(
            "body_blocks",
            held(table="body_blocks", order=("from",), framework=framework),
            ("level", "blocked_by", "from", "to", "reason", "source"),
        ),
        show.table(
            "preconditions",
            held(table="preconditions", order=("since",), framework=framework),
            ("text", "party", "state", "since", "source"),
            help=_("The state is that last seen in the source."),
        ),
        show.table(
            "relation_notes",
            held(table="relation_notes", order=("date",), framework=framework),
            ("date", "party", "text", "source"),
        ),
    ]


def _papers(viewer: Viewer, held: Held, show: Showing, framework: str, *, known: int | None) -> list[Table]:
    """Agreements it rests on, who signed them, what they grant, policies that govern it, programmes open to it."""
    agreements = agreements_of_framework(viewer, framework=framework, known=known)
    signed = {agreement["id"] for agreement in agreements}
    policies = {fact["policy"] for fact in held(table="framework_policies", framework=framework)}
    return [
        show.table(
            "agreements",
            agreements,
            ("id", "kind", "date", "place", "parties", "source"),
            help=_(
                "Agreements that name the framework, entitle those in it, or bind exactly those who take part in it."
            ),
        ),
        show.table(
            "signatures",
            held(table="signatures", order=("date",), agreement=signed),
            ("agreement", "office", "person", "organisation", "date", "source"),
        ),
        show.table(
            "entitlements",
            held(table="entitlements", order=("valid_from",), beneficiary=framework),
            ("what", "agreement", "valid_from", "valid_to", "source"),
        ),
        show.table(
            "policies",
            held(table="policies", order=("date",), id=policies),
            ("title", "date", "place", "summary", "develops", "source"),
        ),
        show.table(
            "programmes_menu",
            held(table="programmes_menu", order=("name",), open_to=framework),
            ("name", "acronym", "description", "source"),
        ),
    ]
