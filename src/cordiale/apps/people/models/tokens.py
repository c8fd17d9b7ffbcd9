"""Tokens by which programs act for a person; only their hashes are kept."""

from __future__ import annotations

from django.db import models

from cordiale.apps.people.models.person import Person


class Token(models.Model):
    """A token of a person: for what, until when."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=100)
    secret_hash = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=20)
    created_at = models.DateTimeField()
    expires_on = models.DateField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One table."""

        db_table = "people_token"
