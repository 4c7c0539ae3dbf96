"""Are two pages written by one hand, as far as a scan tells?

Two sheets that pass the scanner as one show the recto of one candidate and the verso of another; where the
last leaf of a copy and the first of the next are lost, what is left looks like one. Numbers and totals fit,
the hand alone differs. What is measured is coarse, and the same hand may vary by more than two
hands differ: it tells that a person must look, never whose a page is.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.scans.orders import PAGES_PER_SHEET
from processors.scans.pages.geometry import PX
from processors.scans.readings import Gray, PageReading

Hand = NDArray[np.float64]
"""How much of the ink's edge runs each of twelve ways, and how much of the ink is one pixel high, two, and so
on: two rows, square roots of shares."""

_VARIES = np.array([0.022, 0.09])
"""How much one person's writing varies from page to page: of drawn sheets, leaves lie at most 0.3 apart in
three of four and 0.5 in 99 of 100, those of two people farther in 88 of 100."""
_WAYS = 12  # directions of an edge, and heights of strokes
_ALIKE = 0.3  # so close are two pages of one hand, whatever the odds
_REACH = round(90 * PX)  # rows of the map that are looked at: the top of the page is written first
_EDGE = round(5 * PX)  # what shows beside the sheet is darker than any ink
_LEAST = 50  # pieces of writing, for their shapes to mean something
_BROKEN = 0.5  # pieces of writing to a speck: with more specks the scan has broken thin strokes
_TALLEST, _WIDEST = 40, 80  # pixels of the map
_EDGED = 120  # steepness of an edge, of 1,020
_SIDE, _LINED = 6, 0.8  # pixels at the side of a table, and the share of its rows that a line fills


def hand(strokes: Gray) -> Hand | None:
    """The hand of a page's answers, from their upright darkness at `MAP_DPI`; None if little is written."""
    top = _top(strokes)
    return None if top.size == 0 else _measured(_inked(top))


def traced(strokes: Gray) -> NDArray[np.uint8] | None:
    """What is inked there, bits of each row packed, for a hand that may have to be measured later."""
    top = _top(strokes)
    return None if top.size == 0 else np.packbits(_inked(top), axis=1)


def hand_of(page: PageReading) -> Hand | None:
    """That of a page, measured when it was read, or now."""
    if page.hand is not None or page.traced is None:
        return page.hand
    return _measured(np.unpackbits(page.traced, axis=1))


def _top(strokes: Gray) -> Gray:
    return strokes[_EDGE:_REACH, _EDGE:-_EDGE]


def _inked(strokes: Gray) -> Gray:
    counts = np.bincount(strokes[::3, ::3].ravel(), minlength=256).cumsum()
    strong = max(int(np.searchsorted(counts, 0.995 * counts[-1])), 60)
    return np.asarray(cv2.threshold(strokes, 0.35 * strong, 1, cv2.THRESH_BINARY)[1], np.uint8)


def _measured(inked: Gray) -> Hand | None:
    _, labels, pieces, _ = cv2.connectedComponentsWithStats(inked, connectivity=8, ltype=cv2.CV_16U)
    widths, heights, areas = (pieces[:, column] for column in (2, 3, 4))
    large = pieces[1:][(heights[1:] >= _TALLEST) & (widths[1:] >= _WIDEST)]
    if tables := [box for box in large.tolist() if _is_framed(inked, box)]:
        inked = inked.copy()
        for x, y, width, height, _ in tables:
            inked[y : y + height, x : x + width] = 0
        return _measured(inked)
    writing = (heights >= 5) & (heights < _TALLEST) & (widths < _WIDEST) & (areas >= 12)
    writing[0] = False  # the paper
    if writing.sum() < max(_LEAST, _BROKEN * (areas[1:] < 12).sum()):
        return None
    written = writing.astype(np.uint8)[labels]
    return np.sqrt([shares / shares.sum() for shares in (_ways(written), _heights(written))])


def _ways(written: Gray) -> NDArray[np.float64]:
    """How much of the edge of what is written runs each way."""
    smooth = cv2.GaussianBlur(written * np.uint8(255), (0, 0), 1)
    x, y = (cv2.Sobel(smooth, cv2.CV_16S, *axes).astype(np.int32) for axes in ((1, 0), (0, 1)))
    edge = np.abs(x) + np.abs(y) > _EDGED
    steep, way = cv2.cartToPolar(x[edge].astype(np.float64), y[edge].astype(np.float64))
    at = (way.ravel() * (_WAYS / math.pi)).astype(np.intp) % _WAYS
    return np.asarray(np.bincount(at, weights=steep.ravel(), minlength=_WAYS), np.float64)


def _heights(written: Gray) -> NDArray[np.float64]:
    """Of the columns of ink between paper, how many are one pixel high, two, and so on."""
    left = [cv2.countNonZero(written)]
    for _ in range(_WAYS):
        written = np.asarray(cv2.erode(written, np.ones((2, 1), np.uint8), borderValue=0), np.uint8)
        left.append(cv2.countNonZero(written))
    at_least = -np.diff(left)  # one row of each column is lost every time
    return np.append(-np.diff(at_least), at_least[-1]).astype(np.float64)


def _is_framed(inked: Gray, box: Sequence[int]) -> bool:
    """Whether lines run down both sides: of a table, in which people write otherwise than in sentences."""
    x, y, width, height, _ = box
    sides = (inked[y : y + height, at : at + _SIDE] for at in (x, x + width - _SIDE))
    return all(float(side.max(axis=1).mean()) > _LINED for side in sides)


def apart(one: Hand, other: Hand) -> float:
    """How far apart two hands are, in the variations of one."""
    return float(np.sqrt(np.mean((one - other) ** 2 / _VARIES[:, np.newaxis] ** 2)))


class Halves(NamedTuple):
    """The halves of a sheet. `written`: those of its pages that tell a hand; `apart`: how far apart they are.

    By the two pages that are most alike, since one may bear a table or a drawing. `skips`: whether a page is
    left blank before another that is written on.
    """

    one: Sequence[PageReading]
    other: Sequence[PageReading]
    written: Sequence[PageReading]
    apart: float
    skips: bool


def sides_apart(kept: Mapping[int, PageReading]) -> list[Halves]:
    """Of the A3 sheets of a copy (pages by number): recto and verso."""
    hands = {number: page.hand for number, page in kept.items() if page.half}
    return _apart(kept, hands, (2, 3))


def rectos_apart(
    kept: Mapping[int, PageReading], hand: Callable[[PageReading], Hand | None] = hand_of
) -> list[Halves]:
    """Of the sheets of a copy that passed twice: rectos and versos."""
    second = (2, 3) if any(page.half for page in kept.values()) else (2, 4)
    return _apart(kept, {number: hand(page) for number, page in kept.items()}, second)


def leaves_apart(kept: Mapping[int, PageReading]) -> list[Halves]:
    """Of the sheets whose two leaves were scanned apart: the first and the second.

    By the pages that lie next to each other, and by the others as well where those are not plainly alike.
    """
    leaves = {number: page for number, page in kept.items() if page.half is None}
    for some in ({n: page for n, page in leaves.items() if n % PAGES_PER_SHEET in (2, 3)}, leaves):
        found = _apart(leaves, {number: hand_of(page) for number, page in some.items()}, (3, 4))
        if found and max(sheet.apart for sheet in found) <= _ALIKE:
            break
    return found


def _apart(
    kept: Mapping[int, PageReading], hands: Mapping[int, Hand | None], second: Collection[int]
) -> list[Halves]:
    """`second`: the places in their sheet, from 1, of the pages of its second half."""
    sheets: dict[int, tuple[list[int], list[int]]] = {}
    for number in kept:
        sheet, slot = divmod(number - 1, PAGES_PER_SHEET)
        sheets.setdefault(sheet, ([], []))[slot + 1 in second].append(number)
    found = []
    for halves in sheets.values():
        those = [[(n, measured) for n in half if (measured := hands.get(n)) is not None] for half in halves]
        distances = [apart(one, other) for (_, one), (_, other) in itertools.product(*those)]
        if distances:
            one, other = ([kept[number] for number in half] for half in halves)
            written = [kept[number] for half in those for number, _ in half]
            blank = [kept[number].blank for number in sorted(itertools.chain(*halves))]
            skips = any(here and not after for here, after in itertools.pairwise(blank))
            found.append(Halves(one, other, written, min(distances), skips))
    return found
