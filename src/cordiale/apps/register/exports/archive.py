"""The register as a pack in one file: what `cordiale pack export` writes into a folder."""

from __future__ import annotations

import io
import zipfile

from cordiale.apps.register.reads.installation import installation
from cordiale.apps.register.reads.rows import current
from cordiale.domain.viewer import Viewer
from cordiale.engines.packs.writing import pack_files

_MADE = (1980, 1, 1, 0, 0, 0)
"""The earliest moment the format knows: the same register gives the same bytes."""


def pack_archive(viewer: Viewer) -> bytes:
    """A ZIP of one folder, named after the pack; the same register always gives the same bytes.

    Raises:
        NoPackLoaded: the register is empty.
    """
    manifest = installation(viewer)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in pack_files(manifest=manifest.text, tables=current(viewer)):
            member = zipfile.ZipInfo(f"{manifest.id}/{name}", date_time=_MADE)
            member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(member, text.encode())
    return made.getvalue()
