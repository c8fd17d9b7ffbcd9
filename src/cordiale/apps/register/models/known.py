"""What every table of the register shares: identities that last, versions that are known from entry to entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from cordiale.domain.period import When, parse_when

OPEN = Q(known_to__isnull=True)
"""What is believed now."""


def believed(known: int | None = None) -> Q:
    """What was believed as known at a ledger number; what is believed now without one."""
    return OPEN if known is None else Q(known_from__lte=known) & (OPEN | Q(known_to__gt=known))


if TYPE_CHECKING:
    _WhenColumn = models.CharField[When | str, When]
    _CodesColumn = models.Field[Sequence[str], tuple[str, ...]]
else:
    _CodesColumn = models.Field
    _WhenColumn = models.CharField  # Django's fields take type arguments in the type checker only


class WhenField(_WhenColumn):
    """A date of any precision, stored as its text: `When("1995-02")`."""

    description = "A date as a source gives it"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> When | None:
        """Text from the database to a date."""
        return None if value is None else parse_when(value)

    def to_python(self, value: Any) -> Any:
        """Text to a date, as when a field is set by hand."""
        return parse_when(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        """A date to its text; no date at all is empty text."""
        return "" if value is None else str(value)


class CodesField(_CodesColumn):
    """Several ids in one column, stored as ";a;b;" so that both databases find one of them: `contains=";a;"`."""

    description = "Ids, in order"

    def get_internal_type(self) -> str:
        """A text column."""
        return "TextField"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> tuple[str, ...] | None:
        """Text from the database to ids."""
        return None if value is None else tuple(filter(None, value.split(";")))

    def get_prep_value(self, value: Any) -> Any:
        """Ids to text; a text, as in a search, stays."""
        return value if value is None or isinstance(value, str) else f";{';'.join(value)};"


class Identity(models.Model):
    """Something the register speaks of, named for ever by its id."""

    code = models.CharField(max_length=60, primary_key=True)
    known_from = models.ForeignKey("ledger.LedgerEntry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        """One table for each kind of thing."""

        abstract = True

    def __str__(self) -> str:
        return str(self.code)


class Version(models.Model):
    """Something said, believed from the entry that recorded it until the entry that closed it.

    `pack` is the pack that said it, empty for what was entered here.
    """

    known_from = models.ForeignKey("ledger.LedgerEntry", on_delete=models.PROTECT, related_name="+")
    known_to = models.ForeignKey(
        "ledger.LedgerEntry", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    pack = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        """One table for each kind of statement."""

        abstract = True


def one_open(table: str, *fields: str) -> models.UniqueConstraint:
    """No two open versions may say the same thing of the same key."""
    return models.UniqueConstraint(fields=fields, condition=OPEN, name=f"{table}_one_open_version")


def said_by() -> models.ForeignKey[Any, Any]:
    """The source of a statement."""
    return models.ForeignKey("register.Source", on_delete=models.PROTECT, related_name="+")


def of(model: str, *, optional: bool = False) -> models.ForeignKey[Any, Any]:
    """A reference to an identity of the register."""
    return models.ForeignKey(
        f"register.{model}", on_delete=models.PROTECT, related_name="+", null=optional, blank=optional
    )


def word() -> models.CharField[str, str]:
    """A word of a vocabulary."""
    return models.CharField(max_length=60)


def prose() -> models.TextField[str, str]:
    """Free text; empty where nothing is said."""
    return models.TextField(blank=True, default="")
