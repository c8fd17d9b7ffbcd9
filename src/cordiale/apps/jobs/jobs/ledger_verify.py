"""Checks the whole ledger, however long, in parts that can be watched and go on after a restart."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cordiale.apps.jobs.jobs.kinds import job_kind
from cordiale.apps.jobs.jobs.work import Done, Work
from cordiale.apps.ledger.reads import ClockMissing, Head, fault_of_end, fault_of_part, head, one
from cordiale.domain.ledger import Entry

PART = 2_000
"""Entries between two looks at whether to stop."""


class LedgerFault(ValueError):
    """The ledger does not hold: an entry, a content or the clock was changed behind its back."""

    code = "ledger-fault"

    def __init__(self, number: int, what: str) -> None:
        super().__init__(f"The ledger does not hold at entry {number}: {what}.")


@job_kind(
    "ledger-verify",
    title=_("Verify the ledger"),
    permission="ledger.export",
    refuses=(ClockMissing, LedgerFault),
)
def verify(work: Work) -> Done:
    """Each part is chained to the entry checked last, which the checkpoint names by number and hash."""
    last = _checked_before(work)
    while True:
        now, number = head(work.by), last.number if last else 0
        checkpoint = {"number": last.number, "hash": last.hash} if last else None
        work.save(checkpoint, done=number, total=max(number, now.number), says=f"Entry {number:,} of {now.number:,}")
        fault, reached = fault_of_part(work.by, after=last, limit=PART)
        is_end = reached == last
        if fault is None and is_end:
            fault = fault_of_end(work.by, last=last, now=now)
        if fault is not None:
            raise LedgerFault(fault.number, fault.what)
        if is_end:
            return _holds(now)
        last = reached


def _holds(now: Head) -> Done:
    entries = "entry" if now.number == 1 else "entries"
    return Done(
        says=f"The ledger holds: {now.number:,} {entries}, head {now.hash}.",
        address=reverse("change", args=[now.number]) if now.number else "",
    )


def _checked_before(work: Work) -> Entry | None:
    """The entry that an attempt before this one checked last."""
    if not work.checkpoint:
        return None
    number, known = work.checkpoint["number"], work.checkpoint["hash"]
    found = one(work.by, number=number)
    if found is None or found.hash != known:
        raise LedgerFault(number, f"entry {number} was changed while the ledger was being checked")
    return found
