"""Lets somebody in again who lost the password or the second factor; for whoever has a shell on the machine."""

from __future__ import annotations

from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.urls import reverse

from cordiale.apps.ledger.writes import entry
from cordiale.apps.people.models import Person
from cordiale.apps.people.reads.viewers import name_of
from cordiale.domain.viewer import Viewer, require


class NoSuchAccount(LookupError):
    """There is no open account of this address."""

    code = "no-such-account"

    def __init__(self) -> None:
        super().__init__("There is no open account of this address.")


def make_password_link(*, email: str, without_second_factor: bool, by: Viewer, at: datetime) -> str:
    """Make a link by which the holder of an account chooses a new password, once, within three days.

    Args:
        email: address of the account.
        without_second_factor: whether its passkeys, authenticator app and recovery codes are removed.

    Returns:
        The path of the link; it is kept nowhere.

    Raises:
        NotPermitted, NoSuchAccount.
    """
    require(by, "people.grant")
    person = Person.objects.filter(email__iexact=email, is_active=True).first()
    if person is None:
        raise NoSuchAccount
    with entry(by=by, at=at, verb="people.password-link-made", subject=name_of(person.pk)) as change:
        removed = Authenticator.objects.filter(user=person).delete()[0] if without_second_factor else 0
        change.record({"password link": person.pk, "second factors removed": removed}, register=True)
    held = {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}
    return reverse("account_reset_password_from_key", kwargs=held)
