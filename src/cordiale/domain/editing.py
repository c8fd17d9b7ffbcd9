"""The edits by which people change the register, as values: typed in a form, sent in a link, kept in a proposal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from cordiale.domain.participation import Scope, StartKind, Statement
from cordiale.domain.period import ImpossibleDate, Period, When, parse_when
from cordiale.domain.viewer import Permission


class BadEdit(ValueError):
    """What was kept of an edit cannot be read."""

    code = "bad-edit"


@dataclass(frozen=True)
class Assert:
    """A source says something new."""

    statement: Statement


@dataclass(frozen=True)
class End:
    """What was so until now stopped on a day (half-open), according to a source."""

    assertion: int
    on: When
    source: str


@dataclass(frozen=True)
class Correct:
    """Another statement takes the place of one that was wrong."""

    assertion: int
    statement: Statement


@dataclass(frozen=True)
class Retract:
    """A statement should never have been made."""

    assertion: int


@dataclass(frozen=True)
class Decide:
    """Where sources differ, the desk takes the side of one statement."""

    assertion: int


@dataclass(frozen=True)
class Rank:
    """A source counts more or less than before: precedence 0 to 100, the higher wins."""

    source: str
    precedence: int


@dataclass(frozen=True)
class Define:
    """A group of parties gets a name and a meaning: an audience in the language of audiences."""

    group: str
    title: str
    audience: str


Edit: TypeAlias = Assert | End | Correct | Retract | Decide | Rank | Define

VERBS: dict[str, type[Edit]] = {
    "assert": Assert,
    "end": End,
    "correct": Correct,
    "retract": Retract,
    "decide": Decide,
    "rank": Rank,
    "define": Define,
}
"""The word for each edit, in addresses and in what is kept."""

PERMISSIONS: dict[type[Edit], Permission] = {
    Assert: "register.assert",
    End: "register.end",
    Correct: "register.correct",
    Retract: "register.retract",
    Decide: "register.decide",
    Rank: "register.rank",
    Define: "register.define",
}
"""What each edit takes."""


def as_kept(edit: Edit) -> dict[str, Any]:
    """An edit as JSON can hold it."""
    verb = next(word for word, kind in VERBS.items() if isinstance(edit, kind))
    match edit:
        case Assert(statement):
            return {"verb": verb, **statement_as_kept(statement)}
        case Correct(assertion, statement):
            return {"verb": verb, "assertion": assertion, **statement_as_kept(statement)}
        case End(assertion, on, source):
            return {"verb": verb, "assertion": assertion, "on": on.text, "source": source}
        case Retract(assertion) | Decide(assertion):
            return {"verb": verb, "assertion": assertion}
        case Rank(source, precedence):
            return {"verb": verb, "source": source, "precedence": precedence}
        case Define(group, title, audience):
            return {"verb": verb, "group": group, "title": title, "audience": audience}


def from_kept(kept: Mapping[str, Any]) -> Edit:
    """The edit that `as_kept` wrote down.

    Raises:
        BadEdit: it is none.
    """
    try:
        match kept["verb"]:
            case "assert":
                return Assert(statement_from_kept(kept))
            case "correct":
                return Correct(int(kept["assertion"]), statement_from_kept(kept))
            case "end":
                return End(int(kept["assertion"]), parse_when(str(kept["on"])), str(kept["source"]))
            case "retract":
                return Retract(int(kept["assertion"]))
            case "decide":
                return Decide(int(kept["assertion"]))
            case "rank":
                return Rank(str(kept["source"]), int(kept["precedence"]))
            case "define":
                return Define(str(kept["group"]), str(kept["title"]), str(kept["audience"]))
            case other:
                raise BadEdit(f'There is no edit "{other}"; choose one of {", ".join(VERBS)}.')
    except KeyError as missing:
        raise BadEdit(f"The edit lacks {missing}.") from None
    except (ImpossibleDate, TypeError, ValueError) as error:
        raise BadEdit(str(error)) from None


def statement_as_kept(statement: Statement) -> dict[str, str]:
    """A statement as texts."""
    end = statement.period.end
    return {
        "party": statement.party,
        "framework": statement.framework,
        "status": statement.status,
        "scope": str(statement.scope),
        "start_kind": str(statement.start_kind),
        "valid_from": statement.period.start.text,
        "valid_to": "" if end is None else end.text,
        "source": statement.source,
        "end_source": statement.end_source,
        "locator": statement.locator,
        "note": statement.note,
    }


def statement_from_kept(kept: Mapping[str, Any]) -> Statement:
    """The statement that `statement_as_kept` wrote down.

    Raises:
        KeyError, ValueError: it is none.
    """
    until = str(kept["valid_to"])
    return Statement(
        party=str(kept["party"]),
        framework=str(kept["framework"]),
        status=str(kept["status"]),
        scope=Scope(kept["scope"]),
        start_kind=StartKind(kept["start_kind"]),
        period=Period(parse_when(str(kept["valid_from"])), parse_when(until) if until else None),
        source=str(kept["source"]),
        end_source=str(kept.get("end_source", "")),
        locator=str(kept.get("locator", "")),
        note=str(kept.get("note", "")),
    )
