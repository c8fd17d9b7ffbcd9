"""What follows from readings: exposures that were acknowledged, and what people want to be told."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cordiale.domain.telling import Digest


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
    """How often somebody is mailed what is new, and what they were told and have looked at.

    Up to where somebody knows is the number of an entry, and the labels they could read then: what bears another label
    that they can read now is new to them, however old it is. The labels grant nothing.

    `handed` is set while a digest is in the hands of the mail server: what becomes of it is not known until it is
    emptied, and nobody sends it a second time. `doubted` is set when that was never known.
    """

    person = models.OneToOneField("people.Person", on_delete=models.PROTECT, primary_key=True, related_name="+")
    digest = models.CharField(max_length=10, default=Digest.NEVER.value)
    told = models.BigIntegerField(default=0)
    told_labels = models.JSONField(default=list)
    told_at = models.DateTimeField(null=True, blank=True)
    looked = models.BigIntegerField(default=0)
    looked_labels = models.JSONField(default=list)
    looked_at = models.DateTimeField(null=True, blank=True)
    handed = models.BigIntegerField(null=True, blank=True)
    handed_labels = models.JSONField(default=list)
    handed_at = models.DateTimeField(null=True, blank=True)
    doubted = models.BooleanField(default=False)

    class Meta:
        """One row a person."""

        db_table = "sharing_subscription"
        constraints = (
            models.CheckConstraint(
                name="subscription_digest", condition=Q(digest__in=[str(digest) for digest in Digest])
            ),
            models.CheckConstraint(
                name="subscription_handed_says_when",
                condition=Q(handed__isnull=True, handed_at__isnull=True)
                | Q(handed__isnull=False, handed_at__isnull=False),
            ),
        )


class Reminded(models.Model):
    """Somebody was reminded of a task by mail, once."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    task = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        """Once is enough."""

        db_table = "sharing_reminded"
        constraints = (models.UniqueConstraint(fields=("person", "task"), name="reminded_once"),)
