"""Tells Django about the app."""

from __future__ import annotations

from django.apps import AppConfig


class People(AppConfig):
    """Accounts, roles, invitations, tokens and proposals."""

    name = "cordiale.apps.people"
    label = "people"
