"""Django's handle on the jobs."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Long work, followed."""

    name = "cordiale.apps.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Learn the kinds that every app's `jobs` module declares."""
        autodiscover_modules("jobs")
