"""What on a page, outside its identity frame, may name its candidate? Bars, and boxes such as identity fills.

Another way of seeing than the one that places the mask: textures of the page at 100 dpi, wherever they lie.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.circular.form import Form
from processors.scans.pages.geometry import PX, halved
from processors.scans.pages.labels import Quad, shows_bars
from processors.scans.readings import Gray

_INK = 30  # at half the map's size, where a thin line is half as dark
_PALE = 12  # the same of what shines through thin paper
_CHAIN = 8  # equal sides in a row: more than the page boxes have, fewer than the shortest name or number


def exposes(small: Gray, dark: Gray, form: Form) -> bool:
    """Whether a page at `MAP_DPI`, with its darkness, shows a label or a row of identity boxes."""
    return shows_bars(small) or shows_identity_row(dark, form)


def shows_row_outside(dark: Gray, wiped: Sequence[Quad], form: Form, ink: int = _INK) -> bool:
    """Whether a row of identity boxes stands on a page, from its darkness, outside of what is wiped there."""
    if wiped:
        dark = dark.copy()
        for area in wiped:
            cv2.fillPoly(dark, [np.round(area).astype(np.int32)], 0.0)
    return shows_identity_row(dark, form, ink=ink)


def shows_pale_row(dark: Gray, wiped: Sequence[Quad], form: Form) -> bool:
    """The same of boxes that shine through from the other side: mirrored, they are as far apart."""
    return shows_row_outside(dark, wiped, form, _PALE)


def shows_identity_row(
    dark: Gray, form: Form, least: int = _CHAIN, axes: Sequence[int] = (0, 1), ink: int = _INK
) -> bool:
    """Whether a row of at least so many printed boxes of a form, or of its annexes, stands on a page.

    `dark`: the page's darkness at `MAP_DPI`. `axes`: 0 for upright boxes, 1 for those on their side.
    """
    inked = np.asarray(cv2.threshold(halved(dark), ink, 255, cv2.THRESH_BINARY)[1], np.uint8)
    fields = [f for model in (form, *form.annexes) for f in model.identity.fields.values()]
    rows = {(f.cells.pitch, f.cells.height) for f in fields if f.count >= _CHAIN}
    return any(
        _has_chain(inked, pitch * PX / 2, height * PX / 2, axis, least)
        for pitch, height in rows
        for axis in axes
    )


def shows_any_header(dark: Gray, least: int, closed: bool = False) -> bool:
    """Whether a row of at least so many boxes of any size stands on an upright page, from its darkness.

    `closed`: whether a line joins their tops, which capitals on a ruled line have not.
    """
    inked = np.asarray(cv2.threshold(halved(dark), _INK, 255, cv2.THRESH_BINARY)[1], np.uint8)
    for height in _HEIGHTS:
        strokes = _sides(inked, height * PX / 2, _PITCHES[-1] * PX / 2, 0)
        joined = _joined(inked, *strokes) if closed else None
        middles = strokes[0]
        if any(_follow(middles, pitch * PX / 2, height * PX / 2, 0, least, joined) for pitch in _PITCHES):
            return True
    return False


def shows_printed_boxes(dark: Gray) -> bool:
    """Whether a table, or more than one box, stands on a page, from its darkness: lines that meet lines."""
    edge = round(_EDGE_MM * PX / 2)
    inked = cv2.threshold(halved(dark), _INK, 255, cv2.THRESH_BINARY)[1][edge:-edge, edge:-edge]
    if inked.size == 0:
        return False
    lines = []
    for axis, least in ((0, _UPRIGHT_MM), (1, _LEVEL_MM)):
        wide, long = [1, 1], [1, 1]
        wide[1 - axis], long[axis] = 3, round(least * PX / 2)  # a line may be askew
        lines.append(cv2.morphologyEx(cv2.dilate(inked, np.ones(wide)), cv2.MORPH_OPEN, np.ones(long)))
    met = np.asarray(cv2.bitwise_and(*(cv2.dilate(line, np.ones((3, 3))) for line in lines)), np.uint8)
    _, _, _, middles = cv2.connectedComponentsWithStats(met)
    steps = np.diff(np.sort(np.asarray(middles[1:], np.float64), axis=0), axis=0)
    apart = steps > _APART_MM * PX / 2
    columns, rows = apart.sum(axis=0)
    return bool(min(columns, rows) >= 1 and max(columns, rows) >= 2)


_EDGE_MM, _UPRIGHT_MM, _LEVEL_MM = 6.0, 9.0, 25.0
_APART_MM = 4.0
_TOP, _JOINED = 3, 0.75  # rows in which the line that joins two tops lies; share of it that must show
_HEIGHTS = (5.0, 8.5)  # mm; each stands for those from 0.7 to 1.5 times as high
_PITCHES = tuple(4.0 * 1.1**k for k in range(9))  # mm, each for those a tenth away


def _has_chain(inked: Gray, pitch: float, height: float, axis: int, least: int) -> bool:
    """Whether so many strokes of this height along an axis (0: upright) follow each other at this pitch."""
    return _follow(_sides(inked, height, pitch, axis)[0], pitch, height, axis, least)


def _sides(
    inked: Gray, height: float, pitch: float, axis: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The middles and the top left corners (2 × n each) of the strokes that are about so high along an axis.

    They are thinner than the pitch.
    """
    kernel = [1, 1]
    kernel[axis] = round(height * 0.75)
    strokes = cv2.morphologyEx(inked, cv2.MORPH_OPEN, np.ones(kernel, np.uint8))
    contours, _ = cv2.findContours(strokes, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    x, y, w, h = np.array([cv2.boundingRect(c) for c in contours], float).reshape(-1, 4).T
    long, thin = (h, w) if axis == 0 else (w, h)
    sides = (long > height * 0.7) & (long < height * 1.5) & (thin < pitch * 0.6)
    middles, corners = np.stack([x + w / 2, y + h / 2]), np.stack([x, y])
    return np.asarray(middles[:, sides]), np.asarray(corners[:, sides])


def _joined(inked: Gray, middles: NDArray[np.float64], corners: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Of each stroke, whether a line joins its top with each other's at its left."""
    level = cv2.dilate(inked, np.ones((_TOP, 1), np.uint8)) > 0
    dark = np.cumsum(level, axis=1)
    x, y = middles[0].astype(int), corners[1].astype(int)
    long = np.maximum(x[:, np.newaxis] - x, 1)
    return np.asarray(dark[y[:, np.newaxis], x[:, np.newaxis]] - dark[y[:, np.newaxis], x] > _JOINED * long)


def _follow(
    middles: NDArray[np.float64],
    pitch: float,
    height: float,
    axis: int,
    least: int,
    joined: NDArray[np.bool_] | None = None,
) -> bool:
    if middles.shape[1] < least:
        return False
    along, across = (middles[k][:, np.newaxis] - middles[k] for k in (axis, 1 - axis))
    follows = (abs(along - pitch) < 0.12 * pitch) & (abs(across) < 0.15 * height)
    if joined is not None:
        follows &= joined
    last = np.ones(len(follows), bool)  # of a chain of one, then of two ...
    for _ in range(least - 1):
        last = follows[:, last].any(axis=1)
        if not last.any():
            return False
    return True
