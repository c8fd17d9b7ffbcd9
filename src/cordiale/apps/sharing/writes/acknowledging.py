"""The security officer acknowledges that something was read which corrected knowledge would have refused."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from cordiale.apps.ledger.writes import entry
from cordiale.apps.sharing.models import Acknowledged
from cordiale.apps.sharing.reads.auditing.exposing import exposed
from cordiale.apps.sharing.reads.integrity import RECORDED, SUBJECT
from cordiale.domain.reading_log import Line
from cordiale.domain.sharing import shown_name
from cordiale.domain.viewer import Viewer, require
from cordiale.engines.readlog.reading import files, line_of, texts

LONGEST_NOTE = 2_000


class NoSuchExposure(LookupError):
    """Nothing was read there that corrected knowledge would have refused, or it was acknowledged before."""

    code = "no-such-exposure"

    def __init__(self) -> None:
        super().__init__("There is no such reading that waits to be acknowledged.")


class BadNote(ValueError):
    """A note that is too long."""

    code = "bad-note"

    def __init__(self) -> None:
        super().__init__(f"A note has {LONGEST_NOTE:,} characters at most.")


def acknowledge(*, line: str, document: str, note: str, by: Viewer, at: datetime) -> None:
    """Acknowledge an exposure, once.

    The ledger is public, so subject and reason of the entry say nothing of the document; its content does.

    Args:
        line: hash of the line of the read log.
        document: code of the document that it shows.
        note: what was done about it; "" for nothing to say.

    Raises:
        NotPermitted, BadNote.
        NoSuchExposure: there is none, or it was acknowledged before.
    """
    require(by, "sharing.acknowledge")
    if len(note) > LONGEST_NOTE:
        raise BadNote
    found = _line(line)
    if found is None or all(one.document != document for one in exposed(by, lines=[found])):
        raise NoSuchExposure
    key = shown_name(line, document)
    with entry(by=by, at=at, verb=RECORDED, subject=SUBJECT) as change:
        if Acknowledged.objects.filter(line=key).exists():
            raise NoSuchExposure
        Acknowledged.objects.create(line=key, document=document, note=note.strip(), known_from_id=change.number)
        change.record(
            {"did": "acknowledged", "acknowledged": key, "line": line, "document": document, "note": note.strip()}
        )


def _line(wanted: str) -> Line | None:
    """The line of the read log that has this hash; lines that do not name it are passed over unread."""
    if len(wanted) != 64 or not wanted.isascii():
        return None
    for file in files(settings.READ_LOG):
        for number, text in enumerate(texts(file)):
            if number and text.endswith(b"\n") and wanted.encode() in text:
                found = line_of(file, number)
                if found.hash == wanted:
                    return found
    return None
