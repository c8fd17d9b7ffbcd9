"""The register as rows of a pack: which model holds which table, and its rows as cells."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any

from django.db.models import Q

from cordiale.apps.register import models
from cordiale.apps.register.models import CodesField, Identity, Version
from cordiale.domain.participation import Scope, StartKind, Statement
from cordiale.domain.period import Period
from cordiale.domain.viewer import Viewer
from cordiale.engines.packs.comparing import Held
from cordiale.engines.packs.tables import TABLES, Table

MODELS: dict[str, type[Version]] = {
    "sources": models.SourceVersion,
    "parties": models.PartyVersion,
    "party_names": models.PartyName,
    "regions": models.RegionVersion,
    "party_regions": models.PartyRegion,
    "frameworks": models.FrameworkVersion,
    "framework_aims": models.FrameworkAim,
    "framework_dates": models.FrameworkDate,
    "participation": models.Assertion,
    "agreements": models.AgreementVersion,
    "signatures": models.Signature,
    "entitlements": models.Entitlement,
    "policies": models.PolicyVersion,
    "framework_policies": models.FrameworkPolicy,
    "instruments": models.InstrumentVersion,
    "bodies_meetings": models.Meeting,
    "cadences": models.Cadence,
    "body_blocks": models.BodyBlock,
    "preconditions": models.Precondition,
    "relation_notes": models.RelationNote,
    "events": models.EventVersion,
    "event_links": models.EventLink,
    "offices": models.Office,
    "contacts": models.Contact,
    "objectives": models.Objective,
    "areas": models.AreaVersion,
    "joint_actions": models.JointAction,
    "operations": models.OperationVersion,
    "contributions": models.Contribution,
    "programmes_menu": models.Programme,
    "seed_claims": models.Claim,
}
"""Table of a pack to the model that holds its rows."""

IDENTITIES: dict[str, type[Identity]] = {
    "sources": models.Source,
    "parties": models.Party,
    "regions": models.Region,
    "frameworks": models.Framework,
    "agreements": models.Agreement,
    "policies": models.Policy,
    "instruments": models.Instrument,
    "events": models.Event,
    "areas": models.Area,
    "operations": models.Operation,
}
"""Table of a pack to the model that names its rows for ever, where others refer to them."""

PINNED: dict[str, type[Version]] = {
    **MODELS,
    "pack_edition": models.PackEdition,
    "audience_group": models.Group,
}
"""Every table whose rows entries commit to."""

PACK_LOADED = "register.pack-loaded"
"""The verb of an entry that loaded a pack."""


@lru_cache(maxsize=64)
def attributes(table: Table) -> tuple[str, ...]:
    """For each column of a table, the attribute of its model that holds the value."""
    options = MODELS[table.name]._meta
    return tuple(
        getattr(options.get_field(column.field or column.name), "attname", column.name) for column in table.columns
    )


def cell(value: Any) -> str:
    """A stored value as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ";".join(value)
    return str(value)


def statement_of(row: models.Assertion) -> Statement:
    """What an assertion says, as a value."""
    return Statement(
        party=row.party_id,
        framework=row.framework_id,
        status=row.status,
        scope=Scope(row.scope),
        start_kind=StartKind(row.start_kind),
        period=Period(row.valid_from, row.valid_to if row.valid_to.text else None),
        source=row.source_id,
        end_source=row.end_source_id or "",
        locator=row.locator,
        note=row.note,
    )


def holding(table: Table, column: str, wanted: str | Collection[str]) -> Q:
    """The condition that a column holds an id, or one of several; a column of several ids must contain it."""
    name = attributes(table)[table.places[column]]
    several = isinstance(MODELS[table.name]._meta.get_field(name.removesuffix("_id")), CodesField)
    if isinstance(wanted, str):
        return Q(**{f"{name}__contains": f";{wanted};"}) if several else Q(**{name: wanted})
    if not several:
        return Q(**{f"{name}__in": list(wanted)})
    any_of = Q(pk__in=[])
    for one in wanted:
        any_of |= Q(**{f"{name}__contains": f";{one};"})
    return any_of


def cells_of(viewer: Viewer, table: Table, condition: Q) -> Iterator[tuple[str, ...]]:
    """Rows that fulfil a condition, as cells, in the order they were recorded."""
    rows = MODELS[table.name]._default_manager.filter(condition).order_by("id").values_list(*attributes(table))
    for row in rows.iterator(chunk_size=5_000):
        yield tuple(cell(value) for value in row)


def held(viewer: Viewer, *, table: Table) -> list[Held]:
    """Every row the register ever held of a table, oldest first, for comparing with a new edition of a pack."""
    rows = (
        MODELS[table.name]
        ._default_manager.order_by("id")
        .values_list("id", "known_to_id", "known_to__verb", "pack", *attributes(table))
    )
    return [
        Held(
            id=pk,
            cells=tuple(cell(value) for value in values),
            open=known_to is None,
            from_pack=pack != "",
            dropped_by_pack=verb == PACK_LOADED,
        )
        for pk, known_to, verb, pack, *values in rows.iterator(chunk_size=5_000)
    ]


@lru_cache(maxsize=64)
def pinned(model: type[Version]) -> tuple[str, ...]:
    """The attributes of a version that its entry commits to: all but its number and what it is known from and to."""
    own = {"id", "known_from_id", "known_to_id"}
    return tuple(field.attname for field in model._meta.concrete_fields if field.attname not in own)


def pinned_text(values: Iterable[Any]) -> tuple[str, ...]:
    """Pinned attributes as the text an entry commits to."""
    return tuple(cell(value) for value in values)


def current(viewer: Viewer) -> Iterator[tuple[Table, list[tuple[str, ...]]]]:
    """All that is believed now, table by table, as a pack would hold it."""
    for table in TABLES:
        yield table, list(cells_of(viewer, table, Q(known_to__isnull=True)))
