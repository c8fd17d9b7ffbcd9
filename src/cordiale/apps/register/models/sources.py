"""Publications that assert facts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cordiale.apps.register.models.known import Identity, Version, WhenField, of, one_open, prose


class Source(Identity):
    """A publication."""

    class Meta(Identity.Meta):
        """Named for ever."""

        db_table = "source"


class SourceVersion(Version):
    """What a source is, and the weight it has; re-ranking it makes a new version, so yesterday's answers stand."""

    named = of("Source")
    title = prose()
    publisher = prose()
    url = prose()
    published = WhenField()
    language = prose()
    precedence = models.PositiveSmallIntegerField()

    class Meta(Version.Meta):
        """One open version, and a precedence between 0 and 100."""

        db_table = "source_version"
        constraints = (
            one_open("source", "named"),
            models.CheckConstraint(name="source_precedence_up_to_100", condition=Q(precedence__lte=100)),
        )
