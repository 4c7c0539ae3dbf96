"""Did somebody sign in this cell? Signed, empty, or a person looks.

The measure is the length of the pen's strokes, as for signatures of dossiers (`dossiers/ink.py`). Beside how
much ink there is, it counts whose it is: what comes over from a neighbour's cell, what lies across several,
and what no hand signs with (a stroke, a cross) never makes anybody present.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from processors.dossiers.ink import darker
from processors.scans.pages.apart import HALF
from processors.scans.pages.geometry import PX as MAP
from processors.scans.pages.names import text_in
from processors.scans.readings import Gray

PX = 8.0
"""Pixels of a straightened table per millimetre."""

SIGNED_FROM = 12.0
"""mm of strokes of one's own that make a signature, if they are `_WIDE`: see docs/attendance.md."""
EMPTY_BELOW = 1.6
"""mm of strokes, of one's own or not, that dust leaves."""
_WIDE = 4.5  # mm, the longer side of a signature
_SPECK = 0.9  # mm: what is smaller both ways is dirt
_BAND = 1.1  # mm about a printed line in which its pieces lie
_PIECE = 5.0  # mm: a straight run that long there is the line
_FULL = 0.55  # of its box that a blot fills
_THICK, _SOLID = 1.6, 0.15  # mm: no pen draws so; share of a blot, a stain
_FAINT = 0.36  # of the print's darkness: under it, ink of the other side or a shadow
_PALE = 1.6  # mm of faint strokes: somebody looks
_OWN = 0.6  # of a mark's ink in one cell: it is of that cell
_TALL = 1.6  # cells: what is taller is a stamp, a stain, a stroke through the list
_OVER = 0.55  # of a cell's height: so far a neighbour's letters reach at most
_OVER_MM = 16.0  # of strokes that they bring
_STRAIGHT = 0.88  # share of the ink on two straight strokes at most: a cross, a line
_NEAR = 0.17  # mm beside a straight stroke
_WHOLE, _STRUCK = 0.85, 0.985  # share of its length that is inked; of one that strikes something out
_STRIKE, _BEYOND = 30.0, 8.0  # mm of a straight stroke through what else is written, and beyond its ends
_RULE = 18.0  # mm: a streak of the scanner down the list is that straight, a pen's stroke is not
_EDGE = 0.33  # of a cell's height: what lies so near an empty cell may be of it
_EDGE_OF = 0.2  # of a cell's height, at its top and its bottom: alone there, ink makes no signature
_PRINTED, _PRINT = 12, 4.6  # letters of one height, or half as many marks no higher (mm)
_LINES = 2.8  # mm apart, on two lines: a stamp
_PIECES = 4  # a cross or a line is made of, at most
_SHORT = 10.0  # mm of a few letters: they may say that, if one of them is right
_FRAMED = 4  # marks within another: a stamp's frame
_ABSENT = (("ABS", 1), ("ABSENT", 3), ("ABSENTE", 3))
"""What invigilators write, and by how many letters a reading may be off."""
_THICKER, _ALONG = 0.3, 5.0  # mm that a printed line is thicker by, and how far: somebody signed along it


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
    """`length`: mm of strokes that are of this cell; `why`: where it is unsure, or empty in spite of ink."""

    seen: Seen
    length: float
    why: Why | None = None


@dataclass(frozen=True)
class _Mark:
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


def read_cells(table: Gray, edges: Sequence[float], sides: tuple[float, float]) -> list[Cell]:
    """The cells between these level lines (mm down the picture), in the column between these upright ones.

    `table`: the part of the sheet about the column, straightened, at `PX`.
    """
    ink = darker(table, PX)
    along = _along_lines(ink, edges, sides)
    _without_lines(ink, edges, sides)
    labels, marks = _marks(table, ink, edges)
    cells = [_cell(table, labels, marks, row, edges, sides) for row in range(len(edges) - 1)]
    for edge in along:
        for row in (edge - 1, edge):
            if 0 <= row < len(cells) and cells[row].seen is Seen.EMPTY:
                cells[row] = replace(cells[row], seen=Seen.UNSURE, why=Why.SHARED)
    return _beside(cells, marks, edges)


def _along_lines(ink: Gray, edges: Sequence[float], sides: tuple[float, float]) -> list[int]:
    """The printed lines that are thicker somewhere than elsewhere: somebody may have signed along them."""
    left, right = (round(side * PX) for side in (sides[0] + 1, sides[1] - 1))
    bands = [
        ink[max(0, round((edge - _BAND) * PX)) : round((edge + _BAND) * PX), left:right].sum(axis=0)
        for edge in edges
    ]
    usual = float(np.median(np.concatenate(bands[1:-1])))
    found = []
    for k, band in enumerate(bands):
        own = max(usual, float(np.median(band))) if k in (0, len(bands) - 1) else usual
        thick = (band > own + _THICKER * PX).astype(np.float32)[np.newaxis]
        if float(cv2.blur(thick, (round(_ALONG * PX), 1)).max()) > 0.85:
            found.append(k)
    return found


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
    wide = cv2.dilate(ink, np.ones((1, 3), np.uint8))
    streaks = cv2.morphologyEx(wide, cv2.MORPH_OPEN, np.ones((round(_RULE * PX), 1), np.uint8))
    lines = np.maximum(lines, np.asarray(streaks, np.uint8))
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
            float(inside[max(0, a - y) : max(0, b - y)].sum()) / area for a, b in itertools.pairwise(rows)
        )
        dark = (paper - float(np.percentile(table[y : y + h, x : x + w][part], 25))) / printed
        length, solid = area / thick / PX, float((deep > _THICK / 2 * PX).mean())
        if area < _FULL * w * h:
            solid = 0.0  # however thick the pen: a line goes to and fro
        marks.append(_Mark(index, (x, y, w, h), length, solid, dark, shares))
    return np.asarray(labels, np.int32), marks


def _cell(
    table: Gray,
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
    blots = [mark for mark in own if mark.solid > _SOLID]
    faint = [mark for mark in own if mark.dark < _FAINT and mark not in blots]
    good = [
        mark
        for mark in own
        if mark not in blots
        and mark not in faint
        and not any(_within(mark, one) and one.dark > 0.65 * mark.dark for one in tall)
    ]
    length = sum(mark.length for mark in good)
    brought = [mark for mark in others if mark.home != row and not _reaches(mark, row, edges)]
    shared = [mark for mark in others if mark not in brought]
    over = any(mark.dark > 0.65 * max((one.dark for one in good), default=1.0) for mark in tall)
    middle = (edges[row] + edges[row + 1]) / 2
    inner = [m for m in good if abs((m.box[1] + m.box[3] / 2) / PX - middle) < (0.5 - _EDGE_OF) * high]
    enough = sum(mark.length for mark in inner) >= SIGNED_FROM and _extent(inner) >= _WIDE * PX
    if enough and not over:
        rows = slice(max(0, round(edges[row] * PX) - 8), round(edges[row + 1] * PX) + 8)
        straight, struck = _strokes(np.isin(labels[rows], [mark.index for mark in good]))
        if len(inner) < len(good):
            straight |= _strokes(np.isin(labels[rows], [mark.index for mark in inner]))[0]
        if straight and sum(mark.length > 1.5 for mark in inner) <= _PIECES:
            return Cell(Seen.UNSURE, length, Why.STROKES)
        if struck:
            return Cell(Seen.UNSURE, length, Why.STRUCK)
        if _is_stamped(good):
            return Cell(Seen.UNSURE, length, Why.LETTERS)
        off = _off_absent(table, labels, good)
        if off is not None:
            return Cell(Seen.UNSURE if off else Seen.EMPTY, length, Why.LETTERS)
        return Cell(Seen.SIGNED, length)
    foreign = sum(mark.length * mark.shares[row] for mark in (*tall, *shared))
    if foreign > EMPTY_BELOW:
        return Cell(Seen.UNSURE, length, Why.SHARED)
    if blots:
        return Cell(Seen.UNSURE, length, Why.BLOT)
    if length > EMPTY_BELOW:
        return Cell(Seen.UNSURE, length, Why.LITTLE)
    if sum(mark.length for mark in faint) > _PALE:
        return Cell(Seen.UNSURE, length, Why.FAINT)
    if sum(mark.length * mark.shares[row] for mark in brought) > _OVER_MM:
        return Cell(Seen.UNSURE, length, Why.SHARED)
    return Cell(Seen.EMPTY, length)


def _beside(cells: list[Cell], marks: Sequence[_Mark], edges: Sequence[float]) -> list[Cell]:
    """The same, but that a signature on the line to another cell may be of either."""
    told = list(cells)
    for row, cell in enumerate(cells):
        if cell.seen is not Seen.SIGNED:
            continue
        own = [mark for mark in marks if mark.home == row and mark.length > 2.0]
        whole = sum(mark.length for mark in own)
        middle = sum(mark.length * (mark.box[1] + mark.box[3] / 2) / PX for mark in own) / max(whole, 1.0)
        near = _EDGE * (edges[row + 1] - edges[row])
        for other, off in ((row - 1, middle - edges[row]), (row + 1, edges[row + 1] - middle)):
            if off < near and 0 <= other < len(cells):
                told[row] = replace(cell, seen=Seen.UNSURE, why=Why.SHARED)
                if cells[other].seen is not Seen.SIGNED:
                    told[other] = replace(cells[other], seen=Seen.UNSURE, why=Why.SHARED)
    return told


def _within(mark: _Mark, tall: _Mark) -> bool:
    x, y, w, h = tall.box
    middle = mark.box[0] + mark.box[2] / 2, mark.box[1] + mark.box[3] / 2
    return x <= middle[0] <= x + w and y <= middle[1] <= y + h


def _reaches(mark: _Mark, row: int, edges: Sequence[float]) -> bool:
    """Whether a neighbour's mark comes so far into this cell that it may be this cell's own."""
    if abs(mark.home - row) != 1 or mark.shares[mark.home] < _OWN:
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
    deep = cv2.distanceTransform(np.pad(mask.astype(np.uint8), 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    near = _NEAR * PX + max(1.0, 2 * float(deep[mask].mean()) - 0.5)
    points, left, struck = np.stack([x, y], 1).astype(np.float32), np.ones(len(x), bool), False
    for k in range(2):
        line = _straightest(points[left], near)
        if line is None:
            break
        beside = np.abs(points @ line[:2] - line[2]) < near
        on, along = beside & left, points @ np.array([-line[1], line[0]])
        reach = np.percentile(along[on], [1, 99])
        within = along[beside & (along >= reach[0]) & (along <= reach[1])]
        filled = len(np.unique(np.rint(within))) / max(1.0, float(np.ptp(reach)))
        if filled < _WHOLE:
            break
        rest = left & ~on
        if k == 0 and filled > _STRUCK and np.ptp(reach) > _STRIKE * PX and rest.sum() > 0.25 * len(x):
            side = points[rest] @ line[:2] - line[2]
            over = np.percentile(along[rest], [2, 98])
            beyond = max(0.0, over[0] - reach[0]) + max(0.0, reach[1] - over[1])
            struck = bool(beyond > _BEYOND * PX and min((side < 0).mean(), (side > 0).mean()) > 0.2)
        left = rest
    return bool(left.mean() < 1 - _STRAIGHT), struck


def _straightest(points: NDArray[np.float32], near: float) -> NDArray[np.float64] | None:
    """Normal and offset of the straight line with the most points within `near` pixels; None of too few."""
    if len(points) < 30:
        return None
    some = points[:: max(1, len(points) // 900)]
    angles = np.deg2rad(np.arange(0, 180, 2.0))
    normals = np.stack([np.cos(angles), np.sin(angles)], 1)
    offsets = some @ normals.T
    width = 1.2 * near
    best = (0, 0.0, 0)
    for k in range(len(angles)):
        bins = np.floor(offsets[:, k] / width).astype(int)
        counts = np.bincount(bins - bins.min())
        pairs = counts[:-1] + counts[1:] if len(counts) > 1 else counts
        top = int(pairs.argmax())
        if pairs[top] > best[0]:
            best = int(pairs[top]), (top + bins.min() + 1) * width, k
    chosen = points[np.abs(points @ normals[best[2]] - best[1]) < 1.6 * width]
    vx, vy, x, y = cv2.fitLine(chosen, cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
    return np.array([vy, -vx, vy * x - vx * y], np.float64)


def _is_stamped(marks: Sequence[_Mark]) -> bool:
    """Whether it is many letters of print, or some in a frame."""
    if any(sum(_within(mark, one) for mark in marks) > _FRAMED for one in marks if one.box[3] > 5 * PX):
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


def _off_absent(table: Gray, labels: NDArray[np.int32], marks: Sequence[_Mark]) -> int | None:
    """By how many letters it is off what says that somebody was absent; None: it says something else."""
    x0, y0 = min(m.box[0] for m in marks), min(m.box[1] for m in marks)
    x1, y1 = max(m.box[0] + m.box[2] for m in marks), max(m.box[1] + m.box[3] for m in marks)
    part = np.isin(labels[y0:y1, x0:x1], [mark.index for mark in marks])
    dark = np.where(part, 255 - table[y0:y1, x0:x1], 0).astype(np.uint8)
    small = cv2.resize(dark, None, fx=MAP / PX, fy=MAP / PX, interpolation=cv2.INTER_AREA)
    band = np.zeros((2 * HALF + 1, small.shape[1] + 24), np.uint8)
    small = small[: len(band)]
    top = (len(band) - len(small)) // 2
    band[top : top + len(small), 12 : 12 + small.shape[1]] = small
    said = "".join(letter for letter in text_in(band) if letter.isalnum())
    if x1 - x0 < _SHORT * PX and (len(said) <= len("ABS") + 1):
        return Levenshtein.distance(said, "ABS")
    offs = [(Levenshtein.distance(said, word), most) for word, most in _ABSENT]
    return min((off for off, most in offs if off <= most), default=None)
