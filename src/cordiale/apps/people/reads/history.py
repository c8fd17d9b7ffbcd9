"""Roles as they were known at an earlier number of the ledger: for whoever audits who could do what, then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from django.db.models import Q

from cordiale.apps.people.models import Grant
from cordiale.apps.people.models.grants import OPEN
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.viewer import Viewer, require


def mandates_known(viewer: Viewer, *, known: int, day: date) -> Mapping[int, frozenset[Mandate]]:
    """Number of every person to the roles held on a day, as known at a ledger number; nobody who held none.

    It is what `viewers.mandates` answered then. Closing an account ends its roles in the same entry, so whoever is
    named here had an account that was open.

    Args:
        known: the ledger number.
        day: legal day.

    Raises:
        NotPermitted: the viewer may not see people.
    """
    require(viewer, "people.see")
    rows = Grant.objects.filter(
        Q(known_from__lte=known) & (OPEN | Q(known_to__gt=known)),
        Q(from_on__lte=day) & (Q(until_on__isnull=True) | Q(until_on__gt=day)),
    ).values_list("person", "role", "party", "body", "lent_by")
    held: list[tuple[int, str, str, str, int | None]] = list(rows)
    own = {(person, role, party, body) for person, role, party, body, lender in held if lender is None}
    found: dict[int, set[Mandate]] = defaultdict(set)
    for person, role, party, body, lender in held:
        if lender is None or (lender, role, party, body) in own:
            found[person].add(Mandate(Role(role), party, body))
    return {person: frozenset(mandates) for person, mandates in found.items()}
