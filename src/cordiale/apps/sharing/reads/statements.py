"""Labels as statements that other systems read: expanded at an instant on the way out, never wider on the way in.

What maps to what: docs/reference/label-xml.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cordiale.apps.register.reads.facts import facts
from cordiale.apps.register.reads.installation import installation
from cordiale.apps.register.reads.standing import Engine, engine
from cordiale.apps.sharing import models
from cordiale.apps.sharing.reads.documents import document
from cordiale.apps.sharing.reads.labels import audience_of, home
from cordiale.apps.sharing.reads.markings import groups_in_the_know, label_of
from cordiale.apps.sharing.reads.reading import Now
from cordiale.domain.labels import Label, Level
from cordiale.domain.period import microseconds
from cordiale.domain.viewer import Viewer
from cordiale.engines.audience.deciding import windows
from cordiale.engines.audience.language import Audience, BadAudience, canonical, written
from cordiale.engines.confidentiality.statements import Information, LabelStatement, Successor
from cordiale.engines.packs.manifest import Manifest

RELEASABLE = "Releasable"
"""Stands in the context of a label that is released beyond the home audience."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LabelNotTold(RuntimeError):
    """A label cannot be told to others: its policy or level is not in force, or nobody is in its audience."""

    code = "label-not-told"


class LabelNotTaken(ValueError):
    """A label that came in says what cannot be kept here without letting somebody in whom it does not name."""

    code = "label-not-taken"


@dataclass(frozen=True)
class _Words:
    """What a label of this installation is called outside.

    Args:
        policy: name of the policy.
        levels: level id to classification.
        codes: party id to code.
    """

    policy: str
    levels: Mapping[str, str]
    codes: Mapping[str, str]


def label_statement(viewer: Viewer, *, label: Label, at: datetime, originator: str = "") -> LabelStatement:
    """What a label says at a moment: whom it lets read, until when, and whom then; public, as the register is.

    Args:
        label: of the document.
        at: the moment for which it is expanded.
        originator: id of the party the document comes from; "" for none.

    Raises:
        LabelNotTold: its policy or level is not in force, or it lets nobody read.
        BadAudience, NoSuchFramework, NoSuchParty: it names what the register does not have.
    """
    manifest, words = installation(viewer), _words(viewer)
    if label.policy != manifest.host or label.level not in words.levels:
        raise LabelNotTold(f'There is no policy "{label.policy}" with a level "{label.level}" here.')
    with engine(viewer) as now:
        audience = audience_of(label, manifest, now) or home(manifest)
        parties, changes = _through(now, audience, microseconds(at))
        following = frozenset[str]() if changes is None else _through(now, audience, changes)[0]
    review = None if changes is None else _EPOCH + timedelta(microseconds=changes)
    return LabelStatement(
        information=_information(words, label, parties),
        created_at=at.astimezone(UTC),
        review_at=review,
        successor=Successor(review, _information(words, label, following)) if review and following else None,
        originator=originator,
        own=label,
    )


def statement_of(now: Now, *, code: str) -> LabelStatement | None:
    """What a document's label says at the moment of the reading; None for no document that the reader may know of."""
    found = document(now, code=code)
    if found is None:
        return None
    row = models.Label.objects.values_list("policy", "level", "release", "group").get(pk=found.label)
    return label_statement(now.viewer, label=Label(*row), at=now.at, originator=found.originator)


def label_from_statement(viewer: Viewer, *, statement: LabelStatement, at: datetime) -> Label:
    """The label to keep for what a statement says: at the moment it lets nobody read whom the statement does not name.

    Our own words are taken where they mean today exactly those whom the statement lists; the list is otherwise.

    Args:
        statement: as read.
        at: the moment at which it comes in.

    Raises:
        LabelNotTaken: it names a policy, a level, a context, a group or a party that are not known here by exactly that
            name; it leaves out somebody of the home audience, who read whatever a label here says; it was succeeded by
            another label, or will be by one of another policy, level or group; or it contradicts itself.
        BadMarking: its level is above what this installation may hold.
        BadAudience: it lists more than a label can name.
    """
    manifest, words = installation(viewer), _words(viewer)
    said = statement.information
    level = _level(words, manifest, said)
    _refuse_context(words, said)
    if said.group and said.group not in groups_in_the_know(viewer):
        raise LabelNotTaken(f'There is no group "{said.group}" that needs to know; define it first.')
    listed = _parties(words, said.releasable)
    successor = _successor(words, statement, at)
    following = listed if successor is None else _parties(words, successor.information.releasable)
    with engine(viewer) as now:
        ours, _ = _through(now, home(manifest), microseconds(at))
        _refuse_against_home(said, listed, ours)
        if successor is not None:
            then, _ = _through(now, home(manifest), microseconds(successor.at))
            _refuse_against_home(successor.information, following, then)
        meant = _own_words(viewer, now, statement, level, listed, following, at)
        if meant is not None:
            return meant
        # a list cannot be kept for a time: whoever is going to leave it is left out at once
        others = sorted((listed & following) - ours)
        release = written(now.audience(", ".join(f"party:{party}" for party in others))) if others else ""
    return label_of(viewer, level=level.id, release=release, group=said.group)


def _own_words(
    viewer: Viewer,
    now: Engine,
    statement: LabelStatement,
    level: Level,
    listed: frozenset[str],
    following: frozenset[str],
    at: datetime,
) -> Label | None:
    """The label in our own words, if they mean exactly who is listed, now and after the change that is announced."""
    own, said = statement.own, statement.information
    if own is None:
        return None
    manifest = installation(viewer)
    if (own.policy, own.level, own.group) != (manifest.host, level.id, said.group):
        raise LabelNotTaken("The label contradicts itself: its own words name another policy, level or group.")
    try:
        label = label_of(viewer, level=own.level, release=own.release, group=own.group)
        audience = audience_of(label, manifest, now) or home(manifest)
        if _through(now, audience, microseconds(at))[0] != listed:
            return None
        if statement.successor is not None:
            then = _through(now, audience, microseconds(statement.successor.at))[0]
            return label if then == following else None
    except BadAudience:
        return None  # words of another register; the list says the same in names
    return label


def _through(now: Engine, audience: Audience, at: int) -> tuple[frozenset[str], int | None]:
    """Who is in an audience at an instant, and the next instant at which that is known to change."""
    through, last = windows(canonical(audience), sets=now.sets, groups=now.groups), now.sets.always[1]
    window = following = through.at(at)
    # a window ends where anybody's standing changes; the audience changes only where its members do
    while following.bits == window.bits and following.ends < last:
        following = through.at(following.ends)
    changes = following.begins if following.bits != window.bits else None
    return frozenset(now.sets.names(window.bits)), changes


def _words(viewer: Viewer) -> _Words:
    manifest = installation(viewer)
    frameworks = facts(viewer, table="frameworks", id=manifest.membership)
    policy = str(frameworks[0]["short_name"]) if frameworks and frameworks[0]["short_name"] else manifest.host
    rows = [(str(row["id"]), str(row["iso3"] or "")) for row in facts(viewer, table="parties")]
    many = Counter(iso3 for _, iso3 in rows)
    codes = {party: iso3 if many[iso3] == 1 and iso3 else party for party, iso3 in rows}
    levels = {level.id: level.name.removeprefix(f"{policy} ") for level in manifest.levels.values()}
    return _Words(policy, levels, codes)


def _information(words: _Words, label: Label, parties: frozenset[str]) -> Information:
    if not parties:
        raise LabelNotTold("The label lets nobody read, so there is nobody to list.")
    return Information(
        policy=words.policy,
        classification=words.levels[label.level],
        context=frozenset((words.policy, RELEASABLE)) if label.release else frozenset((words.policy,)),
        releasable=frozenset(words.codes[party] for party in parties),
        group=label.group,
    )


def _level(words: _Words, manifest: Manifest, said: Information) -> Level:
    if said.policy != words.policy:
        raise LabelNotTaken(f'The label is of the policy "{said.policy}"; here it must be "{words.policy}".')
    found = [level for level in manifest.levels.values() if said.classification in (level.name, words.levels[level.id])]
    if len(found) != 1:
        known = ", ".join(f'"{name}"' for name in words.levels.values())
        raise LabelNotTaken(f'The classification "{said.classification}" is not known here; known are {known}.')
    return found[0]


def _refuse_context(words: _Words, said: Information) -> None:
    if words.policy not in said.context or not said.context <= {words.policy, RELEASABLE}:
        names = ", ".join(f'"{name}"' for name in sorted(said.context))
        raise LabelNotTaken(
            f'The context {names} is not known here; it must be "{words.policy}", alone or with "{RELEASABLE}".'
        )


def _parties(words: _Words, codes: frozenset[str]) -> frozenset[str]:
    known = {code: party for party, code in words.codes.items()}
    unknown = sorted(codes - known.keys())
    if unknown:
        raise LabelNotTaken(
            f"{', '.join(unknown)}: no party here has this code; the register knows alpha-3 codes of countries in "
            "capital letters and ids of organisations."
        )
    return frozenset(known[code] for code in codes)


def _successor(words: _Words, statement: LabelStatement, at: datetime) -> Successor | None:
    """What the label announces, if it announces no more than other readers."""
    successor = statement.successor
    if successor is None:
        return None
    if successor.at <= at:
        raise LabelNotTaken(f"The label was succeeded by another on {successor.at:%Y-%m-%d}; ask for that one.")
    now, then = statement.information, successor.information
    if (then.policy, then.classification, then.group) != (now.policy, now.classification, now.group):
        raise LabelNotTaken(
            f"From {successor.at:%Y-%m-%d} the label is of another policy, level or group; set the label by hand, "
            "and again on that day."
        )
    _refuse_context(words, then)
    return successor


def _refuse_against_home(said: Information, listed: frozenset[str], ours: frozenset[str]) -> None:
    """A list must hold the whole home audience, and no more than that where the context is not released."""
    missing = sorted(ours - listed)
    if missing:
        raise LabelNotTaken(
            f"The label leaves out {', '.join(missing)}: a label here always lets the whole home audience read, so "
            "this one cannot be kept."
        )
    beyond = sorted(listed - ours)
    if beyond and RELEASABLE not in said.context:
        raise LabelNotTaken(
            f'The label lists {", ".join(beyond)} beyond the home audience, but its context is not "{RELEASABLE}".'
        )
