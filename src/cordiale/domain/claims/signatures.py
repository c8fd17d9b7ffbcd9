"""Signatures: who signed an agreement, when and where."""

from __future__ import annotations

from cordiale.domain.claims.documents import document
from cordiale.domain.claims.founding import MOST_OF_A_NAME
from cordiale.domain.claims.matching import share
from cordiale.domain.claims.reading import tokens_of, when_of, within, words_of
from cordiale.domain.claims.values import Claim, Judgement, Verdict, cannot_tell, judged
from cordiale.domain.claims.world import Agreement, Instrument, Policy, Row, Signature, World


def judge(claim: Claim, world: World) -> Judgement:
    """By predicate: by whom, when, where."""
    row = document(world, claim.subject)
    if row is None:
        return cannot_tell(f'The register knows no document "{claim.subject}".')
    if claim.predicate == "signed-by":
        return _signatory(claim, world, row)
    if claim.predicate == "signed-on":
        return _day(claim, row)
    if claim.predicate == "signed-at":
        return _place(claim, world, row)
    return cannot_tell(f'No rule reads the predicate "{claim.predicate}" of a signature.')


def _signatory(claim: Claim, world: World, row: Row) -> Judgement:
    """Somebody signed when a source other than the page names that office or person for this agreement."""
    signed = [one for one in world.signatures if one.agreement == claim.subject]
    others = [one for one in signed if one.source != claim.source]
    fitting = [one for one in others or signed if _is_the_one(one, claim.object)]
    when = when_of(claim.date_or_period)
    if fitting and when.text and not any(within(one.date, when) for one in fitting):
        reason = f"The signature is of {fitting[0].date}, not of {when}."
        return judged(claim, Verdict.PARTLY, reason, [one.used() for one in fitting])
    if fitting:
        reason = f"The register holds: {fitting[0].text}."
        return judged(claim, Verdict.AGREE, reason, [one.used() for one in fitting])
    if not others:
        return cannot_tell(f"The register does not hold who signed {row.text}.")
    names = ", ".join(one.office for one in others)
    reason = f"By the other sources of the register those who signed were: {names}."
    if any(_is_the_one(one, claim.object) for one in signed):
        reason += " That it was somebody else is said by this source alone."
    return judged(claim, Verdict.DISAGREE, reason, [one.used() for one in others])


def _is_the_one(one: Signature, text: str) -> bool:
    """The same office word for word, small words apart, or the same person."""
    person = bool(one.person) and set(tokens_of(one.person)) <= set(tokens_of(text))
    return person or words_of(one.office) == words_of(text)


def _day(claim: Claim, row: Agreement | Instrument | Policy) -> Judgement:
    when = when_of(claim.date_or_period)
    when = when if when.text else when_of(claim.object)
    if not row.date.text or not when.text:
        return cannot_tell("There is no date to compare.")
    if within(row.date, when):
        return judged(claim, Verdict.AGREE, f"{row.title} is of {row.date}.", [row.used()])
    return judged(claim, Verdict.DISAGREE, f"{row.title} is of {row.date}, not of {when}.", [row.used()])


def _place(claim: Claim, world: World, row: Agreement | Instrument | Policy) -> Judgement:
    found = _with_place(world, row)
    if found is None or not found.place:
        return cannot_tell(f"The register does not hold where {row.title} was signed.")
    when, place = when_of(claim.date_or_period), words_of(found.place)
    dated = not when.text or within(found.date, when)
    if place <= words_of(claim.object) and dated:
        return judged(claim, Verdict.AGREE, f"The register holds: {found.text}.", [found.used(), row.used()])
    if place <= words_of(claim.object):
        reason = f"The place is right, but it was on {found.date}, not in {when}."
        return judged(claim, Verdict.PARTLY, reason, [found.used()])
    return judged(claim, Verdict.DISAGREE, f"The register holds another place: {found.text}.", [found.used()])


def _with_place(world: World, row: Agreement | Instrument | Policy) -> Agreement | Policy | None:
    """The agreement itself; of an instrument, the agreement of the same title, date and party."""
    if not isinstance(row, Instrument):
        return row
    return next(
        (
            one
            for one in world.agreements
            if within(one.date, row.date) and row.party in one.parties and share(row.title, one.title) >= MOST_OF_A_NAME
        ),
        None,
    )
