"""What on a page, outside its identity frame, may name its candidate? Bars, and boxes such as identity fills.

Another way of seeing than the one that places the mask: textures of the page at 100 dpi, wherever they lie.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from processors.scans.form import Form
from processors.scans.geometry import PX, halved
from processors.scans.labels import Quad, shows_bars
from processors.scans.readings import Gray

_INK = 30  # at half the map's size, where a thin line is half as dark
_CHAIN = 8  # equal sides in a row: more than the page boxes have, fewer than the shortest name or number


def exposes(small: Gray, dark: Gray, form: Form) -> bool:
    """Whether a page at `MAP_DPI`, with its darkness, shows a label or a row of identity boxes."""
    return shows_bars(small) or shows_identity_row(dark, form)


def shows_row_outside(dark: Gray, wiped: Sequence[Quad], form: Form) -> bool:
    """Whether a row of identity boxes stands on a page, from its darkness, outside of what is wiped there."""
    if wiped:
        dark = dark.copy()
        for area in wiped:
            cv2.fillPoly(dark, [np.round(area).astype(np.int32)], 0.0)
    return shows_identity_row(dark, form)


def shows_identity_row(dark: Gray, form: Form, least: int = _CHAIN) -> bool:
    """Whether a row of at least so many printed boxes stands on a page, from its darkness at `MAP_DPI`."""
    inked = np.asarray(cv2.threshold(halved(dark), _INK, 255, cv2.THRESH_BINARY)[1], np.uint8)
    rows = {(f.cells.pitch, f.cells.height) for f in form.identity.fields.values() if f.count >= _CHAIN}
    return any(
        _has_chain(inked, pitch * PX / 2, height * PX / 2, axis, least)
        for pitch, height in rows
        for axis in (0, 1)
    )


def _has_chain(inked: Gray, pitch: float, height: float, axis: int, least: int) -> bool:
    """Whether so many strokes of this height along an axis (0: upright) follow each other at this pitch."""
    kernel = [1, 1]
    kernel[axis] = round(height * 0.75)
    strokes = cv2.morphologyEx(inked, cv2.MORPH_OPEN, np.ones(kernel, np.uint8))
    contours, _ = cv2.findContours(strokes, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    x, y, w, h = np.array([cv2.boundingRect(c) for c in contours], float).reshape(-1, 4).T
    long, thin = (h, w) if axis == 0 else (w, h)
    sides = (long > height * 0.7) & (long < height * 1.5) & (thin < pitch * 0.6)
    if np.count_nonzero(sides) < least:
        return False
    middles = np.stack([x + w / 2, y + h / 2])[:, sides]
    along, across = (middles[k][:, np.newaxis] - middles[k] for k in (axis, 1 - axis))
    follows = (abs(along - pitch) < 0.12 * pitch) & (abs(across) < 0.15 * height)
    last = np.ones(len(follows), bool)  # of a chain of one, then of two ...
    for _ in range(least - 1):
        last = follows[:, last].any(axis=1)
    return bool(last.any())
