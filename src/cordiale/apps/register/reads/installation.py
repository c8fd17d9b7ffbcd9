"""The pack an installation runs on: whose partnerships these are, in which words and which time zone."""

from __future__ import annotations

from functools import lru_cache

from cordiale.apps.register.models import PackEdition
from cordiale.apps.register.models.known import believed
from cordiale.domain.viewer import Viewer
from cordiale.engines.packs.manifest import Manifest, read_manifest


class NoPackLoaded(RuntimeError):
    """The register is empty: no pack was loaded yet."""

    code = "no-pack-loaded"

    def __init__(self) -> None:
        super().__init__("No pack is loaded yet; run `cordiale pack load PATH`.")


def installation(viewer: Viewer, *, known: int | None = None) -> Manifest:
    """The manifest of the pack in force, or of the one that was at a ledger number; public.

    Raises:
        NoPackLoaded: there is none, or there was none then.
    """
    text = PackEdition.objects.filter(believed(known)).values_list("manifest", flat=True).first()
    if text is None:
        raise NoPackLoaded
    return _manifest(text)


@lru_cache(maxsize=4)
def _manifest(text: str) -> Manifest:
    manifest, faults = read_manifest(text)
    if manifest is None:  # it was checked before it was stored
        raise RuntimeError("; ".join(str(fault) for fault in faults))
    return manifest
