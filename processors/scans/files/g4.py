"""CCITT G4 streams (ITU-T T.6), as PDF holds them, in and out of pixels by way of a TIFF of one strip."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
from PIL import Image

from processors.scans.readings import Gray

LOST = 1 / 40
"""Of a page's height: a blank margin. An image that lost more of its rows is named, not read."""

_ROWS_PER_STRIP = 278
_EOFB = "000000000001" * 2
_PAIR = "001" + "00110101"  # two runs follow, of which the first, white, is empty
_PADDING = b"\0\r\n"  # no stream ends so: the last byte of an end mark has one bit set
_TAIL = 16  # bytes
_LETTER = 20  # pixels
_BAND = 256  # rows: so few stay in the processor's cache, where a whole page is fetched three times over


def decode(
    data: bytes, width: int, height: int, inverted: bool, shrink: int = 1, rows: int | None = None
) -> Gray:
    """Pixels, 0 or 255; `inverted`: the black runs are paper. ValueError if the stream is cut or broken.

    `shrink` (1, 2, 4 or 8) times smaller, in gray then; of the page's first `rows` alone, if said.
    Rows that are missing at the bottom are paper, up to a blank margin of them. A stream with ink below the
    last row that is shown is broken, too: it would be passed on with what nobody saw.
    """
    size = width // shrink, (height if rows is None else min(rows, height)) // shrink
    pixels = np.empty(size[::-1], np.uint8)
    ended = _with_last_row(data, width)
    with _opened(ended or data, width, height + 2, inverted) as image:
        for top in range(0, size[1], _BAND // shrink):
            band = pixels[top : top + _BAND // shrink]
            box = (0, top * shrink, size[0] * shrink, (top + len(band)) * shrink)
            whole = np.asarray(image.crop(box).convert("L"), np.uint8)
            cv2.resize(whole, band.shape[::-1], band, interpolation=cv2.INTER_AREA)
        last = [_is_last(_row(image, row), inverted) for row in (height, height + 1)]
        if rows is not None or (ended and last == [True, False]):
            return pixels
    found = _rows(data, width, height, inverted)
    if found is None and np.ptp(pixels[-(len(pixels) // 12 + 1) :]) == 0:
        raise ValueError("the G4 stream has no end")
    if found is not None and found < height * (1 - LOST):
        raise ValueError("the G4 stream has too few rows")
    if found is not None and _inked_below(data, width, (height, found), inverted):
        raise ValueError("the G4 stream has more rows than are shown")
    if found is not None:
        pixels[found // shrink :] = 255
    return pixels


def encode(pixels: Gray) -> tuple[bytes, bool]:
    """The stream of a black and white image, and whether its black runs are paper."""
    buffer = io.BytesIO()
    image = Image.fromarray(pixels).convert("1", dither=Image.Dither.NONE)
    image.save(buffer, "TIFF", compression="group4", tiffinfo={_ROWS_PER_STRIP: image.height})
    with Image.open(buffer) as tiff:
        tags = tiff.tag_v2  # type: ignore[attr-defined]
        start, size, inverted = tags[273][0], tags[279][0], tags[262] == 1
    return buffer.getvalue()[start : start + size], inverted


def until_end(data: bytes) -> bytes | None:
    """The stream up to its first end mark, which stands nowhere else in one; None if it has none."""
    last = int.from_bytes(data[-4:], "big")
    spare = (last & -last).bit_length() - 1  # bits that fill the last byte
    if 0 <= spare < 8 and last >> spare & 0xFFFFFF == int(_EOFB, 2):
        return data
    mark = _MARK.search(data)
    return None if mark is None else data[: mark.end()]


def _rows(data: bytes, width: int, height: int, inverted: bool) -> int | None:
    """How many rows a stream holds; None where that cannot be known: broken, or without an end mark."""
    ends = [_with_last_row(data, width)] if _EOFB in _tail(data) else _guessed_ends(data, width)
    for ended in filter(None, ends):
        with _opened(ended, width, 2 * height, inverted) as image:
            pixels = np.asarray(image.convert("L"), np.uint8)
        black = np.flatnonzero((pixels[:, :: max(width // 64, 1)] == (255 if inverted else 0)).all(axis=1))
        for last in reversed(black[-1:].tolist()):
            if _is_last(pixels[last], inverted) and (_EOFB in _tail(data) or last == height):
                return int(last)
    return None


def _inked_below(data: bytes, width: int, rows: tuple[int, int], inverted: bool) -> bool:
    """Whether as much as a letter shows in these rows, if there are any."""
    top, bottom = rows
    if bottom <= top:
        return False
    with _opened(data, width, bottom, inverted) as image:
        below = np.asarray(image.crop((0, top, width, bottom)).convert("L"), np.uint8)
    return int(np.count_nonzero(below == 0)) >= _LETTER


def _marks() -> re.Pattern[bytes]:
    """The end mark at each of the eight places in a byte at which it may begin."""
    ways = []
    for shift in range(8):
        first, *inner, last = (int(_EOFB, 2) << 8 - shift).to_bytes(4, "big")
        before, after = 0xFF >> shift, 0xFF00 >> shift & 0xFF
        ends = (
            bytes(b for b in range(256) if b & mask == byte)
            for byte, mask in ((first, before), (last, after))
        )
        one, other = (b"[%s]" % re.escape(some) for some in ends)
        ways.append(one + re.escape(bytes(inner)) + (other if shift else b""))
    return re.compile(b"|".join(ways), re.DOTALL)


_MARK = _marks()


def _with_last_row(data: bytes, width: int) -> bytes | None:
    """The stream with one more row, all black, before its end mark; None if it has none.

    Decoders fill what is missing without an error: where this row comes to lie tells how much that is.
    """
    bits = _tail(data)
    at = bits.rfind(_EOFB)
    return None if at < 0 else _joined(data, bits[:at], width)


def _guessed_ends(data: bytes, width: int) -> list[bytes]:
    """The same of a stream without end mark, after which up to seven bits fill the last byte."""
    bits = _tail(data)
    fill = len(bits) - len(bits.rstrip("0"))
    return [_joined(data, bits[: len(bits) - k], width) for k in range(min(fill, 7) + 1)]


def _tail(data: bytes) -> str:
    return "".join(f"{byte:08b}" for byte in data.rstrip(_PADDING)[-_TAIL:])


def _joined(data: bytes, bits: str, width: int) -> bytes:
    """The stream, its last bytes replaced by these bits, a black row and an end mark.

    The row is made of pairs of runs, no white and some black: as many 64 as it holds, then ones.
    """
    bits += _PAIR + "0000001111" * (width // 64) + "0000110111" + (_PAIR + "010") * (width % 64) + _EOFB
    bits += "0" * (-len(bits) % 8)
    return data.rstrip(_PADDING)[:-_TAIL] + int(bits, 2).to_bytes(len(bits) // 8, "big")


def _row(image: Image.Image, row: int) -> Gray:
    return np.asarray(image.crop((0, row, image.width, row + 1)).convert("L"), np.uint8)


def _is_last(row: Gray, inverted: bool) -> bool:
    return bool((row == (255 if inverted else 0)).all())


@contextmanager
def _opened(data: bytes, width: int, height: int, inverted: bool) -> Iterator[Image.Image]:
    try:
        with Image.open(io.BytesIO(_tiff(data, width, height, inverted))) as image:
            yield image
    except (OSError, SyntaxError) as error:
        raise ValueError("not a G4 stream") from error


def _tiff(data: bytes, width: int, height: int, inverted: bool) -> bytes:
    """TIFF 6.0, compression 4."""
    entries = [
        (256, 4, width),
        (257, 4, height),
        (258, 3, 1),
        (259, 3, 4),
        (262, 3, int(inverted)),  # 0: black runs are ink
        (273, 4, 8 + 2 + 8 * 12 + 4),
        (_ROWS_PER_STRIP, 4, height),
        (279, 4, len(data)),
    ]
    directory = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    return struct.pack("<2sHIH", b"II", 42, 8, len(entries)) + directory + bytes(4) + data
