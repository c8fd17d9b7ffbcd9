"""What an identity provider says of a person, and which roles follow from it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from cordiale.domain.roles import FOR_A_BODY, FOR_A_PARTY, Mandate, Role


@dataclass(frozen=True)
class Identity:
    """A person as an identity provider knows them.

    Args:
        provider: which identity provider.
        subject: what it calls the person, for ever; all else may change.
        name: how the person is called; "" where it does not say.
        email: address of the person; "" where it does not say.
        email_verified: whether it vouches that the address is the person's.
        roles: the values of the claim that holds roles.
        parties: the values of the claim that holds parties.
    """

    provider: str
    subject: str
    name: str = ""
    email: str = ""
    email_verified: bool = False
    roles: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offered:
    """The roles that follow from an identity, and the parties it names that the register does not know."""

    mandates: frozenset[Mandate]
    unknown_parties: tuple[str, ...] = ()


def offered(identity: Identity, *, parties: Collection[str]) -> Offered:
    """The roles that an identity gives.

    A value that is the name of a role gives it, whatever its case, with "-" or "_" for a space; other values mean
    something to others. A role for a party is given for each party named that the register knows. A role for a body is
    never given: no claim names one.

    Args:
        identity: what the provider says.
        parties: ids of the parties of the register.
    """
    named = {role for value in identity.roles if (role := _role(value)) is not None}
    plain = {Mandate(role) for role in named - FOR_A_PARTY - FOR_A_BODY}
    codes = [value.strip().lower() for value in identity.parties]
    for_parties = {Mandate(role, code) for role in named & FOR_A_PARTY for code in codes if code in parties}
    unknown = sorted({code for code in codes if code not in parties}) if named & FOR_A_PARTY else []
    return Offered(frozenset(plain | for_parties), tuple(unknown))


def _role(value: str) -> Role | None:
    """The role that a value names; None where it names none."""
    said = " ".join(value.lower().replace("-", " ").replace("_", " ").split())
    return Role(said) if said in set(Role) else None
