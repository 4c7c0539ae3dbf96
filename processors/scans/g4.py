"""CCITT G4 streams (ITU-T T.6), as PDF holds them, in and out of pixels by way of a TIFF of one strip."""

from __future__ import annotations

import io
import struct

import cv2
import numpy as np
from PIL import Image

from processors.scans.readings import Gray

_ROWS_PER_STRIP = 278
_BAND = 256  # rows: so few stay in the processor's cache, where a whole page is fetched three times over


def decode(
    data: bytes, width: int, height: int, inverted: bool, shrink: int = 1, rows: int | None = None
) -> Gray:
    """Pixels, 0 or 255; `inverted`: the black runs are paper. ValueError if the stream is cut or broken.

    `shrink` (1, 2, 4 or 8) times smaller, in gray then; of the page's first `rows` alone, if said.
    """
    size = width // shrink, (height if rows is None else min(rows, height)) // shrink
    pixels = np.empty(size[::-1], np.uint8)
    try:
        with Image.open(io.BytesIO(_tiff(data, width, height, inverted))) as image:
            for top in range(0, size[1], _BAND // shrink):
                band = pixels[top : top + _BAND // shrink]
                box = (0, top * shrink, size[0] * shrink, (top + len(band)) * shrink)
                whole = np.asarray(image.crop(box).convert("L"), np.uint8)
                cv2.resize(whole, band.shape[::-1], band, interpolation=cv2.INTER_AREA)
    except (OSError, SyntaxError) as error:
        raise ValueError("not a G4 stream") from error
    # a cut stream decodes without an error; some writers leave out the end mark of whole ones
    if rows is None and not _has_end_of_block(data) and np.ptp(pixels[-(len(pixels) // 12 + 1) :]) == 0:
        raise ValueError("the G4 stream has no end")
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


def _has_end_of_block(data: bytes) -> bool:
    """Whether the stream ends with its EOFB, two end-of-line codes."""
    return "000000000001" * 2 in f"{int.from_bytes(data[-16:], 'big'):0128b}"


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
