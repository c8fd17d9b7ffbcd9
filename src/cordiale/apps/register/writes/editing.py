"""Carries out what people edit: one edit or many, one entry; and shows what would happen without doing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from cordiale.apps.ledger.reads import head
from cordiale.apps.ledger.writes import Change, entry
from cordiale.apps.register.models import Assertion, FrameworkVersion, Group, PartyVersion, SourceVersion
from cordiale.apps.register.reads.consequences import Consequences, consequences, weighed
from cordiale.apps.register.reads.groups import groups_now
from cordiale.apps.register.reads.installation import installation
from cordiale.apps.register.reads.rows import attributes, cell, pinned, pinned_text, statement_of
from cordiale.apps.register.reads.standing import words_of
from cordiale.apps.register.writes import participation
from cordiale.apps.register.writes.participation import NoSuchAssertion, NoSuchThing, ReasonMissing
from cordiale.apps.register.writes.rows import close, put
from cordiale.apps.register.writes.second import by_effect
from cordiale.domain.editing import PERMISSIONS, Assert, Correct, Decide, Define, Edit, End, Rank, Retract
from cordiale.domain.viewer import Viewer, require, require_second
from cordiale.engines.audience.deciding import circle
from cordiale.engines.audience.language import BadAudience
from cordiale.engines.packs.cells import BadCell
from cordiale.engines.packs.reading import row_of
from cordiale.engines.packs.tables import BY_NAME

SOURCES = BY_NAME["sources"]
DESK = "desk-decisions"
"""Id of the source that speaks for the desk where other sources differ."""

GROUPS = "audience_group"


class BadGroup(ValueError):
    """A group that cannot be defined so."""

    code = "bad-group"


class BadPrecedence(ValueError):
    """A precedence that no source can have."""

    code = "bad-precedence"


@dataclass(frozen=True)
class Preview:
    """What edits would do.

    Args:
        register_number: state of the register they were tried on.
        consequences: what would change for whom.
    """

    register_number: int
    consequences: Consequences


def carry_out(*, edits: Sequence[Edit], reason: str, by: Viewer, at: datetime) -> int:
    """Make all of these edits or none, as one entry.

    Returns:
        The number of the entry.

    Raises:
        NotPermitted, NeedsSecondPerson, ReasonMissing, and whatever refuses one of the edits.
    """
    for edit in edits:
        require(by, PERMISSIONS[type(edit)])
    if not reason.strip():
        raise ReasonMissing
    _second_for_groups(by, edits)
    verb, subject = _named(edits)
    parties = affected(by, edits=edits)
    with (
        entry(by=by, at=at, verb=verb, subject=subject, reason=reason) as change,
        by_effect(change, by=by, parties=parties, at=at),
    ):
        for edit in edits:
            _make(change, edit, reason=reason, by=by, at=at)
    return change.number


def preview(viewer: Viewer, *, edits: Sequence[Edit], at: datetime) -> Preview:
    """Make the edits, see what they do, and take them back: the same code, the same refusals, nothing written.

    Raises:
        whatever refuses one of the edits.
    """
    trying = replace(
        Viewer.system("what if"), approved_by="what if"
    )  # nothing is committed, so trying is everybody's who may see the page
    verb, subject = _named(edits)
    with transaction.atomic():
        with entry(by=trying, at=at, verb=verb, subject=subject, reason="what if") as change:
            tried_on = head(viewer).register_number
            parties = affected(viewer, edits=edits)
            before = weighed(viewer, parties=parties, number=change.number)
            for edit in edits:
                _make(change, edit, reason="what if", by=trying, at=at)
            after = weighed(viewer, parties=parties, number=change.number)
        transaction.set_rollback(True)
    return Preview(tried_on, consequences(viewer, before=before, after=after, at=at))


def _second_for_groups(by: Viewer, edits: Sequence[Edit]) -> None:
    """A group may stand after "except" in any marking: another meaning may let in whoever leaves it."""
    known = groups_now(by) if any(isinstance(edit, Define) for edit in edits) else {}
    require_second(
        by,
        [
            f"group {edit.group} means something else"
            for edit in edits
            if isinstance(edit, Define) and (edit.group not in known or known[edit.group].audience != edit.audience)
        ],
    )


def affected(viewer: Viewer, *, edits: Sequence[Edit]) -> set[str] | None:
    """The parties that edits are about; None when it may be anybody."""
    found: set[str] = set()
    for edit in edits:
        match edit:
            case Assert(statement):
                found.add(statement.party)
            case Correct(assertion, statement):
                found |= {statement.party, *_parties(pk=assertion)}
            case End(assertion, _, _) | Retract(assertion) | Decide(assertion):
                found |= _parties(pk=assertion)
            case Rank(source, _):
                found |= _parties(source=source) | _parties(end_source=source)
            case Define():
                return None
    return found


def _parties(**condition: object) -> set[str]:
    return set(Assertion.objects.filter(known_to=None, **condition).values_list("party_id", flat=True))


def _named(edits: Sequence[Edit]) -> tuple[str, str]:
    """Verb and subject of the entry."""
    if len(edits) != 1:
        return "register.edited", f"edits:{len(edits)}"
    match edits[0]:
        case Assert(statement):
            return "register.asserted", f"participation:{statement.party}/{statement.framework}"
        case End(assertion, _, _):
            return "register.ended", f"assertion:{assertion}"
        case Correct(assertion, _):
            return "register.corrected", f"assertion:{assertion}"
        case Retract(assertion):
            return "register.retracted", f"assertion:{assertion}"
        case Decide(assertion):
            return "register.decided", f"assertion:{assertion}"
        case Rank(source, _):
            return "register.ranked", f"source:{source}"
        case Define(group, _, _):
            return "register.defined", f"group:{group}"


def _make(change: Change, edit: Edit, *, reason: str, by: Viewer, at: datetime) -> None:
    match edit:
        case Assert(statement):
            participation.assert_participation(statement=statement, reason=reason, by=by, at=at)
        case End(assertion, on, source):
            participation.end(assertion=assertion, on=on, source=source, reason=reason, by=by, at=at)
        case Correct(assertion, statement):
            participation.correct(assertion=assertion, statement=statement, reason=reason, by=by, at=at)
        case Retract(assertion):
            participation.retract(assertion=assertion, reason=reason, by=by, at=at)
        case Decide(assertion):
            _decide(change, assertion, reason=reason, by=by, at=at)
        case Rank(source, precedence):
            _rank(change, source, precedence, by=by)
        case Define():
            _define(change, edit, by=by)


def _decide(change: Change, assertion: int, *, reason: str, by: Viewer, at: datetime) -> None:
    """The desk says what the chosen statement says, as a source of its own with the highest precedence."""
    found = Assertion.objects.filter(pk=assertion, known_to=None).first()
    if found is None:
        raise NoSuchAssertion(assertion)
    if not SourceVersion.objects.filter(named=DESK, known_to=None).exists():
        manifest = installation(by)
        cells = (DESK, "Decisions of the desk", manifest.title, "", "", "en", "100")
        row = row_of(SOURCES, cells)
        put(change, table=SOURCES, rows=[row], pack="", zone=manifest.zone)
    chosen = statement_of(found)
    statement = replace(
        chosen,
        source=DESK,
        end_source=DESK if chosen.end_source else "",
        locator=f"decides for assertion {assertion}",
        note=reason,
    )
    earlier = Assertion.objects.filter(
        source=DESK, party=found.party_id, framework=found.framework_id, scope=found.scope, known_to=None
    )
    close(change, table="participation", ids=list(earlier.values_list("pk", flat=True)))
    participation.assert_participation(statement=statement, reason=reason, by=by, at=at)


def _rank(change: Change, source: str, precedence: int, *, by: Viewer) -> None:
    """A new version of the source, the same but for its precedence: yesterday's answers stand."""
    found = SourceVersion.objects.filter(named=source, known_to=None).first()
    if found is None:
        raise NoSuchThing("source", source)
    names = attributes(SOURCES)
    said = {column.name: cell(getattr(found, name)) for column, name in zip(SOURCES.columns, names, strict=True)}
    said["precedence"] = str(precedence)
    try:
        row = row_of(SOURCES, tuple(said[column.name] for column in SOURCES.columns))
    except BadCell as fault:
        raise BadPrecedence(str(fault)) from None
    close(change, table=SOURCES.name, ids=[found.pk])
    put(change, table=SOURCES, rows=[row], pack="", zone=installation(by).zone)


def _define(change: Change, edit: Define, *, by: Viewer) -> None:
    """Give a group a meaning; the pack's own definition of that name stands behind it."""
    _check_group(edit, by=by)
    old = Group.objects.filter(code=edit.group, known_to=None)
    close(change, table=GROUPS, ids=list(old.values_list("pk", flat=True)))
    made = Group.objects.create(
        known_from_id=change.number, pack="", code=edit.group, title=edit.title, audience=edit.audience
    )
    change.touch(GROUPS, added=[pinned_text(getattr(made, name) for name in pinned(Group))])


def _check_group(edit: Define, *, by: Viewer) -> None:
    """As a pack's groups are checked: known names only, an id of its own, no circle."""
    sentences = {code: group.audience for code, group in groups_now(by).items()} | {edit.group: edit.audience}
    if not edit.title.strip():
        raise BadGroup("The group needs a name that people read.")
    try:
        row_of(BY_NAME["regions"], (edit.group, edit.title))
        meant = words_of(by, sentences)[1]
    except BadCell as fault:
        raise BadGroup(str(fault)) from None
    except BadAudience as fault:
        raise BadGroup(str(fault)) from None
    if any(
        model.objects.filter(named=edit.group, known_to=None).exists() for model in (PartyVersion, FrameworkVersion)
    ):
        raise BadGroup(f'"{edit.group}" is the id of a framework or party; choose another.')
    around = circle(meant)
    if around:
        raise BadGroup(f"The group would go in a circle ({' > '.join(around)}); break it.")
