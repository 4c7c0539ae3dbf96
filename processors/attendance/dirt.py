"""What lies on the paper and no hand drew: the scanner's stripes, the rings of cups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from processors.attendance.lines import BAND, PX
from processors.scans.readings import Gray

Mask = NDArray[np.bool_]

_BANDS = 56  # parts of the table's height in which a stripe is sought
_SLANT = 0.063  # of the height: a stripe is upright on the scan, which lies as far askew
_DARKER, _THROUGH = 4.0, 0.78  # gray levels under both its sides; share of the bands
_BESIDE, _HALF = 4, 2  # pixels to its sides; a stripe is thinner than twice that and one
_STRIPES = 4  # on a column, at most

_RINGS = 3  # on a column, at most
_RADII = (21.0, 60.0)  # mm: of a cup; a round stamp is smaller
_HIGH = 15.0  # mm, of a mark that may be part of one
_TRIES, _POINTS = 3000, 600
_ROUND = 0.4  # mm off the circle: its middle, at most
_WIDEST = 2.5  # mm of a ring
_ARC, _ARCS, _OF_ARC = 18.0, 35.0, 0.45  # mm without a gap; of all; share of what the table shows of it
_GAP, _RUN = 2.5, 5.0  # mm: what is missing between its parts at most; of a part, at least
_ABOUT, _NEAR = 0.35, 1.6  # mm beyond a ring's edge that are its own; in which ink may touch it
_LEVEL = 0.9  # mm from a printed line: what is left there of a ring
_HIDDEN = 0.3  # of a ring's darkness: so much darker, something else is under it


def without_stripes(table: Gray, sides: tuple[float, float]) -> Gray:
    """The same, what dust drew down the whole scan filled from beside it: a pen that crosses it stays."""
    height = len(table)
    levels = table.astype(np.int16)
    under = np.full(table.shape, -20.0, np.float32)
    around = np.minimum(levels[:, : -2 * _BESIDE], levels[:, 2 * _BESIDE :])
    under[:, _BESIDE:-_BESIDE] = np.clip(around - levels[:, _BESIDE:-_BESIDE], -20, 40)
    bands = np.stack([part.mean(axis=0) for part in np.array_split(under, _BANDS)])
    left, right = (round(side) for side in ((sides[0] + BAND) * PX, (sides[1] - BAND) * PX))
    leans = np.arange(-round(_SLANT * height), round(_SLANT * height) + 1)
    darker = np.pad(bands > _DARKER, [(0, 0), (height, height)])
    through = np.zeros((len(leans), right - left), np.float32)
    for band, share in zip(darker, np.linspace(-0.5, 0.5, _BANDS), strict=True):
        first = height + left + np.rint(leans * share).astype(int)
        through += sliding_window_view(band, right - left)[first]
    through /= _BANDS
    made, rows = table, np.arange(height)
    for _ in range(_STRIPES):
        lean, at = np.unravel_index(int(through.argmax()), through.shape)
        if through[lean, at] < _THROUGH:
            break
        middle = left + at + np.rint(leans[lean] * (rows / height - 0.5)).astype(int)
        made = _filled(made, middle, rows)
        through[:, max(0, at - 2 * _BESIDE) : at + 2 * _BESIDE] = 0
    return made


def _filled(table: Gray, middle: NDArray[np.int_], rows: NDArray[np.int_]) -> Gray:
    made, last = table.copy(), table.shape[1] - 1
    before, after = (
        table[rows, np.clip(middle + side, 0, last)].astype(np.float32) for side in (-_HALF - 1, _HALF + 1)
    )
    for off in range(-_HALF, _HALF + 1):
        share = (off + _HALF + 1) / (2 * _HALF + 2)
        made[rows, np.clip(middle + off, 0, last)] = before + (after - before) * share
    return made


@dataclass(frozen=True)
class Ring:
    """Of a cup. `own`: its part of the table; `touched`: rows of pixels where other ink comes near it."""

    own: Mask
    touched: Mask


def rings_in(table: Gray, ink: Gray, edges: Sequence[float]) -> list[Ring]:
    """Those in the ink from which the printed lines, at `edges`, were taken."""
    left, rings = ink.copy(), list[Ring]()
    while len(rings) < _RINGS and (ring := _ring(table, left, edges)) is not None:
        rings.append(ring)
        left[ring.own] = 0
    return rings


def _ring(table: Gray, ink: Gray, edges: Sequence[float]) -> Ring | None:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    high = [k for k in range(1, len(stats)) if stats[k][3] > _HIGH * PX]
    if not high:
        return None
    y, x = np.nonzero(np.isin(labels, high))
    points = np.stack([x, y], 1).astype(np.float64)
    circle = _circle(points)
    if circle is None:
        return None
    cx, cy, radius = circle
    angles = np.arange(0, 2 * math.pi, 0.25 * PX / radius)
    reach = np.arange(-_WIDEST * PX, _WIDEST * PX + 1)
    ax = cx + np.outer(np.cos(angles), radius + reach)
    ay = cy + np.outer(np.sin(angles), radius + reach)
    height, width = ink.shape
    shown = (ax[:, len(reach) // 2] >= 0) & (ax[:, len(reach) // 2] < width)
    shown &= (ay[:, len(reach) // 2] >= 0) & (ay[:, len(reach) // 2] < height)
    lit = ink[ay.round().astype(int).clip(0, height - 1), ax.round().astype(int).clip(0, width - 1)] > 0
    lit &= shown[:, np.newaxis]
    on = lit[:, abs(reach) <= _ROUND * PX].any(axis=1)
    arc = _runs(on, round(_GAP / 0.25), round(_RUN / 0.25)) & shown
    if _longest(arc) * 0.25 < _ARC or arc.sum() < max(_ARCS / 0.25, _OF_ARC * shown.sum()):
        return None
    thick = lit[on & arc].sum(axis=1)
    half = float(np.percentile(thick, 60)) / 2
    if 2 * half > _WIDEST * PX:
        return None
    grid_y, grid_x = np.mgrid[0:height, 0:width]
    away = np.hypot(grid_x - cx, grid_y - cy) - radius
    turn = np.round((np.arctan2(grid_y - cy, grid_x - cx) % (2 * math.pi)) / (angles[1] - angles[0]))
    along = arc[turn.astype(int) % len(angles)]
    own = (abs(away) <= half + _ABOUT * PX) & along
    near = (abs(away) <= half + (_ABOUT + _NEAR) * PX) & ~own  # all around: it may be longer than was seen
    level = np.ones(height, bool)  # by the printed lines something is left of what was taken there
    for edge in edges:
        level[max(0, round((edge - _LEVEL) * PX)) : round((edge + _LEVEL) * PX)] = False
    inked = own & (ink > 0)
    dark = cv2.blur(table, (3, 3))
    usual, paper = float(np.median(dark[inked])), float(np.median(table))
    hidden = inked & (dark < usual - _HIDDEN * max(40.0, paper - usual))
    touched = ((near & (ink > 0)).sum(axis=1) > 1) | (hidden.sum(axis=1) > max(2.0, half))
    return Ring(own, touched & level)


def _circle(points: NDArray[np.float64]) -> tuple[float, float, float] | None:
    """The circle of a cup's size with most of these points near it."""
    rng = np.random.default_rng(0)  # the same picture, the same answer
    some = points[rng.integers(len(points), size=_POINTS)]
    a, b, c = (points[rng.integers(len(points), size=_TRIES)] for _ in range(3))
    ab, ac = b - a, c - a
    twice = 2 * (ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0])
    twice[abs(twice) < 1] = np.nan
    bb, cc = (ab**2).sum(axis=1), (ac**2).sum(axis=1)
    ux, uy = (ac[:, 1] * bb - ab[:, 1] * cc) / twice, (ab[:, 0] * cc - ac[:, 0] * bb) / twice
    radii = np.hypot(ux, uy)
    fits = (radii > _RADII[0] * PX) & (radii < _RADII[1] * PX)
    if not fits.any():
        return None
    x, y, radii = (a[:, 0] + ux)[fits], (a[:, 1] + uy)[fits], radii[fits]
    off = abs(np.hypot(some[:, :1] - x, some[:, 1:] - y) - radii)
    best = int((off < 0.5 * PX).sum(axis=0).argmax())
    cx, cy, radius = float(x[best]), float(y[best]), float(radii[best])
    for near in (1.2, 0.9, 0.9):
        on = points[abs(np.hypot(points[:, 0] - cx, points[:, 1] - cy) - radius) < near * PX]
        if len(on) < 100:
            return None
        rows = np.column_stack([2 * on, np.ones(len(on))])
        solved = np.linalg.lstsq(rows, (on**2).sum(axis=1), rcond=None)[0]
        cx, cy = float(solved[0]), float(solved[1])
        radius = math.sqrt(max(1.0, float(solved[2]) + cx**2 + cy**2))
    return (cx, cy, radius) if _RADII[0] * PX < radius < _RADII[1] * PX else None


def _runs(on: Mask, gap: int, least: int) -> Mask:
    """Those around a circle that are so long, with gaps at most so short."""
    wrapped = np.concatenate([on, on, on]).astype(np.uint8)[np.newaxis]
    closed = cv2.morphologyEx(wrapped, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    runs = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, least), np.uint8))[0]
    return np.asarray(runs[len(on) : 2 * len(on)] > 0)


def _longest(on: Mask) -> int:
    """How long the longest run around the circle is."""
    if on.all():
        return len(on)
    breaks = np.flatnonzero(~np.concatenate([on, on]))
    return int(np.diff(breaks).max(initial=1)) - 1
