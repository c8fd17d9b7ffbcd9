"""What pages, feeds and mails call a kind of document, and where they find one."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cordiale.domain.sharing import Kind


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
