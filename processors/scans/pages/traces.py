"""What a fault of the scanner would leave on one page, kept small enough to be compared over a whole pile."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.scans.pages.geometry import PX, halved
from processors.scans.pages.hidden import Outline
from processors.scans.readings import Gray, Trace

_SPARSE = 8  # rows: what of them is enough to see a line
_BESIDE = round(2 * PX) | 1
_DARKER = 5  # gray levels that a line is darker than the paper beside it, at least
_MARGIN = slice(round(2.5 * PX), round(7.5 * PX), 2)
_IN_MARGIN = 0.6 * 255
_SPOT = 30  # the same of a spot

SIXTEENTHS = 16


def trace(small: Gray, dark: Gray, sheet: Outline | None) -> Trace:
    """Of a page as scanned at `MAP_DPI` and its darkness (see `geometry`).

    `sheet`: where it lies on the upright page, None if that is not known well.
    """
    ink, gray = ([_thirds(image, axis) for axis in (0, 1)] for image in (dark, small))
    seat = None
    if sheet is not None:
        x, y = sheet.mean(axis=0)
        across, down = sheet[1] - sheet[0]
        seat = float(x), float(y), float(np.degrees(np.arctan2(down, across)))
    return Trace(
        lines=(_lines_to_the_edge(small), _lines_to_the_edge(small.T)),
        ink=(_sixteenths(ink[0].mean(axis=0)), _sixteenths(ink[1].mean(axis=0))),
        level=(_sixteenths(gray[0] + ink[0]), _sixteenths(gray[1] + ink[1])),  # strokes are filled
        spots=np.packbits(halved(dark) > _SPOT, axis=1),
        shape=(small.shape[0], small.shape[1]),
        seat=seat,
    )


def lines_down(small: Gray) -> NDArray[np.uint8]:
    """Of each column, the share of the page's height (0 to 255) down which it is darker than beside."""
    return _darker(small[::_SPARSE])


def _lines_to_the_edge(small: Gray) -> NDArray[np.uint8]:
    """The same, none where a line leaves the margins free at both ends, as what is printed does."""
    ends = cv2.max(_darker(small[_MARGIN]), _darker(small[::-1][_MARGIN])) > _IN_MARGIN
    return np.where(ends, lines_down(small), np.uint8(0)) if ends.any() else np.zeros(ends.shape, np.uint8)


def _darker(rows: Gray) -> NDArray[np.uint8]:
    some = np.ascontiguousarray(rows)
    darker = cv2.subtract(cv2.blur(some, (_BESIDE, 1)), some)
    traced = cv2.threshold(darker, _DARKER - 1, 255, cv2.THRESH_BINARY)[1]
    return np.asarray(cv2.reduce(traced, 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F)[0], np.uint8)


def _thirds(image: Gray, axis: int) -> NDArray[np.float32]:
    """3 × n: the mean of each column (axis 0) or row (axis 1), over each third of its length."""
    length = image.shape[axis] // 3
    parts = [
        image[k * length :][:length] if axis == 0 else image[:, k * length :][:, :length] for k in range(3)
    ]
    return np.array([cv2.reduce(part, axis, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel() for part in parts])


def _sixteenths(means: NDArray[np.float32]) -> NDArray[np.uint16]:
    return np.asarray(means * SIXTEENTHS, np.uint16)
