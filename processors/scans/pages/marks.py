"""What lies at the same place of the image on page after page: marks of the scanner, not of the paper.

A speck on the strip of glass of the feeder draws a line along the way of the paper, on all the images of one
sensor; a dead part of a sensor leaves a band; specks on the glass plate stay where they are. Paper moves by
some millimetres from page to page, and so does whatever is printed or written on it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.scans.pages.geometry import PX
from processors.scans.pages.traces import SIXTEENTHS
from processors.scans.readings import Trace

_EDGE = round(6 * PX)  # where the scanner's bed or lid shows
_LINE = 0.7 * 255  # of the page's length
_WHOLE_LINE = 0.9 * 255  # no printing press prints from edge to edge
_FEW, _MANY = 3, 6  # images: where every one of them bears the mark; where some do not
_MOSTLY = 0.85  # of the images from the first with the mark to the last
_STILL_MM, _STILL_DEGREES = 0.2, 0.04  # so little moves no paper but one that the driver has straightened

_RIM_MM = 1.5
_SAME_MM = 1.0
_STEP = 4.0 * SIXTEENTHS
_STEP_WITHIN = 2  # pixels to both sides
_SHARP = 1.4  # a slope is twice as high over twice as much
_BED = round(12 * PX)
_EMPTY = 0.25  # of the ink that lies on the page's columns
_BESIDE = 0.5  # of it, right beside a band
_SPREAD = 0.75  # of the columns: beside lines that stop short, columns are just empty
_RIM = round(10 * PX)  # of writing on both sides; a printed margin is a line, if a tilted one
_LEAST_INK = 0.4 * SIXTEENTHS
_BAND = round(0.75 * PX)

_SPOTS_OF, _SELDOM = 0.9, 0.4  # of the images
_ENOUGH = 12  # images
_SPOT = 6  # pixels at 50 dpi, 3 mm
_QUIET = 4  # pixels around a spot where nothing else is

Table = NDArray[np.float32]
"""One row a page; a column for each column (or row) of their images."""


class Mark(StrEnum):
    LINE = "line"
    WHITE_BAND = "white_band"
    DARK_BAND = "dark_band"
    SPOT = "spot"


@dataclass(frozen=True)
class Found:
    """A mark, `at` mm from the left (`across`) or from the top edge of the image; a spot at both.

    `width`: mm of a band. `pages`: indices of those that bear it.
    """

    mark: Mark
    across: bool
    at: float
    pages: tuple[int, ...]
    width: float = 0.0
    top: float = 0.0  # mm, of a spot

    def same_as(self, other: Found) -> bool:
        apart = max(abs(self.at - other.at), abs(self.top - other.top))
        return self.mark is other.mark and self.across is other.across and apart <= _SAME_MM

    def bounds(self, band: Found) -> bool:
        """Whether this line is no more than an edge of the band, or lies in it."""
        return band.at - _RIM_MM <= self.at <= band.at + band.width + _RIM_MM


def steady_marks(traces: Sequence[Trace], copies: Sequence[int], moving: bool) -> list[Found]:
    """The marks that stand still on images of one sensor, in the order of the pile.

    `copies`: which copy each is of: what is seen in one copy alone may be its candidate's. `moving`: whether
    the sheets of the pile lie differently enough for what stands still not to be printed on them.
    """
    if len(traces) < _FEW:
        return []
    whose = np.array(copies)
    found: list[Found] = []
    for axis in (0, 1):
        bands = _bands(traces, axis, whose)
        found += bands
        found += [line for line in _lines(traces, axis, whose, moving) if not any(map(line.bounds, bands))]
    return found


def _lines(traces: Sequence[Trace], axis: int, whose: NDArray[np.int_], moving: bool) -> list[Found]:
    shares = _table([trace.lines[axis] for trace in traces])
    hits = cv2.dilate(np.asarray(shares > _LINE, np.uint8), np.ones((1, 2), np.uint8)) > 0
    found = []
    for (start, stop), on in _steady(hits, _MOSTLY, whose):
        lengths = shares[on, start:stop].max(axis=1)
        if moving or np.median(lengths) >= _WHOLE_LINE:
            at = start + float(np.median(shares[on, start:stop].argmax(axis=1)))
            found.append(Found(Mark.LINE, axis == 0, at / PX, tuple(on)))
    return found


def _bands(traces: Sequence[Trace], axis: int, whose: NDArray[np.int_]) -> list[Found]:
    """Bands that are lighter or darker than the paper; and where there is no ink, bands on white paper."""
    found: list[Found] = []
    least = min(trace.level[axis].shape[1] for trace in traces)
    thirds = [np.array([trace.level[axis][k, :least] for trace in traces], np.float32) for k in range(3)]
    rises, falls = (np.min([sign * _steps(part) for part in thirds], axis=0) for sign in (1, -1))
    edges = sorted(
        ((start + stop) / 2, sign, on)
        for sign, along in ((1, rises), (-1, falls))
        for (start, stop), on in _steady(along > _STEP, _MOSTLY, whose)
    )
    for (start, sign, on), (stop, other, also) in itertools.pairwise(edges):
        both = tuple(sorted(set(on) & set(also)))
        if sign != other and both and stop - start >= _BAND:
            mark = Mark.WHITE_BAND if sign > 0 else Mark.DARK_BAND
            found.append(Found(mark, axis == 0, start / PX, both, (stop - start) / PX))
    return found if axis else found + _gaps(traces, whose, found)


def _gaps(traces: Sequence[Trace], whose: NDArray[np.int_], known: Sequence[Found]) -> list[Found]:
    """Columns where ink lacks though it lies right beside.

    Rows lack it between lines of writing, too; and so do columns of a page that lies on its side.
    """
    ink = _table([trace.ink[0] for trace in traces])
    ink -= np.percentile(ink, 2, axis=1, keepdims=True)
    usual = np.median(ink[:, _EDGE:-_EDGE], axis=1, keepdims=True)
    relative = cv2.blur(ink, (3, 1)) / np.maximum(usual, _LEAST_INK)
    spread = (relative[:, _EDGE:-_EDGE] > _EMPTY).mean(axis=1)
    upright = np.array([trace.shape[0] > trace.shape[1] for trace in traces])
    telling = np.flatnonzero(upright & (usual[:, 0] > _LEAST_INK) & (spread > _SPREAD))
    if len(telling) < _FEW:
        return []
    relative = relative[telling]
    found = []
    for (start, stop), on in _steady(relative < _EMPTY, _MOSTLY, whose[telling]):
        sides = relative[on, max(0, start - _RIM) : start], relative[on, stop : stop + _RIM]
        inked = all(side.size and np.median(side) > _BESIDE for side in sides)
        band = Found(Mark.WHITE_BAND, True, start / PX, tuple(telling[on].tolist()), (stop - start) / PX)
        if stop - start >= _BAND and inked and not any(map(band.bounds, known)):
            found.append(band)
    return found


def steady_spots(traces: Sequence[Trace], copies: Sequence[int]) -> list[Found]:
    """The same of spots: small ones with nothing around, on nearly all of these images.

    Of few images on all, and two at least: one spot may be where strokes of writing happen to meet.
    """
    few = len(traces) < _ENOUGH
    if len(traces) < _MANY or len(set(copies)) < _FEW:
        return []
    height = min(len(trace.spots) for trace in traces)
    width = min(trace.shape[1] // 2 for trace in traces)
    bits = np.array([trace.spots[:height, : (width + 7) // 8] for trace in traces])
    maps = np.unpackbits(bits, axis=2, count=width)
    counts = maps.sum(axis=0, dtype=np.uint16)
    often = np.asarray(counts >= (1.0 if few else _SPOTS_OF) * len(traces), np.uint8)
    seldom = np.asarray(counts > _SELDOM * len(traces), np.uint8)
    found = []
    for x, y, w, h, _ in cv2.connectedComponentsWithStats(seldom, connectivity=8)[2][1:].tolist():
        spot = slice(y, y + h), slice(x, x + w)
        around = slice(max(0, y - _QUIET), y + h + _QUIET), slice(max(0, x - _QUIET), x + w + _QUIET)
        inside = min(x, y) >= _EDGE // 2 and x + w <= width - _EDGE // 2 and y + h <= height - _EDGE // 2
        alone = max(w, h) <= _SPOT and seldom[around].sum() == seldom[spot].sum()
        if inside and alone and often[spot].any():
            bearing = tuple(i for i, seen in enumerate(maps) if seen[spot].any())
            found.append(Found(Mark.SPOT, True, (2 * x + w) / PX, bearing, top=(2 * y + h) / PX))
    return found if not few or len(found) > 1 else []


def _table(profiles: Sequence[NDArray[np.uint8]] | Sequence[NDArray[np.uint16]]) -> Table:
    least = min(len(profile) for profile in profiles)
    return np.asarray([profile[:least] for profile in profiles], np.float32)


def _steps(levels: Table) -> Table:
    """The sharp steps, but none near the edges, where the scanner's bed shows beside the paper."""
    near, far = (_across(levels, pixels) for pixels in (_STEP_WITHIN, 2 * _STEP_WITHIN))
    near[abs(far) > _SHARP * abs(near)] = 0
    near[:, :_BED] = near[:, -_BED:] = 0
    return near


def _across(table: Table, pixels: int) -> Table:
    """How much more there is so many pixels after each column than as many before it."""
    steps = np.zeros_like(table)
    steps[:, pixels:-pixels] = table[:, 2 * pixels :] - table[:, : -2 * pixels]
    return steps


def _steady(
    hits: NDArray[np.bool_], share: float, whose: NDArray[np.int_]
) -> list[tuple[tuple[int, int], list[int]]]:
    """Runs of columns with hits on the same pages, and which; these are at least `share` of a stretch."""
    hits = hits.copy()
    hits[:, :_EDGE] = hits[:, -_EDGE:] = False
    found = []
    while (counts := hits.sum(axis=0)).max() >= _FEW:
        column = int(counts.argmax())
        on = _stretch(np.flatnonzero(hits[:, column]), share)
        start, stop = column, column + 1
        if len(on) == len(hits) or len(on) >= _MANY:
            common = hits[on].mean(axis=0) >= share
            while start > 0 and common[start - 1]:
                start -= 1
            while stop < len(common) and common[stop]:
                stop += 1
            if len(set(whose[on].tolist())) > 1:
                found.append(((start, stop), on))
        hits[:, max(0, start - 2) : stop + 2] = False
    return found


def _stretch(pages: NDArray[np.int_], share: float) -> list[int]:
    """Of these pages the longest row that are at least `share` of all from its first to its last."""
    best: list[int] = []
    for first in range(len(pages)):
        spans = pages[first:] - pages[first] + 1
        dense = np.flatnonzero(np.arange(1, len(spans) + 1) >= share * spans)
        if dense[-1] + 1 > len(best):
            best = pages[first : first + dense[-1] + 1].tolist()
    return best


def paper_moves(traces: Sequence[Trace]) -> bool:
    """Whether the sheets lie so differently that what stands still is none of theirs; if in doubt, yes."""
    seats = np.array([trace.seat for trace in traces if trace.seat is not None])
    if len(seats) < _FEW:
        return True
    across, down, tilt = seats.std(axis=0)
    return bool(max(across, down) > _STILL_MM * PX or tilt > _STILL_DEGREES)
