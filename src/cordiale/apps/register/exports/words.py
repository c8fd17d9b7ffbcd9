"""Words of the register in the reader's language: columns, kinds, levels; a pack's own words as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from django.utils.translation import get_language, ngettext, to_locale
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from cordiale.domain.claims.values import Verdict
from cordiale.engines.standing.explaining import Outcome
from cordiale.ui.tables import Tone

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

COLUMNS = {
    "acronym": lazy("Acronym"),
    "address": lazy("Address"),
    "adopted": lazy("Adopted"),
    "agreement": lazy("Agreement"),
    "agrees_with_register": lazy("Verdict of a reader"),
    "area": lazy("Area"),
    "beneficiary": lazy("For"),
    "blocked_by": lazy("Blocked by"),
    "body": lazy("Body"),
    "closed": lazy("Last day"),
    "complete_from": lazy("Roster complete from"),
    "complete_to": lazy("Roster complete until"),
    "coverage_note": lazy("On the roster"),
    "date": lazy("Date"),
    "date_or_period": lazy("When, as the page puts it"),
    "description": lazy("Description"),
    "develops": lazy("Develops"),
    "dissolved": lazy("Last day"),
    "end": lazy("Last day"),
    "end_source": lazy("Source of the end"),
    "established": lazy("Established"),
    "event": lazy("Event"),
    "explanation": lazy("Explanation"),
    "framework": lazy("Framework"),
    "from": lazy("From"),
    "id": lazy("Id"),
    "iso2": lazy("ISO code, two letters"),
    "iso3": lazy("ISO code, three letters"),
    "kind": lazy("Kind"),
    "language": lazy("Language"),
    "led_by": lazy("Led by"),
    "level": lazy("Level"),
    "locator": lazy("Place in the source"),
    "name": lazy("Name"),
    "note": lazy("Note"),
    "number": lazy("Number"),
    "object": lazy("Object"),
    "office": lazy("Office"),
    "open_to": lazy("Open to"),
    "opened": lazy("Opened"),
    "operation": lazy("Operation"),
    "organisation": lazy("Organisation"),
    "parties": lazy("Parties"),
    "party": lazy("Country or organisation"),
    "per": lazy("In each"),
    "person": lazy("Person"),
    "personnel": lazy("Personnel"),
    "place": lazy("Place"),
    "policy": lazy("Policy"),
    "precedence": lazy("Precedence"),
    "predicate": lazy("Predicate"),
    "published": lazy("Published"),
    "publisher": lazy("Publisher"),
    "reason": lazy("Reason"),
    "region": lazy("Region"),
    "relation": lazy("Relation"),
    "rule": lazy("Rules, as hints"),
    "scheme": lazy("Scheme"),
    "scope": lazy("Scope"),
    "short_name": lazy("Short name"),
    "signed_or_agreed": lazy("Signed or agreed"),
    "since": lazy("Since"),
    "source": lazy("Source"),
    "start": lazy("From"),
    "start_kind": lazy("Start is"),
    "state": lazy("State"),
    "status": lazy("Status"),
    "subject": lazy("Subject"),
    "succeeds": lazy("Succeeds"),
    "summary": lazy("Summary"),
    "supersedes": lazy("Replaces"),
    "target_id": lazy("To what"),
    "target_table": lazy("To what kind of fact"),
    "text": lazy("Text"),
    "text_in_own_words": lazy("Text, in the pack's own words"),
    "times": lazy("Meetings at least"),
    "title": lazy("Title"),
    "title_in_own_words": lazy("Title, in the pack's own words"),
    "to": lazy("Last day"),
    "topic": lazy("Topic"),
    "type": lazy("Type"),
    "unit": lazy("Unit"),
    "url": lazy("Address"),
    "valid_from": lazy("From"),
    "valid_to": lazy("Last day"),
    "what": lazy("What"),
}
"""Heading of each column a pack's tables have."""

HELP = {
    "status": lazy("What the source says of the participation in this period."),
    "scope": lazy(
        "Which part of the participation it is about: all of it, practical cooperation, or political contacts."
    ),
    "valid_from": lazy("As exactly as the source gives it; empty when it gives no start."),
    "valid_to": lazy(
        "Last day of the period; empty while it runs. Where another source dates the end, it is named beside it."
    ),
    "precision": lazy("How exactly the start is known."),
    "start_kind": lazy(
        "Entry: the source dates the entry, and so denies the days before. Change: it dates a change of status. "
        "Attested: it saw it so during the period, and says nothing of the days before."
    ),
    "precedence": lazy("When sources differ, the higher number wins; 90 is the text of a treaty, 10 the data editor."),
}
"""What a reader may want to know of a column."""

TABLES = {
    "party_names": lazy("Names over time"),
    "party_regions": lazy("Regions"),
    "participation": lazy("Participation"),
    "frameworks": lazy("Frameworks"),
    "framework_aims": lazy("Aims, premises, principles and areas"),
    "framework_dates": lazy("Founding, as sources give it"),
    "framework_policies": lazy("Policies that govern it"),
    "agreements": lazy("Agreements"),
    "signatures": lazy("Signatures"),
    "entitlements": lazy("Entitlements"),
    "policies": lazy("Policies"),
    "instruments": lazy("Instruments"),
    "bodies_meetings": lazy("Meetings"),
    "cadences": lazy("How often it must meet"),
    "body_blocks": lazy("Blocked meetings"),
    "preconditions": lazy("Preconditions"),
    "relation_notes": lazy("Other facts on the relation"),
    "events": lazy("Events"),
    "event_links": lazy("Consequences of events"),
    "offices": lazy("Offices"),
    "contacts": lazy("Contacts"),
    "objectives": lazy("Objectives"),
    "areas": lazy("Areas of cooperation"),
    "joint_actions": lazy("Joint actions"),
    "operations": lazy("Operations"),
    "contributions": lazy("Contributions to operations"),
    "programmes_menu": lazy("Programmes and tools"),
    "seed_claims": lazy("Claims, line by line"),
    "parties": lazy("Countries and organisations"),
    "sources": lazy("Sources"),
    "regions": lazy("Regions"),
}
"""Caption of each table."""

VERDICTS: dict[Verdict, tuple[StrOrPromise, Tone]] = {
    Verdict.AGREE: (lazy("Agrees"), "ok"),
    Verdict.PARTLY: (lazy("Partly"), "warn"),
    Verdict.DISAGREE: (lazy("Disagrees"), "stop"),
    Verdict.CANNOT_TELL: (lazy("Cannot tell"), "mute"),
}
"""What the register makes of a claim, and how that looks."""

OUTCOMES: dict[Outcome, tuple[StrOrPromise, Tone]] = {
    Outcome.WON: (lazy("Counts"), "ok"),
    Outcome.AGREES: (lazy("Agrees"), "info"),
    Outcome.DISPUTES: (lazy("Disputes"), "stop"),
    Outcome.LOST: (lazy("Lost"), "warn"),
    Outcome.SILENT: (lazy("Says nothing of this day"), "mute"),
}
"""What became of a claim, and how that looks."""


def word(code: str) -> str:
    """A word of a vocabulary: ours translated, a pack's own with spaces for hyphens and a capital."""
    ours = {
        "all": _("All"),
        "any": _("Any"),
        "practical": _("Practical"),
        "political": _("Political"),
        "entry": _("Entry"),
        "change": _("Change"),
        "attested": _("Attested"),
        "state": _("State"),
        "organisation": _("Organisation"),
        "official": _("Official"),
        "short": _("Short"),
        "former": _("Former"),
        "alias": _("Alias"),
        "open": _("Open"),
        "met": _("Met"),
        "withdrawn": _("Withdrawn"),
        "yes": _("Agrees"),
        "partly": _("Agrees in part"),
        "no": _("Disagrees"),
        "unknown": _("Cannot tell"),
    }
    if code in ours:
        return ours[code]
    plain = code.replace("-", " ")
    return plain[:1].upper() + plain[1:]


def span(text: str) -> str:
    """A span of time as a pack writes it: "year", "3 years"."""
    number, _space, unit = text.rpartition(" ")
    count = int(number or 1)
    names = {
        "year": ngettext("Year", "%(count)s years", count),
        "month": ngettext("Month", "%(count)s months", count),
        "week": ngettext("Week", "%(count)s weeks", count),
    }
    return names[unit.removesuffix("s")] % {"count": count}


def language(code: str) -> str:
    """What a language is called in the reader's, as it stands in a sentence; the code itself where nobody knows."""
    try:
        name = Locale.parse(code, sep="-").get_language_name(to_locale(get_language() or "en"))
    except (UnknownLocaleError, ValueError):
        name = None
    return name or code
