"""What the ids of the register are called, so that pages speak of Finland and not of fin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from cordiale.apps.ledger.reads import seen
from cordiale.apps.register import models
from cordiale.apps.register.models import Version
from cordiale.apps.register.models.known import believed
from cordiale.apps.register.reads.installation import NoPackLoaded, installation
from cordiale.domain.viewer import Viewer
from cordiale.engines.packs.tables import BODIES

_COLUMNS: dict[str, tuple[type[Version], str]] = {
    "parties": (models.PartyVersion, "name"),
    "frameworks": (models.FrameworkVersion, "short_name"),
    "regions": (models.RegionVersion, "name"),
    "agreements": (models.AgreementVersion, "title"),
    "policies": (models.PolicyVersion, "title"),
    "instruments": (models.InstrumentVersion, "title"),
    "operations": (models.OperationVersion, "name"),
    "areas": (models.AreaVersion, "name"),
    "events": (models.EventVersion, "title"),
}


@dataclass(frozen=True)
class Labels:
    """Names of everything that is referred to.

    Args:
        register_hash: state of the register they were read in.
        of: table name to id to name.
    """

    register_hash: str
    of: Mapping[str, Mapping[str, str]]

    def name(self, tables: tuple[str, ...], code: str) -> str:
        """What an id of one of these tables is called; the id itself where nothing is known."""
        return next((self.of[table][code] for table in tables if code in self.of.get(table, {})), code)

    def table_of(self, tables: tuple[str, ...], code: str) -> str | None:
        """Which of these tables an id belongs to."""
        return next((table for table in tables if code in self.of.get(table, {})), None)


def labels(viewer: Viewer, *, known: int | None = None) -> Labels:
    """The names in force, or as known at a ledger number; public.

    Kept for each state of the register, as every page needs them.
    """
    now = seen(viewer)
    return _labels(now.register_hash, now.register_number if known is None else known)


@lru_cache(maxsize=8)
def _labels(register_hash: str, known: int) -> Labels:
    viewer = Viewer.system("names of the register")
    named: dict[str, Mapping[str, str]] = {}
    for table, (model, column) in _COLUMNS.items():
        named[table] = dict(model._default_manager.filter(believed(known)).values_list("named_id", column))
    named["sources"] = {
        code: code for code in models.SourceVersion.objects.filter(believed(known)).values_list("named_id", flat=True)
    }
    try:
        named[BODIES] = {code: body.name for code, body in installation(viewer, known=known).bodies.items()}
    except NoPackLoaded:
        named[BODIES] = {}
    return Labels(register_hash, named)
