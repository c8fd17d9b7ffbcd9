"""Finds the encoding of a text that does not say it, and says which was taken, so that a person can choose another.

An encoding is likely when the words it gives are spelt with the letters of one language that it was made for. On lists
of names that is right more often than charset-normalizer, which needs running text (decision 0018 has the figures).
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from typing import NamedTuple

from cordiale.engines.workbooks.refusing import NotAWorkbook, WrongEncoding

_WESTERN = ("éèêëàâçîïôùûœÿ", "äöüß", "áéíóúüñ", "áâãàçéêíóôõú", "àèéìòù", "áéèëïóöü", "åäöé", "æøåé")
_CENTRAL = ("áčďéěíňóřšťúůýž", "ąćęłńóśźż", "áéíóöőúüű", "áäčďéíĺľňóôŕšťúýž", "čšž", "čćđšž", "ăâîșțşţ", "äöüß")
_BALTIC = ("āčēģīķļņšūž", "ąčęėįšųūž", "äõöüšž")
_TURKISH = ("çğıöşüâî", "äöüß", "éèêàç")
_CYRILLIC = (
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "абвгдђежзијклљмнњопрстћуфхцчџш",
    "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
)
_LATIN = frozenset("".join((*_WESTERN, *_CENTRAL, *_BALTIC, *_TURKISH)))
_GREEK = ("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",)
_HEBREW = ("אבגדהוזחטיךכלםמןנסעףפץצקרשת",)
_ARABIC = ("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي",)


class Encoding(NamedTuple):
    """An encoding that people's programs write: what they call it, and the alphabets it was made for."""

    label: str
    alphabets: tuple[str, ...] = ()


ENCODINGS: dict[str, Encoding] = {
    "utf-8": Encoding("Unicode (UTF-8)"),
    "utf-16-le": Encoding("Unicode (UTF-16 LE)"),
    "utf-16-be": Encoding("Unicode (UTF-16 BE)"),
    "cp1252": Encoding("Western European (Windows-1252)", _WESTERN),
    "cp1250": Encoding("Central European (Windows-1250)", _CENTRAL),
    "cp1255": Encoding("Hebrew (Windows-1255)", _HEBREW),
    "cp1251": Encoding("Cyrillic (Windows-1251)", _CYRILLIC),
    "cp1253": Encoding("Greek (Windows-1253)", _GREEK),
    "cp1254": Encoding("Turkish (Windows-1254)", _TURKISH),
    "cp1256": Encoding("Arabic (Windows-1256)", (*_ARABIC, _WESTERN[0])),
    "cp1257": Encoding("Baltic (Windows-1257)", _BALTIC),
    "iso8859_1": Encoding("Western European (ISO 8859-1)", _WESTERN),
    "iso8859_2": Encoding("Central European (ISO 8859-2)", _CENTRAL),
    "iso8859_5": Encoding("Cyrillic (ISO 8859-5)", _CYRILLIC),
    "iso8859_7": Encoding("Greek (ISO 8859-7)", _GREEK),
    "iso8859_9": Encoding("Turkish (ISO 8859-9)", _TURKISH),
    "iso8859_15": Encoding("Western European (ISO 8859-15)", _WESTERN),
    "mac_roman": Encoding("Western European (Mac)", _WESTERN),
    "mac_latin2": Encoding("Central European (Mac)", _CENTRAL),
    "mac_cyrillic": Encoding("Cyrillic (Mac)", _CYRILLIC),
    "koi8_r": Encoding("Cyrillic (KOI8-R)", _CYRILLIC[:1]),
    "cp850": Encoding("Western European (DOS)", _WESTERN),
    "cp852": Encoding("Central European (DOS)", _CENTRAL),
    "cp866": Encoding("Cyrillic (DOS)", _CYRILLIC[:1]),
}
"""The commoner of two that fit equally well stands first; Hebrew before Cyrillic, whose bytes never fit Hebrew."""

_GUESSED = tuple(name for name, encoding in ENCODINGS.items() if encoding.alphabets)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_ENOUGH = 64 * 1024
_WORD = re.compile(r"[^\W\d_]*[^\x00-\x7f](?:[^\W\d_]|[^\x00-\x7f])*")
_QUOTES = " –—‘’“”«»„‚…€£§°·•©®™¿¡ºª½¼¾±×\xa0"
"""Signs that stand around words in real texts."""


class Decoded(NamedTuple):
    """A text, the encoding it was read in, and whether the file itself tells it."""

    text: str
    encoding: str
    certain: bool


def decode(content: bytes, chosen: str = "") -> Decoded:
    """Turn bytes into text.

    Args:
        content: of a text file.
        chosen: a name in ENCODINGS that a person chose; empty to find it out.

    Raises:
        WrongEncoding: the bytes are no text in the encoding that was chosen, or in any known.
        NotAWorkbook: it is no text.
    """
    marked = next(((mark, name) for mark, name in _MARKS if content.startswith(mark)), None)
    body = content[len(marked[0]) :] if marked else content
    if chosen:
        if chosen not in ENCODINGS:
            raise WrongEncoding(f'"{chosen[:40]}" is no encoding known here', f"choose one of {', '.join(ENCODINGS)}")
        body = body if marked and marked[1] == chosen else content
        return Decoded(_strictly(body, chosen), chosen, certain=True)
    if marked:
        return Decoded(_strictly(body, marked[1]), marked[1], certain=True)
    wide = _without_a_mark(content)
    if wide:
        return Decoded(_strictly(content, wide), wide, certain=False)
    if b"\0" in content:
        raise NotAWorkbook("the file is neither a workbook nor a text", "send an .xlsx or a .csv file")
    try:
        return Decoded(content.decode("utf-8"), "utf-8", certain=True)
    except UnicodeDecodeError:
        name = _guess(content)
        return Decoded(_strictly(content, name), name, certain=False)


def _strictly(content: bytes, name: str) -> str:
    try:
        return content.decode(name)
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise WrongEncoding(
            f"byte 0x{content[fault.start]:02x} is no text in {ENCODINGS[name].label}",
            "choose another encoding, or save the file as UTF-8",
            f"line {line}",
        ) from None


def _without_a_mark(content: bytes) -> str:
    """UTF-16 betrays itself where every other byte is zero."""
    sample = content[:_ENOUGH]
    half = len(sample) // 2
    if half and sample[1::2].count(0) > half * 0.4 and sample[0::2].count(0) < half * 0.05:
        return "utf-16-le"
    if half and sample[0::2].count(0) > half * 0.4 and sample[1::2].count(0) < half * 0.05:
        return "utf-16-be"
    return ""


def _guess(content: bytes) -> str:
    """The most plausible of the encodings without a mark of their own."""
    lines = [line for line in content.splitlines() if not line.isascii()]
    sample = b"\n".join(lines)[:_ENOUGH]
    possible = [name for name in _GUESSED if _decodes(content, name)]
    return max(possible, key=lambda name: _spelt(sample.decode(name, "replace"), ENCODINGS[name].alphabets))


def _decodes(content: bytes, name: str) -> bool:
    try:
        content.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _spelt(text: str, alphabets: tuple[str, ...]) -> tuple[int, int]:
    """How well the words are spelt: in whichever language each of them fits, then in the one that most of them fit.

    Counted are letters beyond ASCII.
    """
    known = _letters(alphabets)
    total, single = 0, [0] * len(known)
    for found in _WORD.findall(text):
        word = found.strip(_QUOTES)
        small = word.replace("İ", "ı").lower()  # Python would make two characters of it, the second a lone dot
        beyond = {letter for letter in small if not letter.isascii()}
        count = sum(not letter.isascii() for letter in word)
        cased = word.islower() or word.isupper() or word[1:].islower() or word.lower() == word.upper()
        mixed = any(letter.isascii() for letter in word) and not beyond & _LATIN
        fitting = [place for place, letters in enumerate(known) if cased and not mixed and beyond <= letters]
        total += count if fitting else 0
        for place in fitting:
            single[place] += count
    return total, max(single)


@lru_cache(maxsize=64)
def _letters(alphabets: tuple[str, ...]) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(alphabet) for alphabet in alphabets)
