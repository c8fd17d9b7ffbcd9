"""States and organisations: what they are called, where they lie, and how to reach them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cordiale.apps.register.models.known import Identity, Version, WhenField, of, one_open, prose, said_by, word


class Party(Identity):
    """A state or an organisation."""

    class Meta(Identity.Meta):
        """Named for ever."""

        db_table = "party"


class PartyVersion(Version):
    """What a party is."""

    named = of("Party")
    kind = word()
    name = prose()
    iso2 = models.CharField(max_length=2, blank=True, default="")
    iso3 = models.CharField(max_length=3, blank=True, default="")
    valid_from = WhenField()
    valid_to = WhenField()
    note = prose()

    class Meta(Version.Meta):
        """One open version; a state or an organisation."""

        db_table = "party_version"
        constraints = (
            one_open("party", "named"),
            models.CheckConstraint(name="party_kind", condition=Q(kind__in=("state", "organisation"))),
        )


class PartyName(Version):
    """A name of a party, in a language, over a period."""

    party = of("Party")
    name = prose()
    language = prose()
    valid_from = WhenField()
    valid_to = WhenField()
    kind = word()
    source = said_by()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "party_name"
        constraints = (one_open("party_name", "party", "name", "language", "kind", "valid_from"),)


class Region(Identity):
    """A region that parties are grouped in."""

    class Meta(Identity.Meta):
        """Named for ever."""

        db_table = "region"


class RegionVersion(Version):
    """What a region is called."""

    named = of("Region")
    name = prose()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "region_version"
        constraints = (one_open("region", "named"),)


class PartyRegion(Version):
    """A source places a party in a region."""

    party = of("Party")
    region = of("Region")
    source = said_by()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "party_region"
        constraints = (one_open("party_region", "party", "region"),)


class Office(Version):
    """An office of an organisation in a country or with another organisation."""

    code = models.CharField(max_length=60)
    organisation = of("Party")
    party = of("Party")
    name = prose()
    place = prose()
    opened = WhenField()
    closed = WhenField()
    note = prose()
    source = said_by()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "office"
        constraints = (one_open("office", "code"),)


class Contact(Version):
    """How to reach a unit of an organisation."""

    organisation = of("Party")
    unit = prose()
    address = prose()
    kind = word()
    source = said_by()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "contact"
        constraints = (one_open("contact", "organisation", "kind", "unit"),)
