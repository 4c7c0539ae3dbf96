"""Is the box « Absent » ticked?

It is where what is in it, or goes about it, was written there alone. What comes from elsewhere, is pale, or
no pen draws so thick says no more than an empty box, which may be forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.attendance.lines import BAND, PX, without_lines
from processors.circular.form import Rectangle
from processors.scans.readings import Gray

_FAINTER = 28  # gray levels under the paper about it: fainter is no ink
_PAPER = 9  # mm about a place in which its paper is seen, beside a box that is filled
_OFF = 1.0  # mm that a box may lie beside where it was printed
_NEARER = 0.02  # of its line, that less of it is seen for each pixel nearer to that place
_SEEN = 0.45  # of each of its sides
_LINE = 5  # pixels on each side of the middle of its line that are the line's
_ALONG, _UP = 6, 6  # pixels on each side that join what the box's line, or an upright one, has cut
_SPECK = 0.9  # mm: what is smaller both ways is dirt
_INKED = 0.9  # mm² in a box, at least
_ABOUT = 1.0  # mm about a box: what comes so near from elsewhere is over it
_SECTORS, _AROUND = 36, 0.45  # about a box; share of them in which a ring is seen
_MIDDLE = 0.35  # of its width: nearer to its middle, it is no ring
_REACH = 4.5  # mm that a tick goes beyond its box
_THICK, _BEYOND = 1.3, 2.2  # mm: no pen draws so thick, so far beyond the box
_PALE = 0.4  # of the print's darkness: ink of the other side, a stain


def ticked_boxes(part: Gray, edges: Sequence[float], side: float, boxes: Sequence[Rectangle]) -> list[bool]:
    """Which boxes of a column are, printed there (mm of the picture) between these level lines.

    `part`: the sheet about the column, straightened, at `PX`; `side`: where the upright line after it stands.
    """
    paper = _paper(part)
    ink = (paper - part > _FAINTER).astype(np.uint8)
    ink = without_lines(ink, edges, (0.0, side))
    for edge in edges:  # rests of it
        band = slice(max(0, round((edge - BAND) * PX)), round((edge + BAND) * PX))
        ink[band] = cv2.morphologyEx(ink[band], cv2.MORPH_OPEN, np.ones((3, 1), np.uint8))
    printed = max(60.0, float(np.median(paper)) - float(np.percentile(part, 0.3)))
    darkness = (paper - part) / printed
    return [_is_ticked(ink, darkness, box) for box in boxes]


def _paper(part: Gray) -> NDArray[np.float32]:
    """How light it would be without ink: light falls unevenly on photographs."""
    height, width = part.shape
    small = cv2.resize(
        part, (max(1, round(width / PX)), max(1, round(height / PX))), interpolation=cv2.INTER_AREA
    )
    light = cv2.blur(cv2.dilate(small, np.ones((_PAPER, _PAPER), np.uint8)), (_PAPER, _PAPER))
    return cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)


def _is_ticked(ink: Gray, darkness: NDArray[np.float32], printed: Rectangle) -> bool:
    found = _outline(ink, printed)
    if found is None:
        return False
    x, y, w, h = found  # pixels, of the middle of its line
    reach, about = round((_REACH + 1) * PX), round(_ABOUT * PX)
    top, left = max(0, y - reach), max(0, x - reach)
    rows, columns = slice(top, y + h + reach), slice(left, x + w + reach)
    y, x = y - top, x - left
    own, dark = ink[rows, columns].copy(), darkness[rows, columns]
    inside, near, line = (np.zeros(own.shape, np.bool_) for _ in range(3))
    near[max(0, y - about) : y + h + about, max(0, x - about) : x + w + about] = True
    line[y - _LINE : y + h + _LINE, x - _LINE : x + w + _LINE] = True
    inside[y + _LINE : y + h - _LINE, x + _LINE : x + w - _LINE] = True
    line &= ~inside
    own[line] = 0
    joined = cv2.dilate(own, np.ones((2 * _UP + 1, 2 * _ALONG + 1), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    labels[own == 0] = 0
    written = np.zeros(own.shape, np.bool_)
    for index in range(1, count):
        wide, high = stats[index][2] - 2 * _ALONG, stats[index][3] - 2 * _UP  # without what joined it
        if max(wide, high) < _SPECK * PX:
            continue
        mark = labels == index
        a, b = stats[index][0] + _ALONG, stats[index][1] + _UP
        if max(x - a, y - b, a + wide - x - w, b + high - y - h) <= _REACH * PX:
            written |= mark
        elif (mark & near).any():
            return False
    box = x, y, w, h
    if (written & inside).sum() < _INKED * PX**2 and not _is_ring(written, box):
        return False
    return not _is_blot(written, box) and float(np.median(dark[written])) >= _PALE


def _outline(ink: Gray, printed: Rectangle) -> tuple[int, int, int, int] | None:
    """Where the box stands, in pixels; None where its four sides are not seen."""
    x, y, w, h = (round(side * PX) for side in printed)
    off = round(_OFF * PX)
    top, left = max(0, y - off - 1), max(0, x - off - 1)
    about = ink[top : y + h + off + 2, left : x + w + off + 2].astype(np.float32)
    frame = np.zeros((h + 2, w + 2), np.float32)
    cv2.rectangle(frame, (1, 1), (w, h), 1.0)
    if about.shape[0] < frame.shape[0] or about.shape[1] < frame.shape[1]:
        return None
    fits = cv2.matchTemplate(cv2.dilate(about, np.ones((2, 2))), frame, cv2.TM_CCORR)
    away = np.hypot(*(np.indices(fits.shape) - (np.array(fits.shape).reshape(2, 1, 1) - 1) / 2))
    fits -= (_NEARER * away * frame.sum()).astype(np.float32)  # in a box that is filled all fit
    dx, dy = cv2.minMaxLoc(fits)[3]
    x, y = left + dx + 1, top + dy + 1
    sides = (
        ink[y - 1 : y + 2, x : x + w].any(0),
        ink[y + h - 2 : y + h + 1, x : x + w].any(0),
        ink[y : y + h, x - 1 : x + 2].any(1),
        ink[y : y + h, x + w - 2 : x + w + 1].any(1),
    )
    return (x, y, w, h) if min(float(side.mean()) for side in sides) >= _SEEN else None


def _is_ring(written: NDArray[np.bool_], box: tuple[int, int, int, int]) -> bool:
    """Whether it goes about the box, as far as the printed lines have left it."""
    x, y, w, h = box
    rows, columns = np.nonzero(written)
    down, along = rows - (y + h / 2), columns - (x + w / 2)
    out = np.hypot(down, along) > _MIDDLE * w
    seen = np.unique(np.floor(np.arctan2(down[out], along[out]) / (2 * np.pi) * _SECTORS))
    return len(seen) >= _AROUND * _SECTORS


def _is_blot(written: NDArray[np.bool_], box: tuple[int, int, int, int]) -> bool:
    """Whether it is thick outside the box, as a stain is."""
    x, y, w, h = box
    side = round(_THICK * PX)
    thick = cv2.morphologyEx(written.astype(np.uint8), cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    more = round(_BEYOND * PX)
    thick[max(0, y - more) : y + h + more, max(0, x - more) : x + w + more] = 0
    return bool(thick.any())
