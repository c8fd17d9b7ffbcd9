"""What every page shows around its content: name, navigation, release line, footer."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.ledger.reads import ClockMissing, seen
from cordiale.apps.people.reads.viewers import second_demanded
from cordiale.apps.register.reads.installation import NoPackLoaded, installation
from cordiale.domain.viewer import Viewer
from cordiale.ui.dates import moment_shown


@dataclass(frozen=True)
class NavItem:
    """An entry of the main navigation or the footer."""

    label: str
    href: str
    current: bool = False


@dataclass(frozen=True)
class Frame:
    """What stands around every page's content."""

    name: str
    home: str
    search: str
    release_lead: str
    release_line: str
    nav: tuple[NavItem, ...]
    footer_links: tuple[NavItem, ...]
    disclaimer: str
    register_line: str
    account: tuple[NavItem, ...]
    deciding: str
    mails: bool


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Name, navigation and lines of the installation, for the base page."""
    home = reverse("home")
    pages = (
        (_("Register"), home),
        (_("Timelines"), reverse("timelines")),
        (_("Countries"), reverse("countries")),
        (_("Frameworks"), reverse("frameworks")),
        (_("Agreements"), reverse("agreements")),
        (_("Sources"), reverse("sources")),
        (_("Conflicts"), reverse("conflicts")),
        (_("Compare"), reverse("compare")),
        (_("Changes"), reverse("changes")),
        (_("Search"), reverse("search")),
        (_("About"), reverse("about")),
    )
    title, line = _state()
    return {
        "frame": Frame(
            name="Cordiale",
            home=home,
            search=reverse("search"),
            release_lead=_("Unclassified, releasable to the public"),
            release_line=title,
            nav=tuple(
                NavItem(label, href, request.path == href if href == home else request.path.startswith(href))
                for label, href in pages
            ),
            footer_links=(
                NavItem(_("Contact"), reverse("contact")),
                NavItem(_("About and licence"), reverse("about")),
                NavItem(_("Accessibility"), reverse("accessibility")),
                NavItem(_("For programs"), reverse("api")),
            ),
            disclaimer=_(
                "No place for classified information. Names shown do not imply official endorsement. "
                "Every fact carries its source."
            ),
            register_line=line,
            account=_account(request),
            deciding=_deciding(),
            mails=settings.MAIL_IS_SET_UP,
        )
    }


def _account(request: HttpRequest) -> tuple[NavItem, ...]:
    """The ways to one's own pages, and to what one's roles open."""
    viewer: Viewer = getattr(request, "viewer", Viewer.public())
    pages = [("account_login", _("Sign in"))]
    if viewer.person:
        pages = [("inbox", _("Inbox"))]
        pages += [("desk", _("Desk")), ("documents", _("Documents"))] if viewer.mandates else []
        pages += [("audit-exposures", _("Audit"))] if viewer.may("sharing.audit") else []
        pages += [("people", _("People"))] if viewer.may("people.see") else []
        pages += [("account", _("Your account"))]
    return (
        *_editors(request, viewer),
        *(NavItem(label, reverse(name), request.path == reverse(name)) for name, label in pages),
    )


def _editors(request: HttpRequest, viewer: Viewer) -> tuple[NavItem, ...]:
    """The way from a page of the register to the editors of what it shows, for whoever holds a role."""
    match = request.resolver_match
    if match is None or not viewer.mandates:
        return ()
    if match.url_name == "standing":
        return (NavItem(_("Edit"), reverse("desk-statements", kwargs=match.kwargs)),)
    if match.url_name == "country":
        query = urlencode({"party": match.kwargs["party"]})
        return (NavItem(_("Edit"), f"{reverse('desk-edit', args=['assert'])}?{query}"),)
    return ()


def _deciding() -> str:
    """Whether one person decides alone; nothing when the database cannot tell."""
    try:
        second = second_demanded(Viewer.public())
    except DatabaseError:
        return ""
    return "" if second else _("One person decides alone here: no second person is demanded.")


def _state() -> tuple[str, str]:
    """Which register this is, and its last entry; nothing when the database cannot tell (the page of an error)."""
    viewer = Viewer.public()
    try:
        title, now = installation(viewer).title, seen(viewer)
    except (NoPackLoaded, ClockMissing, DatabaseError):
        return "", ""
    line = _("Register entry %(number)s, recorded %(at)s") % {"number": now.number, "at": moment_shown(now.at)}
    return title, line
