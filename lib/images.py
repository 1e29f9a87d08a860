"""Pictures that people give us (a logo): checked by content and rewritten with only what draws, nothing else.

No decoder: the file is walked block by block (PNG, ISO/IEC 15948; JPEG, ITU-T T.81). Texts, profiles, places and
anything after the end are left out, so that no second file hides in the first. Pure Python.
"""

import struct
import zlib
from dataclasses import dataclass

from lib.errors import Refusal
from lib.wording import say as _

MAX_BYTES = 2_000_000
MAX_SIDE = 4000  # pixels
MOST_ON_PAPER = 300_000  # bytes of a picture that goes into every document
_PNG = b"\x89PNG\r\n\x1a\n"
_DRAWS = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"pHYs"}
# Frame headers of JPEG that browsers draw: baseline, extended, progressive.
_FRAMES = {0xC0, 0xC1, 0xC2}


@dataclass(frozen=True)
class Picture:
    """A clean picture: its bytes, its type (`image/png` or `image/jpeg`), its size in pixels."""

    content: bytes
    content_type: str
    width: int
    height: int
    inks: int = 0  # of a JPEG: 1 grey, 3 colours, 4 inks


def clean_picture(data: bytes) -> Picture:
    """The picture in `data`, rewritten. Raises Refusal, in words, for what is not a sound PNG or JPEG of a fair size."""
    if len(data) > MAX_BYTES:
        raise Refusal(_("Cette image dépasse 2\u00a0Mo. Réduisez-la, puis envoyez-la à nouveau."))
    try:
        if data.startswith(_PNG):
            picture = _png(data)
        elif data.startswith(b"\xff\xd8\xff"):
            picture = _jpeg(data)
        else:
            raise Refusal(_("Ce fichier n’est pas une image PNG ou JPEG."))
    except (IndexError, struct.error, ValueError):
        raise Refusal(_("Cette image est abîmée\u00a0: elle ne peut pas être lue.")) from None
    if not (0 < picture.width <= MAX_SIDE and 0 < picture.height <= MAX_SIDE):
        raise Refusal(_("Cette image dépasse {side} pixels de côté. Réduisez-la, puis envoyez-la à nouveau.", side=MAX_SIDE))
    return picture


def printable_picture(data: bytes) -> Picture | None:
    """The picture in `data` when it may go into every paper: light enough, and of colours that an archived PDF holds (no
    four-ink JPEG, ISO 19005-3 6.2.4). None otherwise."""
    if len(data) > MOST_ON_PAPER:
        return None
    try:
        picture = clean_picture(data)
    except Refusal:
        return None
    return None if picture.inks == 4 else picture


def _png(data: bytes) -> Picture:
    kept, at, width, height, drawn = [_PNG], len(_PNG), 0, 0, False
    while True:
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        block = data[at : at + 12 + length]
        if len(block) != 12 + length or zlib.crc32(block[4:-4]) != struct.unpack(">I", block[-4:])[0]:
            raise ValueError("a block is cut or altered")
        if (at == len(_PNG)) != (kind == b"IHDR"):
            raise ValueError("the header is first, and once")
        if kind == b"IHDR":
            width, height = struct.unpack(">II", block[8:16])
        drawn = drawn or kind == b"IDAT"
        if kind in _DRAWS:
            kept.append(block)
        at += len(block)
        if kind == b"IEND":
            break
    if not drawn:
        raise ValueError("nothing is drawn")
    return Picture(b"".join(kept), "image/png", width, height)


def _jpeg(data: bytes) -> Picture:
    kept, at, width, height, inks = [b"\xff\xd8"], 2, 0, 0, 0
    while True:
        if data[at] != 0xFF:
            raise ValueError("a mark was expected")
        mark = data[at + 1]
        if mark == 0xFF:  # filling
            at += 1
            continue
        if mark == 0xD9:
            break
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        segment = data[at : at + 2 + length]
        if length < 2 or len(segment) != 2 + length:
            raise ValueError("a segment is cut")
        at += len(segment)
        if mark in _FRAMES:
            height, width, inks = struct.unpack(">HHB", segment[5:10])
        if mark in (0xE0, 0xEE) or not (0xE0 <= mark <= 0xEF or mark == 0xFE):  # no text, place nor profile
            kept.append(segment)
        if mark == 0xDA:
            end = _end_of_scan(data, at)
            kept.append(data[at:end])
            at = end
    if len(kept) < 3 or not width:
        raise ValueError("nothing is drawn")
    return Picture(b"".join([*kept, b"\xff\xd9"]), "image/jpeg", width, height, inks)


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the entropy-coded data that begins at `at` ends: at the next mark that is no restart."""
    while True:
        at = data.index(b"\xff", at)
        if data[at + 1] == 0x00 or 0xD0 <= data[at + 1] <= 0xD7:
            at += 2
        else:
            return at
