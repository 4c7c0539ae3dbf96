"""Can a corrector read this page? (blank, blurred, too light, cut off, resolution)

Everything is measured on the page reduced to 100 dpi, where noise is averaged out and a page takes two or
three milliseconds. The thresholds were set on clean, office and poor scans of handwriting, and on the same
pages blurred, faded and reduced until they could no longer be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.findings import Box
from processors.scans.pages.geometry import MAP_DPI, PX, halved
from processors.scans.pages.hidden import Blocks, Outline, covered, cut_off
from processors.scans.pages.traces import lines_down
from processors.scans.readings import Gray

_EDGE = round(6 * PX)  # the outermost millimetres show the scanner's lid as often as the page

_LEAST = round(40 * PX)  # a strip: nothing is measured on it

_LID = 90  # gray levels
_MOST = 0.7 * 255  # of the page's height, that a streak runs down
_HALVINGS = 3
_STRIDE = 1 << _HALVINGS  # pixels; a block is twice that, 4 mm: about a letter
_PRINT = 0.75  # steepness of a sharp scan's edges
_STEEPEST = 0.9  # what else a page shows may be soft: a stain, a shadow
_BLURRED = 0.82  # sharpness after a blur of 0.5 mm (standard deviation), where e and c are the same
_SOFT = 0.57  # the same, of a stroke
_WORD = ((1, 4), (4, 1))  # blocks, along the page or down it
_NOISE = 3.0  # gray levels
_STRONG = 0.4  # of the contrast: a stroke
_FAINT = 30.0  # gray levels between ink and paper
_RARE = 2.75  # times the way from the median to the 90th percentile: 3.5 standard deviations
_NOTHING = 8.0  # gray levels: there is no ink to judge

_WINDOW = (31, 15)  # blocks, 62 × 30 mm: three lines of some words
_COHERENT = 0.94  # of a stain's rim nine blocks in ten are more so, of blurred writing one in ten
_FEW = 200  # blocks with strokes, as two such lines have; the soft rim of a stain has fewer

_AROUND = round(8 * PX)
_INK = 45  # darker than the paper around it by so many levels; ink seen through the sheet is lighter
_PALE = 14  # the same of pencil and pale ink, where nothing darker is written
_PALE_MM2 = 15.0
_SWELLING = 2  # `_written_mm2` counts four pixels where two are inked
_RULED = round(4.5 * PX)  # the shortest printed line: a side of a page box
_STRIP = round(60 * PX)
_WRITTEN_MM2 = 6.0  # ink of a line of four short words; the digits in the page boxes have less
_BROKEN = 3  # so near the noise, ruled lines are broken
_FAINTLY_MM2 = 100.0  # so near the noise, ruled lines and speckles make half of it


_Level = TypeVar("_Level", np.uint8, np.float32)


@dataclass(frozen=True)
class Judgement:
    """`trouble`: why a corrector could not read the page, in French, None if nothing stands against it.

    `sharpness`: 0 to 1, 1 as sharp as print: how steep the steepest edges are, however few; 1 without any.
    `box`: where the trouble is, None when it is the whole page's.
    """

    trouble: str | None
    sharpness: float
    box: Box | None = None


def judge(small: Gray, dark: Gray, dpi: float, answers: Outline | None = None) -> Judgement:
    """Of an upright page at `MAP_DPI` and its darkness (see `geometry`), scanned at `dpi`.

    `answers`: where the sheet lies, but for the printed top of a first page; None if nobody knows.
    """
    if min(small.shape) < _LEAST:
        return Judgement("page coupée", 1.0)
    light, ranges, steps = _edges(small)
    paper = _is_paper(small)
    contrast, steepness = _sharpest(ranges, steps, paper)
    if steepness < _BLURRED * _PRINT:  # or all that the page bears is a stain
        rims = _is_soft(ranges, steps) & (_coherence(small) >= _COHERENT)
        steepness = _sharpest(ranges, steps, np.where(rims, 0, paper).astype(np.float32))[1]
    sharpness = 1.0 if contrast < _NOTHING else min(1.0, steepness / _PRINT)
    trouble, box = _trouble(small, dark, dpi, contrast, steepness, answers), None
    if trouble is None and answers is not None:
        trouble, box = _trouble_in_part(light, dark, answers, _blurred_part(small, ranges, steps, contrast))
    return Judgement(trouble, sharpness, box)


def is_blank(dark: Gray) -> bool:
    """Whether nothing is written on a page, from its darkness at `MAP_DPI`.

    Ruled lines, frames and boxes with the digits in them, speckles, the scanner's dark borders and what
    shows through the sheet are not writing; one handwritten line is.
    """
    return not _is_written(dark, _INK, _WRITTEN_MM2)


def is_pale(dark: Gray, answers: Outline) -> bool:
    """Whether a page on which `is_blank` sees nothing bears writing all the same, in pencil or pale ink."""
    level = _levelled(dark, answers)[max(int(answers[:2, 1].max()) + 1, 0) :]
    return level.size > 0 and _is_written(level, max(_PALE, _grain(level)), _PALE_MM2, _BROKEN)


def _trouble(
    small: Gray, dark: Gray, dpi: float, contrast: float, steepness: float, answers: Outline | None
) -> str | None:
    if dpi < 145:
        return "résolution inférieure à 150 dpi"
    short, long = sorted(side / MAP_DPI * 25.4 for side in small.shape)
    if short < 185 or long < 265:
        return "page coupée"
    some = small[::4, ::4]
    if np.count_nonzero(some < _LID) > 0.6 * some.size:
        return "page noire"
    if contrast < _FAINT:
        level = dark if answers is None else _levelled(dark, answers)
        faint = max(_NOTHING, contrast * 0.3, _grain(level))
        return "trop claire" if _is_written(level, faint, _FAINTLY_MM2, _BROKEN) else None
    return "floue" if steepness / _PRINT < _BLURRED else None


def _grain(dark: Gray) -> float:
    """The darkness that noise alone hardly reaches."""
    middle, high = np.percentile(dark[::4, ::4], (50, 90))
    return float(middle + _RARE * (high - middle))


def _levelled(dark: Gray, answers: Outline) -> Gray:
    """Turned so that the sheet's ruled lines are level: only then are they told from writing."""
    (left, top), (right, other) = answers[:2]
    turn = cv2.getRotationMatrix2D((left, top), float(np.degrees(np.arctan2(other - top, right - left))), 1.0)
    return np.asarray(cv2.warpAffine(dark, turn, dark.shape[::-1]), np.uint8)


def _trouble_in_part(
    light: Blocks, dark: Gray, answers: Outline, blurred: Box | None
) -> tuple[str | None, Box | None]:
    if (box := cut_off(dark, answers)) is not None:
        return "coupée au bord de l'image", box
    for box in covered(light, _EDGE + _STRIDE, _STRIDE, answers):
        if _is_written_beside(dark, box):
            return "un coin plié, un doigt ou un objet cache du texte", box
    return (None, None) if blurred is None else ("floue par endroits", blurred)


def _is_written_beside(dark: Gray, box: Box) -> bool:
    """Whether lines of writing lead there, which may go on beneath; a folded corner covers as much again."""
    _, y, _, height = (round(side * PX) for side in box)
    return _written_mm2(dark[max(0, y - _AROUND) : y + 2 * height + _AROUND], _INK) >= _WRITTEN_MM2


def _edges(small: Gray) -> tuple[Blocks, Blocks, Blocks]:
    """The brightest level of each block, its range of levels, and its largest step over two pixels."""
    smooth = np.asarray(cv2.GaussianBlur(small, (3, 3), 0), np.uint8)
    above, here, below = (_inner(smooth, k, 0) for k in (-1, 0, 1))
    left, right = (_inner(smooth, k, 1) for k in (-1, 1))
    step = np.asarray(cv2.max(cv2.absdiff(below, above), cv2.absdiff(right, left)), np.uint8)
    light, dark, steep = (
        _pooled(image, pool) for image, pool in ((here, np.maximum), (here, np.minimum), (step, np.maximum))
    )
    return light, light - dark, steep


def _inner(image: NDArray[_Level], moved: int = 0, axis: int = 0) -> NDArray[_Level]:
    """The page but its edges, in whole strides; or what lies beside it by so many pixels along an axis."""
    at = [_EDGE, _EDGE]
    at[axis] += moved
    height, width = (max(0, side - 2 * _EDGE) // _STRIDE * _STRIDE for side in image.shape)
    return image[at[0] : at[0] + height, at[1] : at[1] + width]


def _is_paper(small: Gray) -> Blocks:
    """1 for a block of the page, 0 for what is sharp on blurred pages, too.

    That is, beside what is dark all over, as a lid's edge; and where a streak of the scanner runs.
    """
    cells = halved(small, _HALVINGS)
    dark = cv2.dilate(np.asarray(cells < _LID, np.uint8), np.ones((5, 5), np.uint8))
    margin = _EDGE // _STRIDE
    paper = np.asarray(1 - dark[margin : -margin - 1, margin : -margin - 1], np.float32)
    paper[:, _streaks(small)[: paper.shape[1]]] = 0
    paper[_streaks(small.T)[: len(paper)]] = 0
    return paper


def _streaks(small: Gray) -> NDArray[np.bool_]:
    """Of each column of blocks, whether a line runs down through most of the page."""
    shares = lines_down(small)[_EDGE:-_EDGE]
    blocks = shares[: len(shares) // _STRIDE * _STRIDE].reshape(-1, _STRIDE).max(axis=1)
    cells = blocks > _MOST
    return np.asarray(cells[:-1] | cells[1:])


def _sharpest(ranges: Blocks, steps: Blocks, paper: Blocks) -> tuple[float, float]:
    """Contrast of the strongest blocks (gray levels) and steepness of the steepest of their edges.

    Steepness is the largest step as a share of the block's range, noise taken from both: 0.75 for a sharp
    edge, and inversely proportional to the width of a blur whatever is written. Speckles are sharp on a
    blurred page, too: what stands alone does not count.
    """
    seen = ranges * paper
    if seen.size < 60 or not paper[::2].any():
        return 0.0, 1.0
    lined = cv2.max(*(cv2.morphologyEx(seen, cv2.MORPH_OPEN, np.ones(run, np.uint8)) for run in _WORD))
    contrast = float(np.partition(lined.ravel(), -20)[-20])
    here = paper[::2] > 0  # every other row of blocks is enough
    quiet = here & (cv2.max(ranges[::2], steps[::2]) < _STRONG * contrast)
    # a quarter of the page is paper, or, where most of it is written on, the least of what is bare
    share = 0.25 * int(np.count_nonzero(here)) / max(int(np.count_nonzero(quiet)), 1)
    share = share if share <= 0.5 else 0.1
    bare = (grid[::2][quiet] for grid in (ranges, steps))
    noise, shake = (float(np.quantile(one, share)) if one.size else 0.0 for one in bare)
    strong = (lined >= _STRONG * contrast) & (seen > noise + _NOISE)
    if not strong.any():
        return contrast, 1.0
    steepness = (steps[strong] - shake) / (seen[strong] - noise)
    return contrast, float(np.quantile(steepness, _STEEPEST))


def _blurred_part(small: Gray, ranges: Blocks, steps: Blocks, contrast: float) -> Box | None:
    """The part of the page, of the size of a few words at least, where no stroke is sharp."""
    strokes = ranges >= max(0.3 * contrast, 12)
    soft = strokes & _is_soft(ranges, steps)
    if int(soft.sum()) < _FEW:
        return None
    various = _coherence(small) < _COHERENT
    strokes, soft = strokes & various, soft & various
    if int(soft.sum()) < _FEW:
        return None
    all_, blurred = (
        cv2.boxFilter(grid.astype(np.float32), -1, _WINDOW, normalize=False, borderType=cv2.BORDER_CONSTANT)
        for grid in (strokes, soft)
    )
    part = np.asarray((all_ >= _FEW) & (blurred > 0.6 * all_), np.uint8)
    if not part.any():
        return None
    windows = np.asarray(cv2.dilate(part, np.ones(_WINDOW[::-1], np.uint8)), np.uint8)
    x, y, width, height = (side * _STRIDE for side in cv2.boundingRect(windows * soft))
    return (x + _EDGE) / PX, (y + _EDGE) / PX, (width + _STRIDE) / PX, (height + _STRIDE) / PX


def _is_soft(ranges: Blocks, steps: Blocks) -> NDArray[np.bool_]:
    return np.asarray(steps < _SOFT * _PRINT * ranges)


def _coherence(small: Gray) -> Blocks:
    """How far the slopes of each block go the same way: 1 along the soft rim of a stain or of a shadow.

    Writing turns, however blurred; noise is smoothed away.
    """
    smooth = cv2.GaussianBlur(small, (0, 0), 0.5 * PX)
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
    xx, yy, xy = (_summed(slopes) for slopes in (across * across, down * down, across * down))
    return np.asarray(np.hypot(xx - yy, 2 * xy) / (xx + yy + 1e-6), np.float32)


def _summed(image: Blocks) -> Blocks:
    """As `_pooled`, in proportion to the sum."""
    inner = _inner(image)
    height, width = (side // _STRIDE for side in inner.shape)
    cells = cv2.resize(np.ascontiguousarray(inner), (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.boxFilter(cells, -1, (2, 2), anchor=(0, 0))[:-1, :-1], np.float32)


def _pooled(image: Gray, pool: np.ufunc) -> Blocks:
    """The greatest or least level of each block of an image in whole strides; blocks overlap by half."""
    rows = reduce(pool, (image[k::_STRIDE] for k in range(_STRIDE)))
    cells = reduce(pool, (rows[:, k::_STRIDE] for k in range(_STRIDE)))
    pairs = pool(cells[:-1], cells[1:])
    return np.asarray(pool(pairs[:, :-1], pairs[:, 1:]), np.float32)


def _is_written(dark: Gray, ink: float, least_mm2: float, broken: int = 1) -> bool:
    """Whether there is so much as dark as `ink`: strip after strip, the darkest first, whose middle mostly
    shows it.

    `broken`: a ruled line may have gaps of less than so many pixels.
    """
    inner = dark[_EDGE // 2 : -_EDGE // 2, _EDGE // 2 : -_EDGE // 2]
    inked = cv2.countNonZero(cv2.threshold(inner, ink, 255, cv2.THRESH_BINARY)[1])
    if inked * _SWELLING < least_mm2 * PX**2:
        return False
    strips = [inner[top : top + _STRIP] for top in range(0, len(inner), _STRIP)]
    strips.sort(key=lambda strip: -cv2.mean(strip)[0])
    third = len(strips[0]) // 3
    if _written_mm2(strips[0][third : 2 * third + 1], ink, broken) >= least_mm2:
        return True
    found = 0.0
    for strip in strips:
        found += _written_mm2(strip, ink, broken)
        if found >= least_mm2:
            return True
    return False


def _written_mm2(dark: Gray, ink: float, broken: int = 1) -> float:
    """Square millimetres of handwriting-like ink, but for what touches the edges."""
    if min(dark.shape) < 2:
        return 0.0
    inked = cv2.threshold(dark, ink, 255, cv2.THRESH_BINARY)[1]
    lines = cv2.morphologyEx(inked, cv2.MORPH_CLOSE, np.ones((1, broken), np.uint8)) if broken > 1 else inked
    level = cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones((1, _RULED), np.uint8))
    plumb = cv2.morphologyEx(inked, cv2.MORPH_OPEN, np.ones((_RULED, 1), np.uint8))
    around = np.ones((5, 5), np.uint8)
    ruled = cv2.dilate(cv2.max(level, plumb), around)
    corners = cv2.bitwise_and(cv2.dilate(level, around), cv2.dilate(plumb, around))
    boxes = cv2.dilate(corners, np.ones((_RULED + 8, _RULED + 8), np.uint8))
    # on squared paper there would be corners everywhere
    few = float(np.mean(boxes[::4, ::4] > 0)) * len(boxes) < 0.1 * _STRIP
    printed = cv2.max(ruled, boxes) if few else ruled
    inked = cv2.bitwise_and(inked, cv2.bitwise_not(printed))
    traces = cv2.threshold(halved(np.asarray(inked, np.uint8)), 127, 255, cv2.THRESH_BINARY)[1]
    _, _, stats, _ = cv2.connectedComponentsWithStats(traces, connectivity=8)
    x, y, width, height, area = stats[1:].T
    inner = (np.minimum(x, y) > 0) & (x + width < traces.shape[1]) & (y + height < traces.shape[0])
    long, short = np.maximum(width, height), np.minimum(width, height)
    shape = (long * 2 >= 1.2 * PX) & (long < 4 * short) & (short > 1)  # neither speckles nor bits of lines
    return float(area[inner & shape].sum()) * (2 / PX) ** 2
