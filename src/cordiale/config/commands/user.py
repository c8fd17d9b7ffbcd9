"""Makes accounts from the command line: the first administrator, and whoever is locked out."""

from __future__ import annotations

import json
from datetime import date

import click
from django.urls import reverse

from cordiale.apps.people.reads.held import held_about
from cordiale.apps.people.reads.people import administered
from cordiale.apps.people.writes import erasing
from cordiale.apps.people.writes.erasing import due_on, erase_person
from cordiale.apps.people.writes.grants import BadMandate, LastAdministrator, NoSuchPerson
from cordiale.apps.people.writes.joining import AddressTaken, invite, withdraw_first
from cordiale.apps.people.writes.rescuing import NoSuchAccount, make_password_link
from cordiale.domain import clock
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.viewer import Viewer

BY = Viewer.system("command line")


@click.group()
def user() -> None:
    """Accounts. They are made by invitation: a link that holds for seven days and works once."""


@user.command()
@click.argument("email")
@click.option("--admin", is_flag=True, help="As administrator.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="As what else.")
@click.option("--party", default="", help="Id of the party, for a focal point.")
@click.option("--body", default="", help="Name of the body, for a provider.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The first day on which the role is held no more.")
@click.option(
    "--address", default="http://localhost:8000", show_default=True, help="Where the installation is reached."
)
def create(email: str, admin: bool, role: str | None, party: str, body: str, until: object, address: str) -> None:
    """Invite EMAIL and print the link that makes the account."""
    if admin == (role is not None):
        raise click.ClickException("Say as what: --admin, or --role ROLE.")
    mandate = Mandate(Role.ADMINISTRATOR if admin else Role(role or ""), party, body)
    until_on: date | None = until.date() if until is not None else None  # type: ignore[attr-defined]  # click's datetime
    try:
        _number, secret = invite(
            email=email, mandate=mandate, until_on=until_on, reason="from the command line", by=BY, at=clock.now()
        )
    except (AddressTaken, BadMandate) as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"{address.rstrip('/')}{reverse('invitation', args=[secret])}")


@user.command()
@click.argument("email")
@click.option(
    "--without-second-factor", is_flag=True, help="Remove passkeys, authenticator app and recovery codes, too."
)
@click.option(
    "--address", default="http://localhost:8000", show_default=True, help="Where the installation is reached."
)
def password(email: str, without_second_factor: bool, address: str) -> None:
    """Print a link by which whoever has the account EMAIL chooses a new password, once, within three days."""
    try:
        link = make_password_link(email=email, without_second_factor=without_second_factor, by=BY, at=clock.now())
    except NoSuchAccount as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"{address.rstrip('/')}{link}")


@user.command()
@click.argument("person", type=int)
def export(person: int) -> None:
    """Print everything that is held about PERSON, as JSON."""
    held = held_about(BY, person=person)
    if held is None:
        raise click.ClickException(str(NoSuchPerson(person)))
    click.echo(json.dumps(held, ensure_ascii=False, indent=2))


@user.command()
@click.argument("person", type=int)
@click.option("--reason", required=True, help="The ground in law; stands in the ledger for ever, so no names.")
def erase(person: int, reason: str) -> None:
    """Erase all that is held about PERSON; it cannot be undone. The ledger still verifies."""
    try:
        erase_person(person=person, reason=reason, by=BY, at=clock.now())
    except (LastAdministrator, NoSuchPerson) as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"Erased all that was held about person {person}; the ledger calls them person:{person}.")


@click.group()
def retention() -> None:
    """Personal data that were kept for their time (see docs/reference/personal-data.md)."""


@retention.command()
@click.option("--dry-run", is_flag=True, help="Print how much would be erased; erase nothing.")
def run(dry_run: bool) -> None:
    """Erase personal data that were kept for their time; to be run daily."""
    at = clock.now()
    done = due_on(BY, at=at) if dry_run else erasing.run(by=BY, at=at)
    for key, count in done.items():
        click.echo(f"{key}: {count:,} {'would be ' if dry_run else ''}erased")


def first_link(address: str) -> str:
    """A link that makes the first administrator; "" when somebody has an account. Earlier ones hold no longer."""
    if administered(BY):
        return ""
    at = clock.now()
    withdraw_first(by=BY, at=at)
    _number, secret = invite(
        email="", mandate=Mandate(Role.ADMINISTRATOR), until_on=None, reason="first start", by=BY, at=at
    )
    return f"{address}{reverse('invitation', args=[secret])}"
