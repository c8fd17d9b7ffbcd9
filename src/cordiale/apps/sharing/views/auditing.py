"""Pages for auditors: who could read a document and why, what a party could read, and what nobody should have read."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from cordiale.apps.register.reads.asking import StandingRead
from cordiale.apps.register.reads.installation import installation
from cordiale.apps.register.reads.labels import Labels, labels
from cordiale.apps.sharing.forms import MomentForm, NoteForm, PartyForm
from cordiale.apps.sharing.reads.auditing.asking import (
    DocumentThen,
    Filed,
    PartyThen,
    PersonThen,
    Readers,
    Refusal,
    Way,
    could_read,
    readers,
)
from cordiale.apps.sharing.reads.auditing.exposing import Exposure, exposures
from cordiale.apps.sharing.writes.acknowledging import NoSuchExposure, acknowledge
from cordiale.domain.ledger import written
from cordiale.domain.period import parse_when
from cordiale.domain.viewer import Viewer
from cordiale.engines.readlog.reading import LogDamaged
from cordiale.ui.answers import ANSWERS
from cordiale.ui.dates import moment_shown, shown
from cordiale.ui.permitting import moment, needs, viewer_of
from cordiale.ui.tables import Cell, Column, Link, Table

PAGE = 50
"""Exposures on a page."""

FOR_AUDITORS = lazy("For security officers and auditors only")
"""What stands in the head of a page that speaks of documents of every marking."""

CODE = 26
"""Characters of a document's code at most."""


# --- who could read a document ---


@needs("sharing.audit")
def document_readers(request: HttpRequest, code: str) -> HttpResponse:
    """Who could read a document at a moment, as known then, and why."""
    viewer = viewer_of(request)
    form = MomentForm(request.GET or None, zone=installation(viewer).zone)
    at = form.cleaned_data["at"] if form.is_bound and form.is_valid() else None
    found = readers(viewer, document=code, at=at) if len(code) <= CODE else None
    if found is None:
        raise Http404
    names = labels(viewer, known=found.known) if found.label else labels(viewer)
    near = [one for one in found.parties if one.way is not Way.OUTSIDE]
    tables = (
        _party_table("parties", _("Parties that could read it, or were left out"), near, names, viewer),
        _people_table(found, names),
        _party_table(
            "outside",
            _("Parties that are not in the audience"),
            [one for one in found.parties if one.way is Way.OUTSIDE],
            names,
            viewer,
        ),
    )
    context = {
        "form": form,
        "code": code,
        "title": found.title or _("Document %(code)s") % {"code": code},
        "found": found,
        "facts": _facts(found, names),
        "is_filed": found.filed is Filed.YES,
        "tables": tables if found.filed is Filed.YES else (),
        "readers": sum(one.is_reader for one in found.parties),
        "people": sum(one.is_reader for one in found.people),
    }
    context["marking"] = found.marking or FOR_AUDITORS
    return render(request, "sharing/audit_readers.html", context, status=400 if form.is_bound and form.errors else 200)


def _facts(found: Readers, names: Labels) -> list[tuple[str, Cell]]:
    entry = found.filed_by
    said = {
        Filed.YES: _("Filed; nobody had withdrawn it."),
        Filed.NOT_YET: _("Not filed yet: nobody could read it."),
        Filed.WITHDRAWN: _("Withdrawn: nobody could read it."),
    }
    facts = [
        (_("Document"), Cell(found.document)),
        (_("Moment"), Cell(_exactly(found.at), note=written(found.at))),
        (
            _("As known at"),
            Cell(_("entry %(number)s") % {"number": found.known}, href=_change(found.known))
            if found.known
            else Cell(_("nothing: the ledger was empty")),
        ),
        (_("Document then"), Cell(said[found.filed])),
    ]
    if found.label is not None:
        facts.append((_("Marking"), Cell(found.marking)))
        if entry is not None:
            facts.append((_("Marked so by"), _entry_cell(entry.number, entry.at)))
    elif entry is not None:
        facts.append((_("Withdrawn by"), _entry_cell(entry.number, entry.at)))
    return facts


def _entry_cell(number: int, at: str) -> Cell:
    return Cell(_("entry %(number)s") % {"number": number}, href=_change(number), note=moment_shown(at))


def _party_table(key: str, caption: str, found: list[PartyThen], names: Labels, viewer: Viewer) -> Table:
    return Table(
        key,
        caption,
        (
            Column("party", _("Party")),
            Column("could_read", _("Could read it")),
            Column("why", _("Why")),
            Column("standing", _("How it stood")),
        ),
        tuple(
            (
                Cell(names.name(("parties",), one.party), href=reverse("country", args=[one.party])),
                _verdict(could=one.is_reader, tone="warn" if one.way is Way.SUSPENDED else "mute"),
                Cell(_way_shown(one.way, one.terms, names, viewer)),
                _standings(one.standings, names),
            )
            for one in found
        ),
        empty=_("None."),
    )


def _verdict(*, could: bool, tone: str = "mute") -> Cell:
    if could:
        return Cell(_("yes"), tone="ok", value="yes")
    return Cell(_("no"), tone="warn" if tone == "warn" else "mute", value="no")


def _way_shown(way: Way, terms: tuple[str, ...], names: Labels, viewer: Viewer) -> str:
    """How a party was let in, or why not, in a sentence."""
    said = {
        Way.HOST: _("The host itself"),
        Way.MEMBER: _("Home audience: member of %(framework)s")
        % {"framework": names.name(("frameworks",), installation(viewer).membership)},
        Way.RELEASED: _("Released to %(terms)s") % {"terms": ", ".join(terms)},
        Way.SUSPENDED: _("Left out, as suspended"),
        Way.EXCEPTED: _("Excepted by the release"),
        Way.OUTSIDE: _("Not in the audience"),
        Way.UNTOLD: _("Its label cannot be told, so nobody reads it"),
    }
    if terms and way in (Way.HOST, Way.MEMBER):
        return _("%(way)s; also released to %(terms)s") % {"way": said[way], "terms": ", ".join(terms)}
    return said[way]


def _standings(found: tuple[StandingRead, ...], names: Labels) -> Cell:
    """How a party stood where that explains it, with the sources that say so."""
    said = []
    for one in found:
        framework = names.name(("frameworks",), one.framework)
        answer = str(ANSWERS[one.answer]).lower()
        if one.since:
            since = shown(parse_when(one.since))
            said.append(
                _("%(framework)s: %(answer)s since %(since)s")
                % {"framework": framework, "answer": answer, "since": since}
            )
        else:
            said.append(_("%(framework)s: %(answer)s") % {"framework": framework, "answer": answer})
    sources = {one.source: reverse("source", args=[one.source]) for one in found if one.source}
    return Cell("; ".join(said), links=tuple(Link(source, href) for source, href in sources.items()))


def _people_table(found: Readers, names: Labels) -> Table:
    return Table(
        "people",
        _("Everybody who held a role that day"),
        (
            Column("person", _("Person")),
            Column("could_read", _("Could read it")),
            Column("parties", _("Reads for")),
            Column("why", _("Why")),
        ),
        tuple(
            (
                Cell(one.name or _("person %(number)s") % {"number": one.person}, href=_person(one.person)),
                _verdict(could=one.is_reader),
                Cell(", ".join(names.name(("parties",), party) for party in one.parties)),
                Cell(_person_why(one)),
            )
            for one in found.people
        ),
        empty=_("Nobody held a role."),
    )


def _person_why(one: PersonThen) -> str:
    said = {
        Refusal.NO_PARTY: _("reads for no party"),
        Refusal.PARTY: _("no party of theirs is in the audience"),
        Refusal.LEVEL: _("not cleared for the level"),
        Refusal.GROUP: _("not in the group that needs to know"),
    }
    return "; ".join(said[reason] for reason in one.refusals) or _("in the audience, cleared, and needs to know")


# --- what a party could read ---


@needs("sharing.audit")
def party_could_read(request: HttpRequest) -> HttpResponse:
    """What a party could read at a moment, as known then."""
    viewer = viewer_of(request)
    called = sorted(labels(viewer).of["parties"].items(), key=lambda one: one[1])
    asked = request.GET if "party" in request.GET else None
    form = PartyForm(asked, zone=installation(viewer).zone, parties=called)
    context: dict[str, object] = {"form": form}
    if form.is_bound and form.is_valid():
        party, at = form.cleaned_data["party"], form.cleaned_data["at"]
        found = could_read(viewer, party=party, at=at, after=request.GET.get("after", "")[:CODE])
        names = labels(viewer)
        then = written(found.at)
        table = Table(
            "documents",
            _("What %(party)s could read") % {"party": names.name(("parties",), party)},
            (
                Column("document", _("Document"), kind="code"),
                Column("marking", _("Marking")),
                Column("why", _("Why")),
                Column("group", _("Need to know"), kind="code"),
            ),
            tuple(_document_row(one, then, names, viewer) for one in found.documents),
            help=_(
                "Whoever reads for the party must be cleared for the level, and be in the group where one is named."
            ),
            empty=_("Nothing."),
        )
        following = {"party": party, "at": then, "after": found.following}
        context |= {
            "table": table,
            "at": Cell(_exactly(found.at), note=then),
            "known": found.known,
            "next": Link(_("More documents"), f"?{urlencode(following)}") if found.following else None,
        }
    status = 400 if form.is_bound and form.errors else 200
    context["marking"] = FOR_AUDITORS
    return render(request, "sharing/audit_could_read.html", context, status=status)


def _document_row(one: DocumentThen, moment: str, names: Labels, viewer: Viewer) -> tuple[Cell, ...]:
    return (
        Cell(one.document, href=_readers_address(one.document, moment)),
        Cell(one.marking),
        Cell(_way_shown(one.way, one.terms, names, viewer)),
        Cell(one.group),
    )


# --- exposures ---


@needs("sharing.audit")
def all_exposures(request: HttpRequest) -> HttpResponse:
    """Readings that corrected knowledge would have refused, those that wait first."""
    viewer = viewer_of(request)
    text = request.GET.get("from", "0")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Http404
    first, damaged, found = int(text), "", list[Exposure]()
    try:
        found = sorted(exposures(viewer), key=lambda one: one.acknowledged is not None)
    except LogDamaged as fault:
        damaged = str(fault)
    names = labels(viewer)
    table = Table(
        "exposures",
        _("Readings that corrected knowledge would have refused"),
        (
            Column("document", _("Document"), kind="code"),
            Column("read", _("Read"), kind="date"),
            Column("who", _("By")),
            Column("marking", _("Marking")),
            Column("corrected", _("Corrected since by")),
            Column("acknowledged", _("Acknowledged")),
        ),
        tuple(_exposure_row(one, names, viewer) for one in found[first : first + PAGE]),
        empty=_("There is none."),
    )
    context = {
        "table": table,
        "damaged": damaged,
        "waiting": sum(one.acknowledged is None for one in found),
        "previous": Link(_("Newer"), f"?from={max(0, first - PAGE)}") if first else None,
        "next": Link(_("Older"), f"?from={first + PAGE}") if len(found) > first + PAGE else None,
    }
    context["marking"] = FOR_AUDITORS
    return render(request, "sharing/audit_exposures.html", context)


def _exposure_row(one: Exposure, names: Labels, viewer: Viewer) -> tuple[Cell, ...]:
    corrections = tuple(
        Link(_("entry %(number)s") % {"number": entry.number}, _change(entry.number)) for entry in one.corrections
    )
    parties = ", ".join(names.name(("parties",), party) for party in one.parties)
    return (
        Cell(one.document, href=_readers_address(one.document, written(one.at))),
        Cell(_exactly(one.at), value=written(one.at)),
        Cell(one.name or one.who, note=_("for %(parties)s") % {"parties": parties} if parties else ""),
        Cell(one.marking),
        Cell(links=corrections),
        _acknowledged(one, viewer),
    )


def _acknowledged(one: Exposure, viewer: Viewer) -> Cell:
    if one.acknowledged is not None:
        number = one.acknowledged.number
        return Cell(_("entry %(number)s") % {"number": number}, href=_change(number), note=one.note)
    if not viewer.may("sharing.acknowledge"):
        return Cell(_("waits"), tone="warn", value="")
    address = f"{reverse('audit-acknowledge')}?{urlencode({'line': one.line, 'document': one.document})}"
    return Cell(_("waits"), tone="warn", value="", links=(Link(_("Acknowledge"), address),))


@needs("sharing.acknowledge")
def acknowledge_exposure(request: HttpRequest) -> HttpResponse:
    """Acknowledge one exposure."""
    viewer = viewer_of(request)
    back = reverse("audit-exposures")
    line, document = request.GET.get("line", ""), request.GET.get("document", "")
    form = NoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            note = form.cleaned_data["note"]
            acknowledge(line=line, document=document, note=note, by=viewer, at=moment(request))
        except NoSuchExposure as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("It is acknowledged."))
        return HttpResponseRedirect(back)
    context = {
        "form": form,
        "title": _("Acknowledge a reading"),
        "lead": _("Document %(code)s was read, and corrected knowledge would have refused it.")
        % {"code": document[:CODE]},
        "submit": _("Acknowledge"),
        "back": back,
    }
    return render(request, "ui/form.html", context)


def _exactly(at: datetime) -> str:
    """A moment to the second."""
    return shown(parse_when(written(at)[:19] + "Z"))


def _change(number: int) -> str:
    return reverse("change", args=[number])


def _person(number: int) -> str:
    return reverse("person", args=[number])


def _readers_address(code: str, moment: str) -> str:
    return f"{reverse('audit-readers', args=[code])}?{urlencode({'at': moment})}"
