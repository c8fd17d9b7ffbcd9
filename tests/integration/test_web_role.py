"""On PostgreSQL the service runs in a role that cannot rewrite history, and everything it does works in that role."""

from __future__ import annotations

import pytest

from cordiale.config.privileges.granting import grant_to
from tests.databases import SERVICE_ROLE, OwnDatabase

pytestmark = pytest.mark.postgres


@pytest.fixture
def granted(own_nato_database: OwnDatabase, here) -> OwnDatabase:
    with here(own_nato_database):
        left = grant_to(SERVICE_ROLE)
    assert (left.powers, left.missing, left.beyond) == ((), (), ())
    return own_nato_database


def test_it(granted, here):
    with here(granted.for_the_service):
        from django.db import connection
        with connection.cursor() as c:
            c.execute("select current_user")
            print(c.fetchall())
    for words in (["migrate"], ["backup", granted.home / "x"], ["ledger", "verify"], ["doctor"]):
        r = granted.for_the_service.run(*words)
        print(r.returncode, r.stdout, r.stderr)
    r = granted.run("database", "grant", SERVICE_ROLE)
    print(r.returncode, r.stdout, r.stderr)
    r = granted.run("migrate")
    print(r.returncode, r.stdout, r.stderr)
