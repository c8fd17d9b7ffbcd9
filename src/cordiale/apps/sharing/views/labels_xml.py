"""The label of a document as XML that other systems read, and a label that came in as such XML."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse

from cordiale.apps.sharing.reads.reading import reading
from cordiale.apps.sharing.reads.statements import label_from_statement, statement_of
from cordiale.domain.labels import Label
from cordiale.domain.viewer import Viewer
from cordiale.engines.confidentiality.reading import read
from cordiale.engines.confidentiality.writing import written
from cordiale.ui.permitting import needs


@needs("a role")
def label_xml(request: HttpRequest, code: str) -> HttpResponse:
    """The label of a document, expanded at this instant; 404 for whoever may not read the document."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # set by config.middleware
    with reading(viewer, action="file") as now:
        statement = statement_of(now, code=code)
        if statement is None:
            raise Http404
        content = written(statement)
    return HttpResponse(
        content,
        content_type="application/xml; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{code}-label.xml"',
            "Cache-Control": "private, no-store",
        },
    )


def label_of_upload(viewer: Viewer, content: bytes, *, at: datetime) -> Label:
    """The label to keep for one that came in as XML.

    Args:
        content: the file.
        at: the moment of the request.

    Raises:
        BadLabelXml: it is no label in XML, or says what is not understood.
        LabelNotTaken, BadMarking, BadAudience: it cannot be kept here so.
    """
    return label_from_statement(viewer, statement=read(content), at=at)
