"""The inbox: what waits for somebody, what is new to them, and how often they are mailed."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from cordiale.apps.desk.reads.tasks import Task, remark_tasks, tasks
from cordiale.apps.desk.views.proposals import decides
from cordiale.apps.desk.views.showing import moment, viewer_of
from cordiale.apps.register.reads.labels import labels
from cordiale.apps.sharing.reads.documents import DocumentRead
from cordiale.apps.sharing.reads.originators import speaks_for
from cordiale.apps.sharing.reads.reading import reading
from cordiale.apps.sharing.reads.told import count_new, mark_of, new_documents, subscription
from cordiale.apps.sharing.reads.words import document_path, kind_shown, whole
from cordiale.apps.sharing.writes.telling import looked, subscribe
from cordiale.domain.period import parse_when
from cordiale.domain.telling import Digest
from cordiale.domain.viewer import Viewer
from cordiale.ui.dates import day_shown, moment_shown, shown
from cordiale.ui.permitting import needs
from cordiale.ui.tables import Cell, Column, Table

DIGESTS = (
    (Digest.NEVER.value, lazy("Never")),
    (Digest.DAILY.value, lazy("Once a day, from 6 o'clock on")),
    (Digest.WEEKLY.value, lazy("Once a week, on Mondays")),
)


class DigestForm(forms.Form):
    """How often somebody is mailed."""

    digest = forms.ChoiceField(label=lazy("How often"), choices=DIGESTS, widget=forms.RadioSelect)


class LookedForm(forms.Form):
    """Up to where somebody has looked."""

    number = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    labels = forms.CharField(max_length=32, widget=forms.HiddenInput)


@needs("signed in")
def inbox(request: HttpRequest) -> HttpResponse:
    """Tasks first, then what is new with its markings, then the form for the digest."""
    viewer, at = viewer_of(request), moment(request)
    known = subscription(viewer)
    form = DigestForm(request.POST if "digest" in request.POST else None, initial={"digest": known.digest.value})
    if request.method == "POST":
        answer = _taken(request, form)
        if answer is not None:
            return answer
    waiting = tasks(viewer, may=decides(viewer), at=at, looked_at=known.looked_at)
    with reading(viewer, action="page") as now:
        waiting += remark_tasks(now, parties=speaks_for(viewer), looked_at=known.looked_at)
        documents = new_documents(now, since=known.looked)
        marking = whole(viewer, documents=documents)[1] if documents else ""
        many, mark = count_new(now, since=known.looked), mark_of(now)
    return render(
        request,
        "desk/inbox.html",
        {
            "tasks": _task_table(waiting),
            "news": _news_table(viewer, documents),
            "marking": marking,
            "more": many - len(documents),
            "looked": LookedForm(initial={"number": mark.number, "labels": mark.digest}, auto_id=False),
            "looked_at": moment_shown(known.looked_at.isoformat()) if known.looked_at else "",
            "something": bool(documents or waiting),
            "form": form,
            "mails": settings.MAIL_IS_SET_UP,
        },
        status=200 if not form.errors else 400,
    )


def _taken(request: HttpRequest, form: DigestForm) -> HttpResponse | None:
    """What was sent, done; None where it cannot be."""
    viewer, at = viewer_of(request), moment(request)
    if form.is_bound:
        if not form.is_valid():
            return None
        subscribe(digest=Digest(form.cleaned_data["digest"]), by=viewer, at=at)
        messages.success(request, _("Your choice is kept."))
        return HttpResponseRedirect(reverse("inbox"))
    seen = LookedForm(request.POST)
    if seen.is_valid():
        looked(**seen.cleaned_data, by=viewer, at=at)
        messages.success(request, _("Marked as seen."))
    return HttpResponseRedirect(reverse("inbox"))


def _task_table(waiting: Sequence[Task]) -> Table:
    return Table(
        "tasks",
        _("What waits for you"),
        (
            Column("about", _("What")),
            Column("kind", _("Task")),
            Column("since", _("Since"), "date"),
            Column("due", _("Last day"), "date"),
        ),
        tuple(
            (
                Cell(task.about, href=_task_page(task)),
                Cell(_task_kind(task)),
                Cell(day_shown(task.since.date()), value=task.since.date().isoformat()),
                Cell(day_shown(task.due_on), value=task.due_on.isoformat()) if task.due_on else Cell(),
            )
            for task in waiting
        ),
        empty=_("Nothing waits for you."),
    )


def _task_page(task: Task) -> str:
    match task.kind:
        case "proposal":
            return reverse("proposal", args=[task.number])
        case "request":
            return reverse("people")
        case "remark":
            return document_path(task.number)
        case "job":
            return reverse("job", args=[task.number])
        case "role":
            return reverse("account")


def _task_kind(task: Task) -> str:
    return {
        "proposal": _("Decide a proposal"),
        "request": _("Answer a request for access"),
        "remark": _("Read a remark on a document"),
        "job": _("Look at long work that failed"),
        "role": _("A role of yours ends"),
    }[task.kind]


def _news_table(viewer: Viewer, documents: Sequence[DocumentRead]) -> Table:
    called = labels(viewer)
    return Table(
        "news",
        _("What is new"),
        (
            Column("title", _("Title")),
            Column("marking", _("Marking")),
            Column("kind", _("Kind")),
            Column("originator", _("From")),
            Column("dated", _("Date"), "date"),
        ),
        tuple(
            (
                Cell(one.title, href=document_path(one.code), lang=one.language),
                Cell(one.marking),
                Cell(kind_shown(one.kind)),
                Cell(called.name(("parties",), one.originator)),
                Cell(shown(parse_when(one.dated)), value=one.dated),
            )
            for one in documents
        ),
        empty=_("Nothing is new to you."),
    )
