"""Roles given to people, and the demand for a second person: recorded and closed by ledger entries, never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from cordiale.apps.people.models.person import Person
from cordiale.domain.roles import FOR_A_BODY, FOR_A_PARTY, Role

OPEN = Q(known_to__isnull=True)
"""What holds as far as the ledger knows now."""


class Recorded(models.Model):
    """Something that holds from the entry that recorded it until the entry that closed it."""

    known_from = models.ForeignKey("ledger.LedgerEntry", on_delete=models.PROTECT, related_name="+")
    known_to = models.ForeignKey(
        "ledger.LedgerEntry", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        """One table for each kind of thing."""

        abstract = True


class Grant(Recorded):
    """A person holds a role, for a party or a body or neither, from a legal day until another (half-open)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=40)
    party = models.CharField(max_length=60, blank=True, default="")
    body = models.CharField(max_length=200, blank=True, default="")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    lent_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta(Recorded.Meta):
        """What a grant can never be."""

        db_table = "people_grant"
        constraints = (
            models.CheckConstraint(name="grant_role", condition=Q(role__in=[str(role) for role in Role])),
            models.CheckConstraint(
                name="grant_party_where_the_role_is_for_one",
                condition=(Q(role__in=[str(role) for role in FOR_A_PARTY]) & ~Q(party=""))
                | (~Q(role__in=[str(role) for role in FOR_A_PARTY]) & Q(party="")),
            ),
            models.CheckConstraint(
                name="grant_body_where_the_role_is_for_one",
                condition=(Q(role__in=[str(role) for role in FOR_A_BODY]) & ~Q(body=""))
                | (~Q(role__in=[str(role) for role in FOR_A_BODY]) & Q(body="")),
            ),
            models.CheckConstraint(
                name="grant_ends_after_it_starts", condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on"))
            ),
            models.CheckConstraint(
                name="grant_lent_has_an_end", condition=Q(lent_by__isnull=True) | Q(until_on__isnull=False)
            ),
            models.CheckConstraint(
                name="grant_not_lent_to_oneself", condition=Q(lent_by__isnull=True) | ~Q(lent_by=F("person"))
            ),
        )
        indexes = (models.Index(fields=("person",), condition=OPEN, name="grant_open_of_person"),)


class Demand(Recorded):
    """While one is open, what gains anybody a right takes a second person."""

    one = models.SmallIntegerField(default=1)

    class Meta(Recorded.Meta):
        """One open demand at most."""

        db_table = "people_demand"
        constraints = (
            models.CheckConstraint(name="demand_is_one", condition=Q(one=1)),
            models.UniqueConstraint(fields=("one",), condition=OPEN, name="demand_one_open"),
        )
