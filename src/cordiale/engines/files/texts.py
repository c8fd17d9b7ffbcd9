"""Tells text from what only looks like it: web pages, drawings, scripts and bytes."""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO, Final

from cordiale.engines.files.refusing import BeginsLikeAPage, NotText

_PIECE = 2**16
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_NO_TEXT: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
"""Control characters other than tab, line feed, form feed and carriage return."""
_PAGE: Final = re.compile(r"[\s\ufeff]*(?:<[a-z!?/%]|#!)", re.IGNORECASE)
"""How HTML, SVG, XML and PHP begin, and scripts for a shell: no text, table or Markdown of ours needs to."""
_PAGE_INSIDE: Final = re.compile(rb"<\s*(?:html|head|body|script|iframe|svg|!doctype|\?php)", re.IGNORECASE)
_SAVE = 'save it as text in UTF-8 ("Unicode")'


def encoding_of(head: bytes) -> tuple[str, int]:
    """The encoding of a text that begins so, and how many bytes its mark has; UTF-8 without a mark."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    return "utf-8", 0


def check(stream: BinaryIO) -> None:
    """Read a text to its end.

    Raises:
        NotText: a byte or a control character that no text has.
        BeginsLikeAPage: it begins like HTML, SVG, XML or a script.
    """
    stream.seek(0)
    piece = stream.read(_PIECE)
    encoding, mark = encoding_of(piece)
    decoder = codecs.getincrementaldecoder(encoding)()
    piece, read = piece[mark:], mark
    is_beginning = True
    while True:
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            raise NotText("bytes that are no text", _SAVE, f"about byte {read + error.start + 1:,}") from None
        wrong = _NO_TEXT.search(text)
        if wrong:
            raise NotText(
                f"a control character (U+{ord(wrong[0]):04X})", _SAVE, f"about byte {read + wrong.start() + 1:,}"
            )
        if is_beginning and _PAGE.match(text):
            raise BeginsLikeAPage(
                "the text begins as a web page, a drawing or a script does", "put a line of plain text first"
            )
        # whitespace without end could push the page behind the first piece
        is_beginning = is_beginning and not text.strip("\ufeff \t\r\n\f")
        if not piece:
            return
        read += len(piece)
        piece = stream.read(_PIECE)


def refuse_page_in(content: bytes, place: str, mend: str) -> None:
    """Refuse the words of a web page where a file has room for anybody's text.

    Raises:
        BeginsLikeAPage.
    """
    if _PAGE_INSIDE.search(content):
        raise BeginsLikeAPage("the file carries a web page or a script", mend, place)
