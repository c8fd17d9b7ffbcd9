"""How somebody comes in: an invitation, or a request for access that an administrator answers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cordiale.apps.people.models.person import Person


class Invitation(models.Model):
    """A link that makes an account, once. The link itself is not kept, only its hash."""

    secret_hash = models.CharField(max_length=64, unique=True)
    email = models.EmailField(blank=True, default="")
    role = models.CharField(max_length=40)
    party = models.CharField(max_length=60, blank=True, default="")
    body = models.CharField(max_length=200, blank=True, default="")
    until_on = models.DateField(null=True, blank=True)
    invited_by = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        """Used by somebody, or not used."""

        db_table = "people_invitation"
        constraints = (
            models.CheckConstraint(
                name="invitation_used_by_somebody",
                condition=Q(used_at__isnull=True, person__isnull=True) | Q(used_at__isnull=False, person__isnull=False),
            ),
            models.CheckConstraint(
                name="invitation_not_used_and_withdrawn",
                condition=Q(used_at__isnull=True) | Q(withdrawn_at__isnull=True),
            ),
        )


class AccessRequest(models.Model):
    """Somebody asks for an account; kept until it is answered and for a while after."""

    email = models.EmailField()
    name = models.CharField(max_length=200)
    organisation = models.CharField(max_length=200, blank=True, default="")
    reason = models.TextField(max_length=2_000)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=200, blank=True, default="")
    granted = models.BooleanField(default=False)

    class Meta:
        """An answer has a moment and a person."""

        db_table = "people_access_request"
        constraints = (
            models.CheckConstraint(
                name="access_request_answered_by_somebody",
                condition=Q(answered_at__isnull=True, answered_by="", granted=False)
                | (Q(answered_at__isnull=False) & ~Q(answered_by="")),
            ),
        )
