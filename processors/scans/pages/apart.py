"""Which lines stand apart on a page, level or up its sides, so that a name may be read there?

Most are found on the ink map, which placing the form makes anyway; what stands close to the lines that are
printed at the top of a first page is looked for between them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.circular.form import Form, Rectangle
from processors.findings import Box
from processors.scans.pages.geometry import PX, Affine
from processors.scans.pages.pageboxes import boxes_zone
from processors.scans.pages.registration import INK_MM
from processors.scans.readings import Gray

HALF = round(5.5 * PX)
"""Rows of the map above and below a line that are read with it."""

_WORDS = 9  # squares of the ink map, along a line: over words and what is between them
_JOINED, _NEAR = 3, 8  # to each side, and on the same row: parts of a line that lie so close are one
_INKED = 0.06  # share of them: of a ruled line 0.05
_GRAIN = 1.6  # times what half of a page's squares bear at most: on grainy paper more than a ruled line
_RULED = np.ones((1, round(36 / INK_MM)), np.uint8)  # squares: no word is as long, and a ruled line is longer
_UPRIGHT = np.ones((round(9 / INK_MM), 1), np.uint8)  # squares: no letter is as high, and a table's rule is
_PALE = 0.2  # share of a square that one covers at most
_LABELS = 46.0  # mm of the exam block that print fills
_OWN = 0.65  # of the step of its lines: beyond, parts of the next one would be read as letters
_NAME = (18.0, 120.0)  # mm of what is written there, or up a side, and read
_NUMBER = 14.0  # mm: the least that one takes
_HIGHEST = 7  # squares: more is no line
_SHORT = (8.0, 95.0)  # mm: a line among the answers that is read
_AMONG = 70.0  # mm: one that longer ones stand close above and below
_LONGEST = 190.0  # mm: outside of them
_SAME, _NEXT = 4.0, 12.0  # mm to the next line: what begins or ends a block of them has none on one side
_MARGIN = 13.0  # mm at the top and the bottom of the sheet
_SIDE = round(10.5 / INK_MM)  # squares at its left and its right
_EDGE = 1.5  # mm
_BESIDE_ANSWERS = 36.0  # mm from the edge of the sheet: a margin and a word, with what is blurred
_AROUND = 6.0  # mm
_BELOW = 3.2  # mm above and below all frames
_RULE = np.ones((1, round(12 * PX)), np.uint8)
_LEVEL, _UP, _DOWN = ((1.0, 0.0), (0.0, -1.0), (0.0, 1.0))


@dataclass(frozen=True)
class Place:
    """A line from where it begins, its middle row, in mm; `along`: the way that it is read.

    `outside`: of the answers, or a word alone at their side; `ends`: no long line stands close above it, or
    close below; `room`: mm above and below that are its own.
    """

    x: float
    y: float
    length: float
    outside: bool
    along: tuple[float, float] = _LEVEL
    room: float = math.inf
    ends: bool = True

    def at(self, distance: float) -> tuple[float, float]:
        return self.x + distance * self.along[0], self.y + distance * self.along[1]

    def box(self, to_map: Affine) -> Box:
        """What it covers, in mm of the upright page."""
        ends = np.array([to_map @ (*self.at(end), 1.0) for end in (0.0, self.length)]) / PX
        (x, y), (_, bottom) = ends.min(axis=0), ends.max(axis=0)
        if self.along is _LEVEL:
            return float(x), float(y) - 5.0, self.length, 10.0
        return float(x) - 5.0, float(y), 10.0, float(bottom - y)


def places_apart(
    dark: Gray, ink: NDArray[np.float32], to_map: Affine, form: Form, first: bool
) -> list[Place]:
    """Those to be read, what says most first; `to_map`: mm of the form to pixels of the darkness."""
    ruled = np.minimum(cv2.morphologyEx(ink, cv2.MORPH_OPEN, _RULED), _PALE)
    upright = cv2.morphologyEx(ink, cv2.MORPH_OPEN, _UPRIGHT)
    along = np.asarray(cv2.blur(ink - np.maximum(ruled, upright), (_WORDS, 1)), np.float32)
    inked = max(_INKED, _GRAIN * float(np.median(along[::3, ::3])))
    found = [*_level(along, form, first, inked)]
    if first and form.exam_block is not None and not form.is_annex:
        found += [*_in_exam_block(along, form, inked), *_between_lines(dark, to_map, form)]
    found += _up_the_sides(np.asarray(ink - ruled, np.float32), form, first, inked)
    return sorted(found, key=lambda place: (not place.outside, not place.ends, place.length))


def _level(along: NDArray[np.float32], form: Form, first: bool, inked: float) -> Iterator[Place]:
    sheet, frame = form.form, form.identity.frame
    left, rows, length = _ridges(along, inked)
    for x, y, wide in zip(left.tolist(), rows.tolist(), length.tolist(), strict=True):
        if (
            x < _EDGE
            or x + wide > sheet.page_width - _EDGE
            or (first and frame.y - _EDGE <= y <= form.answers_top)
        ):
            continue
        if form.page_boxes is not None and y > (numbers := boxes_zone(form.page_boxes).grown(_EDGE)).y:
            wide = min(wide, numbers.x - x)
        outside = y < (frame.y if first else _MARGIN) or y > sheet.page_height - _MARGIN
        outside |= x + wide < _BESIDE_ANSWERS or x > sheet.page_width - _BESIDE_ANSWERS
        step = (rows - y)[(left < x + wide) & (left + length > x) & (length > _AMONG)]
        ends = not ((step > _SAME) & (step < _NEXT)).any() or not ((step < -_SAME) & (step > -_NEXT)).any()
        ends |= first and form.answers_top < y < form.answers_top + _NEXT  # the frame above is no line
        longest = _LONGEST if outside else _SHORT[1] if ends else _AMONG
        if _SHORT[0] <= wide <= longest:
            yield Place(x, y, wide, outside, ends=ends)


def _ridges(
    along: NDArray[np.float32], inked: float, wavering: float = 2.5
) -> tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.floating]]:
    """The rows that have more ink than those beside them: left ends, middles and lengths, in mm.

    `wavering`: squares across in which one line may go on.
    """
    above, below = np.vstack([along[:1], along[:-1]]), np.vstack([along[1:], along[-1:]])
    ridges = np.asarray((along >= above) & (along >= below) & (along > inked), np.uint8)
    near = cv2.dilate(ridges, np.ones((1, 2 * _JOINED + 1), np.uint8))
    _, _, stats, middles = cv2.connectedComponentsWithStats(near, connectivity=8)
    parts = np.column_stack([stats[:, 0] + _JOINED, stats[:, 2] - 2 * _JOINED, middles[:, 1] + 0.5])[1:]
    parts = parts[(stats[1:, 3] <= _HIGHEST) & (parts[:, 1] > 0)]
    lines: list[list[float]] = []
    for x, wide, row in parts[parts[:, 0].argsort()].tolist():
        for line in lines:  # what follows on the same row is a part of it
            if abs(line[2] - row) < wavering and x - line[0] - line[1] <= _NEAR:
                line[1:] = max(x + wide - line[0], line[1]), (line[2] if line[1] > wide else row)
                break
        else:
            lines.append([x, wide, row])
    left, length, rows = np.array(lines).reshape(-1, 3).T * INK_MM
    long = length >= _SHORT[0]
    return left[long], rows[long], length[long]


def _in_exam_block(along: NDArray[np.float32], form: Form, inked: float) -> Iterator[Place]:
    """What is written on the lines of the exam block, which are too close to tell apart."""
    block = form.exam_block
    assert block is not None
    frame, step = block.frame, block.frame.height / max(len(block.lines), 1)
    left, right = (round(x / INK_MM) for x in (frame.x + _LABELS, frame.x + frame.width - _EDGE))
    for k in range(len(block.lines)):
        y = frame.y + (k + 0.5) * step
        row = int(y / INK_MM)
        near = along[row - 1 : row + 2, left:right]
        written = np.flatnonzero(near[near.sum(axis=1).argmax()] > 1.5 * inked)
        if written.size and _NAME[0] <= (wide := float(np.ptp(written)) * INK_MM) <= _NAME[1]:
            yield Place((left + float(written[0])) * INK_MM, y, wide, True, room=_OWN * step)


_PEN, _WRITTEN = 120, 10  # darkness that counts at most; least mean of a row that is written on
_HIGH = 9  # pixels: a line is 2.3 mm high at least
_BESIDE = round(2.6 * PX)


def _between_lines(dark: Gray, to_map: Affine, form: Form) -> Iterator[Place]:
    """What is written over the frames' edges, just above and below, and between the exam block's lines.

    There, darker than on the lines beside, over as much as a name is long.
    """
    block, identity = form.exam_block, form.identity.frame
    assert block is not None
    frame, count = block.frame, max(len(block.lines), 1)
    rows = [frame.y + k * frame.height / count for k in range(count + 1)]
    rows += [identity.y + identity.height, frame.y + frame.height + _BELOW]
    for near in ([identity.y - _BELOW, identity.y], rows):
        middle, half = (min(near) + max(near)) / 2, HALF + round((max(near) - min(near)) / 2 * PX)
        zone = Place(frame.x + _EDGE, middle, frame.width - 2 * _EDGE, True)
        band = np.minimum(straight(dark, to_map, zone, half), _PEN)
        words = cv2.blur(band, (round(_WORDS * INK_MM * PX), _HIGH))
        for y in near:
            row = half + round((y - middle) * PX)
            here, above, below = words[row], words[row - _BESIDE], words[row + _BESIDE]
            written = np.flatnonzero((here >= _WRITTEN) & (here >= above) & (here >= below))
            for part in np.split(written, np.flatnonzero(np.diff(written) > _BESIDE) + 1):
                if part.size and _NUMBER <= (wide := float(np.ptp(part)) / PX) <= _NAME[1]:
                    yield Place(zone.x - _AROUND + float(part[0]) / PX, y, wide, True)


def _up_the_sides(ink: NDArray[np.float32], form: Form, first: bool, inked: float) -> Iterator[Place]:
    """What is written up, or down, the margins at the sides: nobody knows which, so it is read both ways."""
    mask, width = form.identity.frame.grown(form.identity.mask_margin), form.form.page_width
    for left, shown in ((0, slice(0, _SIDE)), (ink.shape[1] - _SIDE - 1, slice(1, _SIDE + 1))):
        strip = np.ascontiguousarray(ink[:, left : left + _SIDE + 1].T)  # and what lies beside
        along = np.asarray(cv2.blur(strip, (_WORDS, 1)), np.float32)
        starts, columns, length = _ridges(along, inked, wavering=1)
        for y, at, high in zip(starts.tolist(), columns.tolist(), length.tolist(), strict=True):
            x = at + left * INK_MM
            if not shown.start <= at / INK_MM < shown.stop:
                continue
            hidden = first and mask.holds(Rectangle(x, y + high / 2, 0.0, 0.0))
            if _NAME[0] <= high <= _NAME[1] and _EDGE < x < width - _EDGE and not hidden:
                yield Place(x, y + high, high, True, _UP)
                yield Place(x, y, high, True, _DOWN)


def straight(dark: Gray, to_map: Affine, place: Place, half: int = HALF) -> Gray:
    """What is written along a line, without ruled lines: it lies level, in the middle of 2 × `half` rows."""
    band = level(dark, to_map, place, half)
    band[abs(np.arange(-half, half + 1)) > place.room * PX] = 0
    return without_rules(band)


def level(image: Gray, to_map: Affine, place: Place, half: int, beyond: int = 0) -> Gray:
    """A line as it is, level, in the middle of 2 × `half` rows; `beyond`: what is off the image."""
    (x, y), (across, down) = place.at(-_AROUND), place.along
    onto = np.array([[across / PX, -down / PX, x], [down / PX, across / PX, y], [0, 0, 1]])
    onto[:2, 2] -= onto[:2, 1] * half
    size = round((place.length + 2 * _AROUND) * PX), 2 * half + 1
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(image, to_map @ onto, size, flags=how, borderValue=beyond), np.uint8)


def without_rules(dark: Gray) -> Gray:
    """The same darkness without ruled lines."""
    ruled = cv2.dilate(cv2.morphologyEx(dark, cv2.MORPH_OPEN, _RULE), np.ones((3, 1), np.uint8))
    return np.asarray(cv2.subtract(dark, ruled), np.uint8)
