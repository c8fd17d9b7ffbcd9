"""The groups of parties in force: those of the pack, and those the desk defined."""

from __future__ import annotations

from cordiale.apps.register.models import Group
from cordiale.apps.register.models.known import believed
from cordiale.apps.register.reads.installation import installation, manifest_now
from cordiale.domain.viewer import Viewer
from cordiale.engines.packs import manifest


def groups(viewer: Viewer, *, known: int | None = None) -> dict[str, manifest.Group]:
    """Id of a group to its name and audience, now or as known at a ledger number; public."""
    return _with_defined(installation(viewer, known=known), known)


def groups_now(viewer: Viewer) -> dict[str, manifest.Group]:
    """The same as the database has it at this instant of the transaction."""
    return _with_defined(manifest_now(viewer), None)


def _with_defined(held: manifest.Manifest, known: int | None) -> dict[str, manifest.Group]:
    defined = Group.objects.filter(believed(known)).values_list("code", "title", "audience")
    return {
        **held.groups,
        **{code: manifest.Group(title, audience) for code, title, audience in defined},
    }
