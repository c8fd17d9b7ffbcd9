"""Reads the sentence people write, "PfP, MD, ICI and Japan except Belarus", and prints it in one canonical form.

Grammar: DESIGN.md, "Audience language". An exception subtracts from all that stands before it in its bracket.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken

LONGEST = 2_000
"""Characters of a sentence."""
DEEPEST = 12
"""Brackets within brackets."""
MOST_NAMES = 400
"""Names in a sentence."""

SUSPENDED = "suspended"

RESERVED = ("and", "both", "except", "or")
"""Words of the language itself; as a name they stand in quotes."""
COMPLEMENTS = ("all", "everyone", "everybody", "any", "anyone", "not", "others", "non")
"""Words with which people try to say "whoever is not"."""

GRAMMAR = r"""
    start: audience
    audience: union [_EXCEPT union]
    union: term (_separator term)*
    _separator: "," ["and"i | "or"i] | "and"i | "or"i
    term: NAME -> name | QUOTED -> quoted | "both"i term ["and"i] term -> both | "(" audience ")" -> bracket
    _EXCEPT.2: /(?:,\s*)?except(?![\w.+&:-])/i
    NAME: /(?!(?:except|and|or|both)(?![\w.+&:-]))[^\W_][\w.+&:'’-]*/i
    QUOTED: /"[^"]+"/
    %import common.WS
    %ignore WS
"""


class BadAudience(ValueError):
    """A sentence that means nothing, or that could let in who was sent away.

    Args:
        what: what is wrong.
        sentence: the sentence.
        position: character at which it is wrong, 0 for the first.
        mended: a sentence that may have been meant; empty when there is no guess.
    """

    code = "bad-audience"

    def __init__(self, what: str, *, sentence: str, position: int, mended: str = "") -> None:
        pointer = f"{sentence}\n{' ' * position}^" if "\n" not in sentence and len(sentence) <= 200 else ""
        hint = f"\nDid you mean: {mended}" if mended else ""
        super().__init__(f"{what} (character {position + 1})" + (f"\n{pointer}" if pointer else "") + hint)
        self.what, self.sentence, self.position, self.mended = what, sentence, position, mended


class SharedName(LookupError):
    """A word that names several things of one weight, and so none of them."""


@dataclass(frozen=True)
class Name:
    """A party, a framework, a group, or the word `suspended`.

    Args:
        kind: "party", "framework", "group" or "suspended".
        id: its id.
        word: how it is written, where the id alone would name something else: "party:ID".
    """

    kind: str
    id: str
    word: str = ""


@dataclass(frozen=True)
class Both:
    """Parties in both of two audiences."""

    one: Audience
    other: Audience


@dataclass(frozen=True)
class Union:
    """Parties in any of several audiences."""

    parts: tuple[Audience, ...]


@dataclass(frozen=True)
class Except:
    """Parties in one audience that are not spoken of in another."""

    keep: Audience
    drop: Audience


_ONE_WORD = re.compile(r"[^\W_][\w.+&:'’-]*")

Audience = Name | Both | Union | Except
Naming = Callable[[str], Name | None]
"""From a word of a sentence to what it names; None for one that names nothing; raises `SharedName` for several."""


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", propagate_positions=True, maybe_placeholders=False)


def parse(sentence: str, *, naming: Naming, known: Callable[[], list[str]] = list) -> Audience:
    """Read a sentence.

    Args:
        sentence: as written.
        naming: what its words name.
        known: all words that name something, for suggestions.

    Raises:
        BadAudience: with the position and, where there is one, a mended sentence.
    """
    if not sentence.strip():
        raise BadAudience(
            "The audience is empty; name a framework, a country or a group", sentence=sentence, position=0
        )
    if len(sentence) > LONGEST:
        raise BadAudience(
            f"The audience is longer than {LONGEST:,} characters; define a group", sentence=sentence, position=LONGEST
        )
    _check_depth(sentence)
    try:
        tree = _parser().parse(sentence)
    except UnexpectedInput as error:
        raise _refusal(sentence, error) from None
    names = list(tree.scan_values(lambda value: isinstance(value, Token)))
    if len(names) > MOST_NAMES:
        what = f"The audience names more than {MOST_NAMES}; define a group"
        raise BadAudience(what, sentence=sentence, position=names[MOST_NAMES].start_pos or 0)
    return canonical(_Reader(sentence, naming, known).read(tree.children[0], dropped=False))


def _check_depth(sentence: str) -> None:
    depth = 0
    for position, character in enumerate(sentence):
        depth += (character == "(") - (character == ")")
        if depth > DEEPEST:
            raise BadAudience(f"More than {DEEPEST} brackets within brackets", sentence=sentence, position=position)
    if len(sentence.lower().split("both")) > 2 * DEEPEST:
        raise BadAudience('Too many "both" within one another', sentence=sentence, position=0)


def _refusal(sentence: str, error: UnexpectedInput) -> BadAudience:
    """What is wrong where the grammar gave up, in words."""
    if not isinstance(error, UnexpectedToken):
        position = int(getattr(error, "pos_in_stream", 0))
        return BadAudience(f'"{sentence[position]}" has no place here', sentence=sentence, position=position)
    token = error.token
    if token.type == "$END":
        what = "The audience stops too early; a name or a bracket is missing"
        return BadAudience(what, sentence=sentence, position=len(sentence))
    word, position = str(token), token.start_pos or 0
    before, after = sentence[:position].rstrip(), sentence[position + len(word) :]
    mended = ""
    excepting = token.type == "_EXCEPT"
    if excepting and (not before or before.endswith("(")):
        what = (
            "An audience cannot begin with an exception: name first whom it includes, for whoever is sent away "
            "from a framework must never come in by that"
        )
    elif excepting:
        what = "One bracket has one exception, at its end; names after it all belong to it"
        mended = f"{before.rstrip(',')}, {after.strip()}"
    elif before and before.split()[-1].lstrip("(,").lower() in COMPLEMENTS:
        last = before.split()[-1].lstrip("(,")
        return _complement(last, sentence, len(before) - len(last))
    elif token.type in ("NAME", "QUOTED", "LPAR", "BOTH"):
        what = f'Before "{word}" a comma, "and" or "or" is missing'
        mended = f"{before}, {sentence[position:]}"
    else:
        what = f'"{word}" has no place here'
    return BadAudience(what, sentence=sentence, position=position, mended=mended)


def _complement(word: str, sentence: str, position: int) -> BadAudience:
    return BadAudience(
        f'"{word}" is refused: an audience names whom it includes, for whoever is sent away from a framework '
        "must never come in by that",
        sentence=sentence,
        position=position,
    )


class _Reader:
    """Turns a tree into an audience, and refuses what the grammar cannot see."""

    def __init__(self, sentence: str, naming: Naming, known: Callable[[], list[str]]) -> None:
        self.sentence, self.naming, self.known = sentence, naming, known

    def read(self, node: Tree[Token] | Token, *, dropped: bool) -> Audience:
        """An audience; `dropped` says whether it stands after an except."""
        if isinstance(node, Token):
            raise TypeError(node)
        match node.data:
            case "audience":
                return self._audience(node, dropped)
            case "union":
                return Union(tuple(self.read(part, dropped=dropped) for part in node.children))
            case "both":
                one, other = node.children
                return Both(self.read(one, dropped=dropped), self.read(other, dropped=dropped))
            case "bracket":
                return self.read(node.children[0], dropped=dropped)
            case _:
                (token,) = node.children
                assert isinstance(token, Token)  # noqa: S101  # a name holds its word
                return self._name(token, dropped)

    def _audience(self, node: Tree[Token], dropped: bool) -> Audience:
        keep = self.read(node.children[0], dropped=dropped)
        if len(node.children) == 1:
            return keep
        if dropped:
            position = node.children[1].meta.start_pos  # type: ignore[union-attr]  # a union is a tree
            raise BadAudience(
                "An exception within an exception could let in who was sent away; name whom to include instead",
                sentence=self.sentence,
                position=position,
            )
        return Except(keep, self.read(node.children[1], dropped=True))

    def _name(self, token: Token, dropped: bool) -> Name:
        word = str(token).strip('"').strip()
        position = token.start_pos or 0
        try:
            name = self.naming(word)
        except SharedName:
            what = f'"{word}" is the name of more than one; write the id of the one you mean'
            raise BadAudience(what, sentence=self.sentence, position=position) from None
        if name is None:
            raise self._unknown(word, str(token), position)
        if name.kind == SUSPENDED and not dropped:
            raise BadAudience(
                '"suspended" may stand only after "except": whoever is suspended is never let in by that',
                sentence=self.sentence,
                position=position,
            )
        return name

    def _unknown(self, word: str, written: str, position: int) -> BadAudience:
        if word.lower() in COMPLEMENTS:
            return _complement(word, self.sentence, position)
        near = difflib.get_close_matches(word.lower(), self.known(), n=1, cutoff=0.6)
        mended = self.sentence[:position] + near[0] + self.sentence[position + len(written) :] if near else ""
        return BadAudience(
            f'"{word}" is no country, organisation, framework or group here',
            sentence=self.sentence,
            position=position,
            mended=mended,
        )


def canonical(audience: Audience) -> Audience:
    """The same audience in one form: unions flat, sorted, without doubles."""
    match audience:
        case Union(parts):
            flat: dict[Audience, None] = {}
            for part in parts:
                made = canonical(part)
                flat.update(dict.fromkeys(made.parts if isinstance(made, Union) else (made,)))
            ordered = tuple(sorted(flat, key=written))
            return ordered[0] if len(ordered) == 1 else Union(ordered)
        case Both(one, other):
            first, second = sorted((canonical(one), canonical(other)), key=written)
            return first if first == second else Both(first, second)
        case Except(keep, drop):
            return Except(canonical(keep), canonical(drop))
        case _:
            return audience


def written(audience: Audience) -> str:
    """An audience as a sentence; reading it gives the same audience again."""
    match audience:
        case Name():
            name = audience.word or audience.id
            return f'"{name}"' if name.casefold() in RESERVED else name
        case Union(parts):
            return ", ".join(_part(part) for part in parts)
        case Both(one, other):
            return f"both {_part(one, loose=True)} {_part(other, loose=True)}"
        case Except(keep, drop):
            return f"{written(keep) if not isinstance(keep, Except) else _part(keep)} except {written(drop)}"


def _part(audience: Audience, *, loose: bool = False) -> str:
    """An audience as part of another, in brackets where it would read differently without."""
    if isinstance(audience, Except) or (loose and isinstance(audience, Union)):
        return f"({written(audience)})"
    return written(audience)


def reworded(audience: Audience, word: Callable[[Name], str]) -> Audience:
    """The same audience in other words, as people write them; in quotes where a word is more than one."""
    match audience:
        case Name(kind, name):
            chosen = word(audience)
            return Name(kind, name, chosen if _ONE_WORD.fullmatch(chosen) else f'"{chosen}"')
        case Union(parts):
            return Union(tuple(reworded(part, word) for part in parts))
        case Both(one, other):
            return Both(reworded(one, word), reworded(other, word))
        case Except(keep, drop):
            return Except(reworded(keep, word), reworded(drop, word))


def frameworks_in(audience: Audience) -> frozenset[str]:
    """Ids of all frameworks an audience speaks of; groups must have been replaced by what they mean."""
    match audience:
        case Name("framework", name):
            return frozenset((name,))
        case Union(parts):
            return frozenset().union(*(frameworks_in(part) for part in parts))
        case Both(one, other) | Except(one, other):
            return frameworks_in(one) | frameworks_in(other)
        case _:
            return frozenset()
