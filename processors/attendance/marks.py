"""Ink of a list that hangs together: where it lies, how long its strokes are, how dark and how thick."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.attendance.lines import BAND, PX
from processors.scans.readings import Gray

_SPECK = 0.9  # mm: what is smaller both ways is dirt
_GRAIN, _ONE_BIT = 3, 0.5  # pixels: what is smaller is grain; share of white paper of a scan without any
_NO_DARKER = 14.0  # gray levels than the paper about it: no ink
_FULL = 0.55  # of its box that a blot fills
_THICK = 1.6  # mm: no pen draws so
_PRINTED, _PRINT = 12, 4.6  # letters of one height, or half as many marks no higher (mm)
_LINES = 2.8  # mm apart, on two lines: a stamp
_FRAMED = 4  # marks within another: a stamp's frame


@dataclass(frozen=True)
class Mark:
    """Ink that hangs together: its pixels by row of the table, and what it is like."""

    index: int
    box: tuple[int, int, int, int]  # x, y, width, height, pixels
    length: float  # mm
    solid: float  # share of its ink that no pen draws so thick
    dark: float  # its darkness, of the print's
    shares: tuple[float, ...]  # of its ink in each cell

    @property
    def home(self) -> int:
        return int(np.argmax(self.shares))


def marks_in(
    table: Gray, ink: Gray, edges: Sequence[float], sides: tuple[float, float]
) -> tuple[NDArray[np.int32], list[Mark], NDArray[np.int_]]:
    """The labels of all ink, what is more than a speck of it, and how many specks each cell has."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    depth = cv2.distanceTransform(np.pad(ink, 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    paper = float(np.median(table))
    printed = max(60.0, paper - float(np.percentile(table, 0.3)))
    rows = [round(edge * PX) for edge in edges]
    grain = 1 if float((table == 255).mean()) > _ONE_BIT else _GRAIN
    marks, crumbs = [], np.zeros(len(edges) - 1, int)
    for index in range(1, count):
        x, y, w, h, area = (int(value) for value in stats[index])
        at = (y + h / 2) / PX
        if h < 0.8 * PX and min(abs(at - edge) for edge in edges) < BAND:
            continue  # a rest of a line
        if not rows[0] < y + h / 2 < rows[-1]:
            continue  # the heading, what is under the table
        if max(w, h) < _SPECK * PX:
            row = int(np.searchsorted(edges, at)) - 1
            if (
                area >= grain
                and 0 <= row < len(crumbs)
                and sides[0] + BAND < (x + w / 2) / PX < sides[1] - BAND
            ):
                crumbs[row] += 1
            continue
        part = labels[y : y + h, x : x + w] == index
        deep = depth[y : y + h, x : x + w][part]
        thick = max(1.0, 4 * float(deep.mean()) - 1)
        inside = part.sum(axis=1)
        shares = tuple(
            float(inside[max(0, a - y) : max(0, b - y)].sum()) / area for a, b in itertools.pairwise(rows)
        )
        level = float(np.percentile(table[y : y + h, x : x + w][part], 25))
        about = (slice(max(0, y - 6), y + h + 6), slice(max(0, x - 6), x + w + 6))
        if np.median(table[about][ink[about] == 0]) - level < _NO_DARKER:
            continue  # the light of a speck's rim
        dark = (paper - level) / printed
        length, solid = area / thick / PX, float((deep > _THICK / 2 * PX).mean())
        if area < _FULL * w * h:
            solid = 0.0  # however thick the pen: a line goes to and fro
        marks.append(Mark(index, (x, y, w, h), length, solid, dark, shares))
    return np.asarray(labels, np.int32), marks, crumbs


def within(mark: Mark, tall: Mark) -> bool:
    x, y, w, h = tall.box
    middle = mark.box[0] + mark.box[2] / 2, mark.box[1] + mark.box[3] / 2
    return x <= middle[0] <= x + w and y <= middle[1] <= y + h


def length_of(marks: Sequence[Mark]) -> float:
    """mm of their strokes."""
    return sum(mark.length for mark in marks)


def height_of(marks: Sequence[Mark]) -> int:
    return max(m.box[1] + m.box[3] for m in marks) - min(m.box[1] for m in marks)


def extent_of(marks: Sequence[Mark]) -> int:
    x0, y0 = min(m.box[0] for m in marks), min(m.box[1] for m in marks)
    x1, y1 = max(m.box[0] + m.box[2] for m in marks), max(m.box[1] + m.box[3] for m in marks)
    return max(x1 - x0, y1 - y0)


def is_stamped(marks: Sequence[Mark]) -> bool:
    """Whether it is many letters of print, or some in a frame."""
    if any(sum(within(mark, one) for mark in marks) > _FRAMED for one in marks if one.box[3] > 5 * PX):
        return True
    letters = [mark for mark in marks if mark.length > 1.0]
    if len(letters) < _PRINTED // 2:
        return False
    y, high = (np.array([mark.box[k] for mark in letters], float) for k in (1, 3))
    lines = float(np.ptp(np.percentile(y + high / 2, [15, 85])))
    low, middle, top, most = np.percentile(high, [20, 50, 80, 90])
    if lines > _LINES * PX:
        return bool(most < _PRINT * PX)
    return bool(len(letters) >= _PRINTED and (top - low) / middle < 0.2)
