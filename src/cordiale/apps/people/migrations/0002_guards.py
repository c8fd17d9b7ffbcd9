"""Roles and the demand for a second person can only be recorded and closed."""

from django.db import migrations

from cordiale.apps.ledger.append_only import AppendOnlyVersions


class Migration(migrations.Migration):
    """Tables with history; personal data stand elsewhere and may be erased."""

    dependencies = (("people", "0001_initial"), ("ledger", "0002_guards"))
    operations = (AppendOnlyVersions(("Grant", "Demand")),)
