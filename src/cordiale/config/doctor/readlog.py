"""Whether the read log can be written, ends whole, and has its heads entered in the ledger."""

from __future__ import annotations

import os
from datetime import timedelta

from django.conf import settings

from cordiale.apps.sharing.writes.read_log import entered_heads, last_entered
from cordiale.config.doctor.findings import Finding, Visit, warning, well, wrong
from cordiale.domain.viewer import Viewer
from cordiale.engines.readlog.reading import files, head, heads, line_of

_DOCTOR = Viewer.system("doctor")
LATE = timedelta(hours=2)
"""A worker enters heads every hour; a step in hand may keep it a while."""


def writable(visit: Visit) -> Finding:
    """Whether a line could be written now, and how the files end: without the log nothing may be shown."""
    folder = settings.READ_LOG
    made = next(place for place in (folder, *folder.parents) if place.exists())
    if not made.is_dir() or not os.access(made, os.W_OK | os.X_OK):
        return wrong(
            f"this user may not write to {made}", "run the doctor, and the service, as the folder's owner; or mend it"
        )
    if made == folder and folder.stat().st_mode & 0o077:
        return wrong(f"others can reach {folder} (mode {folder.stat().st_mode & 0o777:o})", f"chmod 700 {folder}")
    found, damaged = heads(folder)
    if damaged:
        return wrong(str(damaged[0]).removesuffix("."), "run `cordiale readlog verify`, and find out who did this")
    torn = [head.file for head in found if head.torn]
    if torn:
        more = f", and {len(torn) - 1} more" if len(torn) > 1 else ""
        return warning(
            f"{torn[0]}{more} ends in half a line",
            "a crash or a full disk cut it short, before its response was sent; nothing is lost",
        )
    return well(f"{len(found):,} files, {sum(head.lines for head in found):,} lines")


def entered(visit: Visit) -> Finding:
    """Whether a line has waited for more than two hours to be covered by a head in the ledger."""
    known = {name: max(lines) for name, lines in entered_heads(_DOCTOR).items()}
    waiting = [
        line_of(file, known.get(file.name, 0) + 1)
        for file in files(settings.READ_LOG)
        if head(file).lines > known.get(file.name, 0)
    ]
    if not waiting:
        return well("every line is covered by a head in the ledger")
    since = min(line.at for line in waiting)
    if visit.at - since > LATE:
        last = last_entered(_DOCTOR)
        said = f"last entered {last:%Y-%m-%d %H:%M} UTC" if last else "never entered"
        return warning(
            f"{said}, and a line waits since {since:%Y-%m-%d %H:%M} UTC",
            "start `cordiale worker`, or run `cordiale readlog enter`",
        )
    return well(f"{len(waiting):,} files grew in the last two hours; a worker will enter their heads")
