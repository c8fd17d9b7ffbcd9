"""Addresses of documents."""

from __future__ import annotations

from django.urls import path

from cordiale.apps.sharing.views.documents import download, library, one_document
from cordiale.apps.sharing.views.filing import agree, new, new_content, new_label, new_remark, take_off

urlpatterns = [
    path("documents/", library, name="documents"),
    path("documents/new/", new, name="document-new"),
    path("documents/<code:code>/", one_document, name="document"),
    path("documents/<code:code>/content/", new_content, name="document-content"),
    path("documents/<code:code>/label/", new_label, name="document-label"),
    path("documents/<code:code>/withdraw/", take_off, name="document-withdraw"),
    path("documents/<code:code>/consent/", agree, name="document-consent"),
    path("documents/<code:code>/remark/", new_remark, name="document-remark"),
    path("documents/<code:code>/files/<str:name>", download, name="document-file"),
]
