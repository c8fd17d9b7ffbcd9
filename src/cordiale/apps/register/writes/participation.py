"""The four verbs by which an assertion comes, ends, is corrected and is retracted; it is never edited."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db.models import F, Q

from cordiale.apps.ledger.writes import Change, entry
from cordiale.apps.register.models import Assertion, FrameworkVersion, PartyVersion, SourceVersion
from cordiale.apps.register.reads.installation import installation
from cordiale.apps.register.reads.rows import cell, statement_of
from cordiale.apps.register.writes.rows import close, put
from cordiale.apps.register.writes.second import by_effect
from cordiale.domain.participation import Statement
from cordiale.domain.period import Period, When
from cordiale.domain.viewer import Viewer, require
from cordiale.engines.packs.cells import BadCell
from cordiale.engines.packs.reading import Row, row_of
from cordiale.engines.packs.tables import BY_NAME

TABLE = BY_NAME["participation"]


class ReasonMissing(ValueError):
    """A change without a reason."""

    code = "reason-missing"

    def __init__(self) -> None:
        super().__init__("Say why: the reason stands in the ledger for those who ask later.")


class BadStatement(ValueError):
    """A statement that no pack could hold: a text too long or with stray characters, an end without its source."""

    code = "bad-statement"


class NoSuchThing(LookupError):
    """A statement names a party, framework, source or status that the register does not know."""

    code = "no-such-thing"

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f'There is no {kind} "{name}" in this register; add it first, or correct the id.')


class NoSuchAssertion(LookupError):
    """There is no open assertion of that number: it never was, or it was closed."""

    code = "no-such-assertion"

    def __init__(self, number: int) -> None:
        super().__init__(f"Assertion {number} is not believed now; look up the one that replaced it.")


class AlreadyEnded(ValueError):
    """The period has an end already; another end would be a correction."""

    code = "already-ended"

    def __init__(self, number: int, on: str) -> None:
        super().__init__(f'Assertion {number} ended already ("{on}"); correct it if that is wrong.')


class SourceContradictsItself(ValueError):
    """The same source says something else for the same days."""

    code = "source-contradicts-itself"

    def __init__(self, source: str, number: int) -> None:
        super().__init__(
            f'"{source}" says something else for the same days in assertion {number}; '
            "end or correct that one first, or name another source."
        )


def assert_participation(*, statement: Statement, reason: str, by: Viewer, at: datetime) -> int:
    """Record what a source says.

    Returns:
        The number of the new assertion.

    Raises:
        NotPermitted, ReasonMissing, NoSuchThing, BadStatement, SourceContradictsItself.
    """
    require(by, "register.assert")
    _reason(reason)
    subject = f"participation:{statement.party}/{statement.framework}"
    with (
        entry(by=by, at=at, verb="register.asserted", subject=subject, reason=reason) as change,
        by_effect(change, by=by, parties={statement.party}, at=at),
    ):
        return _record(change, by=by, statement=statement, replaced=None)


def end(*, assertion: int, on: When, source: str, reason: str, by: Viewer, at: datetime) -> int:
    """Record that the world changed: what was so until now stops on a day.

    Args:
        assertion: number of the open assertion.
        on: the day on which it stopped (half-open: no longer so on that day).
        source: id of the source that says so.

    Returns:
        The number of the assertion that takes its place.

    Raises:
        NotPermitted, ReasonMissing, NoSuchAssertion, AlreadyEnded, NoSuchThing, SourceContradictsItself.
    """
    require(by, "register.end")
    _reason(reason)
    with (
        entry(by=by, at=at, verb="register.ended", subject=f"assertion:{assertion}", reason=reason) as change,
        by_effect(change, by=by, parties=_party(assertion), at=at),
    ):
        if not on.text:
            raise BadStatement("An end needs a date; write the day on which it was over.")
        old = _open(assertion)
        if old.valid_to.text:
            raise AlreadyEnded(assertion, str(old.valid_to))
        said = statement_of(old)
        statement = replace(said, period=Period(said.period.start, on), end_source=source)
        return _record(change, by=by, statement=statement, replaced=old)


def correct(*, assertion: int, statement: Statement, reason: str, by: Viewer, at: datetime) -> int:
    """Record that we were wrong: another statement takes the place of an assertion.

    Returns:
        The number of the assertion that takes its place.

    Raises:
        NotPermitted, ReasonMissing, NoSuchAssertion, NoSuchThing, SourceContradictsItself.
    """
    require(by, "register.correct")
    _reason(reason)
    with (
        entry(by=by, at=at, verb="register.corrected", subject=f"assertion:{assertion}", reason=reason) as change,
        by_effect(change, by=by, parties={statement.party, *_party(assertion)}, at=at),
    ):
        return _record(change, by=by, statement=statement, replaced=_open(assertion))


def retract(*, assertion: int, reason: str, by: Viewer, at: datetime) -> None:
    """Record that an assertion should never have been made; nothing takes its place.

    Raises:
        NotPermitted, ReasonMissing, NoSuchAssertion.
    """
    require(by, "register.retract")
    _reason(reason)
    with (
        entry(by=by, at=at, verb="register.retracted", subject=f"assertion:{assertion}", reason=reason) as change,
        by_effect(change, by=by, parties=_party(assertion), at=at),
    ):
        old = _open(assertion)
        close(change, table=TABLE.name, ids=[old.pk])


def _reason(reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing


def _party(number: int) -> set[str]:
    """The party that an assertion is about; empty where there is none."""
    return set(Assertion.objects.filter(pk=number, known_to=None).values_list("party_id", flat=True))


def _open(number: int) -> Assertion:
    found = Assertion.objects.filter(pk=number, known_to=None).first()
    if found is None:
        raise NoSuchAssertion(number)
    return found


def _record(change: Change, *, by: Viewer, statement: Statement, replaced: Assertion | None) -> int:
    """Close what is replaced, put the new row, and note both in the entry."""
    manifest = installation(by)
    _check_names(statement, statuses=set(manifest.statuses))
    row = _row(statement)
    if replaced is not None:
        close(change, table=TABLE.name, ids=[replaced.pk])
    _check_contradiction(statement, bounds=statement.period.bounds(manifest.zone))
    made = put(
        change,
        table=TABLE,
        rows=[row],
        pack="",
        zone=manifest.zone,
        replaces=[replaced.pk if replaced is not None else None],
    )
    change.record({"says": list(row.cells)})
    return int(made[0].pk)


def _check_names(statement: Statement, *, statuses: set[str]) -> None:
    """What a statement speaks of must be believed now; what was withdrawn is not spoken of anew."""
    if not PartyVersion.objects.filter(named=statement.party, known_to=None).exists():
        raise NoSuchThing("party", statement.party)
    if not FrameworkVersion.objects.filter(named=statement.framework, known_to=None).exists():
        raise NoSuchThing("framework", statement.framework)
    for source in filter(None, (statement.source, statement.end_source)):
        if not SourceVersion.objects.filter(named=source, known_to=None).exists():
            raise NoSuchThing("source", source)
    if statement.status not in statuses:
        raise NoSuchThing("status", statement.status)


def _check_contradiction(statement: Statement, *, bounds: tuple[int, int, int, int]) -> None:
    """Tell it in words before the database refuses it; writers are one at a time, so nothing comes between."""
    starts, _, ends, _ = bounds
    others = Assertion.objects.filter(
        party=statement.party,
        framework=statement.framework,
        scope=statement.scope,
        source=statement.source,
        known_to=None,
    )
    same_days = Q(starts_earliest__lt=ends, ends_earliest__gt=starts) & Q(starts_earliest__lt=F("ends_earliest"))
    if starts >= ends:  # known to the same month or year only: it has no length that could be contradicted
        same_days = Q(pk__in=[])
    same_words = Q(status=statement.status, valid_from=statement.period.start)
    other = others.filter(same_days | same_words).values_list("pk", flat=True).first()
    if other is not None:
        raise SourceContradictsItself(statement.source, other)


def _row(statement: Statement) -> Row:
    """A statement as a row of the participation table, held to the same rules as a pack's.

    Raises:
        BadStatement: a cell would not pass.
    """
    said = {
        "party": statement.party,
        "framework": statement.framework,
        "status": statement.status,
        "scope": statement.scope,
        "start_kind": statement.start_kind,
        "valid_from": statement.period.start,
        "valid_to": statement.period.end,
        "source": statement.source,
        "end_source": statement.end_source,
        "locator": statement.locator,
        "note": statement.note,
    }
    if (statement.period.end is None) != (statement.end_source == ""):
        raise BadStatement("A period that ends names the source of its end, and only such a period does.")
    try:
        return row_of(TABLE, tuple(cell(said[column.name]) for column in TABLE.columns))
    except BadCell as fault:
        raise BadStatement(str(fault)) from None
