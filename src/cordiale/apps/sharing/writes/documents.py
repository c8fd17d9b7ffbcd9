"""Files documents, changes what they say and who may read them, and records what their originators consent to."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cordiale.apps.ledger.writes import Change, entry
from cordiale.apps.register.reads.facts import facts
from cordiale.apps.register.reads.installation import installation
from cordiale.apps.register.reads.labels import labels as names
from cordiale.apps.sharing.models import (
    Consent,
    Document,
    DocumentFile,
    DocumentLink,
    DocumentText,
    DocumentVersion,
    Label,
    Remark,
)
from cordiale.apps.sharing.models.rights import OPEN
from cordiale.apps.sharing.reads.documents import DocumentRead, FileRead, Linked, NoSuchDocument, document
from cordiale.apps.sharing.reads.integrity import RECORDED, SUBJECT, digest_of
from cordiale.apps.sharing.reads.labels import label_numbered
from cordiale.apps.sharing.reads.markings import gaining, label_of, meant
from cordiale.apps.sharing.reads.originators import acts_for, is_desk, speaks_for
from cordiale.apps.sharing.reads.reading import reading_to_write
from cordiale.apps.sharing.writes.files import KeptFile
from cordiale.domain import labels as rules
from cordiale.domain.period import When, date_at
from cordiale.domain.sharing import Kind, LinkedTo, words_of
from cordiale.domain.viewer import NotPermitted, Viewer, require, require_second
from cordiale.engines.files import kinds

LONGEST_TITLE = 300
LONGEST_TEXT = 20_000


class BadDocument(ValueError):
    """A document that cannot be filed so."""

    code = "bad-document"


class ConsentMissing(ValueError):
    """The originator controls the document and has not agreed that these may read it."""

    code = "consent-missing"

    def __init__(self, originator: str, parties: Sequence[str]) -> None:
        super().__init__(
            f"{originator} controls this document and has not agreed that it goes to {', '.join(parties)}; "
            "have the consent recorded first."
        )


@dataclass(frozen=True)
class Said:
    """What somebody says of a document.

    Args:
        kind, title, summary, language: what it is; the language as a tag, "en".
        originator: id of the party it comes from.
        dated: its date, of any precision.
        controlled: whether it may be released further only with the originator's consent.
        links: what it is about.
    """

    kind: Kind
    title: str
    summary: str
    language: str
    originator: str
    dated: When
    controlled: bool = False
    links: tuple[Linked, ...] = ()


def file_document(
    *, said: Said, label: rules.Label, files: Sequence[KeptFile] = (), reason: str = "", by: Viewer, at: datetime
) -> str:
    """File a new document.

    Returns:
        Its code.

    Raises:
        NotPermitted: a focal point files documents of the own party only.
        BadDocument, BadMarking, BadAudience.
        ConsentMissing: another party controls it, and it would go further than to that party and the home audience.
    """
    require(by, "sharing.file")
    _refuse_others(by, said.originator)
    _check(by, said, files)
    label = label_of(by, level=label.level, release=label.release, group=label.group)
    _refuse_losing(by, said.originator, label, at)
    if said.controlled and by.person and said.originator not in speaks_for(by):
        kept_close = replace(label, release=label_of(by, release=f"party:{said.originator}").release)
        further = gaining(by, old=[kept_close], new=label, at=at)
        if further:
            raise ConsentMissing(said.originator, further)
    code = base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
    with entry(by=by, at=at, verb=RECORDED, subject=SUBJECT) as change:
        change.record({"did": "filed"})
        Document.objects.create(code=code, known_from_id=change.number)
        _put(change, code, 1, said, _interned(change, label), files, reason)
    return code


def revise(
    *,
    code: str,
    said: Said,
    files: Sequence[KeptFile] = (),
    keep: Sequence[str] = (),
    reason: str = "",
    by: Viewer,
    at: datetime,
) -> int:
    """Give a document a new content under the label it has.

    Args:
        files: new files.
        keep: names of files of the content before that belong to the new one too.

    Returns:
        The number of the content.

    Raises:
        NotPermitted, NoSuchDocument, BadDocument.
    """
    require(by, "sharing.file")
    before = _own(by, code)
    _check(by, said, files, kept=[file for file in before.files if file.name in keep])
    if said.originator != before.originator:
        raise BadDocument("A document keeps its originator; file another one.")
    with entry(by=by, at=at, verb=RECORDED, subject=SUBJECT) as change:
        change.record({"did": "revised"})
        old = _closed(change, code)
        _put(change, code, old.number + 1, said, old.label_id, files, reason, old=old, keep=keep)
    return old.number + 1


def relabel(*, code: str, label: rules.Label, reason: str, by: Viewer, at: datetime) -> None:
    """Let others read a document than before.

    Raises:
        NotPermitted, NoSuchDocument, BadMarking, BadAudience.
        ConsentMissing: the originator controls it and did not agree.
        NeedsSecondPerson: it gains somebody the right to read it.
    """
    require(by, "sharing.file")
    before = _own(by, code)
    label = label_of(by, level=label.level, release=label.release, group=label.group)
    old_label = label_numbered(by, number=before.label)
    if before.controlled:
        missing = gaining(by, old=[old_label, *_agreed(code, old_label)], new=label, at=at)
        if missing:
            raise ConsentMissing(before.originator, missing)
    _refuse_losing(by, before.originator, label, at)
    require_second(by, gains_of(by, old=old_label, new=label, at=at))
    with entry(by=by, at=at, verb=RECORDED, subject=SUBJECT) as change:
        change.record({"did": "relabelled"})
        old = _closed(change, code)
        _copy(change, old, _interned(change, label), reason)


def gains_of(viewer: Viewer, *, old: rules.Label, new: rules.Label, at: datetime) -> list[str]:
    """Who gains the right to read, now or later, when a label takes the place of another, one sentence each."""
    gained = [f"{party} may read a document" for party in gaining(viewer, old=[old], new=new, at=at)]
    if old.group and old.group != new.group:
        gained.append(f"whoever is not in the group {old.group} may read a document")
    ranks = installation(viewer).levels
    if old.level in ranks and new.level in ranks and ranks[new.level].rank < ranks[old.level].rank:
        gained.append(f"whoever is cleared for {ranks[new.level].name} may read a document")
    return gained


def withdraw(*, code: str, reason: str, by: Viewer, at: datetime) -> None:
    """Take a document off; nobody reads it any more, and its history stays.

    Raises:
        NotPermitted, NoSuchDocument.
    """
    require(by, "sharing.file")
    _own(by, code)
    with entry(by=by, at=at, verb=RECORDED, subject=SUBJECT) as change:
        change.record({"did": "withdrew"})
        old = _closed(change, code)
        change.record({"withdrew": code, "version": old.pk, "reason": reason})


def consent(*, code: str, release: str, reason: str = "", by: Viewer, at: datetime) -> None:
    """Record that the originator agrees to a release of a document it controls.

    Args:
        release: an audience; the consent covers whom it means at every moment, as a release does.

    Raises:
        NotPermitted: `by` does not speak for the originator.
        NoSuchDocument, BadAudience.
    """
    require(by, "sharing.file")
    found = _known(by, code)
    if found.originator not in speaks_for(by):
        raise NotPermitted(by, "sharing.file")
    agreed = label_of(by, release=release).release
    with entry(by=by, at=at, verb=RECORDED, subject=SUBJECT) as change:
        change.record({"did": "consented"})
        made = Consent.objects.create(
            document_id=code, originator=found.originator, release=agreed, known_from_id=change.number
        )
        change.record({"consent": made.pk, "document": code, "release": agreed, "reason": reason})


def remark(*, code: str, text: str, by: Viewer, at: datetime) -> None:
    """Send the originator of a document a remark; whoever reads it may.

    Raises:
        NotPermitted, NoSuchDocument.
        BadDocument: the remark says nothing, or too much.
    """
    require(by, "sharing.remark")
    found = _known(by, code)
    said = text.strip()
    if not said or len(said) > LONGEST_TEXT:
        raise BadDocument(f"A remark says something, in {LONGEST_TEXT:,} characters at most.")
    party = min(acts_for(by), default="")
    with entry(by=by, at=at, verb=RECORDED, subject=SUBJECT) as change:
        change.record({"did": "remarked"})
        made = Remark.objects.create(
            document_id=code, originator=found.originator, person_id=by.person, party=party, text=said, at=at
        )
        change.record({"remark": made.pk, "document": code})


def _refuse_others(by: Viewer, originator: str) -> None:
    if not is_desk(by) and originator not in speaks_for(by):
        raise NotPermitted(by, "sharing.file")


def _refuse_losing(by: Viewer, originator: str, label: rules.Label, at: datetime) -> None:
    """Whoever files for a party must not shut the party out of its own document by mistake."""
    if is_desk(by):
        return
    found = meant(by, label=label, at=at)
    if originator not in (*found.home, *found.released):
        raise BadDocument(
            f"{names(by).name(('parties',), originator)} could not read its own document under this label; "
            "release it to that party too."
        )


def _known(by: Viewer, code: str) -> DocumentRead:
    """A document that somebody may know of.

    Raises:
        NoSuchDocument.
    """
    with reading_to_write(by) as now:
        found = document(now, code=code)
    if found is None:
        raise NoSuchDocument
    return found


def _own(by: Viewer, code: str) -> DocumentRead:
    """A document that somebody may know of and change."""
    found = _known(by, code)
    _refuse_others(by, found.originator)
    return found


def _check(by: Viewer, said: Said, files: Sequence[KeptFile], *, kept: Sequence[FileRead] = ()) -> None:
    if not said.title.strip() or len(said.title) > LONGEST_TITLE:
        raise BadDocument(f"A document needs a title, of {LONGEST_TITLE} characters at most.")
    if len(said.summary) > LONGEST_TEXT:
        raise BadDocument(f"A summary has {LONGEST_TEXT:,} characters at most; put the rest into a file.")
    if said.originator not in names(by).of["parties"]:
        raise BadDocument(f'There is no party "{said.originator}" that a document could come from.')
    _check_links(by, said.links)
    all_files: list[KeptFile | FileRead] = [*files, *kept]
    called = [file.name.casefold() for file in all_files]
    if len(called) != len(set(called)):
        raise BadDocument("Two files bear one name; call one of them otherwise.")
    if said.kind is Kind.CYBER_THREAT and not any(file.media_type == kinds.STIX.media_type for file in all_files):
        raise BadDocument("A cyber-threat item holds a STIX 2.1 bundle; add its .json file.")


def _check_links(by: Viewer, links: Sequence[Linked]) -> None:
    """What a document is about must be in the register."""
    known = names(by).of
    tables = {LinkedTo.PARTY: "parties", LinkedTo.FRAMEWORK: "frameworks", LinkedTo.INSTRUMENT: "instruments"}
    for link in links:
        body, _slash, day = link.target.partition("/")
        if link.kind is LinkedTo.MEETING:
            is_known = any(str(one["date"]) == day for one in facts(by, table="bodies_meetings", body=body))
        else:
            is_known = link.target in known.get(tables[link.kind], {})
        if not is_known:
            raise BadDocument(
                f'The register has no {link.kind} "{link.target.replace("/", " ")}"; correct it or leave it out.'
            )


def _interned(change: Change, label: rules.Label) -> int:
    """The number of a label, made if no document ever bore it."""
    found = Label.objects.filter(digest=label.digest).values_list("pk", flat=True).first()
    if found is not None:
        return found
    made = Label.objects.create(
        policy=label.policy,
        level=label.level,
        release=label.release,
        group=label.group,
        digest=label.digest,
        known_from_id=change.number,
    )
    change.record({"label": made.pk, "digest": label.digest})
    return made.pk


def _agreed(code: str, label: rules.Label) -> list[rules.Label]:
    """What an originator agreed to, by consents that are recorded, as labels."""
    consents = Consent.objects.filter(OPEN, document=code).values_list("release", flat=True)
    return [replace(label, release=release) for release in consents]


def _closed(change: Change, code: str) -> DocumentVersion:
    """The version of now, closed by an open entry.

    Raises:
        NoSuchDocument: it was withdrawn meanwhile.
    """
    old: DocumentVersion | None = DocumentVersion.behind.filter(OPEN, document=code).first()
    if old is None:
        raise NoSuchDocument
    DocumentVersion.behind.filter(pk=old.pk).update(known_to_id=change.number)
    return old


def _put(
    change: Change,
    code: str,
    number: int,
    said: Said,
    label: int,
    files: Sequence[KeptFile],
    reason: str,
    *,
    old: DocumentVersion | None = None,
    keep: Sequence[str] = (),
) -> None:
    """Record a version with its files, links and words."""
    zone = installation(Viewer.system("dates of documents")).zone
    made = DocumentVersion.behind.create(
        document_id=code,
        number=number,
        label_id=label,
        kind=str(said.kind),
        title=said.title.strip(),
        summary=said.summary.strip(),
        language=said.language,
        originator=said.originator,
        dated=str(said.dated),
        dated_on=date_at(said.dated.bounds(zone)[0], zone),
        controlled=said.controlled,
        known_from_id=change.number,
    )
    kept = [] if old is None else list(DocumentFile.behind.filter(version=old, name__in=keep))
    rows = [
        DocumentFile(name=f.name, media_type=f.media_type, size=f.size, sha256=f.sha256, note=f.note)
        for f in (*files, *kept)
    ]
    for row in rows:
        row.version_id, row.known_from_id = made.pk, change.number
    DocumentFile.behind.bulk_create(rows)
    links = {(str(link.kind), link.target) for link in said.links}
    DocumentLink.behind.bulk_create(
        DocumentLink(version_id=made.pk, kind=kind, target=target, known_from_id=change.number)
        for kind, target in sorted(links)
    )
    texts = [made.summary, *(file.text for file in files)]
    if old is not None:
        before = DocumentText.behind.filter(version=old)
        texts += before.values_list("said", flat=True) if keep else ()
        before.delete()
    _findable(made, "\n".join(text for text in texts if text))
    _commit_to(change, made, reason)


def _copy(change: Change, old: DocumentVersion, label: int, reason: str) -> None:
    """The same content under another label."""
    old_pk = old.pk
    made = DocumentVersion.behind.get(pk=old_pk)
    made.pk, made.label_id, made.known_from_id, made.known_to_id = None, label, change.number, None
    made.save(force_insert=True)
    files, links = list(DocumentFile.behind.filter(version=old_pk)), list(DocumentLink.behind.filter(version=old_pk))
    for row in (*files, *links):
        row.pk, row.version_id, row.known_from_id = None, made.pk, change.number
    DocumentFile.behind.bulk_create(files)
    DocumentLink.behind.bulk_create(links)
    text = DocumentText.behind.get(version=old_pk)
    DocumentText.behind.filter(version=old_pk).delete()
    _findable(made, text.said)
    _commit_to(change, made, reason)


def _findable(made: DocumentVersion, said: str) -> None:
    DocumentText.behind.create(
        version_id=made.pk, title=" ".join(words_of(made.title)), words=" ".join(words_of(said)), said=said
    )


def _commit_to(change: Change, made: DocumentVersion, reason: str) -> None:
    """What the entry holds of a version: numbers and a hash of all that it says; the ledger keeps no content."""
    digest = digest_of(Viewer.system("entry"), made)
    change.record(
        {"document": made.document_id, "version": made.pk, "label": made.label_id, "digest": digest, "reason": reason}
    )
