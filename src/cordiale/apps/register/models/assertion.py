"""The heart of the register: a source asserts that a party has a status in a framework over a period."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from cordiale.apps.register.models.known import Version, WhenField, of, one_open, prose, said_by, word
from cordiale.domain.participation import Scope, StartKind


class Assertion(Version):
    """One statement of one source. The bounds are derived from the dates in the organisation's time zone.

    Bounds are microseconds since 1970 UTC: integers, because the engine compiles millions of them.
    """

    party = of("Party")
    framework = of("Framework")
    status = word()
    scope = word()
    start_kind = models.CharField(max_length=10, blank=True, default="")
    valid_from = WhenField()
    valid_to = WhenField()
    source = said_by()
    end_source = of("Source", optional=True)
    locator = prose()
    note = prose()
    starts_earliest = models.BigIntegerField()
    starts_latest = models.BigIntegerField()
    ends_earliest = models.BigIntegerField()
    ends_latest = models.BigIntegerField()
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta(Version.Meta):
        """What an assertion can never be; that one source never contradicts itself is a guard in the migration."""

        db_table = "assertion"
        constraints = (
            one_open("assertion", "party", "framework", "status", "scope", "valid_from", "source"),
            models.CheckConstraint(name="assertion_scope", condition=Q(scope__in=[str(scope) for scope in Scope])),
            models.CheckConstraint(
                name="assertion_start_kind", condition=Q(start_kind__in=[str(kind) for kind in StartKind])
            ),
            models.CheckConstraint(
                name="assertion_bounds_in_order",
                condition=Q(starts_earliest__lte=F("starts_latest"), ends_earliest__lte=F("ends_latest")),
            ),
            models.CheckConstraint(
                name="assertion_ends_after_it_starts", condition=Q(ends_latest__gt=F("starts_earliest"))
            ),
            models.CheckConstraint(
                name="assertion_end_has_a_source",
                condition=Q(valid_to="", end_source__isnull=True) | (~Q(valid_to="") & Q(end_source__isnull=False)),
            ),
        )
        indexes = (
            models.Index(
                fields=("party", "framework", "scope", "source"),
                condition=Q(known_to__isnull=True),
                name="assertion_open_statements",
            ),
        )
