"""How django-allauth names a person in its pages and mails."""

from __future__ import annotations

from typing import Any


def shown_name(user: Any) -> str:
    """The name that the person chose."""
    return str(user.name)
