"""What of the page does the scan not show? (cut off at the edge of the image, covered, folded over)

A part that is not shown matters only where there is writing around it. Everything is measured on the
upright page at 100 dpi.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.findings import Box
from processors.scans.pages.geometry import PX
from processors.scans.readings import Gray

Blocks = NDArray[np.float32]
"""A value for each block of a page, in rows and columns."""

Outline = NDArray[np.float64]
"""The sheet's corners on the page at `MAP_DPI`: 4 × 2 pixels, clockwise from the top left."""

_DARKER = 0.8  # of the paper's brightness: no paper
_LIGHTER = 1.05  # the lid, where the corner of a sheet lacks
_SPARSE = 3  # blocks: what of them is enough to see how the light falls
_RIM = 2  # blocks at the sheet's edge, where the scanner's bed shows
_THICK = 3  # blocks: the bed beside a tilted sheet is thinner, once the rim is left out
_AROUND = np.ones((3, 3), np.uint8)  # blocks
_STEEP, _EDGED = 0.12, 0.2  # of the paper's brightness, over two blocks; share of a part's outline that is so
_CORNER = 5  # blocks around a corner of the sheet

_CUT = 3.0  # mm of the sheet outside the image, from which on letters may be cut
_INK = 45  # levels darker than the paper around
_BAND = round(12 * PX)
_LONG = round(15 * PX)  # longer than a letter
_LETTERS = (8, 4, 14, 4)  # at the top, right, bottom (with the page boxes), left: of a line, or ends of lines
_LOST = (10, 10, 18, 10)  # mm, as above: nearly a margin; no line is ruled beside the page boxes
_APART = (0, 8, 0, 8)  # mm from line to line; a torn edge is ragged, too, but over less than four lines


def covered(light: Blocks, first: float, pitch: float, outline: Outline) -> list[Box]:
    """Parts of the sheet where something lies on it, or where a folded corner leaves the lid to be seen.

    `light`: the brightest level of each block of the page, so that no writing is left; the centres of the
    blocks are `pitch` pixels apart, the first `first` pixels from the edges.
    """
    corners = np.round((outline - first) / pitch).astype(np.int32)
    filled = np.zeros(light.shape, np.uint8)
    cv2.fillConvexPoly(filled, corners, 1)
    inner = cv2.erode(filled, np.ones((2 * _RIM + 1,) * 2, np.uint8), borderValue=1)
    sheet = np.asarray(inner, np.uint8)
    paper = _paper(light)
    steep = cv2.morphologyEx(light, cv2.MORPH_GRADIENT, _AROUND) > _STEEP * paper
    parts = [
        box
        for box, part in _parts((light < _DARKER * paper) & (sheet > 0))
        if _has_edge(part, steep & (sheet > 0), sheet)
    ]
    parts += [
        part
        for part, _ in _parts((light > _LIGHTER * paper) & (sheet > 0))
        if any(_beside(part, corner) for corner in corners.tolist())
    ]
    scale, start = pitch / PX, (first - pitch / 2) / PX
    return [
        (x * scale + start, y * scale + start, width * scale, height * scale) for x, y, width, height in parts
    ]


def _paper(light: Blocks) -> Blocks:
    """The paper's brightness at each block, a plane: light falls off from one side to the other."""
    level = light[::_SPARSE, ::_SPARSE].ravel()
    sides = [np.arange(0.0, side, _SPARSE) for side in light.shape]
    rows, columns = (grid.ravel() for grid in np.meshgrid(*sides, indexing="ij"))
    middle = float(np.median(level))
    some = np.abs(level - middle) <= (1 - _DARKER) * middle
    plane = np.column_stack([rows, columns, np.ones(level.size)])[some]
    down, across, start = np.linalg.lstsq(plane, level[some], rcond=None)[0]
    height, width = light.shape
    return np.asarray(start + down * np.arange(height)[:, None] + across * np.arange(width), np.float32)


def _parts(mask: NDArray[np.bool_]) -> list[tuple[tuple[int, int, int, int], Gray]]:
    """The boxes of what is thick in a mask, in blocks; and where each of it is 1."""
    kernel = np.ones((_THICK, _THICK), np.uint8)
    thick = cv2.morphologyEx(
        mask.astype(np.uint8), cv2.MORPH_OPEN, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0
    )
    _, parts, stats, _ = cv2.connectedComponentsWithStats(thick, connectivity=4)
    return [
        ((x, y, width, height), np.asarray(parts == part, np.uint8))
        for part, (x, y, width, height, _) in enumerate(stats[1:].tolist(), 1)
    ]


def _has_edge(part: Gray, steep: NDArray[np.bool_], sheet: Gray) -> bool:
    """Whether a dark part of the sheet ends at an edge, as what lies on it does; a shade falls off slowly."""
    around = (cv2.dilate(part, _AROUND) > part) & (sheet > 0)
    return int(np.count_nonzero(steep & around)) >= _EDGED * int(np.count_nonzero(around))


def _beside(part: tuple[int, int, int, int], corner: tuple[int, int]) -> bool:
    x, y, width, height = part
    across, down = corner
    return x - _CORNER <= across <= x + width + _CORNER and y - _CORNER <= down <= y + height + _CORNER


def cut_off(dark: Gray, outline: Outline) -> Box | None:
    """The side on which the sheet goes beyond the image, so far that writing may be lost or is cut."""
    height, width = dark.shape
    middles = (outline + np.roll(outline, -1, axis=0)) / 2  # of the top, right, bottom and left sides
    beyond = np.array([-middles[0, 1], middles[1, 0] - width, middles[2, 1] - height, -middles[3, 0]]) / PX
    for side in np.flatnonzero(beyond >= _CUT).tolist():
        if beyond[side] >= _LOST[side] or _letters_cut(dark, side) >= _LETTERS[side]:
            band = _BAND / PX
            w, h = width / PX, height / PX
            return ((0, 0, w, band), (w - band, 0, band, h), (0, h - band, w, band), (0, 0, band, h))[side]
    return None


def _letters_cut(dark: Gray, side: int) -> int:
    """How many letters the edge of the image cuts through, one a line at the left and the right.

    `side` counts clockwise from the top.
    """
    band = np.ascontiguousarray(np.rot90(dark, side + 1)[:, :_BAND])  # the side lies at the left
    inked = cv2.threshold(band, _INK, 255, cv2.THRESH_BINARY)[1]
    _, _, stats, _ = cv2.connectedComponentsWithStats(inked, connectivity=8)
    x, y, width, height, _ = stats[1:].T
    found, after = 0, -np.inf
    for place in np.sort(y[(x == 0) & (width >= 1.2 * PX) & (width < _BAND) & (height < _LONG)]):
        if place >= after:
            found, after = found + 1, place + _APART[side] * PX
    return found
