"""Keeps files that are sent in, how they are to be understood, and what was written of them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from cordiale.apps.desk.models import OwnLayout, Upload
from cordiale.apps.desk.reads.uploads import UploadRead, compared, headings_of, upload
from cordiale.apps.people.writes.proposals import Effect, Kind, proposable
from cordiale.apps.register.writes.workbooks import Import, import_rows, preview_import
from cordiale.domain.viewer import Permission, Viewer, require
from cordiale.engines.workbooks.accepting import Accepted, accept
from cordiale.engines.workbooks.columns import Layout
from cordiale.engines.workbooks.comparing import Changed, New, Removed
from cordiale.engines.workbooks.mapping import ColumnMap
from cordiale.engines.workbooks.sheets import Sheet

LARGEST = 16 * 2**20
"""Bytes of a file that is taken."""

IMPORTING = "desk.import"
"""The verb of a proposal to write rows of a file."""


class UploadTooLarge(ValueError):
    """The file is larger than is taken."""

    code = "upload-too-large"

    def __init__(self, size: int) -> None:
        super().__init__(f"The file has {size:,} bytes, more than the {LARGEST:,} that are taken; split it.")


class NoSuchUpload(LookupError):
    """There is no such file, or it is not this person's."""

    code = "no-such-upload"

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no file {number}.")


class NothingAccepted(ValueError):
    """No row was chosen that would change anything."""

    code = "nothing-accepted"

    def __init__(self) -> None:
        super().__init__("No row was chosen that would change anything; nothing was written.")


def keep_upload(*, table: str, name: str, content: bytes, encoding: str, by: Viewer, at: datetime) -> int:
    """Keep a file as it came. It changes nothing, so it is no entry.

    Raises:
        NotPermitted, UploadTooLarge.
    """
    require(by, "register.assert")
    if len(content) > LARGEST:
        raise UploadTooLarge(len(content))
    made = Upload.objects.create(
        table=table,
        name=name[:200],
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_by_id=by.person,
        uploaded_at=at,
        encoding=encoding,
    )
    return made.pk


def understand(*, file: UploadRead, columns: ColumnMap, sheet: Sheet, layout: Layout, by: Viewer, at: datetime) -> None:
    """Remember how a file is to be understood, for it and for every later one with the same headings.

    Raises:
        NotPermitted.
    """
    require(by, "register.assert")
    Upload.objects.filter(pk=file.id).update(columns=columns.as_json())
    OwnLayout.objects.update_or_create(
        table=layout.key,
        headings=headings_of(by, sheet=sheet),
        defaults={"columns": columns.as_json(), "kept_at": at},
    )


def read_as(*, file: UploadRead, encoding: str, by: Viewer, at: datetime) -> None:
    """Read a text file in another encoding from now on.

    Raises:
        NotPermitted.
    """
    require(by, "register.assert")
    Upload.objects.filter(pk=file.id).update(encoding=encoding)


def chosen(viewer: Viewer, *, file: UploadRead, lines: Collection[int] | None, for_the_file: Collection[int]) -> Import:
    """What a person accepted of a file, compared with the register as it is now.

    Args:
        lines: numbers of lines; None for all that can be taken.
        for_the_file: lines in conflict for which the file is right.

    Raises:
        whatever `compared` raises, CannotBeAccepted, NothingAccepted.
    """
    found = compared(viewer, file=file)
    outcomes = list(found.comparing.outcomes())
    wanted = [one.line for one in outcomes if isinstance(one, New | Changed | Removed)] if lines is None else lines
    accepted: Accepted = accept(outcomes, wanted, for_the_file=for_the_file)
    made = Import(file.table, accepted, found.numbers, found.register_number)
    if not made.size:
        raise NothingAccepted
    return made


def take(*, file: UploadRead, what: Import, reason: str, by: Viewer, at: datetime) -> int:
    """Write the accepted rows of a file, once.

    Returns:
        The number of the entry.

    Raises:
        whatever `import_rows` raises.
    """
    require(by, "register.assert")
    number = import_rows(what=what, subject=f"upload:{file.id}", reason=reason, by=by, at=at)
    Upload.objects.filter(pk=file.id).update(entry_id=number)
    return number


def register_kind(viewer: Viewer | None = None) -> None:
    """Let the rows of a file be proposed; once, when the process starts."""
    proposable(IMPORTING, Kind(_permissions, _effect, _carry_out))


def _permissions(arguments: Mapping[str, Any]) -> list[Permission]:
    return ["register.assert", "register.correct", "register.retract"]


def _import_of(viewer: Viewer, arguments: Mapping[str, Any]) -> tuple[UploadRead, Import]:
    """The file is the proposer's, so it is looked up as theirs."""
    owner = Viewer(name="", person=arguments["person"])
    file = upload(owner, number=arguments["upload"])
    if file is None:
        raise NoSuchUpload(arguments["upload"])
    return file, chosen(viewer, file=file, lines=arguments["lines"], for_the_file=arguments["for_the_file"])


def _effect(viewer: Viewer, arguments: Mapping[str, Any], at: datetime) -> Effect:
    found = preview_import(viewer, what=_import_of(viewer, arguments)[1], at=at)
    return Effect(found.gains, found.digest)


def _carry_out(arguments: Mapping[str, Any], reason: str, by: Viewer, at: datetime) -> tuple[int, str]:
    file, what = _import_of(by, arguments)
    return take(file=file, what=what, reason=reason, by=by, at=at), ""
