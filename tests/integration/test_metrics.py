"""Counts for Prometheus: by route and never by who asks, added up over all web processes, shown to one token only."""

from __future__ import annotations

import json
from urllib.request import Request, urlopen

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django.fixtures import Settings

from tests.databases import OwnDatabase
from tests.makers import ledger_number, register_number
from tests.processes import serving

TOKEN = "a-token-of-more-than-twenty-characters"
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str) -> Samples:
    """Name and labels of each number to the number."""
    families = text_string_to_metric_families(text)
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def value(found: Samples, name: str, **labels: str) -> float:
    """A number, 0 if nobody counted it yet."""
    return found.get((name, frozenset(labels.items())), 0)


@pytest.fixture
def client(settings: Settings) -> Client:
    settings.METRICS_TOKEN = TOKEN
    return Client()


def asked(client: Client) -> Samples:
    answer = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    return samples(answer.content.decode())


def test_requests_are_counted_by_route_method_and_kind_of_status(nato, client):
    before = asked(client)

    client.get("/countries/fin/")
    client.get("/countries/nor/")
    client.get("/countries/nowhere/")
    client.generic("FROBNICATE", "/countries/fin/")

    after = asked(client)
    for method, status, more in (("GET", "2xx", 2), ("GET", "4xx", 1), ("other", "2xx", 0)):
        labels = {"route": "country", "method": method, "status": status}
        name = "cordiale_requests_total"
        if method == "other":
            assert not [key for key in after if "FROBNICATE" in str(key)]
        else:
            assert value(after, name, **labels) - value(before, name, **labels) == more
    name = "cordiale_request_seconds_count"
    assert value(after, name, route="country") - value(before, name, route="country") == 4


def test_labels_hold_nothing_that_was_sent(nato, client):
    client.get("/countries/fin/?q=secret-of-mine", headers={"user-agent": "secret-of-mine"})
    client.get("/secret-of-mine/")

    assert "secret-of-mine" not in str(asked(client))
    assert {name for (_, labels) in asked(client) for name, _ in labels} == {
        "route", "method", "status", "le", "outcome", "release", "database",
    }  # fmt: skip


def test_the_page_cache_tells_how_often_it_helped(nato, client):
    before = asked(client)

    for _ in range(3):
        client.get("/about/?of=metrics")

    after = asked(client)
    name = "cordiale_page_cache_total"
    assert value(after, name, outcome="miss") - value(before, name, outcome="miss") == 2
    assert value(after, name, outcome="hit") - value(before, name, outcome="hit") == 1


def test_the_numbers_of_ledger_and_register_are_those_of_now(nato, client):
    found = asked(client)

    assert value(found, "cordiale_ledger_number") == ledger_number() > 0
    assert value(found, "cordiale_register_number") == register_number() > 0
    assert value(found, "cordiale_database_up") == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": TOKEN},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": f"Bearer {TOKEN}x"},
        {"authorization": "Bearer \xff"},
    ],
)
def test_without_the_token_there_is_nothing_there(nato, client, headers):
    answer = client.get("/metrics", headers=headers)

    assert answer.status_code == 404
    assert answer.content == client.get("/nothing-here").content.replace(b"nothing-here", b"metrics")


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer"])
def test_an_installation_without_a_token_shows_nothing_whatever_is_sent(db, settings, given):
    settings.METRICS_TOKEN = ""

    assert Client().get("/metrics", headers={"authorization": given}).status_code == 404


@pytest.mark.sqlite
def test_all_processes_of_a_service_are_added_up_and_a_new_start_begins_at_nought(
    own_nato_database: OwnDatabase, tmp_path
):
    environment = {"CORDIALE_METRICS_TOKEN": TOKEN, "CORDIALE_LOG": "json", "CORDIALE_ACCESS_LOG": "1"}
    left = own_nato_database.home / "metrics"

    with serving(own_nato_database, log=tmp_path / "log", environment=environment) as (_, port):
        for _ in range(40):
            with urlopen(f"http://127.0.0.1:{port}/about/", timeout=30) as answer:
                assert answer.status == 200
        request = Request(f"http://127.0.0.1:{port}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        with urlopen(request, timeout=30) as answer:  # noqa: S310  # our own
            found = samples(answer.read().decode())
        processes = {file.stem.rpartition("_")[2] for file in (left / str(port)).glob("counter_*.db")}

    assert value(found, "cordiale_requests_total", route="about", method="GET", status="2xx") == 40
    assert value(found, "cordiale_page_cache_total", outcome="hit") > 0
    assert len(processes) == 2, "both processes must have answered, or nothing was added up"
    assert left.stat().st_mode & 0o077 == 0
    lines = [json.loads(line) for line in (tmp_path / "log").read_text("utf-8").splitlines() if line.startswith("{")]
    assert sum(line.get("route") == "about" for line in lines) == 40
