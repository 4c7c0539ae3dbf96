"""Which labels shine through thin paper from the other side of the sheet, with their numbers in clear?

Bars read the same backwards: a machine reads them there, and who looks reads the number. They are paler than
any label, and answers are written over them, so they are looked for where nothing is written: gray steps
across bars are as large all down them, and vanish along them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.scans.pages.geometry import PX
from processors.scans.pages.labels import Quad
from processors.scans.readings import Gray

_BLOCK = 8  # pixels of the map, 2 mm
_STEP = 2.0
"""Mean gray step across bars: 3 where a label shows a tenth of its darkness; of the grain of poor paper 1."""
_ALONG = 0.5  # share of it along them, at most
_WRITTEN = 4.0  # mean step along, from which on a block that is no bar shows writing or a ruled line
_WINDOW = (10, 4)  # blocks along and across a label
_FREE = 0.3  # share of a window on which nothing is written, at least
_FILLED = 0.85
"""Share of that which is barred. Where a label shows a tenth of its darkness or more, 0.93 at least is, of 72
drawn gray pages; of 32 pages without, 0.77 at most."""
_EDGES, _LONG = 1.0, (26.0, 95.0)  # sides of bars a millimetre, over so many mm
_APART = range(2, 6)  # blocks: further than a letter is high, less than bars are
_LIKE, _SHIFTS = 0.6, range(-3, 4)  # pixels: a label may be askew
"""Correlation of rows of blocks: bars say the same in two of them at least. Of 60 pages of print no row of so
many mm has more than 0.5; of 84 with a label behind their writing 83 have 0.66 and more."""

_DARKEST = 3.0  # times as far from the middle as half of a row is: more is ink of this side

_CLEAR = (8.0, 17.0)  # mm around the bars that are wiped, along the label and across: its lines of print
_INK, _DARKER, _PEN = 40.0, 2.2, 85.0  # gray levels; times as dark as the bars; a pen's: written on this side
_FAINT, _PALER = 16.0, 0.35  # the same of what the edge of the wipe may cut
_EDGE = round(0.8 * PX)
_RULED = np.ones((1, round(9 * PX)), np.uint8)
_STROKE = round(1.2 * PX)  # longer than a speck


@dataclass(frozen=True)
class Shining:
    """Where bars and lines of print shine through, in pixels of the map; the first side is along the bars.

    `depth`: gray levels of the bars. `written`: whether there is writing there, which a wipe would hide.
    """

    area: Quad
    depth: float
    written: bool

    def amplified(self, gray: Gray) -> Gray:
        """The page with what shines through as dark as print."""
        paper = float(np.percentile(gray[::4, ::4], 75))
        levels = 255 - (paper - np.arange(256)) * (200 / max(self.depth, 1.0))
        return np.asarray(cv2.LUT(gray, np.clip(levels, 0, 255).astype(np.uint8)), np.uint8)


def shining_labels(small: Gray, dark: Gray, known: Sequence[Quad]) -> list[Shining]:
    """Those on a page at `MAP_DPI`, with its darkness, whose middle is in none of the `known` places."""
    height, width = (side // _BLOCK for side in small.shape)
    whole = small[: height * _BLOCK, : width * _BLOCK]
    across, along = _averaged(whole), _averaged(np.asarray(cv2.transpose(whole), np.uint8))
    steps = _mean_steps(across), _mean_steps(along).T
    found = []
    for lying, rows, one, other in ((False, across, *steps), (True, along, steps[1].T, steps[0].T)):
        for barred in _barred(one, other):
            x0, y0, x1, y1 = (side * _BLOCK for side in barred.box)
            box = (y0, x0, y1, x1) if lying else (x0, y0, x1, y1)
            middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
            if any(cv2.pointPolygonTest(place.astype(np.float32), middle, False) >= 0 for place in known):
                continue
            if _say_the_same(rows, barred):
                found.append(_shining(dark, box, lying))
    return found


@dataclass(frozen=True)
class _Barred:
    """What may be upright bars: left, top, right, bottom in blocks, and which blocks within are barred."""

    box: tuple[int, int, int, int]
    blocks: NDArray[np.bool_]


def _averaged(page: Gray) -> Gray:
    """The mean of every other row of each block: grain and slanting strokes are averaged out."""
    rows = page.reshape(-1, _BLOCK, page.shape[1])
    pairs = [np.add(rows[:, k], rows[:, k + 2], dtype=np.uint16) for k in (0, 4)]  # faster than one sum
    return np.asarray((pairs[0] + pairs[1]) >> 2, np.uint8)


def _mean_steps(rows: Gray) -> NDArray[np.float32]:
    """Of each block, how much gray changes along its row from pixel to pixel."""
    length, height = rows.shape[::-1]
    steps = np.zeros((length, height), np.uint8)
    steps[:-1] = cv2.transpose(cv2.absdiff(rows[:, 1:], rows[:, :-1]))  # sums go faster down than along
    sums = steps.reshape(-1, _BLOCK, height).sum(axis=1, dtype=np.uint16)
    return np.asarray(cv2.transpose(sums), np.float32) / np.float32(_BLOCK)


def _barred(across: NDArray[np.float32], along: NDArray[np.float32]) -> Iterator[_Barred]:
    """Where gray changes across and not along, over as much as bars fill."""
    upright = along < _ALONG * across
    bars, free = (across > _STEP) & upright, (along <= _WRITTEN) | upright
    barred, unwritten = (
        cv2.boxFilter(b.view(np.uint8), -1, _WINDOW, normalize=False, borderType=cv2.BORDER_CONSTANT)
        for b in (bars, free)
    )
    least = _FREE * _WINDOW[0] * _WINDOW[1]
    middles = np.asarray((unwritten >= least) & (barred >= np.float32(_FILLED) * unwritten), np.uint8)
    if not middles.any():
        return
    near = cv2.dilate(middles, np.ones(_WINDOW[::-1], np.uint8), anchor=_MIRRORED)
    _, parts, stats, _ = cv2.connectedComponentsWithStats(near, connectivity=8)
    for part, width in enumerate(stats[1:, cv2.CC_STAT_WIDTH].tolist(), 1):
        if width * _BLOCK < _LONG[0] * PX:
            continue
        own = (parts == part) & bars
        y, x = np.nonzero(own)
        left, top, right, bottom = int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1
        if _LONG[0] * PX <= (right - left) * _BLOCK <= _LONG[1] * PX:
            yield _Barred((left, top, right, bottom), own[top:bottom, left:right])


def _say_the_same(rows: Gray, barred: _Barred) -> bool:
    """Whether two rows of its blocks do, as bars say the same all down them."""
    left, top, right, _ = barred.box
    shown = np.flatnonzero(barred.blocks.any(axis=1))
    within = slice(left * _BLOCK, right * _BLOCK)
    strips = _without_ink(rows[top + shown].astype(np.float32), within)
    strips = (strips - cv2.blur(strips, (round(5 * PX), 1)))[:, within]
    return _are_bars(strips, np.repeat(barred.blocks[shown], _BLOCK, axis=1), shown)


def _without_ink(strips: NDArray[np.float32], bars: slice) -> NDArray[np.float32]:
    """Lines drawn on this side, as a table's, are left out: they would make rows of grain alike."""
    level = strips - np.median(strips[:, bars], axis=1, keepdims=True)
    usual = np.median(abs(level[:, bars]), axis=1, keepdims=True)
    ink = cv2.dilate(np.asarray(level < -_DARKEST * usual, np.uint8), np.ones((1, 9), np.uint8))
    return np.where(ink > 0, np.float32(0), level)


_MIRRORED = (_WINDOW[0] - _WINDOW[0] // 2 - 1, _WINDOW[1] - _WINDOW[1] // 2 - 1)


def _are_bars(strips: NDArray[np.float32], barred: NDArray[np.bool_], at: NDArray[np.intp]) -> bool:
    """Whether rows of blocks have many sides, and two of them the same; `at`: which rows of the page."""
    sides = float(np.median(np.count_nonzero(np.diff(strips > 0, axis=1), axis=1)))
    if sides < _EDGES * strips.shape[1] / PX:
        return False
    usual = float(np.median(abs(strips[barred])))
    level = np.clip(strips, -usual, usual)  # what is written over them is much darker
    for one, other in itertools.combinations(range(len(at)), 2):
        both = barred[one] & barred[other]
        if at[other] - at[one] in _APART and np.count_nonzero(both) >= 0.75 * _LONG[0] * PX:
            for shift in _SHIFTS:
                if np.corrcoef(level[one][both], np.roll(level[other], shift)[both])[0, 1] >= _LIKE:
                    return True
    return False


def _shining(dark: Gray, box: tuple[int, int, int, int], lying: bool) -> Shining:
    x0, y0, x1, y1 = box
    depth = float(np.percentile(dark[y0:y1, x0:x1], 75))
    wide, high = (round(mm * PX) for mm in (_CLEAR[::-1] if lying else _CLEAR))
    left, top, right, bottom = x0 - wide, y0 - high, x1 + wide, y1 + high
    around = dark[max(top - _EDGE, 0) : bottom + _EDGE, max(left - _EDGE, 0) : right + _EDGE]
    inner = np.zeros(around.shape, np.bool_)
    y, x = min(top, _EDGE), min(left, _EDGE)
    inner[max(y, 0) : max(y, 0) + bottom - max(top, 0), max(x, 0) : max(x, 0) + right - max(left, 0)] = True
    written = _inked(around, min(max(_INK, _DARKER * depth), _PEN)) & inner
    cut = _inked(around, max(_FAINT, _PALER * depth), broken=True) & ~inner
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)
    area = np.roll(corners, -1, axis=0) if lying else corners
    return Shining(area, depth, bool(written.any() or cut.any()))


def _inked(dark: Gray, least: float, broken: bool = False) -> NDArray[np.bool_]:
    """What is so dark, but for specks and ruled lines; `broken`: where so pale ones have gaps, too."""
    ink = np.asarray(dark >= least, np.uint8)
    lines = cv2.dilate(ink, np.ones((3, 2), np.uint8)) if broken else ink
    ruled = cv2.dilate(cv2.morphologyEx(lines, cv2.MORPH_OPEN, _RULED), np.ones((3, 3), np.uint8))
    ink[ruled > 0] = 0
    _, parts, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    strokes = stats[:, 2:4].max(axis=1) >= _STROKE
    strokes[0] = False
    return np.asarray(strokes[parts], np.bool_)
