"""What happened, what followed from it, and facts that are not a status."""

from __future__ import annotations

from cordiale.apps.register.models.known import Identity, Version, WhenField, of, one_open, prose, said_by, word


class Event(Identity):
    """Something that happened."""

    class Meta(Identity.Meta):
        """Named for ever."""

        db_table = "event"


class EventVersion(Version):
    """What an event was."""

    named = of("Event")
    date = WhenField()
    title = prose()
    kind = word()
    source = said_by()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "event_version"
        constraints = (one_open("event", "named"),)


class EventLink(Version):
    """An event led to, or was the ground for, something else in the register."""

    event = of("Event")
    relation = word()
    target_table = word()
    target_id = prose()
    source = said_by()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "event_link"
        constraints = (one_open("event_link", "event", "relation", "target_table", "target_id"),)


class RelationNote(Version):
    """A fact about a party and a framework that is not a status: an observer, a request, a visit."""

    party = of("Party")
    framework = of("Framework")
    date = WhenField()
    text = prose()
    source = said_by()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "relation_note"
        constraints = (one_open("relation_note", "party", "framework", "date", "text"),)
