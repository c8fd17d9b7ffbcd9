"""What the tests of the API share: somebody who asks, as often as needed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings


class Asker:
    """Anybody with a program."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)

    def get(self, address: str, **headers: str) -> Any:
        """The answer of an address of the API, whatever it is."""
        return self.client.get(f"/api/v1/{address}", headers=headers)

    def post(self, address: str, body: Any, **headers: str) -> Any:
        """As `get`; a body that is no text is sent as JSON."""
        return self.client.post(f"/api/v1/{address}", body, content_type="application/json", headers=headers)

    def said(self, address: str) -> Any:
        """What an address answers that must not refuse."""
        answer = self.get(address)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def every(self, address: str) -> list[Any]:
        """The items of all pages of a list."""
        items: list[Any] = []
        following: str | None = address
        while following is not None:
            page = self.said(following.removeprefix("/api/v1/"))
            items += page["items"]
            following = page["next"] and page["next"]["link"]
        return items


@pytest.fixture
def api(settings: Settings) -> Asker:
    """Asks the API; nobody is asked to wait."""
    settings.API_RATE = ""
    return Asker()


@pytest.fixture
def cheap_passwords(settings: Settings) -> None:
    """Passwords are hashed as in an installation, at the lowest cost: tests sign in a hundred times."""
    settings.PASSWORD_HASHERS = ["tests.people.CheapArgon2"]
