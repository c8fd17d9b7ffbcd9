"""What follows from readings: exposures that were acknowledged, and what people want to be told."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Acknowledged(models.Model):
    """A reading that corrected knowledge would have refused, and that the security officer has seen."""

    line = models.CharField(max_length=64, unique=True)
    document = models.CharField(max_length=26)
    note = models.TextField(blank=True, default="")
    known_from = models.ForeignKey("ledger.LedgerEntry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Once is enough."""

        db_table = "sharing_acknowledged"


class Subscription(models.Model):
    """How often somebody is mailed what is new, and up to which entry they were told and have looked."""

    person = models.OneToOneField("people.Person", on_delete=models.PROTECT, primary_key=True, related_name="+")
    digest = models.CharField(max_length=10, default="never")
    told = models.BigIntegerField(default=0)
    told_at = models.DateTimeField(null=True, blank=True)
    looked = models.BigIntegerField(default=0)

    class Meta:
        """One row a person."""

        db_table = "sharing_subscription"
        constraints = (
            models.CheckConstraint(name="subscription_digest", condition=Q(digest__in=["never", "daily", "weekly"])),
        )
