"""The printed lines of the column to sign."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from processors.scans.readings import Gray

PX = 8.0
"""Pixels of a straightened table per millimetre."""

BAND = 1.1  # mm about a printed line in which its pieces lie
_PIECE = 5.0  # mm: a straight run that long there is the line
_RULE = 18.0  # mm: a streak of the scanner down the list is that straight, a pen's stroke is not
_THICKER, _ALONG = 0.3, 5.0  # mm that a printed line is thicker by, and how far: somebody signed along it


def along_lines(ink: Gray, edges: Sequence[float], sides: tuple[float, float]) -> list[tuple[int, int, int]]:
    """Where a printed line is thicker than elsewhere, since somebody may have signed along it.

    Which line, and from where to where across the table, in pixels.
    """
    left, right = (round(side * PX) for side in (sides[0] + 1, sides[1] - 1))
    bands = [
        ink[max(0, round((edge - BAND) * PX)) : round((edge + BAND) * PX), left:right].sum(axis=0)
        for edge in edges
    ]
    usual = float(np.median(np.concatenate(bands[1:-1])))
    found = []
    for k, band in enumerate(bands):
        own = max(usual, float(np.median(band))) if k in (0, len(bands) - 1) else usual
        thick = (band > own + _THICKER * PX).astype(np.float32)[np.newaxis]
        if float(cv2.blur(thick, (round(_ALONG * PX), 1)).max()) > 0.85:
            where = np.flatnonzero(thick[0])
            found.append((k, left + int(where[0]), left + int(where[-1])))
    return found


def without_lines(ink: Gray, edges: Sequence[float], sides: tuple[float, float]) -> Gray:
    """The same ink without the printed lines, but where a pen crosses them."""
    ink = ink.copy()
    lines = np.zeros_like(ink)
    for places, level in ((edges, True), (sides, False)):
        part = ink if level else np.ascontiguousarray(ink.T)
        found = lines if level else np.ascontiguousarray(lines.T)
        for place in places:
            top, bottom = max(0, round((place - BAND) * PX)), round((place + BAND) * PX)
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
        top, bottom = max(1, round((place - BAND) * PX)), round((place + BAND) * PX)
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
    return ink
