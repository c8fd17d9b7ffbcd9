"""Turns what people type about documents into domain values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from cordiale.apps.sharing.writes.acknowledging import LONGEST_NOTE
from cordiale.domain.period import (
    BadMoment,
    DayOutOfReach,
    ImpossibleDate,
    Precision,
    When,
    parse_when,
    read_moment,
)
from cordiale.domain.sharing import Kind

Choices = Sequence[tuple[str, Any]]

KIND_NAMES: dict[Kind, Any] = {
    Kind.PAPER: _("Paper"),
    Kind.MINUTES: _("Minutes"),
    Kind.REPORT: _("Report"),
    Kind.LESSON: _("Lesson"),
    Kind.BEST_PRACTICE: _("Best practice"),
    Kind.ADVICE: _("Advice"),
    Kind.REFORM_ASSESSMENT: _("Reform assessment"),
    Kind.CYBER_THREAT: _("Cyber-threat item"),
}


class DatedField(forms.CharField):
    """A date of any precision that says at least a year."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=40, **options)

    def clean(self, value: Any) -> When:
        """The date."""
        text = super().clean(value)
        try:
            when = parse_when(text)
        except ImpossibleDate as refusal:
            raise forms.ValidationError(str(refusal)) from None
        if when.precision not in (Precision.DAY, Precision.MONTH, Precision.YEAR):
            raise forms.ValidationError(
                _("A document is dated by a day, a month or a year: 2026-11-26, 2026-11, 2026.")
            )
        return when


class Files(forms.ClearableFileInput):
    """Takes several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, or none."""

    widget = Files

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """The files as they were sent."""
        one = super().clean
        given = data if isinstance(data, (list, tuple)) else [data]
        return [one(each, initial) for each in given if each]


class LabelForm(forms.Form):
    """Who may read."""

    level = forms.ChoiceField(label=_("Level"))
    release = forms.CharField(
        label=_("Releasable to"),
        required=False,
        max_length=2_000,
        help_text=_(
            "Frameworks, countries and groups, as a marking names them; who is left out stands after except. "
            "Empty: the home audience only."
        ),
    )
    group = forms.ChoiceField(label=_("Need to know"), required=False)

    def __init__(self, *args: Any, levels: Choices, groups: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["level"].choices = list(levels)  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["group"].choices = [("", _("Everybody in the audience")), *groups]  # type: ignore[attr-defined]  # as above


class DocumentForm(forms.Form):
    """What a document is."""

    is_multipart_form = True

    kind = forms.ChoiceField(label=_("Kind"), choices=lambda: [(kind.value, name) for kind, name in KIND_NAMES.items()])
    title = forms.CharField(label=_("Title"), max_length=300)
    summary = forms.CharField(
        label=_("Summary"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    originator = forms.ChoiceField(label=_("Originator"), help_text=_("The party it comes from."))
    dated = DatedField(label=_("Date"), help_text=_("A day, month or year: 2026-11-26, 2026-11 or 2026."))
    language = forms.RegexField(
        label=_("Language"),
        regex=r"^[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8})?$",
        initial="en",
        help_text=_("Its tag: en, fr, uk."),
    )
    controlled = forms.BooleanField(
        label=_("Controlled by the originator"),
        required=False,
        help_text=_("Released to others only with the originator's recorded consent."),
    )
    parties = forms.CharField(
        label=_("About countries and organisations"),
        required=False,
        max_length=500,
        help_text=_("Ids with commas between."),
    )
    frameworks = forms.CharField(
        label=_("About frameworks"), required=False, max_length=500, help_text=_("Ids with commas between.")
    )
    instruments = forms.CharField(
        label=_("About instruments"), required=False, max_length=500, help_text=_("Ids with commas between.")
    )
    meetings = forms.CharField(
        label=_("About meetings"),
        required=False,
        max_length=500,
        help_text=_("Id of the body and day, with commas between meetings."),
    )
    keep = forms.MultipleChoiceField(label=_("Files to keep"), required=False, widget=forms.CheckboxSelectMultiple)
    sent = FilesField(
        label=_("Files"),
        required=False,
        help_text=_(
            "PDF, Word, Excel, PowerPoint, OpenDocument, text, CSV, Markdown, PNG, JPEG; "
            "STIX 2.1 as .json for a cyber-threat item."
        ),
    )

    def __init__(self, *args: Any, originators: Choices, kept: Sequence[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["originator"].choices = list(originators)  # type: ignore[attr-defined]  # a ChoiceField
        if kept:
            self.fields["keep"].choices = [(name, name) for name in kept]  # type: ignore[attr-defined]  # as above
            self.fields["keep"].initial = list(kept)
        else:
            del self.fields["keep"]


class LabelFileForm(forms.Form):
    """A label that another system sent."""

    label_file = forms.FileField(
        label=_("Or take a label as XML"), help_text=_("As other systems send it, in the style of STANAG 4774.")
    )


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("Where a second person decides it stands in the public ledger: write nothing of the document."),
    )


class ConsentForm(forms.Form):
    """To whom an originator agrees that a document goes."""

    release = forms.CharField(
        label=_("May be released to"),
        max_length=2_000,
        help_text=_("Frameworks, countries and groups, as a marking names them."),
    )


class RemarkForm(forms.Form):
    """A remark to the originator."""

    text = forms.CharField(label=_("Remark"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}))


class MomentForm(forms.Form):
    """A moment to ask about; empty for now."""

    at = forms.CharField(
        label=_("Moment"),
        required=False,
        max_length=40,
        help_text=_(
            "A day, 2026-11-24, for its end; or a moment with its zone, 2026-11-24T14:00:00+01:00. Empty for now."
        ),
    )

    def __init__(self, *args: Any, zone: ZoneInfo, **options: Any) -> None:
        super().__init__(*args, **options)
        self.zone = zone

    def clean_at(self) -> datetime | None:
        """The text as a moment."""
        text: str = self.cleaned_data["at"].strip()
        try:
            return read_moment(text, self.zone) if text else None
        except (BadMoment, DayOutOfReach) as refusal:
            raise forms.ValidationError(str(refusal)) from None


class PartyForm(MomentForm):
    """A party and a moment."""

    party = forms.ChoiceField(label=_("Party"))
    field_order = ("party", "at")

    def __init__(self, *args: Any, parties: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["party"].choices = list(parties)  # type: ignore[attr-defined]  # a ChoiceField


class NoteForm(forms.Form):
    """What was done about an exposure."""

    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What was done about it. Auditors and security officers read it; write no names of people."),
    )


class _PersonForm(forms.Form):
    """About somebody with an open account."""

    person = forms.TypedChoiceField(label=_("Person"), coerce=int)

    def __init__(self, *args: Any, people: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["person"].choices = list(people)  # type: ignore[attr-defined]  # a ChoiceField


def _why() -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("Stands in the public ledger for ever: write why, and no names of people."),
    )


class ClearForm(_PersonForm):
    """A clearance."""

    level = forms.ChoiceField(label=_("Level"), required=False)
    reason = _why()

    def __init__(self, *args: Any, levels: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["level"].choices = [("", _("No clearance")), *levels]  # type: ignore[attr-defined]  # as above


class KnowForm(_PersonForm):
    """Somebody, and a group that needs to know."""

    group = forms.ChoiceField(label=_("Group"))
    reason = _why()

    def __init__(self, *args: Any, groups: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["group"].choices = list(groups)  # type: ignore[attr-defined]  # as above


class GroupForm(forms.Form):
    """A group that needs to know."""

    code = forms.SlugField(label=_("Id"), max_length=60, help_text=_("Lower-case letters, digits and hyphens."))
    title = forms.CharField(label=_("Name"), max_length=200)
    reason = _why()
