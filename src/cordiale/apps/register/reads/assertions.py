"""Single assertions, page by page, as they are or were believed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from cordiale.apps.ledger.reads import seen
from cordiale.apps.register.models import Assertion, Framework, Party, Source
from cordiale.apps.register.reads.asking import NoSuchEntry
from cordiale.apps.register.reads.claims import NoSuchSource
from cordiale.domain.viewer import Viewer
from cordiale.engines.standing.snapshot import NoSuchFramework, NoSuchParty

_COLUMNS = (
    "id",
    "party_id",
    "framework_id",
    "status",
    "scope",
    "start_kind",
    "valid_from",
    "valid_to",
    "source_id",
    "end_source_id",
    "locator",
    "note",
    "replaces_id",
    "known_from_id",
    "known_to_id",
)


class NothingOfThatNumber(LookupError):
    """No assertion, believed or closed, has that number."""

    code = "nothing-of-that-number"

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no assertion {number} in this register, and there never was.")


@dataclass(frozen=True)
class Asserted:
    """One assertion as the register keeps it.

    Args:
        assertion: its number.
        party, framework, status, scope, start_kind, source, end_source, locator, note: as asserted; empty when not.
        valid_from, valid_to: as written; the last is the day on which it was over, empty when there is none.
        replaces: the assertion that it corrects or ends.
        known_from: the ledger entry that recorded it.
        known_to: the ledger entry that closed it; None while it is believed.
    """

    assertion: int
    party: str
    framework: str
    status: str
    scope: str
    start_kind: str
    valid_from: str
    valid_to: str
    source: str
    end_source: str
    locator: str
    note: str
    replaces: int | None
    known_from: int
    known_to: int | None


def assertions(
    viewer: Viewer,
    *,
    party: str | None = None,
    framework: str | None = None,
    source: str | None = None,
    known: int | None = None,
    after: int = 0,
    limit: int,
) -> list[Asserted]:
    """Assertions in the order of their numbers; public.

    Args:
        party, framework, source: only those of one.
        known: those believed as known at this entry; None for those believed now.
        after: only numbers above this one.
        limit: at most so many.

    Raises:
        NoSuchParty, NoSuchFramework, NoSuchSource, NoSuchEntry.
    """
    condition = _believed(viewer, known) & Q(id__gt=after)
    refuse_unknown(viewer, party=party, framework=framework, source=source)
    wanted = {"party": party, "framework": framework, "source": source}
    condition &= Q(**{name: code for name, code in wanted.items() if code is not None})
    rows = Assertion.objects.filter(condition).order_by("id").values_list(*_COLUMNS)
    return [_asserted(*row) for row in rows[:limit]]


def refuse_unknown(
    viewer: Viewer, *, party: str | None = None, framework: str | None = None, source: str | None = None
) -> None:
    """Nothing, if the register knows what is named; public.

    Raises:
        NoSuchParty, NoSuchFramework, NoSuchSource: it does not.
    """
    if party is not None and not Party.objects.filter(code=party).exists():
        raise NoSuchParty(party)
    if framework is not None and not Framework.objects.filter(code=framework).exists():
        raise NoSuchFramework(framework)
    if source is not None and not Source.objects.filter(code=source).exists():
        raise NoSuchSource(source)


def assertion(viewer: Viewer, *, number: int) -> Asserted:
    """One assertion, believed or closed; public.

    Raises:
        NothingOfThatNumber: there is none.
    """
    row = Assertion.objects.filter(id=number).values_list(*_COLUMNS).first()
    if row is None:
        raise NothingOfThatNumber(number)
    return _asserted(*row)


def _believed(viewer: Viewer, known: int | None) -> Q:
    if known is None:
        return Q(known_to=None)
    last = seen(viewer).number
    if not 0 <= known <= last:
        raise NoSuchEntry(known, last)
    return Q(known_from__lte=known) & (Q(known_to=None) | Q(known_to__gt=known))


def _asserted(*row: object) -> Asserted:
    """A row, with dates as text and no source of an end as an empty one."""
    values = dict(zip(Asserted.__dataclass_fields__, row, strict=True))
    for name in ("valid_from", "valid_to", "end_source"):
        values[name] = str(values[name] or "")
    return Asserted(**values)  # type: ignore[arg-type]  # the columns stand in the order of the fields
