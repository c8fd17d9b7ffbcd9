"""What the author of a kind of job needs: `job_kind`, `Work`, `Done`, and `Cancelled` to tidy up after."""

from cordiale.apps.jobs.jobs import ledger_verify as ledger_verify
from cordiale.apps.jobs.jobs.kinds import job_kind
from cordiale.apps.jobs.jobs.work import Cancelled, Done, Stopped, Work

__all__ = ["Cancelled", "Done", "Stopped", "Work", "job_kind"]
