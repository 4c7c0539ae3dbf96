"""Where on a page do labels lie, each with its number in clear, and what is left of one that was wiped?

Bars have a texture of their own: gray steps across them and none along them, over more than handwriting
fills. It is looked for on the page at 100 dpi, readable or not, upright or on its side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.scans.pages.bars import BAR_STEP, BLOCK, barred, find_bars, windows
from processors.scans.pages.geometry import PX, Affine, transform
from processors.scans.readings import Gray

Quad = NDArray[np.float64]
"""4 × 2 pixels, clockwise."""

_EDGES = 0.8  # sides of bars a millimetre: labels have 0.9 and more, the columns of a drawn chart 0.5
_PIECE, _WIDEST = 30.0, 2.2  # mm: one bar at most of a short piece is so wide; of ruled lines many spaces are
_DARK, _UNEVEN = 0.3, (0.33, 0.4)  # of long and of short pieces: labels have 0.35 and 0.34 or more
_COVER = 15.0  # mm of a printed line that a label hides
_UNCOVERED, _AS_DARK = 4.0, 0.65  # mm of it, so dark beside all of it, that are more than a bar
_THIN = np.ones((round(1.8 * PX), 1), np.uint8)  # higher than a printed line
_REMAINS, _REMAINS_FILLED = (5, 1), 0.99  # 10 × 2 mm of bars beside what was wiped

_AROUND = (32.0, 20.0)  # mm around bars that are looked at, along the label and across
_BANDS = 6
_TWO = 2.5
_SAME = 0.5  # share of a band's steps that are the same in all of them
_TORN = 9.0  # mm of a label that may lack, or be scribbled over
_LIKE = 0.5  # correlation of a row of pixels with the mean row of the bars
_INK = 40  # levels darker than the paper around
_LINE = round(9 * PX)  # longer than a letter: a printed line
_CLEAR = 5.5  # mm above and below the bars, where the number stands in clear
_CLEAR_MOST = 17.0  # a centre's labels may have three lines on one side
_GAP, _NEXT = round(2.1 * PX), round(3.2 * PX)  # between a label's lines, to what is none of it; at most
_QUIET = 4.0  # mm before and after the bars
_QUIET_MOST = 8.0  # the text may be longer
_SOME = 8  # pixels of ink, less than a letter
_EDGE = round(0.8 * PX)  # outside what is wiped: writing there is cut


@dataclass(frozen=True)
class Found:
    """A label's bars, and the area of all that is printed on it, in pixels of the map."""

    bars: Quad
    area: Quad


@dataclass(frozen=True)
class _Strip:
    """What lies around bars, turned so that they stand upright; `back` leads to the map's pixels.

    `core`: the rows, and the columns, where bars were found first.
    """

    gray: Gray
    ink: NDArray[np.bool_]
    back: Affine
    core: tuple[slice, slice]


def find_labels(small: Gray, dark: Gray) -> list[Found]:
    """All that labels show on a page at `MAP_DPI`, with its darkness."""
    found: list[Found] = []
    for blocks in find_bars(small):
        corners = blocks.astype(np.float64)
        if not any(lies_in(Found(corners, corners), one.bars) for one in found):
            strip = _strip(small, dark, blocks)
            if _is_barred(strip):
                found.append(_whole(strip))
    return found


def shows_bars(small: Gray) -> bool:
    """Whether a bar code lies on a page at `MAP_DPI`, readable or not."""
    return any(_is_barred(_strip(small, small, blocks)) for blocks in find_bars(small))


def _strip(small: Gray, dark: Gray, blocks: NDArray[np.int64]) -> _Strip:
    u = _across_bars(small, blocks)
    v = np.array([-u[1], u[0]])
    along, across = (np.percentile(blocks @ axis, [2, 98]) for axis in (u, v))
    long, high = round(float(np.ptp(along))) + BLOCK, round(float(np.ptp(across))) + BLOCK
    wide, tall = round(_AROUND[0] * PX), round(_AROUND[1] * PX)
    start = (along[0] - BLOCK / 2 - wide) * u + (across[0] - BLOCK / 2 - tall) * v
    back = np.column_stack([u, v, start])
    size, flags = (long + 2 * wide, high + 2 * tall), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    gray = cv2.warpAffine(small, back, size, flags=flags, borderValue=255)
    ink = _writing(cv2.warpAffine(dark, back, size, flags=flags, borderValue=0))
    core = slice(tall, tall + high), slice(wide, wide + long)
    return _Strip(np.asarray(gray, np.uint8), ink, back, core)


def _across_bars(small: Gray, blocks: NDArray[np.int64]) -> NDArray[np.float64]:
    """The direction of the steps, which is one for all bars (structure tensor)."""
    (x0, y0), (x1, y1) = blocks.min(0) - BLOCK // 2, blocks.max(0) + BLOCK // 2
    part = small[y0:y1, x0:x1]
    columns, rows = ((blocks - (x0, y0)) // BLOCK).T
    seen = np.zeros((len(part) // BLOCK, part.shape[1] // BLOCK), np.bool_)
    seen[rows, columns] = True
    at = np.kron(seen, np.ones((BLOCK, BLOCK), np.bool_))
    gx, gy = (cv2.Sobel(part, cv2.CV_32F, *axis)[at] for axis in ((1, 0), (0, 1)))
    angle = 0.5 * np.arctan2(2 * (gx * gy).sum(), (gx * gx - gy * gy).sum())
    u = np.array([np.cos(angle), np.sin(angle)], np.float64)
    return u if u.sum() > 0 else -u


def _whole(strip: _Strip) -> Found:
    """The bars to their very ends, and what is printed above, below and beside them."""
    first, last = _columns(strip)
    top, bottom = _rows(strip, slice(first, last))
    slack = round(3 * PX)
    near = strip.ink[:, max(first - slack, 0) : last + slack]
    above, below = top - _reach(near[:top][::-1]), bottom + _reach(near[bottom:])
    left, right = first, last
    for rows in (slice(max(above, 0), top), slice(bottom, below)):
        printed = np.logical_or.reduce(strip.ink[rows], axis=0)
        left = min(left, first - _beside(printed[:last][::-1], last - first))
        right = max(right, last + _beside(printed[first:], last - first))
    bars, area = (
        transform(strip.back, np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float64))
        for x0, y0, x1, y1 in ((first, top, last, bottom), (left, above, right, below))
    )
    return Found(bars, area)


def _is_barred(strip: _Strip) -> bool:
    """Whether dark and light follow each other as often as in bars; in a short piece, nowhere far apart."""
    changes = _changes(strip.gray[strip.core].astype(np.float32))
    if float(changes.sum()) < _EDGES * len(changes) / PX:
        return False
    runs, short = np.sort(np.diff(np.flatnonzero(changes))), len(changes) <= _PIECE * PX
    if short and float(runs[-2]) >= _WIDEST * PX:
        return False
    dark, uneven = _bars_of(strip.gray[strip.core].astype(np.float32))
    return dark >= _DARK and uneven >= _UNEVEN[short]


def _bars_of(bars: NDArray[np.float32]) -> tuple[float, float]:
    """How much of the mean row is dark, and how unlike its bars are: their ink's deviation to its mean.

    Strokes of one pen, and the lines of a table, are thin for what lies between them, and alike.
    """
    row = bars.mean(0)
    ink = cv2.dilate(row[np.newaxis], np.ones((1, round(5 * PX))))[0] - row
    parts = np.split(ink, np.flatnonzero(_changes(bars)) + 1)
    # every other one is light; those at both ends are cut
    masses = np.array([part.sum() for part in parts[1 if _light(row)[0] else 2 : -1 : 2]] or [0.0])
    return float(ink.mean() / max(np.percentile(ink, 95), 1.0)), float(masses.std() / max(masses.mean(), 1.0))


def _changes(bars: NDArray[np.float32]) -> NDArray[np.float32]:
    """1 where dark and light follow each other in the mean row."""
    return np.asarray(np.diff(_light(bars.mean(0))), np.float32)


def _light(row: NDArray[np.float32]) -> NDArray[np.bool_]:
    return np.asarray(
        row > cv2.blur(row[np.newaxis], (round(5 * PX), 1))[0] - BAR_STEP / 4
    )  # paper has grain


def _columns(strip: _Strip) -> tuple[int, int]:
    """The first column of the bars and the one after their last: where every row says the same."""
    rows, core = strip.core
    bars = strip.gray[rows].astype(np.float32)
    wide = round(3 * PX)
    bands = [part.mean(0) for part in np.array_split(bars, _BANDS)]
    steps = np.array([np.abs(np.diff(band)) for band in [*bands, bars.mean(0)]], np.float32)
    *each, common = cv2.blur(steps, (wide, 1), borderType=cv2.BORDER_REPLICATE)
    every = np.sort(np.array(each), 0)[_BANDS // 3]  # a line of writing fills fewer
    barred = (every > BAR_STEP / 2) & (common > _SAME * every)
    sides = cv2.blur(_changes(bars)[np.newaxis], (2 * wide, 1), borderType=cv2.BORDER_CONSTANT)[0]
    barred &= sides * 2 * wide > _TWO  # a printed line beside them has two, as the sheet's edge on a dark bed
    first, last = core.start, core.stop
    inside = np.flatnonzero(barred[first:last])
    if inside.size == 0:
        return first, last
    torn = round(_TORN * PX)
    first, last = first + int(inside[0]), first + int(inside[-1]) + 1
    while (before := np.flatnonzero(barred[max(first - torn, 0) : first])).size:
        first = max(first - torn, 0) + int(before[0])
    while (after := np.flatnonzero(barred[last : last + torn])).size:
        last += int(after[-1]) + 1
    return first, last


def _writing(dark: Gray | NDArray[np.generic]) -> NDArray[np.bool_]:
    """Ink without long printed lines."""
    if dark.size == 0:
        return np.zeros(dark.shape, np.bool_)
    ink = np.asarray(np.asarray(dark) > _INK, np.uint8)
    lines = np.zeros_like(ink)
    for kernel in ((1, _LINE), (_LINE, 1)):
        lines |= np.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(kernel, np.uint8)), np.uint8)
    thick = np.asarray(cv2.dilate(lines, np.ones((3, 3), np.uint8)), np.uint8)
    return np.asarray((ink > 0) & (thick == 0), np.bool_)


def _rows(strip: _Strip, columns: slice) -> tuple[int, int]:
    """The first row of the bars and the one after their last: as far as rows say what the middle says."""
    core = strip.core[0]
    bars = strip.gray[:, columns].astype(np.float32)
    middle = bars[core].mean(0)
    rows = cv2.blur(bars, (1, 3))
    rows -= rows.mean(1, keepdims=True)
    middle -= middle.mean()
    norms = np.sqrt((rows**2).sum(1) * (middle**2).sum()) + 1e-6
    alike = rows @ middle / norms > _LIKE
    inside = np.flatnonzero(alike[core])
    if inside.size == 0:
        return core.start, core.stop
    top, bottom = core.start + int(inside[0]), core.start + int(inside[-1]) + 1
    while alike[max(top - 4, 0) : top].any():
        top -= 1
    while alike[bottom : bottom + 4].any():
        bottom += 1
    return top, bottom


def _reach(ink: NDArray[np.bool_]) -> int:
    """How far what is printed goes from the bars: rows of ink, until a gap."""
    inked = np.count_nonzero(ink, axis=1) >= 2
    least, most = round(_CLEAR * PX), min(round(_CLEAR_MOST * PX), len(inked))
    rows = np.flatnonzero(inked[:most])
    if rows.size == 0:
        return min(least, most)
    reached = high = 0
    for band in np.split(rows, np.flatnonzero(np.diff(rows) > _GAP) + 1):
        if band[0] >= least and (band[0] - reached > _NEXT or abs(np.ptp(band) - high) > 2):
            break  # what begins beyond a gap is none of it, but for a line as high as the one before
        reached, high = int(band[-1]), int(np.ptp(band))
    return min(max(reached + _EDGE, least), most)


def _beside(printed: NDArray[np.bool_], bars: int) -> int:
    """How far beyond the end of the bars a line of print goes, until a gap.

    `printed`: its columns, from the other end of the bars on.
    """
    least, most = round(_QUIET * PX), round(_QUIET_MOST * PX)
    columns = np.flatnonzero(printed[: bars + most])
    gaps = np.flatnonzero(np.diff(columns) > _GAP) + 1
    gaps = gaps[columns[gaps] > bars]
    if gaps.size:
        columns = columns[: gaps[0]]
    return max(int(columns[-1]) - bars + _EDGE if columns.size else 0, least)


# --- what is wiped, and what is left -------------------------------------------------------------


def lies_in(label: Found, zone: Quad) -> bool:
    """Whether the middle of a label is in a zone."""
    return cv2.pointPolygonTest(zone.astype(np.float32), label.area.mean(axis=0).tolist(), False) >= 0


def all_inside(label: Found, zone: Quad) -> bool:
    """Whether the bars of a label lie in a zone with all their corners."""
    outline = zone.astype(np.float32)
    return all(cv2.pointPolygonTest(outline, (x, y), False) >= 0 for x, y in label.bars.tolist())


def sticks_out(label: Found, mask: Quad, sheet: Quad, dark: Gray) -> bool:
    """Whether bars, or anything that is printed with them, show on the sheet outside a mask."""
    outline = mask.astype(np.float32)
    if any(cv2.pointPolygonTest(outline, (x, y), True) < -1 for x, y in label.bars.tolist()):
        return True
    part, corner = _part(dark, label.area, 0)
    area, paper, masked = (_filled(one - corner, part.shape) for one in (label.area, sheet, mask))
    return int(np.count_nonzero(_writing(part) & area & paper & ~masked)) >= _SOME


def cuts_writing(dark: Gray, area: Quad, below: float, text: str | None) -> bool:
    """Whether writing may be hidden with a label's area, further down than `below`.

    On the page's darkness at `MAP_DPI`. It is if writing lies at the edge of the area; and bars of which no
    text was read may be a drawing.
    """
    if text is None and area[:, 1].max() > below:
        return True
    part, corner = _part(dark, area, _LINE)
    inner = _filled(area - corner, part.shape)
    edge = np.array(cv2.dilate(inner.astype(np.uint8), np.ones((2 * _EDGE + 1,) * 2, np.uint8)) > 0) & ~inner
    edge[: max(round(below - float(corner[1])), 0)] = False
    return int(np.count_nonzero(_writing(part) & edge)) >= 3


def _part(page: Gray, area: Quad, reach: int) -> tuple[Gray, NDArray[np.float64]]:
    """What lies around an area, and where its top left corner is on the page."""
    x, y, width, height = cv2.boundingRect(np.round(area).astype(np.int32))
    left, top = max(x - reach, 0), max(y - reach, 0)
    part = page[top : max(y + height + reach, 0), left : max(x + width + reach, 0)]
    return part, np.array([left, top], np.float64)


def _filled(area: Quad, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    inside = cv2.fillPoly(np.zeros(shape, np.uint8), [np.round(area).astype(np.int32)], 1)
    return np.asarray(inside > 0, np.bool_)


_REMAINS_AROUND = 12.5  # mm
_LETTER = (1.3 * PX, 4.5 * PX)  # height of print, in pixels of the map
_ROW = 9  # characters of one height on one line: a candidate's number has eleven


def shows_remains(small: Gray, dark: Gray, area: Quad) -> bool:
    """Whether bars, or a line of print, are left around what was wiped of a page at `MAP_DPI`."""
    (around, _), (inked, _) = (_part(page, area, round(_REMAINS_AROUND * PX)) for page in (small, dark))
    if around.size == 0:
        return False
    upright, lying, *_ = barred(around)
    for (blocks, *_), window in ((upright, _REMAINS), (lying, _REMAINS[::-1])):
        if windows(blocks, window, _REMAINS_FILLED).any():
            return True
    ink = _writing(inked).astype(np.uint8)
    return _has_print(ink) or _has_print(np.ascontiguousarray(ink.T))


def shows_below_a_cover(dark: Gray, line: Quad, mask: Quad, wiped: Sequence[Quad]) -> bool:
    """Whether print shows where a label covers a printed line: of one that another label hides, bars and all.

    `line`: from its left end to its right one, on a page's darkness at `MAP_DPI`. What is below it is looked
    at: a row of letters, and ink that the edge of `mask`, or of what else is `wiped`, cuts.
    """
    start, end = line
    length = round(float(np.hypot(*(end - start))))
    u = (end - start) / length
    tall, near = round(_CLEAR_MOST * PX), round(1.2 * PX)
    back = np.column_stack([u, [-u[1], u[0]], start - near * np.array([-u[1], u[0]])])
    size, flags = (length, near + tall), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    part = np.asarray(cv2.warpAffine(dark, back, size, flags=flags, borderValue=0), np.uint8)
    thin = cv2.morphologyEx(part[: 3 * near], cv2.MORPH_TOPHAT, _THIN)[: 2 * near]  # no bars across it
    printed = np.asarray(thin.max(0)[np.newaxis], np.uint8)
    strong = np.asarray(printed > _AS_DARK * float(np.percentile(printed, 75)), np.uint8)
    whole = cv2.morphologyEx(strong, cv2.MORPH_CLOSE, np.ones((1, 3), np.uint8))
    shown = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((1, round(_UNCOVERED * PX)), np.uint8))
    covered = cv2.morphologyEx(1 - shown, cv2.MORPH_OPEN, np.ones((1, round(_COVER * PX)), np.uint8))
    gaps = np.flatnonzero(covered[0])
    if gaps.size == 0:
        return False
    hidden = np.zeros(part.shape, np.bool_)
    for area in (mask, *wiped):
        hidden |= _filled(np.linalg.solve(back[:, :2], (area - back[:, 2]).T).T, part.shape)
    left = (_writing(part) & ~hidden)[:, int(gaps[0]) : int(gaps[-1]) + 1]
    beside = cv2.dilate(hidden.astype(np.uint8), np.ones((2 * _EDGE + 1,) * 2, np.uint8))
    cut = left & (beside[:, int(gaps[0]) : int(gaps[-1]) + 1] > 0)
    return int(np.count_nonzero(cut)) >= _SOME or _has_print(left.astype(np.uint8))


def _has_print(ink: NDArray[np.uint8]) -> bool:
    """Whether so many letters of one height stand on one line, close to each other."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    letters = np.array(
        [
            (x, y + h, h)
            for x, y, w, h, _ in stats[1:].tolist()
            if _LETTER[0] <= h <= _LETTER[1] and w <= 1.5 * h
        ],
        np.float64,
    ).reshape(-1, 3)
    for x, foot, height in letters.tolist():
        same = letters[(abs(letters[:, 1] - foot) <= 1.2) & (abs(letters[:, 2] - height) <= 1.2)]
        ahead = np.sort(same[same[:, 0] >= x][:, 0])
        if ahead.size >= _ROW and ahead[_ROW - 1] - x <= _ROW * 1.4 * height:
            return True
    return False
