"""Decides lines of the read log again, from the knowledge of their number: the same verdict for each, for ever.

It looks at documents without being let read them, and takes nothing of them but which labels they bore, and when.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice

from django.conf import settings

from cordiale.apps.ledger.reads import head
from cordiale.apps.people.reads.viewers import person_named
from cordiale.apps.register.reads.installation import NoPackLoaded, installation
from cordiale.apps.sharing.reads.auditing.then import (
    NO_RIGHTS,
    Borne,
    Rights,
    borne,
    day_in,
    engine_known,
    label_at,
    labels_by_number,
    rights,
)
from cordiale.apps.sharing.reads.labels import Interned, readable_labels
from cordiale.domain.period import microseconds
from cordiale.domain.reading_log import Line
from cordiale.domain.viewer import Viewer, require
from cordiale.engines.packs.manifest import Manifest
from cordiale.engines.readlog.reading import files, lines
from cordiale.engines.readlog.replaying import Decided, Mismatch
from cordiale.engines.readlog.replaying import replay as replayed

FILES_AT_ONCE = 64
"""Files of the read log that are open together, so that lines of one number come together."""
STATES_KEPT = 64
"""Numbers whose rights are kept."""
DOCUMENTS_KEPT = 100_000
"""Documents whose labels are kept."""


def verdicts(viewer: Viewer, line: Line) -> Mapping[str, Decided]:
    """What is decided of every document of a line, by its person, its knowledge and its moment.

    Raises:
        NotPermitted: the viewer may not audit.
        LogDamaged, NoPackLoaded.
    """
    return Deciding(viewer)(line)


def mismatches(viewer: Viewer) -> Iterator[Mismatch]:
    """Every document of the whole read log that would be decided otherwise; nothing when all agree.

    Raises:
        NotPermitted: the viewer may not audit.
        LogDamaged: a file cannot be read on.
    """
    return replayed(all_lines(viewer), Deciding(viewer))


def all_lines(viewer: Viewer) -> Iterator[Line]:
    """Every line of the read log; those of one state of the register nearly always together.

    Raises:
        NotPermitted: the viewer may not audit.
        LogDamaged: a file cannot be read on.
    """
    require(viewer, "sharing.audit")
    left = iter(files(settings.READ_LOG))
    while some := list(islice(left, FILES_AT_ONCE)):
        yield from heapq.merge(*(lines(file) for file in some), key=lambda line: line.register)


class Deciding:
    """Decides lines, and keeps what the lines after it will need.

    Args:
        viewer: who audits.

    Raises:
        NotPermitted: the viewer may not audit.
    """

    def __init__(self, viewer: Viewer) -> None:
        require(viewer, "sharing.audit")
        self.viewer = viewer
        self._upto = -1
        self._labels: dict[int, Interned] = {}
        self._borne: dict[str, list[Borne]] = {}
        self._rights: dict[tuple[int, date], Mapping[int, Rights]] = {}

    def __call__(self, line: Line) -> Mapping[str, Decided]:
        """What is decided of every document of a line.

        A document is shown where the label it bore then let its reader read; and an earlier content of it, under the
        label that the line names, where that one did so too.
        """
        self._learn(line)
        shown, wanted = dict(line.shown), {}
        for code in (*shown, *line.refused):
            now = label_at(self._borne.get(code, ()), line.known)
            wanted[code] = frozenset((now, shown.get(code, now)))
        readable = self._readable(line, frozenset().union(*wanted.values()))
        return {
            code: "shown" if labels <= readable and self._bore(code, labels, line.known) else "refused"
            for code, labels in wanted.items()
        }

    def rights_of(self, line: Line) -> tuple[Rights, Manifest | None]:
        """What the reader of a line held, as known at its number, and the pack in force."""
        try:
            manifest = installation(self.viewer, known=line.register)
        except NoPackLoaded:
            return NO_RIGHTS, None
        key = (line.register, day_in(manifest, line.decided_at))
        if key not in self._rights:
            if len(self._rights) >= STATES_KEPT:
                self._rights.pop(next(iter(self._rights)))
            self._rights[key] = rights(self.viewer, known=line.register, at=line.decided_at)
        return self._rights[key].get(person_named(line.who), NO_RIGHTS), manifest

    def label(self, number: int) -> Interned | None:
        """A label by its number; None where there is none."""
        if number not in self._labels:
            self._labels = labels_by_number(self.viewer)
        return self._labels.get(number)

    def _readable(self, line: Line, numbers: frozenset[int]) -> frozenset[int]:
        held, manifest = self.rights_of(line)
        labels = [label for number in numbers if (label := self.label(number)) is not None]
        if manifest is None or not held.reader.parties or not labels:
            return frozenset()
        at = microseconds(line.decided_at)
        with engine_known(self.viewer, known=line.register) as then:
            return readable_labels(labels, reader=held.reader, manifest=manifest, now=then, at=at).labels

    def _bore(self, code: str, labels: frozenset[int], known: int) -> bool:
        """Whether a document had borne each of these labels by a number."""
        return labels <= {one.label for one in self._borne.get(code, ()) if one.since <= known}

    def _learn(self, line: Line) -> None:
        """Look up the labels of documents that were not met before; all anew for what is newer than the last look."""
        if line.known > self._upto or len(self._borne) > DOCUMENTS_KEPT:
            self._upto = head(self.viewer).number
            self._borne.clear()
        unmet = [code for code in (*dict(line.shown), *line.refused) if code not in self._borne]
        if unmet:
            found = borne(self.viewer, documents=unmet)
            self._borne |= {code: found.get(code, []) for code in unmet}
