"""Addresses of the ledger's pages."""

from __future__ import annotations

from cordiale.apps.ledger.views import change, changes
from cordiale.ui.pages import page_urls

urlpatterns = [
    *page_urls("changes/", changes, "changes"),
    *page_urls("changes/<int:number>/", change, "change"),
]
