"""Accepts or rejects any allocation, whoever made it, in exact whole numbers.

The rules of docs/reference/seats.md are written here a second time, and nothing of the engine is used but what an
instance and a policy are: a mistake there cannot hide here. `rules` says what is asked for and by which right, `giving`
whether an allocation keeps to the rules and leaves no room, `bounds` proves the bound of the total again, `stages` and
`tables` hold what a result says of itself against that, `judging` asks them all.
"""

from cordiale.engines.seats.checking.faults import Code, Fault
from cordiale.engines.seats.checking.judging import Checked, check

__all__ = ["Checked", "Code", "Fault", "check"]
