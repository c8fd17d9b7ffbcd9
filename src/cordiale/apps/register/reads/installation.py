"""The pack an installation runs on: whose partnerships these are, in which words and which time zone."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from cordiale.apps.ledger.reads import seen
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
    now = seen(viewer)
    found = _at(now.register_hash, now.register_number if known is None else known)
    if found is None:
        raise NoPackLoaded
    return found


def today(viewer: Viewer, *, at: datetime) -> date:
    """The legal day at a moment, in the zone of the host; public.

    Raises:
        NoPackLoaded: there is no host yet.
    """
    return at.astimezone(installation(viewer).zone).date()


def manifest_now(viewer: Viewer) -> Manifest:
    """The manifest as the database has it at this instant of the transaction: for weighing what is not yet committed.

    Raises:
        NoPackLoaded: there is none.
    """
    text = PackEdition.objects.filter(believed()).values_list("manifest", flat=True).first()
    if text is None:
        raise NoPackLoaded
    return _manifest(text)


@lru_cache(maxsize=16)
def _at(register_hash: str, known: int) -> Manifest | None:
    """The manifest as known at a number, in a state of the register that is no earlier."""
    text = PackEdition.objects.filter(believed(known)).values_list("manifest", flat=True).first()
    return None if text is None else _manifest(text)


@lru_cache(maxsize=4)
def _manifest(text: str) -> Manifest:
    manifest, faults = read_manifest(text)
    if manifest is None:  # it was checked before it was stored
        raise RuntimeError("; ".join(str(fault) for fault in faults))
    return manifest
