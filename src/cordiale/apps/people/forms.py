"""Turns what people type about people into domain values."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from cordiale.domain.roles import Mandate, Role


class DayField(forms.DateField):
    """A day, yyyy-mm-dd, with the browser's own calendar where it has one."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **options)


def role_names() -> list[tuple[str, Any]]:
    """The roles, as people read them."""
    return [
        (Role.DESK_OFFICER.value, _("Desk officer")),
        (Role.FOCAL_POINT.value, _("Focal point of a party")),
        (Role.PROVIDER.value, _("Provider of activities")),
        (Role.ANALYST.value, _("Analyst")),
        (Role.SECURITY_OFFICER.value, _("Security officer")),
        (Role.AUDITOR.value, _("Auditor")),
        (Role.ADMINISTRATOR.value, _("Administrator")),
    ]


class MandateForm(forms.Form):
    """A role, for whom, from when until when."""

    role = forms.ChoiceField(label=_("Role"), choices=role_names)
    party = forms.ChoiceField(label=_("Party"), required=False, help_text=_("For a focal point only."))
    body = forms.CharField(
        label=_("Body"),
        required=False,
        max_length=200,
        help_text=_("For a provider only: the school, centre or command."),
    )
    until_on = DayField(
        label=_("Until"), required=False, help_text=_("The first day on which it is held no more; empty for no end.")
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("Stands in the ledger for ever: write why, and no names of people."),
    )

    def __init__(self, *args: Any, parties: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["party"].choices = [("", "–"), *parties]  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        """A role that is for somebody names whom."""
        given = super().clean() or {}
        if "role" in given:
            mandate = self.mandate_of(given)
            if mandate.fault:
                self.add_error("party" if Role(given["role"]) is not Role.PROVIDER else "body", mandate.fault)
        return given

    @staticmethod
    def mandate_of(given: dict[str, Any]) -> Mandate:
        """The mandate that was typed."""
        return Mandate(Role(given["role"]), given.get("party", ""), given.get("body", "").strip())

    @property
    def mandate(self) -> Mandate:
        """The mandate, once the form is valid."""
        return self.mandate_of(self.cleaned_data)


class InviteForm(MandateForm):
    """Whom to invite, as what."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    field_order = ("email", "role", "party", "body", "until_on", "reason")


class GrantForm(MandateForm):
    """A further role for somebody who has an account."""

    from_on = DayField(label=_("From"))
    field_order = ("role", "party", "body", "from_on", "until_on", "reason")


class LendForm(forms.Form):
    """Which role of one's own to lend, to whom, for which days."""

    mandate = forms.ChoiceField(label=_("Role"))
    email = forms.EmailField(label=_("To"), max_length=254, help_text=_("The e-mail address of a colleague's account."))
    from_on = DayField(label=_("From"))
    until_on = DayField(label=_("Until"), help_text=_("The first day on which it is lent no more."))
    reason = forms.CharField(label=_("Reason"), max_length=500)

    def __init__(self, *args: Any, own: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["mandate"].choices = own  # type: ignore[attr-defined]  # a ChoiceField


class JoinForm(forms.Form):
    """Who takes an invitation."""

    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters, and none of the passwords that are known to be guessed first."),
    )

    def __init__(self, *args: Any, email: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        if email:
            self.fields["email"].disabled = True
            self.fields["email"].initial = email

    def clean_password(self) -> str:
        """As the rules for passwords demand."""
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class AccessForm(forms.Form):
    """Who asks for access, and what for."""

    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    organisation = forms.CharField(label=_("Ministry, delegation or institution"), max_length=200, required=False)
    reason = forms.CharField(
        label=_("What you need access for"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 5})
    )


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("Stands in the ledger for ever: write why, and no names of people."),
    )


class TokenForm(forms.Form):
    """What a token is for."""

    name = forms.CharField(label=_("What it is for"), max_length=100)
    scope = forms.ChoiceField(
        label=_("What it may do"),
        choices=[("read", _("Read what I may read")), ("act", _("Do all that I may do"))],
    )
    expires_on = DayField(label=_("Holds until"), help_text=_("A year ahead at most."))
