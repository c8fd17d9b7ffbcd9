"""What a page claims, line by line; the register itself must find out which claims agree with it."""

from __future__ import annotations

from cordiale.apps.register.models.known import Version, of, one_open, prose, word


class Claim(Version):
    """One claim. `agrees_with_register` and `explanation` are what a human found: tests expect it, nothing reads it."""

    source = of("Source")
    locator = prose()
    kind = word()
    subject = prose()
    predicate = word()
    object = prose()
    date_or_period = prose()
    agrees_with_register = word()
    explanation = prose()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "claim"
        constraints = (
            one_open("claim", "source", "locator", "kind", "subject", "predicate", "object", "date_or_period"),
        )
