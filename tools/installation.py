"""The environment of programs that tools and tests start: an installation of its own, never the user's data."""

from __future__ import annotations

import os
from pathlib import Path


def environment_of(home: Path, **more: str) -> dict[str, str]:
    """Today's environment without what points at an installation, pointing at the one in `home` instead."""
    inherited = {name: value for name, value in os.environ.items() if not points_at_an_installation(name)}
    return {
        **inherited,
        "CORDIALE_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "cordiale.config.settings",
        **more,
    }


def points_at_an_installation(name: str) -> bool:
    """Whether an environment variable chooses or changes an installation; those about the tests themselves do not."""
    is_ours = name.startswith("CORDIALE_") and not name.startswith("CORDIALE_TEST_")
    return is_ours or name in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
