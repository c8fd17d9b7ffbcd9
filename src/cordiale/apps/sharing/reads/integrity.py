"""Whether labels and documents are still what the ledger's entries committed to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from cordiale.apps.ledger.reads import contents, entries
from cordiale.apps.sharing.models import DocumentFile, DocumentLink, DocumentVersion, Label
from cordiale.domain import labels as rules
from cordiale.domain.ledger import Fault, canonical
from cordiale.domain.viewer import Viewer, require

RECORDED, SUBJECT = "sharing.recorded", "document"
"""Verb and subject of every entry about a document: the ledger is public, and what became of which document is not."""
AT_ONCE = 500


def digest_of(viewer: Viewer, version: DocumentVersion) -> str:
    """What an entry commits to: a hash of all that a version says, with its label, files and links."""
    files = DocumentFile.behind.filter(version=version.pk).values_list("name", "media_type", "size", "sha256")
    links = DocumentLink.behind.filter(version=version.pk).values_list("kind", "target")
    said = [
        version.document_id,
        version.number,
        version.label_id,
        version.kind,
        version.title,
        version.summary,
        version.language,
        version.originator,
        version.dated,
        version.controlled,
        sorted(list(file) for file in files),
        sorted(list(link) for link in links),
    ]
    return hashlib.sha256(canonical(said)).hexdigest()


def first_altered(viewer: Viewer) -> Fault | None:
    """The first entry whose labels or documents are no longer what it recorded, or None.

    Entries whose content was erased cannot be judged and are passed over; a row that no entry names is found, unless
    its entry was erased.

    Raises:
        NotPermitted: the viewer may not export the ledger.
    """
    require(viewer, "ledger.export")
    versions: set[int] = set()
    labels: set[int] = set()
    judged: set[int] = set()
    numbers = [one.number for one in entries(viewer) if one.verb == RECORDED]
    for number, recorded in _recorded(viewer, numbers):
        judged.add(number)
        for part in recorded:
            if "version" in part and "digest" in part:
                versions.add(part["version"])
                found = DocumentVersion.behind.filter(pk=part["version"], known_from=number).first()
                if found is None or digest_of(viewer, found) != part["digest"]:
                    return Fault(number, "a document is no longer what the entry recorded")
            elif "label" in part and "digest" in part:
                labels.add(part["label"])
                if not _is_sound(part["label"], part["digest"]):
                    return Fault(number, "a label is no longer what the entry recorded")
    for model, known in ((DocumentVersion.behind, versions), (Label.objects, labels)):
        rows = model.exclude(pk__in=known).order_by("known_from").values_list("known_from", flat=True)
        forged = next((number for number in rows if number in judged or number not in set(numbers)), None)
        if forged is not None:
            return Fault(forged, "a document or label stands there that no entry recorded")
    return None


def _recorded(viewer: Viewer, numbers: list[int]) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    for begin in range(0, len(numbers), AT_ONCE):
        found = contents(viewer, numbers=numbers[begin : begin + AT_ONCE])
        for number in sorted(found):
            yield number, [part for part in found[number] if isinstance(part, dict)]


def _is_sound(number: int, digest: str) -> bool:
    row = Label.objects.filter(pk=number).values_list("policy", "level", "release", "group", "digest").first()
    return row is not None and row[4] == digest == rules.Label(*row[:4]).digest
