"""Groups of parties that the desk defined here, beside those of the pack."""

from __future__ import annotations

from django.db import models

from cordiale.apps.register.models.known import Version, one_open, prose


class Group(Version):
    """A name for an audience; one of the pack's names means what is defined here, as long as it is."""

    code = models.CharField(max_length=60)
    title = prose()
    audience = prose()

    class Meta(Version.Meta):
        """One open definition of a name."""

        db_table = "audience_group"
        constraints = (one_open("audience_group", "code"),)
