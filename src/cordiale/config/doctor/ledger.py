"""Whether ledger and register can be read, and how old the last entry is."""

from __future__ import annotations

from datetime import datetime, timedelta

from cordiale.apps.ledger.reads import fault, head
from cordiale.apps.register.reads.installation import NoPackLoaded, installation
from cordiale.apps.register.reads.integrity import first_altered
from cordiale.apps.sharing.reads.integrity import first_altered as documents_altered
from cordiale.config.doctor.findings import Finding, Visit, warning, well, wrong
from cordiale.domain.viewer import Viewer

_DOCTOR = Viewer.system("doctor")


def newest(visit: Visit) -> Finding:
    """Which entry is the last, and how old it is: whether that is too old, only the operator knows."""
    now = head(_DOCTOR)
    if not now.number:
        return well("the ledger is empty")
    return well(f"entry {now.number} is the last, {_age(visit.at - datetime.fromisoformat(now.at))} old")


def holds(visit: Visit) -> Finding:
    """Whether all of it holds; takes as long as the ledger is."""
    broken = fault(_DOCTOR) or first_altered(_DOCTOR) or documents_altered(_DOCTOR)
    if broken is None:
        return well("the ledger holds, and every row of the register is what it recorded")
    return wrong(
        f"it does not hold at entry {broken.number}: {broken.what}",
        'stop the service; docs/howto/verify-the-ledger.md, "When it does not hold"',
    )


def pack(visit: Visit) -> Finding:
    """Whether there is a pack, with a manifest that can be read."""
    try:
        found = installation(_DOCTOR)
    except NoPackLoaded:
        return warning("no pack is loaded", "run `cordiale load --pack PATH`")
    return well(f"{found.title}, edition {found.edition}")


def zone(visit: Visit) -> Finding:
    """Whether the time zone in which legal days begin is known."""
    try:
        found = installation(_DOCTOR).zone
    except NoPackLoaded:
        return well("no pack is loaded, so none is needed")
    day = visit.at.astimezone(found).date()
    return well(f"{found.key} is known; there it is {day}")


def _age(age: timedelta) -> str:
    if age.days:
        return f"{age.days} day{'s' if age.days != 1 else ''}"
    return f"{max(0, int(age.total_seconds() // 60))} minutes"
