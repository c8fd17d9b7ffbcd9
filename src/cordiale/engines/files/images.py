"""Walks through the pieces of a picture to its end mark; nothing is drawn or unpacked."""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO, Final

from cordiale.engines.files import texts
from cordiale.engines.files.refusing import DamagedFile, TwoFormats, UnpacksTooFar

MOST_PIXELS = 100_000_000
"""Of one picture; a browser takes four bytes for each."""
MOST_CHUNKS = 200_000
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PIECE = 2**16
_SAVE_AGAIN = "open it and save it again as a picture"
_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})


def check_png(stream: BinaryIO) -> None:
    """Read a PNG to its end.

    Raises:
        DamagedFile, TwoFormats, UnpacksTooFar, BeginsLikeAPage.
    """
    stream.seek(0)
    if stream.read(8) != _PNG:
        raise DamagedFile("the picture does not begin as a PNG does", _SAVE_AGAIN, "byte 1")
    at, met = 8, 0
    seen: set[bytes] = set()
    while True:
        met += 1
        place = f"chunk {met}, byte {at + 1:,}"
        heading = stream.read(8)
        if len(heading) < 8 or met > MOST_CHUNKS:
            raise DamagedFile("the picture breaks off", _SAVE_AGAIN, place)
        length, name = struct.unpack(">I4s", heading)
        if not name.isalpha() or (met == 1) is not (name == b"IHDR"):
            raise DamagedFile("what stands here is no chunk of a PNG", _SAVE_AGAIN, place)
        body = _chunk(stream, name, length, place)
        if name == b"IHDR":
            _check_size(body, place)
        seen.add(name)
        at += 12 + length
        if name == b"IEND":
            break
    if length or b"IDAT" not in seen:
        raise DamagedFile("the picture has no points", _SAVE_AGAIN)
    _refuse_more(stream, at)


def _chunk(stream: BinaryIO, name: bytes, length: int, place: str) -> bytes:
    """Check a chunk's sum; what it holds is returned for `IHDR` alone, looked through unless it is `IDAT`."""
    check, left, kept = zlib.crc32(name), length, b""
    while left:
        piece = stream.read(min(left, _PIECE))
        if not piece:
            raise DamagedFile("the picture breaks off", _SAVE_AGAIN, place)
        check = zlib.crc32(piece, check)
        left -= len(piece)
        if name != b"IDAT":
            texts.refuse_page_in(kept[-16:] + piece, place, _SAVE_AGAIN)
        kept = piece
    if stream.read(4) != struct.pack(">I", check):
        raise DamagedFile("the sum of the chunk is wrong", _SAVE_AGAIN, place)
    return kept


def _check_size(heading: bytes, place: str) -> None:
    if len(heading) != 13:
        raise DamagedFile("the picture does not say its size", _SAVE_AGAIN, place)
    width, height = struct.unpack(">II", heading[:8])
    _refuse_size(width, height, place)


def check_jpeg(stream: BinaryIO) -> None:
    """Read a JPEG to its end.

    Raises:
        DamagedFile, TwoFormats, UnpacksTooFar, BeginsLikeAPage.
    """
    stream.seek(2)
    has_frame = has_scan = False
    met = 0
    marker = _marker(stream)
    while marker != 0xD9:
        met += 1
        place = f"segment {met}, byte {stream.tell() - 1:,}"
        if met > MOST_CHUNKS:
            raise DamagedFile("the picture has more segments than any", _SAVE_AGAIN, place)
        if marker in _ALONE:
            marker = _marker(stream)
            continue
        body = _segment(stream, place)
        if marker in _FRAMES:
            if len(body) < 6:
                raise DamagedFile("the picture does not say its size", _SAVE_AGAIN, place)
            height, width = struct.unpack(">HH", body[1:5])
            _refuse_size(width, height, place)
            has_frame = True
        elif marker == 0xDA:
            has_scan = True
            marker = _after_scan(stream, place)
            continue
        elif marker >= 0xE0:
            texts.refuse_page_in(body, place, _SAVE_AGAIN)
        marker = _marker(stream)
    if not (has_frame and has_scan):
        raise DamagedFile("the picture has no points", _SAVE_AGAIN)
    _refuse_more(stream, stream.tell())


def _marker(stream: BinaryIO) -> int:
    """The next marker, which has to stand here; fill bytes may stand before it."""
    at = stream.tell()
    first = stream.read(1)
    code = stream.read(1)
    while code == b"\xff":
        code = stream.read(1)
    if first != b"\xff" or code in (b"", b"\x00", b"\xd8"):
        raise DamagedFile("what stands here is no segment of a JPEG", _SAVE_AGAIN, f"byte {at + 1:,}")
    return code[0]


def _segment(stream: BinaryIO, place: str) -> bytes:
    heading = stream.read(2)
    length = int.from_bytes(heading, "big") - 2
    body = stream.read(max(0, length))
    if len(heading) < 2 or length < 0 or len(body) < length:
        raise DamagedFile("the picture breaks off", _SAVE_AGAIN, place)
    return body


def _after_scan(stream: BinaryIO, place: str) -> int:
    """The marker that ends the points of a scan; a 255 among them is followed by 0, a restart or fill."""
    is_escaped = False
    while piece := stream.read(_PIECE):
        at = 0
        while True:
            if is_escaped:
                if at == len(piece):
                    break
                code = piece[at]
                if code not in (0x00, 0xFF) and not 0xD0 <= code <= 0xD7:
                    stream.seek(at + 1 - len(piece), 1)
                    return code
                is_escaped = code == 0xFF
                at += 1
                continue
            found = piece.find(b"\xff", at)
            if found < 0:
                break
            is_escaped, at = True, found + 1
    raise DamagedFile("the picture breaks off before its end mark", _SAVE_AGAIN, place)


def _refuse_size(width: int, height: int, place: str) -> None:
    if not width or not height:
        raise DamagedFile("the picture has no points", _SAVE_AGAIN, place)
    if width * height > MOST_PIXELS:
        raise UnpacksTooFar(
            f"the picture has {width:,} by {height:,} points, more than the {MOST_PIXELS:,} that are taken",
            "make it smaller",
            place,
        )


def _refuse_more(stream: BinaryIO, at: int) -> None:
    if stream.read(1):
        raise TwoFormats("something follows the end of the picture", _SAVE_AGAIN, f"byte {at + 1:,}")
