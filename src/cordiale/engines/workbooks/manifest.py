"""The hidden sheet of an exported workbook: from which installation and register it came, when, and for whom."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from cordiale.engines.workbooks.columns import Layout
from cordiale.engines.workbooks.refusing import NewerWorkbook
from cordiale.engines.workbooks.texts import tidy

SHEET = "_cordiale"
FORMAT = 1


@dataclass(frozen=True)
class Origin:
    """Where an export comes from.

    Args:
        installation: the name or address of the installation.
        register_number: the register's number at which the rows were read.
        made_for: who it was exported for, as the ledger names people.
        made_at: when.
    """

    installation: str
    register_number: int
    made_for: str
    made_at: datetime


@dataclass(frozen=True)
class Manifest:
    """What an exported workbook says of itself. People can edit it: it informs, and grants nothing.

    Args:
        layout: key of the layout.
        installation, register_number, made_for, made_at: as in `Origin`; the moment in ISO 8601.
        rows: how many rows were exported.
        digest: SHA-256 over marks and cells, whatever the order of the rows.
    """

    layout: str
    installation: str
    register_number: int
    made_for: str
    made_at: str
    rows: int
    digest: str

    @classmethod
    def of(cls, layout: Layout, origin: Origin, *, rows: int, digest: str) -> Manifest:
        """The manifest of an export."""
        moment = origin.made_at.isoformat(timespec="seconds")
        return cls(
            layout.key, origin.installation, origin.register_number, origin.made_for, moment, rows=rows, digest=digest
        )

    def lines(self) -> Iterator[tuple[str, str]]:
        """Name and text of everything it says."""
        yield "format", str(FORMAT)
        for name in self.__dataclass_fields__:
            yield name, str(getattr(self, name))


def manifest_from(lines: dict[str, str]) -> Manifest | None:
    """The manifest of a workbook that came back; None when it was damaged on the way.

    Raises:
        NewerWorkbook: a newer Cordiale wrote it.
    """
    try:
        if int(lines["format"]) > FORMAT:
            raise NewerWorkbook(
                f"the workbook has format {lines['format']}, and only formats up to {FORMAT} are known here",
                "export it again from this installation",
                SHEET,
            )
        return Manifest(
            layout=lines["layout"],
            installation=lines["installation"],
            register_number=int(lines["register_number"]),
            made_for=lines["made_for"],
            made_at=lines["made_at"],
            rows=int(lines["rows"]),
            digest=lines["digest"],
        )
    except NewerWorkbook:
        raise
    except (KeyError, ValueError):
        return None


def digest_of(rows: Iterable[tuple[str, ...]]) -> str:
    """A hash over rows, each its mark and its cells, whatever their order and whatever nobody sees."""
    lines = sorted(json.dumps([tidy(text) for text in row], ensure_ascii=False) for row in rows)
    total = hashlib.sha256()
    for line in lines:
        total.update(line.encode("utf-8", "surrogatepass") + b"\n")
    return total.hexdigest()
