"""What the partnership does: objectives, areas, joint actions, operations and contributions, programmes."""

from __future__ import annotations

from django.db import models

from cordiale.apps.register.models.known import (
    CodesField,
    Identity,
    Version,
    WhenField,
    of,
    one_open,
    prose,
    said_by,
    word,
)


class Objective(Version):
    """An objective of the partnerships."""

    code = models.CharField(max_length=60)
    text_in_own_words = prose()
    source = said_by()
    locator = prose()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "objective"
        constraints = (one_open("objective", "code"),)


class Area(Identity):
    """An area of cooperation."""

    class Meta(Identity.Meta):
        """Named for ever."""

        db_table = "area"


class AreaVersion(Version):
    """What an area is called, in a scheme of such areas."""

    named = of("Area")
    name = prose()
    scheme = word()
    source = said_by()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "area_version"
        constraints = (one_open("area", "named"),)


class JointAction(Version):
    """An action that two organisations agreed to carry out together."""

    number = models.CharField(max_length=60)
    adopted = WhenField()
    area = of("Area")
    title_in_own_words = prose()
    source = said_by()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "joint_action"
        constraints = (one_open("joint_action", "number"),)


class Operation(Identity):
    """An operation or mission."""

    class Meta(Identity.Meta):
        """Named for ever."""

        db_table = "operation"


class OperationVersion(Version):
    """What an operation is, who leads it and when it ran."""

    named = of("Operation")
    name = prose()
    led_by = of("Party")
    start = WhenField()
    end = WhenField()
    source = said_by()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "operation_version"
        constraints = (one_open("operation", "named"),)


class Contribution(Version):
    """What a party gave to an operation, at the time named."""

    party = of("Party")
    operation = of("Operation")
    valid_from = WhenField()
    valid_to = WhenField()
    personnel = models.PositiveIntegerField(null=True, blank=True)
    source = said_by()
    note = prose()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "contribution"
        constraints = (one_open("contribution", "party", "operation", "valid_from", "valid_to", "source"),)


class Programme(Version):
    """A tool or programme of cooperation; `open_to` are ids of frameworks."""

    code = models.CharField(max_length=60)
    name = prose()
    acronym = prose()
    description = prose()
    open_to = CodesField()
    source = said_by()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "programme"
        constraints = (one_open("programme", "code"),)
