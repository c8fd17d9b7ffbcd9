"""Who could read what, and who did: for auditors, who look at documents without being let read them.

What an auditor is told of a document is its code, its marking, and which labels it bore when. Its title only where they
may read it themselves, decided by `reading(viewer)` like any reading of theirs, and written down like one. Summaries,
texts, files, links, originators and dates are never asked for here.

Each answer is given as known at a ledger number and for a moment, and the past is never answered from today's
knowledge: what rows say is closed by entries, never changed, so an answer for a number is the same for ever.
"""

from __future__ import annotations

from cordiale.apps.sharing.reads.auditing.asking import CouldRead, Readers, could_read, readers
from cordiale.apps.sharing.reads.auditing.exposing import Exposure, exposures
from cordiale.apps.sharing.reads.auditing.replaying import Deciding, mismatches, verdicts

__all__ = [
    "CouldRead",
    "Deciding",
    "Exposure",
    "Readers",
    "could_read",
    "exposures",
    "mismatches",
    "readers",
    "verdicts",
]
