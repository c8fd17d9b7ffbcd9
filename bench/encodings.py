"""Counts how many short lists of country names are read in the right letters when the file does not say its encoding.

The names are CLDR's, in the languages and encodings below. Beside us, charset-normalizer has the same choice.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator

from babel import Locale
from charset_normalizer import from_bytes

from bench import Answer, report
from cordiale.engines.workbooks.encodings import ENCODINGS, decode

WRITTEN_IN = {
    "cp1252": ("fr", "de", "es", "pt", "it", "sv", "da", "nl"),
    "mac_roman": ("fr", "de"),
    "cp850": ("fr",),
    "cp1250": ("cs", "pl", "hu", "ro", "sk", "sl", "hr"),
    "iso8859_2": ("cs", "pl"),
    "cp1251": ("ru", "uk", "bg", "sr", "mk"),
    "iso8859_5": ("ru",),
    "mac_cyrillic": ("ru",),
    "koi8_r": ("ru",),
    "cp1253": ("el",),
    "cp1254": ("tr",),
    "cp1255": ("he",),
    "cp1256": ("ar",),
    "cp1257": ("lt", "lv", "et"),
}
NAMES = (3, 10, 40)
LISTS = 12
SEED = 17
GUESSED = [name for name, encoding in ENCODINGS.items() if encoding.alphabets]


def main() -> None:
    """Measure and report, encoding by encoding and in all."""
    right: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for encoding, text in lists():
        content = text.encode(encoding)
        for who, read in (("ours", ours), ("peer", theirs)):
            for where in (encoding, "all"):
                right[where][who] += read(content) == text
        for where in (encoding, "all"):
            right[where]["lists"] += 1
    report("encodings", [answer(where, counts) for where, counts in right.items()])


def answer(where: str, counts: dict[str, int]) -> Answer:
    """One line of the report."""
    question = f"lists in {where if where == 'all' else ENCODINGS[where].label} read in the right letters"
    ratio = counts["ours"] / counts["peer"] if counts["peer"] else None
    return Answer(
        question, "charset-normalizer", ratio, "", None, {name: counts[name] for name in ("lists", "ours", "peer")}
    )


def lists() -> Iterator[tuple[str, str]]:
    """Encoding and text of every list that holds a letter beyond ASCII."""
    chance = random.Random(SEED)
    for encoding, languages in WRITTEN_IN.items():
        for language in languages:
            names = [name for code, name in Locale(language).territories.items() if len(code) == 2]
            for size in NAMES:
                for _ in range(LISTS):
                    rows = (f"{number};{name};member\n" for number, name in enumerate(chance.sample(names, size)))
                    text = f"id;name;status\n{''.join(rows)}".encode(encoding, "ignore").decode(encoding)
                    if not text.isascii():
                        yield encoding, text


def ours(content: bytes) -> str:
    """The text as our reader takes it."""
    return decode(content).text


def theirs(content: bytes) -> str:
    """The text as charset-normalizer takes it."""
    return str(from_bytes(content, cp_isolation=GUESSED).best() or "")


if __name__ == "__main__":
    main()
