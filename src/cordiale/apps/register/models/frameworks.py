"""Forms of partnership: their life, succession, aims and founding."""

from __future__ import annotations

from cordiale.apps.register.models.known import Identity, Version, WhenField, of, one_open, prose, said_by, word


class Framework(Identity):
    """An alliance, council, programme, initiative or status."""

    class Meta(Identity.Meta):
        """Named for ever."""

        db_table = "framework"


class FrameworkVersion(Version):
    """What a framework is, when it lived, and for which days its roster is held complete."""

    named = of("Framework")
    name = prose()
    short_name = prose()
    kind = word()
    established = WhenField()
    dissolved = WhenField()
    succeeds = of("Framework", optional=True)
    description = prose()
    rule = prose()
    source = said_by()
    complete_from = WhenField()
    complete_to = WhenField()
    coverage_note = prose()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "framework_version"
        constraints = (one_open("framework", "named"),)


class FrameworkAim(Version):
    """What a framework is for, rests on or works in."""

    framework = of("Framework")
    kind = word()
    text = prose()
    source = said_by()
    locator = prose()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "framework_aim"
        constraints = (one_open("framework_aim", "framework", "kind", "text", "source"),)


class FrameworkDate(Version):
    """What a source says of a date in a framework's life, such as its founding."""

    framework = of("Framework")
    event = word()
    date = WhenField()
    source = said_by()
    locator = prose()
    note = prose()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "framework_date"
        constraints = (one_open("framework_date", "framework", "event", "source", "date"),)
