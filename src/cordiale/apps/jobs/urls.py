"""Addresses of the jobs' pages."""

from __future__ import annotations

from django.urls import path

from cordiale.apps.jobs import views
from cordiale.ui.pages import private_page
from cordiale.ui.permitting import needs

seen_by = needs("jobs.run or jobs.see")

urlpatterns = [
    path("jobs/", seen_by(private_page(views.jobs)), name="jobs"),
    path("jobs/<uuid:job>/", seen_by(private_page(views.job)), name="job"),
    path("jobs/<uuid:job>/progress/", seen_by(views.progress), name="job-progress"),
    path("jobs/<uuid:job>/cancel/", needs("jobs.run")(views.cancel), name="job-cancel"),
]
