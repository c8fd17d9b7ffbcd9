"""Addresses of what is shared."""

from __future__ import annotations

from django.urls import path

from cordiale.apps.sharing.views.auditing import (
    acknowledge_exposure,
    all_exposures,
    document_readers,
    party_could_read,
)

urlpatterns = [
    path("documents/could-read/", party_could_read, name="audit-could-read"),
    path("documents/exposures/", all_exposures, name="audit-exposures"),
    path("documents/exposures/acknowledge/", acknowledge_exposure, name="audit-acknowledge"),
    path("documents/<code:code>/readers/", document_readers, name="audit-readers"),
]
