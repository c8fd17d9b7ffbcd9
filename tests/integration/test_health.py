"""What a load balancer is told: whether this process can answer, whoever it believes to ask, and nothing more."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client
from pytest_django.fixtures import Settings

from tests.databases import OwnDatabase
from tests.makers import ledger_number

CHECKS = ["/healthz", "/readyz"]


@pytest.fixture
def client(settings: Settings) -> Client:
    """A load balancer: it asks by an address, without HTTPS, of an installation that takes neither."""
    settings.ALLOWED_HOSTS = ["partnerships.example"]
    settings.SECURE_SSL_REDIRECT = True
    return Client(headers={"host": "10.1.2.3:8000"})


@pytest.mark.parametrize("address", CHECKS)
class TestCheck:
    def test_tells_where_the_ledger_stands_and_nothing_else(self, nato, client, address):
        answer = client.get(address)

        assert (answer.status_code, answer.json()) == (200, {"status": "ok", "ledger": ledger_number()})
        assert answer["Cache-Control"] == "no-store"
        assert "Location" not in answer

    def test_answers_head_without_a_body(self, db, client, address):
        answer = client.head(address)

        assert (answer.status_code, answer.content) == (200, b"")
        assert int(answer["Content-Length"]) == len(client.get(address).content)

    def test_answers_before_a_pack_is_loaded(self, db, client, address):
        assert client.get(address).status_code == 200

    def test_costs_one_query(self, db, client, address, django_assert_num_queries):
        client.get(address)  # /readyz looks for migrations until it has found all of them applied

        with django_assert_num_queries(1):
            client.get(address)

    def test_is_503_when_the_database_fails_and_does_not_say_why(self, db, client, address, monkeypatch):
        with monkeypatch.context() as patched:
            fail_with_the_database(patched)
            answer = client.get(address)

        assert (answer.status_code, answer.json()) == (503, {"status": "unavailable"})
        assert answer["Cache-Control"] == "no-store"

    def test_is_not_asked_by_post(self, db, settings, address):
        settings.ALLOWED_HOSTS = ["testserver"]

        assert Client().post(address).status_code == 404


def test_only_readiness_misses_a_migration(db, client):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'register' AND name NOT LIKE '0001%'")

    assert client.get("/healthz").status_code == 200
    assert (client.get("/readyz").status_code, client.get("/readyz").json()) == (503, {"status": "migrations missing"})


def test_the_rest_still_refuses_a_foreign_host(db, client):
    assert client.get("/about/", secure=True).status_code == 400


def fail_with_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on, every query fails as it does when the database is away."""

    def away(*_: Any) -> None:
        raise OperationalError("connection to server failed")

    monkeypatch.setattr(connection, "cursor", away)


def test_a_database_that_comes_back_is_found_again(own_database: OwnDatabase, client, here):
    with here(own_database), closing(own_database.connect()) as raw:
        raw.execute("ALTER TABLE ledger_clock RENAME TO moved")
        raw.commit()
        away = client.get("/healthz").status_code
        raw.execute("ALTER TABLE moved RENAME TO ledger_clock")
        raw.commit()

        assert (away, client.get("/healthz").status_code) == (503, 200)
