"""What the words of an audience name: ids, short names of frameworks, names of countries in any language."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping

from cordiale.engines.audience.language import SUSPENDED, Name, SharedName


def folded(word: str) -> str:
    """A word without case, accents and spare white space: "Türkiye" is found by "turkiye"."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


class Names:
    """All words that name something, in order of weight: an id beats a short name, a short name beats a name.

    Args:
        parties: party id to its names.
        frameworks: framework id to its short name and name.
        groups: ids of groups.

    A word that two things of one weight share names neither: the id must be written.
    """

    def __init__(
        self, *, parties: Mapping[str, Iterable[str]], frameworks: Mapping[str, Iterable[str]], groups: Iterable[str]
    ) -> None:
        self._words: dict[str, Name] = {}
        self._shared: set[str] = set()
        self._parties = {folded(word): party for party, words in parties.items() for word in (*words, party)}
        self._parties.update({party: party for party in parties})
        self._add([(party, Name("party", party)) for party in parties if party not in frameworks])
        # A framework of the same id as a party means the framework: membership, not the organisation itself.
        self._words.update({framework: Name("framework", framework) for framework in frameworks})
        self._words.update({group: Name("group", group) for group in groups})
        self._words[SUSPENDED] = Name(SUSPENDED, SUSPENDED)
        self._add([(word, Name("framework", key)) for key, words in frameworks.items() for word in words])
        self._add(
            [
                (word, self._party(key, frameworks))
                for key, words in parties.items()
                for word in (*words, f"party:{key}")
            ]
        )

    def _party(self, party: str, frameworks: Mapping[str, Iterable[str]]) -> Name:
        """A party, written with its kind where a framework bears the same id."""
        return Name("party", party, f"party:{party}" if party in frameworks else "")

    def _add(self, words: Iterable[tuple[str, Name]]) -> None:
        new: dict[str, Name | None] = {}
        for word, name in words:
            key = folded(word)
            if key in self._words:
                continue
            new[key] = name if new.get(key, name) == name else None
        self._words.update({key: name for key, name in new.items() if name is not None})
        self._shared.update(key for key, name in new.items() if name is None)

    def __call__(self, word: str) -> Name | None:
        """What a word names; None when nothing.

        Raises:
            SharedName: it names more than one thing.
        """
        key = folded(word)
        if key in self._shared and key not in self._words:
            raise SharedName(word)
        return self._words.get(key)

    def party(self, word: str) -> str | None:
        """The id of the party a word names, also where a framework bears the same name."""
        return self._parties.get(folded(word))

    def framework(self, word: str) -> str | None:
        """The id of the framework a word names."""
        name = self._words.get(folded(word))
        return name.id if name is not None and name.kind == "framework" else None

    def near(self, word: str, kind: str) -> str:
        """The id of what somebody may have meant; empty when nothing is near."""
        words = [key for key, name in self._words.items() if name.kind == kind]
        found = difflib.get_close_matches(folded(word), words, n=1)
        return self._words[found[0]].id if found else ""

    def known(self) -> list[str]:
        """Every word that names something."""
        return list(self._words)
