"""Where attempts to sign in are counted, so that all web processes count together."""

from __future__ import annotations

from django.db import models


class Counted(models.Model):
    """A row of Django's database cache; the cache makes and removes them, nobody else."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        """The table that settings name."""

        db_table = "people_counted"
