"""Does a note, or a slip of paper, lie on the page? The lines to write on end at its edges, and go on beyond.

A name may stand on it. What is drawn or written hides no ruled line, nor does a table; squared paper that is
glued in brings lines of its own. In one bit, where ruled lines vanish, nothing is seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.findings import Box
from processors.scans.pages.geometry import PX, halved
from processors.scans.pages.labels import Quad
from processors.scans.readings import Gray

_PX = PX / 2  # pixels a millimetre, at half the map's size
_STRIP = round(5 * _PX)  # so wide that a ruled line stays on one row
_RULE = 2 * _STRIP  # longer than a stroke of writing
_GRAIN = 4.0  # times as far from the middle darkness as grain goes below it
_EDGE = round(9 * _PX)  # rows, at the top and the bottom, where the sheet's own edge may be
_SHOWN = 0.8  # share of a rule's length
_GAPS = 200  # from line to line, over all strips: five lines of a page
_STEPS = (6.5, 9.5)  # mm from line to line
_REGULAR, _SAME = 0.55, 0.2  # share of the gaps that are so near the usual one: writing adds some
_LOST = 0.08  # share of the gaps in which a line lacks: on a pale scan more do
_HIDDEN = 3.4  # lines
_WIDE, _HIGH = 7, 160.0  # strips; mm: where lines are pale they vanish down the whole page
_SEEN, _STRIPS_BESIDE = 0.6, 4  # share of the lines beside what hides them, in so many strips at least
_NEAR = np.ones((1, 3), np.uint8)  # rows
_BESIDE = np.ones((1, 3), np.uint8)  # strips: writing may hide that a line lacks in one
_AS_HIGH = 0.06  # share of the height by which the others may differ
_LEVEL, _MOSTLY = 0.5, 0.6  # lines by which an edge may vary, in such a share of the strips


def laid_on(dark: Gray, known: Sequence[Quad]) -> Box | None:
    """Where something hides ruled lines, on a page's darkness at `MAP_DPI`; the `known` places may."""
    half = halved(dark)
    levels = np.sort(half[::8, ::8], axis=None)
    low, middle = (float(levels[len(levels) * share // 100]) for share in (15, 50))
    ink = max(4.0, middle + _GRAIN * (middle - low))
    lined = np.asarray(cv2.threshold(half, ink, 1, cv2.THRESH_BINARY)[1], np.uint8)
    shown = cv2.dilate(cv2.threshold(_along(lined), _SHOWN * _RULE, 1, cv2.THRESH_BINARY)[1], _NEAR)
    shown[:, :_EDGE], shown[:, -_EDGE:] = 0, 0
    begun = shown[:, 1:] > shown[:, :-1]
    strip, row = np.nonzero(begun)
    beside = strip[1:] == strip[:-1]
    start, end = row[:-1][beside], row[1:][beside]
    if len(start) < _GAPS:
        return None
    gaps = end - start
    step = _middle(gaps)
    wide = gaps >= _HIDDEN * step
    # at the top and the bottom gaps go to where the other strips have their first line, or their last
    first, last = np.append(True, ~beside), np.append(~beside, True)
    top, bottom = _middle(row[first]), _middle(row[last])
    late, early = row[first] - top >= _HIDDEN * step, bottom - row[last] >= _HIDDEN * step
    if np.count_nonzero(wide) + np.count_nonzero(late) + np.count_nonzero(early) < _WIDE:
        return None
    lost = (np.count_nonzero(gaps > 1.5 * step) + np.count_nonzero(late) + np.count_nonzero(early)) / len(
        gaps
    )
    regular = float(np.mean(abs(gaps[~wide] - step) <= _SAME * step))
    if regular < _REGULAR or lost > _LOST or not _STEPS[0] * _PX <= step <= _STEPS[1] * _PX:
        return None
    columns = np.concatenate([strip[1:][beside][wide], strip[first][late], strip[last][early]])
    starts = np.concatenate([start[wide], np.full(np.count_nonzero(late), top), row[last][early]])
    ends = np.concatenate([end[wide], row[first][late], np.full(np.count_nonzero(early), bottom)])
    holes = np.zeros(shown.shape[::-1], np.uint8)
    for column, above, below in zip(columns.tolist(), starts.tolist(), ends.tolist(), strict=True):
        holes[above:below, column] = 1
    holes = np.asarray(cv2.morphologyEx(holes, cv2.MORPH_CLOSE, _BESIDE), np.uint8)
    _, parts, stats, _ = cv2.connectedComponentsWithStats(holes, connectivity=4)
    for part, (x, y, width, height, _) in enumerate(stats[1:].tolist(), 1):
        own = parts[:, x : x + width] == part
        edges = own.argmax(axis=0), own[::-1].argmax(axis=0)
        box = (x * _STRIP / _PX, y / _PX, width * _STRIP / _PX, height / _PX)
        if width < _WIDE or box[3] > _HIGH or _is_known(box, known):
            continue
        if not _go_on(begun[:, y : y + height], slice(x, x + width), step):
            continue
        if _is_straight(edges, step) and _is_square(own.sum(axis=0)):
            return box
    return None


def _middle(values: NDArray[np.intp]) -> int:
    """The upper median, many times as fast as numpy's for a few values."""
    half = len(values) // 2
    return int(np.partition(values, half)[half])


def _along(lined: Gray) -> Gray:
    """Strips × rows: of the `_RULE` pixels around a strip's middle, how many are lined (one: lined)."""
    count = (lined.shape[1] - _STRIP // 2) // _STRIP
    # sums go faster down than along; a rule is twice as long as a strip is wide
    blocks = np.asarray(cv2.transpose(lined), np.uint8)[_STRIP // 2 :][: count * _STRIP]
    sums = blocks.reshape(count, _STRIP, lined.shape[0]).sum(axis=1, dtype=np.uint8)
    return np.asarray(np.concatenate([sums[:1], sums]) + np.concatenate([sums, sums[-1:]]), np.uint8)


def _go_on(begun: NDArray[np.bool_], hidden: slice, step: float) -> bool:
    """Whether the lines that lack in some strips are there beside them: those of a table are not."""
    there = begun.sum(axis=1) * step >= _SEEN * begun.shape[1]
    there[hidden] = False
    return int(np.count_nonzero(there)) >= _STRIPS_BESIDE


def _is_straight(edges: Sequence[NDArray[np.intp]], step: float) -> bool:
    """Whether the upper edge, or the lower one, lies on one line: writing may end a strip's gap elsewhere."""
    return any(np.mean(abs(edge - np.median(edge)) <= _LEVEL * step) >= _MOSTLY for edge in edges)


def _is_square(heights: NDArray[np.intp]) -> bool:
    """Whether it is as high in most strips: a stain is round, and writing on a note cuts it in some."""
    usual = float(np.median(heights))
    return bool(np.mean(abs(heights - usual) <= _AS_HIGH * usual) >= _MOSTLY)


def _is_known(box: Box, known: Sequence[Quad]) -> bool:
    """Whether a box holds the middle of one of these places, or the other way round."""
    x, y, width, height = (side * PX for side in box)
    middle = (x + width / 2, y + height / 2)
    return any(
        cv2.pointPolygonTest(place.astype(np.float32), middle, False) >= 0
        or bool(np.all(abs(place.mean(axis=0) - middle) <= (width / 2, height / 2)))
        for place in known
    )
