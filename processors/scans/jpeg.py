"""What a JPEG stream says of itself before its pixels (ITU-T T.81, annex B)."""

from __future__ import annotations

import re
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


def stripped(data: bytes) -> bytes:
    """The same image without what does not draw it: comments, EXIF, XMP, profiles, thumbnails, what trails.

    JFIF and Adobe markers stay, since they say how colours are coded; the entropy-coded data is untouched.
    ValueError if the stream has no end.
    """
    kept = [data[:2]]
    at = 2
    while True:
        found = _MARKER.search(data, at)
        if found is None:
            raise ValueError("the JPEG stream has no end")
        kept.append(data[at : found.start()])  # entropy-coded data, between scans
        marker, at = data[found.end() - 1], found.end()
        if marker == 0xD9:
            return b"".join([*kept, b"\xff\xd9"])
        end = at + int.from_bytes(data[at : at + 2], "big")
        body = data[at + 2 : end]
        if marker == 0xE0 and body.startswith(b"JFIF\0"):
            kept.append(b"\xff\xe0\x00\x10" + body[:12].ljust(12, b"\0") + b"\0\0")  # no thumbnail
        elif marker == 0xEE and body.startswith(b"Adobe"):
            kept.append(b"\xff\xee\x00\x0e" + body[:12])
        elif not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            kept.append(b"\xff" + bytes([marker]) + data[at:end])
        at = end


_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]", re.DOTALL)
