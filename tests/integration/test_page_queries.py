"""A page made anew asks the database little, however much the register holds."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

MOST = 12
PAGES = {
    "the map": ("/?on=2010-01-01", "/"),
    "the map of a framework": ("/?framework=eapc", "/?framework=pfp"),
    "a country": ("/countries/swe/", "/countries/fin/"),
    "a country on a day": ("/countries/swe/?on=2010-01-01", "/countries/fin/?on=2004-03-29"),
    "a framework": ("/frameworks/eapc/", "/frameworks/pfp/"),
    "timelines": ("/timelines/?on=2010-01-01", "/timelines/"),
    "an agreement": ("/agreements/", "/agreements/washington-treaty/"),
    "a source": ("/sources/nato-chron-1954/", "/sources/nato-pfp-fd-1994/"),
    "the sources": ("/sources/nato-pfp-fd-1994/", "/sources/"),
    "a standing": ("/standing/swe/pfp/", "/standing/fin/pfp/"),
    "conflicts": ("/", "/conflicts/"),
    "changes": ("/", "/changes/"),
}
"""What a process answered before, so that it is warm, and the page that it makes for the first time."""


@pytest.mark.parametrize(("before", "address"), PAGES.values(), ids=PAGES)
def test_a_page_made_anew_in_a_warm_process_asks_at_most_twelve_questions(nato, settings, before, address):
    settings.PAGE_CACHE_BYTES = 0
    client = Client()
    client.get(before)

    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)

    assert answer.status_code == 200
    assert len(asked) <= MOST, [query["sql"][:200] for query in asked.captured_queries]
