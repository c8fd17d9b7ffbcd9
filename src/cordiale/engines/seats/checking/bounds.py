"""The bound of the total, proven again by weak duality from the named rows and their prices.

Any prices will do, as long as none is below nothing where the row says "at most" and none above where it says "at
least": then the sum of prices times right sides, and of what each column is worth beyond its price, is at least as
much as any allocation is worth. Rule: docs/reference/seats.md, "The bound of the total".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from cordiale.engines.seats.checking.faults import Code, Faults, told
from cordiale.engines.seats.checking.rules import Pair, Rules, cliques


class Proof:
    """Prices of rows, and the bound that they prove.

    Args:
        rules: of the instance and the policy.
        scale: what prices are counted in, 1 or more.
        missed: what the stage of reserves reached; None where there was none.
        thresholds: id of a party to what fairness grants it; empty where that was not decided.
    """

    def __init__(self, rules: Rules, scale: int, missed: int | None, thresholds: Mapping[str, int]) -> None:
        self.rules, self.scale, self.missed, self.thresholds = rules, scale, missed, thresholds
        self._right = 0
        self._of_activity: dict[int, int] = defaultdict(int)
        self._of_minimum: dict[int, int] = defaultdict(int)
        self._of_party: dict[int, int] = defaultdict(int)
        self._of_share: dict[int, int] = defaultdict(int)
        self._of_pair: dict[Pair, int] = defaultdict(int)
        self._of_claim: dict[Pair, int] = defaultdict(int)
        self._of_line: dict[int, int] = defaultdict(int)
        self._of_idle: dict[Pair, int] = defaultdict(int)
        self._of_unit: dict[tuple[int, ...], int] = defaultdict(int)
        self._crowded: dict[Pair, int] = defaultdict(int)
        self._of_missed = 0

    def priced(self, rows: Mapping[str, int], faults: Faults) -> bool:
        """Take up the price of every row; False, and a fault, where one is not known or its sign is wrong."""
        sound = True
        for name, price in rows.items():
            sign = self._row(name, price)
            if sign is None:
                faults.add(Code.PRICE, name, f"no row is named {told(name)}")
            elif sign * price < 0:
                side = "most" if sign > 0 else "least"
                faults.add(Code.PRICE, name, f'a row that says "at {side}" has a price of the other sign')
            sound = sound and sign is not None and sign * price >= 0
        return sound

    def _row(self, name: str, price: int) -> int | None:
        """Take up a price: 1 where the row says "at most", -1 where it says "at least", None where there is no such."""
        kind, _, of = name.partition(" ")
        instance = self.rules.instance
        match kind:
            case "seats" if of in instance.activity_at:
                return self._seats(instance.activity_at[of], price)
            case "minimum" if self._runs(instance.activity_at.get(of)):
                self._of_minimum[instance.activity_at[of]] += price
                return -1
            case "budget" if of in instance.party_at:
                return self._budget(instance.party_at[of], price)
            case "pair" if of in self._named:
                return self._pair(self._named[of], price)
            case "person":
                return self._person(of, price)
            case "reserve" if self._named.get(of) in self.rules.claims:
                pair = self._named[of]
                self._of_claim[pair] += price
                self._right += price * self.rules.claims[pair]
                return -1
            case "idle" if self._named.get(of) in self.rules.claims:
                return self._idle(self._named[of], price)
            case "crowd" if of in self._units:
                return self._crowd(*self._units[of], price)
            case "missed" if of == "all" and self.missed is not None:
                self._of_missed += price
                self._right += price * self.missed
                return 1
            case "share" if of in instance.party_at and self.rules.first_asked[instance.party_at[of]]:
                self._of_share[instance.party_at[of]] += price
                self._right += price * self.thresholds.get(of, 0)
                return -1
        return None

    def _runs(self, activity: int | None) -> bool:
        """Whether there is a column that says whether an activity runs."""
        return activity is not None and self.rules.instance.activities[activity].minimum > 1

    def _seats(self, activity: int, price: int) -> int:
        self._of_activity[activity] += price
        if not self._runs(activity):
            self._right += price * self.rules.instance.activities[activity].seats
        return 1

    def _budget(self, party: int, price: int) -> int | None:
        budget = self.rules.instance.parties[party].budget
        if budget is None:
            return None
        self._of_party[party] += price
        self._right += price * budget
        return 1

    def _pair(self, pair: Pair, price: int) -> int:
        self._of_pair[pair] += price
        if not self._runs(self.rules.pairs[pair][1]):
            self._right += price * self.rules.most[pair]
        return 1

    def _idle(self, pair: Pair, price: int) -> int | None:
        if not self._runs(self.rules.pairs[pair][1]):
            return None
        self._of_idle[pair] += price
        self._right += price * self.rules.claims[pair]
        return -1

    def _crowd(self, unit: tuple[int, ...], activity: int, price: int) -> int | None:
        rules = self.rules
        party = rules.party[unit[0]]
        others = [pair for pair in self._claimants.get(activity, ()) if rules.pairs[pair][0] != party]
        taken = sum(rules.instance.lines[line].seats for line in unit if rules.activity[line] == activity)
        over = taken + sum(rules.claims[pair] for pair in others) - rules.instance.activities[activity].seats
        if taken < 2 or over <= 0:
            return None
        self._of_unit[unit] += price * over
        for pair in others:
            self._crowded[pair] += price
        return 1

    @cached_property
    def _units(self) -> dict[str, tuple[tuple[int, ...], int]]:
        """What is granted whole, and an activity of it, by the ids of a line there and of the activity."""
        instance, rules = self.rules.instance, self.rules
        return {
            f"{instance.lines[line].id} {instance.lines[line].activity}": (unit, rules.activity[line])
            for unit in rules.together
            for line in unit
        }

    @cached_property
    def _claimants(self) -> dict[int, list[Pair]]:
        """Activity to the pairs that have a claim there."""
        found: dict[int, list[Pair]] = {}
        for pair in self.rules.claims:
            found.setdefault(self.rules.pairs[pair][1], []).append(pair)
        return found

    def _person(self, of: str, price: int) -> int | None:
        person, _, place = of.rpartition(" ")
        lines = self._sets(person).get(place)
        if lines is None:
            return None
        for line in lines:
            self._of_line[line] += price
        self._right += price
        return 1

    @cached_property
    def _named(self) -> dict[str, Pair]:
        """Pairs that have live lines, by the ids of both."""
        instance, rules = self.rules.instance, self.rules
        return {
            f"{instance.parties[party].id} {instance.activities[activity].id}": pair
            for pair, (party, activity) in enumerate(rules.pairs)
            if rules.most[pair]
        }

    def _sets(self, person: str) -> dict[str, list[int]]:
        """Number of each of a person's largest sets of lines that share a day, as a name says it, to the set."""
        lines = self.rules.people.get(person, [])
        days = [found for line in lines if (found := self.rules.days(line)) is not None]
        return {str(place): [lines[one] for one in found] for place, found in enumerate(cliques(days))}

    def bound(self) -> int:
        """No total is above it. Prices must be sound."""
        rules, lines = self.rules, self.rules.instance.lines
        found = self._right + self._running() + self._missing()
        for line in rules.single:
            beyond = rules.worth[line] * self.scale - self._price([line], 1)
            if beyond > 0:
                found += beyond * min(lines[line].seats, rules.most[rules.pair[line]])
        for unit in rules.together:
            worth = sum(rules.worth[line] * lines[line].seats for line in unit)
            found += max(0, worth * self.scale - self._price(unit, None) - self._of_unit.get(unit, 0))
        return found // self.scale

    def _price(self, unit: Iterable[int], seats: int | None) -> int:
        """What a unit pays to all rows.

        Args:
            unit: its lines.
            seats: that each of them has in it; None for all it asks for.
        """
        rules = self.rules
        price = 0
        of_activity: dict[int, int] = {}
        of_pair: dict[Pair, int] = {}
        for line in unit:
            count = rules.instance.lines[line].seats if seats is None else seats
            party, activity, pair = rules.party[line], rules.activity[line], rules.pair[line]
            each = self._of_activity.get(activity, 0) + self._of_pair.get(pair, 0)
            each += self._of_party.get(party, 0) * rules.instance.activities[activity].cost
            if rules.first[line]:
                each += self._of_share.get(party, 0)
            price += count * each
            price += count * self._of_line.get(line, 0)
            of_activity[activity] = of_activity.get(activity, 0) + count
            of_pair[pair] = of_pair.get(pair, 0) + count
        for activity, count in of_activity.items():
            price += self._of_minimum.get(activity, 0) * min(count, rules.instance.activities[activity].minimum)
        for pair, count in of_pair.items():
            if pair in self._of_claim:
                price += self._of_claim[pair] * min(count, rules.claims[pair])
        return price

    def _running(self) -> int:
        """What the columns are worth that say whether activities run."""
        activities = self.rules.instance.activities
        worth: dict[int, int] = defaultdict(int)
        for activity, price in self._of_activity.items():
            worth[activity] += price * activities[activity].seats
        for activity, price in self._of_minimum.items():
            worth[activity] += price * activities[activity].minimum
        for pair, price in self._of_pair.items():
            worth[self.rules.pairs[pair][1]] += price * self.rules.most[pair]
        for pair, price in self._of_idle.items():
            worth[self.rules.pairs[pair][1]] -= price * self.rules.claims[pair]
        return sum(max(0, one) for activity, one in worth.items() if self._runs(activity))

    def _missing(self) -> int:
        """What the columns are worth that say by how many seats claims are missed."""
        return sum(
            claim * max(0, self._crowded.get(pair, 0) - self._of_claim.get(pair, 0) - self._of_idle.get(pair, 0)
                        - self._of_missed)
            for pair, claim in self.rules.claims.items()
        )  # fmt: skip
