"""Readings that corrected knowledge would have refused: nobody can un-read them, so the security officer is told.

Only how parties stood is corrected knowledge. Rights, labels and what words and groups mean are decisions: they stay as
they were when the line was written.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from django.conf import settings

from cordiale.apps.ledger.reads import chosen, seen
from cordiale.apps.people.reads.people import names
from cordiale.apps.people.reads.viewers import person_named
from cordiale.apps.register.reads.corrections import corrected_since, words_changed
from cordiale.apps.register.reads.standing import Engine, engine, words_known
from cordiale.apps.sharing.models import Acknowledged
from cordiale.apps.sharing.reads.auditing.replaying import Deciding, all_lines
from cordiale.apps.sharing.reads.labels import Interned, audience_of, ceiling_of
from cordiale.apps.sharing.reads.markings import marking_of
from cordiale.domain.labels import is_readable
from cordiale.domain.ledger import Entry
from cordiale.domain.period import microseconds
from cordiale.domain.reading_log import Action, Line
from cordiale.domain.sharing import shown_name
from cordiale.domain.viewer import Viewer, require
from cordiale.engines.audience.deciding import windows
from cordiale.engines.packs.manifest import Manifest
from cordiale.engines.readlog.reading import files
from cordiale.engines.standing.sets import Windows


@dataclass(frozen=True)
class Exposure:
    """A document in a line of the read log that would not have been shown, had the register known what it knows now.

    Args:
        key: names it: `domain.sharing.shown_name` of the line and the document.
        line: hash of the line.
        document: code.
        marking: of the label it bore then.
        who, name: the reader as the ledger names them, and the name where the auditor may know it and it is kept.
        parties: ids of the parties they read for.
        action: how it was shown.
        at: the moment that the reading was decided for.
        known: ledger number that it was decided on.
        corrections: the entries since that changed how the parties stood then, the newest first.
        acknowledged: the entry that acknowledged it; None while nobody did.
        note: what whoever acknowledged it noted.
    """

    key: str
    line: str
    document: str
    marking: str
    who: str
    name: str
    parties: tuple[str, ...]
    action: Action
    at: datetime
    known: int
    corrections: tuple[Entry, ...]
    acknowledged: Entry | None = None
    note: str = ""


def exposures(viewer: Viewer) -> list[Exposure]:
    """Every exposure there is, the newest reading first, acknowledged or not.

    Raises:
        NotPermitted: the viewer may not audit.
        LogDamaged: a file of the read log cannot be read on.
    """
    require(viewer, "sharing.audit")
    sizes = tuple((file.name, file.stat().st_size) for file in files(settings.READ_LOG))
    found = _found(str(settings.READ_LOG), seen(viewer).register_hash, sizes)
    known = names(viewer)
    rows = (
        Acknowledged.objects.filter(line__in=[one.key for one in found]) if len(found) <= 500 else Acknowledged.objects
    )
    noted = {key: (number, note) for key, number, note in rows.values_list("line", "known_from", "note")}
    entries = {entry.number: entry for entry in chosen(viewer, numbers={number for number, _note in noted.values()})}
    told = []
    for one in found:
        number, note = noted.get(one.key, (0, ""))
        name = known.get(person_named(one.who), "")
        told.append(replace(one, name=name, acknowledged=entries.get(number), note=note))
    return told


@lru_cache(maxsize=2)
def _found(folder: str, register_hash: str, sizes: tuple[tuple[str, int], ...]) -> tuple[Exposure, ...]:
    """The exposures of one state of the register and of the read log, without what may change beside these."""
    viewer = Viewer.system("exposures")
    return tuple(sorted(exposed(viewer, lines=all_lines(viewer)), key=lambda one: (one.at, one.key), reverse=True))


def exposed(viewer: Viewer, *, lines: Iterable[Line]) -> list[Exposure]:
    """The exposures among some lines, in their order, without who acknowledged them.

    Raises:
        NotPermitted: the viewer may not audit.
    """
    weighing = _Weighing(viewer)
    return [exposure for line in lines if line.shown for exposure in weighing.of(line)]


class _Weighing:
    """Decides what was shown again, on how the parties stood as it is known now."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.then = Deciding(viewer)
        self.words = words_changed(viewer)
        self._engines: dict[int, Engine] = {}
        self._windows: dict[tuple[int, int], Windows | None] = {}
        self._markings: dict[int, str] = {}
        self._state = ""

    def of(self, line: Line) -> list[Exposure]:
        """The exposures of one line."""
        held, manifest = self.then.rights_of(line)
        with engine(self.viewer) as now:
            if line.register >= now.snapshot.number:
                return []  # nothing was corrected since
            self._forget(now)
            refused = {}
            at = microseconds(line.decided_at)
            for number in {label for _code, label in line.shown}:
                label = self.then.label(number)
                if label is None or manifest is None:
                    continue
                through = self._through(label, manifest, now, line.register)
                bits = through.at(at).bits if through else 0
                audience = frozenset(now.sets.names(bits)) & held.reader.parties
                if not is_readable(
                    label.label,
                    levels=manifest.levels,
                    ceiling=ceiling_of(manifest),
                    reader=held.reader,
                    audience=audience,
                ):
                    refused[number] = label
            if not refused:
                return []
            numbers = corrected_since(self.viewer, now=now, parties=held.reader.parties, at=at, after=line.register)
        entries = tuple(chosen(self.viewer, numbers=numbers))
        return [
            self._exposure(line, code, refused[number], tuple(sorted(held.reader.parties)), entries)
            for code, number in line.shown
            if number in refused
        ]

    def _exposure(
        self, line: Line, code: str, label: Interned, parties: tuple[str, ...], entries: tuple[Entry, ...]
    ) -> Exposure:
        if label.number not in self._markings:
            self._markings[label.number] = marking_of(self.viewer, label=label.label)
        return Exposure(
            key=shown_name(line.hash, code),
            line=line.hash,
            document=code,
            marking=self._markings[label.number],
            who=line.who,
            name="",
            parties=parties,
            action=line.action,
            at=line.decided_at,
            known=line.known,
            corrections=entries,
        )

    def _through(self, label: Interned, manifest: Manifest, now: Engine, register: int) -> Windows | None:
        """The audience of a label in the words of a number, over the standings of now; None where it cannot be told."""
        place = bisect_right(self.words, register)
        key = (place, label.number)
        if key not in self._windows:
            self._windows[key] = None
            if place not in self._engines:
                words, groups = words_known(self.viewer, known=register)
                self._engines[place] = replace(now, names=words, groups=groups)
            mixed = self._engines[place]
            try:
                audience = audience_of(label.label, manifest, mixed) if label.sound else None
                if audience is not None:
                    self._windows[key] = windows(audience, sets=now.sets, groups=mixed.groups)
            except (ValueError, LookupError):
                pass  # nobody reads what cannot be told, as `label_windows` has it
        return self._windows[key]

    def _forget(self, now: Engine) -> None:
        """Drop what rests on an earlier state of the register, when it changed meanwhile."""
        if self._state != now.snapshot.state:
            self._state = now.snapshot.state
            self._engines.clear()
            self._windows.clear()
            self.words = words_changed(self.viewer)
