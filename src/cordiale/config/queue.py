"""Which database a table is asked in: on SQLite the queue has a file of its own, and snapshots a connection."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from cordiale.apps.ledger.reads import database_asked

SNAPSHOTS = "snapshots"
"""Alias of the connection on which snapshots are read, on SQLite: to the database there is."""

IN_THE_QUEUE = {"django_tasks_database": None, "jobs": {"job", "jobfile"}}
"""App to the models of it that stand in the queue; None for all."""


class Router:
    """Sends jobs and turns to the database `queue` where there is one, reads inside a snapshot to its connection."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str | None:
        """Where rows of a model are read."""
        return "queue" if _queued(model._meta.app_label, model._meta.model_name) else database_asked()

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str | None:
        """Where rows of a model are written."""
        return "queue" if _queued(model._meta.app_label, model._meta.model_name) else None

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool | None:
        """Whether a model's table is made in a database; `snapshots` is another way to one that is made already."""
        return db != SNAPSHOTS and _queued(app_label, model_name) == (db == "queue")


def _queued(app_label: str, model_name: str | None) -> bool:
    if "queue" not in settings.DATABASES or app_label not in IN_THE_QUEUE:
        return False
    models_of_it = IN_THE_QUEUE[app_label]
    return models_of_it is None or model_name in models_of_it
