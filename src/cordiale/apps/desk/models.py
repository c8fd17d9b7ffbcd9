"""What the desk keeps: files that were sent in, as they came, and how a partner's own columns are to be understood."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length

models.CharField.register_lookup(Length)


class Upload(models.Model):
    """A workbook or a table as text, as somebody sent it; it stays, whatever becomes of its rows."""

    table = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    encoding = models.CharField(max_length=40, blank=True, default="")
    columns = models.JSONField(null=True, blank=True)
    entry = models.ForeignKey("ledger.LedgerEntry", on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        """Its hash is whole."""

        db_table = "desk_upload"
        constraints = (models.CheckConstraint(name="upload_hash_is_whole", condition=Q(sha256__length=64)),)


class OwnLayout(models.Model):
    """How files with these headings are understood: mapped once, remembered for the next file."""

    table = models.CharField(max_length=60)
    headings = models.CharField(max_length=64)
    columns = models.JSONField()
    kept_at = models.DateTimeField()

    class Meta:
        """One for each table and row of headings."""

        db_table = "desk_own_layout"
        constraints = (models.UniqueConstraint(fields=("table", "headings"), name="own_layout_once"),)
