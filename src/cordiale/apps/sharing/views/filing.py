"""Files, revises, labels anew and withdraws documents: who would read is shown before anything is saved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.people.writes.proposals import propose
from cordiale.apps.register.reads.labels import labels as names
from cordiale.apps.sharing.forms import ConsentForm, DocumentForm, LabelFileForm, LabelForm, ReasonForm, RemarkForm
from cordiale.apps.sharing.reads.documents import DocumentRead, Linked, document
from cordiale.apps.sharing.reads.labels import label_numbered, levels
from cordiale.apps.sharing.reads.markings import groups_in_the_know, label_of, meant
from cordiale.apps.sharing.reads.originators import is_desk, speaks_for
from cordiale.apps.sharing.reads.reading import reading
from cordiale.apps.sharing.reads.statements import LabelNotTaken
from cordiale.apps.sharing.views.labels_xml import label_of_upload
from cordiale.apps.sharing.views.showing import countries, may_change, meaning
from cordiale.apps.sharing.writes.documents import (
    BadDocument,
    ConsentMissing,
    Said,
    consent,
    file_document,
    relabel,
    remark,
    revise,
    withdraw,
)
from cordiale.apps.sharing.writes.files import KeptFile, keep_file
from cordiale.apps.sharing.writes.proposing import RELABELLING, kept
from cordiale.domain.labels import BadMarking, Label
from cordiale.domain.sharing import Kind, LinkedTo
from cordiale.domain.viewer import NeedsSecondPerson, Viewer
from cordiale.engines.audience.language import BadAudience
from cordiale.engines.confidentiality.refusing import BadLabelXml
from cordiale.engines.files.refusing import BadFile
from cordiale.engines.files.storing import StoreFull
from cordiale.ui.permitting import moment, needs, viewer_of
from cordiale.ui.tables import Link

LABELS = (BadMarking, BadAudience)
LONGEST_LABEL = 64 * 1024
"""Bytes that are read of a label as XML; more are refused by its reader."""


@needs("sharing.file")
def new(request: HttpRequest) -> HttpResponse:
    """File a document: first its label, with the countries it means; then what it is."""
    viewer = viewer_of(request)
    form, label = _label_asked(request, viewer)
    trail = (Link(_("Documents"), reverse("documents")), Link(_("File a document")))
    if label is None:
        context = {
            "form": form,
            "title": _("File a document: who may read it"),
            "breadcrumbs": trail,
            "takes_xml": True,
        }
        return render(request, "sharing/label.html", context)
    asked = DocumentForm(
        request.POST or None, request.FILES or None, originators=_originators(viewer), initial=_first_originator(viewer)
    )
    if request.method == "POST" and asked.is_valid():
        files = _kept(viewer, asked)
        if files is not None:
            try:
                code = file_document(
                    said=_said(asked.cleaned_data), label=label, files=files, by=viewer, at=moment(request)
                )
            except (BadDocument, ConsentMissing, *LABELS) as refusal:
                asked.add_error(None, str(refusal))
            else:
                messages.success(request, _("The document is filed."))
                return HttpResponseRedirect(reverse("document", args=[code]))
    means = meant(viewer, label=label, at=moment(request))
    context = {
        "form": asked,
        "title": _("File a document"),
        "means": meaning(viewer, means),
        "marking": means.marking,
        "submit": _("File it"),
        "back": reverse("document-new"),
        "change": f"{reverse('document-new')}",
        "breadcrumbs": trail,
    }
    return render(request, "sharing/file.html", context)


@needs("sharing.file")
def label_sent(request: HttpRequest) -> HttpResponse:
    """Take the label of a document to be filed from a label as XML."""
    viewer = viewer_of(request)
    form = LabelFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["label_file"].read(LONGEST_LABEL + 1)
        try:
            label = label_of_upload(viewer, content, at=moment(request))
        except (BadLabelXml, LabelNotTaken, *LABELS) as refusal:
            form.add_error("label_file", str(refusal))
        else:
            said = urlencode({"level": label.level, "release": label.release, "group": label.group})
            return HttpResponseRedirect(f"{reverse('document-new')}?{said}")
    context = {
        "form": form,
        "title": _("File a document: its label as XML"),
        "lead": _("The next page shows every country that could read it, before anything is saved."),
        "submit": _("See whom it lets read"),
        "back": reverse("document-new"),
    }
    return render(request, "ui/form.html", {**context, "is_multipart": True})


@needs("sharing.file")
def new_content(request: HttpRequest, code: str) -> HttpResponse:
    """Give a document a new content under the label it has."""
    viewer = viewer_of(request)
    found = _changeable(viewer, code)
    called = [file.name for file in found.files]
    form = DocumentForm(
        request.POST or None,
        request.FILES or None,
        originators=[(found.originator, names(viewer).name(("parties",), found.originator))],
        kept=called,
        initial=_as_typed(found),
    )
    if request.method == "POST" and form.is_valid():
        files = _kept(viewer, form)
        if files is not None:
            try:
                revise(
                    code=code,
                    said=_said(form.cleaned_data),
                    files=files,
                    keep=form.cleaned_data.get("keep", ()),
                    by=viewer,
                    at=moment(request),
                )
            except BadDocument as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The document has a new content."))
                return HttpResponseRedirect(reverse("document", args=[code]))
    means = meant(viewer, label=label_numbered(viewer, number=found.label), at=moment(request))
    context = {
        "form": form,
        "title": _("New content"),
        "means": meaning(viewer, means),
        "marking": found.marking,
        "submit": _("Save it"),
        "back": reverse("document", args=[code]),
        "breadcrumbs": _trail(found, _("New content")),
    }
    return render(request, "sharing/file.html", context)


@needs("sharing.file")
def new_label(request: HttpRequest, code: str) -> HttpResponse:
    """Label a document anew: who gains and who loses it is shown first."""
    viewer = viewer_of(request)
    found = _changeable(viewer, code)
    before = label_numbered(viewer, number=found.label)
    form, label = _label_asked(request, viewer, initial=before)
    trail = _trail(found, _("Another label"))
    if label is None:
        context = {"form": form, "title": _("Another label"), "breadcrumbs": trail, "marking": found.marking}
        return render(request, "sharing/label.html", context)
    at = moment(request)
    old, now = meant(viewer, label=before, at=at), meant(viewer, label=label, at=at)
    reason = ReasonForm(request.POST or None)
    back = reverse("document", args=[code])
    if request.method == "POST" and reason.is_valid():
        why = reason.cleaned_data["reason"]
        try:
            relabel(code=code, label=label, reason=why, by=viewer, at=at)
        except NeedsSecondPerson:
            title = _("Document %(code)s: %(marking)s") % {"code": code, "marking": now.marking}
            propose(
                verb=RELABELLING,
                title=title,
                arguments=kept(viewer, code=code, label=label),
                reason=why,
                by=viewer,
                at=at,
            )
            messages.success(request, _("Proposed. Another person decides."))
            return HttpResponseRedirect(back)
        except (BadDocument, ConsentMissing, *LABELS) as refusal:
            reason.add_error(None, str(refusal))
        else:
            messages.success(request, _("The document bears another label."))
            return HttpResponseRedirect(back)
    readers, next_readers = {*old.home, *old.released}, {*now.home, *now.released}
    context = {
        "form": reason,
        "title": _("Another label"),
        "marking": found.marking,
        "means": meaning(viewer, now),
        "gaining": countries(viewer, next_readers - readers),
        "losing": countries(viewer, readers - next_readers),
        "submit": _("Give it this label"),
        "back": back,
        "breadcrumbs": trail,
    }
    return render(request, "sharing/relabel.html", context)


@needs("sharing.file")
def take_off(request: HttpRequest, code: str) -> HttpResponse:
    """Withdraw a document."""
    viewer = viewer_of(request)
    found = _changeable(viewer, code)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        withdraw(code=code, reason=form.cleaned_data["reason"], by=viewer, at=moment(request))
        messages.success(request, _("The document is withdrawn; nobody reads it any more."))
        return HttpResponseRedirect(reverse("documents"))
    context = {
        "form": form,
        "title": _("Withdraw a document"),
        "lead": found.title,
        "marking": found.marking,
        "submit": _("Withdraw it"),
        "back": reverse("document", args=[code]),
        "breadcrumbs": _trail(found, _("Withdraw")),
    }
    return render(request, "ui/form.html", context)


@needs("sharing.file")
def agree(request: HttpRequest, code: str) -> HttpResponse:
    """Record to whom the originator agrees that a document goes."""
    viewer = viewer_of(request)
    found = _readable(viewer, code)
    if not found.controlled or found.originator not in speaks_for(viewer):
        raise Http404
    form = ConsentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            consent(code=code, release=form.cleaned_data["release"], by=viewer, at=moment(request))
        except LABELS as refusal:
            form.add_error("release", str(refusal))
        else:
            messages.success(request, _("The consent is recorded."))
            return HttpResponseRedirect(reverse("document", args=[code]))
    context = {
        "form": form,
        "title": _("Agree to a release"),
        "lead": found.title,
        "marking": found.marking,
        "submit": _("Agree"),
        "back": reverse("document", args=[code]),
        "breadcrumbs": _trail(found, _("Agree to a release")),
    }
    return render(request, "ui/form.html", context)


@needs("a role")
def new_remark(request: HttpRequest, code: str) -> HttpResponse:
    """Send the originator of a document a remark."""
    viewer = viewer_of(request)
    found = _readable(viewer, code)
    form = RemarkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            remark(code=code, text=form.cleaned_data["text"], by=viewer, at=moment(request))
        except BadDocument as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, _("The originator can read your remark now."))
            return HttpResponseRedirect(reverse("document", args=[code]))
    context = {
        "form": form,
        "title": _("A remark to the originator"),
        "lead": found.title,
        "marking": found.marking,
        "submit": _("Send it"),
        "back": reverse("document", args=[code]),
        "breadcrumbs": _trail(found, _("Remark")),
    }
    return render(request, "ui/form.html", context)


def _readable(viewer: Viewer, code: str) -> DocumentRead:
    with reading(viewer) as now:
        found = document(now, code=code)
    if found is None:
        raise Http404
    return found


def _changeable(viewer: Viewer, code: str) -> DocumentRead:
    found = _readable(viewer, code)
    if not may_change(viewer, found):
        raise Http404
    return found


def _trail(found: DocumentRead, here: str) -> tuple[Link, ...]:
    return (
        Link(_("Documents"), reverse("documents")),
        Link(found.title, reverse("document", args=[found.code])),
        Link(here),
    )


def _label_asked(
    request: HttpRequest, viewer: Viewer, *, initial: Label | None = None
) -> tuple[LabelForm, Label | None]:
    """The label that the address names, and the form for it; None while it names none that can be given."""
    choices: dict[str, Any] = {
        "levels": [(level.id, level.name) for level in levels(viewer).values()],
        "groups": list(groups_in_the_know(viewer).items()),
    }
    if "level" not in request.GET:
        first = {"level": initial.level, "release": initial.release, "group": initial.group} if initial else None
        return LabelForm(initial=first, **choices), None
    form = LabelForm(request.GET, **choices)
    if not form.is_valid():
        return form, None
    given = form.cleaned_data
    try:
        return form, label_of(viewer, level=given["level"], release=given["release"], group=given["group"])
    except LABELS as refusal:
        form.add_error("release", str(refusal))
        return form, None


def _originators(viewer: Viewer) -> list[tuple[str, str]]:
    called = names(viewer).of["parties"]
    mine = called if is_desk(viewer) else {party: called[party] for party in speaks_for(viewer) if party in called}
    return sorted(mine.items(), key=lambda one: one[1])


def _first_originator(viewer: Viewer) -> dict[str, str]:
    return {"originator": min(speaks_for(viewer), default=""), "language": "en"}


def _kept(viewer: Viewer, form: DocumentForm) -> list[KeptFile] | None:
    """The files that were sent, taken in; None, and said in the form, where one is not taken."""
    kept: list[KeptFile] = []
    for file in form.cleaned_data["sent"]:
        try:
            kept.append(keep_file(name=file.name, pieces=_chunks(file), by=viewer))
        except (BadFile, StoreFull) as refusal:
            form.add_error("sent", f"{file.name}: {refusal}")
            return None
    return kept


def _chunks(file: UploadedFile[Any]) -> Iterator[bytes]:
    yield from file.chunks()


def _said(given: dict[str, Any]) -> Said:
    links = [
        Linked(kind, target)
        for kind, field in (
            (LinkedTo.PARTY, "parties"),
            (LinkedTo.FRAMEWORK, "frameworks"),
            (LinkedTo.INSTRUMENT, "instruments"),
        )
        for target in re.split(r"[,;\s]+", given[field].lower())
        if target
    ]
    links += [
        Linked(LinkedTo.MEETING, "/".join(meeting.lower().split()))
        for meeting in re.split(r"[,;]", given["meetings"])
        if meeting.strip()
    ]
    return Said(
        kind=Kind(given["kind"]),
        title=given["title"],
        summary=given["summary"],
        language=given["language"],
        originator=given["originator"],
        dated=given["dated"],
        controlled=given["controlled"],
        links=tuple(links),
    )


def _as_typed(found: DocumentRead) -> dict[str, Any]:
    def ids(kind: LinkedTo) -> str:
        return ", ".join(link.target.replace("/", " ") for link in found.links if link.kind is kind)

    return {
        "kind": found.kind.value,
        "title": found.title,
        "summary": found.summary,
        "originator": found.originator,
        "dated": found.dated,
        "language": found.language,
        "controlled": found.controlled,
        "parties": ids(LinkedTo.PARTY),
        "frameworks": ids(LinkedTo.FRAMEWORK),
        "instruments": ids(LinkedTo.INSTRUMENT),
        "meetings": ids(LinkedTo.MEETING),
    }
