"""Timelines of participation: bars from what the engine knows, the same as a table, and as pictures to take away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from cordiale.apps.register.exports.maps import colour
from cordiale.apps.register.exports.tables import Showing
from cordiale.apps.register.reads.asking import SEATS
from cordiale.apps.register.reads.exploring import Line, Span
from cordiale.domain.participation import Answer
from cordiale.domain.period import FIRST_DAY, NEVER_DAY
from cordiale.ui.answers import ANSWERS, TONES
from cordiale.ui.dates import day_shown
from cordiale.ui.pages import File
from cordiale.ui.tables import Cell, Column, Table
from cordiale.ui.timelines import Bar, Group, Mark, Row, Timeline

BARS = {
    Answer.IN_FORCE: "in-force",
    Answer.SUSPENDED: "suspended",
    Answer.UNCLEAR: "unclear",
    Answer.DISPUTED: "disputed",
}

LEGEND = (
    ("in-force", lazy("In force")),
    ("possible", lazy("Possibly: the dates leave it open")),
    ("suspended", lazy("Suspended")),
    ("unclear", lazy("Unclear")),
    ("disputed", lazy("Sources of the same weight differ")),
    ("nothing-known", lazy("Not known whether it took part")),
)
"""What the bars mean."""


def timeline(
    show: Showing, found: Sequence[Line], *, by: str, on: date, established: Mapping[str, date], last: date
) -> Timeline:
    """A timeline of some pairs.

    Args:
        by: "framework" or "country": what the headings are.
        on: the day asked about.
        established: id of a framework to the day it began, where that is known.
        last: where the axis ends at the latest.
    """
    groups: dict[str, list[Row]] = {}
    begins = [span.begins for line in found for span in line.spans if _drawn(span) and span.begins > FIRST_DAY]
    first = min([*begins, *established.values()], default=date(on.year - 1, 1, 1))
    for line in sorted(found, key=_order(show, by, [line.framework for line in found])):
        party = show.labels.name(("parties",), line.party)
        framework = show.labels.name(("frameworks",), line.framework)
        heading, label = (framework, party) if by == "framework" else (party, framework)
        bars = tuple(_bar(span) for span in _known_part(line) if _drawn(span))
        if not bars:
            continue  # only ever invited, or out
        groups.setdefault(heading, []).append(Row(label, colour(show.manifest, line.framework), bars))
    marks = [Mark(day, show.labels.name(("frameworks",), code)) for code, day in established.items()]
    return Timeline(
        [Group(heading, tuple(rows)) for heading, rows in groups.items()],
        first=first,
        last=last,
        on=on,
        on_text=day_shown(on),
        marks=marks if by == "framework" or len(marks) < 12 else (),
    )


def _order(show: Showing, by: str, frameworks: Sequence[str]) -> Callable[[Line], tuple[object, ...]]:
    places = {code: place for place, code in enumerate(dict.fromkeys(frameworks))}
    if by == "framework":
        return lambda line: (places[line.framework], show.labels.name(("parties",), line.party))
    return lambda line: (show.labels.name(("parties",), line.party), places[line.framework])


def _known_part(line: Line) -> tuple[Span, ...]:
    """Without what is not known before the first word and after the last: that would be lines without end."""
    spans = list(line.spans)
    while spans and spans[0].begins == FIRST_DAY and spans[0].answer is Answer.NOT_KNOWN and not spans[0].possible:
        spans.pop(0)
    while spans and spans[-1].ends == NEVER_DAY and spans[-1].answer is Answer.NOT_KNOWN and not spans[-1].possible:
        spans.pop()
    return tuple(spans)


def _drawn(span: Span) -> bool:
    """Whether a stretch is drawn: a seat, a possible seat, or nothing known; not what certainly is none."""
    return span.answer in SEATS or span.possible in SEATS or span.answer is Answer.NOT_KNOWN


def _bar(span: Span) -> Bar:
    if span.answer in SEATS:
        state = BARS[span.answer] if span.possible is None or span.answer is not Answer.IN_FORCE else "possible"
    else:
        state = "possible" if span.possible in SEATS else "nothing-known"
    return Bar(span.begins, span.ends, state, f"{_stretch(span)}: {_answer(span)}")


def _answer(span: Span) -> str:
    said = str(ANSWERS[span.answer])
    return said if span.possible is None else _("%(one)s or %(other)s") % {"one": said, "other": _word(span.possible)}


def _word(answer: Answer) -> str:
    return str(ANSWERS[answer])


def _stretch(span: Span) -> str:
    first = "" if span.begins == FIRST_DAY else day_shown(span.begins)
    last = "" if span.ends == NEVER_DAY else day_shown(span.ends - timedelta(days=1))
    if first and last:
        return _("%(first)s to %(last)s") % {"first": first, "last": last}
    if first:
        return _("from %(first)s") % {"first": first}
    return _("until %(last)s") % {"last": last} if last else _("at any time")


def span_table(show: Showing, found: Sequence[Line], *, about: Sequence[str], query: str) -> Table:
    """The stretches of a timeline as rows.

    Args:
        about: which columns name what a row is about: party, framework or both, in this order.
        query: what to ask the page that explains a stretch beside its day: "?known=2", or "".
    """
    heads = {
        "party": Column("party", _("Country or organisation")),
        "framework": Column("framework", _("Framework")),
    }
    columns = (
        *(heads[name] for name in about),
        Column("standing", _("Standing")),
        Column("possible", _("Or possibly"), help=_("Where the dates leave another answer open, the mildest of them.")),
        Column("first_day", _("First day"), kind="date"),
        Column("last_day", _("Last day"), kind="date", help=_("Empty while no end is known.")),
        Column("why", _("Why")),
    )
    rows = tuple(
        (
            *(_about(show, line)[name] for name in about),
            Cell(_word(span.answer), tone=TONES[span.answer], value=span.answer.value),
            Cell(_word(span.possible), value=span.possible.value) if span.possible else Cell(),
            _day(span.begins),
            _day(span.ends - timedelta(days=1)) if span.ends < NEVER_DAY else Cell(),
            Cell(_("explain"), href=_explained(line, span, query), value=""),
        )
        for line in found
        for span in _known_part(line)
        if _drawn(span)
    )
    return Table(
        "spans",
        _("The same in a table"),
        columns,
        rows,
        help=_("One row for each stretch over which nothing changes. Stretches without participation are left out."),
        empty=_("No source speaks of it."),
    )


def _about(show: Showing, line: Line) -> dict[str, Cell]:
    return {
        "party": show.reference(("parties",), line.party),
        "framework": show.reference(("frameworks",), line.framework),
    }


def _day(day: date) -> Cell:
    return Cell() if day == FIRST_DAY else Cell(day_shown(day), value=day.isoformat())


def _explained(line: Line, span: Span, query: str) -> str:
    """The page of the standing on the first day of a stretch; of one without a beginning, on a day of our times."""
    on = span.begins if span.begins > FIRST_DAY else min(date(1900, 1, 1), span.ends - timedelta(days=1))
    kept = f"&{query[1:]}" if query else ""
    return f"{reverse('standing', args=[line.party, line.framework])}?on={on.isoformat()}{kept}"


def timeline_files(drawn: Timeline, *, title: str, description: str, lines: Sequence[str], fonts: Path) -> list[File]:
    """The timeline as files: SVG with its colours in it, and PNG made from that.

    Args:
        lines: what stands below: legend, where it comes from.
        fonts: folder of the fonts to draw with.
    """

    def svg() -> bytes:
        return standing_alone(drawn, title=title, description=description, lines=lines).encode()

    return [
        File("timeline.svg", "SVG", "image/svg+xml", svg),
        File("timeline.png", "PNG", "image/png", lambda: png(svg(), width=float(drawn.width), fonts=fonts)),
    ]


def standing_alone(drawn: Timeline, *, title: str, description: str, lines: Sequence[str]) -> str:
    """The timeline as an SVG file that needs nothing beside it."""
    top, bottom = 50.0, float(drawn.height)
    below = [(f"{top + bottom + 14 * (place + 1):g}", line) for place, line in enumerate(lines)]
    alone = {"top": f"{top:g}", "height": f"{top + bottom + 14 * len(lines) + 14:g}", "lines": below}
    context = {"timeline": drawn, "title": title, "description": description, "alone": alone}
    return render_to_string("ui/timeline.svg", context)


def png(svg: bytes, *, width: float, fonts: Path) -> bytes:
    """An SVG drawing as PNG, at twice its size so that it prints well."""
    import typst  # loads a large library: only when a picture is asked for

    with TemporaryDirectory(prefix="cordiale-picture-") as folder:
        drawing, page = Path(folder) / "drawing.svg", Path(folder) / "page.typ"
        drawing.write_bytes(svg)
        page.write_text(
            f'#set page(width: {width:g}pt, height: auto, margin: 0pt)\n#image("drawing.svg", width: {width:g}pt)\n',
            encoding="utf-8",
        )
        return typst.compile(page, format="png", ppi=144.0, font_paths=[fonts], ignore_system_fonts=True)
