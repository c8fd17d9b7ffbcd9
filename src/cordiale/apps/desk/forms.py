"""Turns what people type at the desk into edits of the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from cordiale.domain.editing import Assert, Correct, Decide, Define, Edit, End, Rank, Retract
from cordiale.domain.participation import Scope, StartKind, Statement
from cordiale.domain.period import EndsBeforeItStarts, ImpossibleDate, Period, When, parse_when
from cordiale.engines.packs.tables import TABLES
from cordiale.engines.workbooks.columns import Layout
from cordiale.engines.workbooks.comparing import Changed, New, Outcome, Removed
from cordiale.engines.workbooks.encodings import ENCODINGS
from cordiale.engines.workbooks.mapping import Question

Choices = Sequence[tuple[str, Any]]


class Said(Protocol):
    """A statement of the register, as far as an editor needs it; both ends as written, "" for none."""

    @property
    def assertion(self) -> int:
        """Its number."""

    @property
    def source(self) -> str:
        """Id of the source."""

    @property
    def scope(self) -> str:
        """What it is about."""

    @property
    def valid_to(self) -> str:
        """When it was over."""


@dataclass(frozen=True)
class Known:
    """What the register knows, to choose from: id and name, in the order in which people look for them."""

    parties: Choices
    frameworks: Choices
    sources: Choices
    statuses: Choices
    suspending: Choices


class WhenField(forms.CharField):
    """A date of any precision."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", lazy("A day, month or year: 2026-11-26, 2026-11 or 2026; empty if not known."))
        super().__init__(max_length=40, **options)

    def clean(self, value: Any) -> When:
        """The date."""
        text = super().clean(value)
        try:
            return parse_when(text)
        except ImpossibleDate as refusal:
            raise forms.ValidationError(str(refusal)) from None


def scopes() -> Choices:
    """What a status is about."""
    return [
        (Scope.ALL.value, _("all of it")),
        (Scope.PRACTICAL.value, _("practical cooperation")),
        (Scope.POLITICAL.value, _("political cooperation")),
    ]


def start_kinds() -> Choices:
    """What a source knows of the start."""
    return [
        (StartKind.ENTRY.value, _("the entry: it took no part before")),
        (StartKind.CHANGE.value, _("a change of status")),
        (StartKind.ATTESTED.value, _("only that it was so by then")),
        (StartKind.UNKNOWN.value, _("nothing")),
    ]


class EditForm(forms.Form):
    """An edit; what it is about stands in the address of its page."""

    title: ClassVar[Any]
    lead: ClassVar[Any] = ""

    def __init__(self, *args: Any, known: Known, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, choices in (
            ("party", known.parties),
            ("framework", known.frameworks),
            ("source", known.sources),
            ("end_source", [("", "–"), *known.sources]),
            ("status", known.statuses),
        ):
            if name in self.fields and isinstance(self.fields[name], forms.ChoiceField):
                self.fields[name].choices = choices  # type: ignore[attr-defined]  # as just looked up

    def edits(self, *, at: datetime, said: Sequence[Said]) -> list[Edit]:
        """The edits that were typed.

        Args:
            at: what "this moment" means.
            said: what is said now of the party in the framework that the form names.
        """
        raise NotImplementedError


class _StatementForm(EditForm):
    party = forms.ChoiceField(label=lazy("Country or organisation"))
    framework = forms.ChoiceField(label=lazy("Framework"))
    status = forms.ChoiceField(label=lazy("Status"))
    scope = forms.ChoiceField(label=lazy("About"), choices=scopes)
    valid_from = WhenField(label=lazy("From"), required=False)
    start_kind = forms.ChoiceField(label=lazy("The source knows of this start"), choices=start_kinds, required=False)
    valid_to = WhenField(
        label=lazy("Over on"),
        required=False,
        help_text=lazy("The first day on which it was so no more; empty while it goes on."),
    )
    source = forms.ChoiceField(label=lazy("Source"))
    end_source = forms.ChoiceField(label=lazy("Source of the end"), required=False)
    locator = forms.CharField(label=lazy("Place in the source"), required=False, max_length=500)
    note = forms.CharField(
        label=lazy("Note"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors:
            try:
                self.statement = _statement(given)
            except EndsBeforeItStarts as refusal:
                self.add_error("valid_to", str(refusal))
        return given


def _statement(given: dict[str, Any]) -> Statement:
    end: When = given["valid_to"]
    return Statement(
        party=given["party"],
        framework=given["framework"],
        status=given["status"],
        scope=Scope(given["scope"]),
        start_kind=StartKind(given["start_kind"]),
        period=Period(given["valid_from"], end if end.text else None),
        source=given["source"],
        end_source=given["end_source"],
        locator=given["locator"],
        note=given["note"],
    )


class AssertForm(_StatementForm):
    """What a source says anew."""

    title = lazy("Record a statement")
    lead = lazy("A source says that a party has a status in a framework over a period.")

    def edits(self, *, at: datetime, said: Sequence[Said]) -> list[Edit]:
        """A new statement."""
        return [Assert(self.statement)]


class CorrectForm(_StatementForm):
    """What takes the place of a statement that was wrong."""

    title = lazy("Correct a statement")
    lead = lazy("We were wrong about what the source says. Yesterday's answers, as known then, stay as they were.")
    assertion = forms.IntegerField(label=lazy("Number of the statement"), min_value=1)
    field_order = ("assertion",)

    def edits(self, *, at: datetime, said: Sequence[Said]) -> list[Edit]:
        """The correction."""
        return [Correct(self.cleaned_data["assertion"], self.statement)]


class EndForm(EditForm):
    """When a status stopped."""

    title = lazy("Record an end")
    lead = lazy("The world changed: what was so until now stopped.")
    assertion = forms.IntegerField(label=lazy("Number of the statement"), min_value=1)
    on = WhenField(label=lazy("Over on"), help_text=lazy("The first day on which it was so no more."))
    source = forms.ChoiceField(label=lazy("Source of the end"))

    def edits(self, *, at: datetime, said: Sequence[Said]) -> list[Edit]:
        """The end."""
        given = self.cleaned_data
        return [End(given["assertion"], given["on"], given["source"])]


class RetractForm(EditForm):
    """A statement that should never have been made."""

    title = lazy("Retract a statement")
    lead = lazy("It should never have been made: the source does not say so. Nothing takes its place.")
    assertion = forms.IntegerField(label=lazy("Number of the statement"), min_value=1)

    def edits(self, *, at: datetime, said: Sequence[Said]) -> list[Edit]:
        """The retraction."""
        return [Retract(self.cleaned_data["assertion"])]


class DecideForm(EditForm):
    """Whose side the desk takes."""

    title = lazy("Decide a conflict")
    lead = lazy(
        "The desk takes the side of one statement. The others stay visible; the decision is a source of its own, and "
        "can be retracted like any statement."
    )
    assertion = forms.IntegerField(label=lazy("Number of the statement that shall count"), min_value=1)

    def edits(self, *, at: datetime, said: Sequence[Said]) -> list[Edit]:
        """The decision."""
        return [Decide(self.cleaned_data["assertion"])]


class RankForm(EditForm):
    """How much a source counts."""

    title = lazy("Re-rank a source")
    lead = lazy("Of two sources that differ, the one of higher precedence counts.")
    source = forms.ChoiceField(label=lazy("Source"))
    precedence = forms.IntegerField(label=lazy("Precedence"), min_value=0, max_value=100, help_text=lazy("0 to 100."))

    def edits(self, *, at: datetime, said: Sequence[Said]) -> list[Edit]:
        """The new rank."""
        return [Rank(self.cleaned_data["source"], self.cleaned_data["precedence"])]


class DefineForm(EditForm):
    """What a group means."""

    title = lazy("Define a group")
    lead = lazy("A name for an audience, to be used in other audiences and on the map.")
    group = forms.RegexField(
        r"^[a-z0-9]+(?:[.-][a-z0-9]+)*$",
        label=lazy("Id"),
        max_length=60,
        help_text=lazy("Lower-case letters, digits and hyphens: black-sea-partners."),
    )
    group_title = forms.CharField(label=lazy("Name"), max_length=200)
    audience = forms.CharField(
        label=lazy("Who belongs to it"),
        max_length=1_000,
        help_text=lazy("Frameworks, parties and groups, joined by commas; what follows “except” is taken away."),
    )

    def edits(self, *, at: datetime, said: Sequence[Said]) -> list[Edit]:
        """The definition."""
        given = self.cleaned_data
        return [Define(given["group"], given["group_title"], given["audience"])]


class SuspendForm(EditForm):
    """Whom to suspend, where, on which ground, from when."""

    title = lazy("Suspend a party")
    lead = lazy("From that day or moment on, nothing that asks for good standing is open to the party.")
    party = forms.ChoiceField(label=lazy("Country or organisation"))
    framework = forms.ChoiceField(label=lazy("Framework"))
    suspension = forms.ChoiceField(label=lazy("Status"))
    scope = forms.ChoiceField(label=lazy("About"), choices=scopes)
    valid_from = WhenField(
        label=lazy("From the day"),
        required=False,
        help_text=lazy("Empty for this moment: from the second it is recorded."),
    )
    source = forms.ChoiceField(label=lazy("Source"), help_text=lazy("The decision that suspends."))
    ground = forms.CharField(label=lazy("Ground"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))
    locator = forms.CharField(label=lazy("Place in the source"), required=False, max_length=500)

    def __init__(self, *args: Any, known: Known, **options: Any) -> None:
        super().__init__(*args, known=known, **options)
        self.fields["suspension"].choices = known.suspending  # type: ignore[attr-defined]  # a ChoiceField

    def edits(self, *, at: datetime, said: Sequence[Said]) -> list[Edit]:
        """The suspension, from a day or from this moment; where its source said otherwise so far, that ends then."""
        given = self.cleaned_data
        start: When = given["valid_from"]
        if not start.text:
            start = parse_when(at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        statement = Statement(
            party=given["party"],
            framework=given["framework"],
            status=given["suspension"],
            scope=Scope(given["scope"]),
            start_kind=StartKind.CHANGE,
            period=Period(start),
            source=given["source"],
            locator=given["locator"],
            note=given["ground"],
        )
        ends = [
            End(one.assertion, start, statement.source)
            for one in said
            if (one.source, one.scope) == (statement.source, statement.scope) and not one.valid_to
        ]
        return [*ends, Assert(statement)]


FORMS: dict[str, type[EditForm]] = {
    "suspend": SuspendForm,
    "assert": AssertForm,
    "end": EndForm,
    "correct": CorrectForm,
    "retract": RetractForm,
    "decide": DecideForm,
    "rank": RankForm,
    "define": DefineForm,
}
"""The editors, by the word in their address."""


class RecordForm(forms.Form):
    """Why an edit is made."""

    reason = forms.CharField(
        label=lazy("Reason"),
        max_length=1_000,
        help_text=lazy("Stands in the ledger for ever: write why, and no names of people."),
    )


class DecisionForm(forms.Form):
    """What is decided about a proposal, and why."""

    decision = forms.CharField(label=lazy("Remark"), max_length=1_000, required=False)


class UploadForm(forms.Form):
    """A file to send in."""

    table = forms.ChoiceField(label=lazy("Table"), choices=lambda: UploadForm.tables())
    file = forms.FileField(
        label=lazy("File"), help_text=lazy("A workbook (.xlsx) or a table as text (.csv); 16 MiB at most.")
    )

    @staticmethod
    def tables() -> list[tuple[str, str]]:
        """The tables of the register, statements first."""
        names = [table.name for table in TABLES]
        names.sort(key=lambda name: name != "participation")
        return [(name, name.replace("_", " ").capitalize()) for name in names]


class EncodingForm(forms.Form):
    """In which encoding a text file is read."""

    encoding = forms.ChoiceField(label=lazy("Encoding"), choices=[(name, one.label) for name, one in ENCODINGS.items()])


class ColumnsForm(forms.Form):
    """For each of our columns the column of the file, or one value for every row."""

    def __init__(
        self, *args: Any, headings: Sequence[str], layout: Layout, suggested: Mapping[str, str], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self._layout = layout
        choices = [("", _("none")), *((heading, heading) for heading in headings)]
        for column in layout.columns:
            self.fields[f"column-{column.name}"] = forms.ChoiceField(
                label=column.label,
                choices=choices,
                required=False,
                initial=suggested.get(column.name, ""),
                help_text=column.says,
            )
            self.fields[f"fixed-{column.name}"] = forms.CharField(
                label=_("%(column)s: one value for every row") % {"column": column.label},
                required=False,
                max_length=200,
                help_text=_("Where the file has no such column."),
            )

    def clean(self) -> dict[str, Any]:
        """Each heading once, and no column both mapped and fixed; what is needed is there."""
        given = super().clean() or {}
        taken: set[str] = set()
        for column in self._layout.columns:
            theirs, fixed = given.get(f"column-{column.name}", ""), given.get(f"fixed-{column.name}", "")
            if theirs and fixed:
                self.add_error(f"fixed-{column.name}", _("Choose a column or one value, not both."))
            if theirs in taken:
                self.add_error(f"column-{column.name}", _("This column of the file is taken already."))
            taken |= {theirs} - {""}
            if column.needed and not theirs and not fixed:
                self.add_error(f"column-{column.name}", _("Every row needs it: choose a column or one value."))
        return given

    def columns(self) -> dict[str, str]:
        """Their heading to our column."""
        given = self.cleaned_data
        names = [column.name for column in self._layout.columns]
        return {given[f"column-{name}"]: name for name in names if given[f"column-{name}"]}

    def fixed(self) -> dict[str, str]:
        """Our column to its one value."""
        given = self.cleaned_data
        names = [column.name for column in self._layout.columns]
        return {name: given[f"fixed-{name}"] for name in names if given[f"fixed-{name}"]}


class WordsForm(forms.Form):
    """For each of their words, ours."""

    def __init__(self, *args: Any, questions: Sequence[Question], layout: Layout, **options: Any) -> None:
        super().__init__(*args, **options)
        self._questions = list(questions)
        columns = {column.name: column for column in layout.columns}
        for place, asked in enumerate(self._questions):
            column = columns[asked.column]
            near = [(one, one) for one in asked.suggestions]
            others = [(one, one) for one in column.choices or () if one not in asked.suggestions]
            empty = [] if column.needed else [("", _("nothing"))]
            self.fields[f"word-{place}"] = forms.ChoiceField(
                label=f"{column.label}: {asked.theirs}",
                choices=[*near, *empty, *others],
                required=column.needed,
                help_text=_("First in %(place)s; %(times)s times in all.")
                % {"place": asked.place, "times": asked.times},
            )

    def answers(self) -> dict[tuple[str, str], str]:
        """Column and their word to ours."""
        return {
            (asked.column, asked.theirs): self.cleaned_data[f"word-{place}"]
            for place, asked in enumerate(self._questions)
        }


class LinesField(forms.Field):
    """Numbers of lines of a file, as ticked."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[int]:
        """The numbers, in order; what is none is left out."""
        return sorted({int(one) for one in value or () if str(one).isascii() and str(one).isdecimal()})


class ChooseForm(forms.Form):
    """Which rows of a file to write, and why."""

    ticked_lines = LinesField(required=False)
    for_the_file = LinesField(required=False)
    beyond = forms.BooleanField(required=False)
    reason = forms.CharField(
        label=lazy("Reason"),
        max_length=1_000,
        help_text=lazy("Stands in the ledger for ever: write why, and no names of people."),
    )

    def ticked(self, outcomes: Sequence[Outcome]) -> set[int]:
        """The lines to tick on the page: what was ticked, or at first all that can be taken."""
        if self.is_bound and self.is_valid():
            return set(self.cleaned_data["ticked_lines"])
        return {one.line for one in outcomes if isinstance(one, New | Changed | Removed)}

    def lines(self, outcomes: Sequence[Outcome], *, shown: int) -> list[int]:
        """The lines to take: those ticked, and those beyond what the page shows where that was asked for."""
        takeable = [one.line for one in outcomes if isinstance(one, New | Changed | Removed)]
        beyond = set(takeable[shown:]) if self.cleaned_data["beyond"] else set()
        return [line for line in takeable if line in beyond or line in self.cleaned_data["ticked_lines"]]
