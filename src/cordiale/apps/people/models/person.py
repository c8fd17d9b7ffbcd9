"""Accounts. Personal data stand here and in no other table, so that they can be erased."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q


class People(BaseUserManager["Person"]):
    """Finds a person by address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> Person:
        """The person of an address."""
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """Somebody who may sign in while the account is open."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        """An account that is closed says since when."""

        db_table = "people_person"
        constraints = (
            models.CheckConstraint(
                name="person_closed_says_when",
                condition=Q(is_active=True, closed_at__isnull=True) | Q(is_active=False, closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="person_erased_is_closed", condition=Q(erased_at__isnull=True) | Q(is_active=False)
            ),
            models.UniqueConstraint(models.functions.Lower("email"), name="person_email_whatever_its_case"),
        )

    def __str__(self) -> str:
        return f"person:{self.pk}"
