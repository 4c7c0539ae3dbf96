"""The image of one page, as its scanner wrote it, and its pixels, decoded when they are asked for."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from processors.scans.files import g4
from processors.scans.files.jpeg import shortened
from processors.scans.files.wholeness import CUT, rows_lost
from processors.scans.readings import Gray, Turn

Pixels = NDArray[np.uint8]
"""height × width gray, or height × width × 3 RGB; 255 is white."""

Codec = Literal["jpeg", "g4", "flate", "rendered"]

READING_DPI = 149
"""All but a sheet's first page is read as well at 150 dpi; a scan of twice that is decoded to its half."""

_REDUCED = {
    1: cv2.IMREAD_GRAYSCALE,
    2: cv2.IMREAD_REDUCED_GRAYSCALE_2,
    4: cv2.IMREAD_REDUCED_GRAYSCALE_4,
    8: cv2.IMREAD_REDUCED_GRAYSCALE_8,
}

_REDUCED_COLOUR = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}


class BadImage(Exception):  # noqa: N818
    """One page image cannot be decoded; the other pages are not concerned. The text is French."""


@dataclass(frozen=True)
class RawImage:
    """The image of one PDF page (`image`, from 1).

    `data`: the scanner's own stream for `jpeg` and `g4`, else empty and the pixels are at hand.
    `width`, `height`: pixels as stored; `rotate`: what turns them into the page as a viewer shows it.
    `inverted`: G4 whose black runs are paper. `bilevel`: pure black and white. `lifted`: text or notes that a
    program had drawn over it are left out; `captioned`: text is among its pixels.
    `trouble`: why there are no pixels, in French, where there are none.
    """

    image: int
    codec: Codec
    data: bytes = field(repr=False)
    width: int
    height: int
    dpi: float
    colour: bool
    rotate: Turn = Turn.NONE
    inverted: bool = False
    bilevel: bool = False
    lifted: bool = False
    captioned: bool = False
    trouble: str = "page endommagée"
    _pixels: Pixels | None = field(default=None, repr=False, compare=False)

    @property
    def shrink(self) -> int:
        """How many times smaller the image may be read."""
        return max((k for k in _REDUCED if self.dpi / k >= READING_DPI), default=1)

    def gray(self, shrink: int = 1) -> Gray:
        """The page as a viewer shows it, in gray, `shrink` (1, 2, 4 or 8) times smaller.

        BadImage if the stream is broken.
        """
        if self.codec == "jpeg":
            return turned(self._jpeg(self.data, _REDUCED[shrink], shrink), self.rotate)
        if self.codec == "g4":
            return turned(_evened(self._g4(shrink)), self.rotate)
        stored = self.pixels()
        if stored.ndim == 3:
            stored = np.asarray(cv2.cvtColor(stored, cv2.COLOR_RGB2GRAY), np.uint8)
        if shrink > 1:
            height, width = (side // shrink for side in stored.shape)
            whole = stored[: height * shrink, : width * shrink]
            stored = np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        return turned(_evened(stored) if self.bilevel else stored, self.rotate)

    def darkest(self, shrink: int = 1) -> Gray:
        """`gray()` by each pixel's darkest channel, in which pale pink, blue or yellow ink still shows."""
        if not self.colour:
            return self.gray(shrink)
        if self.codec == "jpeg":
            return turned(self._jpeg(self.data, _REDUCED_COLOUR[shrink], shrink).min(axis=2), self.rotate)
        return replace(self, colour=False, _pixels=self.pixels().min(axis=2)).gray(shrink)

    def top(self, rows: int, shrink: int = 1) -> Gray:
        """`gray(shrink)` of at least the page's first `rows`; of a JPEG no more is decoded."""
        if self.codec not in ("jpeg", "g4") or self.rotate is not Turn.NONE or rows >= self.height:
            return self.gray(shrink)
        if self.codec == "g4":
            return _evened(self._g4(shrink, rows))
        # Pillow, since OpenCV prints a warning of the rows that are left
        with Image.open(io.BytesIO(shortened(self.data, rows))) as image:
            image.draft("L", (image.width // shrink, image.height // shrink))
            return np.asarray(image, np.uint8)

    def pixels(self) -> Pixels:
        """The pixels as stored (not turned), in gray or RGB; BadImage if the stream is broken."""
        if self._pixels is not None:
            return self._pixels
        if self.codec == "g4":
            return self._g4()
        if self.codec != "jpeg":
            raise BadImage(self.trouble)
        if not self.colour:
            return self._jpeg(self.data, cv2.IMREAD_GRAYSCALE)
        return np.asarray(cv2.cvtColor(self._jpeg(self.data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), np.uint8)

    def _jpeg(self, data: bytes, flags: int, shrink: int = 1) -> Pixels:
        if not data.endswith(b"\xff\xd9"):
            raise BadImage(CUT)
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
        if decoded is None or decoded.shape[1] != -(-self.width // shrink):
            raise BadImage("image endommagée")
        lost = rows_lost(decoded)
        if lost > len(decoded) * g4.LOST:
            raise BadImage(CUT)
        if lost:
            decoded[-lost:] = 255
        return np.asarray(decoded, np.uint8)

    def _g4(self, shrink: int = 1, rows: int | None = None) -> Gray:
        try:
            return g4.decode(self.data, self.width, self.height, self.inverted, shrink, rows)
        except ValueError as error:
            raise BadImage("image tronquée ou endommagée") from error


_DOT = 40  # levels darker than what lies at both sides
_PAPER = 255 / 200  # what the dots of paper come to, evened, is white
_DITHERED = 0.008
"""Share of a row that is such dots, in three rows of four: of dithered paper 1.4 % and more, else 0.1 %."""


def _evened(gray: Gray) -> Gray:
    """A page of one bit, whose paper is gray again where the scanner drew it as dots (dithered it)."""
    rows = gray[8::16].astype(np.int16)
    if min(rows.shape) < 3:
        return gray
    dots = np.mean(rows[:, 1:-1] + _DOT < np.minimum(rows[:, :-2], rows[:, 2:]), axis=1)
    if np.quantile(dots, 0.25) < _DITHERED:
        return gray
    return np.asarray(cv2.convertScaleAbs(cv2.GaussianBlur(gray, (0, 0), 1.0), alpha=_PAPER), np.uint8)


def turned(pixels: Pixels, turn: Turn) -> Pixels:
    """The image turned clockwise by `turn`."""
    return np.ascontiguousarray(np.rot90(pixels, -turn // 90)) if turn else pixels
