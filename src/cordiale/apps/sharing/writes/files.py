"""Takes files in: recognised, kept by their hash, read for the search, before any transaction is open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from cordiale.domain.viewer import Viewer, require
from cordiale.engines.files import kinds, stix
from cordiale.engines.files.extracting import extracted_text
from cordiale.engines.files.names import cleaned
from cordiale.engines.files.sniffing import recognised
from cordiale.engines.files.storing import Store

MOST_TEXT = 200_000
"""Characters of a file that are searched."""


@dataclass(frozen=True)
class KeptFile:
    """A file that was taken in and belongs to no document yet.

    Args:
        name: cleaned.
        media_type: what its content was recognised as.
        size: bytes.
        sha256: hash of its content.
        text: what the search knows of it.
        note: why not all of it could be read; "" where it was.
    """

    name: str
    media_type: str
    size: int
    sha256: str
    text: str
    note: str


def _store() -> Store:
    """Where files are kept: outside whatever is served, under their hash."""
    return Store(settings.DOCUMENTS)


def keep_file(*, name: str, pieces: Iterable[bytes], by: Viewer) -> KeptFile:
    """Take in a file for a document.

    Args:
        name: as the sender calls it.
        pieces: its content, in pieces of any size.

    Raises:
        NotPermitted: `by` files no documents.
        BadFile, one class for each reason: it is not what is taken.
        StoreFull.
    """
    require(by, "sharing.file")
    called = cleaned(name)
    with _store().receiving(limit=kinds.LONGEST) as draft:
        for piece in pieces:
            draft.write(piece)
        with draft.reading() as stream:
            found = recognised(called, stream)
        text = ""
        if found is kinds.STIX:
            bundle = stix.checked(draft.path.read_bytes())
            text = "\n".join(one.name for one in bundle.names)
        read = extracted_text(draft.path, found)
        kept = draft.keep()
    words = f"{text}\n{read.text}".strip()
    note = "" if read.is_whole else read.ending.value
    if len(words) > MOST_TEXT:
        words, note = words[:MOST_TEXT], note or "it has more text than is searched"
    return KeptFile(called, found.media_type, kept.size, kept.sha256, words, note)
