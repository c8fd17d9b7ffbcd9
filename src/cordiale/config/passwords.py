"""Refuses passwords made of what everybody knows of an installation: docs/reference/settings.md lists the words."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

WORDS = (
    "cordiale",
    "alliance",
    "partnership",
    "partner",
    "register",
    "ministry",
    "embassy",
    "delegation",
    "headquarters",
    "administrator",
    "admin",
    "deskofficer",
    "focalpoint",
    "provider",
    "analyst",
    "securityofficer",
    "auditor",
    "password",
    "passphrase",
    "welcome",
    "secret",
)
LEFT = 8
"""Letters and figures that must remain once these words are taken away."""


class OwnWords:
    """A password is more than the product, a role, a word of the trade or the host's name, and a year."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse it if too little remains.

        Raises:
            ValidationError: it is made of such words.
        """
        left = re.sub(r"[\W_]+", "", password.casefold())
        for word in sorted({*WORDS, *_names_of_hosts()}, key=len, reverse=True):
            left = left.replace(word, "")
        if len(left) < LEFT < len(password):
            raise ValidationError(self.get_help_text(), code="password_of_own_words")

    def get_help_text(self) -> str:
        """What to do instead."""
        return _("A password is made of more than words that everybody here knows, such as the name of this site.")


def _names_of_hosts() -> set[str]:
    parts = {part for host in settings.ALLOWED_HOSTS for part in re.split(r"[^a-z]+", host.casefold())}
    return {part for part in parts if len(part) > 3}
