"""What was shared under which label can only grow; labels are counted, and words are found, by the database itself."""

from django.db import migrations

from cordiale.apps.ledger.append_only import AppendOnlyIdentities, AppendOnlyVersions

POSTGRES = """
CREATE OR REPLACE FUNCTION sharing_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO sharing_label_count (label_id, documents) VALUES (NEW.label_id, 1)
        ON CONFLICT (label_id) DO UPDATE SET documents = sharing_label_count.documents + 1;
    ELSIF OLD.known_to_id IS NULL AND NEW.known_to_id IS NOT NULL THEN
        UPDATE sharing_label_count SET documents = documents - 1 WHERE label_id = NEW.label_id;
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER sharing_document_version_count AFTER INSERT OR UPDATE ON sharing_document_version
    FOR EACH ROW EXECUTE FUNCTION sharing_count();
ALTER TABLE sharing_document_text ADD COLUMN found tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', words), 'B')
) STORED;
CREATE INDEX sharing_document_text_found ON sharing_document_text USING gin (found);
"""

SQLITE = (
    """
CREATE TRIGGER sharing_document_version_count_insert AFTER INSERT ON sharing_document_version
BEGIN
    INSERT INTO sharing_label_count (label_id, documents) VALUES (NEW.label_id, 1)
    ON CONFLICT (label_id) DO UPDATE SET documents = documents + 1;
END
""",
    """
CREATE TRIGGER sharing_document_version_count_close AFTER UPDATE ON sharing_document_version
WHEN OLD.known_to_id IS NULL AND NEW.known_to_id IS NOT NULL
BEGIN
    UPDATE sharing_label_count SET documents = documents - 1 WHERE label_id = NEW.label_id;
END
""",
    """
CREATE VIRTUAL TABLE sharing_document_words USING fts5(
    title, words, content='sharing_document_text', content_rowid='version_id',
    tokenize='unicode61 remove_diacritics 0'
)
""",
    """
CREATE TRIGGER sharing_document_text_insert AFTER INSERT ON sharing_document_text
BEGIN
    INSERT INTO sharing_document_words (rowid, title, words)
    VALUES (NEW.version_id, NEW.title, NEW.words);
END
""",
    """
CREATE TRIGGER sharing_document_text_delete AFTER DELETE ON sharing_document_text
BEGIN
    INSERT INTO sharing_document_words (sharing_document_words, rowid, title, words)
    VALUES ('delete', OLD.version_id, OLD.title, OLD.words);
END
""",
    """
CREATE TRIGGER sharing_document_text_update AFTER UPDATE ON sharing_document_text
BEGIN
    INSERT INTO sharing_document_words (sharing_document_words, rowid, title, words)
    VALUES ('delete', OLD.version_id, OLD.title, OLD.words);
    INSERT INTO sharing_document_words (rowid, title, words)
    VALUES (NEW.version_id, NEW.title, NEW.words);
END
""",
)


def count_and_find(apps, schema_editor):  # type: ignore[no-untyped-def]  # Django's convention
    """Add the triggers and the index in the words of the database at hand."""
    for statement in (POSTGRES,) if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    """Every table with history is guarded; a later table brings its own guard."""

    dependencies = (("sharing", "0001_initial"), ("ledger", "0002_guards"))
    operations = (
        AppendOnlyIdentities(("Label", "Document", "DocumentFile", "DocumentLink", "Acknowledged")),
        AppendOnlyVersions(("Clearance", "NeedToKnow", "InTheKnow", "DocumentVersion", "Consent")),
        migrations.RunPython(count_and_find, migrations.RunPython.noop),
    )
