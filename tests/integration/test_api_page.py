"""The page that describes the API names every route, every parameter and every code, and needs nothing but the site."""

from __future__ import annotations

import pytest

from cordiale.config.api.problems import STATUSES, code_of
from cordiale.config.api.root import document
from tests.browser.pages import PageFound
from tests.integration.conftest import Asker

pytestmark = pytest.mark.usefixtures("nato")


@pytest.fixture
def html(api: Asker) -> str:
    answer = api.get("")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_every_route_has_a_part_with_its_parameters(html: str):
    tables = {table.key: table for table in PageFound(html).tables}

    for methods in document()["paths"].values():
        for operation in methods.values():
            named = {one["name"] for one in operation["parameters"] if one["in"] != "header"}
            shown = {row[0].text.strip() for row in tables[f"parameters-{operation['operationId']}"].rows}
            assert f'id="{operation["operationId"]}"' in html
            assert named <= shown


def test_what_a_body_holds_is_shown(html: str):
    (table,) = [table for table in PageFound(html).tables if table.key == "parameters-standings"]

    assert [row[0].text.strip() for row in table.rows] == ["questions", "known", "published_by"]


@pytest.mark.parametrize("reason", STATUSES)
def test_the_type_of_a_problem_leads_to_its_line(html: str, reason: type[Exception]):
    assert f'id="{code_of(reason)}"' in html


def test_no_id_stands_there_twice(html: str):
    ids = [part.partition('"')[0] for part in html.split(' id="')[1:]]

    assert len(ids) == len(set(ids))


def test_every_address_to_try_answers(api: Asker, html: str):
    addresses = [link for link in PageFound(html).links if link.startswith("/api/v1/")]

    assert "/api/v1/openapi.json" in addresses
    assert {address: api.client.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)
