"""Writes the rows of a workbook in the background: compared with progress, written in one step."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cordiale.apps.desk.reads.uploads import ColumnsUnknown, UploadRead, WordsUnknown, compared, upload
from cordiale.apps.desk.writes.uploads import IMPORTING, NoSuchUpload, NothingAccepted, chosen, take
from cordiale.apps.jobs.jobs.kinds import job_kind
from cordiale.apps.jobs.jobs.work import Done, Work
from cordiale.apps.people.writes.proposals import propose
from cordiale.apps.register.writes.participation import ReasonMissing
from cordiale.apps.register.writes.workbooks import RowsMoved, UnsoundImport
from cordiale.domain import clock
from cordiale.domain.viewer import NeedsSecondPerson
from cordiale.engines.workbooks.accepting import CannotBeAccepted
from cordiale.engines.workbooks.refusing import BadWorkbook

PART = 1_000
"""Rows between two looks at whether to stop."""


@job_kind(
    "workbook-import",
    title=_("Import a workbook"),
    permission="register.assert",
    refuses=(
        BadWorkbook,
        CannotBeAccepted,
        ColumnsUnknown,
        NoSuchUpload,
        NothingAccepted,
        ReasonMissing,
        RowsMoved,
        UnsoundImport,
        WordsUnknown,
    ),
)
def import_workbook(work: Work) -> Done:
    """The comparison is made anew by every attempt; writing is one step, so it happens once."""
    file = upload(work.by, number=work.arguments["upload"])
    if file is None:
        raise NoSuchUpload(work.arguments["upload"])
    _compare(work, file)
    at = clock.now()
    try:
        with work.step("write") as step:
            if step.fresh:
                lines, for_the_file = work.arguments["lines"], work.arguments["for_the_file"]
                what = chosen(work.by, file=file, lines=lines, for_the_file=for_the_file)
                step.outcome = take(file=file, what=what, reason=work.arguments["reason"], by=work.by, at=at)
    except NeedsSecondPerson:
        return _proposed(work, file)
    return Done(says=f"Written as entry {step.outcome}.", address=reverse("change", args=[step.outcome]))


def _compare(work: Work, file: UploadRead) -> None:
    """Look at every row once before anything is written, so that people see how far it is and may cancel."""
    comparing = compared(work.by, file=file).comparing
    for start in range(0, len(comparing), PART):
        work.save({"compared": start}, done=start, total=len(comparing), says=f"Row {start:,} of {len(comparing):,}")
        for _outcome in comparing.outcomes(start, start + PART):
            pass
    work.save({"compared": len(comparing)}, done=len(comparing), total=len(comparing), says="Writing")


def _proposed(work: Work, file: UploadRead) -> Done:
    """What gains somebody a right waits for a second person."""
    arguments = {
        "upload": file.id,
        "person": file.uploaded_by,
        "lines": work.arguments["lines"],
        "for_the_file": work.arguments["for_the_file"],
    }
    with work.step("propose") as step:
        if step.fresh:
            step.outcome = propose(
                verb=IMPORTING,
                title=f"Rows of file {file.id}, table {file.table}",
                arguments=arguments,
                reason=work.arguments["reason"],
                by=work.by,
                at=clock.now(),
            )
    return Done(
        says="It gains somebody a right: proposed, another person decides.",
        address=reverse("proposal", args=[step.outcome]),
    )
