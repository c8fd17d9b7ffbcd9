"""Pages of the jobs: one's own, one with its progress, and the button that cancels it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from cordiale.apps.jobs.reads.progress import JobNow, NoSuchJob, jobs_of, one
from cordiale.apps.jobs.writes import asking
from cordiale.domain.jobs import JobState
from cordiale.domain.viewer import NotPermitted, Viewer
from cordiale.ui.dates import moment_shown
from cordiale.ui.pages import Page
from cordiale.ui.tables import Cell, Column, Link, Table

NEWEST = 50
"""Jobs on the page."""
ENOUGH = 286
"""The status that tells htmx to ask no more."""
SAID_EVERY = 10
"""Percent between two sentences that a screen reader is given: each second would be a torrent."""


def jobs(request: HttpRequest) -> Page:
    """The viewer's own jobs, newest first; everybody's for whoever may see them."""
    viewer = _viewer(request)
    if not viewer.may("jobs.run") and not viewer.may("jobs.see"):
        raise Http404
    everybody = viewer.may("jobs.see")
    found = jobs_of(viewer, everybody=everybody, limit=NEWEST)
    table = Table(
        "jobs",
        _("Jobs, newest first"),
        (
            Column("kind", _("Job")),
            Column("state", _("State")),
            Column("done", _("Progress")),
            Column("created", _("Asked for"), kind="date"),
            Column("by", _("By whom")),
        ),
        tuple(
            (
                Cell(job.title, href=reverse("job", args=[job.id])),
                Cell(state_shown(job.state)),
                Cell(_progress_shown(job)),
                Cell(moment_shown(job.created_at.isoformat())),
                Cell(job.started_by),
            )
            for job in found
        ),
        empty=_("No long work was asked for yet."),
    )
    return Page(
        template="jobs/jobs.html",
        title=_("Jobs"),
        lead=_("The newest jobs of everybody.") if everybody else _("Your newest jobs."),
        tables=(table,),
    )


def job(request: HttpRequest, job: UUID) -> Page:
    """One job: how far it has come, what came of it, and a button to cancel it."""
    viewer = _viewer(request)
    found = _one_or_404(viewer, job)
    facts = [
        (_("Asked for"), Cell(moment_shown(found.created_at.isoformat()))),
        (_("By whom"), Cell(found.started_by)),
        (_("Begun"), Cell(moment_shown(found.started_at.isoformat()) if found.started_at else "")),
        (_("Ended"), Cell(moment_shown(found.finished_at.isoformat()) if found.finished_at else "")),
        (_("Attempts"), Cell(str(found.attempt) if found.attempt > 1 else "")),
        (_("Cancelled by"), Cell(found.cancelled_by)),
    ]
    return Page(
        template="jobs/job.html",
        title=found.title,
        trail=(Link(_("Register"), reverse("home")), Link(_("Jobs"), reverse("jobs"))),
        context={
            **_shown(found),
            "facts": [(label, cell) for label, cell in facts if cell.text],
            "cancel": reverse("job-cancel", args=[job])
            if viewer.may("jobs.run") and found.state in (JobState.QUEUED, JobState.RUNNING)
            else "",
        },
    )


@never_cache
def progress(request: HttpRequest, job: UUID) -> HttpResponse:
    """The part of the page that changes, for htmx, which asks each second; `?said=` is what was announced last."""
    found = _one_or_404(_viewer(request), job)
    shown = _shown(found)
    news = shown["saying"] != request.GET.get("said", "")
    status = ENOUGH if found.state.is_over else 200
    return render(request, "jobs/progress.html", {**shown, "announces": news}, status=status)


@never_cache
@require_POST
def cancel(request: HttpRequest, job: UUID) -> HttpResponse:
    """Ask the job to stop, and show it again."""
    viewer = _viewer(request)
    try:
        asking.cancel(job=job, by=viewer, at=request.at)  # type: ignore[attr-defined]  # set by config.middleware
    except (NoSuchJob, NotPermitted):
        raise Http404 from None
    except asking.JobIsOver:
        pass  # it ended while the button was being pressed: the page says how
    return redirect("job", job=job)


def state_shown(state: JobState) -> str:
    """A state in the reader's words."""
    return {
        JobState.QUEUED: _("Waiting for a worker"),
        JobState.RUNNING: _("Running"),
        JobState.CANCELLING: _("Being cancelled: it stops after the step in hand"),
        JobState.CANCELLED: _("Cancelled; what was committed before stands"),
        JobState.DONE: _("Done"),
        JobState.FAILED: _("Failed"),
        JobState.REFUSED: _("Refused"),
    }[state]


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # set by config.middleware
    return viewer


def _one_or_404(viewer: Viewer, job: UUID) -> JobNow:
    found = one(viewer, job=job)
    if found is None:
        raise Http404
    return found


def _progress_shown(job: JobNow) -> str:
    if job.percent is None or job.state.is_over:
        return ""
    return _("%(done)s of %(total)s (%(percent)s %%)") % {
        "done": f"{job.done:,}",
        "total": f"{job.total:,}",
        "percent": job.percent,
    }


def _shown(job: JobNow) -> dict[str, Any]:
    """What the changing part of the page shows."""
    tenth = (job.percent or 0) // SAID_EVERY * SAID_EVERY
    state = state_shown(job.state)
    tones = {JobState.DONE: "ok", JobState.FAILED: "stop", JobState.REFUSED: "stop", JobState.CANCELLED: "mute"}
    return {
        "job": job,
        "state": state,
        "tone": tones.get(job.state, "info"),
        "counted": _progress_shown(job),
        "saying": f"{job.state}-{tenth}",
        "announced": f"{state}. {job.outcome}" if job.state.is_over else f"{state}, {tenth} %" if job.total else state,
        "progress_address": reverse("job-progress", args=[job.id]),
        "announces": False,
    }
