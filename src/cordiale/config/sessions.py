"""How long somebody stays signed in: half a day, half an hour without a request. And what they are told meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.messages.storage.session import SessionStorage
from django.contrib.sessions.backends.base import SessionBase

LONGEST = timedelta(hours=12)
IDLE = timedelta(minutes=30)
NOTED = timedelta(minutes=5)
"""How exactly it is noted when somebody last asked: each note is a write."""

_BEGUN, _ASKED = "begun_at", "asked_at"


def is_over(session: SessionBase, *, at: datetime) -> bool:
    """Whether a session lasted too long, or nobody asked for too long; else it is noted that somebody asks now."""
    now = at.timestamp()
    begun, asked = session.setdefault(_BEGUN, now), session.setdefault(_ASKED, now)
    if now - begun > LONGEST.total_seconds() or now - asked > IDLE.total_seconds():
        return True
    if now - asked > NOTED.total_seconds():
        session[_ASKED] = now
    return False


class Messages(SessionStorage):
    """What is said to somebody on their next page, kept in their session: a cookie would leave it in the browser.

    Whoever has no session is not looked up, so that pages for everybody can be kept.
    """

    def _get(self, *arguments: Any, **more: Any) -> Any:
        if not self._has_session:
            return [], True
        return super()._get(*arguments, **more)  # type: ignore[misc]  # the stubs leave it out

    def _store(self, messages: Any, response: Any, *arguments: Any, **more: Any) -> Any:
        if not messages and not self._has_session:
            return []
        return super()._store(messages, response, *arguments, **more)  # type: ignore[misc]  # as above

    @property
    def _has_session(self) -> bool:
        return settings.SESSION_COOKIE_NAME in self.request.COOKIES
