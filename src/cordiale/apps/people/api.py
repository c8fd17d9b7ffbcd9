"""Who a program is: the person that its token acts for, the roles held today, and until when."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from cordiale.apps.people.reads.people import held_now, token_in_use
from cordiale.apps.people.reads.viewers import legal_day
from cordiale.domain.viewer import Viewer

router = Router(tags=["Whoever asks"])


class HeldRole(Schema):
    """A role held today."""

    role: str
    party: str = Field(description="Id of the party it is held for; empty where it is for none.")
    body: str = Field(description="Name of the body it is held for; empty where it is for none.")
    until_on: date | None = Field(description="The first day on which it is held no more; null where no end is set.")
    lent: bool = Field(description="Whether a colleague lent it.")


class UsedToken(Schema):
    """The token that was sent."""

    name: str
    scope: Literal["read", "act"]
    expires_on: date = Field(description="The first day on which it holds no longer.")


class Asking(Schema):
    """Whoever asks."""

    name: str = Field(description='As the ledger writes it: "person:17", or "public" without a token.')
    roles: list[HeldRole]
    permissions: list[str] = Field(description="See docs/reference/permissions.md.")
    token: UsedToken | None = Field(description="Null without a token.")


@router.get("/viewer", response=Asking)
def viewer(request: HttpRequest) -> dict[str, Any]:
    """Who asks, which roles they hold today, and what they may do.

    Without a token that is the public, which holds no role.
    """
    asking: Viewer = request.viewer  # type: ignore[attr-defined]  # set by config.middleware
    at: datetime = request.at  # type: ignore[attr-defined]  # as above
    used = token_in_use(asking, secret=getattr(request, "token", ""))
    return {
        "name": asking.name,
        "roles": [
            {
                "role": one.mandate.role,
                "party": one.mandate.party,
                "body": one.mandate.body,
                "until_on": one.until_on,
                "lent": one.lent_by > 0,
            }
            for one in held_now(asking, day=legal_day(asking, at=at))
        ],
        "permissions": sorted(asking.permissions),
        "token": asdict(used) if used else None,
    }
