"""Addresses of the library."""

from __future__ import annotations

from django.urls import path

from cordiale.apps.sharing.views.feeds import documents_feed

urlpatterns = [
    path("documents/feed.atom", documents_feed, name="documents-feed"),
]
