"""Tables go out as workbooks and come back: sent in, understood, compared row by row, and only then written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.desk.forms import ChooseForm, ColumnsForm, EncodingForm, UploadForm, WordsForm
from cordiale.apps.desk.reads.uploads import (
    ColumnsUnknown,
    Compared,
    UploadRead,
    WordsUnknown,
    compared,
    upload,
    uploads,
)
from cordiale.apps.desk.views.outcomes import KINDS, kind_of, outcome_rows
from cordiale.apps.desk.views.showing import consequence_tables, moment, viewer_of
from cordiale.apps.desk.writes.uploads import (
    NothingAccepted,
    UploadTooLarge,
    chosen,
    keep_upload,
    read_as,
    understand,
)
from cordiale.apps.jobs.writes.asking import start
from cordiale.apps.ledger.reads import head
from cordiale.apps.people.reads.viewers import legal_day
from cordiale.apps.register.reads.consequences import Consequences
from cordiale.apps.register.reads.installation import installation
from cordiale.apps.register.reads.workbooks import NoSuchTable, layout, table_rows
from cordiale.apps.register.writes.workbooks import Import, RowsMoved, UnsoundImport, preview_import
from cordiale.engines.workbooks.accepting import CannotBeAccepted
from cordiale.engines.workbooks.comparing import Changed, New, Outcome, Removed
from cordiale.engines.workbooks.manifest import Origin
from cordiale.engines.workbooks.mapping import ColumnMap, suggest
from cordiale.engines.workbooks.refusing import BadWorkbook
from cordiale.engines.workbooks.writing import ExportTooLarge, csv_bytes, workbook_bytes
from cordiale.ui.permitting import needs
from cordiale.ui.tables import Cell, Column, Table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 500
"""Rows of each kind on the page of a comparison; all of them are counted, and all can be taken."""
WEIGHED = 2_000
"""Rows up to which the page shows what they would do; more are weighed when they are written."""


@needs("register.assert")
def workbooks(request: HttpRequest) -> HttpResponse:
    """Every table to take out, a file to send in, and what was sent in before."""
    viewer = viewer_of(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            number = keep_upload(
                table=form.cleaned_data["table"],
                name=file.name,
                content=file.read(),
                encoding="",
                by=viewer,
                at=moment(request),
            )
        except UploadTooLarge as refusal:
            form.add_error("file", str(refusal))
        else:
            return HttpResponseRedirect(reverse("upload", args=[number]))
    sent = Table(
        "uploads",
        _("Files you sent in"),
        (Column("name", _("File")), Column("table", _("Table")), Column("state", _("State"))),
        tuple(
            (
                Cell(one.name, href=reverse("upload", args=[one.id])),
                Cell(one.table),
                Cell(_("written as entry %(number)s") % {"number": one.entry}, href=reverse("change", args=[one.entry]))
                if one.entry
                else Cell(_("not written")),
            )
            for one in uploads(viewer)
        ),
        empty=_("None yet."),
    )
    return render(request, "desk/workbooks.html", {"form": form, "names": UploadForm.tables(), "sent": sent})


@needs("register.assert")
def export(request: HttpRequest, table: str, format: str) -> HttpResponse:
    """A table as a workbook, or as text, to be edited and sent back."""
    viewer = viewer_of(request)
    try:
        columns = layout(viewer, table=table)
        rows = table_rows(viewer, table=table)
        origin = Origin(installation(viewer).title, head(viewer).register_number, viewer.name, moment(request))
        body = workbook_bytes(columns, rows, origin) if format == "xlsx" else csv_bytes(columns, rows)
    except NoSuchTable:
        raise Http404 from None
    except ExportTooLarge as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("workbooks"))
    name = f"cordiale-{table}-{legal_day(viewer, at=moment(request)).isoformat()}.{format}"
    kind = XLSX if format == "xlsx" else "text/csv; charset=utf-8"
    return HttpResponse(body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@needs("register.assert")
def original(request: HttpRequest, number: int) -> HttpResponse:
    """A file as it came: to be taken away, never to be opened by the browser."""
    file = _file(request, number)
    return HttpResponse(
        file.content,
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="upload-{number}"'},
    )


@needs("register.assert")
def one_upload(request: HttpRequest, number: int) -> HttpResponse:
    """What a file would change, row by row; or what has to be said first for it to be understood."""
    viewer, file = viewer_of(request), _file(request, number)
    if request.method == "POST" and "encoding" in request.POST:
        encoding = EncodingForm(request.POST)
        if encoding.is_valid():
            read_as(file=file, encoding=encoding.cleaned_data["encoding"], by=viewer, at=moment(request))
        return HttpResponseRedirect(request.path)
    try:
        found = compared(viewer, file=file)
    except BadWorkbook as refusal:
        return render(request, "desk/upload_refused.html", {"file": file, "refusal": str(refusal)})
    except ColumnsUnknown as unknown:
        return _ask_columns(request, file, unknown)
    except WordsUnknown as unknown:
        return _ask_words(request, file, unknown)
    outcomes = list(found.comparing.outcomes())
    form = ChooseForm(request.POST if request.method == "POST" else None)
    what = _chosen(request, file, outcomes, form) if request.method == "POST" and form.is_valid() else None
    if what is not None and "write" in request.POST:
        return _write(request, file, form)
    tried = _tried(request, what, form)
    return _shown(request, file, found, outcomes, form, what, tried)


def _file(request: HttpRequest, number: int) -> UploadRead:
    file = upload(viewer_of(request), number=number)
    if file is None:
        raise Http404
    return file


def _chosen(request: HttpRequest, file: UploadRead, outcomes: Sequence[Outcome], form: ChooseForm) -> Import | None:
    """The rows that were chosen; None where they cannot be taken, which the form then says."""
    try:
        return chosen(
            viewer_of(request),
            file=file,
            lines=form.lines(outcomes, shown=SHOWN),
            for_the_file=form.cleaned_data["for_the_file"],
        )
    except (CannotBeAccepted, NothingAccepted) as refusal:
        form.add_error(None, str(refusal))
        return None


def _tried(request: HttpRequest, what: Import | None, form: ChooseForm) -> Consequences | None:
    """What writing them would do; None where nothing is chosen, or so much that it is weighed later."""
    if what is None or what.size > WEIGHED:
        return None
    try:
        return preview_import(viewer_of(request), what=what, at=moment(request))
    except (RowsMoved, UnsoundImport) as refusal:
        form.add_error(None, str(refusal))
        return None


def _write(request: HttpRequest, file: UploadRead, form: ChooseForm) -> HttpResponse:
    """Have a worker write them: the page of the job says how far it is."""
    viewer = viewer_of(request)
    given = form.cleaned_data
    found = compared(viewer, file=file)
    job = start(
        kind="workbook-import",
        arguments={
            "upload": file.id,
            "lines": form.lines(list(found.comparing.outcomes()), shown=SHOWN),
            "for_the_file": given["for_the_file"],
            "reason": given["reason"],
        },
        by=viewer,
        at=moment(request),
    )
    return HttpResponseRedirect(reverse("job", args=[job]))


def _shown(
    request: HttpRequest,
    file: UploadRead,
    found: Compared,
    outcomes: Sequence[Outcome],
    form: ChooseForm,
    what: Import | None,
    tried: Consequences | None,
) -> HttpResponse:
    viewer = viewer_of(request)
    counts = Counter(kind_of(one) for one in outcomes)
    asked = request.method == "POST" and not form.errors
    return render(
        request,
        "desk/upload.html",
        {
            "file": file,
            "counts": [(label, counts[key]) for key, label in KINDS.items()],
            "missing": found.comparing.missing,
            "ignored": found.ignored,
            "notes": found.sheet.notes,
            "encoding": EncodingForm(initial={"encoding": found.sheet.encoding}) if found.sheet.encoding else None,
            "certain": found.sheet.certain,
            "rows": outcome_rows(found, outcomes, chosen=form.ticked(outcomes), limit=SHOWN),
            "beyond": max(0, sum(isinstance(one, New | Changed | Removed) for one in outcomes) - SHOWN),
            "beyond_ticked": not asked or form.cleaned_data["beyond"],
            "form": form,
            "asked": asked,
            "size": what.size if what else 0,
            "tables": consequence_tables(viewer, tried) if tried else (),
            "gains": tried.gains if tried else (),
            "propose": viewer.needs_second and bool(tried and tried.gains),
        },
    )


def _ask_columns(request: HttpRequest, file: UploadRead, unknown: ColumnsUnknown) -> HttpResponse:
    """Which of their columns is which of ours: asked once for each layout of a partner."""
    headings = [heading for heading in unknown.sheet.headings if heading]
    suggested = {ours: theirs for theirs, ours in suggest(headings, unknown.layout).items()}
    form = ColumnsForm(request.POST or None, headings=headings, layout=unknown.layout, suggested=suggested)
    if request.method == "POST" and form.is_valid():
        understand(
            file=file,
            columns=ColumnMap(columns=form.columns(), fixed=form.fixed()),
            sheet=unknown.sheet,
            layout=unknown.layout,
            by=viewer_of(request),
            at=moment(request),
        )
        return HttpResponseRedirect(request.path)
    return render(
        request,
        "ui/form.html",
        {
            "form": form,
            "title": _("Which column is which?"),
            "lead": _("The headings of %(file)s are not ours. It is asked once and remembered.") % {"file": file.name},
            "submit": _("Remember it"),
            "back": reverse("workbooks"),
        },
    )


def _ask_words(request: HttpRequest, file: UploadRead, unknown: WordsUnknown) -> HttpResponse:
    """What their words mean here: each asked once."""
    form = WordsForm(request.POST or None, questions=unknown.questions, layout=unknown.layout)
    if request.method == "POST" and form.is_valid():
        understand(
            file=file,
            columns=unknown.columns.with_values(form.answers()),
            sheet=unknown.sheet,
            layout=unknown.layout,
            by=viewer_of(request),
            at=moment(request),
        )
        return HttpResponseRedirect(request.path)
    return render(
        request,
        "ui/form.html",
        {
            "form": form,
            "title": _("What do these words mean?"),
            "lead": _("They stand in %(file)s and are not known here. It is asked once and remembered.")
            % {"file": file.name},
            "submit": _("Remember it"),
            "back": reverse("workbooks"),
        },
    )
