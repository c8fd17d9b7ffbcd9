"""Measures several ways of doing the same thing by turns, so that whatever else the machine does hits all alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any

Contender = tuple[Callable[[Any], Any], Sequence[Any]]
"""What asks, and the questions it is prepared for."""

ROUNDS = 12
WINDOW = 0.06


def race(contenders: Mapping[str, Contender]) -> dict[str, float]:
    """Questions a second of each contender: the best of its windows, taken in turns.

    Every contender goes through its questions once before anything is measured.
    """
    for ask, questions in contenders.values():
        for question in questions:
            ask(question)
    best = dict.fromkeys(contenders, 0.0)
    for _ in range(ROUNDS):
        for name, (ask, questions) in contenders.items():
            best[name] = max(best[name], _window(ask, questions))
    return best


def _window(ask: Callable[[Any], Any], questions: Sequence[Any]) -> float:
    done, began = 0, perf_counter()
    while True:
        for question in questions:
            ask(question)
        done += len(questions)
        taken = perf_counter() - began
        if taken > WINDOW:
            return done / taken
