"""Bodies at work: meetings held, how often they must be, what blocked them, what parties must fulfil."""

from __future__ import annotations

from django.db import models

from cordiale.apps.register.models.known import Version, WhenField, of, one_open, prose, said_by, word


class Meeting(Version):
    """A body met; `body` is the id of a framework or of a body that the pack names."""

    body = word()
    date = WhenField()
    level = word()
    place = prose()
    topic = prose()
    source = said_by()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "meeting"
        constraints = (one_open("meeting", "body", "date", "level"),)


class Cadence(Version):
    """How often a framework must meet, at least."""

    framework = of("Framework")
    level = word()
    times = models.PositiveSmallIntegerField()
    per = models.CharField(max_length=20)
    valid_from = WhenField()
    valid_to = WhenField()
    source = said_by()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "cadence"
        constraints = (one_open("cadence", "framework", "level", "source", "valid_from"),)


class BodyBlock(Version):
    """Meetings of a framework were blocked."""

    framework = of("Framework")
    level = word()
    blocked_by = of("Party", optional=True)
    valid_from = WhenField()
    valid_to = WhenField()
    reason = prose()
    source = said_by()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "body_block"
        constraints = (one_open("body_block", "framework", "level", "blocked_by", "valid_from"),)


class Precondition(Version):
    """A condition set for a party in a framework."""

    framework = of("Framework")
    party = of("Party")
    text = prose()
    state = word()
    since = WhenField()
    source = said_by()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "precondition"
        constraints = (one_open("precondition", "framework", "party", "text", "source"),)
