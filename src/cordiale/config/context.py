"""What every page shows around its content."""

from __future__ import annotations

from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Name, navigation and lines of the installation."""
    return {"site": {}}
