"""What do the boxed characters say, with what probability?

The row's printed grid is found again on its strip, each cell is cut out *with* its border and a little of
its neighbours, and a small network says which character it holds, or that it is empty. Nothing is erased: the
grid stands at the same place in every cut, so the network has learnt to look past it, and a stroke that
touches or crosses a border loses nothing. `training/` makes the networks, of cells that are cut here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from processors.scans.readings import FieldReading, Gray

PX_PER_MM = 10.0
"""Scale of a strip."""
MARGIN = 3.0
"""Millimetres that a strip should hold around its cells, on each side: the grid is looked for 2 mm around."""

CUT_WIDTH, CUT_HEIGHT = 40, 48  # what the network sees, pixels
_CELL_WIDTH, _CELL_HEIGHT = 26, 32  # of which the cell itself, in the middle
_REACH = 20  # pixels of a strip by which the grid may lie off its nominal place
_STRETCH = 0.006  # and its greatest lengthening or slope
_THIN = np.ones((1, 11), np.uint8)  # pixels of a strip: wider than a printed line
_LEAST_CONTRAST = 50  # gray levels: below it, a strip is faint, not dark
_DOUBT = 0.97
"""A cell less sure than this is looked at again a pixel aside, and the looks are averaged: of 7,600 digits of
MNIST's test split in printed boxes, 2.5 % are, and right ones go from 99.26 to 99.45 %."""
_STEPS = ((1, 1), (-1, -1), (1, -1), (-1, 1))
_DARK = 200  # level of a cut at which the strip's darkest ink stands


@dataclass(frozen=True)
class CellRow:
    """A row of printed cells: millimetres from the top left corner of its strip, as on the form."""

    x: float
    y: float
    width: float
    height: float
    pitch: float
    count: int


DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Characters:
    """A network that reads these symbols. One instance serves one process, one thread at a time.

    `empty`: of a cell that is so surely empty there is no doubt.
    """

    def __init__(self, symbols: str, model: str, empty: float = _DOUBT) -> None:
        self.symbols = symbols
        self._empty = empty
        alone = onnxruntime.SessionOptions()
        alone.intra_op_num_threads = alone.inter_op_num_threads = 1  # other processes have the other cores
        alone.log_severity_level = 3  # errors
        weights = files("processors.scans.pages").joinpath(model).read_bytes()
        self._net = onnxruntime.InferenceSession(weights, alone, providers=["CPUExecutionProvider"])

    def read_rows(self, strips: Sequence[tuple[Gray, Sequence[CellRow]]]) -> list[FieldReading]:
        """Reads every row of a page in one pass; a strip holds one row, or some that stand on one line.

        Each strip is upright, `PX_PER_MM` pixels a millimetre.
        """
        if not strips:
            return []
        cuts = np.concatenate([cut_cells(strip, *rows) for strip, rows in strips])
        ends = np.cumsum([row.count for _, rows in strips for row in rows])[:-1]
        parts = zip(np.split(self.probabilities(cuts), ends), np.split(cuts, ends), strict=True)
        return [self._reading(*part) for part in parts]

    def probabilities(self, cuts: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Calibrated probabilities of cut cells, n × classes: the symbols, then empty."""
        cells: NDArray[np.float32] = cuts[:, np.newaxis].astype(np.float32) / np.float32(_DARK)
        found = self._seen(cells)
        doubtful = (found.max(axis=1) < _DOUBT) & (found[:, -1] < self._empty)
        if doubtful.any():
            again = [self._seen(np.roll(cells[doubtful], step, (2, 3))) for step in _STEPS]
            found[doubtful] = (found[doubtful] + sum(again)) / (1 + len(_STEPS))
        return found

    def _seen(self, cells: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.array(self._net.run(None, {"cells": cells})[0], np.float32)

    def _reading(self, probabilities: NDArray[np.float32], cuts: NDArray[np.uint8]) -> FieldReading:
        empty = probabilities[:, -1]
        inked = empty < 0.5
        chances = probabilities[:, :-1] + np.float32(1e-9)  # nothing is impossible
        chances /= chances.sum(axis=1, keepdims=True)
        chances[~inked] = 1 / len(self.symbols)
        best = chances.argmax(axis=1)
        text = "".join(self.symbols[k] if ink else " " for k, ink in zip(best, inked, strict=True))
        sure = np.where(inked, probabilities[:, :-1].max(axis=1), empty)
        return FieldReading(text, float(sure.prod()), chances, tuple(bool(ink) for ink in inked), cuts)


@cache
def digits() -> Characters:
    """This process's network, loaded once."""
    return Characters(DIGITS, "digits.onnx")


@cache
def letters() -> Characters:
    """This process's network, loaded once."""
    return Characters(LETTERS, "letters.onnx", empty=0.9)  # it is never surer than 0.94


def read_cells(strip: Gray, row: CellRow, network: Characters) -> FieldReading:
    """Reads one row of boxed characters."""
    return network.read_rows([(strip, [row])])[0]


def cut_cells(strip: Gray, *rows: CellRow) -> NDArray[np.uint8]:
    """Each cell with its surroundings, count × `CUT_HEIGHT` × `CUT_WIDTH`: 0 paper, 200 as dark as ink gets.

    The rows stand on one line, with cells of one size. What lies outside the strip is taken for paper.
    """
    dark = _darkness(strip)
    row = rows[0]
    lefts = np.concatenate([row.x + row.pitch * np.arange(row.count) for row in rows])
    corners = _place_cells(dark, row, lefts)
    scale = np.array([row.width / _CELL_WIDTH, row.height / _CELL_HEIGHT]) * PX_PER_MM
    border = (np.array([CUT_WIDTH - _CELL_WIDTH, CUT_HEIGHT - _CELL_HEIGHT]) - 1) / 2
    soft = cv2.blur(dark, (3, 3))  # a cut has half the pixels a millimetre
    cuts = np.empty((len(lefts), CUT_HEIGHT, CUT_WIDTH), np.uint8)
    for corner, cut in zip(corners, cuts, strict=True):
        x, y = corner - 0.5 - border * scale
        onto = np.array([[scale[0], 0, x], [0, scale[1], y]])
        cv2.warpAffine(soft, onto, (CUT_WIDTH, CUT_HEIGHT), cut, cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return cuts


def _darkness(strip: Gray) -> NDArray[np.uint8]:
    """The strip with paper at 0 and its darkest ink, at least the printed grid, at 200."""
    counts = np.bincount(strip[::3, ::3].ravel(), minlength=256).cumsum()
    ink, paper = (
        int(level) for level in np.searchsorted(counts, [counts[-1] // 50, counts[-1] * 3 // 4], "right")
    )
    darkness = (paper - np.arange(256)) * (_DARK / max(paper - ink, _LEAST_CONTRAST))
    return np.asarray(cv2.LUT(strip, np.clip(darkness, 0, 255).astype(np.uint8)), np.uint8)


def _place_cells(dark: NDArray[np.uint8], row: CellRow, lefts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the top left corners of the printed cells really are: count × 2, pixels of the strip.

    `lefts`: the cells' left sides, millimetres of the strip.

    All cells share their lines' shift and stretch, so strokes along a few lines cannot pull the grid away.
    """
    left = lefts * PX_PER_MM
    width, height, top = row.width * PX_PER_MM, row.height * PX_PER_MM, row.y * PX_PER_MM
    smooth = cv2.blur(dark, (3, 3))

    halves = pairwise(np.rint(top + height * np.array([0.1, 0.5, 0.9])).astype(int))
    profiles = [cv2.reduce(smooth[a:b], 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F) for a, b in halves]
    across = cv2.morphologyEx(np.concatenate(profiles), cv2.MORPH_TOPHAT, _THIN)  # drops all but thin lines
    sides = np.concatenate([left, left + width])
    upright = across[:, _around(sides, dark.shape[1])]  # halves × lines × shifts
    x_shift, x_stretch = _fit(np.concatenate(upright), np.tile(sides, 2))

    inner = np.stack([left + 0.6 * PX_PER_MM, left + width - 0.6 * PX_PER_MM]) + x_shift
    starts, ends = np.clip(np.rint(inner), 0, dark.shape[1]).astype(int)
    sums = cv2.integral(smooth)
    means = np.diff(sums[:, ends] - sums[:, starts], axis=0) / (ends - starts)  # a profile a cell
    down = cv2.morphologyEx(means.astype(np.float32), cv2.MORPH_TOPHAT, _THIN.T)
    edges = down[_around(np.array([top, top + height]), len(down))]  # edges × shifts × cells
    middle = left + width / 2
    y_shift, y_stretch = _fit(np.concatenate(edges.transpose(0, 2, 1)), np.tile(middle, 2))

    off = middle - middle.mean()
    return np.stack([left + x_shift + x_stretch * off, top + y_shift + y_stretch * off], axis=1)


def _around(lines: NDArray[np.float64], end: int) -> NDArray[np.intp]:
    """The pixels where each line may be: lines × (2 `_REACH` + 1)."""
    places = np.rint(lines)[:, np.newaxis] + np.arange(-_REACH, _REACH + 1)
    return np.clip(places, 0, end - 1).astype(np.intp)


def _fit(evidence: NDArray[np.floating], places: NDArray[np.floating]) -> tuple[float, float]:
    """The shift, and the stretch per pixel, that put the lines on dark places.

    What the palest half meets counts most: strokes darken a few lines, the right place darkens all.

    `evidence`: how dark it is where each line would be, lines × shifts; `places`: the lines' own, pixels.
    """
    shifts, stretches, at = _ways(tuple(places.tolist()))
    met = evidence.ravel()[at]
    met.sort(axis=-1)
    half = len(places) // 2
    found = met[..., :half].mean(axis=-1) + 0.2 * met[..., half:].mean(axis=-1)
    found -= 0.01 * _DARK * np.abs(shifts)[:, np.newaxis]  # where nothing is printed, stay
    best = np.unravel_index(found.argmax(), found.shape)
    return float(shifts[best[0]]), float(stretches[best[1]])


@lru_cache(maxsize=64)
def _ways(
    places: tuple[float, ...],
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.intp]]:
    """Shifts, stretches, and where in the evidence, row after row, each would put these lines."""
    at, span = np.array(places), max(places) - min(places)
    most = round(span * _STRETCH)
    shifts = np.arange(-_REACH, _REACH + 1)
    stretches = np.arange(-most, most + 1) / max(span, 1.0)
    drift = np.rint(np.multiply.outer(stretches, at - at.mean())).astype(np.intp)
    columns = np.clip(shifts[:, np.newaxis, np.newaxis] + drift + _REACH, 0, 2 * _REACH)
    return shifts, stretches, columns + np.arange(len(at)) * (2 * _REACH + 1)
