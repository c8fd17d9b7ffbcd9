"""The tables of the ledger: its clock, its entries, and what each entry commits to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length

models.CharField.register_lookup(Length)


class LedgerClock(models.Model):
    """One row: whoever updates it holds the ledger until the end of the transaction."""

    one = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    register_number = models.BigIntegerField(default=0)
    register_hash = models.CharField(max_length=64, default="0" * 64)
    at = models.CharField(max_length=27, default="")
    head = models.CharField(max_length=64)

    class Meta:
        """One row only, and the register never runs ahead of the ledger."""

        db_table = "ledger_clock"
        constraints = (
            models.CheckConstraint(name="ledger_clock_is_one_row", condition=Q(one=1)),
            models.CheckConstraint(
                name="ledger_clock_register_number_is_an_entry",
                condition=Q(register_number__gte=0, register_number__lte=models.F("number")),
            ),
        )


class LedgerEntry(models.Model):
    """One change: who, when, what, why, and a commitment to its content. Never changed, never removed."""

    number = models.BigIntegerField(primary_key=True)
    at = models.CharField(max_length=27, unique=True)
    actor = models.CharField(max_length=200)
    verb = models.CharField(max_length=80)
    subject = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    commitment = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        """What an entry can never lack."""

        db_table = "ledger_entry"
        constraints = (
            models.CheckConstraint(name="ledger_entry_number_starts_at_one", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="ledger_entry_hashes_are_whole",
                condition=Q(commitment__length=64, previous__length=64, hash__length=64),
            ),
            models.CheckConstraint(name="ledger_entry_has_an_actor", condition=~Q(actor="") & ~Q(verb="")),
        )


class LedgerContent(models.Model):
    """What an entry commits to, with its salt. The law may demand its erasure: both become empty, the chain holds."""

    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, primary_key=True, related_name="content")
    salt = models.CharField(max_length=64, blank=True)
    content = models.TextField(blank=True)

    class Meta:
        """Salt and content go together."""

        db_table = "ledger_content"
        constraints = (
            models.CheckConstraint(
                name="ledger_content_is_erased_whole",
                condition=Q(salt="", content="") | (~Q(salt="") & ~Q(content="")),
            ),
        )
