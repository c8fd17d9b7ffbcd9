"""Labels, and the documents that bear them. What bears a label is behind the door."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from cordiale.apps.sharing.models.door import BehindTheDoor
from cordiale.apps.sharing.models.rights import OPEN, Recorded
from cordiale.domain.sharing import Kind, LinkedTo


class Label(models.Model):
    """What a document may bear, once for all that say the same; never changed."""

    policy = models.CharField(max_length=60)
    level = models.CharField(max_length=60)
    release = models.TextField(blank=True, default="")
    group = models.CharField(max_length=60, blank=True, default="")
    digest = models.CharField(max_length=64, unique=True)
    known_from = models.ForeignKey("ledger.LedgerEntry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        """One row for each."""

        db_table = "sharing_label"


class LabelCount(models.Model):
    """How many documents bear a label now; kept by triggers, for choosing the way to list them."""

    label = models.OneToOneField(Label, on_delete=models.PROTECT, primary_key=True, related_name="+")
    documents = models.IntegerField()

    class Meta:
        """One row for each label."""

        db_table = "sharing_label_count"


class Document(models.Model):
    """A document, named for ever by a code that tells nothing."""

    code = models.CharField(max_length=26, primary_key=True)
    known_from = models.ForeignKey("ledger.LedgerEntry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        """The code is all there is of it; what it says stands in its versions."""

        db_table = "sharing_document"


class DocumentVersion(Recorded):
    """What a document says, under which label, from the entry that recorded it until the entry that closed it.

    Neither `label` nor `known_to` has an index of all its rows: SQLite would take that one for every question about
    open versions, and read and sort them all for one page.

    `number` counts the contents from 1: another label for the same content is another row of the same number.
    `dated_on` is the first day that `dated` may mean, for sorting.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    number = models.IntegerField()
    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    summary = models.TextField(blank=True, default="")
    language = models.CharField(max_length=12)
    originator = models.CharField(max_length=60)
    dated = models.CharField(max_length=40)
    dated_on = models.DateField()
    controlled = models.BooleanField(default=False)
    known_to = models.ForeignKey(
        "ledger.LedgerEntry", on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )

    objects: ClassVar[BehindTheDoor] = BehindTheDoor()
    behind: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta(Recorded.Meta):
        """One open version of a document; the indexes serve the newest of one label and the newest of all."""

        db_table = "sharing_document_version"
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = (
            models.UniqueConstraint(fields=("document",), condition=OPEN, name="document_one_open_version"),
            models.CheckConstraint(name="document_kind", condition=Q(kind__in=[str(kind) for kind in Kind])),
            models.CheckConstraint(name="document_number_counts_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(name="document_has_a_title", condition=~Q(title="")),
        )
        indexes = (
            models.Index(fields=("label", "-dated_on", "-id"), condition=OPEN, name="document_newest_of_label"),
            models.Index(fields=("-dated_on", "-id"), condition=OPEN, name="document_newest"),
            models.Index(fields=("kind", "-dated_on", "-id", "label"), condition=OPEN, name="document_newest_of_kind"),
            models.Index(fields=("known_to",), condition=~OPEN, name="document_closed"),
        )


class DocumentFile(models.Model):
    """A file of a version, kept under its hash; never changed."""

    version = models.ForeignKey(DocumentVersion, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=120)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    note = models.CharField(max_length=300, blank=True, default="")
    known_from = models.ForeignKey("ledger.LedgerEntry", on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[BehindTheDoor] = BehindTheDoor("version__label")
    behind: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        """No two files of a version bear one name."""

        db_table = "sharing_document_file"
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = (models.UniqueConstraint(fields=("version", "name"), name="document_file_name"),)


class DocumentLink(models.Model):
    """What a version is about: a party, a framework, a meeting, an instrument; never changed."""

    version = models.ForeignKey(DocumentVersion, on_delete=models.PROTECT, related_name="links")
    kind = models.CharField(max_length=40)
    target = models.CharField(max_length=200)
    known_from = models.ForeignKey("ledger.LedgerEntry", on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[BehindTheDoor] = BehindTheDoor("version__label")
    behind: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        """Nothing is linked twice."""

        db_table = "sharing_document_link"
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = (
            models.CheckConstraint(name="document_link_kind", condition=Q(kind__in=[str(kind) for kind in LinkedTo])),
            models.UniqueConstraint(fields=("version", "kind", "target"), name="document_link_once"),
        )
        indexes = (models.Index(fields=("kind", "target"), name="document_link_target"),)


class DocumentText(models.Model):
    """What a version can be found by; may be made anew from the version and its files.

    `title` and `words` are folded (case, accents, punctuation), so that both databases find the same; `said` is what an
    excerpt is taken from. The index itself is written for each database in the migration.
    """

    version = models.OneToOneField(DocumentVersion, on_delete=models.PROTECT, primary_key=True, related_name="+")
    title = models.TextField()
    words = models.TextField(blank=True, default="")
    said = models.TextField(blank=True, default="")

    objects: ClassVar[BehindTheDoor] = BehindTheDoor("version__label")
    behind: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        """One row for each open version."""

        db_table = "sharing_document_text"
        base_manager_name = "objects"
        default_manager_name = "objects"


class Consent(Recorded):
    """The originator of a document lets it be released to others; only as far as it says."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    originator = models.CharField(max_length=60)
    release = models.TextField()

    class Meta(Recorded.Meta):
        """One table."""

        db_table = "sharing_consent"


class Remark(models.Model):
    """What a reader sent to the originator of a document; read by the originator and by whoever wrote it."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    originator = models.CharField(max_length=60)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    party = models.CharField(max_length=60)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        """A remark says something."""

        db_table = "sharing_remark"
        constraints = (models.CheckConstraint(name="remark_says_something", condition=~Q(text="")),)
