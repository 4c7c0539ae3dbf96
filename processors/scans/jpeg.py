"""What a JPEG stream says of itself before its pixels (ITU-T T.81, annex B)."""

from __future__ import annotations

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
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            if len(data) < start + 10 or data[start + 4] != 8:
                return None
            height, width = struct.unpack(">HH", data[start + 5 : start + 9])
            return (width, height, data[start + 9]) if width and height else None
    return None


def shortened(data: bytes, rows: int) -> bytes:
    """The same stream, said to end after so many rows, where a decoder stops; as it is if not sequential."""
    for marker, start, _ in jpeg_segments(data):
        if marker in (0xC0, 0xC1):  # sequential: pixels come from the top
            return data[: start + 5] + struct.pack(">H", rows) + data[start + 7 :]
    return data


def stripped(data: bytes) -> bytes:
    """The same image without what does not draw it: comments, EXIF, XMP, profiles, thumbnails, what trails.

    JFIF and Adobe markers stay, since they say how colours are coded; the entropy-coded data is untouched.
    ValueError if the stream has no end.
    """
    stream = np.frombuffer(data, np.uint8)
    after = np.flatnonzero(stream[:-1] == 0xFF) + 1
    after = after[_IS_MARKER[stream[after]]]
    kept = [data[:2]]
    at = 2
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
        elif marker in DRAWING:
            kept.append(b"\xff" + bytes([marker]) + data[at:end])
        at = end


DRAWING = frozenset({*range(0xC0, 0xC8), *range(0xC9, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD})
"""Markers of segments without which an image cannot be drawn: frames, scans, tables, restarts."""

_IS_MARKER = np.ones(256, bool)
"""By the byte after 0xFF: neither stuffing, nor a fill byte, nor a restart."""
_IS_MARKER[[0x00, 0xFF, *range(0xD0, 0xD8)]] = False
