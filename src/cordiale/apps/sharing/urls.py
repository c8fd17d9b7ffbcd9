"""Addresses of documents."""

from __future__ import annotations

from django.urls import path

from cordiale.apps.sharing.views.auditing import (
    acknowledge_exposure,
    all_exposures,
    document_readers,
    party_could_read,
)
from cordiale.apps.sharing.views.documents import download, library, one_document
from cordiale.apps.sharing.views.feeds import documents_feed
from cordiale.apps.sharing.views.filing import agree, label_sent, new, new_content, new_label, new_remark, take_off
from cordiale.apps.sharing.views.labels_xml import label_xml
from cordiale.apps.sharing.views.rights import all_rights, edit_right

urlpatterns = [
    path("documents/", library, name="documents"),
    path("documents/new/", new, name="document-new"),
    path("documents/new/label-xml/", label_sent, name="label-sent"),
    path("documents/could-read/", party_could_read, name="audit-could-read"),
    path("documents/exposures/", all_exposures, name="audit-exposures"),
    path("documents/exposures/acknowledge/", acknowledge_exposure, name="audit-acknowledge"),
    path("documents/rights/", all_rights, name="rights"),
    path("documents/rights/<slug:verb>/", edit_right, name="right-edit"),
    path("documents/feed.atom", documents_feed, name="documents-feed"),
    path("documents/<code:code>/", one_document, name="document"),
    path("documents/<code:code>/readers/", document_readers, name="audit-readers"),
    path("documents/<code:code>/label.xml", label_xml, name="document-label-xml"),
    path("documents/<code:code>/content/", new_content, name="document-content"),
    path("documents/<code:code>/label/", new_label, name="document-label"),
    path("documents/<code:code>/withdraw/", take_off, name="document-withdraw"),
    path("documents/<code:code>/consent/", agree, name="document-consent"),
    path("documents/<code:code>/remark/", new_remark, name="document-remark"),
    path("documents/<code:code>/files/<str:name>", download, name="document-file"),
]
