"""Addresses of the API: the page that describes it, and its routes."""

from __future__ import annotations

from django.urls import path

from cordiale.config.api.page import described
from cordiale.config.api.root import api

urlpatterns = [
    path("", described, name="api"),
    path("", api.urls),
]
