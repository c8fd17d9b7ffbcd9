"""A result in words and figures, for people: what a desk publishes, and what a focal point looks for.

Everything is said once here; `report_table` writes it as plain text, `cordiale.ui.seats_page` as a page. Both may be
published, so no person is named.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cordiale.engines.seats.instances import Activity, Instance, Line
from cordiale.engines.seats.policies import SHARE, Per, Scarce, Stage

JOINERS = "\u200c\u200d"
"""Not to be seen, yet some scripts are misspelt without them."""


class NotItsResult(ValueError):
    """A result that does not belong to the instance: of another one, or it names what there is not."""

    code = "seats-not-its-result"


@dataclass(frozen=True)
class Figure:
    """A figure, what it counts, and what it should be read beside; all in words for people."""

    what: str
    figure: str
    note: str = ""


@dataclass(frozen=True)
class Given:
    """A line that has seats, or did not get all it asked for.

    Args:
        line: its id.
        activity, title: id of the activity, and as people call it.
        asked, got: seats.
        reasons: in words, why not all; none where it got all.
    """

    line: str
    activity: str
    title: str
    asked: int
    got: int
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class PartyRow:
    """What became of the wishes of a party.

    Args:
        id, title: its name, and as people call it.
        asked, got: seats.
        first_asked, first_got: seats that count for its share.
        cost: of all its seats.
        budget: None for no limit.
        claims, missed: seats to which it had a claim, and those of them it did not get.
        held: in words, what fairness holds for it, and how it is known that no more could be; "" where it has no share,
            or fairness was no stage.
        granted: its lines with a seat, by id.
        refused: its lines that did not get all they asked for, by id.
    """

    id: str
    title: str
    asked: int
    got: int
    first_asked: int
    first_got: int
    cost: int
    budget: int | None
    claims: int
    missed: int
    held: str
    granted: tuple[Given, ...]
    refused: tuple[Given, ...]

    @property
    def share(self) -> Fraction | None:
        """Of what it asked for as priority 1, what it got; None where it asked for nothing."""
        return Fraction(self.first_got, self.first_asked) if self.first_asked else None

    @property
    def percent(self) -> str:
        """The share as a percentage, rounded down to tenths: "66.6"; "" where there is none."""
        return "" if self.share is None else _tenths(self.share)


@dataclass(frozen=True)
class ActivityRow:
    """What became of an activity.

    Args:
        id, title: its name, and as people call it.
        seats: how many there are.
        asked: by all lines together.
        taken: how many are given.
        minimum: with fewer taken it does not run.
        state: runs, cancelled, or empty.
        why: in words; "" where it runs.
    """

    id: str
    title: str
    seats: int
    asked: int
    taken: int
    minimum: int
    state: str
    why: str


@dataclass(frozen=True)
class StageRow:
    """What a stage decided, and how that is known.

    Args:
        name, aim: the stage, and what is as good as can be in it.
        value, bound: what was reached; and beyond which nothing is possible, as far as is proven.
        unit: of both.
        proven: whether the two are equal.
        how: in words.
    """

    name: str
    aim: str
    value: int
    bound: int
    unit: str
    proven: bool
    how: str


@dataclass(frozen=True)
class Report:
    """A result, for people.

    Args:
        title: of the instance.
        state: in one sentence, how far the result can be relied on.
        final: whether every stage is proven.
        figures: the most important ones.
        parties: by title, else id, as in an index.
        activities: by id.
        stages: in order.
        policy: what the host had decided, sentence by sentence.
        identity: what identifies the run.
    """

    title: str
    state: str
    final: bool
    figures: tuple[Figure, ...]
    parties: tuple[PartyRow, ...]
    activities: tuple[ActivityRow, ...]
    stages: tuple[StageRow, ...]
    policy: tuple[str, ...]
    identity: tuple[Figure, ...]


def report(instance: Instance, result: Mapping[str, Any]) -> Report:
    """A result as people read it.

    Args:
        instance: of which it is.
        result: in the format `cordiale-seats-result/1`, as JSON is parsed. Whether it keeps the rules is not asked
            here: `checking` does.

    Raises:
        NotItsResult: the result is of another instance, or names what there is not.
    """
    _refuse_strangers(instance, result)
    parties, activities = _parties(instance, result), _activities(instance, result)
    stages = tuple(_stage(one, result) for one in result["stages"])
    final = bool(result["complete"])
    return Report(
        clean(instance.title),
        _state(result, final),
        final,
        _figures(parties, activities, len(instance.lines), stages),
        parties,
        activities,
        stages,
        _policy(result["policy"], {one.id: _named(one.id, clean(one.title)) for one in instance.parties}),
        _identity(result),
    )


def _refuse_strangers(instance: Instance, result: Mapping[str, Any]) -> None:
    if result["instance"] != instance.digest:
        raise NotItsResult(f"the result is of instance {result['instance']}, and this one is {instance.digest}")
    told = [one["party"] for one in result["parties"]]
    for what, strangers in (
        ("names lines that there are not", result["seats"].keys() - instance.line_at.keys()),
        ("names lines that there are not", {one["line"] for one in result["refusals"]} - instance.line_at.keys()),
        (
            "names activities that there are not",
            {one["activity"] for one in result["cancelled"]} - instance.activity_at.keys(),
        ),
        ("names parties that there are not", set(told) - instance.party_at.keys()),
        ("says nothing of parties", instance.party_at.keys() - set(told)),
    ):
        if strangers:
            few = sorted(strangers)
            raise NotItsResult(f"the result {what}: {', '.join(few[:5])}" + (" and others" if few[5:] else ""))


def _parties(instance: Instance, result: Mapping[str, Any]) -> tuple[PartyRow, ...]:
    reasons = {one["line"]: tuple(_reason(one) for one in one["reasons"]) for one in result["refusals"]}
    seats: Mapping[str, int] = result["seats"]
    granted: dict[str, list[Given]] = {}
    refused: dict[str, list[Given]] = {}
    for line in instance.lines:
        given = _given(instance, line, seats.get(line.id, 0), reasons.get(line.id, ()))
        if given.got:
            granted.setdefault(line.party, []).append(given)
        if line.id in reasons:
            refused.setdefault(line.party, []).append(given)
    held = {
        frozen["party"]: _held(frozen)
        for stage in result["stages"]
        if stage["stage"] == Stage.FAIRNESS
        for frozen in stage["frozen"]
    }
    found = []
    for one in result["parties"]:
        party = instance.parties[instance.party_at[one["party"]]]
        found.append(
            PartyRow(
                party.id,
                clean(party.title),
                one["asked"],
                one["seats"],
                one["first_asked"],
                one["first_seats"],
                one["cost"],
                party.budget,
                one["claims"],
                one["missed"],
                held.get(party.id, ""),
                tuple(granted.get(party.id, ())),
                tuple(refused.get(party.id, ())),
            )
        )
    return tuple(sorted(found, key=lambda one: (_plain(one.title or one.id), one.id)))


def _given(instance: Instance, line: Line, got: int, reasons: tuple[str, ...]) -> Given:
    title = clean(instance.activities[instance.activity_at[line.activity]].title)
    return Given(line.id, line.activity, title, line.seats, got, reasons)


def _reason(reason: Mapping[str, Any]) -> str:
    """The words of a reason; a person who is busy elsewhere is not named, who nominated them knows."""
    words, person = reason["words"], reason.get("person", "")
    if person and words.startswith(person):
        words = f"The person{words.removeprefix(person)}"
    return clean(words)


def _held(frozen: Mapping[str, Any]) -> str:
    """What fairness holds for a party, and why no more."""
    seats = counted(frozen["seats"], "seat")
    if frozen["refused"] <= frozen["seats"]:
        return f"Fairness holds {seats} of priority 1 for it: {clean(frozen['proof'])}."
    return (
        f"Fairness holds {seats} of priority 1 for it. It could not have {frozen['refused']:,} while the others keep "
        f"theirs: {clean(frozen['proof'])}."
    )


def _activities(instance: Instance, result: Mapping[str, Any]) -> tuple[ActivityRow, ...]:
    asked, taken = [0] * len(instance.activities), [0] * len(instance.activities)
    for place, line in zip(instance.activity.tolist(), instance.lines, strict=True):
        asked[place] += line.seats
        taken[place] += result["seats"].get(line.id, 0)
    cancelled = {one["activity"]: one for one in result["cancelled"]}
    return tuple(
        _activity(one, asked[place], taken[place], cancelled.get(one.id))
        for place, one in enumerate(instance.activities)
    )


def _activity(one: Activity, asked: int, taken: int, cancelled: Mapping[str, Any] | None) -> ActivityRow:
    if taken:
        state, why = "runs", ""
    else:
        state = "empty" if cancelled is None else "cancelled"
        why = "nobody asks for it" if not asked else "no seat of it is given" if cancelled is None else _fell(cancelled)
    return ActivityRow(one.id, clean(one.title), one.seats, asked, taken, one.minimum, state, why)


def _fell(cancelled: Mapping[str, Any]) -> str:
    """Why an activity does not run."""
    needs = f"needs {counted(cancelled['minimum'], 'seat')} taken"
    if cancelled["beforehand"]:
        return f"{needs}, and at most {cancelled['could']:,} could be"
    return f"{needs}; at first {cancelled['could']:,} could be, but not beside what is given elsewhere"


AIMS = {
    Stage.RESERVES: ("reserves", "claims to reserved seats are missed by as few seats as can be", ("seat", "seats")),
    Stage.FAIRNESS: (
        "fairness",
        "the lowest shares of priority 1 are as high as can be, then the next ones",
        ("party settled", "parties settled"),
    ),
    Stage.TOTAL: ("total", "the points of all seats together are as many as can be", ("point", "points")),
    Stage.TIE: ("tie-break", "lots, drawn from the seed, decide between equals", ("round of lots", "rounds of lots")),
}
"""Stage to its name, what it is after, and what it counts, one and many."""


def _stage(one: Mapping[str, Any], result: Mapping[str, Any]) -> StageRow:
    stage = Stage(one["stage"])
    name, aim, (single, many) = AIMS[stage]
    if stage is Stage.TOTAL and result["policy"]["per"] == Per.LINE:
        single, many = f"{SHARE}th of a point", f"{SHARE}ths of a point"
    return StageRow(
        name, aim, one["value"], one["bound"], single if one["value"] == 1 else many, one["proven"], _how(one, result)
    )


def _how(one: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """How a value is known, or what is missing."""
    programs, nodes, lp = one["programs"], one["nodes"], one.get("lp")
    work = [counted(programs, "linear program")] * bool(programs) + [f"a search of {counted(nodes, 'node')}"] * bool(
        nodes
    )
    if not one["proven"]:
        tried = f"; tried with {' and '.join(work)}" if work else ""
        return f"not proven: {one['bound']:,} may be possible{tried}"
    told = [" and ".join(work) or "there was nothing to decide"]
    if lp is not None and lp == one["value"]:
        told.append("the linear program alone proves it")
    elif lp is not None:
        told.append(f"the linear program's bound is {lp:,}, the search closes the gap")
    if one["stage"] == Stage.TOTAL and result.get("total_bound"):
        told.append("the bound can be checked without any solver")
    if one["stage"] == Stage.FAIRNESS:
        told += _proofs(one["frozen"])
    if one["stage"] == Stage.TIE:
        told.append("no other allocation is as good")
    return "; ".join(told)


def _proofs(frozen: Sequence[Mapping[str, Any]]) -> list[str]:
    """How many parties were settled by which proof."""
    counts: dict[str, int] = {}
    for one in frozen:
        counts[clean(one["proof"])] = counts.get(clean(one["proof"]), 0) + 1
    return [f"{counted(count, 'party', 'parties')}: {proof}" for proof, count in counts.items()]


def _state(result: Mapping[str, Any], final: bool) -> str:
    if result["tier"] == "preview":
        return "A preview, made quickly: nothing of it is proven, and the official result may differ."
    after = (
        "Planned again after changes; everybody else keeps what they had."
        if result["tier"] == "replan"
        else "Official."
    )
    if final:
        return f"{after} Every stage is proven to be as good as can be."
    done = {one["stage"] for one in result["stages"] if one["proven"]}
    left = [AIMS[Stage(stage)][0] for stage in result["policy"]["stages"] if stage not in done]
    return f"{after} Stopped before its end; not proven: {', '.join(left)}."


def _figures(
    parties: Sequence[PartyRow], activities: Sequence[ActivityRow], lines: int, stages: Sequence[StageRow]
) -> tuple[Figure, ...]:
    got, asked = sum(one.got for one in parties), sum(one.asked for one in parties)
    part = sum(1 for one in parties for given in one.refused if given.got)
    none = sum(1 for one in parties for given in one.refused if not given.got)
    states = [one.state for one in activities]
    claims, missed = sum(one.claims for one in parties), sum(one.missed for one in parties)
    budgets = [one.budget for one in parties if one.budget is not None]
    free = len(parties) - len(budgets)
    found = [
        Figure(
            "Seats given", f"{got:,}", f"of {asked:,} asked for; {sum(one.seats for one in activities):,} are on offer"
        ),
        Figure(
            "Lines with all they asked for",
            f"{lines - part - none:,}",
            f"of {lines:,}; {part:,} with a part, {none:,} with none",
        ),
        Figure(
            "Activities that run",
            f"{states.count('runs'):,}",
            f"of {len(states):,}; {states.count('cancelled'):,} cancelled",
        ),
        *_lowest(parties),
        Figure("Claims to reserved seats missed", f"{missed:,}", f"of {claims:,} seats"),
        Figure(
            "Cost of all seats",
            f"{sum(one.cost for one in parties):,}",
            f"{counted(free, 'party has', 'parties have')} no limit" if free else f"of budgets of {sum(budgets):,}",
        ),
    ]
    return (*found, *(Figure("Total", f"{one.value:,}", one.unit) for one in stages if one.name == "total"))


def _lowest(parties: Sequence[PartyRow]) -> Iterator[Figure]:
    """The lowest share, whose it is, and the highest."""
    shares = [(one.share, one) for one in parties if one.share is not None]
    if shares:
        low = min(share for share, _one in shares)
        of = [one.title or one.id for share, one in shares if share == low]
        whose = ", ".join(of[:3]) + (f" and {len(of) - 3:,} more" if of[3:] else "")
        high = max(share for share, _one in shares)
        yield Figure(
            "Lowest share of priority 1",
            f"{_tenths(low)}\N{NO-BREAK SPACE}%",
            f"{whose}; the highest is {_tenths(high)}\N{NO-BREAK SPACE}%",
        )


def _policy(policy: Mapping[str, Any], named: Mapping[str, str]) -> tuple[str, ...]:
    points, first, quota, reserve = policy["points"], policy["first_most"], policy["quota"], policy["reserve"]
    seniority = [named.get(one, one) for one in policy["seniority"]]
    worth = ", ".join(f"{points[one]:,} of priority {one}" for one in ("1", "2", "3"))
    return (
        f"Decided in this order: {', '.join(AIMS[Stage(one)][0] for one in policy['stages'])}.",
        f"Points where a line does not say: {worth}; they are for "
        + ("each seat." if policy["per"] == Per.SEAT else "the whole line, shared evenly among its seats."),
        "As many lines of a party count as priority 1 as it says."
        if first is None
        else f"At most {counted(first, 'line')} of a party count as priority 1; more count as priority 2.",
        f"Seniority: {', '.join(seniority)}; then the others in the order of their lot."
        if seniority
        else "Seniority: all parties in the order of their lot.",
        "Where an activity does not say: "
        + ("no quota" if quota is None else f"a party has at most {counted(quota, 'seat')} of it")
        + (f"; a party that asks has a claim to {counted(reserve, 'seat')} of what is scarce." if reserve else "."),
        "Where there are more claims than seats, "
        + (
            "the senior parties keep theirs." if policy["scarce"] == Scarce.SENIORITY else "lots decide who keeps them."
        ),
        f"Lots are drawn from the seed “{clean(policy['seed'])}”."
        if policy["seed"]
        else "Lots are drawn from an empty seed.",
    )


def _identity(result: Mapping[str, Any]) -> tuple[Figure, ...]:
    by = result["made_by"]
    found = [
        Figure("Instance", result["instance"], "SHA-256 of what was asked"),
        Figure("Seed of the lots", clean(result["policy"]["seed"]) or "empty"),
        Figure("Tier", result["tier"]),
        Figure("Made by", f"Cordiale {by['cordiale']}"),
    ]
    if "solver" in by:
        how = f"its seed {by['seed']}, {counted(by['threads'], 'thread')}"
        found.append(Figure("Solver", f"{by['solver']} {by['version']}", how))
    if "replanned" in result:
        found.append(Figure("Result before the changes", result["replanned"]["before"], "SHA-256"))
    return tuple(found)


# Words


def clean(text: str) -> str:
    """A text in one line, without what cannot be shown or would steer a terminal."""
    shown = "".join(one if one.isprintable() or one in JOINERS else " " for one in text)
    return " ".join(shown.split())


def _plain(text: str) -> str:
    """A text as an index sorts it: without accents and capitals."""
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one)).casefold()


def _named(id: str, title: str) -> str:
    return f"{title} ({id})" if title else id


def counted(number: int, one: str, many: str = "") -> str:
    """A number with what it counts, in one form or the other."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _tenths(share: Fraction) -> str:
    """A percentage, rounded down: what is not all never shows as all."""
    tenths = share.numerator * 1_000 // share.denominator
    return f"{tenths // 10}.{tenths % 10}"
