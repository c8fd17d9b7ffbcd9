"""What the ledger shows, in the reader's words."""

from __future__ import annotations

from django.utils.translation import gettext as _


def verb_shown(verb: str) -> str:
    """What an entry did, in the reader's words."""
    names = {
        "ledger.content-erased": _("Content erased"),
        "register.pack-loaded": _("Pack loaded"),
        "register.asserted": _("Statement recorded"),
        "register.ended": _("End recorded"),
        "register.corrected": _("Statement corrected"),
        "register.retracted": _("Statement retracted"),
    }
    return names.get(verb, verb)
