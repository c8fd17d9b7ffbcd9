"""The six answers to "does it take part?" in the reader's words, and how each looks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as lazy

from cordiale.domain.participation import Answer
from cordiale.ui.tables import Cell, Tone

TONES: dict[Answer, Tone] = {
    Answer.IN_FORCE: "ok",
    Answer.SUSPENDED: "warn",
    Answer.UNCLEAR: "info",
    Answer.NOT: "mute",
    Answer.DISPUTED: "stop",
    Answer.NOT_KNOWN: "mute",
}
"""How a status or a standing looks, by what it answers."""

ANSWERS = {
    Answer.IN_FORCE: lazy("In force"),
    Answer.SUSPENDED: lazy("Suspended"),
    Answer.UNCLEAR: lazy("Unclear"),
    Answer.DISPUTED: lazy("Disputed"),
    Answer.NOT: lazy("Not"),
    Answer.NOT_KNOWN: lazy("Not known"),
}
"""The six answers."""


def answer_cell(answer: Answer) -> Cell:
    """An answer as a table shows it and as a download carries it."""
    return Cell(str(ANSWERS[answer]), tone=TONES[answer], value=answer.value)
