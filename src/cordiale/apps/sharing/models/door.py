"""The one door to protected rows: outside a reading nobody gets through, inside only to what the reader may read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models

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
        return super().get_queryset().filter(**{f"{self.label}_id__in": labels})

    def _insert(self, *given: Any, **more: Any) -> Any:
        """What is written anew passes: the door is for reading, and a writer's row has no reader yet."""
        return super().get_queryset()._insert(*given, **more)  # type: ignore[attr-defined]  # Django's own way in
