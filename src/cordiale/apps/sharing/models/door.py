"""The one door to protected rows: outside a reading nobody gets through, inside only to what the reader may read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models.lookups import Lookup

_open: ContextVar[frozenset[int] | None] = ContextVar("labels", default=None)


class OutsideReading(RuntimeError):
    """Protected rows were asked for where nobody said for whom: a mistake of the program."""

    code = "outside-reading"

    def __init__(self, model: type[models.Model]) -> None:
        super().__init__(f"{model.__name__} is protected; read it inside `with reading(viewer)`.")


@contextmanager
def door(labels: frozenset[int]) -> Iterator[None]:
    """Open the door to what bears one of these labels, and to nothing else.

    Args:
        labels: numbers of the labels that the reader may read now.
    """
    token = _open.set(labels)
    try:
        yield
    finally:
        _open.reset(token)


def readable() -> frozenset[int] | None:
    """Numbers of the labels behind the door; None while it is shut."""
    return _open.get()


FEW = 100
"""So many labels are looked for in an index; where there are more, rows are found in another way and checked."""


class Bears(Lookup[Any]):
    """Whether a row bears one of these labels, their numbers written out: Django takes long to pass thousands."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The condition in the words of the database."""
        if not self.rhs:
            raise EmptyResultSet
        column, given = compiler.compile(self.lhs)
        return bears(column, self.rhs, vendor=connection.vendor), tuple(given)


def bears(column: str, labels: frozenset[int], *, vendor: str) -> str:
    """SQL that is true where a column is one of these numbers.

    PostgreSQL estimates a list number by number before it does anything, which takes it 4 ms for two thousand; hidden
    behind IS TRUE it hashes them, for a quarter of one. SQLite, which counts nothing, would go label by label through
    all their rows; the plus tells it to use another index. Measured: docs/explanation/sharing.md.
    """
    if vendor != "postgresql":
        plus = "" if len(labels) <= FEW else "+"
        return f"{plus}{column} IN ({numbers(labels)})"
    if len(labels) <= FEW:
        return f"{column} = ANY('{{{numbers(labels)}}}'::bigint[])"
    return f"({column} IN (SELECT unnest('{{{numbers(labels)}}}'::bigint[]))) IS TRUE"


@lru_cache(maxsize=256)
def numbers(labels: frozenset[int]) -> str:
    """Numbers of labels as SQL: integers of ours, no words."""
    return ",".join(str(int(number)) for number in sorted(labels))


class BehindTheDoor(models.Manager[Any]):
    """Finds what the reader may read, and raises where nobody reads.

    Args:
        label: the way from the row to its label.
    """

    def __init__(self, label: str = "label") -> None:
        super().__init__()
        self.label = label

    def get_queryset(self) -> models.QuerySet[Any]:
        """Rows behind the door.

        Raises:
            OutsideReading: it is shut.
        """
        labels = readable()
        if labels is None:
            raise OutsideReading(self.model)
        return super().get_queryset().filter(Bears(models.F(self.label), labels))

    def _insert(self, *given: Any, **more: Any) -> Any:
        """What is written anew passes: the door is for reading, and a writer's row has no reader yet."""
        return super().get_queryset()._insert(*given, **more)  # type: ignore[attr-defined]  # Django's own way in
