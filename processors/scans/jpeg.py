"""What a JPEG stream says of itself before its pixels (ITU-T T.81, annex B)."""

from __future__ import annotations

import struct
from collections.abc import Iterator


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
