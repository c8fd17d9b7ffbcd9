"""The register can only grow, and one source never contradicts itself."""

from django.db import migrations

from cordiale.apps.ledger.append_only import AppendOnlyIdentities, AppendOnlyVersions

POSTGRES = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE assertion ADD CONSTRAINT assertion_source_contradicts_itself EXCLUDE USING gist (
    party_id WITH =, framework_id WITH =, scope WITH =, source_id WITH =,
    int8range(starts_earliest, greatest(ends_earliest, starts_earliest)) WITH &&
) WHERE (known_to_id IS NULL);
"""

SQLITE = """
CREATE TRIGGER assertion_source_contradicts_itself BEFORE INSERT ON assertion
WHEN EXISTS (
    SELECT 1 FROM assertion other
    WHERE other.party_id = NEW.party_id AND other.framework_id = NEW.framework_id
        AND other.scope = NEW.scope AND other.source_id = NEW.source_id AND other.known_to_id IS NULL
        AND other.starts_earliest < NEW.ends_earliest AND NEW.starts_earliest < other.ends_earliest
        AND other.starts_earliest < other.ends_earliest AND NEW.starts_earliest < NEW.ends_earliest
) BEGIN SELECT RAISE(ABORT, 'assertion_source_contradicts_itself'); END
"""


def forbid_contradiction(apps, schema_editor):  # type: ignore[no-untyped-def]  # Django's convention
    """Add the rule in the words of the database at hand."""
    schema_editor.execute(POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE, params=None)


class Migration(migrations.Migration):
    """Every table of the register is guarded; a later table brings its own guard."""

    dependencies = (("register", "0001_initial"), ("ledger", "0002_guards"))
    operations = (
        AppendOnlyIdentities(
            (
                "Agreement",
                "Area",
                "Event",
                "Framework",
                "Instrument",
                "Operation",
                "Party",
                "Policy",
                "Region",
                "Source",
            )
        ),
        AppendOnlyVersions(
            (
                "AgreementVersion",
                "AreaVersion",
                "Assertion",
                "BodyBlock",
                "Cadence",
                "Claim",
                "Contact",
                "Contribution",
                "Entitlement",
                "EventLink",
                "EventVersion",
                "FrameworkAim",
                "FrameworkDate",
                "FrameworkPolicy",
                "FrameworkVersion",
                "InstrumentVersion",
                "JointAction",
                "Meeting",
                "Objective",
                "Office",
                "OperationVersion",
                "PackEdition",
                "PartyName",
                "PartyRegion",
                "PartyVersion",
                "PolicyVersion",
                "Precondition",
                "Programme",
                "RegionVersion",
                "RelationNote",
                "Signature",
                "SourceVersion",
            )
        ),
        migrations.RunPython(forbid_contradiction, migrations.RunPython.noop),
    )
