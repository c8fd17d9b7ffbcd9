"""What a person is cleared for and needs to know: recorded and closed by ledger entries, never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

OPEN = Q(known_to__isnull=True)
"""What holds as far as the ledger knows now."""


def held_at(known: int) -> Q:
    """The condition that something was recorded and not yet closed as known at a ledger number."""
    return Q(known_from__lte=known) & (OPEN | Q(known_to__gt=known))


class Recorded(models.Model):
    """Something that holds from the entry that recorded it until the entry that closed it."""

    known_from = models.ForeignKey("ledger.LedgerEntry", on_delete=models.PROTECT, related_name="+")
    known_to = models.ForeignKey(
        "ledger.LedgerEntry", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        """One table for each kind of thing."""

        abstract = True


class Clearance(Recorded):
    """A person may read up to a level; without one, what needs no clearance."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=60)

    class Meta(Recorded.Meta):
        """One clearance at a time."""

        db_table = "sharing_clearance"
        constraints = (models.UniqueConstraint(fields=("person",), condition=OPEN, name="clearance_one_open"),)


class NeedToKnow(Recorded):
    """A group of people who need to know."""

    code = models.CharField(max_length=60)
    title = models.CharField(max_length=200)

    class Meta(Recorded.Meta):
        """One open definition of a name."""

        db_table = "sharing_need_to_know"
        constraints = (models.UniqueConstraint(fields=("code",), condition=OPEN, name="need_to_know_one_open"),)


class InTheKnow(Recorded):
    """A person is in a group that needs to know."""

    group = models.CharField(max_length=60)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta(Recorded.Meta):
        """Nobody is in a group twice."""

        db_table = "sharing_in_the_know"
        constraints = (models.UniqueConstraint(fields=("group", "person"), condition=OPEN, name="in_the_know_once"),)
