"""What the engine writes, as JSON Schema: results and prices in the formats of docs/reference/seats.md."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from cordiale.engines.seats.files import Id, InstanceFile
from cordiale.engines.seats.policies import Per, Scarce, Stage
from cordiale.engines.seats.presolve import Why

Count = Annotated[int, Field(ge=0)]
Some = Annotated[int, Field(ge=1)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Decided(_Strict):
    """Every key of the policy but `format`."""

    stages: list[Stage]
    points: dict[Literal["1", "2", "3"], Some]
    per: Per
    first_most: Count | None
    seniority: list[Id]
    quota: Count | None
    reserve: Count
    scarce: Scarce
    seed: str


class MadeBy(_Strict):
    """By what; of a preview only the version of Cordiale."""

    cordiale: str
    solver: str | None = None
    version: str | None = None
    seed: Count | None = None
    threads: Some | None = None


class Cancelled(_Strict):
    """An activity that does not run."""

    activity: Id
    minimum: Some
    could: Count
    beforehand: bool


class Frozen(_Strict):
    """A party that could not rise."""

    party: Id
    seats: Count
    refused: Count
    proof: str


class Decision(_Strict):
    """A stage and its certificate."""

    stage: Stage
    value: Count
    bound: Count
    proven: bool
    lp: int | None = None
    programs: Count
    nodes: Count
    thresholds: dict[Id, Count] | None = None
    frozen: list[Frozen] | None = None


class TotalBound(_Strict):
    """Prices that prove what no total exceeds."""

    scale: Some
    rows: dict[str, int]


class PartyGot(_Strict):
    """What a party asked for and got."""

    party: Id
    asked: Count
    seats: Count
    first_asked: Count
    first_seats: Count
    cost: Count
    claims: Count
    missed: Count


class ReasonTold(BaseModel):
    """A reason; what else it says depends on its code."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    code: Why
    words: Annotated[str, Field(min_length=1)]


class RefusalTold(_Strict):
    """A line that got less than it asked for."""

    line: Id
    asked: Some
    got: Count
    reasons: Annotated[list[ReasonTold], Field(min_length=1)]


class ReplannedTold(_Strict):
    """What had changed, and what came of it."""

    before: Digest
    withdrawn: list[Id]
    cancelled: list[Id]
    added: dict[Id, Some]
    lost: dict[Id, Some]
    gained: dict[Id, Some]
    given_up: list[Id]


class ResultFile(_Strict):
    """`cordiale-seats-result/1`."""

    format: Literal["cordiale-seats-result/1"]
    instance: Digest
    asked: InstanceFile
    policy: Decided
    tier: Literal["preview", "official", "replan"]
    made_by: MadeBy
    complete: bool
    seats: dict[Id, Some]
    cancelled: list[Cancelled]
    stages: list[Decision]
    total_bound: TotalBound | None = None
    parties: list[PartyGot]
    refusals: list[RefusalTold]
    replanned: ReplannedTold | None = None


class Holder(_Strict):
    """A line whose seats are envied, and by which right it holds them."""

    line: Id
    holds: str


class Envied(_Strict):
    """A line that would have what it lacks, had it the seats of one of the holders."""

    line: Id
    holders: Annotated[list[Holder], Field(min_length=1)]


class PartyPays(_Strict):
    """What a party gave up by sharing."""

    party: Id
    first_asked: Count
    first_seats: Count
    alone: Count
    envies: list[Envied]


class PricesFile(_Strict):
    """`cordiale-seats-prices/1`."""

    format: Literal["cordiale-seats-prices/1"]
    result: Digest
    total: Count
    without: dict[Literal[Stage.RESERVES, Stage.FAIRNESS], Count]
    parties: list[PartyPays]


def schemas() -> dict[str, Any]:
    """JSON Schema of what goes out, by the name of the format."""
    return {
        "cordiale-seats-result/1": ResultFile.model_json_schema(by_alias=True),
        "cordiale-seats-prices/1": PricesFile.model_json_schema(by_alias=True),
    }
