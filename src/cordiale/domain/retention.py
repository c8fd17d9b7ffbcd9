"""What is kept about people, why, and until when: the one place where it is decided; printed into the reference."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Kept:
    """One kind of personal data.

    Args:
        key: its name in commands and reports.
        what: which data.
        why: what they are needed for.
        days: how many days they are kept after `since`.
        since: from when the days count.
    """

    key: str
    what: str
    why: str
    days: int
    since: str

    @property
    def span(self) -> timedelta:
        """For how long they are kept."""
        return timedelta(days=self.days)


ACCOUNTS = Kept(
    "accounts",
    "Name, e-mail addresses, password hash, second factors and links to identity providers",
    "to sign in, and to know who a colleague is",
    365,
    "the account was closed",
)
REQUESTS = Kept(
    "requests", "Name, address, institution and reason of a request for access", "to answer it", 90, "it was made"
)
INVITATIONS = Kept(
    "invitations", "The address that was invited", "so that only that address can take it", 30, "it expired or was used"
)
SESSIONS = Kept(
    "sessions",
    "Address on the network and browser of a session",
    "so that people see where they are signed in",
    1,
    "the session ended",
)
TOKENS = Kept(
    "tokens", "The name somebody gave a token", "to tell one's tokens apart", 365, "it expired or was revoked"
)

ALL = (ACCOUNTS, REQUESTS, INVITATIONS, SESSIONS, TOKENS)
"""Every kind there is. Who did what stands in the ledger by number only, and for ever."""
