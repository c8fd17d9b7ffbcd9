"""The packs an installation holds, edition by edition."""

from __future__ import annotations

from django.db import models

from cordiale.apps.register.models.known import Version, one_open, prose


class PackEdition(Version):
    """The manifest of a pack, as loaded; `pack` is its id."""

    title = prose()
    edition = models.CharField(max_length=60)
    manifest = prose()

    class Meta(Version.Meta):
        """One open edition of each pack."""

        db_table = "pack_edition"
        constraints = (one_open("pack_edition", "pack"),)
