"""Did somebody sign in this cell? Signed, empty, or a person looks.

The measure is the length of the pen's strokes, as for signatures of dossiers (`dossiers/ink.py`). Beside how
much ink there is, it counts whose it is: what comes over from a neighbour's cell, what lies across several, and
what no hand signs with (a stroke, a cross) never makes anybody present.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.dossiers.ink import darker
from processors.scans.readings import Gray

PX = 8.0
"""Pixels of a straightened table per millimetre."""

SIGNED_FROM = 15.0
"""mm of strokes of one's own that make a signature; with `_WIDE`. The least of 1,900 drawn had 9."""
EMPTY_BELOW = 1.6
"""mm of strokes, of one's own or not, that dust leaves."""
_WIDE = 4.5  # mm, the longer side of a signature
_SPECK = 0.9  # mm: what is smaller both ways is dirt
_BAND = 1.1  # mm about a printed line in which its pieces lie
_PIECE = 5.0  # mm: a straight run that long there is the line
_THICK = 1.5  # mm: no pen draws so; a blot, a stain
_FAINT = 0.36  # of the print's darkness: under it, ink of the other side or a shadow
_OWN = 0.8  # of a mark's ink in one cell: it is of that cell
_TALL = 1.75  # cells: what is taller is a stamp, a stain, a stroke through the list
_OVER = 0.55  # of a cell's height: so far a neighbour's letters reach at most
_OVER_MM = 16.0  # of strokes that they bring
_STRAIGHT = 0.86  # share of the ink on two straight strokes at most: a cross, a line
_NEAR = 0.55  # mm beside a straight stroke
_STRIKE = 22.0  # mm of one straight stroke through the middle of what else is written


class Seen(StrEnum):
    """What a cell says."""

    SIGNED = "signed"
    EMPTY = "empty"
    UNSURE = "unsure"


class Why(StrEnum):
    """Why a person is asked; `said`: in French."""

    said: str

    def __new__(cls, code: str, said: str) -> Why:
        made = str.__new__(cls, code)
        made._value_, made.said = code, said
        return made

    LITTLE = "little", "Trop peu d’encre pour une signature, trop pour une case vide."
    STROKES = "strokes", "Un trait ou une croix, et rien d’autre."
    STRUCK = "struck", "Un trait barre ce qui est écrit."
    SHARED = "shared", "L’encre est à cheval sur plusieurs cases."
    BLOT = "blot", "Une tache ou un aplat, et non une signature."
    FAINT = "faint", "De l’encre pâle, peut-être celle de l’autre face."
    LETTERS = "letters", "Quelques lettres, comme « ABS », et non une signature."
    DIFFERENT = "different", "Deux numérisations, ou la liste déposée, disent autre chose."
    COPY_HERE = "copy_here", "La case est vide, mais une copie de ce candidat est arrivée."


@dataclass(frozen=True)
class Cell:
    """`length`: mm of strokes that are of this cell; `why`: where it is unsure."""

    seen: Seen
    length: float
    why: Why | None = None


@dataclass(frozen=True)
class _Mark:
    """Ink that hangs together: its pixels by row of the table, and what it is like."""

    index: int
    box: tuple[int, int, int, int]  # x, y, width, height, pixels
    length: float  # mm
    thick: float  # mm
    dark: float  # its darkness, of the print's
    shares: tuple[float, ...]  # of its ink in each cell

    @property
    def home(self) -> int:
        return int(np.argmax(self.shares))


def read_cells(table: Gray, edges: Sequence[float], sides: tuple[float, float]) -> list[Cell]:
    """The cells between these level lines (mm down the picture), in the column between these upright ones.

    `table`: the part of the sheet about the column, straightened, at `PX`.
    """
    ink = darker(table, PX)
    _without_lines(ink, edges, sides)
    labels, marks = _marks(table, ink, edges)
    return [_cell(labels, marks, row, edges, sides) for row in range(len(edges) - 1)]


def _without_lines(ink: Gray, edges: Sequence[float], sides: tuple[float, float]) -> None:
    """Takes the printed lines away, but where a pen crosses them."""
    lines = np.zeros_like(ink)
    for places, level in ((edges, True), (sides, False)):
        part = ink if level else np.ascontiguousarray(ink.T)
        found = lines if level else np.ascontiguousarray(lines.T)
        for place in places:
            top, bottom = max(0, round((place - _BAND) * PX)), round((place + _BAND) * PX)
            band = part[top:bottom]
            if not band.size:
                continue
            whole = cv2.morphologyEx(band, cv2.MORPH_CLOSE, np.ones((2, 9), np.uint8))
            runs = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((1, round(_PIECE * PX)), np.uint8))
            near = cv2.dilate(np.asarray(runs, np.uint8), np.ones((3, 3), np.uint8))
            found[top:bottom] = np.maximum(found[top:bottom], near)
        if not level:
            lines[:] = found.T
    ink[lines > 0] = 0
    for place in edges:  # a stroke on both sides of a line is one
        top, bottom = max(1, round((place - _BAND) * PX)), round((place + _BAND) * PX)
        gap = lines[top:bottom] > 0
        above, below = np.zeros_like(gap), np.zeros_like(gap)
        carried = cv2.dilate(ink[top - 1 : top], np.ones((1, 5), np.uint8))[0] > 0
        for y in range(len(gap)):
            here = ink[top + y] > 0
            carried = here | (carried & gap[y])
            above[y] = carried
        carried = np.zeros(ink.shape[1], bool)
        if bottom < len(ink):
            carried = cv2.dilate(ink[bottom : bottom + 1], np.ones((1, 5), np.uint8))[0] > 0
        for y in range(len(gap) - 1, -1, -1):
            here = ink[top + y] > 0
            carried = here | (carried & gap[y])
            below[y] = carried
        wide = np.ones((1, 5), np.uint8)
        both = (cv2.dilate(above.astype(np.uint8), wide) > 0) & (cv2.dilate(below.astype(np.uint8), wide) > 0)
        ink[top:bottom][gap & both] = 1


def _marks(table: Gray, ink: Gray, edges: Sequence[float]) -> tuple[NDArray[np.int32], list[_Mark]]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    depth = cv2.distanceTransform(np.pad(ink, 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    paper = float(np.median(table))
    printed = max(60.0, paper - float(np.percentile(table, 0.3)))
    rows = [round(edge * PX) for edge in edges]
    marks = []
    for index in range(1, count):
        x, y, w, h, area = (int(value) for value in stats[index])
        if max(w, h) < _SPECK * PX:
            continue
        part = labels[y : y + h, x : x + w] == index
        at = (y + h / 2) / PX
        if h < 0.8 * PX and min(abs(at - edge) for edge in edges) < _BAND:
            continue  # a rest of a line
        deep = depth[y : y + h, x : x + w][part]
        thick = max(1.0, 4 * float(deep.mean()) - 1)
        inside = part.sum(axis=1)
        shares = tuple(
            float(inside[max(0, a - y) : max(0, b - y)].sum()) / area
            for a, b in zip(rows, rows[1:], strict=False)
        )
        dark = (paper - float(np.percentile(table[y : y + h, x : x + w][part], 25))) / printed
        length, solid = area / thick / PX, float(np.percentile(deep, 95)) * 2 / PX
        marks.append(_Mark(index, (x, y, w, h), length, solid, dark, shares))
    return np.asarray(labels, np.int32), marks


def _cell(
    labels: NDArray[np.int32],
    marks: Sequence[_Mark],
    row: int,
    edges: Sequence[float],
    sides: tuple[float, float],
) -> Cell:
    high = edges[row + 1] - edges[row]
    here = [
        mark
        for mark in marks
        if mark.shares[row] * mark.length > 0.6 and sides[0] < (mark.box[0] + mark.box[2] / 2) / PX < sides[1]
    ]
    tall = [mark for mark in here if mark.box[3] > _TALL * high * PX]
    own = [mark for mark in here if mark not in tall and mark.shares[row] >= _OWN]
    others = [mark for mark in here if mark not in own and mark not in tall]
    blots = [mark for mark in own if mark.thick > _THICK]
    faint = [mark for mark in own if mark.dark < _FAINT and mark not in blots]
    good = [
        mark
        for mark in own
        if mark not in blots and mark not in faint and not any(_within(mark, one) for one in tall)
    ]
    length = sum(mark.length for mark in good)
    brought = [mark for mark in others if mark.home != row and not _reaches(mark, row, edges)]
    shared = [mark for mark in others if mark not in brought]
    if length >= SIGNED_FROM and _extent(good) >= _WIDE * PX and not tall:
        mask = np.isin(labels, [mark.index for mark in good])[
            round(edges[row] * PX) - 8 : round(edges[row + 1] * PX) + 8
        ]
        straight, struck = _strokes(mask)
        if straight:
            return Cell(Seen.UNSURE, length, Why.STROKES)
        if struck:
            return Cell(Seen.UNSURE, length, Why.STRUCK)
        if _is_lettered(good, high):
            return Cell(Seen.UNSURE, length, Why.LETTERS)
        return Cell(Seen.SIGNED, length)
    foreign = sum(mark.length * mark.shares[row] for mark in (*tall, *shared))
    if foreign > EMPTY_BELOW:
        return Cell(Seen.UNSURE, length, Why.SHARED)
    if blots:
        return Cell(Seen.UNSURE, length, Why.BLOT)
    if length > EMPTY_BELOW:
        return Cell(Seen.UNSURE, length, Why.LITTLE)
    if sum(mark.length for mark in faint) > 8.0:
        return Cell(Seen.UNSURE, length, Why.FAINT)
    if sum(mark.length * mark.shares[row] for mark in brought) > _OVER_MM:
        return Cell(Seen.UNSURE, length, Why.SHARED)
    return Cell(Seen.EMPTY, length)


def _within(mark: _Mark, tall: _Mark) -> bool:
    x, y, w, h = tall.box
    middle = mark.box[0] + mark.box[2] / 2, mark.box[1] + mark.box[3] / 2
    return x <= middle[0] <= x + w and y <= middle[1] <= y + h


def _reaches(mark: _Mark, row: int, edges: Sequence[float]) -> bool:
    """Whether a neighbour's mark comes so far into this cell that it may be this cell's own."""
    if abs(mark.home - row) != 1 or mark.shares[mark.home] < 1 - _OWN + 0.45:
        return True
    top, bottom = mark.box[1] / PX, (mark.box[1] + mark.box[3]) / PX
    deep = bottom - edges[row] if mark.home < row else edges[row + 1] - top
    return deep > _OVER * (edges[row + 1] - edges[row])


def _extent(marks: Sequence[_Mark]) -> int:
    x0, y0 = min(m.box[0] for m in marks), min(m.box[1] for m in marks)
    x1, y1 = max(m.box[0] + m.box[2] for m in marks), max(m.box[1] + m.box[3] for m in marks)
    return max(x1 - x0, y1 - y0)


def _strokes(mask: NDArray[np.bool_]) -> tuple[bool, bool]:
    """Whether two straight strokes at most are all there is; whether one goes through what else there is."""
    y, x = np.nonzero(mask)
    if not len(x):
        return False, False
    points, left, struck = np.stack([x, y], 1).astype(np.float32), np.ones(len(x), bool), False
    for k in range(2):
        line = _straightest(points[left])
        if line is None:
            break
        on = np.abs(points @ line[:2] - line[2]) < _NEAR * PX
        along = points[on] @ np.array([-line[1], line[0]])
        taken, rest = on & left, ~on & left
        if k == 0 and np.ptp(along) > _STRIKE * PX and rest.sum() > 0.3 * len(x):
            side = points[rest] @ line[:2] - line[2]
            over = points[rest] @ np.array([-line[1], line[0]])
            inside = (over > along.min()) & (over < along.max())
            above, below = (side[inside] < 0).mean(), (side[inside] > 0).mean()
            filled = len(np.unique((along / PX).round())) / (np.ptp(along) / PX)
            struck = bool(min(above, below) > 0.28 and inside.mean() > 0.8 and filled > 0.9)
        left &= ~taken
    return bool(left.mean() < 1 - _STRAIGHT), struck


def _straightest(points: NDArray[np.float32]) -> NDArray[np.float64] | None:
    """Normal and offset of the straight line with the most points within `_NEAR`; None of too few."""
    if len(points) < 30:
        return None
    some = points[:: max(1, len(points) // 900)]
    angles = np.deg2rad(np.arange(0, 180, 2.0))
    normals = np.stack([np.cos(angles), np.sin(angles)], 1)
    offsets = some @ normals.T
    width = _NEAR * PX
    best = (0, 0.0, 0)
    for k in range(len(angles)):
        bins = np.floor(offsets[:, k] / width).astype(int)
        counts = np.bincount(bins - bins.min())
        pairs = counts[:-1] + counts[1:] if len(counts) > 1 else counts
        top = int(pairs.argmax())
        if pairs[top] > best[0]:
            best = int(pairs[top]), (top + bins.min() + 1) * width, k
    near = points[np.abs(points @ normals[best[2]] - best[1]) < 1.6 * width]
    vx, vy, x, y = cv2.fitLine(near, cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
    return np.array([vy, -vx, vy * x - vx * y], np.float64)


def _is_lettered(marks: Sequence[_Mark], high: float) -> bool:
    """Whether it is a few letters apart, of one height on one line, or many of print."""
    letters = [mark for mark in marks if mark.length > 2.0]
    heights = np.array([mark.box[3] for mark in letters], float)
    wide = np.array([mark.box[2] for mark in letters], float)
    if len(letters) < 3 or wide.max() > 1.6 * np.median(heights):
        return False
    return bool(np.std(heights) < 0.22 * heights.mean())
