"""Addresses of the jobs' pages."""

from __future__ import annotations

from django.urls import path

from cordiale.apps.jobs import views
from cordiale.ui.pages import private_page

urlpatterns = [
    path("jobs/", private_page(views.jobs), name="jobs"),
    path("jobs/<uuid:job>/", private_page(views.job), name="job"),
    path("jobs/<uuid:job>/progress/", views.progress, name="job-progress"),
    path("jobs/<uuid:job>/cancel/", views.cancel, name="job-cancel"),
]
