"""Instances and policies as files: JSON in the formats of docs/reference/seats.md, with their JSON Schema.

What is wrong is told all at once, each with its place: `lines[17] (n-0018).seats: ...`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cordiale.engines.seats.instances import (
    MOST_LINES,
    MOST_MONEY,
    MOST_POINTS,
    MOST_SEATS,
    Activity,
    Contradiction,
    Instance,
    Line,
    Party,
)
from cordiale.engines.seats.policies import Per, Policy, Scarce, Stage

MOST_BYTES = 512 * 2**20
MOST_TOLD = 20
"""Faults that are told at once."""

Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\s\x00-\x1f\x7f]+$")]
Text = Annotated[str, Field(max_length=500)]
Money = Annotated[int, Field(ge=0, le=MOST_MONEY)]
Seats = Annotated[int, Field(ge=0, le=MOST_SEATS)]
Points = Annotated[int, Field(ge=1, le=MOST_POINTS)]


class BadSeatsFile(ValueError):
    """A file that is not as docs/reference/seats.md says.

    Args:
        faults: place and what is wrong there, each on its own.
    """

    code = "bad-seats-file"

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        few = self.faults[:MOST_TOLD]
        more = len(self.faults) - len(few)
        super().__init__("\n".join([*few, *([f"and {more:,} more"] if more else [])]))


class _Strict(BaseModel):
    """Nothing is guessed: no text for a number, no key that is not known."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PartyFile(_Strict):
    """A party."""

    id: Id
    title: Text = ""
    budget: Money | None = Field(None, description="What its seats may cost together; absent for no limit.")


class ActivityFile(_Strict):
    """An activity."""

    id: Id
    title: Text = ""
    seats: Seats = Field(description="How many there are.")
    minimum: Seats = Field(0, description="With fewer taken, it does not run.")
    cost: Money = Field(0, description="Of one seat, in the unit of budgets.")
    quota: Seats | None = Field(None, description="Most seats of one party.")
    reserve: Seats | None = Field(None, description="Seats a party that asks has a claim to, where more is asked for.")
    begins: date | None = Field(None, strict=False, description="First day.")
    ends: date | None = Field(None, strict=False, description="The day after the last.")
    parties: list[Id] | None = Field(None, description="Parties that are let in; absent for all.")


class LineFile(_Strict):
    """What a party asks for."""

    id: Id
    party: Id
    activity: Id
    seats: Annotated[int, Field(ge=1, le=MOST_SEATS)] = 1
    priority: Literal[1, 2, 3] = 1
    points: Points | None = Field(None, description="What a seat (or the line) is worth; absent for the policy's.")
    person: Annotated[str, Field(max_length=100)] = Field("", description="Who is meant; at one place at a time.")
    whole: bool = Field(False, description="All of it or none.")
    bundle: Annotated[str, Field(max_length=100)] = Field("", description="Granted all or none with others.")
    refused: Text = Field("", description="The rule by which it is not eligible.")


class InstanceFile(_Strict):
    """All that is asked."""

    format: Literal["cordiale-seats/1"]
    title: Text = ""
    parties: list[PartyFile]
    activities: list[ActivityFile]
    lines: list[LineFile] = Field(max_length=MOST_LINES)


class PointsFile(_Strict):
    """What a seat (or line) of a priority is worth."""

    first: Points = Field(100, alias="1")
    second: Points = Field(60, alias="2")
    third: Points = Field(30, alias="3")


class PolicyFile(_Strict):
    """What the host has decided before anybody asked."""

    format: Literal["cordiale-seats-policy/1"]
    stages: list[Annotated[Stage, Field(strict=False)]] = [Stage.RESERVES, Stage.FAIRNESS, Stage.TOTAL, Stage.TIE]
    points: PointsFile = PointsFile()  # type: ignore[call-arg]  # every field has what is usual
    per: Annotated[Per, Field(strict=False)] = Per.SEAT
    first_most: Annotated[int, Field(ge=0)] | None = Field(None, description="Most lines of priority 1 of a party.")
    seniority: list[Id] = []
    quota: Seats | None = None
    reserve: Seats = 1
    scarce: Annotated[Scarce, Field(strict=False)] = Scarce.SENIORITY
    seed: Text = Field("", description="Published before nominations close.")


def instance_of(content: bytes) -> Instance:
    """The instance that a file says.

    Raises:
        BadSeatsFile: it is not in the format.
        Contradiction: it is, and cannot be meant.
    """
    found = _read(InstanceFile, content)
    return Instance(
        [Party(one.id, one.title, one.budget) for one in found.parties],
        [
            Activity(
                one.id,
                one.seats,
                one.title,
                one.minimum,
                one.cost,
                one.quota,
                one.reserve,
                one.begins,
                one.ends,
                None if one.parties is None else frozenset(one.parties),
            )
            for one in found.activities
        ],
        [
            Line(
                one.id,
                one.party,
                one.activity,
                one.seats,
                one.priority,
                one.points,
                one.person,
                one.whole,
                one.bundle,
                one.refused,
            )
            for one in found.lines
        ],
        title=found.title,
    )


def policy_of(content: bytes) -> Policy:
    """The policy that a file says.

    Raises:
        BadSeatsFile, Contradiction: as `instance_of`.
    """
    found = _read(PolicyFile, content)
    return Policy(
        stages=tuple(found.stages),
        points={1: found.points.first, 2: found.points.second, 3: found.points.third},
        per=found.per,
        first_most=found.first_most,
        seniority=tuple(found.seniority),
        quota=found.quota,
        reserve=found.reserve,
        scarce=found.scarce,
        seed=found.seed,
    )


def written(instance: Instance) -> dict[str, Any]:
    """An instance as a file says it."""
    return {"format": "cordiale-seats/1", **instance.said()}


def schemas() -> dict[str, Any]:
    """JSON Schema of what comes in, by the name of the format."""
    return {
        "cordiale-seats/1": InstanceFile.model_json_schema(by_alias=True),
        "cordiale-seats-policy/1": PolicyFile.model_json_schema(by_alias=True),
    }


_File = TypeVar("_File", bound=_Strict)


def _read(model: type[_File], content: bytes) -> _File:
    if len(content) > MOST_BYTES:
        raise BadSeatsFile([f"the file has more than the {MOST_BYTES:,} bytes that are read"])
    try:
        return model.model_validate_json(content)
    except ValidationError as refused:
        ids = _ids(content) if refused.error_count() <= 1_000 else {}
        raise BadSeatsFile([_told(dict(one), ids) for one in refused.errors(include_url=False)]) from None


def _told(fault: dict[str, Any], ids: dict[tuple[str, int], str]) -> str:
    """One fault with its place."""
    place = ""
    where = fault["loc"]
    for number, part in enumerate(where):
        if isinstance(part, int):
            named = ids.get((str(where[number - 1]), part), "") if number else ""
            place += f"[{part}]" + (f" ({named})" if named else "")
        else:
            place += f".{part}" if place else str(part)
    return f"{place or 'the file'}: {fault['msg'].removeprefix('Value error, ')}"


def _ids(content: bytes) -> dict[tuple[str, int], str]:
    """List and place to the id that stands there, where there is one: people look for ids, not for places."""
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    lists = ("parties", "activities", "lines")
    return {
        (name, place): one["id"]
        for name in lists
        if isinstance(found, dict) and isinstance(found.get(name), list)
        for place, one in enumerate(found[name])
        if isinstance(one, dict) and isinstance(one.get("id"), str)
    }


__all__ = ["BadSeatsFile", "Contradiction", "instance_of", "policy_of", "schemas", "written"]
