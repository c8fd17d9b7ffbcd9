"""Which database holds the queue: with SQLite a file of its own, with PostgreSQL the one there is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

IN_THE_QUEUE = {"django_tasks_database": None, "jobs": {"job", "jobfile"}}
"""App to the models of it that stand in the queue; None for all."""


class QueueRouter:
    """Sends jobs and turns to the database `queue` where there is one."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str | None:
        """Where rows of a model are read."""
        return "queue" if _queued(model._meta.app_label, model._meta.model_name) else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool | None:
        """Whether a model's table is made in a database."""
        return _queued(app_label, model_name) == (db == "queue")


def _queued(app_label: str, model_name: str | None) -> bool:
    if "queue" not in settings.DATABASES or app_label not in IN_THE_QUEUE:
        return False
    models_of_it = IN_THE_QUEUE[app_label]
    return models_of_it is None or model_name in models_of_it
