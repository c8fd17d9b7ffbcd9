"""The whole register for programs: as a pack, and as linked data."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.params.functions import Path, Query

from cordiale.apps.register.api.request import viewer_of
from cordiale.apps.register.exports.archive import pack_archive
from cordiale.apps.register.exports.rdf import MEDIA_TYPES, Dataset, Format, linked_data
from cordiale.apps.register.reads.installation import installation

router = Router(tags=["The whole register"])

BYTES = {"schema": {"type": "string", "format": "binary"}}
OBJECT = {"schema": {"type": "object"}}
DATASET: Any = Path(..., description="Which part of the register.")
FORMAT: Any = Query(None, description="The notation; by `Accept` when it is left out.")


@router.get("/pack", openapi_extra={"responses": {200: {"description": "OK", "content": {"application/zip": BYTES}}}})
def pack(request: HttpRequest) -> HttpResponse:
    """The register as a pack in a ZIP file, as `cordiale pack export` writes it."""
    viewer = viewer_of(request)
    name = f"{installation(viewer).id}.zip"
    return HttpResponse(
        pack_archive(viewer),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get(
    "/rdf/{dataset}",
    openapi_extra={
        "responses": {
            200: {"description": "OK", "content": {MEDIA_TYPES["turtle"]: BYTES, MEDIA_TYPES["json-ld"]: OBJECT}}
        }
    },
)
def rdf(
    request: HttpRequest,
    dataset: Dataset = DATASET,
    format: Format | None = FORMAT,
) -> HttpResponse:
    """Parties, frameworks or participation as linked data, in Turtle or JSON-LD: ORG, OWL-Time, PROV."""
    form = format or _preferred(request)
    made = linked_data(
        viewer_of(request), dataset=dataset, form=form, site=request.build_absolute_uri("/").removesuffix("/")
    )
    kind = MEDIA_TYPES[form]
    return HttpResponse(
        made,
        content_type=f"{kind}; charset=utf-8" if form == "turtle" else kind,
        headers={"Vary": "Accept"},
    )


def _preferred(request: HttpRequest) -> Format:
    """The notation the client likes best; Turtle when it names neither."""
    kind = request.get_preferred_type(list(MEDIA_TYPES.values()))
    return next((form for form, media_type in MEDIA_TYPES.items() if media_type == kind), "turtle")
