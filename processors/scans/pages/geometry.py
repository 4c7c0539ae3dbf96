"""Millimetres of the form ↔ pixels of an image, and the scale of the map on which the form is sought."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.scans.readings import Gray

Affine = NDArray[np.float64]
"""2 × 3: millimetres of the form to pixels of the upright page."""

MAP_DPI = 100
PX = MAP_DPI / 25.4
"""Pixels of the map per millimetre: the form is sought on a darkness map of the page at `MAP_DPI`."""

MAX_SHIFT = 16.0
"""Millimetres by which the form may lie off its place on the image."""


def transform(matrix: Affine, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Apply a 2 × 3 matrix to N × 2 points."""
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2])


def median(values: NDArray[np.floating]) -> float:
    """numpy's of a flat array, in a fifth of the time where there are few."""
    ordered = np.sort(values)
    half = len(ordered) // 2
    return float(ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def rotation(angle: float) -> NDArray[np.float64]:
    """Clockwise, as y goes down; `angle` in radians."""
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def reduced(gray: Gray, dpi: float) -> tuple[Gray, float]:
    """The page at `MAP_DPI`, and how many of its pixels make one of the map's.

    A whole number of pixels is averaged where that comes within 2 %: it is many times faster.
    """
    whole = round(dpi / MAP_DPI)
    if whole >= 1 and min(gray.shape) >= whole and abs(dpi / whole - MAP_DPI) <= 0.02 * MAP_DPI:
        height, width = gray.shape[0] // whole, gray.shape[1] // whole
        kept = gray[: height * whole, : width * whole]
        return np.asarray(cv2.resize(kept, (width, height), interpolation=cv2.INTER_AREA), np.uint8), whole
    ratio = MAP_DPI / dpi
    # between two pixels of the map less than two of the page's are skipped up to 1.5: nothing is missed
    how = cv2.INTER_LINEAR if ratio > 0.65 else cv2.INTER_AREA
    size = max(1, round(gray.shape[1] * ratio)), max(1, round(gray.shape[0] * ratio))
    return np.asarray(cv2.resize(gray, size, interpolation=how), np.uint8), dpi / MAP_DPI


def halved(image: Gray, times: int = 1) -> Gray:
    """Each 2 × 2 pixels averaged, so many times over: faster than once by more. An odd last is left out."""
    for _ in range(times):
        height, width = image.shape[0] // 2, image.shape[1] // 2
        even = image[: 2 * height, : 2 * width]
        image = np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return image


def darkness(small: Gray) -> Gray:
    """How much darker each pixel of a page at `MAP_DPI` is than what surrounds it, in gray levels.

    Strokes up to 3 mm wide stand out; the background, shadows and the scanner's dark bed do not.
    """
    size = round(3.0 * PX) | 1
    return np.asarray(cv2.morphologyEx(small, cv2.MORPH_BLACKHAT, np.ones((size, size), np.uint8)), np.uint8)


_GRAIN = 40
"""Levels: fainter strokes are taken for no printed line."""


def without_grain(strokes: Gray) -> Gray:
    """The strokes less the darkness of half of them: grain, where it is on all of the paper."""
    some = np.ascontiguousarray(strokes[::5, ::5])
    counts = cv2.calcHist([some], [0], None, [256], [0, 256]).cumsum()
    grain = float(np.searchsorted(counts, 0.5 * counts[-1]))
    return strokes if grain < _GRAIN else np.asarray(cv2.subtract(strokes, np.array([grain])), np.uint8)
