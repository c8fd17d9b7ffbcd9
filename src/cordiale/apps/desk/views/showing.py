"""What the pages of the desk share: who asks, what can be chosen, edits and their consequences in words."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.desk.forms import Known
from cordiale.apps.register.reads.assertions import NothingOfThatNumber, assertion
from cordiale.apps.register.reads.consequences import Consequences
from cordiale.apps.register.reads.facts import facts
from cordiale.apps.register.reads.installation import installation
from cordiale.apps.register.reads.labels import Labels, labels
from cordiale.domain.editing import Assert, Correct, Decide, Define, Edit, End, Rank, Retract
from cordiale.domain.participation import Answer, Statement
from cordiale.domain.period import parse_when
from cordiale.domain.viewer import Viewer
from cordiale.ui.answers import answer_cell
from cordiale.ui.dates import shown
from cordiale.ui.tables import Cell, Column, Table


def viewer_of(request: HttpRequest) -> Viewer:
    """Who asks."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # set by config.middleware
    return viewer


def moment(request: HttpRequest) -> datetime:
    """The one moment of the request."""
    at: datetime = request.at  # type: ignore[attr-defined]  # as above
    return at


def known(viewer: Viewer) -> Known:
    """What an editor can choose from, as the register is now."""
    names, manifest = labels(viewer), installation(viewer)
    statuses = [(code, status.name) for code, status in manifest.statuses.items()]
    return Known(
        parties=sorted(names.of["parties"].items(), key=lambda one: one[1]),
        frameworks=sorted(names.of["frameworks"].items(), key=lambda one: one[1]),
        sources=[
            (one["id"], f"{one['title']} ({one['id']})") for one in facts(viewer, table="sources", order=("title",))
        ],
        statuses=statuses,
        suspending=[(code, name) for code, name in statuses if manifest.statuses[code].answer is Answer.SUSPENDED],
    )


def edit_shown(viewer: Viewer, edit: Edit) -> str:
    """An edit in one line, without names of people."""
    match edit:
        case Assert(statement):
            return _("New statement: %(said)s") % {"said": statement_shown(viewer, statement)}
        case Correct(number, statement):
            words = {"number": number, "said": statement_shown(viewer, statement)}
            return _("Statement %(number)s corrected: %(said)s") % words
        case End(number, on, source):
            words = {"number": number, "said": _of(viewer, number), "on": shown(on), "source": source}
            return _("Statement %(number)s over on %(on)s, says %(source)s (%(said)s)") % words
        case Retract(number):
            return _("Statement %(number)s retracted: %(said)s") % {"number": number, "said": _of(viewer, number)}
        case Decide(number):
            return _("The desk sides with statement %(number)s: %(said)s") % {
                "number": number,
                "said": _of(viewer, number),
            }
        case Rank(source, precedence):
            return _("Source %(source)s gets precedence %(precedence)s") % {"source": source, "precedence": precedence}
        case Define(group, title, audience):
            return _("Group %(group)s (%(title)s) means: %(audience)s") % {
                "group": group,
                "title": title,
                "audience": audience,
            }


def statement_shown(viewer: Viewer, statement: Statement) -> str:
    """A statement in one line: who, where, what, since when, according to whom."""
    end = statement.period.end
    return _said(
        viewer,
        statement.party,
        statement.framework,
        statement.status,
        statement.period.start.text,
        end.text if end else "",
        statement.source,
    )


def _of(viewer: Viewer, number: int) -> str:
    try:
        row = assertion(viewer, number=number)
    except NothingOfThatNumber as refusal:
        return str(refusal)
    return _said(viewer, row.party, row.framework, row.status, row.valid_from, row.valid_to, row.source)


def _said(viewer: Viewer, party: str, framework: str, status: str, since: str, until: str, source: str) -> str:
    names, statuses = labels(viewer), installation(viewer).statuses
    parts = [
        names.name(("parties",), party),
        names.name(("frameworks",), framework),
        statuses[status].name if status in statuses else status,
        _("from %(date)s") % {"date": shown(parse_when(since))} if since else "",
        _("over on %(date)s") % {"date": shown(parse_when(until))} if until else "",
        source,
    ]
    return ", ".join(filter(None, parts))


def consequence_tables(viewer: Viewer, found: Consequences) -> tuple[Table, ...]:
    """What would change for whom: standings, audiences, rights."""
    names = labels(viewer)
    return _standings(names, found), _audiences(names, found), _rights(names, found)


def _standings(names: Labels, found: Consequences) -> Table:
    seats = {"gained": Cell(_("gained"), tone="ok"), "lost": Cell(_("lost"), tone="stop"), "": Cell()}
    return Table(
        "standings",
        _("Standings"),
        (
            Column("party", _("Country or organisation")),
            Column("framework", _("Framework")),
            *_span_columns(),
            Column("before", _("Before")),
            Column("after", _("After")),
            Column("seat", _("Seat")),
        ),
        tuple(
            (
                _party(names, one.party),
                _framework(names, one.framework),
                _day(one.since),
                _day(one.until),
                answer_cell(one.before),
                answer_cell(one.after),
                seats[one.seat],
            )
            for one in found.standings
        ),
        empty=_("No standing changes on any day."),
    )


def _audiences(names: Labels, found: Consequences) -> Table:
    return Table(
        "audiences",
        _("Audiences"),
        (
            Column("party", _("Country or organisation")),
            Column("change", _("Change")),
            Column("audience", _("Audience")),
            *_span_columns(),
        ),
        tuple(
            (
                _party(names, one.party),
                _change(gained=one.gained),
                _audience(names, one.audience),
                _day(one.since),
                _day(one.until),
            )
            for one in found.audiences
        ),
        help=_("Who enters or leaves the audience of a framework or a group, from now on."),
        empty=_("Nobody enters or leaves an audience."),
    )


def _rights(names: Labels, found: Consequences) -> Table:
    kinds = {
        "entitled": _("entitled to what the framework opens"),
        "restricted": _("free of any suspension"),
        "spoken of": _("free of exceptions that name the framework"),
    }
    return Table(
        "rights",
        _("Rights"),
        (
            Column("party", _("Country or organisation")),
            Column("change", _("Change")),
            Column("what", _("What")),
            Column("framework", _("Framework")),
            *_span_columns(),
        ),
        tuple(
            (
                _party(names, one.party),
                _change(gained=one.gained),
                Cell(kinds[one.kind], value=one.kind),
                _framework(names, one.framework),
                _day(one.since),
                _day(one.until),
            )
            for one in found.rights
        ),
        help=_("What anybody gains takes a second person, where one is demanded."),
        empty=_("Nobody gains or loses a right."),
    )


def _span_columns() -> tuple[Column, Column]:
    return Column("since", _("From"), "date"), Column("until", _("Until"), "date")


def _party(names: Labels, code: str) -> Cell:
    return Cell(names.name(("parties",), code), value=code)


def _framework(names: Labels, code: str) -> Cell:
    return Cell(names.name(("frameworks",), code) if code else _("everywhere"), value=code)


def _change(*, gained: bool) -> Cell:
    return Cell(_("gains"), tone="ok") if gained else Cell(_("loses"), tone="stop")


def _day(text: str) -> Cell:
    return Cell(shown(parse_when(text)) if text else "", value=text)


def _audience(names: Labels, name: str) -> Cell:
    lead, _space, code = name.rpartition(" ")
    if lead == "group":
        return Cell(_("group %(id)s") % {"id": code}, value=name)
    return Cell(names.name(("frameworks",), code), value=name)


def editor_address(verb: str, **given: str | int) -> str:
    """The address of an editor with some of its fields filled in."""
    query = urlencode(given)
    return reverse("desk-edit", args=[verb]) + (f"?{query}" if query else "")
