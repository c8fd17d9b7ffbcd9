"""Leaves to a second person what gains somebody a right: the form's answer where one is demanded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from cordiale.apps.people.views.showing import moment, viewer_of
from cordiale.apps.people.writes.proposals import propose
from cordiale.domain.roles import Mandate


def left_to_another(
    request: HttpRequest, verb: str, arguments: Mapping[str, Any], *, title: str, reason: str, back: str
) -> HttpResponse:
    """Propose it and say so; those who may decide find it among what is due.

    Args:
        title: what it is, in one line; people by number only.
    """
    propose(verb=verb, title=title, arguments=arguments, reason=reason, by=viewer_of(request), at=moment(request))
    messages.success(request, _("Proposed. Another person decides."))
    return HttpResponseRedirect(back)


def mandate_kept(mandate: Mandate) -> dict[str, str]:
    """A mandate as a proposal keeps it."""
    return {"role": mandate.role.value, "party": mandate.party, "body": mandate.body}


def day_kept(day: date | None) -> str:
    """A day as a proposal keeps it; "" for none."""
    return day.isoformat() if day else ""
