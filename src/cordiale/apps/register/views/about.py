"""What the data is, on which terms, whom to write to, and what a reader with a disability may expect."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cordiale.apps.ledger.reads import seen
from cordiale.apps.register.reads.facts import facts
from cordiale.apps.register.reads.overview import counts
from cordiale.apps.register.views.showing import page, showing, viewer_of
from cordiale.ui.answers import TONES
from cordiale.ui.dates import moment_shown, shown
from cordiale.ui.pages import Page
from cordiale.ui.tables import Cell, Column, Table


def about(request: HttpRequest) -> Page:
    """What the data is and on which terms it may be used."""
    viewer = viewer_of(request)
    show = showing(viewer)
    manifest, now, held = show.manifest, seen(viewer), counts(viewer)
    return page(
        request,
        template="register/about.html",
        title=_("About this register"),
        lead=manifest.about,
        tables=(
            Table(
                "statuses",
                _("Statuses and what they answer"),
                (
                    Column("status", _("Status")),
                    Column("answer", _("Does it take part?")),
                ),
                tuple(
                    (Cell(status.name, value=code), Cell(_answer(status.answer.value), tone=TONES[status.answer]))
                    for code, status in manifest.statuses.items()
                ),
            ),
        ),
        context={
            "manifest": manifest,
            "facts": [
                (_("Data"), Cell(f"{manifest.title}, {_('edition')} {manifest.edition}")),
                (_("Covers the time up to"), Cell(shown(manifest.coverage_to))),
                (_("Licence of the data"), Cell(manifest.terms)),
                (_("Licence of the software"), Cell("Apache-2.0")),
                (_("Statements on participation"), Cell(str(held.statements))),
                (_("Sources"), Cell(str(held.sources))),
                (_("Ledger"), Cell(_("entry %(number)s, %(at)s") % {"number": now.number, "at": moment_shown(now.at)})),
                (_("Legal days begin in"), Cell(str(manifest.zone))),
            ],
        },
    )


def _answer(answer: str) -> str:
    names = {
        "in force": _("Yes: in force"),
        "suspended": _("Suspended"),
        "unclear": _("Unclear: a source says so"),
        "not": _("No"),
    }
    return names[answer]


def contact(request: HttpRequest) -> Page:
    """How to reach the organisation and its offices."""
    viewer = viewer_of(request)
    show = showing(viewer)
    return page(
        request,
        template="register/tables.html",
        title=_("Contact"),
        lead=_("Addresses and offices that the sources name."),
        tables=(
            show.table(
                "contacts", facts(viewer, table="contacts"), ("unit", "organisation", "address", "kind", "source")
            ),
            show.table(
                "offices",
                facts(viewer, table="offices", order=("place",)),
                ("name", "organisation", "party", "place", "opened", "closed", "note", "source"),
            ),
        ),
    )


def accessibility(request: HttpRequest) -> Page:
    """What was done so that everybody can read these pages, and what was not."""
    return page(
        request,
        template="register/accessibility.html",
        title=_("Accessibility"),
        lead=_("These pages are meant for everybody, with any device."),
    )
