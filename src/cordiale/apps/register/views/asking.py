"""What a page of the explorer is asked: for which day, as known when, by whom; read once from the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cordiale.apps.ledger.reads import seen
from cordiale.apps.register.reads.asking import Knowledge, NoSuchEntry
from cordiale.apps.register.reads.installation import NoPackLoaded, installation, today
from cordiale.apps.register.views.showing import viewer_of
from cordiale.domain.period import FIRST_DAY, NEVER_DAY
from cordiale.ui.pages import BadAddress


@dataclass(frozen=True)
class Question:
    """For which day, and under which knowledge.

    Args:
        on: the day.
        stated: whether the address names it; otherwise it is today.
        known: as known at this ledger entry; None for now.
        published_by: only sources published by the end of this day; None for all.
        others: what else the address asks, name and value.
    """

    on: date
    stated: bool = True
    known: int | None = None
    published_by: date | None = None
    others: tuple[tuple[str, str], ...] = ()

    @property
    def knowledge(self) -> Knowledge:
        """Under which knowledge."""
        return Knowledge(self.known, self.published_by)

    def other(self, name: str) -> str:
        """What else the address asks, "" where it does not."""
        return dict(self.others).get(name, "")

    def query(self, **changed: str) -> str:
        """The question as the end of an address, "?on=2021-12-31"; "" when it asks for nothing.

        Args:
            changed: parts to ask otherwise; "" leaves one out.
        """
        parts = {
            "on": self.on.isoformat() if self.stated else "",
            "known": "" if self.known is None else str(self.known),
            "published_by": "" if self.published_by is None else self.published_by.isoformat(),
            **dict(self.others),
            **changed,
        }
        text = urlencode({name: value for name, value in parts.items() if value})
        return f"?{text}" if text else ""


def question_of(request: HttpRequest, *others: str) -> Question:
    """Read the question from the address.

    Args:
        others: names of what else the page may be asked.

    Raises:
        BadAddress: a part cannot be read, or asks for an entry the ledger does not have.
    """
    viewer = viewer_of(request)
    on = _day(request, "on")
    known = _entry(request)
    last = seen(viewer).number
    if known is not None and known > last:
        raise BadAddress(f"known: {NoSuchEntry(known, last)}")
    try:
        installation(viewer, known=known)
    except NoPackLoaded:
        if known is None:
            raise
        raise BadAddress(_("known: at entry %(number)s the register was still empty.") % {"number": known}) from None
    return Question(
        on=on or today(viewer, at=request.at),  # type: ignore[attr-defined]  # set by config.middleware
        stated=on is not None,
        known=known,
        published_by=_day(request, "published_by"),
        others=tuple((name, request.GET[name].strip()) for name in others if request.GET.get(name, "").strip()),
    )


def day_of_address(request: HttpRequest, name: str) -> date | None:
    """A day that the address names, None where it does not.

    Raises:
        BadAddress: it is no day, or none the register keeps.
    """
    return _day(request, name)


def _day(request: HttpRequest, name: str) -> date | None:
    text = request.GET.get(name, "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadAddress(
            _('%(name)s: "%(text)s" is no day; write year, month and day, as in 2021-12-31.')
            % {"name": name, "text": text[:40]}
        ) from None
    if not FIRST_DAY <= day < NEVER_DAY:
        years = {"name": name, "first": str(FIRST_DAY.year), "last": str(NEVER_DAY.year - 1)}
        raise BadAddress(_("%(name)s: write a day from %(first)s to %(last)s.") % years)
    return day


def _entry(request: HttpRequest) -> int | None:
    text = request.GET.get("known", "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise BadAddress(
            _('known: "%(text)s" is no ledger entry; write its number, as on the page of changes.')
            % {"text": text[:40]}
        )
    return int(text)
