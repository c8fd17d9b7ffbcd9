"""Files of documents on their way out: streamed, and stopped in the middle when the reader may read on no longer."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from urllib.parse import quote

from django.conf import settings
from django.http import StreamingHttpResponse

from cordiale.apps.sharing.reads.documents import FileRead, file_of
from cordiale.apps.sharing.reads.reading import reading
from cordiale.domain.viewer import Viewer
from cordiale.engines.files.storing import Store

security = logging.getLogger("cordiale.security")
PIECE = 64 * 1024
"""Bytes read and sent at a time."""
SECONDS = 1.0
"""After which a download under way asks again whether its reader may go on."""


def streamed(viewer: Viewer, *, code: str, name: str) -> StreamingHttpResponse | None:
    """A file of a document as a response; None when there is none that the reader may know of.

    Its browser saves it and never opens it: what a file holds runs nowhere.
    """
    with reading(viewer, action="file") as now:
        file = file_of(now, code=code, name=name)
    if file is None or not Store(settings.DOCUMENTS).holds(file.sha256):
        return None
    return StreamingHttpResponse(
        _pieces(viewer, code, file),
        content_type=file.media_type,
        headers={
            "Content-Length": str(file.size),
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}",
            # compressed, nobody could tell a whole file from one that was cut off
            "Content-Encoding": "identity",
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _pieces(viewer: Viewer, code: str, file: FileRead) -> Iterator[bytes]:
    """The content in pieces, asking again every second whether it may be read.

    When it may not, it ends short of the length that was announced: the server cuts the connection, and no client takes
    what it got for the whole.
    """
    asked = time.monotonic()
    # opened here: what is never sent, as for HEAD, is never opened
    with Store(settings.DOCUMENTS).open(file.sha256) as content:
        while piece := content.read(PIECE):
            if time.monotonic() - asked >= SECONDS:
                with reading(viewer, action="stream") as now:
                    if file_of(now, code=code, name=file.name) != file:
                        security.info(
                            "a download was cut off: its reader may read on no longer", extra={"who": viewer.name}
                        )
                        return
                asked = time.monotonic()
            yield piece
