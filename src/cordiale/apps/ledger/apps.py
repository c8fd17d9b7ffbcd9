"""Django's handle on the ledger."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Every change is one numbered entry."""

    name = "cordiale.apps.ledger"
    label = "ledger"
