"""Addresses of the desk."""

from __future__ import annotations

from django.urls import path

from cordiale.apps.desk.views.editing import edit, statements
from cordiale.apps.desk.views.inbox import inbox
from cordiale.apps.desk.views.proposals import all_proposals, one_proposal
from cordiale.apps.desk.views.start import start
from cordiale.apps.desk.views.workbooks import export, one_upload, original, workbooks

urlpatterns = [
    path("inbox/", inbox, name="inbox"),
    path("desk/", start, name="desk"),
    path("desk/edit/<slug:verb>/", edit, name="desk-edit"),
    path("desk/statements/<code:party>/<code:framework>/", statements, name="desk-statements"),
    path("desk/workbooks/", workbooks, name="workbooks"),
    path("desk/workbooks/<table:table>.<sheet:format>", export, name="workbook"),
    path("desk/workbooks/uploads/<int:number>/", one_upload, name="upload"),
    path("desk/workbooks/uploads/<int:number>/original", original, name="upload-original"),
    path("desk/proposals/", all_proposals, name="proposals"),
    path("desk/proposals/<int:number>/", one_proposal, name="proposal"),
]
