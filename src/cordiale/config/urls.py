"""The URL root."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("cordiale.config.api.urls")),
    path("", include("cordiale.apps.register.urls")),
    path("", include("cordiale.apps.ledger.urls")),
    path("", include("cordiale.apps.people.urls")),
    path("", include("cordiale.apps.sharing.urls")),
    path("", include("cordiale.apps.desk.urls")),
    path("", include("cordiale.apps.jobs.urls")),
]

handler403 = "cordiale.config.errors.not_permitted"
handler404 = "cordiale.config.errors.not_found"
handler429 = "cordiale.config.errors.too_many"  # allauth's name for it
handler500 = "cordiale.config.errors.broken"
