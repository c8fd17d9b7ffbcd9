"""The clock starts at nought, and the ledger can only grow."""

from django.db import migrations

from cordiale.apps.ledger.append_only import GuardLedger


class Migration(migrations.Migration):
    """The clock row first: its guards refuse nothing yet."""

    dependencies = (("ledger", "0001_initial"),)
    operations = (
        migrations.RunSQL(
            "INSERT INTO ledger_clock (one, number, register_number, register_hash, at, head)"
            " VALUES (1, 0, 0, :start, '', :start)".replace(":start", f"'{'0' * 64}'"),
            migrations.RunSQL.noop,
        ),
        GuardLedger(),
    )
