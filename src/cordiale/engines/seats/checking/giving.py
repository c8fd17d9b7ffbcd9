"""An allocation held against the rules: what it breaks, what it comes to, whether it leaves room that is wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from cordiale.engines.seats.checking.faults import Code, Faults, number
from cordiale.engines.seats.checking.rules import Rules


class Given:
    """What an allocation comes to.

    Args:
        rules: of the instance and the policy.
        seats: id of a line of the instance to seats, whole numbers of any size.

    Attributes:
        seats: by line.
        taken: by activity.
        of_pair: by pair.
        spent, first: by party, what its seats cost, and those that count for its share.
        total: the sum of seats times worth.
        misses: pair with a claim to the seats by which it is missed.
    """

    def __init__(self, rules: Rules, seats: Mapping[str, int]) -> None:
        instance = rules.instance
        self.rules = rules
        self.seats = [0] * len(instance.lines)
        self.taken = [0] * len(instance.activities)
        self.of_pair = [0] * len(rules.pairs)
        self.spent = [0] * len(instance.parties)
        self.first = [0] * len(instance.parties)
        self.total = 0
        self._busy: dict[str, list[int]] = {}
        for line, count in seats.items():
            place = instance.line_at[line]
            activity, party = rules.activity[place], rules.party[place]
            self.seats[place] = count
            self.taken[activity] += count
            self.of_pair[rules.pair[place]] += count
            self.spent[party] += count * instance.activities[activity].cost
            self.total += count * rules.worth[place]
            if rules.first[place]:
                self.first[party] += count
            if instance.lines[place].person:
                self._busy.setdefault(instance.lines[place].person, []).append(place)
        self.misses = {pair: max(0, claim - self.of_pair[pair]) for pair, claim in rules.claims.items()}

    @property
    def missed(self) -> int:
        """Seats by which claims are missed, all together."""
        return sum(self.misses.values())

    def hold_against_rules(self, faults: Faults) -> None:
        """Add a fault for everything that breaks a rule."""
        self._lines(faults)
        self._sums(faults)
        self._people(faults)
        self._bundles(faults)

    def _lines(self, faults: Faults) -> None:
        rules = self.rules
        for place, count in enumerate(self.seats):
            if not count:
                continue
            line = rules.instance.lines[place]
            if not rules.eligible[place]:
                why = line.refused or "the activity does not let its party in"
                faults.add(Code.INELIGIBLE, line.id, f"it has {number(count)} seats and is not eligible: {why}")
            elif not rules.live[place]:
                faults.add(Code.NOT_LIVE, line.id, f"it has {number(count)} seats and could not have any")
            if count > line.seats:
                faults.add(Code.ASKED, line.id, f"it has {number(count)} seats and asked for {line.seats}")
            elif line.whole and count != line.seats:
                faults.add(Code.WHOLE, line.id, f"it has {count} of {line.seats} seats, and takes all or none")

    def _sums(self, faults: Faults) -> None:
        rules, instance = self.rules, self.rules.instance
        for one, taken in zip(instance.activities, self.taken, strict=True):
            if taken > one.seats:
                faults.add(Code.SEATS, one.id, f"{number(taken)} seats are given, and there are {one.seats}")
            if 0 < taken < one.minimum:
                faults.add(Code.MINIMUM, one.id, f"{taken} seats are given, and with fewer than {one.minimum} none are")
        for party, spent in zip(instance.parties, self.spent, strict=True):
            if party.budget is not None and spent > party.budget:
                faults.add(
                    Code.BUDGET, party.id, f"its seats cost {number(spent)}, and its budget is {party.budget:,}"
                )  # fmt: skip
        for (party_at, activity), taken in zip(rules.pairs, self.of_pair, strict=True):
            if taken > rules.quota[activity]:
                faults.add(
                    Code.QUOTA, instance.parties[party_at].id,
                    f"it has {number(taken)} seats of {instance.activities[activity].id}, and a party has"
                    f" {rules.quota[activity]} at most",
                )  # fmt: skip

    def _people(self, faults: Faults) -> None:
        lines = self.rules.instance.lines
        for person, places in self._busy.items():
            spans = sorted((*days, place) for place in places if (days := self.rules.days(place)) is not None)
            for (_, ends, one), (begins, _, other) in pairwise(spans):
                # of spans in the order in which they begin, two that share a day are found beside each other
                if begins < ends:
                    faults.add(
                        Code.OVERLAP, lines[other].id, f"{person} would be there and at {lines[one].activity} at once"
                    )  # fmt: skip

    def _bundles(self, faults: Faults) -> None:
        lines = self.rules.instance.lines
        for bundle, places in self.rules.bundles.items():
            granted = [place for place in places if self.seats[place]]
            if not granted:
                continue
            for place in places:
                if self.seats[place] < lines[place].seats:
                    faults.add(
                        Code.BUNDLE, lines[place].id,
                        f"it has {self.seats[place]} of {lines[place].seats} seats, and others of its bundle {bundle}"
                        " have some",
                    )  # fmt: skip

    # Whether there is room for what is asked.

    def leave_no_room(self, faults: Faults, *, may_open: bool) -> None:
        """Add a fault for every line that could have more while everybody else keeps what they have.

        Args:
            may_open: whether what could run by this alone counts too.
        """
        rules, lines = self.rules, self.rules.instance.lines
        for place in rules.single:
            left = lines[place].seats - self.seats[place]
            if not left:
                continue
            activity = rules.activity[place]
            least = 1
            if not self.taken[activity]:
                least = max(1, rules.instance.activities[activity].minimum)
            if least <= left and (may_open or least == 1) and self._fits([(place, least)], may_open):
                faults.add(Code.ROOM, lines[place].id, "it could have more, whatever else is given")
        for places in rules.together:
            if not self.seats[places[0]] and self._fits([(one, lines[one].seats) for one in places], may_open):
                faults.add(Code.ROOM, lines[places[0]].id, "it could be granted whole, whatever else is given")

    def _fits(self, more: Sequence[tuple[int, int]], may_open: bool) -> bool:
        """Whether lines of one party could have so many seats more, all together."""
        rules, instance = self.rules, self.rules.instance
        of_activity: dict[int, int] = {}
        for place, count in more:
            at = rules.activity[place]
            of_activity[at] = of_activity.get(at, 0) + count
        party = rules.party[more[0][0]]
        price = 0
        pair_of = {rules.activity[place]: rules.pair[place] for place, _ in more}
        for at, count in of_activity.items():
            one = instance.activities[at]
            opens = not self.taken[at] and one.minimum > 1
            if self.taken[at] + count > one.seats or self.taken[at] + count < one.minimum or (opens and not may_open):
                return False
            if self.of_pair[pair_of[at]] + count > rules.quota[at]:
                return False
            price += count * one.cost
        budget = instance.parties[party].budget
        if budget is not None and self.spent[party] + price > budget:
            return False
        return not self._collides([place for place, _ in more])

    def _collides(self, more: Sequence[int]) -> bool:
        """Whether somebody whom these lines name would be at two places at once."""
        lines = self.rules.instance.lines
        for number_, place in enumerate(more):
            person, mine = lines[place].person, self.rules.days(place)
            if not person or mine is None:
                continue
            there = [*self._busy.get(person, ()), *(other for other in more[:number_] if lines[other].person == person)]
            for other in there:
                theirs = self.rules.days(other)
                if theirs is not None and other != place and mine[0] < theirs[1] and theirs[0] < mine[1]:
                    return True
        return False
