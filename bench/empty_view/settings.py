"""The settings of an installation, with the empty view beside its pages."""

from __future__ import annotations

from cordiale.config.settings import *  # noqa: F403  # all of them, whatever they are called

ROOT_URLCONF = "bench.empty_view.urls"
