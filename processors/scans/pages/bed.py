"""An A4 page that lies somewhere on a larger area, as a scanner gives it that does not look for the paper."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from processors.scans.pages.geometry import PX, halved, transform
from processors.scans.pages.registration import Placement
from processors.scans.readings import Area, Gray

_A4 = (210.0, 297.0)  # mm
_NEAR = 12.0  # mm by which the paper's edges may be misjudged
_INK = 60  # levels darker than what surrounds it
_SPARE = 0.003  # of the ink: specks, dust, the paper's own edge
_BLOCK = 16  # pixels: areas begin between the blocks of a JPEG


def written_extent(dark: Gray) -> tuple[float, float, float, float] | None:
    """x0, y0, x1, y1 (mm) of what is drawn on an image, from its darkness at `MAP_DPI`; None if nothing is.

    Of an A3 side this is wider than an A4 page, since both its pages bear their boxes at the same place.
    """
    inked = np.asarray(halved(dark) > _INK // 2, np.uint8)
    spots = cv2.morphologyEx(inked, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    sides = []
    for axis in (0, 1):
        counts = spots.sum(axis=axis, dtype=np.int64).cumsum()
        if counts[-1] == 0:
            return None
        low, high = np.searchsorted(counts, (_SPARE * counts[-1], (1 - _SPARE) * counts[-1]))
        sides.append((float(low) * 2 / PX, float(high + 1) * 2 / PX))
    (x0, x1), (y0, y1) = sides
    return x0, y0, x1, y1


def lying(small: Gray, dark: Gray) -> Iterator[tuple[float, float, float, float]]:
    """Where an A4 may lie on an image at `MAP_DPI`: x, y, width and height (mm), the likeliest first."""
    height, width = (side / PX for side in dark.shape)
    coarse = cv2.GaussianBlur(halved(small, 3), (0, 0), 2)
    level, bright = cv2.threshold(coarse, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    if float(np.mean(coarse < level)) > 0.2:  # a dark bed: the paper is seen
        x, y, w, h = (side * 8 / PX for side in cv2.boundingRect(np.asarray(bright, np.uint8)))
        if abs(min(w, h) - _A4[0]) < 2 * _NEAR and abs(max(w, h) - _A4[1]) < 2 * _NEAR:
            yield x, y, w, h
    extent = written_extent(dark)
    if extent is None:
        return
    x0, y0, x1, y1 = extent
    for w, h in (_A4, _A4[::-1]):
        if x1 - x0 > w + _NEAR or y1 - y0 > h + _NEAR or w > width + _NEAR or h > height + _NEAR:
            continue
        # the page boxes, near one corner of the paper, are what lies farthest out
        aside, below = 5.0, 6.0
        for right in (True, False):
            for bottom in (True, False):
                x = x1 + aside - w if right else x0 - aside
                y = y1 + below - h if bottom else y0 - below
                yield min(max(x, 0.0), max(width - w, 0.0)), min(max(y, 0.0), max(height - h, 0.0)), w, h


def area_of(
    shape: tuple[int, ...], x: float, y: float, width: float, height: float, px_per_mm: float
) -> Area:
    """Those millimetres in pixels of an image of this shape, within it."""
    left, top = (max(0, int(side * px_per_mm) // _BLOCK * _BLOCK) for side in (x, y))
    right, bottom = round((x + width) * px_per_mm), round((y + height) * px_per_mm)
    return left, top, min(right, shape[1]) - left, min(bottom, shape[0]) - top


def paper(placement: Placement, within: Gray, page: tuple[float, float]) -> tuple[float, float, float, float]:
    """x0, y0, x1, y1 (pixels of an image not yet upright) of the sheet that was found on it."""
    width, height = page
    corners = transform(placement.to_pixels, np.array([[0, 0], [width, 0], [width, height], [0, height]]))
    rows, columns = within.shape
    x, y = corners.T
    match placement.turn:
        case 90:
            x, y = y, rows - 1 - x
        case 180:
            x, y = columns - 1 - x, rows - 1 - y
        case 270:
            x, y = columns - 1 - y, x
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())
