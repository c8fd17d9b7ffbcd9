"""The list of all checks, and how they are carried out: add a check here, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.utils import Error as DatabaseError

from cordiale.config.doctor import database, ledger, machine, readlog, web, worker
from cordiale.config.doctor.findings import Check, Finding, Visit, warning, wrong

CHECKS: tuple[Check, ...] = (
    Check("database", database.reachable),
    Check("release of the database", database.new_enough, needs="database"),
    Check("extension", database.full_text, needs="database"),
    Check("migrations", database.migrated, needs="database"),
    Check("guards", database.guarded, needs="tables"),
    Check("role", database.bounded, needs="tables"),
    Check("clocks", database.on_time, needs="tables"),
    Check("last entry", ledger.newest, needs="tables"),
    Check("pack", ledger.pack, needs="tables"),
    Check("time zone", ledger.zone, needs="tables"),
    Check("worker", worker.at_work, needs="tables"),
    Check("heads of the read log", readlog.entered, needs="tables"),
    Check("read log", readlog.writable),
    Check("room", machine.room),
    Check("secrets", machine.secrets),
    Check("folder", machine.writable),
    Check("static files", machine.static_files),
    Check("drawing", machine.drawing),
    Check("debug", web.debug),
    Check("hosts", web.hosts),
    Check("mail", web.mail),
)
WHOLE_LEDGER = Check("ledger", ledger.holds, needs="tables")
"""Carried out only when asked for."""


def look_over(visit: Visit, checks: Sequence[Check]) -> Iterator[tuple[str, Finding]]:
    """Carry out every check in turn; name and finding of each. One that cannot be carried out is told, never as well.

    "database" tells whether there is one, "migrations" whether its tables are to be relied on.
    """
    lacking: dict[str, str] = {}
    for check in checks:
        reason = lacking.get("database") or (lacking.get("tables") if check.needs == "tables" else None)
        if check.needs != "nothing" and reason:
            yield check.name, warning(f"not looked at: {reason}", "mend that first")
            continue
        finding = _looked(check, visit)
        if finding.state == "wrong" and check.name == "database":
            lacking["database"] = "the database does not answer"
        if finding.state == "wrong" and check.name == "migrations":
            lacking["tables"] = "the tables are not those of this release"
        yield check.name, finding


def _looked(check: Check, visit: Visit) -> Finding:
    try:
        return check.look(visit)
    except DatabaseError as error:
        said = str(error).strip().partition("\n")[0]
        return wrong(f"the database refuses: {said}", "check DATABASE_URL and the log of the database")
    except Exception as error:  # a doctor who faints names nothing: whatever else is broken, the other checks go on
        said = str(error).strip().partition("\n")[0]
        return wrong(f"could not be looked at: {type(error).__name__}: {said}", "read the message; then ask for help")
