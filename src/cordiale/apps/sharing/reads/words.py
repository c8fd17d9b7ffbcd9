"""What pages, feeds and mails call a kind of document, where they find one, and what a whole of several is marked."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from cordiale.apps.sharing.reads.documents import DocumentRead
from cordiale.apps.sharing.reads.labels import interned, levels
from cordiale.domain.sharing import Kind
from cordiale.domain.viewer import Viewer


def document_path(code: str) -> str:
    """Where the page of a document is."""
    return f"/documents/{code}/"


def kind_shown(kind: Kind) -> str:
    """A kind of document in the reader's words."""
    names = {
        Kind.PAPER: _("paper"),
        Kind.MINUTES: _("minutes"),
        Kind.REPORT: _("report"),
        Kind.LESSON: _("lesson"),
        Kind.BEST_PRACTICE: _("best practice"),
        Kind.ADVICE: _("advice"),
        Kind.REFORM_ASSESSMENT: _("reform assessment"),
        Kind.CYBER_THREAT: _("cyber-threat item"),
    }
    return names[kind]


def whole(viewer: Viewer, *, documents: Sequence[DocumentRead]) -> tuple[str, str]:
    """What a whole that names documents bears: the highest level of them, and a marking to open it with.

    The marking is their own where all bear the same one; the level is the lowest there is where it names none.
    """
    known = levels(viewer)
    if not documents:
        lowest = min(known.values(), key=lambda level: level.rank).name
        return lowest, lowest
    borne = {one.label for one in documents}
    level = max(
        (known[one.label.level] for one in interned(viewer) if one.number in borne), key=lambda level: level.rank
    ).name
    markings = {one.marking for one in documents}
    if len(markings) == 1:
        return level, markings.pop()
    return level, _("%(level)s – each document below bears its own marking") % {"level": level}
