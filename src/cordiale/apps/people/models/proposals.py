"""What waits for a second person."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cordiale.apps.people.models.person import Person

STATES = ("open", "approved", "refused", "withdrawn")


class Proposal(models.Model):
    """A write that somebody prepared: its arguments, the state of the register it was prepared on, and its effect."""

    verb = models.CharField(max_length=80)
    title = models.TextField()
    arguments = models.JSONField()
    reason = models.TextField()
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    register_number = models.BigIntegerField()
    effect = models.JSONField()
    state = models.CharField(max_length=20, default="open")
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.TextField(blank=True, default="")
    entry = models.ForeignKey("ledger.LedgerEntry", on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        """Nobody approves what they proposed; what is decided says by whom and when."""

        db_table = "people_proposal"
        constraints = (
            models.CheckConstraint(name="proposal_state", condition=Q(state__in=STATES)),
            models.CheckConstraint(
                name="proposal_decided_says_by_whom",
                condition=Q(state="open", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="open") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="proposal_approved_by_another",
                condition=~Q(state="approved") | ~Q(decided_by=models.F("proposed_by")),
            ),
            models.CheckConstraint(
                name="proposal_approved_has_its_entry",
                condition=Q(state="approved", entry__isnull=False) | (~Q(state="approved") & Q(entry__isnull=True)),
            ),
        )
