"""Indexes for the newest documents: those that led the database astray go, and each kind gets one of its own."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

ASTRAY = ("sharing_document_version_known_to_id_29b151ee", "sharing_document_version_label_id_9c9c0a0c")
"""SQLite, which knows nothing of how often a value stands in a column, took them for every question about open versions."""


def _entry(**more: Any) -> Any:
    return models.ForeignKey(
        to="ledger.ledgerentry", on_delete=django.db.models.deletion.PROTECT, related_name="+", **more
    )


class Migration(migrations.Migration):
    """Indexes only: altering the columns would make SQLite copy the table and drop its guards."""

    dependencies = (("sharing", "0003_told"),)
    operations = (
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(f"DROP INDEX {name}", migrations.RunSQL.noop) for name in ASTRAY],
            state_operations=[
                migrations.AlterField("documentversion", "known_to", _entry(blank=True, null=True, db_index=False)),
                migrations.AlterField(
                    "documentversion",
                    "label",
                    models.ForeignKey(
                        to="sharing.label",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        db_index=False,
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            "documentversion",
            models.Index(
                fields=("kind", "-dated_on", "-id", "label"),
                condition=Q(known_to__isnull=True),
                name="document_newest_of_kind",
            ),
        ),
        migrations.AddIndex(
            "documentversion",
            models.Index(fields=("known_to",), condition=~Q(known_to__isnull=True), name="document_closed"),
        ),
    )
