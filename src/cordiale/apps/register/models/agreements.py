"""What parties signed and decided: agreements, who signed them, what they grant, policies, instruments."""

from __future__ import annotations

from cordiale.apps.register.models.known import (
    CodesField,
    Identity,
    Version,
    WhenField,
    of,
    one_open,
    prose,
    said_by,
    word,
)


class Agreement(Identity):
    """A treaty, declaration, charter or arrangement."""

    class Meta(Identity.Meta):
        """Named for ever."""

        db_table = "agreement"


class AgreementVersion(Version):
    """What an agreement is; `parties` are ids of parties or frameworks."""

    named = of("Agreement")
    title = prose()
    kind = word()
    date = WhenField()
    place = prose()
    parties = CodesField()
    source = said_by()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "agreement_version"
        constraints = (one_open("agreement", "named"),)


class Signature(Version):
    """Somebody signed an agreement for a party."""

    agreement = of("Agreement")
    office = prose()
    person = prose()
    organisation = of("Party")
    date = WhenField()
    source = said_by()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "signature"
        constraints = (one_open("signature", "agreement", "organisation", "office", "person", "source"),)


class Entitlement(Version):
    """What an agreement entitles a party, or all in a framework, to."""

    agreement = of("Agreement")
    beneficiary = word()
    what = prose()
    valid_from = WhenField()
    valid_to = WhenField()
    source = said_by()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "entitlement"
        constraints = (one_open("entitlement", "agreement", "beneficiary", "what", "source"),)


class Policy(Identity):
    """A decision that shapes the partnerships."""

    class Meta(Identity.Meta):
        """Named for ever."""

        db_table = "policy"


class PolicyVersion(Version):
    """What a policy says and which it develops."""

    named = of("Policy")
    title = prose()
    date = WhenField()
    place = prose()
    develops = of("Policy", optional=True)
    summary = prose()
    source = said_by()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "policy_version"
        constraints = (one_open("policy", "named"),)


class FrameworkPolicy(Version):
    """A policy governs a framework."""

    framework = of("Framework")
    policy = of("Policy")
    source = said_by()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "framework_policy"
        constraints = (one_open("framework_policy", "framework", "policy"),)


class Instrument(Identity):
    """A document between the organisation and one party."""

    class Meta(Identity.Meta):
        """Named for ever."""

        db_table = "instrument"


class InstrumentVersion(Version):
    """What an instrument is, when it held and what it replaced."""

    named = of("Instrument")
    party = of("Party")
    type = word()
    title = prose()
    signed_or_agreed = WhenField()
    valid_from = WhenField()
    valid_to = WhenField()
    supersedes = of("Instrument", optional=True)
    source = said_by()
    note = prose()

    class Meta(Version.Meta):
        """One open version."""

        db_table = "instrument_version"
        constraints = (one_open("instrument", "named"),)
