"""Which meetings a party could sit in."""

from __future__ import annotations

from collections import defaultdict

from cordiale.apps.register.models import Assertion
from cordiale.apps.register.models.known import believed
from cordiale.apps.register.reads.facts import Fact, facts
from cordiale.apps.register.reads.installation import installation
from cordiale.domain.participation import Answer
from cordiale.domain.viewer import Viewer


def meetings_of_party(viewer: Viewer, *, party: str, known: int | None = None) -> list[Fact]:
    """Meetings, oldest first, of bodies that meet with the party, or in which some source placed it on that day.

    A framework counts on the days for which any source has a status in force, from the earliest possible start to the
    latest possible end: this is a list to look things up in, not a decision on rights.
    """
    manifest = installation(viewer, known=known)
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    rows = Assertion.objects.filter(believed(known), party=party).values_list(
        "framework", "status", "starts_earliest", "ends_latest"
    )
    for framework, status, starts, ends in rows:
        if manifest.answer(status=status, framework=framework) is Answer.IN_FORCE:
            spans[framework].append((starts, ends))
    meets = {code for code, body in manifest.bodies.items() if party in body.parties}
    found = facts(viewer, table="bodies_meetings", order=("date",), known=known, body={*spans, *meets})
    return [
        meeting
        for meeting in found
        if meeting["body"] in meets or _within(meeting["date"].bounds(manifest.zone), spans[meeting["body"]])
    ]


def _within(date: tuple[int, int], spans: list[tuple[int, int]]) -> bool:
    return any(starts <= date[1] and date[0] < ends for starts, ends in spans)
