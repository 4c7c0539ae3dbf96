"""What a JPEG stream says of itself before its pixels (ITU-T T.81, annex B)."""

from __future__ import annotations

import string
import struct
from collections.abc import Iterator

import numpy as np


def jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, start, end) of each segment from SOI to the first SOS, in bytes."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        yield marker, at, end
        if marker == 0xDA:
            return
        at = end


def jpeg_shape(data: bytes) -> tuple[int, int, int] | None:
    """Width, height, channels of an 8-bit JPEG; None if it is not one."""
    for marker, start, _ in jpeg_segments(data):
        if _is_frame(marker):
            if len(data) < start + 10 or data[start + 4] != 8:
                return None
            height, width = struct.unpack(">HH", data[start + 5 : start + 9])
            return (width, height, data[start + 9]) if width and height else None
    return None


def jpeg_coding(data: bytes) -> tuple[int, int] | None:
    """The marker of its frame, which says how it is coded, and the bits of a sample; None if it has none."""
    for marker, start, _ in jpeg_segments(data):
        if _is_frame(marker) and len(data) > start + 4:
            return marker, data[start + 4]
    return None


def mended(data: bytes, width: int, rows: int) -> bytes:
    """The same image, its stream from SOI to EOI: without what pads it, with an end if it lost its own.

    `width`, `rows`: what the file says. Its height holds where the stream says more, or nothing, and has no
    DNL segment: scanners that learn it while the paper goes by may write 0 or 65,535 before. A progressive
    stream is given no end, since it may lack all of a page's details.
    """
    start = max(data.find(b"\xff\xd8", 0, _BEFORE), 0)
    data = data[start:] if start else data
    segments = list(jpeg_segments(data))
    frame, at, _ = next((s for s in segments if _is_frame(s[0])), (0, 0, 0))
    scan = segments[-1][1] if segments else 0
    end = data.rfind(b"\xff\xd9", scan)
    if end + 2 != len(data):
        data = data[: end + 2] if end >= 0 else data + b"\xff\xd9" * (frame != 0xC2)
    if frame == 0 or len(data) < at + 10:
        return data
    said, across = struct.unpack(">HH", data[at + 5 : at + 9])
    if across != width or 0 < said <= rows:
        return data
    lines = data.rfind(b"\xff\xdc\x00\x04", scan)
    true = data[lines + 4 : lines + 6] if lines >= 0 else struct.pack(">H", min(rows, UNKNOWN))
    return data[: at + 5] + true + data[at + 7 :]


SHOWN = frozenset({0xC0, 0xC1, 0xC2})
"""Frames that every viewer draws: sequential and progressive, in Huffman codes."""

_BEFORE = 1024  # bytes that may stand before the image
UNKNOWN = 0xFFFF
"""The height that is written where none is known."""


def _is_frame(marker: int) -> bool:
    return 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)


def shortened(data: bytes, rows: int) -> bytes:
    """The same stream, said to end after so many rows, where a decoder stops; as it is if not sequential."""
    for marker, start, _ in jpeg_segments(data):
        if marker in (0xC0, 0xC1):  # sequential: pixels come from the top
            return data[: start + 5] + struct.pack(">H", rows) + data[start + 7 :]
    return data


def stripped(data: bytes) -> bytes:
    """The same image without what does not draw it: comments, EXIF, XMP, profiles, thumbnails, what trails.

    JFIF and Adobe markers stay, since they say how colours are coded; of tables those that a scan uses, right
    before it. The entropy-coded data is untouched. ValueError if the stream has no end, or is none.
    """
    stream = np.frombuffer(data, np.uint8)
    after = np.flatnonzero(stream[:-1] == 0xFF) + 1
    after = after[_IS_MARKER[stream[after]]]
    kept = [data[:2]]
    tables: dict[tuple[int, int], bytes] = {}
    frame, quantised, at = 0, list[int](), 2
    while True:
        k = int(np.searchsorted(after, at + 1))
        if k == len(after):
            raise ValueError("the JPEG stream has no end")
        found = int(after[k])
        kept.append(data[at : found - 1].rstrip(b"\xff"))  # entropy-coded data, between scans; fill bytes
        marker, at = data[found], found + 1
        if marker == 0xD9:
            return b"".join([*kept, b"\xff\xd9"])
        end = at + int.from_bytes(data[at : at + 2], "big")
        body = data[at + 2 : end]
        if marker == 0xE0 and body.startswith(b"JFIF\0"):
            kept.append(b"\xff\xe0\x00\x10" + body[:12].ljust(12, b"\0") + b"\0\0")  # no thumbnail
        elif marker == 0xEE and body.startswith(b"Adobe"):
            kept.append(b"\xff\xee\x00\x0e" + body[:12])
        elif marker in _TABLES:
            tables |= {(marker, number): table for number, table in _parted(marker, body)}
        elif marker == 0xDA:
            needed = [(0xDD, 0), *((0xDB, number) for number in quantised)]
            needed += [(0xC4, number) for number in _codes(frame, body)]
            kept += [_segment(one[0], tables.pop(one)) for one in needed if one in tables]
            kept.append(_segment(marker, body))
        elif marker in DRAWING:
            if _is_frame(marker):
                frame, quantised = marker, list(body[8::3])
            kept.append(_segment(marker, body))
        at = end


def speaks(data: bytes) -> bool:
    """Whether text seems to stand at the end of a stream, where what follows the last pixel draws nothing.

    So it does by chance in one page of 170 (docs/other-hands.md).
    """
    ending = data[-_ENDING:]
    return b"x" * 12 in ending.translate(_TEXT) or b"x" * 8 in ending.translate(_DIGITS)


_DIGITS, _TEXT = (
    bytes(120 if code in of else 0 for code in range(256))
    for of in (b"0123456789", (string.ascii_letters + string.digits + " .,'_-").encode())
)
_ENDING = 1 << 16  # bytes


def _segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def _parted(marker: int, body: bytes) -> Iterator[tuple[int, bytes]]:
    """The tables of a segment, each with its number (and, of codes, their class)."""
    at = 0
    while at < len(body):
        size = 2 if marker == 0xDD else 65 + 64 * (body[at] >> 4)
        if marker == 0xC4:
            size = 17 + sum(body[at + 1 : at + 17])
        yield 0 if marker == 0xDD else body[at] & (0x1F if marker == 0xC4 else 0x0F), body[at : at + size]
        at += size


def _codes(frame: int, scan: bytes) -> list[int]:
    """The tables of codes that a scan uses: of the first coefficient, 0 to 3, of the others, 16 to 19."""
    count = scan[0] if scan else 0
    first, _, bits = scan[1 + 2 * count : 4 + 2 * count] or b"\0\0\0"
    used = list(scan[2 : 2 + 2 * count : 2])
    of_first = [one >> 4 for one in used] if frame != _PROGRESSIVE or first == bits >> 4 == 0 else []
    return of_first + ([16 | one & 15 for one in used] if frame != _PROGRESSIVE or first else [])


_PROGRESSIVE = 0xC2
_TABLES = frozenset({0xC4, 0xDB, 0xDD})
"""Of codes, of quantisation, and how often the stream may be entered anew."""

DRAWING = frozenset({*range(0xC0, 0xC8), *range(0xC9, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD})
"""Markers of segments without which an image cannot be drawn: frames, scans, tables, restarts."""

_IS_MARKER = np.ones(256, bool)
"""By the byte after 0xFF: neither stuffing, nor a fill byte, nor a restart."""
_IS_MARKER[[0x00, 0xFF, *range(0xD0, 0xD8)]] = False
